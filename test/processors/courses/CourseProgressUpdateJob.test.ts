import { beforeEach, describe, expect, it } from "vitest";
import { registrationStatuses } from "../../../src/learning/schema/enrolment.ts";
import { catalogue } from "../../../src/processors/all.ts";
import { CourseProgressUpdateJob as processor } from "../../../src/processors/courses/CourseProgressUpdateJob.ts";
import { Night } from "../enrolment/night.ts";

let night: Night;
let person: number;
let course: number;

beforeEach(async () => {
  night = await Night.fall();
  person = await night.person();
  course = await night.course();
});

const item = (component_id: number, values = {}) =>
  night.insert("syllabus_items", { component_id, kind: "media", mandatory: 1, ...values });
const element = (component_id: number, ref_component_id: number, values = {}) =>
  item(component_id, { kind: "component", ref_component_id, ...values });
const finish = (registration_id: number, item_id: number) =>
  night.insert("item_progress", { registration_id, item_id, status: "completed" });
const pct = async (component: number) => (await night.on(component, "progress_pct")).map((row) => row.progress_pct);
const marked = async () => (await night.rows("SELECT key FROM processor_state")).map(({ key }) => key).includes("done");

/** A registration on a course that is half done. */
const half = async (values = {}) => {
  const id = await night.registration(course, await night.person(), values);
  const [one] = [await item(course), await item(course)];
  await finish(id, one);
  return id;
};

it("is also found as ComponentProgressUpdateJob", () => {
  expect(catalogue.find("ComponentProgressUpdateJob")?.id).toBe("CourseProgressUpdateJob");
});

it("fills in what is missing on courses and learning paths, and counts both", async () => {
  await half();
  const path = await night.path();
  await element(path, course);
  await night.registration(path, person);
  await night.registration(course, person);
  const { state, counts } = await night.run(processor);
  expect({ state, counts }).toMatchObject({ state: "ok", counts: { courses: 2, paths: 1, scanned: 3, changed: 3 } });
  expect(await pct(course)).toEqual([0, 50]);
  expect(await pct(path)).toEqual([0]);
});

it("leaves progress that is there, templates, and other clients", async () => {
  await half({ progress_pct: 7 });
  const template = await night.template();
  await night.registration(template, person);
  const foreign = await night.registration(course, person, { client_id: 2 });
  const { state } = await night.run(processor);
  expect(state).toBe("no_action");
  expect(await pct(course)).toEqual([7]);
  expect(await pct(template)).toEqual([null]);
  expect(await night.rows("SELECT progress_pct FROM registrations WHERE id = ?", foreign)).toEqual([
    { progress_pct: null },
  ]);
});

it.each(registrationStatuses)("fills it in whatever the status: %s", async (status) => {
  await half({ status });
  await night.run(processor);
  expect(await pct(course)).toEqual([["passed", "completed"].includes(status) ? 100 : 50]);
});

it("tells audit and search of each", async () => {
  const id = await half();
  await night.run(processor);
  expect(await night.rows("SELECT entity_id, action, before, after FROM audit_log")).toEqual([
    { entity_id: id, action: "progress", before: '{"progress_pct":null}', after: '{"progress_pct":50}' },
  ]);
  expect(await night.rows("SELECT entity, entity_id FROM index_changes")).toEqual([
    { entity: "registration", entity_id: id },
  ]);
});

describe("paths within paths", () => {
  it("are computed inner ones first, whatever their ids", async () => {
    const [outer, middle, inner] = [await night.path(), await night.path(), await night.path()];
    await element(outer, middle);
    await element(middle, inner);
    const done = await item(inner);
    await item(inner);
    for (const path of [outer, middle, inner]) {
      const id = await night.registration(path, person);
      if (path === inner) await finish(id, done);
    }
    expect((await night.run(processor, { parameters: { chunkSize: 1 } })).counts).toMatchObject({ paths: 3 });
    expect([await pct(inner), await pct(middle), await pct(outer)]).toEqual([[50], [50], [50]]);
  });

  it.each([
    ["itself", 1],
    ["itself by another one", 2],
    ["itself by two others", 3],
  ])("fail where one contains %s, each once, and the others go on", async (_how, length) => {
    const circle: number[] = [];
    for (let place = 0; place < length; place += 1) circle.push(await night.path());
    for (const [place, path] of circle.entries()) {
      await element(path, circle[(place + 1) % length] ?? 0);
      for (const one of await night.people(3)) await night.registration(path, one);
    }
    await half();
    const { state, counts, errors } = await night.run(processor, { parameters: { chunkSize: 2 } });
    expect({ state, counts }).toMatchObject({ state: "partial", counts: { courses: 1, failed: length } });
    expect(errors.map(({ ref, code }) => [ref, code])).toEqual(circle.map((id) => [`component:${id}`, "cycle"]));
    for (const path of circle) expect(await pct(path)).toEqual([null, null, null]);
  });

  it("are no circle where the element that closed it was removed", async () => {
    const path = await night.path();
    await element(path, path, { removed_at: 5 });
    await night.registration(path, person);
    expect((await night.run(processor)).state).toBe("ok");
    expect(await pct(path)).toEqual([0]);
  });
});

describe("a run that came to its end", () => {
  it("leaves a mark, and later runs have nothing to do", async () => {
    await night.run(processor);
    expect(await marked()).toBe(true);
    await half();
    const { state, message } = await night.run(processor);
    expect({ state, message }).toEqual({ state: "no_action", message: expect.stringContaining("earlier run") });
    expect(await pct(course)).toEqual([null]);
  });

  it.each([
    [{ componentIds: [1] }, false],
    [{ maxRows: 50 }, false],
    [{ recalculate: true }, true],
  ])("with %j leaves a mark: %s", async (parameters, expected) => {
    await night.run(processor, { parameters });
    expect(await marked()).toBe(expected);
  });

  it("leaves no mark where it was a dry run", async () => {
    await half();
    expect((await night.run(processor, { dryRun: true })).counts).toMatchObject({ courses: 1 });
    expect(await marked()).toBe(false);
    expect(await pct(course)).toEqual([null]);
  });

  it("is that of one client only", async () => {
    await night.run(processor);
    expect(await night.rows("SELECT client_id FROM processor_state")).toEqual([{ client_id: 1 }]);
  });
});

describe("recalculate", () => {
  it("computes all anew in spite of the mark, and changes what differs only", async () => {
    await half({ progress_pct: 7 });
    await half({ progress_pct: 25 });
    await night.run(processor);
    const { state, counts } = await night.run(processor, { parameters: { recalculate: true } });
    // Of four mandatory items each has finished one.
    expect(await pct(course)).toEqual([25, 25]);
    expect({ state, counts }).toMatchObject({
      state: "ok",
      counts: { scanned: 2, changed: 1, skipped: 1, courses: 1 },
    });
    expect((await night.run(processor, { parameters: { recalculate: true } })).state).toBe("no_action");
  });
});

describe("componentIds", () => {
  it("fills in these only, in spite of the mark, and leaves progress that is there", async () => {
    await night.run(processor);
    const other = await night.course();
    await half();
    await night.registration(course, person, { progress_pct: 3 });
    await night.registration(other, person);
    const { counts } = await night.run(processor, { parameters: { componentIds: [course] } });
    expect(counts).toMatchObject({ courses: 1 });
    expect([await pct(course), await pct(other)]).toEqual([[3, 50], [null]]);
  });

  it("names a path beside a circle that does not concern it", async () => {
    const [path, circle] = [await night.path(), await night.path()];
    await element(circle, circle);
    await night.registration(path, person);
    const { state, counts } = await night.run(processor, { parameters: { componentIds: [path] } });
    expect({ state, counts }).toMatchObject({ state: "ok", counts: { paths: 1 } });
  });
});

it("a run with maxRows goes on where the one before stopped", async () => {
  for (const one of await night.people(5)) await night.registration(course, one);
  const states: string[] = [];
  for (let run = 0; run < 4; run += 1)
    states.push((await night.run(processor, { parameters: { maxRows: 2, chunkSize: 2 } })).state);
  expect(await pct(course)).toEqual([0, 0, 0, 0, 0]);
  expect(states.at(-1)).toBe("no_action");
});

it.each([
  [true, 100],
  [false, 0],
])("counts what is covered while equivalences.enabled is %s", async (enabled, expected) => {
  await night.setting("equivalences.enabled", enabled);
  const rule = await night.insert("equivalence_rules", {
    name: "Rule",
    relation: "covers",
    triggers: "[]",
    target_component_id: course,
  });
  await night.database.execute({
    sql: `INSERT INTO coverage_entries (client_id, rule_id, person_id, component_id, "by", since) VALUES (1, ?, ?, ?, '[]', '2026-01-01')`,
    args: [rule, person, course],
  });
  await item(course);
  await night.registration(course, person);
  await night.run(processor);
  expect(await pct(course)).toEqual([expected]);
});
