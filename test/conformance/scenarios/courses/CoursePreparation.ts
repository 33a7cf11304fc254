import { CoursePreparation as processor } from "../../../../src/processors/courses/CoursePreparation.ts";
import { insert } from "../../../learning/rows.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import { NOW, type Scenario } from "../../suite/scenario.ts";

const DAY = 86_400_000;

export const CoursePreparation: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ requireMinParticipants: 1 }, "requireMinParticipants"],
    [{ days: 3 }, "days"],
  ],
  // One course has days that are no number, and one a time zone that does not exist.
  ends: "partial",
  again: "partial",
  counts: { fixed: 3 },
  async seed({ database }, bystanders) {
    const course = (id: number, start_at: number | null, more: Readonly<Record<string, string>> = {}) => ({
      id,
      planning_status: "released",
      start_at,
      ...more,
    });
    await insertForBoth(database, "components", (own) => [
      ...[1, 2].map((id) => course(own(id), NOW + 3 * DAY)),
      course(own(3), null, { kind: "learning_path" }),
      course(own(4), NOW + 5 * DAY),
      course(own(5), NOW, { time_zone: "Mars/Olympus" }),
      course(own(6), NOW),
      course(own(7), NOW, { planning_status: "planned" }),
    ]);
    const days = ["3", "4", "0", "3", "3", "soon", "3"];
    await insertForBoth(database, "meta_values", (own) =>
      days.map((value, index) => ({ component_id: own(index + 1), meta_tag_id: 900002, value })),
    );
    await insertBystanders(database, "components", bystanders, (id) => course(id, NOW + 30 * DAY));
    if (bystanders > 0)
      await insert(
        database,
        "meta_values",
        ...Array.from({ length: bystanders }, (_, index) => ({
          component_id: 10_000 + index,
          meta_tag_id: 900002,
          value: "3",
        })),
      );
  },
};
