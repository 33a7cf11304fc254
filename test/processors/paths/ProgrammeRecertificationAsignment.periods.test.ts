import { beforeEach, describe, expect, it } from "vitest";
import { registrationStatuses } from "../../../src/learning/schema/enrolment.ts";
import { ProgrammeRecertificationAsignment as processor } from "../../../src/processors/paths/ProgrammeRecertificationAsignment.ts";
import { RecertificationNight } from "./recertification.ts";

let night: RecertificationNight;
let person: number;
beforeEach(async () => {
  night = await RecertificationNight.fall();
  person = await night.person();
});

describe("period 1 is created where it is missing", () => {
  it.each([
    ["on the day of the booking", {}, "2026-02-27", "1 open 2026-02-27 2026-03-09 2026-03-19"],
    ["some days after it", { start_offset_days: 30 }, "2026-02-27", "1 pending 2026-03-29 2026-04-08 2026-04-18"],
    [
      "over 29 February",
      { start_offset_days: 1, end_days: 900 },
      "2024-02-28",
      "1 due 2024-02-29 2024-03-10 2026-08-17",
    ],
  ])("relative: %s", async (_, section, booked, expected) => {
    await night.section(section);
    await night.booked(person, booked);
    expect((await night.run(processor)).counts).toMatchObject({ created: 1 });
    expect(await night.periods()).toEqual([expected]);
  });

  it("by the day of the booking in the client's zone", async () => {
    await night.section({ start_offset_days: 10 });
    await night.registration(night.pathId, person, { booked_at: Date.parse("2026-02-27T23:30:00Z") });
    await night.run(processor);
    expect(await night.periods()).toEqual(["1 pending 2026-03-10 2026-03-20 2026-03-30"]);
  });

  it.each([
    ["the start itself, not over by then", "2026-02-20", null, "1 open 2026-02-20 2026-03-02 2026-03-12"],
    ["ends on the day of the booking", "2026-02-08", null, "1 ended 2026-02-08 2026-02-18 2026-02-28"],
    ["ended the day before, without interval: none", "2026-02-07", null, null],
    ["ended the day before, with an interval", "2026-02-07", 1, "1 pending 2026-03-07 2026-03-17 2026-03-27"],
    ["clamped to the end of the month", "2025-01-31", 1, "1 pending 2026-02-28 2026-03-10 2026-03-20"],
    ["the interval repeated as often as it takes", "2019-03-10", 12, "1 pending 2026-03-10 2026-03-20 2026-03-30"],
    ["far in the future", "2030-01-01", 12, "1 pending 2030-01-01 2030-01-11 2030-01-21"],
  ])("fixed: %s", async (_, start_on, interval_months, expected) => {
    await night.section({ start_mode: "fixed", start_on, interval_months });
    await night.booked(person, "2026-02-28");
    const { state } = await night.run(processor);
    const periods = (await night.periods()).map((period) =>
      period.replace(/ (open|due|pending) 2026-02/, " any 2026-02"),
    );
    expect(periods).toEqual(expected === null ? [] : [expected.replace(/ (open|due|pending) 2026-02/, " any 2026-02")]);
    expect(state).toBe(expected === null ? "no_action" : "ok");
  });

  it.each(registrationStatuses)("for a registration that is %s", async (status) => {
    await night.section({ start_offset_days: 100 });
    await night.booked(person, "2026-02-27", { status });
    await night.run(processor);
    const expected = ["booked", "in_progress", "completed", "passed"].includes(status) ? 1 : 0;
    expect(await night.periods()).toHaveLength(expected);
  });

  it("for the latest registration of active people only, once", async () => {
    await night.section({ start_offset_days: 100 });
    await night.booked(person, "2024-01-01", { status: "completed" });
    const latest = await night.booked(person, "2026-01-01", { cycle_no: 2 });
    for (const auth_status of ["passive", "inactive", "deleted"])
      await night.booked(await night.person({ auth_status }), "2026-01-01");
    await night.booked(await night.person({ client_id: 2 }), "2026-01-01", { client_id: 2 });
    expect((await night.run(processor)).counts).toEqual({ scanned: 1, changed: 1, created: 1 });
    expect(await night.rows("SELECT registration_id FROM recert_periods")).toEqual([{ registration_id: latest }]);
    expect(await night.rows("SELECT entity, entity_id FROM index_changes")).toEqual([
      { entity: "registration", entity_id: latest },
    ]);
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it("not on courses, and only of the sections that the job names", async () => {
    const course = await night.course();
    const folder = await night.insert("syllabus_items", { component_id: course, kind: "folder" });
    await night.section({ component_id: course, folder_item_id: folder });
    await night.registration(course, person, { booked_at: 1 });
    const [one, other] = [
      await night.section({ start_offset_days: 99 }),
      await night.section({ start_offset_days: 99 }),
    ];
    await night.booked(person, "2026-02-27");
    await night.run(processor, { parameters: { sectionIds: [other] } });
    expect(await night.rows("SELECT section_id FROM recert_periods")).toEqual([{ section_id: other }]);
    await night.run(processor);
    expect(await night.rows("SELECT section_id FROM recert_periods ORDER BY id")).toEqual([
      { section_id: other },
      { section_id: one },
    ]);
  });
});

describe("a period moves by its days", () => {
  it.each([
    ["pending", "2026-03-03 2026-03-13 2026-03-23", "pending", {}],
    ["pending", "2026-03-02 2026-03-12 2026-03-22", "open", { opened: 1 }],
    ["pending", "2026-03-01 2026-03-11 2026-03-21", "open", { opened: 1 }],
    ["pending", "2026-02-20 2026-03-02 2026-03-12", "due", { opened: 1, due: 1 }],
    ["pending", "2026-02-10 2026-02-20 2026-03-02", "due", { opened: 1, due: 1 }],
    ["pending", "2026-02-09 2026-02-19 2026-03-01", "ended", { ended: 1 }],
    ["open", "2026-02-21 2026-03-03 2026-03-13", "open", {}],
    ["open", "2026-02-20 2026-03-02 2026-03-12", "due", { due: 1 }],
    ["open", "2026-02-19 2026-03-01 2026-03-11", "due", { due: 1 }],
    ["open", "2026-02-10 2026-02-20 2026-03-02", "due", { due: 1 }],
    ["open", "2026-02-09 2026-02-19 2026-03-01", "ended", { ended: 1 }],
    ["due", "2026-02-10 2026-02-20 2026-03-02", "due", {}],
    ["due", "2026-02-09 2026-02-19 2026-03-01", "ended", { ended: 1 }],
    ["ended", "2026-02-09 2026-02-19 2026-03-01", "ended", {}],
    ["achieved", "2026-02-09 2026-02-19 2026-03-01", "achieved", {}],
  ])("%s, %s: %s", async (state, days, expected, counts) => {
    const section = await night.section();
    await night.period(section, await night.booked(person, "2026-01-01"), days, { state });
    const result = await night.run(processor);
    expect(await night.periods()).toEqual([`1 ${expected} ${days}`]);
    const { scanned: _, changed: __, ...own } = result.counts;
    expect(own).toEqual(counts);
  });

  it("on the day that a run is for", async () => {
    const section = await night.section();
    await night.period(section, await night.booked(person, "2026-01-01"), "2026-02-10 2026-02-20 2026-02-28", {
      state: "pending",
    });
    await night.run(processor, { asOf: "2026-02-10" });
    expect(await night.periods()).toEqual(["1 open 2026-02-10 2026-02-20 2026-02-28"]);
    await night.run(processor, { asOf: "2026-02-28" });
    expect(await night.periods()).toEqual(["1 due 2026-02-10 2026-02-20 2026-02-28"]);
    await night.run(processor, { asOf: "2026-03-01" });
    expect(await night.periods()).toEqual(["1 ended 2026-02-10 2026-02-20 2026-02-28"]);
  });

  it("and stands still while its person is not active", async () => {
    const section = await night.section();
    const passive = await night.person({ auth_status: "passive" });
    await night.period(section, await night.booked(passive, "2026-01-01"), "2026-02-09 2026-02-19 2026-03-01");
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it("audit and search index are told of the registration", async () => {
    const section = await night.section();
    const registration = await night.booked(person, "2026-01-01");
    const period = await night.period(section, registration, "2026-02-09 2026-03-01 2026-03-11");
    await night.run(processor);
    expect(await night.rows("SELECT person_id, entity, entity_id, action, before, after FROM audit_log")).toEqual([
      {
        person_id: person,
        entity: "registration",
        entity_id: registration,
        action: "recertification_period",
        before: `{"period":${period},"state":"open"}`,
        after: `{"period":${period},"state":"due"}`,
      },
    ]);
    expect(await night.rows("SELECT entity, entity_id FROM index_changes")).toEqual([
      { entity: "registration", entity_id: registration },
    ]);
  });
});

describe("an open or due period ends, its locks released and nothing else", () => {
  it.each([
    ["cancelled", "open", "ended", 0],
    ["failed", "due", "ended", 0],
    ["cancelled", "pending", "pending", 1],
    ["cancelled", "achieved", "achieved", 1],
    ["requested", "open", "open", 1],
  ])("of a registration that is %s: %s becomes %s", async (status, state, expected, locked) => {
    const section = await night.section();
    const item = await night.medium();
    const registration = await night.booked(person, "2026-01-01", { status });
    await night.insert("item_progress", { registration_id: registration, item_id: item, locked: 1 });
    await night.period(section, registration, "2026-02-01 2026-02-11 2026-02-21", { state });
    await night.run(processor);
    expect(await night.periods()).toEqual([`1 ${expected} 2026-02-01 2026-02-11 2026-02-21`]);
    expect(await night.progress()).toEqual([`${item} not_attempted ${locked}`]);
  });

  it("of a registration that a later cycle follows", async () => {
    const section = await night.section();
    const item = await night.medium();
    const registration = await night.booked(person, "2026-01-01");
    await night.period(section, registration, "2026-02-01 2026-02-11 2026-02-21");
    await night.booked(person, "2026-02-01", { cycle_no: 2, status: "cancelled" });
    expect((await night.run(processor)).counts).toMatchObject({ ended: 1 });
    expect(await night.progress()).toEqual([]);
    expect(item).toBeGreaterThan(0);
  });
});

describe("a section that cannot be worked on is an expected failure, and the others are worked on", () => {
  it.each([
    [
      "its folder was removed",
      async () => night.update("syllabus_items", night.folder, { removed_at: 1 }),
      "folder_missing",
    ],
    [
      "a folder around its folder was removed",
      async () => {
        const outer = await night.item({ kind: "folder", removed_at: 1 });
        await night.update("syllabus_items", night.folder, { parent_id: outer });
      },
      "folder_missing",
    ],
    ["its days are negative", async () => night.rows("UPDATE recert_sections SET end_days = -1"), "invalid_section"],
    [
      "a fixed start is no day",
      async () => night.rows("UPDATE recert_sections SET start_mode = 'fixed', start_on = 'soon'"),
      "invalid_section",
    ],
    ["its interval is 0", async () => night.rows("UPDATE recert_sections SET interval_months = 0"), "invalid_section"],
  ])("%s", async (_, spoil, code) => {
    const bad = await night.section();
    await spoil();
    const path = night.pathId;
    night.pathId = await night.path();
    night.folder = await night.item({ kind: "folder" });
    await night.section({ start_offset_days: 99 });
    await night.registration(path, person, { booked_at: Date.parse("2026-02-27T11:00:00Z") });
    await night.booked(person, "2026-02-27");
    const { state, errors, counts } = await night.run(processor, { parameters: { maxFailures: 0 } });
    expect({ state, errors: errors.map(({ ref, code: one }) => `${ref} ${one}`) }).toEqual({
      state: "partial",
      errors: [`section:${bad} ${code}`],
    });
    expect(counts).toMatchObject({ created: 1, failed: 1 });
  });
});

it("runs at 03:15 unless a job says otherwise, heavy, for each client, behind the enrolment by rules", () => {
  expect(processor).toMatchObject({
    scope: "client",
    load: "heavy",
    suggestedCron: "0 15 3 * * ?",
    after: ["ParticipantAutomaticRegistration"],
  });
});
