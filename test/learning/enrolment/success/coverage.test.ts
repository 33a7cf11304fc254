import { beforeEach, describe, expect, it } from "vitest";
import { at, SuccessStage } from "./stage.ts";

let stage: SuccessStage;
let person: number;
let a: number;
let b: number;
let c: number;

beforeEach(async () => {
  stage = await SuccessStage.set();
  person = await stage.person();
  [a, b, c] = [await stage.course(), await stage.course(), await stage.course()];
});

const rule = (triggers: unknown, target: number, values = {}) =>
  stage.insert("equivalence_rules", {
    name: "Rule",
    relation: "covers",
    both_ways: 0,
    triggers: typeof triggers === "string" ? triggers : JSON.stringify(triggers),
    target_component_id: target,
    active: 1,
    version: 1,
    computed_version: 1,
    ...values,
  });
const entries = () =>
  stage.rows(
    'SELECT rule_id, person_id, component_id, "by", since FROM coverage_entries ORDER BY rule_id, person_id, component_id',
  );
const pass = async (component: number, instant = "2026-03-01T11:00:00Z", values = {}) => {
  const id = await stage.registration(component, person, values);
  await stage.succeed([id], { completedAt: at(instant) });
  return id;
};

describe("a success", () => {
  it("covers the target of a rule whose set it completes, by its registrations, since the last of their days", async () => {
    const id = await rule([[a, b]], c);
    const first = await pass(a, "2026-02-20T11:00:00Z");
    expect(await entries()).toEqual([]);
    const second = await pass(b, "2026-02-10T11:00:00Z");
    expect(await entries()).toEqual([
      { rule_id: id, person_id: person, component_id: c, by: `[${first},${second}]`, since: "2026-02-20" },
    ]);
  });

  it.each([
    ["2026-02-10T22:59:59Z", "2026-02-10"],
    ["2026-02-10T23:00:00Z", "2026-02-11"],
    ["2025-07-10T21:59:59Z", "2025-07-10"],
    ["2025-07-10T22:00:00Z", "2025-07-11"],
  ])("at %s covers since %s, the local day", async (instant, since) => {
    await rule([[a]], c);
    await pass(a, instant);
    expect(await entries()).toMatchObject([{ since }]);
  });

  it("of several sets takes any, and of several that are complete the one that was so first", async () => {
    await rule([[a, b], [b]], c);
    await pass(a, "2026-02-01T11:00:00Z");
    const second = await pass(b, "2026-02-02T11:00:00Z");
    expect(await entries()).toMatchObject([{ by: expect.stringContaining(String(second)), since: "2026-02-02" }]);
    await stage.database.execute("DELETE FROM coverage_entries");
    await rule([[c], [a]], b);
    const third = await pass(c, "2026-01-01T11:00:00Z");
    expect((await entries()).at(-1)).toMatchObject({ component_id: b, by: `[${third}]`, since: "2026-01-01" });
  });

  it("covers back where the rule works both ways: every component of the sets", async () => {
    await rule([[a], [b]], c, { both_ways: 1 });
    const id = await pass(c);
    expect(await entries()).toMatchObject([
      { component_id: a, by: `[${id}]` },
      { component_id: b, by: `[${id}]` },
    ]);
  });

  it("does not cover back where the rule works one way", async () => {
    await rule([[a]], c);
    await pass(c);
    expect(await entries()).toEqual([]);
  });

  it("on a course meets a template that a rule names, but no other course of it", async () => {
    const template = await stage.template();
    const [one, other] = [await stage.course({ template_id: template }), await stage.course({ template_id: template })];
    const wide = await rule([[template]], c);
    await rule([[other]], b);
    await pass(one);
    expect(await entries()).toMatchObject([{ rule_id: wide, component_id: c }]);
  });

  it("triggers nothing further: what is covered is no completion", async () => {
    await rule([[a]], b);
    await rule([[b]], c);
    await pass(a);
    expect(await entries()).toMatchObject([{ component_id: b }]);
  });

  it("in a further cycle moves nothing", async () => {
    await rule([[a]], c);
    await pass(a, "2026-01-01T11:00:00Z");
    const before = await entries();
    await pass(a, "2026-02-01T11:00:00Z", { cycle_no: 2 });
    expect(await entries()).toEqual(before);
  });

  it.each([
    ["of a rule that is switched off", "[[A]]", { active: 0 }],
    ["of a rule of another client", "[[A]]", { client_id: 2 }],
    ["of a rule without sets", "[]", {}],
    ["of an empty set", "[[]]", {}],
    ["of a list that is none", "[A]", {}],
    ["of what is no JSON", "[[A", {}],
    ["of a rule that names a component that is not there", "[[A],[99999]]", {}],
    ["of a rule whose target is not there", "[[A]]", { target_component_id: 99999 }],
  ])("covers nothing %s, and stands all the same", async (_what, triggers, values) => {
    await rule(triggers.replaceAll("A", String(a)), c, values);
    await pass(a);
    expect(await entries()).toEqual([]);
    expect(await stage.on(a, "status")).toEqual([{ status: "passed" }]);
  });

  it("covers for its person only, by the success of that person only", async () => {
    await rule([[a, b]], c);
    const other = await stage.person();
    await stage.registration(a, other, { status: "passed", completed_at: 1 });
    await pass(b);
    expect(await entries()).toEqual([]);
  });

  it.each(["failed", "cancelled", "in_progress"])("does not count a registration that is %s", async (status) => {
    await rule([[a, b]], c);
    await stage.registration(a, person, { status, completed_at: 1 });
    await pass(b);
    expect(await entries()).toEqual([]);
  });
});

describe("leaving success", () => {
  it("takes the coverage back, and not that of others", async () => {
    const id = await rule([[a]], c);
    const other = await stage.person();
    await stage.database.execute({
      sql: `INSERT INTO coverage_entries (client_id, rule_id, person_id, component_id, "by", since) VALUES (1, ?, ?, ?, '[1]', '2026-01-01')`,
      args: [id, other, c],
    });
    const registration = await pass(a);
    expect(await entries()).toHaveLength(2);
    await stage.withdraw(registration, "cancelled");
    expect(await entries()).toMatchObject([{ person_id: other }]);
  });

  it("leaves it where another registration or another set still gives it, and says by what", async () => {
    await rule([[a], [b]], c);
    const first = await pass(a, "2026-01-01T11:00:00Z");
    const second = await pass(b, "2026-02-01T11:00:00Z");
    expect(await entries()).toMatchObject([{ by: `[${first}]`, since: "2026-01-01" }]);
    await stage.withdraw(first, "failed");
    expect(await entries()).toMatchObject([{ by: `[${second}]`, since: "2026-02-01" }]);
  });
});
