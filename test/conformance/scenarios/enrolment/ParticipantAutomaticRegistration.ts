import { ParticipantAutomaticRegistration as processor } from "../../../../src/processors/enrolment/ParticipantAutomaticRegistration.ts";
import { Suite } from "../../../processors/enrolment/suite.ts";
import { NOW, type Scenario } from "../../suite/scenario.ts";

const DAY = 86_400_000;

/** Every step of a rule, rules that share a component or a course, and rules that fail beside them. */
async function night(suite: Suite): Promise<void> {
  const people = await suite.people(8);
  const [ada = 0, ben = 0, cem = 0, dora = 0, emil = 0, fred = 0, gus = 0, hana = 0] = people;
  const passive = await suite.person({ auth_status: "passive" });
  const staff = await suite.group([ada, ben, cem, dora, emil, fred, passive]);
  const others = await suite.group([dora, emil, fred, gus, hana]);

  // A template that two rules enrol on, whose courses have too few places for all.
  const template = await suite.template();
  const future = { template_id: template, date_dependent: 1, start_at: NOW + 30 * DAY };
  await suite.course({ ...future, max_participants: 3 });
  const open = await suite.course({
    ...future,
    start_at: NOW + 60 * DAY,
    max_participants: 2,
    planning_status: "fixed",
  });
  await suite.course({ ...future, planning_status: "planned" });
  const rule = { enrolment_status: "personal_syllabus", auto_course_enrolment: 1, days_to_finish: 30 };
  await suite.rule(template, staff, rule);
  await suite.rule(template, others, rule);
  await suite.rule(open, others, { days_to_finish: 5 });

  // Sites, a waiting list, none.
  await suite.rule(await suite.course({ max_participants: 3, waiting_list: 1 }), staff);
  await suite.rule(await suite.course({ max_participants: 2 }), others);

  // Prerequisites, noted and wanted.
  const prerequisites = JSON.stringify({ attr: "username", op: "in", value: ["nobody", "somebody"] });
  await suite.update("persons", ben, { username: "somebody" });
  await suite.rule(await suite.path({ prerequisites }), staff, { due_mode: "yearly", due_mmdd: "02-29" });
  const strict = await suite.path({ prerequisites });
  await suite.meta(strict, 11838);
  await suite.rule(strict, staff);

  // Due again, with attempts.
  const again = await suite.template();
  const medium = await suite.insert("media");
  await suite.insert("syllabus_items", { component_id: again, media_id: medium });
  for (const person_id of [ada, ben, cem]) {
    await suite.registration(again, person_id, { status: "passed", next_due_on: "2026-03-20" });
    await suite.insert("attempts", { person_id, media_id: medium });
  }
  const yearly = { recertify: 1, due_mmdd: "03-20", days_to_finish: 14, reset_scorm: 1 };
  await suite.rule(again, staff, yearly);
  await suite.rule(again, others, yearly);

  // Due again since long ago, but without a date; away for a while, and back; in a group that is switched off.
  const undated = await suite.template();
  for (const person_id of [ada, ben, cem])
    await suite.registration(undated, person_id, { status: "passed", completed_at: NOW - 400 * DAY });
  await suite.registration(undated, dora, { status: "passed", completed_at: NOW - 10 * DAY });
  await suite.registration(undated, emil, { status: "passed" });
  const gone = { cycle_no: 2, status: "cancelled", cancel_reason: "inactive_user" };
  await suite.registration(undated, ben, gone);
  await suite.registration(undated, gus, { ...gone, cycle_no: 1 });
  const interval = { recertify: 1, recert_mode: "from_completion", recert_interval_months: 12, days_to_finish: 14 };
  await suite.rule(undated, await suite.group([ada, ben, cem, dora, emil, gus]), interval);
  await suite.rule(undated, await suite.group([hana], { active: 0 }));

  // A template without any course; a rule that says nothing of its days to finish.
  await suite.rule(await suite.template(), others, { enrolment_status: "personal_syllabus", auto_course_enrolment: 1 });

  // Overdue, and no longer a candidate: a place becomes free, and a person waits for it.
  const leaving = await suite.course({ max_participants: 4, waiting_list: 1 });
  const cancelling = await suite.rule(leaving, staff, { auto_cancel: 1, change_after_days: 3, change_to: "cancelled" });
  const made = (person: number) => ({ source: "auto_rule", source_ref: `rule:${cancelling}|${leaving}|${person}|1` });
  await suite.registration(leaving, gus, { ...made(gus), due_on: "2026-02-01" });
  await suite.registration(leaving, hana, made(hana));
  await suite.registration(leaving, ada, { ...made(ada), due_on: "2026-02-01" });
  await suite.registration(leaving, passive, made(passive));
  await suite.registration(leaving, ben, { status: "waiting_list" });
  await suite.registration(leaving, cem, { status: "waiting_list" });

  // Rules that fail beside them.
  await suite.rule(await suite.course({ planning_status: "cancelled" }), staff);
  await suite.rule(await suite.path({ prerequisites: "{}" }), staff);
  await suite.rule(await suite.path({ prerequisites: '{"attr":"ofice","op":"empty"}' }), staff);
  await suite.rule(await suite.course(), await suite.group([ada, ben]), { active_from_on: "2026-03-02" });
}

export const ParticipantAutomaticRegistration: Scenario = {
  processor,
  parameters: { chunkSize: 4 },
  badParameters: [
    [{ ruleIds: [] }, "ruleIds"],
    [{ ruleIds: 7 }, "ruleIds"],
    [{ ruleIds: [0] }, "ruleIds.0"],
    [{ rules: [1] }, "rules"],
    [{ chunkSize: 1001 }, "chunkSize"],
  ],
  ends: "partial",
  again: "partial",
  async seed({ database }, bystanders) {
    for (const clientId of [1, 2]) await night(new Suite(database, clientId));
    if (bystanders === 0) return;
    const suite = new Suite(database);
    const crowd = await suite.group();
    await suite.rule(await suite.course(), crowd, { active: 0 });
    await suite.rule(await suite.course(), crowd, { active_from_on: "2026-03-03" });
    const course = await suite.course();
    const numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)";
    await database.batch(
      [
        {
          sql: `INSERT INTO persons (id, client_id, username, username_key, given_name, family_name, enrolled_on, created_at, updated_at)
            ${numbers} SELECT 10000 + i, 1, 'crowd' || i, 'crowd' || i, 'A', 'B', '2020-01-01', 0, 0 FROM n`,
          args: [bystanders],
        },
        {
          sql: `INSERT INTO group_members (client_id, group_id, person_id, source, joined_at, created_at, updated_at)
            SELECT 1, ?, id, 'manual', 0, 0, 0 FROM persons WHERE id > 10000`,
          args: [crowd],
        },
        {
          sql: `INSERT INTO registrations (client_id, component_id, person_id, status, due_on, created_at, updated_at)
            SELECT 1, ?, id, 'booked', '2020-01-01', 0, 0 FROM persons WHERE id > 10000`,
          args: [course],
        },
      ],
      "write",
    );
  },
};
