import { beforeEach, describe, expect, it } from "vitest";
import { registrationStatuses } from "../../../src/learning/schema/enrolment.ts";
import { RefreshJob as processor } from "../../../src/processors/enrolment/RefreshJob.ts";
import { plansFor } from "../../harness/plans.ts";
import { DAY, NIGHT, Night, type NightOptions } from "./night.ts";
import { Suite } from "./suite.ts";

/** Completed in the morning of this day, a success is 12 months old today, 2 March 2026. */
const YEAR_AGO = "2025-03-02";
const morning = (day: string) => Date.parse(`${day}T08:00:00Z`);

let night: Night;
beforeEach(async () => {
  night = await Night.fall();
});

type Values = Parameters<Night["course"]>[0];
/** A course that is refreshed after 12 months, and the course that does it. */
async function pair(base: Values = {}, refresher: Values = {}) {
  const to = await night.course({ title: "Refresher", ...refresher });
  const from = await night.course({
    refresher_component_id: to,
    refresh_after_months: 12,
    refresh_lead_days: 0,
    ...base,
  });
  return { base: from, refresher: to };
}
const success = (component: number, person: number, day: string, values: Values = {}) =>
  night.registration(component, person, { status: "passed", completed_at: morning(day), ...values });
const run = (options: NightOptions = {}) => night.run(processor, options);
const on = (component: number) => night.on(component, "person_id, status");

describe("a person is booked on the refresher", () => {
  it.each([
    ["the day before it is due", 0, "2025-03-03", 0],
    ["on the day", 0, "2025-03-02", 1],
    ["the day after", 0, "2025-03-01", 1],
    ["30 days before, with as many days of lead", 30, "2025-04-01", 1],
    ["not 31 days before", 30, "2025-04-02", 0],
  ])("%s", async (_, refresh_lead_days, day, expected) => {
    const { base, refresher } = await pair({ refresh_lead_days });
    await success(base, await night.person(), day);
    expect(await run()).toMatchObject(
      expected ? { state: "ok", counts: { registered: 1, changed: 1 } } : { state: "no_action", counts: {} },
    );
    expect(await on(refresher)).toHaveLength(expected);
  });

  it("with the due day, what it is known by and its source", async () => {
    const { base, refresher } = await pair({ refresh_lead_days: 30 });
    const person = await night.person();
    await success(base, person, "2025-03-20");
    await run();
    expect(await night.on(refresher, "person_id, status, cycle_no, due_on, source, source_ref, booked_at")).toEqual([
      {
        person_id: person,
        status: "booked",
        cycle_no: 1,
        due_on: "2026-03-20",
        source: "refresher",
        source_ref: `${refresher}|${person}|2026-03-20|1`,
        booked_at: night.clock.now(),
      },
    ]);
    expect(await night.rows("SELECT entity, action, person_id FROM audit_log")).toEqual([
      { entity: "registration", action: "register", person_id: person },
    ]);
    expect(await night.rows("SELECT entity, op FROM index_changes")).toEqual([
      { entity: "registration", op: "upsert" },
    ]);
  });

  it("counted from the day of the completion in the client's zone", async () => {
    const { base, refresher } = await pair();
    const [before, after] = await night.people(2);
    await success(base, before ?? 0, YEAR_AGO, { completed_at: Date.parse("2025-03-02T22:59:59Z") });
    await success(base, after ?? 0, YEAR_AGO, { completed_at: Date.parse("2025-03-02T23:00:00Z") });
    await run();
    expect((await on(refresher)).map(({ person_id }) => person_id)).toEqual([before]);
  });

  it("where months differ in length, on the last day of the shorter one", async () => {
    const { base, refresher } = await pair({ refresh_after_months: 1 });
    await success(base, await night.person(), "2026-01-31");
    await run({ asOf: "2026-02-27" });
    expect(await on(refresher)).toEqual([]);
    await run({ asOf: "2026-02-28" });
    expect(await night.on(refresher, "due_on")).toEqual([{ due_on: "2026-02-28" }]);
  });

  it.each(registrationStatuses)("after a success, and after nothing else: %s", async (status) => {
    const { base, refresher } = await pair();
    await success(base, await night.person(), YEAR_AGO, { status });
    await run();
    expect(await on(refresher)).toHaveLength(["passed", "completed"].includes(status) ? 1 : 0);
  });

  it.each(["active", "passive", "inactive", "deleted"])("while the person is active: %s", async (auth_status) => {
    const { base, refresher } = await pair();
    await success(base, await night.person({ auth_status }), YEAR_AGO);
    await run();
    expect(await on(refresher)).toHaveLength(auth_status === "active" ? 1 : 0);
  });

  it("of this client", async () => {
    const other = new Suite(night.database, 2);
    const to = await other.course();
    const from = await other.course({ refresher_component_id: to, refresh_after_months: 12 });
    await other.registration(from, await other.person(), { status: "passed", completed_at: morning(YEAR_AGO) });
    expect(await run()).toMatchObject({ state: "no_action" });
  });
});

describe("the latest success counts", () => {
  it("on the base", async () => {
    const { base, refresher } = await pair();
    const person = await night.person();
    await success(base, person, "2024-03-02");
    await success(base, person, "2025-09-01", { cycle_no: 2 });
    expect(await run()).toMatchObject({ state: "no_action" });
    expect(await on(refresher)).toEqual([]);
  });

  it("or on the refresher, whose next registration is the next cycle", async () => {
    const { base, refresher } = await pair();
    const person = await night.person();
    await success(base, person, "2023-03-02");
    await success(refresher, person, YEAR_AGO);
    await run();
    expect(await night.on(refresher, "cycle_no, status, due_on")).toEqual([
      { cycle_no: 1, status: "passed", due_on: null },
      { cycle_no: 2, status: "booked", due_on: "2026-03-02" },
    ]);
  });

  it("on the courses of a template that is the base", async () => {
    const template = await night.template({ refresh_after_months: 12, refresh_lead_days: 0 });
    const refresher = await night.course();
    await night.update("components", template, { refresher_component_id: refresher });
    const course = await night.course({ template_id: template });
    const [person = 0, current = 0] = await night.people(2);
    await success(course, person, YEAR_AGO);
    await success(course, current, YEAR_AGO);
    await success(template, current, "2025-12-01");
    await run();
    expect((await on(refresher)).map(({ person_id }) => person_id)).toEqual([person]);
  });
});

describe("no person is registered twice", () => {
  it.each(["requested", "waiting_list", "personal_syllabus", "booked", "in_progress"])(
    "with an open registration on the refresher: %s",
    async (status) => {
      const { base, refresher } = await pair();
      const person = await night.person();
      await success(base, person, YEAR_AGO);
      await night.registration(refresher, person, { status });
      expect(await run()).toMatchObject({ state: "no_action" });
    },
  );

  it("by a second run", async () => {
    const { base, refresher } = await pair();
    await success(base, await night.person(), YEAR_AGO);
    await run();
    expect(await run()).toMatchObject({ state: "no_action", counts: {} });
    expect(await on(refresher)).toHaveLength(1);
  });

  it.each([
    ["failed", null, 1],
    ["cancelled", null, 1],
    ["cancelled", "left_group", 1],
    ["cancelled", "inactive_user", 2],
  ])("for a refresh whose registration ended %s (%s): %i in all", async (status, cancel_reason, expected) => {
    const { base, refresher } = await pair();
    await success(base, await night.person(), YEAR_AGO);
    await run();
    await night.database.execute({
      sql: "UPDATE registrations SET status = ?, cancel_reason = ? WHERE component_id = ?",
      args: [status, cancel_reason, refresher],
    });
    await run();
    expect(await on(refresher)).toHaveLength(expected);
  });

  it("but for the next refresh, after another success", async () => {
    const { base, refresher } = await pair();
    const person = await night.person();
    await success(base, person, "2024-06-01");
    await run();
    await night.database.execute({
      sql: "UPDATE registrations SET status = 'failed' WHERE component_id = ?",
      args: [refresher],
    });
    await success(base, person, "2025-03-01", { cycle_no: 2 });
    await run();
    expect(await night.on(refresher, "cycle_no, status, due_on")).toEqual([
      { cycle_no: 1, status: "failed", due_on: "2025-06-01" },
      { cycle_no: 2, status: "booked", due_on: "2026-03-01" },
    ]);
  });
});

describe("maxOverdueMonths", () => {
  it.each([
    ["24 by default: due exactly 24 months ago", {}, "2023-03-02", 1],
    ["24 by default: due a day earlier", {}, "2023-03-01", 0],
    ["as the job says", { maxOverdueMonths: 1 }, "2025-02-02", 1],
    ["a day more than the job says", { maxOverdueMonths: 1 }, "2025-02-01", 0],
    ["0: due today", { maxOverdueMonths: 0 }, "2025-03-02", 1],
    ["0: due yesterday", { maxOverdueMonths: 0 }, "2025-03-01", 0],
  ])("%s", async (_, parameters, day, expected) => {
    const { base, refresher } = await pair();
    await success(base, await night.person(), day);
    await run({ parameters });
    expect(await on(refresher)).toHaveLength(expected);
  });
});

describe("a full refresher", () => {
  it("with a waiting list puts people on it", async () => {
    const { base, refresher } = await pair({}, { max_participants: 1, waiting_list: 1 });
    for (const person of await night.people(2)) await success(base, person, YEAR_AGO);
    expect((await run()).counts).toMatchObject({ scanned: 2, changed: 2, registered: 2 });
    expect((await on(refresher)).map(({ status }) => status)).toEqual(["booked", "waiting_list"]);
  });

  it("without one fails them as full", async () => {
    const { base, refresher } = await pair({}, { max_participants: 1 });
    for (const person of await night.people(2)) await success(base, person, YEAR_AGO);
    const { state, errors, counts } = await run();
    expect({ state, counts }).toMatchObject({ state: "partial", counts: { registered: 1, failed: 1 } });
    expect(errors).toMatchObject([{ code: "full" }]);
    expect(await on(refresher)).toHaveLength(1);
  });

  it("is as full in a dry run, over all chunks", async () => {
    const { base, refresher } = await pair({}, { max_participants: 2 });
    for (const person of await night.people(3)) await success(base, person, YEAR_AGO);
    expect((await run({ dryRun: true, parameters: { chunkSize: 1 } })).counts).toMatchObject({
      registered: 2,
      failed: 1,
    });
    expect(await on(refresher)).toEqual([]);
  });
});

describe("the refresher's prerequisites", () => {
  const prerequisites = JSON.stringify({ attr: "department", op: "eq", value: "IT" });
  const people = async () => {
    const ids: number[] = [];
    for (const department of ["IT", "Sales"])
      ids.push(await night.person({ attributes: JSON.stringify({ department }) }));
    return ids;
  };
  const scene = async () => {
    const { base, refresher } = await pair({}, { prerequisites });
    for (const person of await people()) await success(base, person, YEAR_AGO);
    return refresher;
  };
  const standing = async (id: number) =>
    (await night.on(id, "prerequisite_status")).map((row) => row.prerequisite_status);

  it("are noted", async () => {
    const refresher = await scene();
    await run();
    expect(await standing(refresher)).toEqual(["met", "not_met"]);
  });

  it("keep people out with meta 11838", async () => {
    const refresher = await scene();
    await night.meta(refresher, 11838);
    expect((await run()).counts).toMatchObject({ registered: 1, skipped: 1 });
    expect(await standing(refresher)).toEqual(["met"]);
  });

  it("keep people out who would be cancelled at once", async () => {
    const refresher = await scene();
    await night.meta(refresher, 11801);
    await night.meta(refresher, 12703, "2026-03-01");
    await run();
    expect(await standing(refresher)).toEqual(["met"]);
  });

  it("that cannot be read fail the component, and no other", async () => {
    const bad = await pair({}, { prerequisites: "{}" });
    const good = await pair();
    const person = await night.person();
    for (const { base } of [bad, good]) await success(base, person, YEAR_AGO);
    const { errors, counts } = await run();
    expect(errors).toMatchObject([{ ref: `component:${bad.base}`, code: "bad_rule" }]);
    expect(counts).toMatchObject({ registered: 1, failed: 1 });
  });
});

describe("a template as refresher", () => {
  const scene = async (count = 1) => {
    const template = await night.template();
    const base = await night.course({
      refresher_component_id: template,
      refresh_after_months: 12,
      refresh_lead_days: 0,
    });
    const people = await night.people(count);
    for (const person of people) await success(base, person, YEAR_AGO);
    return { template, base, people };
  };

  it("is registered in its personal syllabus, with its earliest bookable course at once", async () => {
    const { template, people } = await scene();
    const late = await night.course({ template_id: template, date_dependent: 1, start_at: NIGHT + 20 * DAY });
    const soon = await night.course({ template_id: template, date_dependent: 1, start_at: NIGHT + 10 * DAY });
    await night.course({ template_id: template, date_dependent: 1, start_at: NIGHT - DAY });
    await night.course({ template_id: template, planning_status: "planned" });
    const { counts } = await run();
    expect(counts).toMatchObject({ registered: 1, changed: 2 });
    expect(counts).not.toHaveProperty("noCourse");
    const [parent] = await night.on(template, "id, status, due_on, source");
    expect(parent).toMatchObject({ status: "personal_syllabus", due_on: "2026-03-02", source: "refresher" });
    expect(await night.on(soon, "person_id, status, parent_registration_id, due_on, source, source_ref")).toEqual([
      {
        person_id: people[0],
        status: "booked",
        parent_registration_id: parent?.id,
        due_on: "2026-03-02",
        source: "refresher",
        source_ref: `${soon}|${people[0]}|2026-03-02|1`,
      },
    ]);
    expect(await on(late)).toEqual([]);
  });

  it("without a course is tried again each night, counted, until there is one", async () => {
    const { template } = await scene(2);
    expect((await run()).counts).toMatchObject({ registered: 2, noCourse: 2 });
    expect(await run()).toMatchObject({ state: "no_action", counts: { noCourse: 2 } });
    const course = await night.course({ template_id: template, max_participants: 1 });
    expect((await run()).counts).toMatchObject({ changed: 1, noCourse: 1 });
    expect(await on(course)).toHaveLength(1);
  });

  it("counts its courses: no person is registered who is open on one, or has passed one since", async () => {
    const { template, people } = await scene(2);
    const course = await night.course({ template_id: template });
    await night.registration(course, people[0] ?? 0);
    await success(course, people[1] ?? 0, "2025-12-01");
    expect(await run()).toMatchObject({ state: "no_action" });
    expect(await on(template)).toEqual([]);
  });

  it("books no course for registrations that are not refreshers, nor for people who are not active", async () => {
    const { template } = await scene(0);
    const course = await night.course({ template_id: template });
    await night.registration(template, await night.person(), { status: "personal_syllabus" });
    const gone = await night.person({ auth_status: "passive" });
    await night.registration(template, gone, { status: "personal_syllabus", source: "refresher" });
    expect(await run()).toMatchObject({ state: "no_action", counts: {} });
    expect(await on(course)).toEqual([]);
  });

  it.each([1, 2, 50])("is served for all its people, %i at a time", async (chunkSize) => {
    const { template } = await scene(3);
    const course = await night.course({ template_id: template });
    expect((await run({ parameters: { chunkSize } })).counts).toMatchObject({ registered: 3, changed: 6 });
    expect(await on(course)).toHaveLength(3);
    expect(await run()).toMatchObject({ state: "no_action", counts: {} });
  });
});

describe("a component fails", () => {
  it.each(["completed", "cancelled"])("whose refresher is %s", async (planning_status) => {
    const { base, refresher } = await pair({}, { planning_status });
    await success(base, await night.person(), YEAR_AGO);
    expect((await run()).errors).toMatchObject([{ ref: `component:${base}`, code: "no_course" }]);
    expect(await on(refresher)).toEqual([]);
  });

  it.each([null, 0, -1])("whose months are %s", async (refresh_after_months) => {
    const { base, refresher } = await pair({ refresh_after_months });
    await success(base, await night.person(), YEAR_AGO);
    expect((await run()).errors).toMatchObject([{ ref: `component:${base}`, code: "bad_value" }]);
    expect(await on(refresher)).toEqual([]);
  });

  it("that is its own refresher, also over a chain", async () => {
    const { base, refresher } = await pair();
    await night.update("components", refresher, { refresher_component_id: base, refresh_after_months: 12 });
    await success(base, await night.person(), YEAR_AGO);
    const { errors, counts } = await run();
    expect(errors.map(({ ref, code }) => [ref, code])).toEqual([
      [`component:${refresher}`, "bad_value"],
      [`component:${base}`, "bad_value"],
    ]);
    expect(counts).not.toHaveProperty("registered");
  });

  it("and no other: the others' people are registered", async () => {
    const bad = await pair({ refresh_after_months: null });
    const good = await pair();
    await success(good.base, await night.person(), YEAR_AGO);
    const { state, counts } = await run();
    expect({ state, counts }).toMatchObject({ state: "partial", counts: { registered: 1, failed: 1 } });
    expect(await on(bad.refresher)).toEqual([]);
  });
});

it("a refresher that is refreshed itself makes a chain, not a circle", async () => {
  const { base, refresher } = await pair();
  const last = await night.course();
  await night.update("components", refresher, {
    refresher_component_id: last,
    refresh_after_months: 12,
    refresh_lead_days: 0,
  });
  await success(refresher, await night.person(), YEAR_AGO);
  await run();
  expect([(await on(base)).length, (await on(refresher)).length, (await on(last)).length]).toEqual([0, 2, 1]);
});

it("components, people and their registrations are found by indexes", async () => {
  const { base } = await pair();
  await success(base, await night.person(), YEAR_AGO);
  const plans = await plansFor(night.database, "base|registration|person|own|made|open|known", run);
  expect(plans.filter((plan) => /^SCAN (base|registration|person|own|made|open|known)/.test(plan))).toEqual([]);
  expect(plans.join("\n")).toContain("SEARCH base USING INDEX components_refresher (client_id=? AND id>?)");
  expect(plans.join("\n")).toMatch(
    /SEARCH registration USING INDEX registrations_component \(client_id=\? AND component_id=\? AND status=\?\)/,
  );
});
