import { CourseProgressUpdateJob as processor } from "../../../../src/processors/courses/CourseProgressUpdateJob.ts";
import { Suite } from "../../../processors/enrolment/suite.ts";
import type { Scenario } from "../../suite/scenario.ts";

export const CourseProgressUpdateJob: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ recalculate: "yes" }, "recalculate"],
    [{ componentIds: [] }, "componentIds"],
    [{ componentIds: [0] }, "componentIds.0"],
    [{ components: [1] }, "components"],
  ],
  // A path contains itself.
  ends: "partial",
  counts: { courses: 3, paths: 4, failed: 1 },
  async seed({ database }, bystanders) {
    for (const clientId of [1, 2]) {
      const suite = new Suite(database, clientId);
      const people = await suite.people(3);
      const course = await suite.course();
      const [outer, inner, circle] = [await suite.path(), await suite.path(), await suite.path()];
      const item = await suite.insert("syllabus_items", { component_id: course, kind: "media" });
      for (const [component_id, ref_component_id] of [
        [outer, inner],
        [inner, course],
        [circle, circle],
      ])
        await suite.insert("syllabus_items", {
          component_id: component_id ?? 0,
          ref_component_id: ref_component_id ?? 0,
          kind: "component",
        });
      for (const [place, person] of people.entries()) {
        const registration = await suite.registration(course, person);
        if (place === 0)
          await suite.insert("item_progress", { registration_id: registration, item_id: item, status: "completed" });
        if (place === 2) continue;
        for (const path of [outer, inner, circle]) await suite.registration(path, person);
      }
    }
    if (bystanders === 0) return;
    const done = await new Suite(database).course();
    await database.batch(
      Array.from({ length: bystanders }, (_, index) => ({
        sql: `INSERT INTO registrations (client_id, component_id, person_id, status, progress_pct, created_at, updated_at)
          VALUES (1, ?, ?, 'booked', 50, 0, 0)`,
        args: [done, 10_000 + index],
      })),
      "write",
    );
  },
};
