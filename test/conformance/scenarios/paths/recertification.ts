import type { Database } from "../../../../src/store/database.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";

/** An instant on a day, at noon in UTC. */
export const noon = (day: string): number => Date.parse(`${day}T12:00:00Z`);

/**
 * For both clients a learning path (1) with a section (1): a folder (1) with a medium (item 2) and a course (component 2, item 3); five
 * people (1 to 5) with a registration of the same number on the path. `bystanders`: registrations whose period is not due.
 */
export async function seedSection(
  database: Database,
  section: Readonly<Record<string, string | number | null>>,
  bystanders: number,
): Promise<void> {
  await insertForBoth(database, "persons", (own) => [1, 2, 3, 4, 5].map((id) => ({ id: own(id) })));
  await insertForBoth(database, "components", (own) => [
    { id: own(1), kind: "learning_path", path_mode: "content" },
    { id: own(2) },
  ]);
  await insertForBoth(database, "media", (own) => [{ id: own(1), kind: "scorm12", title: "Medium" }]);
  await insertForBoth(database, "syllabus_items", (own) => [
    { id: own(1), component_id: own(1) },
    { id: own(2), component_id: own(1), parent_id: own(1), kind: "media", media_id: own(1) },
    { id: own(3), component_id: own(1), parent_id: own(1), kind: "component", ref_component_id: own(2) },
  ]);
  await insertForBoth(database, "recert_sections", (own) => [
    { id: own(1), component_id: own(1), folder_item_id: own(1), ...section },
  ]);
  await insertForBoth(database, "registrations", (own) =>
    [1, 2, 3, 4, 5].map((id) => ({
      id: own(id),
      component_id: own(1),
      person_id: own(id),
      booked_at: noon("2026-01-01"),
    })),
  );
  await insertBystanders(database, "persons", bystanders, (id) => ({ id }));
  await insertBystanders(database, "registrations", bystanders, (id) => ({
    id,
    component_id: 1001,
    person_id: id,
    booked_at: 0,
  }));
  await insertBystanders(database, "recert_periods", bystanders, (id) => ({
    id,
    registration_id: id,
    section_id: 1001,
    start_on: "2027-01-01",
    due_on: "2027-01-11",
    end_on: "2027-01-21",
    state: "pending",
  }));
}
