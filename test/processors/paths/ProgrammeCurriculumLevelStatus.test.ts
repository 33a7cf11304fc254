import { beforeEach, describe, expect, it } from "vitest";
import { registrationStatuses } from "../../../src/learning/schema/enrolment.ts";
import { ProgrammeCurriculumLevelStatus as processor } from "../../../src/processors/paths/ProgrammeCurriculumLevelStatus.ts";
import { plansFor } from "../../harness/plans.ts";
import { moved } from "../enrolment/night.ts";
import { RecertificationNight } from "./recertification.ts";

let night: RecertificationNight;
let person: number;
/** Two levels with a medium each. */
let levels: { folder: number; item: number }[];
beforeEach(async () => {
  night = await RecertificationNight.fall();
  person = await night.person();
  night.pathId = await night.path({ path_mode: "level", structure_version: 3 });
  levels = [await level(1), await level(2)];
});

const level = async (level_no: number, values = {}) => {
  const folder = await night.item({ kind: "folder", level_no, position: level_no, ...values });
  return { folder, item: await night.medium({ parent_id: folder }) };
};
const enrol = (values = {}) => night.booked(person, "2026-01-01", values);
const levelOf = async (id: number) =>
  (
    await night.rows(
      "SELECT current_level AS level, level_structure_version AS version FROM registrations WHERE id = ?",
      id,
    )
  )[0];
const finish = async (registration: number, ...numbers: readonly number[]) => {
  for (const number of numbers) await night.finished(registration, levels[number - 1]?.item ?? 0, "2026-01-05");
};

describe("the level is the lowest one that is not finished", () => {
  it.each([
    [[], 1],
    [[1], 2],
    [[2], 1],
    [[1, 2], 2],
  ])("with the levels %j finished: %i", async (done, expected) => {
    const registration = await enrol();
    await finish(registration, ...done);
    expect(moved((await night.run(processor)).counts)).toEqual({ scanned: 1, changed: 1, paths: 1, raised: 1 });
    expect(await levelOf(registration)).toEqual({ level: expected, version: 3 });
  });

  it("by its mandatory items at any depth; optional and removed ones do not count, nor items outside of folders", async () => {
    const first = levels[0]?.folder ?? 0;
    const inner = await night.item({ kind: "folder", parent_id: first });
    const deep = await night.medium({ parent_id: inner });
    await night.medium({ parent_id: first, mandatory: 0 });
    await night.medium({ parent_id: first, removed_at: 1 });
    await night.medium({ parent_id: await night.item({ kind: "folder", parent_id: first, removed_at: 1 }) });
    await night.medium({ parent_id: null });
    const registration = await enrol();
    await finish(registration, 1);
    await night.run(processor);
    expect(await levelOf(registration)).toMatchObject({ level: 1 });
    await night.finished(registration, deep, "2026-01-05");
    await night.rows("UPDATE components SET structure_version = 4");
    await night.run(processor);
    expect(await levelOf(registration)).toEqual({ level: 2, version: 4 });
  });

  it("a level without mandatory items is finished, and a removed one is none", async () => {
    await night.rows("UPDATE syllabus_items SET mandatory = 0 WHERE id = ?", levels[0]?.item ?? 0);
    await level(1, { position: 0, removed_at: 1 });
    const registration = await enrol();
    await night.run(processor);
    expect(await levelOf(registration)).toMatchObject({ level: 2 });
  });

  it("levels are in the order of their numbers", async () => {
    await night.rows("UPDATE syllabus_items SET level_no = 3 - level_no, position = 0 WHERE level_no IS NOT NULL");
    const registration = await enrol();
    await finish(registration, 2);
    await night.run(processor);
    expect(await levelOf(registration)).toMatchObject({ level: 2 });
  });

  it.each([
    ["passed", 2],
    ["completed", 2],
    ["failed", 1],
    ["booked", 1],
  ])("a component that is %s, also without a day, wherever the person did it: level %i", async (status, expected) => {
    const course = await night.course();
    await night.element(course, { parent_id: levels[0]?.folder ?? 0 });
    const registration = await enrol();
    await finish(registration, 1);
    await night.registration(course, person, { status });
    await night.run(processor);
    expect(await levelOf(registration)).toMatchObject({ level: expected });
  });

  it.each([
    [true, 2],
    [false, 1],
  ])("a covered component is finished where equivalences are switched on: %s", async (enabled, expected) => {
    const course = await night.course();
    await night.element(course, { parent_id: levels[0]?.folder ?? 0 });
    const values = { name: "R", relation: "covers", triggers: "[]", target_component_id: course };
    const rule = await night.insert("equivalence_rules", values);
    await night.rows(`INSERT INTO coverage_entries (client_id, rule_id, person_id, component_id, by, since)
      VALUES (1, ${rule}, ${person}, ${course}, '[]', '2020-01-01')`);
    await night.setting("equivalences.enabled", enabled);
    const registration = await enrol();
    await finish(registration, 1);
    await night.run(processor);
    expect(await levelOf(registration)).toMatchObject({ level: expected });
  });
});

describe("only after the structure of a level path was changed", () => {
  it.each([
    [null, true],
    [2, true],
    [3, false],
    [4, false],
  ])("since version %s, it being 3 now: %s", async (level_structure_version, looked) => {
    const registration = await enrol({ level_structure_version, current_level: 7 });
    await night.run(processor);
    expect(await levelOf(registration)).toEqual(
      looked ? { level: 1, version: 3 } : { level: 7, version: level_structure_version },
    );
  });

  it.each(registrationStatuses)("a registration that is %s", async (status) => {
    const registration = await enrol({ status });
    await night.run(processor);
    const looked = status !== "failed" && status !== "cancelled";
    expect(await levelOf(registration)).toEqual(looked ? { level: 1, version: 3 } : { level: null, version: null });
  });

  it("not on a path by content, a course or another client's path", async () => {
    await enrol();
    await night.run(processor);
    const others = [
      await night.path({ path_mode: "content" }),
      await night.path(),
      await night.course({ path_mode: "level" }),
    ];
    for (const other of others) {
      await night.item({ component_id: other, kind: "folder" });
      await night.registration(other, person);
    }
    const theirs = await night.path({ client_id: 2, path_mode: "level" });
    await night.item({ client_id: 2, component_id: theirs, kind: "folder" });
    await night.registration(theirs, person, { client_id: 2 });
    expect((await night.run(processor)).state).toBe("no_action");
  });
});

describe("a lower level than before", () => {
  it("is set, and the audit keeps the old one", async () => {
    const registration = await enrol({ current_level: 2, level_structure_version: 2 });
    expect(moved((await night.run(processor)).counts)).toEqual({ scanned: 1, changed: 1, paths: 1, lowered: 1 });
    expect(await levelOf(registration)).toEqual({ level: 1, version: 3 });
    expect(await night.rows("SELECT person_id, entity, entity_id, action, before, after FROM audit_log")).toEqual([
      {
        person_id: person,
        entity: "registration",
        entity_id: registration,
        action: "set_level",
        before: '{"current_level":2,"level_structure_version":2}',
        after: '{"current_level":1,"level_structure_version":3}',
      },
    ]);
    expect(await night.rows("SELECT entity, entity_id FROM index_changes")).toEqual([
      { entity: "registration", entity_id: registration },
    ]);
    expect(await night.rows("SELECT status FROM registrations WHERE id = ?", registration)).toEqual([
      { status: "booked" },
    ]);
  });

  it("is not set with neverLower, but the version is", async () => {
    const registration = await enrol({ current_level: 2, level_structure_version: 2 });
    const { counts } = await night.run(processor, { parameters: { neverLower: true } });
    expect(moved(counts)).toEqual({ scanned: 1, changed: 1, paths: 1 });
    expect(await levelOf(registration)).toEqual({ level: 2, version: 3 });
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it("and the same one is only stamped", async () => {
    const registration = await enrol({ current_level: 1, level_structure_version: 2 });
    expect(moved((await night.run(processor)).counts)).toEqual({ scanned: 1, changed: 1, paths: 1 });
    expect(await levelOf(registration)).toEqual({ level: 1, version: 3 });
  });
});

it("a level path without folders is skipped with a warning, and the others are worked on", async () => {
  const first = night.pathId;
  await night.rows("UPDATE syllabus_items SET removed_at = 1 WHERE component_id = ?", first);
  const left = await enrol();
  night.pathId = await night.path({ path_mode: "level" });
  await level(1);
  const registration = await enrol();
  expect((await night.run(processor)).counts).toMatchObject({ scanned: 2, skipped: 1, changed: 1, paths: 1 });
  expect(await levelOf(left)).toEqual({ level: null, version: null });
  expect(await levelOf(registration)).toEqual({ level: 1, version: 1 });
  expect(await night.warnings()).toHaveLength(1);
});

it.each([1, 2, 200])("a dry run counts what a run will change (%i at a time)", async (chunkSize) => {
  for (const [index, one] of (await night.people(5)).entries()) {
    const id = await night.booked(one, "2026-01-01", { current_level: index % 3, level_structure_version: 1 });
    if (index % 2) await finish(id, 1);
  }
  const parameters = { chunkSize };
  const rehearsed = await night.run(processor, { parameters, dryRun: true });
  const { counts } = await night.run(processor, { parameters });
  expect(moved(rehearsed.counts)).toEqual(moved(counts));
  expect(moved(counts)).toEqual({ scanned: 5, changed: 5, paths: 1, raised: 3, lowered: 1 });
});

it("reads registrations by their path and status", async () => {
  await enrol();
  const plans = await plansFor(night.database, "\\w+", () => night.run(processor));
  expect(
    plans.filter((plan) =>
      /^SCAN (registrations?|path|item)|SEARCH registrations? .*\(client_id=\?( AND id>\?)?\)|AUTOMATIC/.test(plan),
    ),
  ).toEqual([]);
});

it("runs at 03:50 unless a job says otherwise, light, for each client, behind the levels of the night", () => {
  expect(processor).toMatchObject({
    scope: "client",
    load: "light",
    suggestedCron: "0 50 3 * * ?",
    after: ["ProgrammeCurriculumLevelStatusUpdateJob"],
  });
});
