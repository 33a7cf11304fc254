import { beforeEach, describe, expect, it } from "vitest";
import { ParticipantAutomaticRegistration as processor } from "../../../src/processors/enrolment/ParticipantAutomaticRegistration.ts";
import { DAY, NIGHT, Night } from "./night.ts";

let night: Night;
let template: number;
let people: number[];
let group: number;

beforeEach(async () => {
  night = await Night.fall();
  template = await night.template();
  people = await night.people(3);
  group = await night.group(people);
});

const rule = (values = {}) =>
  night.rule(template, group, { enrolment_status: "personal_syllabus", auto_course_enrolment: 1, ...values });
/** A course of the template that starts a number of days from now. */
const inDays = (days: number, values = {}) =>
  night.course({ template_id: template, date_dependent: 1, start_at: NIGHT + days * DAY, ...values });
const booked = async (course: number) => (await night.on(course)).map(({ person_id }) => person_id);

describe("step 3: a registration in a template's personal syllabus", () => {
  it("gets a course in the same night, linked to it, with its due day", async () => {
    const course = await inDays(30);
    const id = await rule({ days_to_finish: 20 });
    expect(await night.run(processor)).toMatchObject({
      state: "ok",
      counts: { registered: 3, coursesAssigned: 3, rules: 1, scanned: 6 },
    });
    const parents = await night.on(template, "id, status");
    expect(parents.map(({ status }) => status)).toEqual(Array(3).fill("personal_syllabus"));
    expect(
      await night.on(course, "person_id, status, source, source_ref, parent_registration_id, due_on, booked_at"),
    ).toEqual(
      people.map((person, index) => ({
        person_id: person,
        status: "booked",
        source: "auto_rule",
        source_ref: `rule:${id}|${course}|${person}|1`,
        parent_registration_id: parents[index]?.id,
        due_on: "2026-03-22",
        booked_at: night.clock.now(),
      })),
    );
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it.each([
    ["the rule assigns none", { auto_course_enrolment: 0 }],
    ["it is booked on the template itself", { enrolment_status: "booked" }],
  ])("gets none where %s", async (_sentence, values) => {
    const course = await inDays(30);
    await rule(values);
    await night.run(processor);
    expect(await booked(course)).toEqual([]);
  });

  it.each([
    ["planned", {}, false],
    ["released", {}, true],
    ["fixed", {}, true],
    ["completed", {}, false],
    ["cancelled", {}, false],
    ["released", { start_at: NIGHT + 1000 }, false],
    ["released", { start_at: NIGHT + 1001 }, true],
    ["released", { start_at: NIGHT - DAY, date_dependent: 0 }, true],
    ["released", { start_at: null, date_dependent: 0 }, true],
    ["released", { start_at: null }, false],
    ["released", { max_participants: 0 }, false],
    ["released", { kind: "learning_path" }, false],
    ["released", { template_id: null }, false],
  ] as const)("on a course that is %s, %j, is booked: %s", async (planning_status, values, expected) => {
    const course = await inDays(30, { planning_status, ...values });
    await rule();
    await night.run(processor);
    expect(await booked(course)).toEqual(expected ? people : []);
  });

  it("gets the one that starts first, then the one with the lowest id, while there are places", async () => {
    const late = await inDays(20, { max_participants: 10 });
    const first = await inDays(10, { max_participants: 1 });
    const second = await inDays(10, { max_participants: 1 });
    await rule();
    await night.run(processor);
    expect([await booked(first), await booked(second), await booked(late)]).toEqual(people.map((person) => [person]));
  });

  it("begins at once where a course is bound to no date", async () => {
    const dated = await inDays(1);
    const anytime = await night.course({ template_id: template });
    await rule();
    await night.run(processor);
    expect([await booked(anytime), await booked(dated)]).toEqual([people, []]);
  });

  it.each([1, 2, 100])(
    "waits when the places are taken, and no place is given twice (%i at a time)",
    async (chunkSize) => {
      const course = await inDays(10, { max_participants: 2, waiting_list: 1 });
      await rule();
      const { state, counts } = await night.run(processor, { parameters: { chunkSize } });
      expect({ state, counts }).toMatchObject({
        state: "ok",
        counts: { registered: 3, coursesAssigned: 2, noCourse: 1 },
      });
      expect(await booked(course)).toEqual(people.slice(0, 2));
      await inDays(40);
      expect((await night.run(processor)).counts).toMatchObject({ coursesAssigned: 1 });
    },
  );

  it.each([1, 100])(
    "without any course that can be booked waits, and is counted each night (%i at a time)",
    async (chunkSize) => {
      await rule();
      const parameters = { chunkSize };
      expect((await night.run(processor, { parameters })).counts).toEqual({
        registered: 3,
        noCourse: 3,
        scanned: 6,
        changed: 3,
        skipped: 3,
        rules: 1,
      });
      expect(await night.run(processor, { parameters })).toMatchObject({ state: "no_action", counts: { noCourse: 3 } });
      await night.database.execute("DELETE FROM run_logs WHERE run_id = 2");
      expect(
        await night.rows(`SELECT level FROM run_logs WHERE message LIKE 'Template ${template} has no course%'`),
      ).toEqual([{ level: "info" }]);
    },
  );

  it("made by hand gets one too, but only while the person is a candidate", async () => {
    const outsider = await night.person();
    const course = await inDays(10);
    await night.registration(template, people[0] ?? 0, { status: "personal_syllabus" });
    await night.registration(template, outsider, { status: "personal_syllabus" });
    await night.except(template, people[1] ?? 0, "exclude");
    await night.registration(template, people[1] ?? 0, { status: "personal_syllabus" });
    await rule();
    await night.run(processor);
    expect(await booked(course)).toEqual([people[0], people[2]]);
  });

  it("gets none beside a course that the person has in another way", async () => {
    const mine = await inDays(40);
    const first = await inDays(10);
    await night.registration(mine, people[0] ?? 0, { status: "in_progress" });
    await night.registration(mine, people[1] ?? 0, { status: "cancelled" });
    await night.registration(mine, people[2] ?? 0, { status: "waiting_list" });
    await rule();
    await night.run(processor);
    expect(await booked(first)).toEqual([people[1]]);
  });

  it("whose course was cancelled gets another one, not the same", async () => {
    const first = await inDays(10);
    await rule();
    await night.run(processor);
    const [id] = (await night.on(first, "id")).map((row) => Number(row.id));
    await night.update("registrations", id ?? 0, { status: "cancelled" });
    await night.run(processor);
    expect((await night.on(first)).map(({ status }) => status)).toEqual(["cancelled", "booked", "booked"]);
    const second = await inDays(20);
    await night.run(processor);
    expect(await booked(second)).toEqual([people[0]]);
  });

  it.each(["inactive_user", "left_group"])(
    "whose course was cancelled as %s gets the same course again when its person is back, in the next cycle",
    async (cancel_reason) => {
      const person = people[0] ?? 0;
      const course = await inDays(10);
      await rule();
      await night.run(processor);
      const [id] = (await night.on(course, "id")).map((row) => Number(row.id));
      await night.update("registrations", id ?? 0, { status: "cancelled", cancel_reason });
      await night.update("persons", person, { auth_status: "passive" });
      expect((await night.run(processor)).state).toBe("no_action");
      await night.update("persons", person, { auth_status: "active" });
      expect((await night.run(processor)).counts).toMatchObject({ coursesAssigned: 1 });
      expect((await night.on(course, "person_id, cycle_no, status")).slice(0, 2)).toEqual([
        { person_id: person, cycle_no: 1, status: "cancelled" },
        { person_id: person, cycle_no: 2, status: "booked" },
      ]);
    },
  );

  it.each(["failed", "passed"])("whose course ended as %s gets no other", async (status) => {
    const first = await inDays(10);
    await inDays(20);
    await rule();
    await night.run(processor);
    const [id] = (await night.on(first, "id")).map((row) => Number(row.id));
    await night.update("registrations", id ?? 0, { status });
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it("of a later cycle goes to the same course again, in that course's next cycle", async () => {
    const person = people[0] ?? 0;
    const course = await inDays(10);
    await night.registration(template, person, { status: "passed" });
    await night.registration(course, person, { status: "passed", cycle_no: 3 });
    await night.registration(template, person, { status: "personal_syllabus", cycle_no: 2 });
    await rule();
    await night.run(processor);
    expect((await night.on(course, "person_id, cycle_no")).slice(0, 2)).toEqual([
      { person_id: person, cycle_no: 3 },
      { person_id: person, cycle_no: 4 },
    ]);
  });

  it("is led past a course whose prerequisites it does not meet and has to", async () => {
    await night.update("persons", people[0] ?? 0, { locale: "de" });
    const prerequisites = JSON.stringify({ attr: "locale", op: "eq", value: "de" });
    const german = await inDays(10, { prerequisites });
    await night.meta(german, 11838);
    const noted = await inDays(20, { prerequisites });
    await rule();
    await night.run(processor);
    const columns = "person_id, prerequisite_status";
    expect(await night.on(german, columns)).toEqual([{ person_id: people[0], prerequisite_status: "met" }]);
    expect(await night.on(noted, columns)).toEqual([
      { person_id: people[1], prerequisite_status: "not_met" },
      { person_id: people[2], prerequisite_status: "not_met" },
    ]);
  });

  it.each([
    ["cannot be read", "?", "bad_rule"],
    ["ask for what no person has", '{"attr":"ofice","op":"empty"}', "unknown_attribute"],
  ])("is led past a course whose prerequisites %s, which fails once", async (_, prerequisites, code) => {
    const broken = await inDays(10, { prerequisites });
    const good = await inDays(20);
    await rule();
    const { state, errors } = await night.run(processor, { parameters: { chunkSize: 1 } });
    expect({ state, errors }).toMatchObject({
      state: "partial",
      errors: [{ ref: `course:${broken}`, code }],
    });
    expect(errors).toHaveLength(1);
    expect(await booked(good)).toEqual(people);
  });
});
