import { ExpiredCoursesToCompleted as processor } from "../../../src/processors/courses/ExpiredCoursesToCompleted.ts";
import { NOW, type Scenario } from "../scenario.ts";

const HOUR = 3_600_000;

export const ExpiredCoursesToCompleted: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
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
    const course = (
      clientId: number,
      status: string,
      endAt: number | null,
      kind = "course",
      zone: string | null = null,
    ) => ({
      sql: `INSERT INTO components (client_id, kind, title, planning_status, date_dependent, end_at, time_zone, created_at, updated_at)
        VALUES (?, ?, 'Course', ?, 1, ?, ?, 0, 0)`,
      args: [clientId, kind, status, endAt, zone],
    });
    await database.batch(
      [1, 2].flatMap((clientId) => [
        ...Array.from({ length: 5 }, (_, index) => course(clientId, "released", NOW - (index + 1) * HOUR)),
        course(clientId, "fixed", NOW),
        course(clientId, "released", NOW - HOUR, "course", "Asia/Tokyo"),
        course(clientId, "released", NOW - HOUR, "course", "Mars/Olympus"),
        course(clientId, "released", null),
        course(clientId, "released", NOW + 2000),
        course(clientId, "planned", NOW - HOUR),
        course(clientId, "cancelled", NOW - HOUR),
        course(clientId, "released", NOW - HOUR, "template"),
      ]),
      "write",
    );
    await database.batch(
      Array.from({ length: bystanders }, () => course(1, "released", NOW + HOUR)),
      "write",
    );
  },
};
