import { ExpiredCoursesToCompleted as processor } from "../../../../src/processors/courses/ExpiredCoursesToCompleted.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import { NOW, type Scenario } from "../../suite/scenario.ts";

const HOUR = 3_600_000;
const course = (planning_status: string, end_at: number | null, more: { kind?: string; time_zone?: string } = {}) => ({
  planning_status,
  date_dependent: 1,
  end_at,
  ...more,
});

export const ExpiredCoursesToCompleted: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  // One course has no end, and one a time zone that does not exist.
  ends: "partial",
  again: "partial",
  badParameters: [
    [{ graceDays: -1 }, "graceDays"],
    [{ graceDays: "2" }, "graceDays"],
    [{ kinds: ["lesson"] }, "kinds.0"],
    [{ grace: 1 }, "grace"],
    [{ chunkSize: 0 }, "chunkSize"],
  ],
  async seed({ database }, bystanders) {
    await insertForBoth(database, "components", () => [
      ...[1, 2].map((hours) => course("released", NOW - hours * HOUR)),
      course("fixed", NOW),
      ...["Asia/Tokyo", "Mars/Olympus"].map((time_zone) => course("released", NOW - HOUR, { time_zone })),
      course("released", null),
      course("released", NOW + 2000),
      ...["planned", "cancelled"].map((status) => course(status, NOW - HOUR)),
      course("released", NOW - HOUR, { kind: "template" }),
    ]);
    await insertBystanders(database, "components", bystanders, () => course("released", NOW + HOUR));
  },
};
