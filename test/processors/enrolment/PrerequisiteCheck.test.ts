import { beforeEach, describe, expect, it } from "vitest";
import { openStatuses } from "../../../src/learning/enrolment/status.ts";
import { registrationStatuses } from "../../../src/learning/schema/enrolment.ts";
import { PrerequisiteCheck as processor } from "../../../src/processors/enrolment/PrerequisiteCheck.ts";
import { plansFor } from "../../harness/plans.ts";
import { DAY, NIGHT, Night, type NightOptions } from "./night.ts";
import { Suite } from "./suite.ts";

const inIt = JSON.stringify({ attr: "department", op: "eq", value: "IT" });
const department = (name: string) => ({ attributes: JSON.stringify({ department: name }) });

let night: Night;
beforeEach(async () => {
  night = await Night.fall();
});

type Values = Parameters<Night["course"]>[0];
/** A course whose prerequisites are to be met until a day. */
async function course(due: string | null = null, values: Values = {}): Promise<number> {
  const id = await night.course({ prerequisites: inIt, ...values });
  if (due !== null) await night.meta(id, 12703, due);
  return id;
}
/** A person's registration, whose prerequisites were not met. */
const registration = async (component: number, name = "Sales", values: Values = {}) =>
  night.registration(component, await night.person(department(name)), {
    prerequisite_status: "not_met",
    prerequisite_checked_at: 1,
    ...values,
  });
const run = (options: NightOptions = {}) => night.run(processor, options);
const standing = async (component: number) =>
  (await night.on(component)).length === 0
    ? []
    : (await night.on(component, "prerequisite_status")).map((row) => row.prerequisite_status);

describe("prerequisites that were not met", () => {
  it.each([
    ["IT", "met"],
    ["Sales", "not_met"],
  ])("are %s: %s", async (name, expected) => {
    const id = await course();
    await registration(id, name);
    await run();
    expect(await standing(id)).toEqual([expected]);
  });

  it("stay unmet where they cannot be judged", async () => {
    const id = await course(null, {
      prerequisites: JSON.stringify({ not: { attr: "department", op: "eq", value: "IT" } }),
    });
    await registration(id, "Sales");
    await night.registration(id, await night.person(), { prerequisite_status: "not_met" });
    await run();
    expect(await standing(id)).toEqual(["met", "not_met"]);
  });

  it.each([
    ["yesterday", "2026-03-01", "overdue"],
    ["today", "2026-03-02", "not_met"],
    ["tomorrow", "2026-03-03", "not_met"],
    ["yesterday, with blanks", " 2026-03-01 ", "overdue"],
  ])("are overdue once the day of 12703 is past: %s (%s): %s", async (_, due, expected) => {
    const id = await course(due);
    await registration(id);
    await run();
    expect(await standing(id)).toEqual([expected]);
  });

  it("go by the day that the run is for", async () => {
    const id = await course("2026-03-01");
    await registration(id);
    await run({ asOf: "2026-03-01" });
    expect(await standing(id)).toEqual(["not_met"]);
  });

  it("that cannot be judged are overdue too", async () => {
    const id = await course("2026-03-01");
    await night.registration(id, await night.person(), { prerequisite_status: "not_met" });
    await registration(id);
    await run();
    expect(await standing(id)).toEqual(["overdue", "overdue"]);
  });

  it("that are true at the check count, also behind the day", async () => {
    const id = await course("2026-03-01");
    await registration(id, "IT");
    await run();
    expect(await standing(id)).toEqual(["met"]);
  });

  it("count covered components where equivalences are enabled", async () => {
    const base = await night.course();
    const id = await course(null, { prerequisites: JSON.stringify({ component: base, status: ["passed"] }) });
    const person = await night.person();
    await night.registration(id, person, { prerequisite_status: "not_met" });
    await night.insert("equivalence_rules", {
      id: 1,
      name: "Same",
      relation: "covers",
      triggers: "[]",
      target_component_id: base,
    });
    await night.database.execute({
      sql: "INSERT INTO coverage_entries (client_id, rule_id, person_id, component_id, by, since) VALUES (1, 1, ?, ?, '[]', '2026-01-01')",
      args: [person, base],
    });
    await run();
    expect(await standing(id)).toEqual(["not_met"]);
    await night.setting("equivalences.enabled", true);
    await run();
    expect(await standing(id)).toEqual(["met"]);
  });

  it.each(registrationStatuses)("are looked at while the registration is open: %s", async (status) => {
    const id = await course();
    await registration(id, "IT", { status });
    await run();
    expect(await standing(id)).toEqual([(openStatuses as readonly string[]).includes(status) ? "met" : "not_met"]);
  });

  it("of another client are left alone", async () => {
    const other = new Suite(night.database, 2);
    const id = await other.course({ prerequisites: inIt });
    await other.registration(id, await other.person(department("IT")), { prerequisite_status: "not_met" });
    expect(await run()).toMatchObject({ state: "no_action", counts: {} });
  });
});

describe("what is met", () => {
  it("is never taken back", async () => {
    const id = await course("2026-03-01");
    await registration(id, "Sales", { prerequisite_status: "met" });
    expect(await run({ parameters: { recheckOverdue: true } })).toMatchObject({ state: "no_action", counts: {} });
    expect(await standing(id)).toEqual(["met"]);
  });
});

describe("overdue registrations", () => {
  const overdue = async (due: string | null, name: string) => {
    const id = await course(due);
    await registration(id, name, { prerequisite_status: "overdue" });
    return id;
  };

  it.each(["IT", "Sales"])("are not looked at while the day is past: %s", async (name) => {
    const id = await overdue("2026-03-01", name);
    expect(await run()).toMatchObject({ state: "no_action", counts: {} });
    expect(await standing(id)).toEqual(["overdue"]);
  });

  it.each([
    ["IT", "met"],
    ["Sales", "overdue"],
  ])("are looked at with recheckOverdue: %s is %s", async (name, expected) => {
    const id = await overdue("2026-03-01", name);
    await run({ parameters: { recheckOverdue: true } });
    expect(await standing(id)).toEqual([expected]);
  });

  it.each([
    ["moved to today", "2026-03-02", "IT", "met"],
    ["moved to today", "2026-03-02", "Sales", "not_met"],
    ["removed", null, "IT", "met"],
    ["removed", null, "Sales", "not_met"],
    ["made unreadable", "soon", "Sales", "not_met"],
  ])("are looked at once the day was %s (%s): %s is %s", async (_, due, name, expected) => {
    const id = await overdue(due, name);
    await run();
    expect(await standing(id)).toEqual([expected]);
  });
});

describe("a component without prerequisites", () => {
  it("has registrations that say nothing, but for those that met them", async () => {
    const id = await night.course();
    for (const prerequisite_status of ["not_met", "overdue", "met", "none"])
      await registration(id, "Sales", { prerequisite_status });
    expect((await run()).counts).toMatchObject({ scanned: 2, changed: 2 });
    expect(await standing(id)).toEqual(["none", "none", "met", "none"]);
  });
});

describe("a registration that knows of no prerequisites", () => {
  it.each([
    ["IT", "met"],
    ["Sales", "not_met"],
  ])("is told of those that its component has now: %s is %s", async (name, expected) => {
    const id = await course("2026-03-01");
    await registration(id, name, { prerequisite_status: "none", prerequisite_checked_at: null });
    await run();
    expect(await standing(id)).toEqual([expected]);
  });

  it("is overdue the night after", async () => {
    const id = await course("2026-03-01");
    await registration(id, "Sales", { prerequisite_status: "none" });
    await run();
    await night.clock.advance(DAY);
    await run();
    expect(await standing(id)).toEqual(["overdue"]);
  });

  it("is left alone without markNew", async () => {
    const id = await course();
    await registration(id, "IT", { prerequisite_status: "none" });
    expect(await run({ parameters: { markNew: false } })).toMatchObject({ state: "no_action", counts: {} });
    expect(await standing(id)).toEqual(["none"]);
  });
});

describe("when a registration was looked at", () => {
  const checked = async (id: number) =>
    (await night.on(id, "prerequisite_checked_at")).map((row) => row.prerequisite_checked_at);

  it.each([
    ["yesterday, to its end in the client's zone", Date.parse("2026-03-01T22:59:59.999Z"), true],
    ["today", Date.parse("2026-03-01T23:00:00Z"), false],
    ["never", null, true],
  ])("is written once a day, if nothing changes: last %s", async (_, prerequisite_checked_at, expected) => {
    const id = await course();
    await registration(id, "Sales", { prerequisite_checked_at });
    const { state, counts } = await run();
    expect({ state, counts }).toMatchObject({ state: "no_action", counts: { scanned: 1, skipped: 1 } });
    expect(await checked(id)).toEqual([expected ? night.clock.now() : prerequisite_checked_at]);
    expect(await night.rows("SELECT 1 FROM audit_log UNION ALL SELECT 1 FROM index_changes")).toEqual([]);
  });

  it("is written with each change", async () => {
    const id = await course();
    await registration(id, "IT", { prerequisite_checked_at: NIGHT });
    await run();
    expect(await checked(id)).toEqual([night.clock.now()]);
  });

  it("is not written in a dry run", async () => {
    const id = await course();
    await registration(id);
    await run({ dryRun: true });
    expect(await checked(id)).toEqual([1]);
  });
});

describe("prerequisites that cannot be used", () => {
  it.each([
    ["not json", "bad_rule"],
    ["{}", "bad_rule"],
    [JSON.stringify({ attr: "departement", op: "eq", value: "IT" }), "unknown_attribute"],
  ])("%s: the component fails, its registrations stay, and no other fails", async (prerequisites, code) => {
    const [bad, good] = [await course("2026-03-01", { prerequisites }), await course()];
    for (const id of [bad, good]) await registration(id, "IT");
    const { state, errors, counts } = await run();
    expect({ state, counts }).toMatchObject({ state: "partial", counts: { met: 1, failed: 1 } });
    expect(errors).toMatchObject([{ ref: `component:${bad}`, code }]);
    expect([await standing(bad), await standing(good)]).toEqual([["not_met"], ["met"]]);
  });

  it("a day that is none counts as not set, with a warning", async () => {
    const id = await course("2026-02-31");
    await registration(id);
    await run();
    expect(await standing(id)).toEqual(["not_met"]);
    expect(await night.rows("SELECT message FROM run_logs WHERE level = 'warn'")).toEqual([
      { message: `Meta tag 12703 of component ${id} is "2026-02-31", which is no day; it counts as not set` },
    ]);
  });
});

it.each([1, 2, 50])("all are looked at, %i at a time, counted, and told to audit and index", async (chunkSize) => {
  const [first, second] = [await course(), await course("2026-03-01")];
  const met = await registration(first, "IT");
  for (const name of ["IT", "Sales", "IT"]) await registration(first, name);
  for (let index = 0; index < 3; index += 1) await registration(second);
  const { state, counts } = await run({ parameters: { chunkSize } });
  expect({ state, counts }).toMatchObject({
    state: "ok",
    counts: { scanned: 7, changed: 6, skipped: 1, met: 3, overdue: 3 },
  });
  expect([await standing(first), await standing(second)]).toEqual([
    ["met", "met", "not_met", "met"],
    ["overdue", "overdue", "overdue"],
  ]);
  expect(await night.rows("SELECT entity, action, before, after FROM audit_log WHERE entity_id = ?", met)).toEqual([
    {
      entity: "registration",
      action: "check_prerequisites",
      before: '{"prerequisite_status":"not_met"}',
      after: '{"prerequisite_status":"met"}',
    },
  ]);
  expect(await night.rows("SELECT DISTINCT entity, op FROM index_changes")).toEqual([
    { entity: "registration", op: "upsert" },
  ]);
  expect(await run({ parameters: { chunkSize } })).toMatchObject({ state: "no_action" });
});

it("registrations and components are found by their own indexes", async () => {
  const [first, second] = [await course(), await course()];
  await registration(first, "IT");
  await registration(second, "IT", { prerequisite_status: "none" });
  const plans = await plansFor(night.database, "registrations|candidate|registration", run);
  expect(plans.filter((plan) => /^SCAN/.test(plan) && !/asked|touched|json_each/.test(plan))).toEqual([]);
  expect(plans.join("\n")).toContain("registrations_unmet (client_id=? AND component_id>?)");
  expect(plans.join("\n")).toContain("components_prerequisites (client_id=? AND id>?)");
});
