import { beforeEach, describe, expect, it } from "vitest";
import { ContentAutoUpdate as processor } from "../../../src/processors/courses/ContentAutoUpdate.ts";
import { plansFor } from "../../harness/plans.ts";
import { moved } from "../enrolment/night.ts";
import { TemplateNight } from "./template.ts";

let night: TemplateNight;
beforeEach(async () => {
  night = await TemplateNight.fall();
});

const countsOf = async (parameters = {}) => moved((await night.run(processor, { parameters })).counts);

describe("which courses are updated", () => {
  it.each([
    [1, "6 2"],
    [2, "5 2"],
    [3, "5 3"],
  ])("in line with structure %i, the template having 2: %s", async (synced, expected) => {
    await night.original();
    await night.update("components", night.courseId, { template_version_synced: synced });
    await night.run(processor);
    expect(await night.versions()).toBe(expected);
  });

  it.each([
    ["planned", true],
    ["released", true],
    ["fixed", true],
    ["completed", false],
    ["cancelled", false],
  ])("that are %s: %s", async (planning_status, updated) => {
    await night.original();
    await night.update("components", night.courseId, { planning_status });
    expect(await night.run(processor)).toMatchObject({ state: updated ? "ok" : "no_action" });
    expect(await night.items()).toHaveLength(updated ? 1 : 0);
  });

  it.each([
    ["0", false],
    ["1", true],
    [null, false],
  ])("with meta 900001 = %s: %s", async (value, updated) => {
    await night.original();
    await night.rows("DELETE FROM meta_values");
    if (value !== null) await night.meta(night.courseId, 900001, value);
    await night.run(processor);
    expect(await night.items()).toHaveLength(updated ? 1 : 0);
  });

  it("not learning paths, and not those of another client", async () => {
    await night.rows("DELETE FROM meta_values");
    await night.meta(await night.path({ template_id: night.templateId }), 900001);
    await night.rows(`UPDATE components SET client_id = 2 WHERE id IN (${night.courseId}, ${night.templateId})`);
    await night.insert("meta_values", { client_id: 2, component_id: night.courseId, meta_tag_id: 900001, value: "1" });
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it("drafts never count: what no publication has raised the structure for stays out", async () => {
    await night.update("components", night.courseId, { template_version_synced: 2 });
    await night.original();
    expect((await night.run(processor)).state).toBe("no_action");
    expect(await night.items()).toEqual([]);
  });
});

describe("new items of the template are inserted", () => {
  it("parents first, with all that they are", async () => {
    const media_id = await night.medium();
    const ref = await night.course();
    const folder = await night.original({ title: "Outer", position: 1, level_no: 1, mandatory: 0 });
    const inner = await night.original({ title: "Inner", parent_id: folder, position: 2, visible: 0 });
    const unlocked = JSON.stringify({ skill: 1, minLevel: 2 });
    const medium = await night.original({
      kind: "media",
      title: null,
      media_id,
      media_version: 3,
      parent_id: inner,
      position: 3,
      display_from_at: 5,
      display_till_at: 6,
      unlock_rule: unlocked,
    });
    const component = await night.original({ kind: "component", title: null, ref_component_id: ref, position: 4 });
    expect(await countsOf()).toEqual({ scanned: 1, changed: 1, courses: 1, added: 4 });
    const ids = await night.items("id");
    const [outerId, innerId] = ids.map(({ id }) => id);
    const plain = {
      media_id: null,
      media_version: null,
      ref_component_id: null,
      level_no: null,
      mandatory: 1,
      visible: 1,
      display_from_at: null,
      display_till_at: null,
      unlock_rule: null,
      added_at: night.clock.now(),
      announced_run_id: null,
    };
    const columns = `source_item_id, parent_id, kind, title, position, ${Object.keys(plain).join(", ")}`;
    expect(await night.items(columns)).toEqual([
      {
        ...plain,
        source_item_id: folder,
        parent_id: null,
        kind: "folder",
        title: "Outer",
        position: 1,
        level_no: 1,
        mandatory: 0,
      },
      { ...plain, source_item_id: inner, parent_id: outerId, kind: "folder", title: "Inner", position: 2, visible: 0 },
      {
        ...plain,
        source_item_id: medium,
        parent_id: innerId,
        kind: "media",
        title: null,
        position: 3,
        media_id,
        media_version: 3,
        display_from_at: 5,
        display_till_at: 6,
        unlock_rule: unlocked,
      },
      {
        ...plain,
        source_item_id: component,
        parent_id: null,
        kind: "component",
        title: null,
        position: 4,
        ref_component_id: ref,
      },
    ]);
  });

  it("not those that are removed, or lie in a removed folder", async () => {
    const removed = await night.original({ removed_at: 1 });
    await night.original({ parent_id: removed });
    expect(await countsOf()).toEqual({ scanned: 1, changed: 1, courses: 1 });
    expect(await night.versions()).toBe("5 2");
  });

  it("not those that the course itself has removed, nor what comes new into a folder that it has removed", async () => {
    const [folder, other] = [await night.original(), await night.original({ title: "Other" })];
    const inner = await night.original({ parent_id: folder });
    await night.original({ parent_id: inner });
    await night.own({ source_item_id: folder, removed_at: 7 });
    await night.own({ source_item_id: other, title: "Other" });
    expect(await countsOf()).toEqual({ scanned: 1, changed: 1, courses: 1 });
    expect(await night.items("source_item_id")).toEqual([{ source_item_id: other }]);
  });
});

describe("changed items are updated", () => {
  it.each([
    ["title", "New"],
    ["position", 9],
    ["level_no", 2],
    ["mandatory", 0],
    ["visible", 0],
    ["display_from_at", 77],
    ["display_till_at", 88],
    ["unlock_rule", '{"group":4}'],
  ])("in their %s; a local edit gives way", async (column, value) => {
    const source = await night.original({ [column]: value });
    await night.own({ source_item_id: source });
    expect(await countsOf()).toEqual({ scanned: 1, changed: 1, courses: 1, updated: 1 });
    expect(await night.items(column)).toEqual([{ [column]: value }]);
    expect(await night.versions()).toBe("6 2");
  });

  it("in their medium, its version and the component that they name", async () => {
    const [one, two] = [await night.medium(), await night.medium()];
    const [first, second] = [await night.course(), await night.course()];
    const media = await night.original({ kind: "media", media_id: two, media_version: 4, position: 1 });
    const component = await night.original({ kind: "component", ref_component_id: second, position: 2 });
    await night.own({ source_item_id: media, kind: "media", media_id: one, media_version: 1 });
    await night.own({ source_item_id: component, kind: "component", ref_component_id: first });
    expect(await countsOf()).toMatchObject({ updated: 2 });
    expect(await night.items("media_id, media_version, ref_component_id")).toEqual([
      { media_id: two, media_version: 4, ref_component_id: null },
      { media_id: null, media_version: null, ref_component_id: second },
    ]);
  });

  it("in their folder, also into one that is new", async () => {
    const fresh = await night.original({ title: "Fresh" });
    const moved = await night.original({ title: "Moved", parent_id: fresh, position: 1 });
    const id = await night.own({ title: "Moved", source_item_id: moved, position: 1 });
    expect(await countsOf()).toMatchObject({ added: 1, updated: 1 });
    const [folder] = await night.items("id");
    expect(await night.rows("SELECT parent_id FROM syllabus_items WHERE id = ?", id)).toEqual([
      { parent_id: folder?.id },
    ]);
  });

  it("and nothing else is: what is in line already is not written, and the structure not raised", async () => {
    await night.own({
      source_item_id: await night.original({ unlock_rule: '{ "group": 4 }' }),
      unlock_rule: '{"group":4}',
    });
    await night.own({ title: "Local" });
    expect(await countsOf()).toEqual({ scanned: 1, changed: 1, courses: 1 });
    expect(await night.versions()).toBe("5 2");
    expect((await night.run(processor)).state).toBe("no_action");
  });
});

describe("items that are gone from the template are removed, never deleted", () => {
  it.each([
    ["removed there", { removed_at: 3 }],
    ["in a folder that was removed there", {}],
  ])("%s", async (_, values) => {
    const folder = await night.original({ removed_at: "removed_at" in values ? null : 3 });
    const source = await night.original({ parent_id: folder, ...values });
    const id = await night.own({ source_item_id: source });
    expect(await countsOf()).toMatchObject({ removed: 1 });
    expect(await night.rows("SELECT removed_at FROM syllabus_items WHERE id = ?", id)).toEqual([
      { removed_at: night.clock.now() },
    ]);
  });

  it("items that were added locally stay, and a folder in which one lies, at any depth", async () => {
    const [outer, inner, empty] = [
      await night.original({ removed_at: 3 }),
      await night.original({ removed_at: 3 }),
      await night.original({ removed_at: 3 }),
    ];
    const a = await night.own({ source_item_id: outer, position: 1 });
    const b = await night.own({ source_item_id: inner, parent_id: a, position: 2 });
    await night.own({ source_item_id: empty, parent_id: a, position: 3 });
    const local = await night.own({ parent_id: b, position: 4 });
    expect(await countsOf()).toEqual({ scanned: 1, changed: 1, courses: 1, removed: 1 });
    expect((await night.items("id")).map(({ id }) => id)).toEqual([a, b, local]);
  });

  it("a local item that was removed keeps no folder", async () => {
    const a = await night.own({ source_item_id: await night.original({ removed_at: 3 }) });
    await night.own({ parent_id: a, removed_at: 2 });
    expect(await countsOf()).toMatchObject({ removed: 1 });
  });
});

describe("an item that the course has of itself is adopted as the copy instead of doubled", () => {
  it.each([
    ["the same medium in the same place", true, false, false],
    ["another medium", false, true, false],
    ["another place", false, false, true],
  ])("%s: %s", async (_, adopted, other, parent) => {
    const media_id = await night.medium();
    const source = await night.original({ kind: "media", title: null, media_id, mandatory: 0 });
    const id = await night.own({
      kind: "media",
      title: null,
      media_id: other ? await night.medium() : media_id,
      parent_id: parent ? await night.own({ title: "Local" }) : null,
    });
    expect(await countsOf()).toMatchObject(adopted ? { updated: 1 } : { added: 1 });
    expect(await night.rows("SELECT source_item_id, mandatory FROM syllabus_items WHERE id = ?", id)).toEqual([
      adopted ? { source_item_id: source, mandatory: 0 } : { source_item_id: null, mandatory: 1 },
    ]);
  });

  it("a component by what it names, a folder by its title, and what lies in an adopted folder too", async () => {
    const ref_component_id = await night.course();
    const folder = await night.original({ title: "Basics" });
    await night.original({ kind: "component", title: null, ref_component_id, parent_id: folder });
    const own = await night.own({ title: " basics" });
    await night.own({ kind: "component", title: null, ref_component_id, parent_id: own });
    expect(await countsOf()).toEqual({ scanned: 1, changed: 1, courses: 1, updated: 2 });
    expect(await night.items()).toHaveLength(2);
  });

  it("once: a second item of the same medium is inserted", async () => {
    const media_id = await night.medium();
    for (const position of [1, 2]) await night.original({ kind: "media", title: null, media_id, position });
    await night.own({ kind: "media", title: null, media_id });
    expect(await countsOf()).toMatchObject({ added: 1, updated: 1 });
  });

  it("not one that the course has removed", async () => {
    const media_id = await night.medium();
    await night.original({ kind: "media", title: null, media_id });
    await night.own({ kind: "media", title: null, media_id, removed_at: 4 });
    expect(await countsOf()).toMatchObject({ added: 1 });
  });
});

describe("an unlock rule names the course's items instead of the template's", () => {
  it("those that are there, those that are inserted with it, at any depth of the rule", async () => {
    const [known, fresh] = [
      await night.original({ position: 1 }),
      await night.original({ title: "Fresh", position: 2 }),
    ];
    const copy = await night.own({ source_item_id: known, position: 1 });
    const rule = {
      all: [
        { item: known, status: ["passed"] },
        { not: { any: [{ item: fresh, scoreGte: 0.5 }, { group: known }] } },
        { item: fresh, status: ["completed"] },
      ],
    };
    await night.original({ title: "Last", position: 3, unlock_rule: JSON.stringify(rule) });
    expect(await countsOf()).toMatchObject({ added: 2 });
    const items = await night.items("id, unlock_rule");
    const freshCopy = items[1]?.id;
    expect(JSON.parse(String(items[2]?.unlock_rule))).toEqual({
      all: [
        { item: copy, status: ["passed"] },
        { not: { any: [{ item: freshCopy, scoreGte: 0.5 }, { group: known }] } },
        { item: freshCopy, status: ["completed"] },
      ],
    });
    await night.rows("UPDATE components SET structure_version = 3 WHERE id = ?", night.templateId);
    expect(await countsOf()).toEqual({ scanned: 1, changed: 1, courses: 1 });
  });

  it("of an item that is updated too", async () => {
    const fresh = await night.original({ title: "Fresh", position: 1 });
    const rule = JSON.stringify({ item: fresh, status: ["passed"] });
    const source = await night.original({ title: "Known", position: 2, unlock_rule: rule });
    await night.own({ title: "Known", source_item_id: source, position: 2 });
    await night.run(processor);
    const items = await night.items("id, unlock_rule");
    expect(JSON.parse(String(items[1]?.unlock_rule))).toEqual({ item: items[0]?.id, status: ["passed"] });
  });

  it("an item of another component stays as it is", async () => {
    const elsewhere = await night.own({ component_id: await night.course() });
    await night.original({ unlock_rule: JSON.stringify({ item: elsewhere, status: ["passed"] }) });
    await night.run(processor);
    expect(await night.items("unlock_rule")).toEqual([{ unlock_rule: `{"item":${elsewhere},"status":["passed"]}` }]);
  });

  it.each([
    ["names an item that the course has removed", 7],
    ["cannot be read", null],
  ])("a rule that %s fails the course, which stays as it is", async (_, removed_at) => {
    const target = await night.original({ position: 1 });
    if (removed_at !== null) await night.own({ source_item_id: target, removed_at });
    const unlock_rule = removed_at === null ? "{" : JSON.stringify({ item: target, status: ["passed"] });
    await night.original({ title: "Last", position: 2, unlock_rule });
    const { state, errors } = await night.run(processor, { parameters: { maxFailures: 0 } });
    expect({ state, errors }).toMatchObject({
      state: "partial",
      errors: [{ ref: `course:${night.courseId}`, code: "bad_rule" }],
    });
    expect([await night.items(), await night.versions()]).toEqual([[], "5 1"]);
  });
});

it("the structure of the course is raised once, its search index told, and a second run changes nothing", async () => {
  for (const title of ["A", "B", "C"]) await night.original({ title });
  await night.run(processor);
  expect(await night.versions()).toBe("6 2");
  expect(await night.rows("SELECT entity, entity_id FROM index_changes")).toEqual([
    { entity: "component", entity_id: night.courseId },
  ]);
  expect(await night.rows("SELECT entity, entity_id, action, before, after FROM audit_log")).toEqual([
    {
      entity: "component",
      entity_id: night.courseId,
      action: "follow_template",
      before: '{"template_version_synced":1,"structure_version":5}',
      after: '{"template_version_synced":2,"structure_version":6}',
    },
  ]);
  expect((await night.run(processor)).state).toBe("no_action");
});

it("a mandatory item that is added reopens no closed registration", async () => {
  await night.original();
  await night.registration(night.courseId, await night.person(), { status: "passed", completed_at: 5 });
  await night.run(processor);
  expect(await night.on(night.courseId, "status, completed_at")).toEqual([{ status: "passed", completed_at: 5 }]);
});

describe("title, description and meta values", () => {
  const scene = async () => {
    await night.update("components", night.templateId, { title: "New title", description: "New words" });
    await night.meta(night.templateId, 11813, "1");
    await night.meta(night.templateId, 11816, "1");
    await night.meta(night.templateId, 900001, "0");
    await night.meta(night.templateId, 900002, "3");
    await night.meta(night.courseId, 11816, "0");
    await night.meta(night.courseId, 11838, "1");
    await night.meta(night.courseId, 900002, "9");
  };
  const found = async () => ({
    ...(await night.rows("SELECT title, description FROM components WHERE id = ?", night.courseId))[0],
    meta: Object.fromEntries(
      (await night.rows("SELECT meta_tag_id, value FROM meta_values WHERE component_id = ?", night.courseId)).map(
        (row) => Object.values(row),
      ),
    ),
  });

  it("follow the template with syncMetadata, without what says how the course follows", async () => {
    await scene();
    expect(await countsOf({ syncMetadata: true })).toEqual({ scanned: 1, changed: 1, courses: 1 });
    expect(await found()).toEqual({
      title: "New title",
      description: "New words",
      meta: { 11813: "1", 11816: "1", 900001: "1", 900002: "9" },
    });
  });

  it("stay without it", async () => {
    await scene();
    await night.run(processor);
    expect(await found()).toEqual({
      title: "Course",
      description: "",
      meta: { 11816: "0", 11838: "1", 900001: "1", 900002: "9" },
    });
  });
});

describe("a template or medium that is not usable fails the course", () => {
  it.each([
    ["no template", { template_id: null }],
    ["another client's", { client_id: 2 }],
    ["a course for its template", { kind: "course" }],
  ])("%s", async (_, values) => {
    await night.original();
    if ("template_id" in values) await night.update("components", night.courseId, values);
    else await night.update("components", night.templateId, values);
    const { state, errors } = await night.run(processor, { parameters: { maxFailures: 0 } });
    expect({ state, errors }).toMatchObject({ state: "partial", errors: [{ code: "template_missing" }] });
  });

  it.each(["new", "changed"])("a retired medium that comes in with a %s item", async (how) => {
    const source = await night.original({ kind: "media", media_id: await night.medium({ status: "retired" }) });
    if (how === "changed") await night.own({ source_item_id: source, kind: "media", media_id: await night.medium() });
    const { errors } = await night.run(processor);
    expect(errors).toMatchObject([{ code: "media_retired" }]);
    expect(await night.versions()).toBe("5 1");
  });

  it("not one that the course has already", async () => {
    const media_id = await night.medium({ status: "retired" });
    const source = await night.original({ kind: "media", media_id });
    await night.own({ source_item_id: source, kind: "media", media_id });
    expect((await night.run(processor)).state).toBe("ok");
  });

  it("and the other courses are updated", async () => {
    const other = await night.follower();
    await night.original();
    await night.update("components", night.courseId, { template_id: null });
    expect(await countsOf()).toMatchObject({ scanned: 2, failed: 1, courses: 1 });
    expect(await night.versions(other)).toBe("6 2");
  });
});

it.each([1, 2, 200])("a dry run counts what a run will change (%i at a time)", async (chunkSize) => {
  for (let index = 0; index < 4; index += 1) await night.follower();
  const folder = await night.original();
  await night.original({ parent_id: folder, kind: "media", media_id: await night.medium() });
  const parameters = { chunkSize };
  const rehearsed = await night.run(processor, { parameters, dryRun: true });
  const { counts } = await night.run(processor, { parameters });
  expect(rehearsed.counts).toEqual(counts);
  expect(counts).toMatchObject({ scanned: 5, changed: 5, courses: 5, added: 10 });
});

it("reads by index what it is about", async () => {
  const known = await night.original();
  const fresh = await night.original({ title: "Fresh" });
  await night.original({ title: "Last", unlock_rule: JSON.stringify({ item: fresh, status: ["passed"] }) });
  await night.own({ source_item_id: known, title: "Old" });
  await night.own({ source_item_id: await night.original({ removed_at: 1 }) });
  const plans = await plansFor(night.database, "\\w+", () =>
    night.run(processor, { parameters: { syncMetadata: true } }),
  );
  const growing = "syllabus_items|item|copy|progress|components|course|template|meta_values|wanted|media|medium";
  const tooMuch = new RegExp(
    `^SCAN (${growing})\\b|SEARCH (${growing}) .*\\(client_id=\\?( AND (rowid|id)>\\?)?\\)|AUTOMATIC`,
  );
  expect(plans.filter((plan) => tooMuch.test(plan))).toEqual([]);
});

it("runs every four hours unless a job says otherwise, heavy, for each client", () => {
  expect(processor).toMatchObject({ scope: "client", load: "heavy", suggestedCron: "0 52 3/4 * * ?", after: [] });
});
