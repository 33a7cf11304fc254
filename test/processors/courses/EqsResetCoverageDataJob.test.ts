import { beforeEach, describe, expect, it } from "vitest";
import { registrationStatuses } from "../../../src/learning/schema/enrolment.ts";
import { EqsResetCoverageDataJob as processor } from "../../../src/processors/courses/EqsResetCoverageDataJob.ts";
import { plansFor } from "../../harness/plans.ts";
import { Night } from "../enrolment/night.ts";

let night: Night;
let person: number;
let a: number;
let b: number;
let c: number;

beforeEach(async () => {
  night = await Night.fall();
  await night.setting("equivalences.enabled", true);
  person = await night.person();
  [a, b, c] = [await night.course(), await night.course(), await night.course()];
});

const rule = (triggers: unknown, target: number, values = {}) =>
  night.insert("equivalence_rules", {
    name: "Rule",
    relation: "covers",
    both_ways: 0,
    triggers: typeof triggers === "string" ? triggers : JSON.stringify(triggers),
    target_component_id: target,
    ...values,
  });
const entry = (rule_id: number, person_id: number, component_id: number, by = "[1]", client = 1) =>
  night.database.execute({
    sql: `INSERT INTO coverage_entries (client_id, rule_id, person_id, component_id, "by", since) VALUES (?, ?, ?, ?, ?, '2026-01-01')`,
    args: [client, rule_id, person_id, component_id, by],
  });
const entries = () =>
  night.rows(
    'SELECT rule_id, person_id, component_id, "by", since FROM coverage_entries ORDER BY rule_id, person_id, component_id',
  );
const passed = (component: number, who = person, values = {}) =>
  night.registration(component, who, { status: "passed", completed_at: Date.UTC(2026, 1, 1), ...values });
const versions = () => night.rows("SELECT version, computed_version FROM equivalence_rules ORDER BY id");

describe("a changed rule", () => {
  it("covers its target for those who had completed every component of a set, since the last of their days", async () => {
    const id = await rule([[a, b]], c);
    const [first, second] = [
      await passed(a, person, { completed_at: Date.UTC(2026, 1, 1, 23) }),
      await passed(b, person, { completed_at: Date.UTC(2026, 0, 1) }),
    ];
    await passed(a, await night.person());
    const { state, counts } = await night.run(processor);
    expect({ state, counts }).toMatchObject({ state: "ok", counts: { rules: 1, added: 1 } });
    expect(await entries()).toEqual([
      { rule_id: id, person_id: person, component_id: c, by: `[${first},${second}]`, since: "2026-02-02" },
    ]);
    expect(await versions()).toEqual([{ version: 1, computed_version: 1 }]);
  });

  it("covers by any of its sets, and a template is met by any course of it", async () => {
    const template = await night.template();
    await rule([[a, b], [template]], c);
    const id = await passed(await night.course({ template_id: template }));
    await night.run(processor);
    expect(await entries()).toMatchObject([{ component_id: c, by: `[${id}]` }]);
  });

  it("covers back every component of its sets where it works both ways", async () => {
    await rule([[a], [b]], c, { both_ways: 1 });
    await passed(c);
    expect((await night.run(processor)).counts).toMatchObject({ added: 2 });
    expect((await entries()).map(({ component_id }) => component_id)).toEqual([a, b]);
  });

  it.each(registrationStatuses)("counts a registration that is %s only where it is successful", async (status) => {
    await rule([[a]], c);
    await passed(a, person, { status });
    await night.run(processor);
    expect(await entries()).toHaveLength(["passed", "completed"].includes(status) ? 1 : 0);
  });

  it("loses the entries that are no longer justified, and keeps the others", async () => {
    const id = await rule([[a]], c, { version: 2, computed_version: 1 });
    const other = await night.person();
    const own = await passed(a);
    await entry(id, person, c, `[${own}]`);
    await entry(id, other, c);
    await entry(id, person, b);
    const { counts } = await night.run(processor);
    expect(counts).toMatchObject({ removed: 2 });
    expect(counts.added ?? 0).toBe(0);
    expect(await entries()).toMatchObject([{ person_id: person, component_id: c }]);
  });

  it("that was switched off loses all of its entries", async () => {
    const id = await rule([[a]], c, { active: 0, version: 2, computed_version: 1 });
    await passed(a);
    await entry(id, person, c);
    expect((await night.run(processor)).counts).toMatchObject({ removed: 1, rules: 1 });
    expect(await entries()).toEqual([]);
  });

  it("says anew by what an entry holds, without adding one", async () => {
    const id = await rule([[a]], c, { version: 2, computed_version: 1 });
    const own = await passed(a);
    await entry(id, person, c, "[77]");
    const { state, counts } = await night.run(processor);
    expect({ state, added: counts.added ?? 0, removed: counts.removed ?? 0 }).toEqual({
      state: "ok",
      added: 0,
      removed: 0,
    });
    expect(await entries()).toMatchObject([{ by: `[${own}]` }]);
  });

  it("with relation passes is computed too, and no registration is written", async () => {
    await rule([[a]], c, { relation: "passes" });
    await passed(a);
    await night.registration(c, person);
    await night.run(processor);
    expect(await entries()).toHaveLength(1);
    expect(await night.on(c, "status, updated_at")).toEqual([{ status: "booked", updated_at: 0 }]);
    expect(await night.rows("SELECT * FROM audit_log")).toEqual([]);
  });

  it("triggers no other rule: what is covered is no completion", async () => {
    await rule([[a]], b);
    await rule([[b]], c);
    await passed(a);
    await night.run(processor);
    expect(await entries()).toMatchObject([{ component_id: b }]);
  });

  it("tells the search index of each person once, of those whose entries changed only", async () => {
    const id = await rule([[a], [b]], c, { both_ways: 1, version: 2, computed_version: 1 });
    const same = await night.person();
    await entry(id, same, c, `[${await passed(a, same)}]`);
    await night.database.execute("UPDATE coverage_entries SET since = '2026-02-01'");
    await passed(c);
    await night.run(processor);
    expect(await night.rows("SELECT entity, entity_id FROM index_changes")).toEqual([
      { entity: "person", entity_id: person },
    ]);
  });
});

describe("what is computed", () => {
  it.each([
    [{ version: 2, computed_version: 1 }, {}, 1],
    [{ version: 2, computed_version: 2 }, {}, 0],
    [{ version: 2, computed_version: 2 }, { all: true }, 1],
  ])("of a rule with %j and parameters %j: %i entries", async (values, parameters, expected) => {
    await rule([[a]], c, values);
    await passed(a);
    await night.run(processor, { parameters });
    expect(await entries()).toHaveLength(expected);
  });

  it("is what ruleIds names", async () => {
    await rule([[a]], c);
    const second = await rule([[a]], b);
    await passed(a);
    await night.run(processor, { parameters: { ruleIds: [second, 999] } });
    expect(await entries()).toMatchObject([{ rule_id: second }]);
  });

  it("is done once: a second run has nothing to do", async () => {
    await rule([[a]], c);
    await passed(a);
    await night.run(processor);
    expect((await night.run(processor)).state).toBe("no_action");
    expect((await night.run(processor, { parameters: { all: true } })).state).toBe("no_action");
  });

  it.each([false, null])("is nothing while equivalences.enabled is %s", async (enabled) => {
    await night.database.execute("DELETE FROM settings");
    if (enabled !== null) await night.setting("equivalences.enabled", enabled);
    await rule([[a]], c);
    await passed(a);
    const { state, message } = await night.run(processor);
    expect({ state, message }).toEqual({
      state: "no_action",
      message: expect.stringContaining("equivalences.enabled"),
    });
    expect(await entries()).toEqual([]);
  });

  it("is every person, however small the chunks, and none twice", async () => {
    await rule([[a], [b]], c);
    for (const who of await night.people(7)) {
      await passed(a, who);
      await passed(b, who);
    }
    expect((await night.run(processor, { parameters: { chunkSize: 2 } })).counts).toMatchObject({ added: 7, rules: 1 });
    expect(await entries()).toHaveLength(7);
  });

  it("is of this client only", async () => {
    const foreign = await rule([[a]], c, { client_id: 2 });
    await entry(foreign, person, c, "[1]", 2);
    await rule([[a]], b);
    await passed(a, await night.person(), { client_id: 2 });
    await night.run(processor, { parameters: { all: true } });
    expect(await entries()).toMatchObject([{ rule_id: foreign }]);
    expect((await versions())[0]).toMatchObject({ computed_version: 0 });
  });
});

describe("a rule that cannot be computed", () => {
  it.each([
    ["an unknown component", "[[A],[99999]]", {}, "component_missing", /component 99999.*choose another/],
    ["an unknown target", "[[A]]", { target_component_id: 99999 }, "component_missing", /99999/],
    ["sets that cannot be read", "[[A", {}, "bad_rule", /^triggers: /],
    ["sets that are none", "[A]", {}, "bad_rule", /^triggers: /],
  ])(
    "for %s fails, keeps its entries and its version, and others go on",
    async (_what, triggers, values, code, message) => {
      const id = await rule(triggers.replaceAll("A", String(a)), c, { version: 2, computed_version: 1, ...values });
      await entry(id, person, b);
      await rule([[a]], b);
      await passed(a);
      const { state, counts, errors } = await night.run(processor);
      expect({ state, counts }).toMatchObject({ state: "partial", counts: { failed: 1, rules: 1, added: 1 } });
      expect(errors).toEqual([{ ref: `rule:${id}`, code, message: expect.stringMatching(message) }]);
      expect((await entries())[0]).toMatchObject({ rule_id: id, component_id: b });
      expect((await versions())[0]).toEqual({ version: 2, computed_version: 1 });
    },
  );
});

it("a dry run counts the same and changes nothing", async () => {
  await rule([[a]], c);
  await passed(a);
  expect((await night.run(processor, { dryRun: true })).counts).toMatchObject({ added: 1 });
  expect(await entries()).toEqual([]);
  expect(await versions()).toEqual([{ version: 1, computed_version: 0 }]);
});

it.each(["registration", "stored", "entry", "component", "course"])(
  "rows called %s are read by index",
  async (alias) => {
    await rule([[a]], c);
    await passed(a);
    const plans = await plansFor(night.database, alias, () => night.run(processor));
    expect(plans.filter((plan) => new RegExp(`^SEARCH ${alias} .*\\(client_id=\\?\\)$`).test(plan))).toEqual([]);
    if (alias !== "entry") expect(plans.filter((plan) => plan.startsWith(`SCAN ${alias}`))).toEqual([]);
  },
);
