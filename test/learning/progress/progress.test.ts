import { beforeEach, describe, expect, it } from "vitest";
import { readProgress, writeProgress } from "../../../src/learning/progress/progress.ts";
import { writeUnit } from "../../harness/runner/units.ts";
import { NOW, SuccessStage } from "../enrolment/success/stage.ts";

let stage: SuccessStage;
let person: number;
let course: number;

beforeEach(async () => {
  stage = await SuccessStage.set();
  person = await stage.person();
  course = await stage.course();
});

const item = (component_id: number, values = {}) =>
  stage.insert("syllabus_items", { component_id, kind: "media", mandatory: 1, ...values });
const element = (component_id: number, ref_component_id: number, values = {}) =>
  item(component_id, { kind: "component", ref_component_id, ...values });
const progress = (registration_id: number, item_id: number, status = "completed", values = {}) =>
  stage.insert("item_progress", { registration_id, item_id, status, completed_at: 500, ...values });
const read = async (id: number, coverage = true) => (await readProgress(stage.reader, [id], coverage))[0];
const pct = async (id: number, coverage = true) => (await read(id, coverage))?.pct;
const cover = async (component: number, by: readonly number[], values = {}) => {
  const rule_id = await stage.insert("equivalence_rules", {
    name: "Rule",
    relation: "covers",
    triggers: "[]",
    target_component_id: component,
  });
  const row = { client_id: 1, person_id: person, ...values };
  await stage.database.execute({
    sql: `INSERT INTO coverage_entries (client_id, rule_id, person_id, component_id, "by", since) VALUES (?, ?, ?, ?, ?, '2026-01-01')`,
    args: [row.client_id, rule_id, row.person_id, component, JSON.stringify(by)],
  });
};

describe("the progress of a course", () => {
  it.each([
    [3, 0, 0],
    [3, 1, 33],
    [3, 2, 66],
    [3, 3, 100],
    [7, 6, 85],
  ])("of %i mandatory items, %i of them finished, is %i", async (count, finished, expected) => {
    const id = await stage.registration(course, person);
    for (let place = 0; place < count; place += 1) {
      const one = await item(course);
      if (place < finished) await progress(id, one, place % 2 ? "passed" : "completed");
    }
    expect(await pct(id)).toBe(expected);
  });

  it.each(["not_attempted", "incomplete", "failed"])("does not count an item that is %s", async (status) => {
    const id = await stage.registration(course, person);
    await progress(id, await item(course), status);
    expect(await pct(id)).toBe(0);
  });

  it("counts mandatory items only, and all of them where none is mandatory", async () => {
    const id = await stage.registration(course, person);
    const [must, may] = [await item(course), await item(course, { mandatory: 0 })];
    await progress(id, may);
    expect(await pct(id)).toBe(0);
    await stage.update("syllabus_items", must, { mandatory: 0 });
    expect(await pct(id)).toBe(50);
  });

  it("passes over folders, removed items and what lies in a removed folder", async () => {
    const id = await stage.registration(course, person);
    const folder = await item(course, { kind: "folder" });
    const gone = await item(course, { kind: "folder", removed_at: 5 });
    await progress(id, await item(course, { parent_id: folder }));
    await item(course, { removed_at: 5 });
    await item(course, { parent_id: await item(course, { kind: "folder", parent_id: gone }) });
    expect(await pct(id)).toBe(100);
  });

  it("of nothing at all is 0", async () => {
    expect(await pct(await stage.registration(course, person))).toBe(0);
  });

  it.each(["passed", "completed"])("is 100 once it is %s, whatever its items say", async (status) => {
    await item(course);
    expect(await pct(await stage.registration(course, person, { status }))).toBe(100);
  });

  it("is 100 while the course is covered for the person and the setting is true", async () => {
    await item(course);
    const id = await stage.registration(course, person);
    const other = await stage.registration(course, await stage.person());
    await cover(course, []);
    expect([await pct(id), await pct(id, false), await pct(other)]).toEqual([100, 0, 0]);
  });

  it("counts a component in it as finished with any success on it, or on a course of it", async () => {
    const template = await stage.template();
    const inner = await stage.course({ template_id: template });
    await element(course, template);
    const id = await stage.registration(course, person);
    await stage.registration(inner, person, { status: "passed" });
    await stage.registration(inner, person, { status: "in_progress", cycle_no: 2, progress_pct: 60 });
    expect(await pct(id)).toBe(100);
  });

  it("does not count half a component", async () => {
    const inner = await stage.course();
    await element(course, inner);
    await stage.registration(inner, person, { status: "in_progress", progress_pct: 60 });
    expect(await pct(await stage.registration(course, person))).toBe(0);
  });

  it("counts its own progress only: not another registration's", async () => {
    const one = await item(course);
    await progress(await stage.registration(course, person), one);
    expect(await pct(await stage.registration(course, person, { cycle_no: 2 }))).toBe(0);
  });
});

describe("the progress of a learning path", () => {
  let path: number;
  let id: number;
  beforeEach(async () => {
    path = await stage.path();
    id = await stage.registration(path, person);
  });

  it("is the mean of its elements, rounded down: media 0 or 100, components as far as they are", async () => {
    await progress(id, await item(path));
    await item(path);
    await element(path, course);
    await stage.registration(course, person, { progress_pct: 51 });
    expect(await pct(id)).toBe(50);
  });

  it.each([
    ["nothing", [], 0],
    ["a registration without progress", [{}], 0],
    ["a success", [{ status: "passed", progress_pct: 10 }], 100],
    ["the latest of two cycles", [{ status: "passed" }, { cycle_no: 2, progress_pct: 30 }], 30],
    ["a cycle behind which one was cancelled", [{ status: "passed" }, { cycle_no: 2, status: "cancelled" }], 100],
    ["a failed one", [{ status: "failed", progress_pct: 70 }], 70],
  ])("takes of a component %s", async (_what, cycles, expected) => {
    await element(path, course);
    for (const one of cycles) await stage.registration(course, person, one);
    expect(await pct(id)).toBe(expected);
  });

  it("takes of a template the best of the latest on it and on its courses", async () => {
    const template = await stage.template();
    await element(path, template);
    await stage.registration(template, person, { progress_pct: 5 });
    for (const progress_pct of [20, 40, 30])
      await stage.registration(await stage.course({ template_id: template }), person, { progress_pct });
    await stage.registration(await stage.course({ template_id: await stage.template() }), person, { progress_pct: 99 });
    expect(await pct(id)).toBe(40);
  });

  it("does not take a template's progress for one of its courses", async () => {
    const template = await stage.template();
    await element(path, await stage.course({ template_id: template }));
    await stage.registration(template, person, { status: "passed" });
    expect(await pct(id)).toBe(0);
  });

  it("takes 100 of a covered component while the setting is true", async () => {
    await element(path, course);
    await cover(course, []);
    expect([await pct(id), await pct(id, false)]).toEqual([100, 0]);
  });

  it("takes nothing of other people, nor what covers for them", async () => {
    await element(path, course);
    const other = await stage.person();
    await stage.registration(course, other, { status: "passed" });
    await cover(course, [], { person_id: other });
    expect(await pct(id)).toBe(0);
  });

  it("knows when the last that contributes was finished", async () => {
    const second = await stage.course();
    const beside = await item(path, { mandatory: 0 });
    await progress(id, await item(path), "completed", { completed_at: 300 });
    await progress(id, beside, "completed", { completed_at: 900 });
    await element(path, course);
    await element(path, second);
    const by = await stage.registration(await stage.course(), person, { status: "passed", completed_at: 700 });
    await cover(course, [by]);
    await stage.registration(second, person, { status: "passed", completed_at: 500 });
    expect(await read(id)).toMatchObject({ pct: 100, finishedAt: 700 });
  });
});

it("templates have no progress of their own", async () => {
  expect(await read(await stage.registration(await stage.template(), person))).toBeUndefined();
});

describe("progress that is written", () => {
  it("is told to audit and search where it differs, and only there", async () => {
    const [one, same] = [
      await stage.registration(course, person, { progress_pct: 10 }),
      await stage.registration(course, await stage.person(), { progress_pct: 50 }),
    ];
    await writeUnit(
      stage.database,
      writeProgress(
        [
          { id: one, pct: 50 },
          { id: same, pct: 50 },
        ],
        NOW,
      ),
    );
    expect(await stage.row(one, "progress_pct, updated_at")).toEqual({ progress_pct: 50, updated_at: NOW });
    expect(await stage.row(same, "updated_at")).toEqual({ updated_at: 0 });
    expect(await stage.rows("SELECT entity_id, person_id, action, before, after FROM audit_log")).toEqual([
      {
        entity_id: one,
        person_id: person,
        action: "progress",
        before: '{"progress_pct":10}',
        after: '{"progress_pct":50}',
      },
    ]);
    expect(await stage.rows("SELECT entity, entity_id FROM index_changes")).toEqual([
      { entity: "registration", entity_id: one },
    ]);
  });

  it("leaves one that has succeeded meanwhile at 100, and those of other clients", async () => {
    const done = await stage.registration(course, person, { status: "passed", progress_pct: 100 });
    const foreign = await stage.registration(course, await stage.person(), { client_id: 2 });
    await writeUnit(
      stage.database,
      writeProgress(
        [
          { id: done, pct: 50 },
          { id: foreign, pct: 50 },
        ],
        NOW,
      ),
    );
    expect(await stage.row(done, "progress_pct")).toEqual({ progress_pct: 100 });
    expect(await stage.row(foreign, "progress_pct")).toEqual({ progress_pct: null });
  });
});

it.each(["registrations", "syllabus_items", "item_progress", "coverage_entries", "components"])(
  "of %s only the rows of the people and components at hand are read, by index",
  async (table) => {
    const path = await stage.path();
    await element(path, course);
    const id = await stage.registration(path, person);
    const aliases: Record<string, string> = {
      registrations: "registration|giving|registrations",
      syllabus_items: "item|own|folder",
      item_progress: "progress",
      coverage_entries: "entry",
      components: "component",
    };
    const plans: string[] = [];
    const { execute } = stage.database;
    stage.database.execute = async (...given: unknown[]) => {
      const one = given[0] as { sql: string; args: [] };
      const plan = await execute({ sql: `EXPLAIN QUERY PLAN ${one.sql}`, args: one.args });
      plans.push(...plan.rows.map(({ detail }) => String(detail)));
      return Reflect.apply(execute, stage.database, given);
    };
    await readProgress(stage.reader, [id], true);
    stage.database.execute = execute;
    const own = plans.filter((detail) => new RegExp(`^(SCAN|SEARCH) (${aliases[table]})\\b`).test(detail));
    expect(own.length).toBeGreaterThan(0);
    expect(own.filter((detail) => /^SCAN|\(client_id=\?\)$/.test(detail))).toEqual([]);
  },
);
