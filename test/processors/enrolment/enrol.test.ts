import { beforeEach, describe, expect, it } from "vitest";
import { ParticipantAutomaticRegistration as processor } from "../../../src/processors/enrolment/ParticipantAutomaticRegistration.ts";
import { DAY, NIGHT, Night } from "./night.ts";

let night: Night;

beforeEach(async () => {
  night = await Night.fall();
});

const registered = async (component: number) => (await night.on(component)).map(({ person_id }) => person_id);

describe("step 1: a rule's candidates", () => {
  it.each(["org", "group", "target_group", "job_profile"])("are the members of its %s", async (kind) => {
    const [member = 0] = await night.people(2);
    const course = await night.course();
    await night.rule(course, await night.group([member], { kind }));
    expect(await night.run(processor)).toMatchObject({ state: "ok", counts: { rules: 1, registered: 1 } });
    expect(await registered(course)).toEqual([member]);
  });

  it("are not the members of a group that is switched off, only who is included", async () => {
    const [member = 0, included = 0] = await night.people(2);
    const course = await night.course();
    const group = await night.group([member], { active: 0 });
    await night.rule(course, group);
    await night.except(course, included, "include");
    expect(await night.run(processor)).toMatchObject({ state: "ok", counts: { rules: 1, registered: 1 }, errors: [] });
    expect(await registered(course)).toEqual([included]);
    await night.update("groups", group, { active: 1 });
    await night.run(processor);
    expect(await registered(course)).toEqual([member, included]);
  });

  it.each(["passive", "inactive", "deleted"])(
    "are active: a %s member is not enrolled, not even by exception",
    async (auth_status) => {
      const person = await night.person({ auth_status });
      const course = await night.course();
      await night.rule(course, await night.group([person]));
      await night.except(course, person, "include");
      expect((await night.run(processor)).state).toBe("no_action");
      expect(await registered(course)).toEqual([]);
    },
  );

  it("count once, whatever memberships they have, leads included", async () => {
    const person = await night.person();
    const group = await night.group([person]);
    await night.join(group, person, { source: "rule", role: "lead" });
    const course = await night.course();
    await night.rule(course, group);
    expect((await night.run(processor)).counts).toMatchObject({ scanned: 1, registered: 1 });
  });

  it("hold those with an include exception, and not those with an exclude exception", async () => {
    const [member = 0, excluded = 0, included = 0] = await night.people(3);
    const course = await night.course();
    await night.rule(course, await night.group([member, excluded]));
    await night.except(course, excluded, "exclude");
    await night.except(course, included, "include");
    // Exceptions of another component say nothing here.
    const other = await night.course();
    await night.except(other, member, "exclude");
    await night.except(other, await night.person(), "include");
    await night.run(processor);
    expect(await registered(course)).toEqual([member, included]);
  });

  it("without new members are who was there when the rule first ran, and who is included", async () => {
    const [old = 0, late = 0, included = 0, both = 0] = await night.people(4);
    const course = await night.course();
    const group = await night.group();
    await night.join(group, old, { joined_at: NIGHT });
    const rule = await night.rule(course, group, { include_new_members: 0 });
    await night.run(processor);
    expect(await registered(course)).toEqual([old]);
    const first = NIGHT + 1000;
    expect(await night.rows("SELECT first_run_at FROM enrolment_rules WHERE id = ?", rule)).toEqual([
      { first_run_at: first },
    ]);

    await night.join(group, late, { joined_at: first + 1 });
    await night.join(group, both, { joined_at: first + 1 });
    await night.join(group, both, { joined_at: first, source: "rule" });
    await night.except(course, included, "include");
    await night.run(processor);
    expect(await registered(course)).toEqual([old, included, both]);
    expect(await night.rows("SELECT first_run_at FROM enrolment_rules WHERE id = ?", rule)).toEqual([
      { first_run_at: first },
    ]);
  });

  it("with new members grow by who joins later", async () => {
    const [old = 0, late = 0] = await night.people(2);
    const course = await night.course();
    const group = await night.group([old]);
    await night.rule(course, group);
    await night.run(processor);
    await night.join(group, late, { joined_at: NIGHT + DAY });
    expect((await night.run(processor)).counts).toMatchObject({ registered: 1 });
    expect(await registered(course)).toEqual([old, late]);
  });
});

describe("a rule is applied", () => {
  it.each([
    [{ active: 0 }, 0],
    [{ active: 1 }, 1],
    [{ active_from_on: "2026-03-03" }, 0],
    [{ active_from_on: "2026-03-02" }, 1],
    [{ active_from_on: "2026-03-01" }, 1],
  ])("with %j: %i times", async (values, times) => {
    const course = await night.course();
    await night.rule(course, await night.group(await night.people(1)), values);
    expect((await night.run(processor)).counts.rules ?? 0).toBe(times);
    expect(await registered(course)).toHaveLength(times);
  });

  it("from the day of the run on, whatever day it is", async () => {
    const course = await night.course();
    await night.rule(course, await night.group(await night.people(1)), {
      active_from_on: "2026-03-02",
      days_to_finish: 1,
    });
    expect((await night.run(processor, { asOf: "2026-03-01" })).state).toBe("no_action");
    await night.run(processor, { asOf: "2026-03-02" });
    expect(await night.on(course, "due_on")).toEqual([{ due_on: "2026-03-03" }]);
  });

  it.each([
    ["2026-03-28T22:59:59Z", "2026-03-28", "2026-03-29"],
    ["2026-03-28T23:00:00Z", "2026-03-29", "2026-03-30"],
    ["2026-03-29T21:59:59Z", "2026-03-29", "2026-03-30"],
    ["2026-03-29T22:00:00Z", "2026-03-30", "2026-03-31"],
    ["2026-10-25T22:59:59Z", "2026-10-25", "2026-10-26"],
    ["2028-02-28T12:00:00Z", "2028-02-28", "2028-02-29"],
  ])("on the client's own day, which is at %s %s", async (instant, today, due_on) => {
    await night.clock.advanceTo(Date.parse(instant) - 1000);
    const tomorrow = await night.course();
    const course = await night.course();
    const group = await night.group(await night.people(1));
    await night.rule(tomorrow, group, { active_from_on: due_on });
    await night.rule(course, group, { active_from_on: today, days_to_finish: 1 });
    await night.run(processor);
    expect(await registered(tomorrow)).toEqual([]);
    expect(await night.on(course, "due_on")).toEqual([{ due_on }]);
  });

  it("alone where ruleIds names it, and the log names what is not there", async () => {
    const group = await night.group(await night.people(1));
    const courses = [await night.course(), await night.course(), await night.course()];
    const rules: number[] = [];
    for (const course of courses) rules.push(await night.rule(course, group));
    const ruleIds = [rules[2] ?? 0, rules[0] ?? 0, 999];
    expect((await night.run(processor, { parameters: { ruleIds } })).counts).toMatchObject({ rules: 2, registered: 2 });
    expect(await Promise.all(courses.map(async (course) => (await registered(course)).length))).toEqual([1, 0, 1]);
    expect(await night.rows("SELECT level FROM run_logs WHERE message LIKE '%999%'")).toEqual([{ level: "warn" }]);
  });
});

describe("step 2: a candidate", () => {
  const left = { status: "cancelled", cancel_reason: "left_group" };
  const passive = { status: "cancelled", cancel_reason: "inactive_user" };

  it.each([
    ["without a registration is enrolled", [], {}, 1],
    ["with an open registration is not", [{ status: "booked" }], { reenrol_closed: 1 }, null],
    ["on the waiting list is not", [{ status: "waiting_list" }], { reenrol_closed: 1 }, null],
    ["who has passed is not", [{ status: "passed" }], { reenrol_closed: 1 }, null],
    ["who has completed is not", [{ status: "completed" }], { reenrol_closed: 1 }, null],
    ["who has failed is not", [{ status: "failed" }], {}, null],
    ["who was cancelled is not", [{ status: "cancelled" }], {}, null],
    ["who was cancelled for a reason is not", [{ status: "cancelled", cancel_reason: "overdue" }], {}, null],
    ["who has failed is, where closed ones are enrolled again", [{ status: "failed" }], { reenrol_closed: 1 }, 2],
    ["who was cancelled is, where closed ones are enrolled again", [{ status: "cancelled" }], { reenrol_closed: 1 }, 2],
    [
      "who has failed is not, where recertification sees to it",
      [{ status: "failed" }],
      { reenrol_closed: 1, recertify: 1 },
      null,
    ],
    ["who left the group is, in the next cycle", [left], {}, 2],
    ["who was passive for a while is, in the next cycle", [passive], {}, 2],
    ["who was passive for a while is, also where it recertifies", [passive], { recertify: 1 }, 2],
    ["who was passive and then left is, in the next cycle", [passive, left], {}, 3],
    ["who has failed and was then passive is not", [{ status: "failed" }, passive], {}, null],
    ["who has passed and was then passive is not", [{ status: "passed" }, passive], { reenrol_closed: 1 }, null],
    ["who left the group twice is, in the next cycle", [left, left], { recertify: 1 }, 3],
    ["who has passed and then left is not", [{ status: "passed" }, left], { reenrol_closed: 1 }, null],
    ["who has failed and then left is not", [{ status: "failed" }, left], {}, null],
    [
      "who has failed and then left is, where closed ones are enrolled again",
      [{ status: "failed" }, left],
      { reenrol_closed: 1 },
      3,
    ],
    ["who has failed before passing is not", [{ status: "failed" }, { status: "passed" }], { reenrol_closed: 1 }, null],
  ] as const)("%s", async (_sentence, known, values, cycle) => {
    const person = await night.person();
    const course = await night.course();
    for (const [index, one] of known.entries())
      await night.registration(course, person, { ...one, cycle_no: index + 1 });
    await night.rule(course, await night.group([person]), { due_mmdd: "12-31", ...values });
    await night.run(processor);
    const made = await night.rows("SELECT cycle_no FROM registrations WHERE source = 'auto_rule'");
    expect(made).toEqual(cycle === null ? [] : [{ cycle_no: cycle }]);
  });

  it.each(["personal_syllabus", "booked"])("is registered as %s", async (enrolment_status) => {
    const [person = 0] = await night.people(1);
    for (const component of [await night.course(), await night.template(), await night.path()]) {
      const rule = await night.rule(component, await night.group([person]), { enrolment_status });
      await night.run(processor);
      expect(await night.on(component, "status, source, source_ref, booked_at, suppress_notifications")).toEqual([
        {
          status: enrolment_status,
          source: "auto_rule",
          source_ref: `rule:${rule}|${component}|${person}|1`,
          booked_at: enrolment_status === "booked" ? night.clock.now() : null,
          suppress_notifications: 0,
        },
      ]);
    }
  });

  it.each([
    ["the rule's days", { days_to_finish: 30 }, 14, "2026-04-01"],
    ["the setting's days where the rule is from before they were fixed", { days_to_finish: null }, 14, "2026-03-16"],
    ["no day where the rule says 0", { days_to_finish: 0 }, 14, null],
    ["no day where neither says anything", { days_to_finish: null }, undefined, null],
    [
      "the later of days and a fixed day",
      { days_to_finish: 30, due_mode: "fixed", due_on: "2026-03-20" },
      14,
      "2026-04-01",
    ],
    [
      "the fixed day where that is later",
      { days_to_finish: 30, due_mode: "fixed", due_on: "2026-05-01" },
      14,
      "2026-05-01",
    ],
    ["the next yearly day", { days_to_finish: 30, due_mode: "yearly", due_mmdd: "02-28" }, 14, "2027-02-28"],
    ["29 February in a year without", { due_mode: "yearly", due_mmdd: "02-29" }, undefined, "2027-02-28"],
  ] as const)("falls due by %s", async (_what, values, setting, expected) => {
    if (setting !== undefined) await night.setting("enrolment.daysToFinish", setting);
    const course = await night.course();
    await night.rule(course, await night.group(await night.people(1)), values);
    await night.run(processor);
    expect(await night.on(course, "due_on")).toEqual([{ due_on: expected }]);
  });
});

describe("days to finish", () => {
  const course = (days_to_finish: number | null) => async (people: number[]) => {
    const id = await night.course();
    await night.rule(id, await night.group(people), { days_to_finish });
    return id;
  };

  it("stay what they were when the rule was saved, whatever becomes of the setting", async () => {
    await night.setting("enrolment.daysToFinish", 14);
    const ada = await night.person();
    const [saved, older] = [await course(30)([ada]), await course(null)([ada])];
    await night.run(processor, { dryRun: true });
    const fixed = () => night.rows("SELECT days_to_finish FROM enrolment_rules ORDER BY id");
    expect(await fixed()).toEqual([{ days_to_finish: 30 }, { days_to_finish: null }]);
    await night.run(processor);
    expect(await fixed()).toEqual([{ days_to_finish: 30 }, { days_to_finish: 14 }]);

    await night.database.execute("UPDATE settings SET value = '99'");
    const ben = await night.person();
    for (const group of await night.rows("SELECT id FROM groups")) await night.join(Number(group.id), ben);
    await night.run(processor);
    for (const [component, due_on] of [
      [saved, "2026-04-01"],
      [older, "2026-03-16"],
    ] as const)
      expect(await night.on(component, "person_id, due_on")).toEqual([
        { person_id: ada, due_on },
        { person_id: ben, due_on },
      ]);
  });

  it.each([
    ["none", null, "2026-03-12"],
    ["fixed", "2026-01-31", "2026-03-12"],
    ["fixed", "2026-03-11", "2026-03-12"],
    ["fixed", "2026-03-12", "2026-03-12"],
    ["fixed", "2026-03-13", "2026-03-13"],
  ] as const)("give a returner the time that everybody has: %s %s", async (due_mode, due_on, expected) => {
    const person = await night.person();
    const id = await night.course();
    const cancelled = { status: "cancelled", cancel_reason: "inactive_user", due_on: "2026-01-31" };
    await night.registration(id, person, cancelled);
    await night.rule(id, await night.group([person]), {
      days_to_finish: 10,
      due_mode,
      due_on,
      change_after_days: 0,
      change_to: "failed",
    });
    await night.run(processor);
    expect(await night.on(id, "cycle_no, status, due_on")).toEqual([
      { cycle_no: 1, status: "cancelled", due_on: "2026-01-31" },
      { cycle_no: 2, status: "booked", due_on: expected },
    ]);
  });
});
