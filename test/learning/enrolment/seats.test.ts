import { beforeEach, describe, expect, it } from "vitest";
import { cancelRegistration } from "../../../src/learning/enrolment/close.ts";
import { readSeatsLeft } from "../../../src/learning/enrolment/places/seats.ts";
import { promote, promoteWaiting } from "../../../src/learning/enrolment/places/waiting-list.ts";
import { type NewRegistration, register } from "../../../src/learning/enrolment/register.ts";
import { type RegistrationStatus, seatStatuses } from "../../../src/learning/enrolment/status.ts";
import { registrationStatuses } from "../../../src/learning/schema/enrolment.ts";
import type { Change } from "../../../src/store/change.ts";
import { clientRows } from "../../../src/store/rows.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";
import { writeEach, writeUnit } from "../../harness/runner/units.ts";
import { Suite } from "../../processors/enrolment/suite.ts";

const NOW = 5000;
let suite: Suite;

beforeEach(async () => {
  suite = new Suite(await freshFileDatabase());
});

const write = (...changes: readonly Change[]) => writeEach(suite.database, ...changes);

const booking = (componentId: number, personId: number, also: Partial<NewRegistration> = {}) =>
  register(
    {
      componentId,
      personId,
      cycleNo: 1,
      status: "booked",
      source: "auto_rule",
      sourceRef: null,
      dueOn: null,
      prerequisites: "none",
      ...also,
    },
    NOW,
  );

describe("registering", () => {
  it("takes exactly the seats there are, also within one batch", async () => {
    const course = await suite.course({ max_participants: 3 });
    const people = await suite.people(5);
    await write(...people.map((person) => booking(course, person)));
    expect((await suite.on(course)).map(({ person_id }) => person_id)).toEqual(people.slice(0, 3));
    expect(await readSeatsLeft(clientRows(suite.database, 1, 7), course)).toBe(0);
  });

  it.each(registrationStatuses)(
    "finds the only seat taken by a registration that is %s as the status says",
    async (status) => {
      const course = await suite.course({ max_participants: 1 });
      const [there = 0, other = 0] = await suite.people(2);
      await suite.registration(course, there, { status });
      await write(booking(course, other));
      const taken = (seatStatuses as readonly RegistrationStatus[]).includes(status);
      expect(await suite.on(course)).toHaveLength(taken ? 1 : 2);
    },
  );

  it("counts a person once, whatever cycles there are, and does not count the person itself", async () => {
    const course = await suite.course({ max_participants: 2 });
    const [ada = 0, ben = 0, cem = 0] = await suite.people(3);
    await suite.registration(course, ada, { status: "passed" });
    await suite.registration(course, ada, { status: "failed", cycle_no: 2 });
    await write(booking(course, ben), booking(course, cem), booking(course, ada, { cycleNo: 3 }));
    expect(await suite.on(course, "person_id, cycle_no")).toEqual([
      { person_id: ada, cycle_no: 1 },
      { person_id: ada, cycle_no: 2 },
      { person_id: ada, cycle_no: 3 },
      { person_id: ben, cycle_no: 1 },
    ]);
  });

  it.each([
    ["a template's limit limits nothing", { kind: "template", max_participants: 1 }, 2],
    ["a learning path's limit holds", { kind: "learning_path", max_participants: 1 }, 1],
    ["no limit is no limit", { max_participants: null }, 2],
    ["no person fits into a course without seats", { max_participants: 0 }, 0],
    ["no person is registered on what is cancelled", { planning_status: "cancelled" }, 0],
    ["no person is registered on what is completed", { planning_status: "completed" }, 0],
    ["a planned course takes registrations", { planning_status: "planned" }, 2],
  ] as const)("%s", async (_sentence, component, expected) => {
    const id = await suite.course(component);
    for (const person of await suite.people(2)) await write(booking(id, person));
    expect(await suite.on(id)).toHaveLength(expected);
  });

  it.each(["passive", "inactive", "deleted"])("does not happen to a person who is %s", async (auth_status) => {
    const course = await suite.course();
    await write(booking(course, await suite.person({ auth_status })));
    expect(await suite.on(course)).toEqual([]);
  });

  it.each([
    [1, 1],
    [2, 1],
    [1, 2],
  ])("in cycle %i does not happen beside cycle %i or a later one", async (known, cycleNo) => {
    const course = await suite.course();
    const person = await suite.person();
    await suite.registration(course, person, { cycle_no: known, status: "cancelled" });
    await write(booking(course, person, { cycleNo }));
    expect(await suite.on(course)).toHaveLength(cycleNo > known ? 2 : 1);
  });

  it("on a waiting list needs no seat, but a waiting list", async () => {
    const [ada = 0, ben = 0] = await suite.people(2);
    for (const waiting_list of [0, 1]) {
      const course = await suite.course({ max_participants: 1, waiting_list });
      await write(booking(course, ada), booking(course, ben, { status: "waiting_list" }));
      expect((await suite.on(course)).map(({ status }) => status)).toEqual(
        waiting_list ? ["booked", "waiting_list"] : ["booked"],
      );
    }
  });

  it("does not reach another client's component or person", async () => {
    const elsewhere = new Suite(suite.database, 2);
    await write(
      booking(await elsewhere.course(), await suite.person({ username: "a" })),
      booking(await suite.course(), await elsewhere.person({ username: "b" })),
    );
    expect(await suite.rows("SELECT * FROM registrations")).toEqual([]);
  });

  it("notes instants, prerequisites, audit and index, and only if it happened", async () => {
    const course = await suite.course({ max_participants: 2 });
    const [ada = 0, ben = 0, cem = 0] = await suite.people(3);
    await write(
      booking(course, ada, { prerequisites: "met", dueOn: "2026-04-01", sourceRef: "x" }),
      booking(course, ben, { status: "personal_syllabus", prerequisites: "none" }),
      booking(course, cem),
    );
    const columns = "status, booked_at, due_on, source_ref, prerequisite_status, prerequisite_checked_at, created_at";
    expect(await suite.on(course, columns)).toEqual([
      {
        status: "booked",
        booked_at: NOW,
        due_on: "2026-04-01",
        source_ref: "x",
        prerequisite_status: "met",
        prerequisite_checked_at: NOW,
        created_at: NOW,
      },
      {
        status: "personal_syllabus",
        booked_at: null,
        due_on: null,
        source_ref: null,
        prerequisite_status: "none",
        prerequisite_checked_at: null,
        created_at: NOW,
      },
    ]);
    const ids = (await suite.on(course, "id")).map(({ id }) => id);
    expect(
      await suite.rows("SELECT run_id, person_id, entity_id, action, after, at FROM audit_log ORDER BY id"),
    ).toEqual([
      {
        run_id: 7,
        person_id: ada,
        entity_id: ids[0],
        action: "register",
        after: `{"component_id":${course},"cycle_no":1,"status":"booked","source":"auto_rule","due_on":"2026-04-01"}`,
        at: NOW,
      },
      {
        run_id: 7,
        person_id: ben,
        entity_id: ids[1],
        action: "register",
        after: `{"component_id":${course},"cycle_no":1,"status":"personal_syllabus","source":"auto_rule"}`,
        at: NOW,
      },
    ]);
    expect((await suite.rows("SELECT entity_id FROM index_changes")).map(({ entity_id }) => entity_id)).toEqual(ids);
  });
});

describe("a place that a cancellation frees", () => {
  const nothing = { recertMode: null, dueMmdd: null, recertIntervalMonths: null };
  /** Cancels a registration and promotes, as one unit does. */
  const cancel = async (id: number, skip = 0) => {
    const [row] = await suite.rows(
      "SELECT id, component_id AS componentId, person_id AS personId, status, due_on AS dueOn FROM registrations WHERE id = ?",
      id,
    );
    const registration = { ...row, ...nothing } as unknown as Parameters<typeof cancelRegistration>[0];
    await writeUnit(
      suite.database,
      cancelRegistration(registration, "test", { now: NOW, today: "2026-03-02" }),
      promoteWaiting(registration.componentId, NOW, skip),
    );
  };
  const waitingOn = async (course: number, people: readonly number[]) => {
    for (const person of people) await suite.registration(course, person, { status: "waiting_list" });
  };
  const statuses = async (course: number) => (await suite.on(course)).map(({ status }) => status);

  it("goes to who has waited longest, with audit and index", async () => {
    const course = await suite.course({ max_participants: 1, waiting_list: 1 });
    const [ada = 0, ben = 0, cem = 0] = await suite.people(3);
    const booked = await suite.registration(course, ada);
    await waitingOn(course, [cem, ben]);
    await cancel(booked);
    expect(await statuses(course)).toEqual(["cancelled", "waiting_list", "booked"]);
    const promoted = (await suite.on(course, "id, booked_at"))[2];
    expect(promoted?.booked_at).toBe(NOW);
    expect(
      await suite.rows("SELECT person_id, entity_id, before, after FROM audit_log WHERE action = 'promote'"),
    ).toEqual([
      { person_id: cem, entity_id: promoted?.id, before: '{"status":"waiting_list"}', after: '{"status":"booked"}' },
    ]);
    expect((await suite.rows("SELECT entity_id FROM index_changes")).map(({ entity_id }) => entity_id)).toEqual([
      booked,
      promoted?.id,
    ]);
  });

  it.each([
    ["released", "booked"],
    ["fixed", "booked"],
    ["planned", "waiting_list"],
    ["completed", "waiting_list"],
    ["cancelled", "waiting_list"],
  ])("of a course that is %s: who waits is then %s", async (planning_status, expected) => {
    const course = await suite.course({ max_participants: 1, waiting_list: 1, planning_status });
    const [ada = 0, ben = 0] = await suite.people(2);
    const booked = await suite.registration(course, ada);
    await waitingOn(course, [ben]);
    await cancel(booked);
    expect(await statuses(course)).toEqual(["cancelled", expected]);
  });

  it("stays free where the course is overbooked even so", async () => {
    const course = await suite.course({ max_participants: 1, waiting_list: 1 });
    const [ada = 0, ben = 0, cem = 0] = await suite.people(3);
    const booked = await suite.registration(course, ada);
    await suite.registration(course, ben);
    await waitingOn(course, [cem]);
    await cancel(booked);
    expect(await statuses(course)).toEqual(["cancelled", "booked", "waiting_list"]);
  });

  it("is not given to people who are no longer active", async () => {
    const course = await suite.course({ max_participants: 1, waiting_list: 1 });
    const booked = await suite.registration(course, await suite.person());
    await waitingOn(course, [await suite.person({ auth_status: "passive" }), await suite.person()]);
    await cancel(booked);
    expect(await statuses(course)).toEqual(["cancelled", "waiting_list", "booked"]);
  });

  it("is not given when the cancellation did not happen", async () => {
    const course = await suite.course({ max_participants: 2, waiting_list: 1 });
    const [ada = 0, ben = 0] = await suite.people(2);
    const booked = await suite.registration(course, ada, { status: "passed" });
    await waitingOn(course, [ben]);
    const read = {
      id: booked,
      componentId: course,
      personId: ada,
      status: "booked",
      dueOn: null,
      ...nothing,
    } as const;
    await writeUnit(
      suite.database,
      cancelRegistration(read, "test", { now: NOW, today: "2026-03-02" }),
      promoteWaiting(course, NOW),
    );
    expect(await statuses(course)).toEqual(["passed", "waiting_list"]);
    expect(await suite.rows("SELECT * FROM audit_log")).toEqual([]);
    expect(await suite.rows("SELECT * FROM index_changes")).toEqual([]);
  });

  it("goes past the head of the list where a dry run has promoted it before", async () => {
    const course = await suite.course({ max_participants: 1, waiting_list: 1 });
    const [ada = 0, ben = 0, cem = 0] = await suite.people(3);
    const booked = await suite.registration(course, ada);
    await waitingOn(course, [ben, cem]);
    await cancel(booked, 1);
    expect(await statuses(course)).toEqual(["cancelled", "waiting_list", "booked"]);
  });
});

describe("a free place given to one person on the waiting list", () => {
  const scene = async (
    course: Parameters<Suite["course"]>[0] = {},
    person = {},
    status: RegistrationStatus = "waiting_list",
  ) => {
    const componentId = await suite.course({ max_participants: 2, waiting_list: 1, ...course });
    await suite.registration(componentId, await suite.person());
    const personId = await suite.person(person);
    const id = await suite.registration(componentId, personId, { status });
    return { id, personId, componentId };
  };

  it("is booked, with how the person stands to the prerequisites", async () => {
    const registration = await scene();
    await write(promote(registration, "not_met", NOW));
    expect(
      await suite.on(registration.componentId, "status, booked_at, prerequisite_status, prerequisite_checked_at"),
    ).toEqual([
      { status: "booked", booked_at: null, prerequisite_status: "none", prerequisite_checked_at: null },
      { status: "booked", booked_at: NOW, prerequisite_status: "not_met", prerequisite_checked_at: NOW },
    ]);
  });

  it.each([
    ["the place was taken meanwhile", { max_participants: 1 }, {}, "waiting_list"],
    ["the course was cancelled", { planning_status: "cancelled" }, {}, "waiting_list"],
    ["the person became passive", {}, { auth_status: "passive" }, "waiting_list"],
    ["the person left the list", {}, {}, "cancelled"],
  ] as const)(
    "is not, and leaves nothing behind, where %s before it was written",
    async (_what, course, person, status) => {
      const registration = await scene(course, person, status);
      await write(promote(registration, "none", NOW));
      expect((await suite.on(registration.componentId, "status"))[1]).toEqual({ status });
      expect(await suite.rows("SELECT * FROM audit_log")).toEqual([]);
      expect(await suite.rows("SELECT * FROM index_changes")).toEqual([]);
    },
  );

  it("is each given once, however many are written for in one step", async () => {
    const first = await scene();
    const personId = await suite.person();
    const id = await suite.registration(first.componentId, personId, { status: "waiting_list" });
    await write(promote(first, "none", NOW), promote({ ...first, id, personId }, "none", NOW));
    expect(await suite.on(first.componentId, "status")).toEqual([
      { status: "booked" },
      { status: "booked" },
      { status: "waiting_list" },
    ]);
  });
});
