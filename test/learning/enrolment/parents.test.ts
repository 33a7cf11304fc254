import { beforeEach, describe, expect, it } from "vitest";
import { cancelRegistration } from "../../../src/learning/enrolment/close.ts";
import { failWithParent, readParents } from "../../../src/learning/enrolment/parents.ts";
import { openStatuses } from "../../../src/learning/enrolment/status.ts";
import { writeUnit } from "../../harness/runner/units.ts";
import { SuccessStage } from "./success/stage.ts";

let stage: SuccessStage;
let person: number;
let template: number;
let course: number;

beforeEach(async () => {
  stage = await SuccessStage.set();
  person = await stage.person();
  template = await stage.template();
  course = await stage.course({ template_id: template });
});

const fail = async (id: number, columns = {}) => {
  const parents = await readParents(stage.reader, [id]);
  return writeUnit(stage.database, ...failWithParent(await stage.read(id), parents, stage.scene, columns));
};

describe("a course that fails", () => {
  it.each(openStatuses)("fails the registration on its template too, while that is %s", async (status) => {
    const parent = await stage.registration(template, person, { status });
    const id = await stage.registration(course, person, { parent_registration_id: parent });
    await fail(id, { score_scaled: 0.1 });
    expect(await stage.row(id, "status, score_scaled")).toEqual({ status: "failed", score_scaled: 0.1 });
    expect(await stage.row(parent, "status, score_scaled")).toEqual({ status: "failed", score_scaled: null });
    expect(await stage.rows("SELECT entity_id, action, before FROM audit_log ORDER BY id")).toEqual([
      { entity_id: id, action: "fail", before: '{"status":"booked"}' },
      { entity_id: parent, action: "fail", before: JSON.stringify({ status }) },
    ]);
  });

  it.each(["passed", "failed", "cancelled"])("leaves a parent that is %s", async (status) => {
    const parent = await stage.registration(template, person, { status });
    await fail(await stage.registration(course, person, { parent_registration_id: parent }));
    expect(await stage.row(parent, "status, updated_at")).toEqual({ status, updated_at: 0 });
  });

  it("leaves a parent that is a learning path, or on another template, or of another client", async () => {
    const others = [
      await stage.registration(await stage.path(), person),
      await stage.registration(await stage.template(), person),
      await stage.registration(template, person, { client_id: 2 }),
    ];
    for (const parent of others) {
      await fail(await stage.registration(course, await stage.person(), { parent_registration_id: parent }));
      expect(await stage.row(parent, "status")).toEqual({ status: "booked" });
    }
  });

  it("has the next cycle of the other one dated as that one's rule says", async () => {
    await stage.rule(template, await stage.group(), { recertify: 1, due_mmdd: "06-30" });
    const parent = await stage.registration(template, person, { status: "personal_syllabus" });
    const id = await stage.registration(course, person, { parent_registration_id: parent });
    await fail(id);
    expect(await stage.row(parent, "next_due_on")).toEqual({ next_due_on: "2026-06-30" });
    expect(await stage.row(id, "next_due_on")).toEqual({ next_due_on: null });
  });

  it("and has moved on since it was read leaves the other one as well", async () => {
    const parent = await stage.registration(template, person, { status: "personal_syllabus" });
    const id = await stage.registration(course, person, { parent_registration_id: parent });
    const parents = await readParents(stage.reader, [id]);
    const writes = failWithParent(await stage.read(id), parents, stage.scene);
    await stage.update("registrations", id, { status: "passed" });
    await writeUnit(stage.database, ...writes);
    expect(await stage.row(parent, "status")).toEqual({ status: "personal_syllabus" });
  });
});

it("a course that is cancelled leaves the registration on its template open, for the next course", async () => {
  const parent = await stage.registration(template, person, { status: "personal_syllabus" });
  const id = await stage.registration(course, person, { parent_registration_id: parent });
  await writeUnit(stage.database, cancelRegistration(await stage.read(id), "course_cancelled", stage.scene));
  expect(await stage.row(parent, "status")).toEqual({ status: "personal_syllabus" });
});

it("nothing is read for no registrations", async () => {
  const reader = { all: () => Promise.reject(new Error("It was read")) } as never;
  await expect(readParents(reader, [])).resolves.toEqual(new Map());
});
