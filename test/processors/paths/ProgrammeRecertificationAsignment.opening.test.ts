import { beforeEach, describe, expect, it } from "vitest";
import { ProgrammeRecertificationAsignment as processor } from "../../../src/processors/paths/ProgrammeRecertificationAsignment.ts";
import { RecertificationNight } from "./recertification.ts";

let night: RecertificationNight;
let person: number;
let registration: number;
beforeEach(async () => {
  night = await RecertificationNight.fall();
  person = await night.person();
  registration = await night.booked(person, "2026-01-01");
});

const DAYS = "2026-03-01 2026-03-11 2026-03-21";
/** A period that opens tonight. */
const opening = (section: number, values = {}) =>
  night.period(section, registration, DAYS, { state: "pending", ...values });
const prior = async () => (await night.rows("SELECT prior FROM recert_periods"))[0]?.prior;

describe("when a period opens, a medium is made due again", () => {
  it.each([
    ["finished long before", 0, "2025-03-01", "not_attempted"],
    ["finished the day before the start", 0, "2026-02-28", "not_attempted"],
    ["finished on the day of the start, which a missed night opens late", 0, "2026-03-01", "completed"],
    ["finished one day too early", 10, "2026-02-18", "not_attempted"],
    ["finished on the first day that counts", 10, "2026-02-19", "completed"],
  ])("%s, with %i early days, finished %s: %s", async (_, early_days, day, expected) => {
    const item = await night.medium();
    const section = await night.section({ early_days });
    await night.finished(registration, item, day);
    await opening(section);
    const { counts } = await night.run(processor);
    expect(await night.progress()).toEqual([`${item} ${expected} 0`]);
    expect(counts).toMatchObject({ opened: 1 });
    expect(counts.elementsAssigned ?? 0).toBe(expected === "completed" ? 0 : 1);
    expect(await prior()).toBe(`{"${item}":"${day}"}`);
  });

  it("by the day of the completion in the client's zone", async () => {
    const item = await night.medium();
    await night.finished(registration, item, "", { completed_at: Date.parse("2026-02-28T23:00:00Z") });
    await opening(await night.section());
    await night.run(processor);
    expect(await night.progress()).toEqual([`${item} completed 0`]);
  });

  it("at any depth below the folder, with what was begun and failed, but nothing elsewhere in the path", async () => {
    const inner = await night.item({ kind: "folder", parent_id: night.folder });
    const deep = await night.medium({ parent_id: inner });
    const failed = await night.medium();
    const removed = await night.medium({ removed_at: 1 });
    const gone = await night.medium({
      parent_id: await night.item({ kind: "folder", parent_id: night.folder, removed_at: 1 }),
    });
    const outside = await night.medium({ parent_id: null });
    for (const item of [deep, removed, gone, outside]) await night.finished(registration, item, "2025-01-01");
    await night.finished(registration, failed, "2025-01-01", {
      status: "failed",
      completed_at: null,
      score_scaled: 0.3,
    });
    const other = await night.booked(await night.person(), "2026-01-01");
    await night.finished(other, deep, "2025-01-01");
    await opening(await night.section());
    await night.run(processor);
    expect(await night.progress()).toEqual(
      [
        ...[deep, failed].map((item) => `${item} not_attempted 0`),
        ...[removed, gone, outside].map((item) => `${item} completed 0`),
      ]
        .sort((one, two) => Number(one.split(" ")[0]) - Number(two.split(" ")[0]))
        .concat(`${deep} completed 0`),
    );
    expect(await night.rows("SELECT score_scaled, completed_at FROM item_progress WHERE item_id = ?", failed)).toEqual([
      { score_scaled: null, completed_at: null },
    ]);
  });

  it("its attempts are archived: those of this registration, but no previews and no other registration's", async () => {
    const item = await night.medium();
    const kept = await night.medium();
    const mediaOf = async (id: number) =>
      Number((await night.rows("SELECT media_id FROM syllabus_items WHERE id = ?", id))[0]?.media_id);
    await night.finished(registration, kept, "2026-03-01");
    const attempt = async (of: number, values = {}) =>
      night.insert("attempts", {
        person_id: person,
        media_id: await mediaOf(of),
        registration_id: registration,
        item_id: of,
        ...values,
      });
    const [own, unbound] = [await attempt(item), await attempt(item, { registration_id: null, item_id: null })];
    await attempt(kept);
    await attempt(item, { is_preview: 1 });
    await attempt(item, { registration_id: 9999 });
    await attempt(item, { person_id: await night.person() });
    await opening(await night.section());
    await night.run(processor);
    expect(await night.rows("SELECT id FROM attempts WHERE archived = 1 ORDER BY id")).toEqual([
      { id: own },
      { id: unbound },
    ]);
  });

  it("locks of an earlier period are released", async () => {
    const [item, untouched] = [await night.medium(), await night.medium({ parent_id: null })];
    for (const item_id of [item, untouched])
      await night.insert("item_progress", { registration_id: registration, item_id, locked: 1 });
    await opening(await night.section());
    await night.run(processor);
    expect(await night.progress()).toEqual([`${item} not_attempted 0`, `${untouched} not_attempted 1`]);
  });
});

describe("a period that was over before it opened ends at once", () => {
  it("and nothing is reset, booked or locked", async () => {
    const item = await night.medium();
    await night.element(await night.course());
    await night.finished(registration, item, "2025-01-01");
    const section = await night.section({ auto_register: 1, early_days: 0 });
    await night.period(section, registration, "2026-02-01 2026-02-11 2026-02-21", { state: "pending" });
    const { counts } = await night.run(processor);
    expect(counts).toEqual({ scanned: 1, changed: 1, ended: 1 });
    expect(await night.progress()).toEqual([`${item} completed 0`]);
    expect(await night.rows("SELECT id FROM registrations")).toHaveLength(1);
  });
});

describe("when a period ends", () => {
  const ending = (section: number, state = "due") =>
    night.period(section, registration, "2026-02-09 2026-02-19 2026-03-01", { state });

  it.each([
    ["locked", 1],
    ["allowed", 0],
  ])("with late work %s its unfinished elements are locked: %i", async (late, locked) => {
    const [begun, fresh, done, before] = [
      await night.medium(),
      await night.medium(),
      await night.medium(),
      await night.medium(),
    ];
    const course = await night.element(await night.course());
    await night.insert("item_progress", { registration_id: registration, item_id: begun, status: "incomplete" });
    await night.finished(registration, done, "2026-03-01");
    await night.finished(registration, before, "2026-01-09");
    await ending(await night.section({ late, early_days: 30 }));
    expect((await night.run(processor)).counts).toEqual({ scanned: 1, changed: 1, ended: 1 });
    const expected = [`${begun} incomplete ${locked}`, `${done} completed 0`, `${before} completed ${locked}`];
    if (locked) expected.push(`${fresh} not_attempted 1`, `${course} not_attempted 1`);
    expect((await night.progress()).toSorted()).toEqual(expected.toSorted());
  });

  it("a component that was passed in the period is not locked, one that was passed before it is", async () => {
    const [one, other] = [await night.course(), await night.course()];
    const [passed, old] = [await night.element(one), await night.element(other)];
    await night.passed(one, person, "2026-02-09");
    await night.passed(other, person, "2026-02-08");
    await ending(await night.section());
    await night.run(processor);
    expect(await night.progress()).toEqual([`${old} not_attempted 1`]);
    expect(passed).toBeGreaterThan(0);
  });
});

describe("a component", () => {
  const assigned = async () =>
    night.rows(`SELECT component_id, person_id, cycle_no, status, source, source_ref, due_on FROM registrations
      WHERE component_id <> ${night.pathId} ORDER BY component_id, person_id, cycle_no`);

  it("gets a new cycle, due with the period, where the section registers", async () => {
    const course = await night.course();
    await night.element(course);
    await night.passed(course, person, "2025-03-01");
    const period = await opening(await night.section({ auto_register: 1 }));
    expect((await night.run(processor)).counts).toEqual({ scanned: 2, changed: 2, opened: 1, elementsAssigned: 1 });
    expect((await assigned())[1]).toEqual({
      component_id: course,
      person_id: person,
      cycle_no: 2,
      status: "booked",
      source: "recert",
      source_ref: `period:${period}|${course}`,
      due_on: "2026-03-11",
    });
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it("gets none where the section does not: the person enrols alone", async () => {
    const course = await night.course();
    await night.element(course);
    await night.passed(course, person, "2025-03-01");
    await opening(await night.section());
    expect((await night.run(processor)).counts).toEqual({ scanned: 1, changed: 1, opened: 1 });
    expect(await assigned()).toHaveLength(1);
  });

  it.each([
    ["passed in time", "2026-03-01", 0],
    ["passed before", "2026-02-28", 1],
  ])("that was %s", async (_, day, made) => {
    const course = await night.course();
    await night.element(course);
    await night.passed(course, person, day);
    await opening(await night.section({ auto_register: 1 }));
    expect((await night.run(processor)).counts.elementsAssigned ?? 0).toBe(made);
  });

  it("that is covered since a day that counts is done, where equivalences are switched on", async () => {
    const course = await night.course();
    await night.element(course);
    const rule = await night.insert("equivalence_rules", {
      name: "R",
      relation: "covers",
      triggers: "[]",
      target_component_id: course,
    });
    await night.rows(`INSERT INTO coverage_entries (client_id, rule_id, person_id, component_id, by, since)
      VALUES (1, ${rule}, ${person}, ${course}, '[]', '2026-03-01')`);
    const section = await night.section({ auto_register: 1 });
    await night.setting("equivalences.enabled", true);
    await opening(section);
    expect((await night.run(processor)).counts).toEqual({ scanned: 1, changed: 1, opened: 1 });
  });

  it.each([
    [null, "2026-03-11"],
    ["2026-12-31", "2026-12-31"],
  ])("with an open registration keeps it, and takes the due day if it has none (%s)", async (due_on, expected) => {
    const course = await night.course();
    await night.element(course);
    await night.registration(course, person, { status: "in_progress", due_on });
    await opening(await night.section({ auto_register: 1 }));
    await night.run(processor);
    expect(await assigned()).toMatchObject([{ status: "in_progress", due_on: expected, cycle_no: 1 }]);
  });

  it("that is full puts the person on its waiting list, or is an expected failure", async () => {
    const [listed, full] = [
      await night.course({ max_participants: 1, waiting_list: 1 }),
      await night.course({ max_participants: 1 }),
    ];
    for (const course of [listed, full]) {
      await night.element(course);
      await night.registration(course, await night.person());
    }
    const period = await opening(await night.section({ auto_register: 1 }));
    const { state, counts, errors } = await night.run(processor, { parameters: { maxFailures: 0 } });
    expect({ state, counts }).toEqual({
      state: "partial",
      counts: { scanned: 3, changed: 2, failed: 1, opened: 1, elementsAssigned: 1 },
    });
    expect(errors).toMatchObject([{ ref: `period:${period} component:${full}`, code: "full" }]);
    expect(
      (await night.on(listed)).at(-1)?.person_id === person || (await night.on(listed))[0]?.person_id === person,
    ).toBe(true);
    expect(
      await night.rows("SELECT status FROM registrations WHERE component_id = ? AND person_id = ?", listed, person),
    ).toEqual([{ status: "waiting_list" }]);
  });

  it("gives its last seat to one person only", async () => {
    const course = await night.course({ max_participants: 1 });
    await night.element(course);
    const section = await night.section({ auto_register: 1 });
    await opening(section);
    const other = await night.booked(await night.person(), "2026-01-01");
    await night.period(section, other, DAYS, { state: "pending" });
    expect((await night.run(processor)).counts).toMatchObject({ opened: 2, elementsAssigned: 1, failed: 1 });
  });

  it.each(["completed", "cancelled"])("that is %s is an expected failure", async (planning_status) => {
    await night.element(await night.course({ planning_status }));
    await opening(await night.section({ auto_register: 1 }));
    expect((await night.run(processor)).errors).toMatchObject([{ code: "component_closed" }]);
  });

  it("with unmet prerequisites is registered all the same, unless they have to be met", async () => {
    const group = await night.group();
    const prerequisites = JSON.stringify({ group });
    const [noted, required] = [await night.course({ prerequisites }), await night.course({ prerequisites })];
    await night.meta(required, 11838);
    for (const course of [noted, required]) await night.element(course);
    await opening(await night.section({ auto_register: 1 }));
    expect((await night.run(processor)).counts).toEqual({
      scanned: 3,
      changed: 2,
      skipped: 1,
      opened: 1,
      elementsAssigned: 1,
    });
    expect(
      await night.rows(
        "SELECT component_id, prerequisite_status FROM registrations WHERE component_id <> ?",
        night.pathId,
      ),
    ).toEqual([{ component_id: noted, prerequisite_status: "not_met" }]);
  });

  it("with prerequisites that cannot be read is an expected failure", async () => {
    await night.element(await night.course({ prerequisites: "{" }));
    await opening(await night.section({ auto_register: 1 }));
    expect((await night.run(processor)).errors).toMatchObject([{ code: "bad_rule" }]);
  });

  it("that stands twice in the section is registered once", async () => {
    const course = await night.course();
    for (const _ of [1, 2]) await night.element(course);
    await opening(await night.section({ auto_register: 1 }));
    expect((await night.run(processor)).counts).toMatchObject({ elementsAssigned: 1 });
  });
});

describe("a template", () => {
  it("gets a personal syllabus and one of its courses, by the day of the start", async () => {
    const template = await night.template();
    await night.element(template);
    const start_at = Date.parse("2026-04-01T08:00:00Z");
    await night.course({ template_id: template, date_dependent: 1, start_at: start_at + 1 });
    const first = await night.course({ template_id: template, date_dependent: 1, start_at });
    await night.course({ template_id: template, planning_status: "planned" });
    const period = await opening(await night.section({ auto_register: 1 }));
    expect((await night.run(processor)).counts).toEqual({ scanned: 3, changed: 3, opened: 1, elementsAssigned: 1 });
    const parent = (await night.on(template, "id, status, due_on"))[0];
    expect(parent).toMatchObject({ status: "personal_syllabus", due_on: "2026-03-11" });
    expect(await night.on(first, "status, parent_registration_id, source, source_ref, due_on")).toEqual([
      {
        status: "booked",
        parent_registration_id: parent?.id,
        source: "recert",
        source_ref: `period:${period}|${first}`,
        due_on: "2026-03-11",
      },
    ]);
  });

  it("without a course is counted, each night until there is one", async () => {
    const template = await night.template();
    await night.element(template);
    await opening(await night.section({ auto_register: 1 }));
    expect((await night.run(processor)).counts).toMatchObject({ elementsAssigned: 1, noCourse: 1 });
    expect((await night.run(processor)).counts).toMatchObject({ noCourse: 1 });
    const course = await night.course({ template_id: template });
    await night.run(processor);
    expect(await night.on(course, "status")).toEqual([{ status: "booked" }]);
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it("one of whose courses the person is on already keeps that", async () => {
    const template = await night.template();
    await night.element(template);
    const course = await night.course({ template_id: template });
    await night.registration(course, person);
    await opening(await night.section({ auto_register: 1 }));
    await night.run(processor);
    expect(await night.on(template)).toEqual([]);
    expect(await night.on(course, "status, due_on")).toEqual([{ status: "booked", due_on: "2026-03-11" }]);
  });

  it("one of whose courses was passed in time is done", async () => {
    const template = await night.template();
    await night.element(template);
    await night.passed(await night.course({ template_id: template }), person, "2026-03-01");
    await opening(await night.section({ auto_register: 1 }));
    expect((await night.run(processor)).counts).toEqual({ scanned: 1, changed: 1, opened: 1 });
  });
});

it.each([1, 2, 200])("many at a time make no difference (%i)", async (chunkSize) => {
  const course = await night.course({ max_participants: 2, waiting_list: 1 });
  await night.element(course);
  await night.medium();
  const section = await night.section({ auto_register: 1 });
  for (const one of [person, ...(await night.people(4))]) {
    const id = one === person ? registration : await night.booked(one, "2026-02-28");
    await night.period(section, id, DAYS, { state: "pending" });
  }
  expect((await night.run(processor, { parameters: { chunkSize } })).counts).toEqual({
    scanned: 10,
    changed: 10,
    opened: 5,
    elementsAssigned: 5,
  });
  expect((await night.on(course, "status")).map(({ status }) => status).toSorted()).toEqual([
    "booked",
    "booked",
    "waiting_list",
    "waiting_list",
    "waiting_list",
  ]);
});
