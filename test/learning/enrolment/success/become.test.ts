import { beforeEach, describe, expect, it } from "vitest";
import { register } from "../../../../src/learning/enrolment/register.ts";
import { openStatuses } from "../../../../src/learning/enrolment/status.ts";
import { Successes } from "../../../../src/learning/enrolment/success/successes.ts";
import { writeUnits } from "../../../harness/runner/units.ts";
import { at, NOW, SuccessStage } from "./stage.ts";

let stage: SuccessStage;
let person: number;
let course: number;

beforeEach(async () => {
  stage = await SuccessStage.set();
  person = await stage.person();
  course = await stage.course();
});

const outcome = "status, completed_at, progress_pct, next_due_on";

describe("a registration that becomes successful", () => {
  it("has the status, the instant at which the work was done, and all of its progress", async () => {
    const id = await stage.registration(course, person, { status: "in_progress", progress_pct: 40 });
    await stage.succeed([id], { completedAt: NOW - 5000 });
    expect(await stage.row(id, outcome)).toEqual({
      status: "passed",
      completed_at: NOW - 5000,
      progress_pct: 100,
      next_due_on: null,
    });
  });

  it("on a learning path is completed", async () => {
    const id = await stage.registration(await stage.path(), person);
    await stage.succeed([id], { to: "completed" });
    expect(await stage.row(id, "status")).toEqual({ status: "completed" });
  });

  it.each([
    ["it is not known when", null],
    ["the work has an instant that is yet to come", NOW + 1],
  ])("is completed now where %s", async (_why, completedAt) => {
    const id = await stage.registration(course, person);
    await stage.succeed([id], { completedAt });
    expect(await stage.row(id, "completed_at")).toEqual({ completed_at: NOW });
  });

  it.each([
    ["2026-01-31T22:59:59Z", "2026-02-28"],
    ["2026-01-31T23:00:00Z", "2026-03-01"],
  ])(
    "and was done at %s has its next cycle dated from that day in the client's zone: %s",
    async (instant, next_due_on) => {
      await stage.rule(course, await stage.group(), {
        recertify: 1,
        recert_mode: "from_completion",
        recert_interval_months: 1,
      });
      const id = await stage.registration(course, person);
      await stage.succeed([id], { completedAt: at(instant) });
      expect(await stage.row(id, "next_due_on")).toEqual({ next_due_on });
    },
  );

  it("is told to audit and to the search index, and so is its person to the index", async () => {
    const id = await stage.registration(course, person, { status: "in_progress" });
    await stage.succeed([id]);
    expect(
      await stage.rows("SELECT run_id, person_id, entity, entity_id, action, before, after, at FROM audit_log"),
    ).toEqual([
      {
        run_id: 7,
        person_id: person,
        entity: "registration",
        entity_id: id,
        action: "complete",
        before: '{"status":"in_progress"}',
        after: `{"status":"passed","completed_at":${NOW},"progress_pct":100}`,
        at: NOW,
      },
    ]);
    expect(await stage.rows("SELECT entity, entity_id, op, at FROM index_changes ORDER BY id")).toEqual([
      { entity: "registration", entity_id: id, op: "upsert", at: NOW },
      { entity: "person", entity_id: person, op: "upsert", at: NOW },
    ]);
  });

  it("has moved on since it was read, and so it stays and gives nothing", async () => {
    const skill = await stage.insert("skills", { name: "Welding" });
    await stage.insert("skill_grants", { component_id: course, skill_id: skill, level: 1 });
    const id = await stage.registration(course, person);
    const successes = new Successes(stage.scene);
    const writes = successes.succeed(await stage.read(id), { to: "passed", completedAt: null });
    await stage.update("registrations", id, { status: "cancelled" });
    await writeUnits(stage.database, [{ ref: "one", writes }], { now: NOW, followUp: successes.followUp() });
    expect(await stage.row(id, "status")).toEqual({ status: "cancelled" });
    for (const table of ["audit_log", "index_changes", "skill_achievements", "person_skills"])
      expect(await stage.rows(`SELECT * FROM ${table}`)).toEqual([]);
  });

  it("of another client is out of reach", async () => {
    const id = await stage.registration(course, person);
    const successes = new Successes(stage.scene);
    const writes = successes.succeed(await stage.read(id), { to: "passed", completedAt: null });
    await stage.update("registrations", id, { client_id: 2 });
    await writeUnits(stage.database, [{ ref: "one", writes }], { now: NOW, followUp: successes.followUp() });
    expect(await stage.row(id, "status")).toEqual({ status: "booked" });
  });

  it("shares the statements of its step with all others of it", async () => {
    const ids: number[] = [];
    for (const one of await stage.people(30)) ids.push(await stage.registration(course, one));
    const count = async (some: readonly number[]) => {
      const { batch } = stage.database;
      let statements = 0;
      stage.database.batch = (...args) => {
        statements += args[0].length;
        return Reflect.apply(batch, stage.database, args);
      };
      await stage.succeed(some);
      stage.database.batch = batch;
      return statements;
    };
    const [one, two, many] = [await count(ids.slice(0, 1)), await count(ids.slice(1, 3)), await count(ids.slice(3))];
    // Each registration has its row, the note of it, its audit and its index entry; everything else is written once.
    expect([two - one, many - one]).toEqual([4, 4 * 26]);
  });
});

describe("a course that serves a registration on its template", () => {
  let template: number;
  beforeEach(async () => {
    template = await stage.template();
    course = await stage.course({ template_id: template });
  });

  it.each(openStatuses)("makes that one successful too, with the same instant, while it is %s", async (status) => {
    const parent = await stage.registration(template, person, { status });
    const id = await stage.registration(course, person, { parent_registration_id: parent });
    await stage.succeed([id], { completedAt: NOW - 60_000 });
    expect(await stage.row(parent, "status, completed_at, progress_pct")).toEqual({
      status: "passed",
      completed_at: NOW - 60_000,
      progress_pct: 100,
    });
    expect(await stage.rows("SELECT entity_id, action FROM audit_log ORDER BY id")).toEqual([
      { entity_id: id, action: "complete" },
      { entity_id: parent, action: "complete" },
    ]);
  });

  it.each(["failed", "passed", "cancelled"])("leaves one that is %s as it is", async (status) => {
    const parent = await stage.registration(template, person, { status, completed_at: 1 });
    const id = await stage.registration(course, person, { parent_registration_id: parent });
    await stage.succeed([id]);
    expect(await stage.row(parent, "status, completed_at")).toEqual({ status, completed_at: 1 });
  });

  it("leaves a parent that is not on its own template: a learning path, another template", async () => {
    for (const other of [await stage.path(), await stage.template()]) {
      const parent = await stage.registration(other, person);
      const id = await stage.registration(course, await stage.person(), { parent_registration_id: parent });
      await stage.succeed([id]);
      expect(await stage.row(parent, "status")).toEqual({ status: "booked" });
    }
  });

  it("gives what the template gives as well", async () => {
    const skill = await stage.insert("skills", { name: "Welding" });
    await stage.insert("skill_grants", { component_id: template, skill_id: skill, level: 2 });
    const parent = await stage.registration(template, person, { status: "personal_syllabus" });
    const id = await stage.registration(course, person, { parent_registration_id: parent });
    await stage.succeed([id]);
    expect(await stage.rows("SELECT source_ref, level FROM skill_achievements")).toEqual([
      { source_ref: `reg:${parent}`, level: 2 },
    ]);
  });

  it("and has moved on since it was read leaves the other one as well", async () => {
    const parent = await stage.registration(template, person, { status: "personal_syllabus" });
    const id = await stage.registration(course, person, { parent_registration_id: parent });
    const successes = new Successes(stage.scene);
    const one = await stage.read(id);
    const parents = new Map([[id, await stage.read(parent)]]);
    const writes = successes.succeed(one, { to: "passed", completedAt: null, parents });
    await stage.update("registrations", id, { status: "cancelled" });
    await writeUnits(stage.database, [{ ref: "one", writes }], { now: NOW, followUp: successes.followUp() });
    expect(await stage.row(parent, "status")).toEqual({ status: "personal_syllabus" });
  });
});

it("a registration that is made successful from the start gives the same", async () => {
  const skill = await stage.insert("skills", { name: "Welding" });
  await stage.insert("skill_grants", { component_id: course, skill_id: skill, level: 1 });
  const successes = new Successes(stage.scene);
  const made = register(
    {
      componentId: course,
      personId: person,
      cycleNo: 1,
      status: "booked",
      source: "migration",
      sourceRef: "history|1",
      dueOn: null,
      prerequisites: "none",
    },
    NOW,
  );
  const unit = { ref: "row", writes: [successes.made(made, "migration", "history|1")] };
  await writeUnits(stage.database, [unit], { now: NOW, followUp: successes.followUp() });
  const [row] = await stage.on(course, "id");
  expect(await stage.rows("SELECT person_id, source_ref FROM skill_achievements")).toEqual([
    { person_id: person, source_ref: `reg:${row?.id}` },
  ]);
});
