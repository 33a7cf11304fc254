import { CleanUpPreviewEntries as entriesAndAttempts } from "../../../../src/processors/courses/CleanUpPreviewEntries.ts";
import { CoursePreviewCleanUp as entriesOnly } from "../../../../src/processors/courses/CoursePreviewCleanUp.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import { type Ground, NOW, type Scenario } from "../../suite/scenario.ts";

const HOUR = 3_600_000;

/** Three old entries and attempts of each client, and some that stay. */
async function seed({ database }: Ground, bystanders: number): Promise<void> {
  const entry = (id: number, hours: number) => ({
    id,
    component_id: 1,
    person_id: id,
    role: "admin",
    last_updated_at: NOW - hours * HOUR,
  });
  const attempt = (id: number, hours: number, more: Readonly<Record<string, number>> = {}) => ({
    id,
    person_id: 1,
    media_id: 1,
    is_preview: 1,
    started_at: NOW - hours * HOUR,
    ...more,
  });
  await insertForBoth(database, "component_preview_log", (own) => [
    ...[1, 2, 3].map((id) => entry(own(id), 30 - id)),
    entry(own(4), 23),
  ]);
  await insertForBoth(database, "attempts", (own) => [
    ...[1, 2, 3].map((id) => attempt(own(id), 30 - id)),
    attempt(own(4), 30, { ended_at: NOW - 23 * HOUR }),
    attempt(own(5), 30, { is_preview: 0 }),
  ]);
  await insertForBoth(database, "cmi_data", (own) =>
    [1, 2, 5].map((id) => ({ id: own(id), attempt_id: own(id), element: "cmi.location", value: "3" })),
  );
  await insertBystanders(database, "component_preview_log", bystanders, (id) => entry(id, 1));
  await insertBystanders(database, "attempts", bystanders, (id) => attempt(id, 40, { is_preview: 0 }));
}

const badParameters: Scenario["badParameters"] = [
  [{ maxAgeHours: 0 }, "maxAgeHours"],
  [{ maxAgeDays: 1 }, "maxAgeDays"],
];

export const CleanUpPreviewEntries: Scenario = {
  processor: entriesAndAttempts,
  parameters: { chunkSize: 2 },
  badParameters,
  counts: { entries: 3, attempts: 3 },
  seed,
};

export const CoursePreviewCleanUp: Scenario = {
  processor: entriesOnly,
  parameters: { chunkSize: 2 },
  badParameters,
  counts: { entries: 3 },
  seed,
};
