import { beforeEach, describe, expect, it } from "vitest";
import { openStatuses } from "../../../src/learning/enrolment/status.ts";
import { registrationStatuses } from "../../../src/learning/schema/enrolment.ts";
import { CancelInactiveUsersJob as processor } from "../../../src/processors/enrolment/CancelInactiveUsersJob.ts";
import { ParticipantAutomaticRegistration as enrolment } from "../../../src/processors/enrolment/ParticipantAutomaticRegistration.ts";
import { Night } from "./night.ts";

let night: Night;

beforeEach(async () => {
  night = await Night.fall();
});

/** A course with meta 11813 ticked. */
const ticked = async (values = {}) => {
  const course = await night.course(values);
  await night.meta(course, 11813);
  return course;
};

describe("CancelInactiveUsersJob", () => {
  it.each([
    ["active", false],
    ["passive", true],
    ["inactive", true],
    ["deleted", false],
  ])("cancels the registration of a person who is %s: %s", async (auth_status, expected) => {
    const course = await ticked();
    const person = await night.person({ auth_status });
    await night.registration(course, person);
    const { state, counts } = await night.run(processor);
    expect({ state, cancelled: counts.cancelled ?? 0 }).toEqual(
      expected ? { state: "ok", cancelled: 1 } : { state: "no_action", cancelled: 0 },
    );
    expect(await night.on(course, "status, cancel_reason, cancelled_at")).toEqual([
      expected
        ? { status: "cancelled", cancel_reason: "inactive_user", cancelled_at: night.clock.now() }
        : { status: "booked", cancel_reason: null, cancelled_at: null },
    ]);
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it.each(registrationStatuses)("touches a registration only while it is open: %s", async (status) => {
    const course = await ticked();
    await night.registration(course, await night.person({ auth_status: "passive" }), { status });
    await night.run(processor);
    const open = (openStatuses as readonly string[]).includes(status);
    expect((await night.on(course)).map((row) => row.status)).toEqual([open ? "cancelled" : status]);
  });

  it.each([
    ["1", "cancelled"],
    ["0", "booked"],
    [null, "booked"],
  ])("with meta 11813 = %s leaves it %s", async (value, expected) => {
    const course = await night.course();
    if (value !== null) await night.meta(course, 11813, value);
    await night.registration(course, await night.person({ auth_status: "inactive" }));
    await night.run(processor);
    expect((await night.on(course)).map(({ status }) => status)).toEqual([expected]);
  });

  it("does so on templates and learning paths too", async () => {
    const person = await night.person({ auth_status: "passive" });
    for (const component of [await night.template(), await night.path()]) {
      await night.meta(component, 11813);
      await night.registration(component, person);
    }
    expect((await night.run(processor)).counts).toMatchObject({ cancelled: 2 });
  });

  it("leaves no trace for who comes back: a rule enrols such a person again, in the next cycle", async () => {
    const course = await ticked();
    const person = await night.person();
    await night.rule(course, await night.group([person]), { days_to_finish: 10 });
    await night.run(enrolment);
    await night.update("persons", person, { auth_status: "passive" });
    await night.run(processor);
    expect((await night.run(enrolment)).state).toBe("no_action");
    await night.update("persons", person, { auth_status: "active" });
    await night.run(enrolment, { asOf: "2026-03-01" });
    expect(await night.on(course, "cycle_no, status, due_on")).toEqual([
      { cycle_no: 1, status: "cancelled", due_on: "2026-03-12" },
      { cycle_no: 2, status: "booked", due_on: "2026-03-11" },
    ]);
  });

  it("is not stopped by a registration whose due day cannot be read", async () => {
    const course = await ticked();
    for (const due_on of ["never", "2026-02-31", "2026-02-28"])
      await night.registration(course, await night.person({ auth_status: "passive" }), { due_on });
    await night.rule(course, await night.group(), {
      recertify: 1,
      recert_mode: "from_completion",
      recert_interval_months: 12,
    });
    expect((await night.run(processor)).counts).toMatchObject({ cancelled: 3 });
    expect(await night.on(course, "next_due_on")).toEqual([
      { next_due_on: "2027-03-02" },
      { next_due_on: "2027-03-02" },
      { next_due_on: "2027-02-28" },
    ]);
  });

  it("writes audit and index, and the next cycle where a rule dates it", async () => {
    const course = await ticked();
    const person = await night.person({ auth_status: "passive" });
    const registration = await night.registration(course, person);
    await night.rule(course, await night.group(), { recertify: 1, due_mmdd: "03-31" });
    await night.run(processor);
    expect(await night.on(course, "next_due_on")).toEqual([{ next_due_on: "2026-03-31" }]);
    expect(await night.rows("SELECT person_id, entity, entity_id, action, before, after FROM audit_log")).toEqual([
      {
        person_id: person,
        entity: "registration",
        entity_id: registration,
        action: "cancel",
        before: '{"status":"booked"}',
        after: `{"status":"cancelled","cancelled_at":${night.clock.now()},"cancel_reason":"inactive_user","next_due_on":"2026-03-31"}`,
      },
    ]);
    expect(await night.rows("SELECT entity, entity_id, op FROM index_changes")).toEqual([
      { entity: "registration", entity_id: registration, op: "upsert" },
    ]);
  });
});

describe("a place that becomes free", () => {
  const scene = async (values = {}, gone = 2, waiting = 3) => {
    const course = await ticked({ max_participants: 3, waiting_list: 1, ...values });
    for (let index = 0; index < gone; index += 1)
      await night.registration(course, await night.person({ auth_status: "passive" }));
    const queue = await night.people(waiting);
    for (const person of queue.toReversed()) await night.registration(course, person, { status: "waiting_list" });
    return { course, queue };
  };
  const booked = async (course: number) =>
    (await night.on(course)).filter(({ status }) => status === "booked").map(({ person_id }) => person_id);

  it.each([1, 2, 50])("goes to who has waited longest, one for one (%i at a time)", async (chunkSize) => {
    const { course, queue } = await scene();
    const { counts } = await night.run(processor, { parameters: { chunkSize } });
    expect(counts).toMatchObject({ cancelled: 2, promoted: 2, changed: 2, scanned: 2 });
    expect(await booked(course)).toEqual(queue.slice(1));
  });

  it("stays free without promoteWaitingList", async () => {
    const { course } = await scene();
    const { counts } = await night.run(processor, { parameters: { promoteWaitingList: false } });
    expect(counts).toEqual({ cancelled: 2, changed: 2, scanned: 2 });
    expect(await booked(course)).toEqual([]);
  });

  it.each([
    ["planned", 0],
    ["released", 2],
    ["fixed", 2],
    ["completed", 0],
    ["cancelled", 0],
  ])("of a course that is %s goes to %i people", async (planning_status, promoted) => {
    const { course } = await scene({ planning_status });
    expect((await night.run(processor)).counts).toMatchObject({ cancelled: 2, promoted });
    expect(await booked(course)).toHaveLength(promoted);
  });

  it("is passed over by passive people, who are cancelled themselves and free nothing", async () => {
    const course = await ticked({ max_participants: 1, waiting_list: 1 });
    const passive = [await night.person({ auth_status: "passive" }), await night.person({ auth_status: "passive" })];
    await night.registration(course, passive[0] ?? 0);
    await night.registration(course, passive[1] ?? 0, { status: "waiting_list" });
    const [first = 0, second = 0] = await night.people(2);
    await night.registration(course, first, { status: "waiting_list" });
    await night.registration(course, second, { status: "waiting_list" });
    expect((await night.run(processor)).counts).toMatchObject({ cancelled: 2, promoted: 1 });
    expect(await night.on(course)).toEqual([
      ...passive.map((person_id) => ({ person_id, status: "cancelled" })),
      { person_id: first, status: "booked" },
      { person_id: second, status: "waiting_list" },
    ]);
  });

  it("is not there where the course is overbooked", async () => {
    const { course } = await scene({ max_participants: 1 }, 2, 2);
    // With the first cancellation one is still there; with the second no administrator is.
    expect((await night.run(processor)).counts).toMatchObject({ cancelled: 2, promoted: 1 });
    expect(await booked(course)).toHaveLength(1);
  });

  it.each([1, 50])("is rehearsed with no more promotions than there will be (%i at a time)", async (chunkSize) => {
    await scene({}, 3, 2);
    await scene({}, 1, 0);
    const parameters = { chunkSize };
    const before = await night.rows("SELECT * FROM registrations");
    const rehearsed = await night.run(processor, { parameters, dryRun: true });
    expect(await night.rows("SELECT * FROM registrations")).toEqual(before);
    const real = await night.run(processor, { parameters });
    expect(rehearsed.counts).toEqual(real.counts);
    expect(real.counts).toMatchObject({ cancelled: 4, promoted: 2 });
  });
});
