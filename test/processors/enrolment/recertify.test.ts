import { beforeEach, describe, expect, it } from "vitest";
import { ParticipantAutomaticRegistration as processor } from "../../../src/processors/enrolment/ParticipantAutomaticRegistration.ts";
import { Night } from "./night.ts";

let night: Night;
let template: number;
let person: number;
let group: number;

beforeEach(async () => {
  night = await Night.fall();
  template = await night.template();
  person = await night.person();
  group = await night.group([person]);
});

const yearly = { recertify: 1, recert_mode: "yearly", due_mmdd: "03-31", enrolment_status: "personal_syllabus" };
const columns = "cycle_no, status, source, due_on";

describe("step 4: the next cycle", () => {
  it("begins days to finish and buffer days before it falls due", async () => {
    await night.registration(template, person, { status: "passed", next_due_on: "2026-03-31" });
    const rule = await night.rule(template, group, { ...yearly, days_to_finish: 14 });
    // 31 March minus 14 minus 7 days.
    expect((await night.run(processor, { asOf: "2026-03-02" })).state).toBe("no_action");
    night.clock.advanceTo(Date.parse("2026-03-10T01:00:00Z"));
    expect((await night.run(processor, { asOf: "2026-03-09" })).state).toBe("no_action");
    expect(await night.run(processor, { asOf: "2026-03-10" })).toMatchObject({
      state: "ok",
      counts: { recertified: 1 },
    });
    expect(await night.on(template, `${columns}, source_ref, parent_registration_id`)).toEqual([
      { cycle_no: 1, status: "passed", source: "manual", due_on: null, source_ref: null, parent_registration_id: null },
      {
        cycle_no: 2,
        status: "personal_syllabus",
        source: "recert",
        due_on: "2026-03-31",
        source_ref: `rule:${rule}|${template}|${person}|2`,
        parent_registration_id: null,
      },
    ]);
    expect((await night.run(processor, { asOf: "2026-03-10" })).state).toBe("no_action");
  });

  it.each([
    ["the settings' days", { days_to_finish: null }, { daysToFinish: 20, bufferDays: 3 }, "2026-03-25", true],
    [
      "one day more than the settings' days",
      { days_to_finish: null },
      { daysToFinish: 20, bufferDays: 3 },
      "2026-03-26",
      false,
    ],
    ["no buffer where it is set to 0", { days_to_finish: 5 }, { bufferDays: 0 }, "2026-03-07", true],
    ["one day more without a buffer", { days_to_finish: 5 }, { bufferDays: 0 }, "2026-03-08", false],
    ["the standard buffer of 7 days", { days_to_finish: 0 }, {}, "2026-03-09", true],
    ["one day more than the standard buffer", { days_to_finish: 0 }, {}, "2026-03-10", false],
    ["a day that passed while no run looked", { days_to_finish: 0 }, {}, "2025-12-01", true],
  ])("follows %s", async (_what, values, settings, next_due_on, expected) => {
    for (const [key, value] of Object.entries(settings)) await night.setting(`enrolment.${key}`, value);
    await night.registration(template, person, { status: "completed", next_due_on });
    await night.rule(template, group, { ...yearly, ...values });
    expect((await night.run(processor)).counts.recertified ?? 0).toBe(expected ? 1 : 0);
  });

  const due = { next_due_on: "2026-03-05" };
  const left = { status: "cancelled", cancel_reason: "left_group" };
  const passive = { status: "cancelled", cancel_reason: "inactive_user" };
  it.each([
    ["passed", [{ status: "passed", ...due }], {}, 2],
    ["completed", [{ status: "completed", ...due }], {}, 2],
    ["failed", [{ status: "failed", ...due }], {}, null],
    ["cancelled", [{ status: "cancelled", ...due }], {}, null],
    ["failed, with reenrol_closed", [{ status: "failed", ...due }], { reenrol_closed: 1 }, 2],
    ["cancelled, with reenrol_closed", [{ status: "cancelled", ...due }], { reenrol_closed: 1 }, 2],
    ["passed, and was then passive", [{ status: "passed", ...due }, passive], {}, 3],
    ["passed, on a rule that does not recertify", [{ status: "passed", ...due }], { recertify: 0 }, null],
    ["passed, and again open", [{ status: "passed", ...due }, { status: "booked" }], {}, null],
    [
      "passed, and again passed",
      [
        { status: "passed", ...due },
        { status: "passed", ...due },
      ],
      {},
      3,
    ],
    [
      "passed, and then failed",
      [
        { status: "passed", ...due },
        { status: "failed", ...due },
      ],
      {},
      null,
    ],
    [
      "passed, then failed, with reenrol_closed",
      [{ status: "passed" }, { status: "failed", ...due }],
      { reenrol_closed: 1 },
      3,
    ],
    ["passed, and then left the group", [{ status: "passed", ...due }, left], {}, 3],
    ["left the group alone, with a next day", [{ ...left, ...due }], { reenrol_closed: 1 }, "enrolled"],
  ] as const)("of who has %s", async (_what, known, values, cycle) => {
    for (const [index, one] of known.entries())
      await night.registration(template, person, { ...one, cycle_no: index + 1 });
    await night.rule(template, group, { ...yearly, ...values });
    const { counts } = await night.run(processor);
    const made = await night.rows("SELECT cycle_no FROM registrations WHERE source = 'recert'");
    expect(made).toEqual(typeof cycle === "number" ? [{ cycle_no: cycle }] : []);
    expect(counts.registered ?? 0).toBe(cycle === "enrolled" ? 1 : 0);
  });

  it.each([
    ["2026-03-05", 14, "2026-03-16"],
    ["2026-03-15", 14, "2026-03-16"],
    ["2026-03-16", 14, "2026-03-16"],
    ["2026-03-17", 14, "2026-03-17"],
    ["2025-03-05", 0, "2026-03-02"],
  ])(
    "of who comes back and was due on %s, with %i days to finish, is due on %s",
    async (next_due_on, days_to_finish, expected) => {
      await night.registration(template, person, { status: "passed", next_due_on });
      await night.registration(template, person, { ...passive, cycle_no: 2, due_on: next_due_on });
      await night.rule(template, group, { ...yearly, days_to_finish, change_after_days: 0, change_to: "failed" });
      await night.run(processor);
      expect((await night.on(template, columns))[2]).toEqual({
        cycle_no: 3,
        status: "personal_syllabus",
        source: "recert",
        due_on: expected,
      });
    },
  );

  it.each([
    ["left the group", async () => night.leave(group, person)],
    ["is excluded", async () => night.except(template, person, "exclude")],
    ["is passive", async () => night.update("persons", person, { auth_status: "passive" })],
  ])("does not begin for who %s", async (_what, happens) => {
    await night.registration(template, person, { status: "passed", ...due });
    await night.rule(template, group, yearly);
    await happens();
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it("gets a course of its own in the nights that follow", async () => {
    await night.registration(template, person, { status: "passed", ...due });
    const course = await night.course({ template_id: template });
    await night.rule(template, group, { ...yearly, auto_course_enrolment: 1 });
    expect((await night.run(processor)).counts).toMatchObject({ recertified: 1 });
    expect((await night.run(processor)).counts).toMatchObject({ coursesAssigned: 1 });
    expect(await night.on(course, "person_id, due_on")).toEqual([{ person_id: person, due_on: "2026-03-05" }]);
  });

  it.each([
    [1, 1],
    [0, 0],
  ])(
    "with reset_scorm = %i puts the person's attempts on the template's media aside (%i)",
    async (reset_scorm, archived) => {
      const other = await night.person();
      const [medium, foreign] = [await night.insert("media"), await night.insert("media")];
      await night.insert("syllabus_items", { component_id: template, media_id: medium });
      await night.insert("syllabus_items", { component_id: await night.course(), media_id: foreign });
      const attempt = (values: Record<string, number>) => night.insert("attempts", values);
      const own = await attempt({ person_id: person, media_id: medium ?? 0 });
      await attempt({ person_id: person, media_id: medium ?? 0, is_preview: 1 });
      await attempt({ person_id: person, media_id: foreign ?? 0 });
      await attempt({ person_id: other, media_id: medium ?? 0 });
      await night.registration(template, person, { status: "passed", ...due });
      await night.registration(template, other, { status: "passed" });
      await night.rule(template, group, { ...yearly, reset_scorm });
      expect((await night.run(processor)).counts).toMatchObject({ recertified: 1, changed: 1 });
      expect(await night.rows("SELECT id FROM attempts WHERE archived = 1")).toEqual(archived ? [{ id: own }] : []);
    },
  );

  it("on a course resets the media of its template too", async () => {
    const medium = await night.insert("media");
    await night.insert("syllabus_items", { component_id: template, media_id: medium });
    await night.insert("attempts", { person_id: person, media_id: medium });
    const course = await night.course({ template_id: template });
    await night.registration(course, person, { status: "passed", ...due });
    await night.rule(course, group, { ...yearly, reset_scorm: 1 });
    await night.run(processor);
    expect(await night.rows("SELECT archived FROM attempts")).toEqual([{ archived: 1 }]);
  });
});

describe("a success without a next day, from before anything dated it", () => {
  const interval = { recertify: 1, recert_mode: "from_completion", recert_interval_months: 12, days_to_finish: 0 };
  const passed = (completed_at: string | null, values = {}) =>
    night.registration(template, person, {
      status: "passed",
      completed_at: completed_at === null ? null : Date.parse(completed_at),
      ...values,
    });
  const nextDays = async () => (await night.on(template, "next_due_on")).map((row) => row.next_due_on);

  it.each([
    ["an interval after its completion", interval, "2025-08-31T10:00:00Z", "2026-08-31"],
    ["by the local day of its completion", interval, "2025-08-30T22:30:00Z", "2026-08-31"],
    ["and the day before", interval, "2025-08-30T21:30:00Z", "2026-08-30"],
    ["in winter an hour earlier", interval, "2025-12-31T23:30:00Z", "2027-01-01"],
    ["to 28 February from a leap day", interval, "2024-02-29T10:00:00Z", "2025-02-28"],
    [
      "to a leap day over a month's end",
      { ...interval, recert_interval_months: 6 },
      "2027-08-31T10:00:00Z",
      "2028-02-29",
    ],
    ["to the next yearly day", { ...yearly, days_to_finish: 0 }, "2025-08-31T10:00:00Z", "2026-03-31"],
    ["a year on from the yearly day itself", { ...yearly, days_to_finish: 0 }, "2026-03-31T10:00:00Z", "2027-03-31"],
  ])("is dated %s", async (_what, values, completed, expected) => {
    const id = await passed(completed);
    await night.rule(template, group, values);
    const { state } = await night.run(processor);
    expect(state).toBe("ok");
    expect((await nextDays())[0]).toBe(expected);
    expect(
      await night.rows("SELECT action, after FROM audit_log WHERE entity_id = ? AND action LIKE 'date%'", id),
    ).toEqual([{ action: "date_next_cycle", after: `{"next_due_on":"${expected}"}` }]);
  });

  it.each([
    ["2025-03-09T10:00:00Z", 1],
    ["2025-03-10T10:00:00Z", 0],
  ])("from %s leads to the next cycle in the same night: %i", async (completed, cycles) => {
    await passed(completed);
    await night.rule(template, group, interval);
    const rehearsed = await night.run(processor, { dryRun: true });
    const { counts } = await night.run(processor);
    expect([rehearsed.counts.recertified ?? 0, counts.recertified ?? 0]).toEqual([cycles, cycles]);
    expect(await night.on(template, "cycle_no, due_on")).toHaveLength(1 + cycles);
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it("is not dated for who is no candidate, nor while a later one is open, nor without recertification", async () => {
    const [outsider = 0, busy = 0] = await night.people(2);
    await night.registration(template, outsider, { status: "passed", completed_at: 1 });
    await night.registration(template, busy, { status: "passed", completed_at: 1 });
    await night.registration(template, busy, { cycle_no: 2 });
    await night.join(group, busy);
    const other = await night.course();
    await night.registration(other, person, { status: "passed", completed_at: 1 });
    await night.rule(template, group, interval);
    await night.rule(other, group);
    await night.run(processor);
    expect(await night.rows("SELECT id FROM registrations WHERE next_due_on IS NOT NULL")).toEqual([]);
  });

  it("fails by itself where nothing says when it was completed, and the others go on", async () => {
    const other = await night.person();
    await night.join(group, other);
    const id = await passed(null);
    await night.registration(template, other, { status: "passed", completed_at: Date.parse("2025-03-01T10:00:00Z") });
    await night.rule(template, group, interval);
    const { state, counts, errors } = await night.run(processor);
    expect({ state, counts }).toMatchObject({ state: "partial", counts: { recertified: 1, failed: 1 } });
    expect(errors).toMatchObject([{ ref: `registration:${id}`, code: "no_completion" }]);
  });

  it("a failure without a next day is left as it is", async () => {
    await passed("2025-01-01T10:00:00Z", { status: "failed" });
    await night.rule(template, group, { ...interval, reenrol_closed: 1 });
    expect((await night.run(processor)).state).toBe("no_action");
  });
});

describe("what a registration that closes leaves for its next cycle", () => {
  /** A registration of the rule that has been overdue for too long. */
  const overdue = async (values: Record<string, string | number | null>, due_on = "2026-02-20") => {
    const id = await night.rule(template, group, { change_after_days: 1, change_to: "failed", ...values });
    const source_ref = `rule:${id}|${template}|${person}|1`;
    await night.registration(template, person, { source: "auto_rule", source_ref, due_on });
    return id;
  };
  const closed = () => night.on(template, "status, next_due_on, completed_at, cancelled_at");

  it.each([
    ["the next yearly day after today", yearly, "2026-03-31"],
    [
      "the due day and the interval",
      { recertify: 1, recert_mode: "from_completion", recert_interval_months: 12 },
      "2027-02-20",
    ],
    ["nothing, without recertification", {}, null],
  ] as const)("is %s", async (_what, values, next_due_on) => {
    await overdue(values);
    await night.run(processor);
    expect(await closed()).toEqual([{ status: "failed", next_due_on, completed_at: null, cancelled_at: null }]);
  });

  it("is dated by the rule that made it, where several recertify", async () => {
    await night.rule(template, group, { ...yearly, due_mmdd: "12-31", reenrol_closed: 0 });
    await overdue(yearly);
    await night.run(processor);
    expect(await closed()).toMatchObject([{ next_due_on: "2026-03-31" }]);
  });

  it("is dated by the first rule that recertifies, where its own does not", async () => {
    const other = await night.group();
    await night.rule(template, other, { ...yearly, active: 0, due_mmdd: "01-31" });
    await night.rule(template, other, { ...yearly, due_mmdd: "12-31" });
    await night.rule(template, other, yearly);
    await overdue({});
    await night.run(processor);
    expect(await closed()).toMatchObject([{ next_due_on: "2026-12-31" }]);
  });

  it("leads to the next cycle when its time comes", async () => {
    await overdue({ ...yearly, reenrol_closed: 1, days_to_finish: 10 });
    await night.run(processor);
    await night.clock.advanceTo(Date.parse("2026-03-20T02:00:00Z"));
    expect((await night.run(processor, { asOf: "2026-03-13" })).state).toBe("no_action");
    expect((await night.run(processor, { asOf: "2026-03-14" })).counts).toMatchObject({ recertified: 1 });
    expect(await night.on(template, columns)).toMatchObject([
      { status: "failed" },
      { status: "personal_syllabus", due_on: "2026-03-31" },
    ]);
  });
});
