import { beforeEach, describe, expect, it } from "vitest";
import { ProgramRecertificationCompletionJob as processor } from "../../../src/processors/paths/ProgramRecertificationCompletionJob.ts";
import { RecertificationNight } from "./recertification.ts";

let night: RecertificationNight;
let person: number;
let registration: number;
beforeEach(async () => {
  night = await RecertificationNight.fall();
  person = await night.person();
  registration = await night.booked(person, "2025-01-01");
});

/** Starts, is due, and ends. */
const DAYS = "2026-02-10 2026-02-20 2026-03-01";
const states = async () =>
  (await night.rows("SELECT state, achieved_on FROM recert_periods ORDER BY registration_id, cycle_no")).map((row) =>
    Object.values(row)
      .filter((one) => one !== null)
      .join(" "),
  );

describe("a period is achieved when its mandatory elements were finished within it", () => {
  it.each([
    ["2026-02-09", "ended"],
    ["2026-02-10", "achieved 2026-02-10"],
    ["2026-02-25", "achieved 2026-02-25"],
    ["2026-03-01", "achieved 2026-03-01"],
    ["2026-03-02", "ended"],
  ])("a medium finished %s: %s", async (day, expected) => {
    const item = await night.medium();
    await night.finished(registration, item, day);
    await night.period(await night.section(), registration, DAYS, { state: "ended" });
    await night.run(processor);
    expect(await states()).toEqual([expected]);
  });

  it.each([
    ["pending", "pending"],
    ["open", "achieved 2026-02-20"],
    ["due", "achieved 2026-02-20"],
    ["ended", "achieved 2026-02-20"],
    ["achieved", "achieved"],
  ])("and it was %s", async (state, expected) => {
    const item = await night.medium();
    await night.finished(registration, item, "2026-02-20");
    await night.period(await night.section(), registration, DAYS, { state });
    expect((await night.run(processor)).counts.achieved ?? 0).toBe(["open", "due", "ended"].includes(state) ? 1 : 0);
    expect(await states()).toEqual([expected]);
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it.each([
    ["the last millisecond of the last day", "2026-03-01T22:59:59.999Z", "achieved 2026-03-01"],
    ["the first of the day after", "2026-03-01T23:00:00Z", "ended"],
    ["the first of the first day", "2026-02-09T23:00:00Z", "achieved 2026-02-10"],
    ["the last of the day before", "2026-02-09T22:59:59.999Z", "ended"],
  ])("by the days of the client's zone: %s", async (_, instant, expected) => {
    const course = await night.course();
    await night.element(course);
    await night.passed(course, person, "2026-01-01", { completed_at: Date.parse(instant) });
    await night.period(await night.section(), registration, DAYS, { state: "ended" });
    await night.run(processor);
    expect(await states()).toEqual([expected]);
  });

  it("on the latest of their days, all of them, of all depths, but not those that are optional, removed or elsewhere", async () => {
    const inner = await night.item({ kind: "folder", parent_id: night.folder });
    const [one, two] = [await night.medium(), await night.medium({ parent_id: inner })];
    const course = await night.course();
    await night.element(course);
    await night.medium({ mandatory: 0 });
    await night.medium({ removed_at: 1 });
    await night.medium({ parent_id: null });
    await night.finished(registration, one, "2026-02-11");
    await night.passed(course, person, "2026-02-12");
    await night.period(await night.section(), registration, DAYS);
    expect((await night.run(processor)).state).toBe("no_action");
    await night.finished(registration, two, "2026-02-15");
    await night.run(processor);
    expect(await states()).toEqual(["achieved 2026-02-15"]);
  });

  it.each([
    ["incomplete", "open"],
    ["failed", "open"],
    ["completed", "achieved 2026-02-20"],
    ["passed", "achieved 2026-02-20"],
  ])("a medium that is %s", async (status, expected) => {
    await night.finished(registration, await night.medium(), "2026-02-20", { status });
    await night.period(await night.section(), registration, DAYS);
    await night.run(processor);
    expect(await states()).toEqual([expected]);
  });

  it("a component passed anywhere, a template by one of its courses, also where it was passed again later", async () => {
    const template = await night.template();
    const course = await night.course({ template_id: template });
    await night.element(template);
    await night.passed(course, person, "2025-02-11");
    await night.passed(course, person, "2026-02-11", { cycle_no: 2 });
    await night.passed(course, person, "2026-03-02", { cycle_no: 3 });
    await night.period(await night.section(), registration, DAYS, { state: "ended" });
    await night.run(processor);
    expect(await states()).toEqual(["achieved 2026-02-11"]);
  });

  it("not by another person, another registration on the path, or a failed cycle", async () => {
    const course = await night.course();
    const item = await night.medium();
    await night.element(course);
    const other = await night.person();
    await night.passed(course, other, "2026-02-11");
    await night.passed(course, person, "2026-02-11", { status: "failed" });
    await night.finished(await night.booked(other, "2025-01-01"), item, "2026-02-11");
    await night.period(await night.section(), registration, DAYS);
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it("its locks are released, audit and search index told", async () => {
    const [done, optional] = [await night.medium(), await night.medium({ mandatory: 0 })];
    const outside = await night.medium({ parent_id: null });
    await night.finished(registration, done, "2026-02-20", { locked: 1 });
    for (const item_id of [optional, outside])
      await night.insert("item_progress", { registration_id: registration, item_id, locked: 1 });
    const period = await night.period(await night.section(), registration, DAYS, { state: "ended" });
    await night.run(processor);
    expect(await night.progress()).toEqual([
      `${done} completed 0`,
      `${optional} not_attempted 0`,
      `${outside} not_attempted 1`,
    ]);
    expect(await night.rows("SELECT entity, entity_id, before, after FROM audit_log")).toEqual([
      {
        entity: "registration",
        entity_id: registration,
        before: `{"period":${period},"state":"ended"}`,
        after: `{"period":${period},"state":"achieved","achieved_on":"2026-02-20"}`,
      },
    ]);
    expect(await night.rows("SELECT entity, entity_id FROM index_changes")).toEqual([
      { entity: "registration", entity_id: registration },
    ]);
  });

  it.each([
    [true, "achieved 2026-02-11"],
    [false, "open"],
  ])("a covered component counts where equivalences are switched on: %s", async (enabled, expected) => {
    const course = await night.course();
    await night.element(course);
    const values = { name: "R", relation: "covers", triggers: "[]", target_component_id: course };
    const rule = await night.insert("equivalence_rules", values);
    await night.rows(`INSERT INTO coverage_entries (client_id, rule_id, person_id, component_id, by, since)
      VALUES (1, ${rule}, ${person}, ${course}, '[]', '2026-02-11')`);
    await night.setting("equivalences.enabled", enabled);
    await night.period(await night.section(), registration, DAYS);
    await night.run(processor);
    expect(await states()).toEqual([expected]);
  });
});

describe("work behind the end", () => {
  it.each([
    ["locked", null, "ended"],
    ["allowed", null, "achieved 2026-03-02"],
    ["allowed", "pending", "achieved 2026-03-02 pending"],
    ["allowed", "open", "ended open"],
    ["allowed", "ended", "ended ended"],
  ])("with late=%s and a next period that is %s", async (late, next, expected) => {
    const item = await night.medium();
    await night.finished(registration, item, "2026-03-02");
    const section = await night.section({ late });
    await night.period(section, registration, DAYS, { state: "ended" });
    if (next !== null)
      await night.period(section, registration, "2026-09-01 2026-09-11 2026-09-21", { state: next, cycle_no: 2 });
    await night.run(processor);
    expect((await states()).join(" ")).toBe(expected);
  });
});

describe("the next period is created behind one that is achieved or has ended", () => {
  const done = (section: number, values = {}) =>
    night.period(section, registration, DAYS, { state: "achieved", achieved_on: "2026-02-15", ...values });
  const next = async () => (await night.periods()).slice(1);

  it.each([
    ["schedule", "achieved", "2 pending 2027-02-10 2027-02-20 2027-03-02"],
    ["schedule", "ended", "2 pending 2027-02-10 2027-02-20 2027-03-02"],
    ["achieved", "achieved", "2 pending 2027-02-15 2027-02-25 2027-03-07"],
    ["achieved", "ended", "2 pending 2027-03-01 2027-03-11 2027-03-21"],
    ["expiry", "achieved", "2 pending 2027-03-01 2027-03-11 2027-03-21"],
    ["expiry", "ended", "2 pending 2027-03-01 2027-03-11 2027-03-21"],
  ])("counted from %s, %s", async (next_from, state, expected) => {
    await done(await night.section({ next_from, interval_months: 12 }), {
      state,
      achieved_on: state === "achieved" ? "2026-02-15" : null,
    });
    expect((await night.run(processor)).counts).toEqual({ scanned: 1, changed: 1, nextCreated: 1 });
    expect(await next()).toEqual([expected]);
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it.each(["pending", "open", "due"])("not behind one that is %s", async (state) => {
    await done(await night.section({ interval_months: 12 }), { state, achieved_on: null });
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it("not without an interval", async () => {
    await done(await night.section());
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it("in the same run as the achievement", async () => {
    await night.finished(registration, await night.medium(), "2026-02-20");
    await night.period(await night.section({ interval_months: 1 }), registration, DAYS);
    expect((await night.run(processor)).counts).toMatchObject({ achieved: 1, nextCreated: 1 });
  });

  it("by the schedule of the first period, so that the 31st does not drift", async () => {
    const section = await night.section({ interval_months: 1, end_days: 5, due_days: 2 });
    await night.period(section, registration, "2025-12-31 2026-01-02 2026-01-05", { state: "ended" });
    await night.period(section, registration, "2026-01-31 2026-02-02 2026-02-05", { state: "ended", cycle_no: 2 });
    await night.run(processor, { asOf: "2026-02-06" });
    expect((await night.periods()).at(-1)).toBe("3 pending 2026-02-28 2026-03-02 2026-03-05");
    await night.rows("UPDATE recert_periods SET state = 'ended'");
    await night.run(processor, { asOf: "2026-03-01" });
    expect((await night.periods()).at(-1)).toBe("4 pending 2026-03-31 2026-04-02 2026-04-05");
  });

  it("the interval is repeated until the period does not end before today", async () => {
    const section = await night.section({ interval_months: 6 });
    await night.period(section, registration, "2020-02-10 2020-02-20 2020-03-01", { state: "ended" });
    await night.run(processor, { asOf: "2026-03-01" });
    expect(await next()).toEqual(["2 pending 2026-02-10 2026-02-20 2026-03-02"]);
  });

  it("one that ends today is none that ends before it", async () => {
    const section = await night.section({ interval_months: 6, end_days: 20 });
    await night.period(section, registration, "2020-02-10 2020-02-20 2020-03-01", { state: "ended" });
    await night.run(processor, { asOf: "2026-03-02" });
    expect(await next()).toEqual(["2 pending 2026-02-10 2026-02-20 2026-03-02"]);
  });

  it("and the day after that the following one", async () => {
    const section = await night.section({ interval_months: 6, end_days: 19 });
    await night.period(section, registration, "2020-02-10 2020-02-20 2020-02-29", { state: "ended" });
    await night.run(processor, { asOf: "2026-03-02" });
    expect(await next()).toEqual(["2 pending 2026-08-10 2026-08-20 2026-08-29"]);
  });

  it.each([
    ["schedule", 400, "2 pending 2027-03-22"],
    ["schedule", 300, "2 pending 2027-02-10"],
    ["achieved", 400, "2 pending 2027-03-22"],
    ["achieved", 0, "2 pending 2027-02-15"],
  ])(
    "counted from %s, not before %i days have passed since the achievement",
    async (next_from, min_active_days, expected) => {
      await done(await night.section({ next_from, min_active_days, interval_months: 12 }));
      await night.run(processor);
      expect((await next())[0]).toContain(expected);
    },
  );

  it("not where there is one: a late achievement does not move it", async () => {
    const section = await night.section({ interval_months: 12, late: "allowed", next_from: "achieved" });
    await night.finished(registration, await night.medium(), "2026-03-02");
    await night.period(section, registration, DAYS, { state: "ended" });
    await night.period(section, registration, "2027-01-01 2027-01-11 2027-01-21", { state: "pending", cycle_no: 2 });
    expect((await night.run(processor)).counts).toEqual({ scanned: 1, changed: 1, achieved: 1 });
    expect(await next()).toEqual(["2 pending 2027-01-01 2027-01-11 2027-01-21"]);
  });

  it.each([
    ["booked", 1],
    ["in_progress", 1],
    ["completed", 1],
    ["cancelled", 0],
    ["failed", 0],
  ])("on a registration that is %s: %i", async (status, created) => {
    await night.update("registrations", registration, { status });
    await done(await night.section({ interval_months: 12 }));
    await night.run(processor);
    expect(await next()).toHaveLength(created);
  });

  it("not on one that a later cycle follows", async () => {
    await night.booked(person, "2026-01-01", { cycle_no: 2 });
    await done(await night.section({ interval_months: 12 }));
    await night.run(processor);
    expect(await next()).toEqual([]);
  });
});

describe("on a registration that a rule made, the next period is created only while the person is a candidate", () => {
  const scene = async (members: readonly number[], values = {}) => {
    const group = await night.group(members);
    const rule = await night.rule(night.pathId, group, values);
    await night.update("registrations", registration, { source: "auto_rule", source_ref: `rule:${rule}|x` });
    await night.period(await night.section({ interval_months: 12 }), registration, DAYS, { state: "ended" });
    return rule;
  };

  it("of an active rule of the path", async () => {
    await scene([person]);
    expect((await night.run(processor)).counts).toEqual({ scanned: 1, changed: 1, nextCreated: 1 });
  });

  it.each([
    ["who has left the group", () => [], {}],
    ["of a rule that is not active", () => [person], { active: 0 }],
    ["of a rule that is not active yet", () => [person], { active_from_on: "2026-03-03" }],
  ] as const)("not %s, which is counted", async (_, members, values) => {
    await scene(members(), values);
    expect((await night.run(processor)).counts).toEqual({ scanned: 1, skipped: 1, notEligible: 1 });
    expect(await night.periods()).toHaveLength(1);
  });

  it("of any of its rules, also another than the one that made it; an exception counts", async () => {
    const rule = await scene([]);
    await night.rule(night.pathId, await night.group([]));
    await night.except(night.pathId, person, "include");
    expect((await night.run(processor)).counts).toMatchObject({ nextCreated: 1 });
    expect(rule).toBeGreaterThan(0);
  });

  it("a registration that was made otherwise needs no rule", async () => {
    await scene([]);
    await night.update("registrations", registration, { source: "manual" });
    expect((await night.run(processor)).counts).toMatchObject({ nextCreated: 1 });
  });
});

describe("sections", () => {
  it("without mandatory elements are never achieved, with a warning", async () => {
    await night.medium({ mandatory: 0 });
    await night.period(await night.section(), registration, DAYS);
    expect((await night.run(processor)).state).toBe("no_action");
    expect(await night.warnings()).toHaveLength(1);
  });

  it("with an interval below 1 fail, and the others are worked on", async () => {
    const bad = await night.section({ interval_months: 0 });
    await night.period(await night.section({ interval_months: 1 }), registration, DAYS, { state: "ended" });
    const { state, errors, counts } = await night.run(processor, { parameters: { maxFailures: 0 } });
    expect({ state, errors }).toMatchObject({
      state: "partial",
      errors: [{ ref: `section:${bad}`, code: "invalid_section" }],
    });
    expect(counts).toMatchObject({ nextCreated: 1 });
  });

  it("of another client stay as they are", async () => {
    const path = await night.path({ client_id: 2 });
    const folder = await night.item({ client_id: 2, component_id: path, kind: "folder" });
    await night.section({ client_id: 2, component_id: path, folder_item_id: folder, interval_months: 1 });
    const theirs = await night.booked(person, "2025-01-01", { client_id: 2, component_id: path });
    await night.period(await night.section(), theirs, DAYS, { client_id: 2, state: "ended" });
    expect((await night.run(processor)).state).toBe("no_action");
  });
});

it.each([1, 2, 200])("many at a time make no difference (%i)", async (chunkSize) => {
  const item = await night.medium();
  const section = await night.section({ interval_months: 1 });
  for (const one of await night.people(5)) {
    const id = await night.booked(one, "2025-01-01");
    await night.finished(id, item, "2026-02-20");
    await night.period(section, id, DAYS, { state: "ended" });
  }
  const { counts } = await night.run(processor, { parameters: { chunkSize } });
  expect(counts).toMatchObject({ scanned: 10, changed: 10, achieved: 5, nextCreated: 5 });
});

it("runs at 03:25 unless a job says otherwise, light, for each client, behind the opening of periods", () => {
  expect(processor).toMatchObject({
    scope: "client",
    load: "light",
    suggestedCron: "0 25 3 * * ?",
    after: ["ProgrammeRecertificationAsignment"],
  });
});
