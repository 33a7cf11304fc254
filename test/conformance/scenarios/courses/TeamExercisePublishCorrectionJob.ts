import { TeamExercisePublishCorrectionJob as processor } from "../../../../src/processors/courses/TeamExercisePublishCorrectionJob.ts";
import { Suite } from "../../../processors/enrolment/suite.ts";
import { sendingMail } from "../../suite/mail.ts";
import { NOW, type Scenario } from "../../suite/scenario.ts";

export const TeamExercisePublishCorrectionJob: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ notify: true }, "notify"],
    [{ chunkSize: 0 }, "chunkSize"],
  ],
  // One correction has no result, and one mail cannot be sent.
  ends: "partial",
  again: "partial",
  counts: { published: 2, members: 3, sent: 2, errors: 1 },
  async seed({ database }, bystanders) {
    for (const clientId of [1, 2]) {
      const suite = new Suite(database, clientId);
      const people: number[] = [];
      for (const email of ["ada@example.com", "not an address", null, "dora@example.com"])
        people.push(await suite.person({ email }));
      const course = await suite.course();
      const media_id = await suite.insert("media", { kind: "team_exercise" });
      const item_id = await suite.insert("syllabus_items", { component_id: course, media_id });
      await suite.update("components", course, {
        completion_rule: JSON.stringify({ item: item_id, status: ["passed"] }),
      });
      const [team, small] = [await suite.group(people.slice(0, 3)), await suite.group(people.slice(3))];
      for (const person of people.slice(0, 3)) await suite.registration(course, person);
      const submit = (team_group_id: number, values = {}) =>
        suite.insert("exercise_submissions", {
          component_id: course,
          item_id,
          team_group_id,
          submitted_at: 100,
          result: "passed",
          correction_state: "ready",
          publish_at: NOW - 1000,
          ...values,
        });
      await submit(team);
      await submit(small);
      await submit(team, { result: null });
      await submit(team, { publish_at: NOW + 3_600_000 });
    }
    if (bystanders === 0) return;
    await database.batch(
      Array.from({ length: bystanders }, (_, index) => ({
        sql: `INSERT INTO exercise_submissions (client_id, component_id, item_id, team_group_id, submitted_at, result, correction_state,
            publish_at, created_at, updated_at) VALUES (1, 1, ?, 1, 5, 'passed', 'published', 5, 0, 0)`,
        args: [10_000 + index],
      })),
      "write",
    );
  },
  ...sendingMail(),
};
