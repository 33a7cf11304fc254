import { beforeEach, describe, expect, it } from "vitest";
import { registrationStatuses } from "../../../src/learning/schema/enrolment.ts";
import { ProgrammeCurriculumLevelStatusUpdateJob as processor } from "../../../src/processors/paths/ProgrammeCurriculumLevelStatusUpdateJob.ts";
import { plansFor } from "../../harness/plans.ts";
import { DAY, Night } from "../enrolment/night.ts";

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
const progress = (registration_id: number, item_id: number, values = {}) =>
  night.insert("item_progress", {
    registration_id,
    item_id,
    status: "completed",
    completed_at: 500,
    last_at: 500,
    ...values,
  });
const changed = (entity: string, entity_id: number, { client_id = 1, at = night.clock.now() } = {}) =>
  night.database.execute({
    sql: "INSERT INTO index_changes (client_id, entity, entity_id, op, at) VALUES (?, ?, ?, 'upsert', ?)",
    args: [client_id, entity, entity_id, at],
  });
const setRule = (component: number, rule: unknown) =>
  night.update("components", component, { completion_rule: JSON.stringify(rule) });
const done = (id: number) => ({ item: id, status: ["completed"] });
const statuses = async (component: number) => (await night.on(component)).map(({ status }) => status);
const locks = (registration: number) =>
  night.rows(
    "SELECT item_id, locked, status FROM item_progress WHERE registration_id = ? ORDER BY item_id",
    registration,
  );
const watermark = async () =>
  (await night.rows("SELECT value FROM processor_state WHERE key = 'watermark'")).map(({ value }) => Number(value))[0];
const lastChange = async () => Number((await night.rows("SELECT max(id) AS last FROM index_changes"))[0]?.last);
/** A run that has seen everything so far. */
const settle = async () => {
  await night.run(processor);
  await night.run(processor);
};

/** A course that is passed once its item is completed, and a registration that has completed it. */
const ready = async (who = person) => {
  const one = await item(course);
  await setRule(course, done(one));
  const id = await night.registration(course, who);
  await progress(id, one);
  return id;
};

describe("what is looked at", () => {
  it("is everything in the first run", async () => {
    await ready();
    const { state, counts } = await night.run(processor);
    expect({ state, counts }).toMatchObject({ state: "ok", counts: { statusChanged: 1 } });
    expect(await statuses(course)).toEqual(["passed"]);
  });

  it("is nothing afterwards, until something changes", async () => {
    await settle();
    const id = await ready();
    expect((await night.run(processor)).counts.scanned ?? 0).toBe(0);
    expect(await statuses(course)).toEqual(["booked"]);
    await changed("registration", id);
    await night.run(processor);
    expect(await statuses(course)).toEqual(["passed"]);
  });

  it.each(["person", "component"])("is, where a %s changed, all that is registered with it", async (entity) => {
    await settle();
    await ready();
    await changed(entity, entity === "person" ? person : course);
    await night.run(processor);
    expect(await statuses(course)).toEqual(["passed"]);
  });

  it.each([
    ["registration", 0],
    ["person", 0],
    ["component", 0],
    ["skill", 1],
    ["group", 1],
    ["media", 1],
  ] as const)("is not what a %s that is another one changed", async (entity, offset) => {
    await settle();
    const id = await ready();
    const own = { registration: id, person, component: course, skill: person, group: person, media: course }[entity];
    await changed(entity, offset === 1 ? own : own + 1000);
    await changed(entity, own, { client_id: 2 });
    await night.run(processor);
    expect(await statuses(course)).toEqual(["booked"]);
  });

  it("is, where a registration changed, also the person's paths that hold its component or its template, and no others'", async () => {
    await settle();
    const template = await night.template();
    await night.update("components", course, { template_id: template });
    const [direct, wide, other] = [await night.path(), await night.path(), await night.path()];
    await element(direct, course);
    await element(wide, template);
    const someone = await night.person();
    for (const path of [direct, wide, other]) {
      await night.registration(path, person);
      await night.registration(path, someone);
    }
    const id = await night.registration(course, person, { progress_pct: 40 });
    await changed("registration", id);
    await night.run(processor);
    const pct = async (path: number) => (await night.on(path, "progress_pct")).map((row) => row.progress_pct);
    expect(await pct(direct)).toEqual([0, null]);
    expect(await pct(wide)).toEqual([0, null]);
    expect(await pct(other)).toEqual([null, null]);
  });

  it("is everything with full", async () => {
    await settle();
    await ready();
    expect((await night.run(processor, { parameters: { full: true } })).counts).toMatchObject({ statusChanged: 1 });
  });

  it.each(["withinDays", "olderThanDays"])("is always what a rule with %s is about", async (op) => {
    await night.update("persons", person, { last_login_at: night.clock.now() - (op === "withinDays" ? 0 : 9 * DAY) });
    await night.registration(course, person);
    await settle();
    await setRule(course, { attr: "last_login_at", op, value: 5 });
    await night.run(processor);
    expect(await statuses(course)).toEqual(["passed"]);
  });

  it("is always what unlocks by days", async () => {
    const one = await item(course);
    const id = await night.registration(course, person);
    await settle();
    await night.update("syllabus_items", one, {
      unlock_rule: JSON.stringify({ attr: "enrolled_on", op: "withinDays", value: 5 }),
    });
    expect((await night.run(processor)).counts).toMatchObject({ locked: 1 });
    expect(await locks(id)).toMatchObject([{ locked: 1 }]);
  });

  it("has the changes up to the start as its bound: its own are for the next run, which finds nothing more to do", async () => {
    await ready();
    const before = await lastChange();
    await night.run(processor);
    expect(await watermark()).toBe(before);
    expect(await lastChange()).toBeGreaterThan(before);
    const { state, counts } = await night.run(processor);
    expect({ state, changed: counts.changed ?? 0 }).toEqual({ state: "no_action", changed: 0 });
    expect((await night.run(processor)).counts.scanned ?? 0).toBe(0);
  });

  it("is worked through in chunks, each remembered when it is done", async () => {
    await settle();
    const one = await item(course);
    await setRule(course, done(one));
    for (const who of await night.people(7)) {
      const id = await night.registration(course, who);
      await progress(id, one);
      await changed("registration", id);
    }
    const last = await lastChange();
    const { counts } = await night.run(processor, { parameters: { chunkSize: 2 } });
    expect(counts).toMatchObject({ statusChanged: 7 });
    expect(await watermark()).toBe(last);
  });

  it("is not forgotten after a dry run, which moves no watermark", async () => {
    await ready();
    expect((await night.run(processor, { dryRun: true })).counts).toMatchObject({ statusChanged: 1 });
    expect(await watermark()).toBeUndefined();
    expect(await statuses(course)).toEqual(["booked"]);
  });
});

describe("completion rules", () => {
  it.each(registrationStatuses)(
    "are asked of a registration that is %s only where it is booked or in progress",
    async (status) => {
      const one = await item(course);
      await setRule(course, done(one));
      await progress(await night.registration(course, person, { status }), one);
      await night.run(processor);
      expect(await statuses(course)).toEqual([["booked", "in_progress"].includes(status) ? "passed" : status]);
    },
  );

  it("never fail anybody, nor complete a path", async () => {
    const one = await item(course);
    await setRule(course, done(one));
    await progress(await night.registration(course, person), one, { status: "failed" });
    const path = await night.path();
    const two = await item(path);
    await setRule(path, done(two));
    await progress(await night.registration(path, person), two);
    await night.run(processor);
    expect(await statuses(course)).toEqual(["in_progress"]);
    expect(await statuses(path)).toEqual(["booked"]);
  });

  it("do not go against a status that a person set after the work", async () => {
    const id = await ready();
    await night.update("registrations", id, { status_by_hand_at: 600 });
    await night.run(processor);
    expect(await statuses(course)).toEqual(["booked"]);
  });

  it("pass courses before the paths are looked at, which are as far on the same night", async () => {
    const path = await night.path();
    await element(path, course);
    const held = await night.registration(path, person);
    await ready();
    await night.run(processor);
    expect(await night.rows("SELECT progress_pct FROM registrations WHERE id = ?", held)).toEqual([
      { progress_pct: 100 },
    ]);
  });
});

describe("unlock rules", () => {
  let one: number;
  let two: number;
  beforeEach(async () => {
    one = await item(course);
    two = await item(course, { unlock_rule: JSON.stringify(done(one)) });
  });

  it("lock an item while they are not true, with a row where there was none, and unlock it once they are", async () => {
    const id = await night.registration(course, person);
    expect((await night.run(processor)).counts).toMatchObject({ locked: 1 });
    expect(await locks(id)).toEqual([{ item_id: two, locked: 1, status: "not_attempted" }]);
    await progress(id, one);
    await changed("registration", id);
    expect((await night.run(processor)).counts).toMatchObject({ unlocked: 1 });
    expect(await locks(id)).toMatchObject([{ item_id: one }, { item_id: two, locked: 0 }]);
  });

  it("make no row for an item that is open anyway", async () => {
    const id = await night.registration(course, person);
    await progress(id, one);
    await night.run(processor);
    expect(await locks(id)).toMatchObject([{ item_id: one, locked: 0 }]);
  });

  it("leave a row's work as it is", async () => {
    const id = await night.registration(course, person);
    await progress(id, two, { status: "incomplete", completed_at: null });
    await night.run(processor);
    expect(await locks(id)).toEqual([{ item_id: two, locked: 1, status: "incomplete" }]);
  });

  it("of removed items are not evaluated", async () => {
    await night.update("syllabus_items", two, { removed_at: 5, unlock_rule: "{" });
    const id = await night.registration(course, person);
    expect((await night.run(processor)).state).not.toBe("partial");
    expect(await locks(id)).toEqual([]);
  });

  it("are evaluated for successful registrations too, and for no other closed ones", async () => {
    for (const status of ["passed", "failed", "cancelled"])
      await night.registration(course, await night.person(), { status });
    expect((await night.run(processor)).counts).toMatchObject({ locked: 1 });
  });

  it.each([
    ["ended", "locked", [], 1],
    ["ended", "allowed", [], 0],
    ["open", "locked", [], 0],
    ["ended", "locked", ["pending"], 1],
    ["ended", "locked", ["open"], 0],
  ] as const)(
    "do not unlock an unfinished element of a period that is %s with late=%s, behind which there are %j: locked %i",
    async (state, late, later, expected) => {
      const folder = await item(course, { kind: "folder" });
      const inner = await item(course, { kind: "folder", parent_id: folder });
      await night.update("syllabus_items", two, { parent_id: inner });
      const id = await night.registration(course, person);
      await progress(id, one);
      await progress(id, two, { status: "not_attempted", completed_at: null, locked: 1 });
      const section_id = await night.insert("recert_sections", {
        component_id: course,
        folder_item_id: folder,
        section_no: 1,
        start_mode: "relative",
        due_days: 1,
        end_days: 2,
        late,
      });
      for (const [place, one] of [state, ...later].entries())
        await night.insert("recert_periods", {
          registration_id: id,
          section_id,
          cycle_no: place + 1,
          start_on: "2026-01-01",
          due_on: "2026-01-02",
          end_on: "2026-01-03",
          state: one,
        });
      await night.run(processor);
      expect((await locks(id)).find((row) => row.item_id === two)).toMatchObject({ locked: expected });
    },
  );
});

describe("levels", () => {
  let path: number;
  let elements: number[];
  beforeEach(async () => {
    path = await night.path({ path_mode: "level", structure_version: 3 });
    elements = [];
    for (const level_no of [1, 2, 3]) {
      const folder = await item(path, { kind: "folder", level_no, position: level_no });
      elements.push(await item(path, { parent_id: folder }));
    }
  });
  const level = async () => (await night.on(path, "current_level"))[0]?.current_level;

  it.each([
    [0, null, 1],
    [1, 1, 2],
    [2, 1, 3],
    [3, 1, 3],
    [0, 3, 3],
    [1, null, 2],
  ])("with %i levels finished and level %s become %i: only upwards", async (finished, current_level, expected) => {
    const id = await night.registration(path, person, { current_level, level_structure_version: 3 });
    for (const one of elements.slice(0, finished)) await progress(id, one);
    await night.run(processor);
    expect(await level()).toBe(expected);
  });

  it.each([2, null])(
    "are left to the other processor where the structure is another one by now: %s",
    async (version) => {
      const id = await night.registration(path, person, { current_level: 1, level_structure_version: version });
      await progress(id, elements[0] ?? 0);
      await night.run(processor);
      expect(await level()).toBe(1);
    },
  );
});

describe("a component that cannot be judged", () => {
  it.each([
    [
      "its completion rule",
      async () => night.update("components", course, { completion_rule: "{" }),
      "bad_rule",
      /^completion_rule/,
    ],
    ["an unlock rule", async () => item(course, { unlock_rule: "{" }), "bad_rule", /^unlock_rule/],
    [
      "an attribute that no person has",
      async () => item(course, { unlock_rule: JSON.stringify({ attr: "offce", op: "eq", value: "x" }) }),
      "unknown_attribute",
      /"offce"/,
    ],
  ])("for %s fails once, its registrations are skipped, and others go on", async (_what, spoil, code, message) => {
    const locked = await item(course, { unlock_rule: JSON.stringify({ group: 99 }) });
    await spoil();
    for (const who of await night.people(5)) await night.registration(course, who);
    const bad = course;
    course = await night.course();
    await ready();
    const { state, counts, errors } = await night.run(processor, { parameters: { chunkSize: 2 } });
    expect({ state, counts }).toMatchObject({ state: "partial", counts: { failed: 1, statusChanged: 1 } });
    expect(errors).toEqual([{ ref: `component:${bad}`, code, message: expect.stringMatching(message) }]);
    expect(await night.on(bad, "status, progress_pct")).toEqual(
      Array(5).fill({ status: "booked", progress_pct: null }),
    );
    expect(await night.rows("SELECT 1 FROM item_progress WHERE item_id = ?", locked)).toEqual([]);
  });
});

describe("changes that no index needs any more", () => {
  const ids = async () => (await night.rows("SELECT id FROM index_changes ORDER BY id")).map(({ id }) => Number(id));
  const searchIndex = (values = {}) =>
    night.insert("search_indexes", {
      name: "People",
      kind: "search",
      entity: "person",
      backend: "fts",
      collection: "people",
      active: 1,
      state: "ready",
      last_change_id: 0,
      ...values,
    });

  it.each([
    ["no index", null, 0],
    ["an index behind the second", { last_change_id: 2 }, 1],
    ["an index that has seen nothing", { last_change_id: 0 }, 3],
    ["an inactive index", { active: 0 }, 0],
    ["an index that waits for a full build", { state: "full_build_requested" }, 0],
    ["an index that was never built", { state: "never_built" }, 0],
    ["an index that cannot be reached", { state: "unavailable", last_change_id: 1 }, 2],
  ])("are those that every active index has passed: with %s %s stay", async (_what, values, left) => {
    for (let change = 0; change < 3; change += 1) await changed("group", 1);
    if (values) await searchIndex(values);
    await night.run(processor);
    expect(await ids()).toHaveLength(left);
  });

  it("are those older than 30 days in any case, and an index that has not seen them is built anew", async () => {
    const now = night.clock.now();
    await changed("group", 1, { at: now - 30 * DAY - 10_000 });
    await changed("group", 1, { at: now - 30 * DAY + 10_000 });
    const index = await searchIndex();
    const other = await searchIndex({ last_change_id: 1, collection: "others" });
    await night.run(processor);
    expect(await ids()).toEqual([2]);
    expect(await night.rows("SELECT id, state FROM search_indexes ORDER BY id")).toEqual([
      { id: index, state: "full_build_requested" },
      { id: other, state: "ready" },
    ]);
  });

  it("are not touched in a dry run, nor those of other clients", async () => {
    await changed("group", 1);
    await changed("group", 1, { client_id: 2, at: 0 });
    await night.run(processor, { dryRun: true });
    expect(await ids()).toHaveLength(2);
    await night.run(processor);
    expect(await night.rows("SELECT client_id FROM index_changes")).toEqual([{ client_id: 2 }]);
  });
});

it.each(["registrations", "registration", "own", "holding", "progress", "item", "component"])(
  "rows that are called %s are read by index, for what has changed only",
  async (alias) => {
    await settle();
    await changed("registration", await ready());
    const plans = await plansFor(night.database, alias, () => night.run(processor));
    const whole = new RegExp(`^SCAN ${alias}\\b|SEARCH ${alias} .*\\(client_id=\\?( AND (rowid|id)>\\?)?\\)$`);
    // What is ruled by days has indexes that hold nothing else.
    expect(
      plans.filter((plan) => whole.test(plan) && !/USING (COVERING )?INDEX \w+_ruled_by_days /.test(plan)),
    ).toEqual([]);
  },
);

it.each([
  ["component", "components_ruled_by_days"],
  ["item", "syllabus_items_ruled_by_days"],
])("of what says something else with each day a %s is found by %s, without the rest", async (alias, index) => {
  const plans = await plansFor(night.database, alias, () => night.run(processor));
  expect(plans).toContainEqual(expect.stringContaining(index));
});
