import { beforeEach, describe, expect, it } from "vitest";
import { ProgrammeCurriculumLevelStatusUpdateJob as processor } from "../../../src/processors/paths/ProgrammeCurriculumLevelStatusUpdateJob.ts";
import { Night } from "../enrolment/night.ts";

let night: Night;
let person: number;
let course: number;

beforeEach(async () => {
  night = await Night.fall();
  person = await night.person();
  course = await night.course();
});

describe("certifications", () => {
  let period: number;
  let item: number;
  beforeEach(async () => {
    const certification_id = await night.insert("certifications", {
      name: "Nurse",
      format: "points",
      required_amount: 10,
      duration_months: 12,
    });
    period = await night.insert("person_certifications", {
      person_id: person,
      certification_id,
      period_no: 1,
      start_on: "2026-01-01",
      end_on: "2026-12-31",
      amount: 0,
      is_current: 1,
    });
    await night.insert("certification_links", { certification_id, component_id: course, amount: 4 });
    const media_id = await night.insert("media", { kind: "document", title: "Text" });
    await night.insert("certification_links", { certification_id, media_id, amount: 7 });
    item = await night.insert("syllabus_items", { component_id: course, kind: "media", media_id, mandatory: 1 });
  });
  const credits = () =>
    night.rows(
      "SELECT person_certification_id AS period, source_ref, amount, credited_on FROM certification_credits ORDER BY source_ref DESC",
    );

  it("are credited for completions that were not, of components and of media, once", async () => {
    const id = await night.registration(course, person, { status: "passed", completed_at: Date.UTC(2026, 1, 1) });
    const completed_at = Date.UTC(2026, 1, 2, 23, 30);
    await night.insert("item_progress", { registration_id: id, item_id: item, status: "completed", completed_at });
    expect((await night.run(processor)).counts).toMatchObject({ credits: 2 });
    expect(await credits()).toEqual([
      { period, source_ref: `reg:${id}`, amount: 4, credited_on: "2026-02-01" },
      { period, source_ref: `item:${id}:${item}`, amount: 7, credited_on: "2026-02-03" },
    ]);
    expect(await night.rows("SELECT amount, status FROM person_certifications")).toEqual([
      { amount: 11, status: "fulfilled" },
    ]);
    expect((await night.run(processor, { parameters: { full: true } })).counts.credits ?? 0).toBe(0);
  });

  it("are not credited for what is open, undated, or outside of the period", async () => {
    for (const [place, values] of [
      { status: "in_progress" },
      { status: "passed", completed_at: null },
      { status: "passed", completed_at: Date.UTC(2025, 11, 31, 22) },
      { status: "failed", completed_at: Date.UTC(2026, 1, 1) },
    ].entries())
      await night.registration(course, person, { ...values, cycle_no: 1 + place });
    await night.run(processor);
    expect(await credits()).toEqual([]);
  });
});
