import { beforeEach, describe, expect, it } from "vitest";
import { ProgramRecertificationCompletionJob as completion } from "../../../src/processors/paths/ProgramRecertificationCompletionJob.ts";
import { ProgramRecertificationStatusJob as processor } from "../../../src/processors/paths/ProgramRecertificationStatusJob.ts";
import { RecertificationNight } from "./recertification.ts";

let night: RecertificationNight;
let person: number;
let registration: number;
beforeEach(async () => {
  night = await RecertificationNight.fall();
  person = await night.person();
  registration = await night.booked(person, "2025-01-01");
});

/** Starts, is due, and ends; with 10 early days work counts from 31 January on. */
const DAYS = "2026-02-10 2026-02-20 2026-03-01";
const early = (values = {}) => night.section({ early_days: 10, ...values });
const states = async () =>
  (await night.rows("SELECT state, achieved_on FROM recert_periods ORDER BY registration_id, cycle_no")).map((row) =>
    Object.values(row)
      .filter((one) => one !== null)
      .join(" "),
  );

describe("a period is achieved when work was done early for it, and the rest within it", () => {
  it.each([
    ["2026-01-30", "open"],
    ["2026-01-31", "achieved 2026-01-31"],
    ["2026-02-09", "achieved 2026-02-09"],
    ["2026-02-10", "open"],
    ["2026-03-02", "open"],
  ])("a medium finished %s: %s", async (day, expected) => {
    await night.finished(registration, await night.medium(), day);
    await night.period(await early(), registration, DAYS);
    const { counts, state } = await night.run(processor);
    expect(await states()).toEqual([expected]);
    expect({ state, achieved: counts.achieved ?? 0 }).toEqual(
      expected === "open" ? { state: "no_action", achieved: 0 } : { state: "ok", achieved: 1 },
    );
  });

  it.each([
    ["2024-03-05", "2024-02-23", "open"],
    ["2024-03-05", "2024-02-24", "achieved 2024-02-24"],
    ["2025-03-05", "2025-02-22", "open"],
    ["2025-03-05", "2025-02-23", "achieved 2025-02-23"],
    ["2024-03-10", "2024-02-29", "achieved 2024-02-29"],
  ])("ten days before %s begin where 29 February is counted: finished %s, %s", async (start, day, expected) => {
    const year = start.slice(0, 4);
    const own = await night.booked(await night.person(), `${year}-01-01`);
    await night.finished(own, await night.medium(), day);
    await night.period(await early(), own, `${start} ${year}-03-20 ${year}-04-01`);
    await night.run(processor);
    expect(await states()).toEqual([expected]);
  });

  it.each([
    ["pending", "pending"],
    ["open", "achieved 2026-02-05"],
    ["due", "achieved 2026-02-05"],
    ["ended", "achieved 2026-02-05"],
    ["achieved", "achieved"],
  ])("and it was %s", async (state, expected) => {
    await night.finished(registration, await night.medium(), "2026-02-05");
    await night.period(await early(), registration, DAYS, { state });
    await night.run(processor);
    expect(await states()).toEqual([expected]);
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it.each([
    ["2026-02-15", "achieved 2026-02-15"],
    ["2026-03-01", "achieved 2026-03-01"],
    ["2026-03-02", "ended"],
    [null, "ended"],
  ])("on the latest of the days; the other element was finished %s", async (day, expected) => {
    const [one, other] = [await night.medium(), await night.medium()];
    await night.medium({ mandatory: 0 });
    await night.finished(registration, one, "2026-02-05");
    if (day !== null) await night.finished(registration, other, day);
    await night.period(await early({ late: "allowed" }), registration, DAYS, { state: "ended" });
    await night.run(processor);
    expect(await states()).toEqual([expected]);
  });

  it("what was done wholly within it is left to the job before", async () => {
    await night.finished(registration, await night.medium(), "2026-02-15");
    await night.period(await early(), registration, DAYS);
    expect((await night.run(processor)).state).toBe("no_action");
    expect((await night.run(completion)).counts).toMatchObject({ achieved: 1 });
  });

  it("by the days of the client's zone", async () => {
    const item = await night.medium();
    await night.finished(registration, item, "", { completed_at: Date.parse("2026-02-09T22:59:59.999Z") });
    await night.period(await early(), registration, DAYS);
    await night.run(processor);
    expect(await states()).toEqual(["achieved 2026-02-09"]);
  });

  it("its locks are released, and its successor is made by the next run of the job before", async () => {
    const item = await night.medium();
    await night.finished(registration, item, "2026-02-05", { locked: 1 });
    await night.period(await early({ interval_months: 12 }), registration, DAYS);
    expect((await night.run(completion)).state).toBe("no_action");
    await night.run(processor);
    expect(await night.progress()).toEqual([`${item} completed 0`]);
    expect(await night.periods()).toHaveLength(1);
    expect((await night.run(completion)).counts).toMatchObject({ nextCreated: 1 });
  });

  it("not without early days", async () => {
    await night.finished(registration, await night.medium(), "2026-02-09");
    await night.period(await night.section(), registration, DAYS);
    expect((await night.run(processor)).state).toBe("no_action");
  });
});

describe("a registration that the period made for what turns out to have been finished early is cancelled", () => {
  let course: number;
  let period: number;
  beforeEach(async () => {
    course = await night.course();
    await night.element(course);
    await night.medium();
    period = await night.period(await early({ auto_register: 1 }), registration, DAYS);
  });
  const made = (values = {}) =>
    night.registration(course, person, {
      cycle_no: 2,
      source: "recert",
      source_ref: `period:${period}|${course}`,
      ...values,
    });

  it.each([
    ["2026-01-30", "booked"],
    ["2026-01-31", "cancelled"],
    ["2026-02-09", "cancelled"],
    ["2026-02-10", "booked"],
  ])("passed %s: %s", async (day, expected) => {
    await night.passed(course, person, day);
    await made();
    await night.run(processor);
    const [, second] = await night.on(course, "status, cancel_reason, completed_at");
    expect(second).toEqual({
      status: expected,
      cancel_reason: expected === "cancelled" ? "done_early" : null,
      completed_at: null,
    });
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it.each([
    ["in_progress", {}, "in_progress"],
    ["booked", { started_at: 5 }, "booked"],
    ["waiting_list", {}, "cancelled"],
    ["passed", {}, "passed"],
  ])("unless it was begun: %s", async (status, values, expected) => {
    await night.passed(course, person, "2026-02-05");
    await made({ status, ...values });
    await night.run(processor);
    expect((await night.on(course, "status"))[1]).toEqual({ status: expected });
  });

  it("only if the period made it, and the section registers", async () => {
    await night.passed(course, person, "2026-02-05");
    await night.registration(course, person, { cycle_no: 2 });
    await made({ cycle_no: 3, source_ref: `period:${period + 99}|${course}` });
    expect((await night.run(processor)).state).toBe("no_action");
    await night.rows("UPDATE recert_sections SET auto_register = 0");
    await made({ cycle_no: 4 });
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it("a template's with its course, unless that was begun", async () => {
    const template = await night.template();
    await night.element(template);
    const [old, next] = [await night.course({ template_id: template }), await night.course({ template_id: template })];
    await night.passed(old, person, "2026-02-05");
    const parent = await night.registration(template, person, {
      status: "personal_syllabus",
      source: "recert",
      source_ref: `period:${period}|${template}`,
    });
    const child = await night.registration(next, person, { parent_registration_id: parent, status: "in_progress" });
    await night.run(processor);
    expect(await night.on(template, "status")).toEqual([{ status: "personal_syllabus" }]);
    await night.update("registrations", child, { status: "booked" });
    await night.run(processor);
    expect(await night.on(template, "status, cancel_reason")).toEqual([
      { status: "cancelled", cancel_reason: "done_early" },
    ]);
    expect(await night.on(next, "status, cancel_reason")).toEqual([
      { status: "cancelled", cancel_reason: "done_early" },
    ]);
    expect(await night.rows("SELECT entity, entity_id, action, before FROM audit_log ORDER BY id")).toEqual([
      { entity: "registration", entity_id: parent, action: "cancel", before: '{"status":"personal_syllabus"}' },
      { entity: "registration", entity_id: child, action: "cancel", before: '{"status":"booked"}' },
    ]);
  });
});

it("a section with negative early days fails, and the others are worked on", async () => {
  const bad = await night.section({ early_days: -1 });
  await night.finished(registration, await night.medium(), "2026-02-05");
  await night.period(await early(), registration, DAYS);
  const { state, errors, counts } = await night.run(processor, { parameters: { maxFailures: 0 } });
  expect({ state, errors }).toMatchObject({
    state: "partial",
    errors: [{ ref: `section:${bad}`, code: "invalid_section" }],
  });
  expect(counts).toMatchObject({ achieved: 1 });
});

it.each([1, 200])("a dry run counts what a run will change (%i at a time)", async (chunkSize) => {
  const item = await night.medium();
  const section = await early();
  for (const one of await night.people(3)) {
    const id = await night.booked(one, "2025-01-01");
    await night.finished(id, item, "2026-02-05");
    await night.period(section, id, DAYS);
  }
  const parameters = { chunkSize };
  const rehearsed = await night.run(processor, { parameters, dryRun: true });
  const { counts } = await night.run(processor, { parameters });
  expect(rehearsed.counts).toEqual(counts);
  expect(counts).toEqual({ scanned: 3, changed: 3, achieved: 3 });
});

it("runs at 03:30 unless a job says otherwise, light, for each client, behind the completion of periods", () => {
  expect(processor).toMatchObject({
    scope: "client",
    load: "light",
    suggestedCron: "0 30 3 * * ?",
    after: ["ProgramRecertificationCompletionJob"],
  });
});
