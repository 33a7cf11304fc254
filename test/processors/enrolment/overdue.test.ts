import { beforeEach, describe, expect, it } from "vitest";
import { openStatuses } from "../../../src/learning/enrolment/status.ts";
import { registrationStatuses } from "../../../src/learning/schema/enrolment.ts";
import { ParticipantAutomaticRegistration as processor } from "../../../src/processors/enrolment/ParticipantAutomaticRegistration.ts";
import { Night } from "./night.ts";

let night: Night;
let course: number;
let person: number;
let group: number;

beforeEach(async () => {
  night = await Night.fall();
  course = await night.course();
  person = await night.person();
  group = await night.group([person]);
});

/** A registration that a rule made. */
const made = (rule: number, component: number, who: number, values = {}) =>
  night.registration(component, who, {
    source: "auto_rule",
    source_ref: `rule:${rule}|${component}|${who}|1`,
    ...values,
  });

describe("step 5: a registration that is overdue", () => {
  it.each([
    ["2026-02-26", 3, "failed"],
    ["2026-02-27", 3, "booked"],
    ["2026-03-01", 0, "failed"],
    ["2026-03-02", 0, "booked"],
    ["2024-02-29", 732, "booked"],
    ["2024-02-29", 731, "failed"],
    [null, 0, "booked"],
  ] as const)("since %s is, after %s days, %s", async (due_on, change_after_days, expected) => {
    await made(await night.rule(course, group, { change_after_days, change_to: "failed" }), course, person, { due_on });
    const { counts } = await night.run(processor);
    expect((await night.on(course)).map(({ status }) => status)).toEqual([expected]);
    expect(counts.statusChanged ?? 0).toBe(expected === "failed" ? 1 : 0);
  });

  const late = { due_on: "2026-01-01" };

  it.each([
    ["failed", { cancelled_at: null, cancel_reason: null }],
    ["cancelled", { cancelled_at: 1, cancel_reason: "overdue" }],
  ] as const)("becomes %s", async (change_to, columns) => {
    await made(await night.rule(course, group, { change_after_days: 1, change_to }), course, person, late);
    await night.run(processor);
    const now = night.clock.now();
    const expected = { status: change_to, ...columns, cancelled_at: columns.cancelled_at && now, updated_at: now };
    expect(await night.on(course, "status, cancelled_at, cancel_reason, updated_at")).toEqual([expected]);
    expect(await night.rows("SELECT action, before, person_id FROM audit_log")).toEqual([
      { action: change_to === "failed" ? "fail" : "cancel", before: '{"status":"booked"}', person_id: person },
    ]);
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it.each(registrationStatuses)("is changed only while it is open: %s", async (status) => {
    await made(await night.rule(course, group, { change_after_days: 1, change_to: "failed" }), course, person, {
      ...late,
      status,
    });
    const open = (openStatuses as readonly string[]).includes(status);
    expect((await night.run(processor)).counts.statusChanged ?? 0).toBe(open ? 1 : 0);
    expect((await night.on(course)).map((row) => row.status)).toEqual([open ? "failed" : status]);
  });

  it.each([
    ["there is no change_to", { change_after_days: 1 }],
    ["there are no days", { change_to: "failed" }],
  ])("stays where %s", async (_what, values) => {
    await made(await night.rule(course, group, values), course, person, late);
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it("stays where another rule, or no rule, made it", async () => {
    const id = await night.rule(course, group, { change_after_days: 1, change_to: "failed" });
    const [ben = 0, cem = 0] = await night.people(2);
    await made(id * 10, course, person, late);
    await night.registration(course, ben, late);
    await night.registration(course, cem, { ...late, source: "import", source_ref: `rule:${id}|${course}|${cem}|1` });
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it("takes the rule's recertifications and courses with it", async () => {
    const template = await night.template();
    const id = await night.rule(template, group, { change_after_days: 1, change_to: "cancelled" });
    const parent = await made(id, template, person, { ...late, source: "recert", status: "personal_syllabus" });
    await made(id, course, person, { ...late, parent_registration_id: parent });
    expect((await night.run(processor)).counts).toMatchObject({ statusChanged: 2 });
  });

  it.each([
    ["failed", "failed"],
    ["cancelled", "personal_syllabus"],
  ] as const)("on a course that has %s leaves the registration on its template %s", async (change_to, expected) => {
    const template = await night.template();
    const own = await night.course({ template_id: template });
    const parent = await night.registration(template, person, { status: "personal_syllabus" });
    const id = await night.rule(own, group, { change_after_days: 1, change_to });
    await made(id, own, person, { ...late, parent_registration_id: parent });
    const { counts } = await night.run(processor);
    expect(counts).toMatchObject({ statusChanged: 1, changed: 1 });
    expect(await night.on(template, "status")).toEqual([{ status: expected }]);
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it("frees its place for who waits, when it is cancelled, not when it failed", async () => {
    for (const change_to of ["cancelled", "failed"]) {
      const limited = await night.course({ max_participants: 1, waiting_list: 1 });
      const waiting = await night.person();
      await made(await night.rule(limited, group, { change_after_days: 1, change_to }), limited, person, late);
      await night.registration(limited, waiting, { status: "waiting_list" });
      const { counts } = await night.run(processor);
      expect(counts.promoted ?? 0).toBe(change_to === "cancelled" ? 1 : 0);
      expect((await night.on(limited)).map(({ status }) => status)).toEqual([
        change_to,
        change_to === "cancelled" ? "booked" : "waiting_list",
      ]);
    }
  });

  it("does not give its place to who waits on it and is overdue too, but to the next", async () => {
    const limited = await night.course({ max_participants: 1, waiting_list: 1 });
    const id = await night.rule(limited, group, { change_after_days: 1, change_to: "cancelled" });
    await made(id, limited, person, late);
    await made(id, limited, await night.person(), { ...late, status: "waiting_list" });
    await night.registration(limited, await night.person(), { status: "waiting_list" });
    expect((await night.run(processor)).counts).toMatchObject({ statusChanged: 2, promoted: 1 });
    expect((await night.on(limited)).map(({ status }) => status)).toEqual(["cancelled", "cancelled", "booked"]);
  });
});

describe("step 6: a registration that the rule made", () => {
  it("does not give its place to who waits on it and has left the group too, but to the next", async () => {
    const limited = await night.course({ max_participants: 1, waiting_list: 1 });
    const id = await night.rule(limited, group, { auto_cancel: 1 });
    const [gone, next] = [await night.person(), await night.person()];
    await made(id, limited, person);
    await made(id, limited, gone, { status: "waiting_list" });
    await night.registration(limited, next, { status: "waiting_list" });
    await night.leave(group, person);
    expect((await night.run(processor)).counts).toMatchObject({ cancelled: 2, promoted: 1 });
    expect((await night.on(limited)).map(({ status }) => status)).toEqual(["cancelled", "cancelled", "booked"]);
  });

  it.each([
    ["left the group", async () => night.leave(group, person)],
    ["is excluded", async () => night.except(course, person, "exclude")],
    ["is passive", async () => night.update("persons", person, { auth_status: "passive" })],
    ["is in a group that is switched off", async () => night.update("groups", group, { active: 0 })],
  ])("is cancelled when its person %s, where the rule cancels", async (_what, happens) => {
    for (const auto_cancel of [0, 1]) {
      const component = auto_cancel ? course : await night.course();
      await made(await night.rule(component, group, { auto_cancel }), component, person);
    }
    await happens();
    expect(await night.run(processor)).toMatchObject({ state: "ok", counts: { cancelled: 1, changed: 1 } });
    const cancelled_at = night.clock.now();
    expect(await night.on(course, "status, cancel_reason, cancelled_at")).toEqual([
      { status: "cancelled", cancel_reason: "left_group", cancelled_at },
    ]);
    expect(await night.rows("SELECT status FROM registrations WHERE component_id <> ?", course)).toEqual([
      { status: "booked" },
    ]);
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it("stays while its person is a candidate, by exception too", async () => {
    const included = await night.person();
    const id = await night.rule(course, group, { auto_cancel: 1 });
    await made(id, course, person);
    await made(id, course, included);
    await night.except(course, included, "include");
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it("is cancelled when its person joined too late for a rule without new members", async () => {
    const first_run_at = 1000;
    await made(
      await night.rule(course, group, { auto_cancel: 1, include_new_members: 0, first_run_at }),
      course,
      person,
    );
    await night.leave(group, person);
    await night.join(group, person, { joined_at: first_run_at + 1 });
    expect((await night.run(processor)).counts).toMatchObject({ cancelled: 1 });
  });

  it("and no other one is cancelled: neither a closed one nor one made by hand", async () => {
    const [ben = 0, cem = 0] = await night.people(2);
    const id = await night.rule(course, group, { auto_cancel: 1 });
    await made(id, course, ben, { status: "passed" });
    await night.registration(course, cem);
    await made(id, course, person);
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it("is enrolled again in the next cycle when its person comes back", async () => {
    await night.rule(course, group, { auto_cancel: 1 });
    await night.run(processor);
    await night.leave(group, person);
    await night.run(processor);
    await night.join(group, person);
    expect((await night.run(processor)).counts).toMatchObject({ registered: 1 });
    expect(await night.on(course, "cycle_no, status")).toEqual([
      { cycle_no: 1, status: "cancelled" },
      { cycle_no: 2, status: "booked" },
    ]);
  });

  it("takes the course that the rule assigned with it", async () => {
    const template = await night.template();
    await night.update("components", course, { template_id: template });
    await night.rule(template, group, {
      enrolment_status: "personal_syllabus",
      auto_course_enrolment: 1,
      auto_cancel: 1,
    });
    await night.run(processor);
    await night.leave(group, person);
    expect((await night.run(processor)).counts).toMatchObject({ cancelled: 2 });
    expect(await night.on(course)).toEqual([{ person_id: person, status: "cancelled" }]);
    expect(await night.on(template)).toEqual([{ person_id: person, status: "cancelled" }]);
  });

  it.each([1, 2, 50])("frees a place for who has waited longest, one for one (%i at a time)", async (chunkSize) => {
    const limited = await night.course({ max_participants: 3, waiting_list: 1 });
    const members = await night.people(3);
    const staff = await night.group(members);
    await night.rule(limited, staff, { auto_cancel: 1 });
    await night.run(processor);
    const waiting = await night.people(3);
    for (const who of waiting.toReversed()) await night.registration(limited, who, { status: "waiting_list" });
    for (const who of members.slice(0, 2)) await night.leave(staff, who);
    expect((await night.run(processor, { parameters: { chunkSize } })).counts).toMatchObject({
      cancelled: 2,
      promoted: 2,
    });
    expect((await night.on(limited)).map(({ status }) => status)).toEqual([
      "cancelled",
      "cancelled",
      "booked",
      "waiting_list",
      "booked",
      "booked",
    ]);
  });

  it("that only waited frees nothing", async () => {
    const limited = await night.course({ max_participants: 2, waiting_list: 1 });
    const [ben = 0, cem = 0] = await night.people(2);
    await made(await night.rule(limited, group, { auto_cancel: 1 }), limited, ben, { status: "waiting_list" });
    await night.registration(limited, cem, { status: "waiting_list" });
    const { counts } = await night.run(processor);
    expect(counts).toMatchObject({ cancelled: 1 });
    expect(counts.promoted ?? 0).toBe(0);
  });
});
