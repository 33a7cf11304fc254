import { beforeEach, describe, expect, it } from "vitest";
import { NOW, SuccessStage } from "./stage.ts";

let stage: SuccessStage;
let person: number;
let course: number;

beforeEach(async () => {
  stage = await SuccessStage.set();
  person = await stage.person();
  course = await stage.course();
});

const certificate = (registration_id: number, values = {}) =>
  stage.insert("issued_certificates", {
    registration_id,
    certificate_id: 1,
    major_version: 1,
    status_number: 12,
    issued_on: "2026-03-02",
    ...values,
  });
const revoked = () => stage.rows("SELECT revoked_at FROM issued_certificates ORDER BY id");

describe("a registration that a person takes out of success", () => {
  it("is completed no more, and says that it was done by hand", async () => {
    const id = await stage.registration(course, person);
    await stage.rule(course, await stage.group(), { recertify: 1, due_mmdd: "06-30" });
    await stage.succeed([id]);
    expect(await stage.row(id, "next_due_on")).toEqual({ next_due_on: "2026-06-30" });
    await stage.withdraw(id);
    expect(await stage.row(id, "status, completed_at, next_due_on, status_by_hand_at")).toEqual({
      status: "in_progress",
      completed_at: null,
      next_due_on: null,
      status_by_hand_at: NOW,
    });
    expect(await stage.rows("SELECT action, before FROM audit_log ORDER BY id DESC LIMIT 1")).toEqual([
      { action: "leave_success", before: '{"status":"passed"}' },
    ]);
  });

  it("and closes otherwise has its next cycle dated from today", async () => {
    const id = await stage.registration(course, person);
    await stage.rule(course, await stage.group(), {
      recertify: 1,
      recert_mode: "from_completion",
      recert_interval_months: 2,
    });
    await stage.succeed([id], { completedAt: Date.UTC(2026, 0, 10) });
    await stage.withdraw(id, "failed");
    expect(await stage.row(id, "status, next_due_on")).toEqual({ status: "failed", next_due_on: "2026-05-02" });
  });

  it("has its certificates revoked now, and valid again with its next success", async () => {
    const id = await stage.registration(course, person);
    const other = await stage.registration(course, await stage.person());
    await stage.succeed([id, other]);
    for (const values of [{}, { major_version: 2 }, { major_version: 3, revoked_at: 5 }]) await certificate(id, values);
    await certificate(other);
    await certificate(id, { client_id: 2, major_version: 4 });
    await stage.withdraw(id);
    const none = { revoked_at: null };
    expect(await revoked()).toEqual([{ revoked_at: NOW }, { revoked_at: NOW }, { revoked_at: 5 }, none, none]);
    await stage.succeed([id]);
    expect(await revoked()).toEqual([none, none, none, none, none]);
  });

  it("is told to the search index, and so is its person", async () => {
    const id = await stage.registration(course, person);
    await stage.succeed([id]);
    await stage.database.execute("DELETE FROM index_changes");
    await stage.withdraw(id);
    expect(await stage.rows("SELECT entity, entity_id FROM index_changes ORDER BY id")).toEqual([
      { entity: "registration", entity_id: id },
      { entity: "person", entity_id: person },
    ]);
  });

  it("leaves the one on its template as it is", async () => {
    const template = await stage.template();
    const own = await stage.course({ template_id: template });
    const parent = await stage.registration(template, person, { status: "personal_syllabus" });
    const id = await stage.registration(own, person, { parent_registration_id: parent });
    await stage.succeed([id]);
    await stage.withdraw(id);
    expect(await stage.row(parent, "status")).toEqual({ status: "passed" });
  });
});
