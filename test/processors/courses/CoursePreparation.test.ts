import { beforeEach, describe, expect, it } from "vitest";
import { openStatuses } from "../../../src/learning/enrolment/status.ts";
import { components } from "../../../src/learning/schema.ts";
import { CoursePreparation as processor } from "../../../src/processors/courses/CoursePreparation.ts";
import { plansFor } from "../../harness/plans.ts";
import { NIGHT, Night, TODAY } from "../enrolment/night.ts";

const HOUR = 3_600_000;
const at = (instant: string) => Date.parse(instant);

let night: Night;
beforeEach(async () => {
  night = await Night.fall();
});

/** A released course with meta 900002. */
async function course(days: string | null, values: Parameters<Night["course"]>[0] = {}): Promise<number> {
  const id = await night.course(values);
  if (days !== null) await night.meta(id, 900002, days);
  return id;
}
const statusOf = async (id: number) =>
  (await night.rows("SELECT planning_status FROM components WHERE id = ?", id))[0]?.planning_status;

describe("a course is fixed as many days before its start as meta 900002 says", () => {
  it.each([
    // Nine in the morning in Berlin; the run is for 2 March.
    ["the day before", "3", "2026-03-06T08:00:00Z", "released"],
    ["on the day", "3", "2026-03-05T08:00:00Z", "fixed"],
    ["the day after", "3", "2026-03-04T08:00:00Z", "fixed"],
    ["on the day of the start itself", "0", "2026-03-02T08:00:00Z", "fixed"],
    ["not a day before it", "0", "2026-03-03T08:00:00Z", "released"],
    ["also once it has begun", "3", "2026-02-27T08:00:00Z", "fixed"],
    ["with blanks around the number", " 3 ", "2026-03-05T08:00:00Z", "fixed"],
    ["however many days it says", "999999999", "2031-03-05T08:00:00Z", "fixed"],
  ])("%s (%s before %s): %s", async (_, days, start, expected) => {
    const id = await course(days, { start_at: at(start) });
    await night.run(processor);
    expect(await statusOf(id)).toBe(expected);
  });

  it.each([
    ["the client's own, where it has none: still the 5th in Berlin", null, "2026-03-05T22:59:59Z", "fixed"],
    ["the client's own: the 6th in Berlin", null, "2026-03-05T23:00:00Z", "released"],
    ["already the 6th in Tokyo", "Asia/Tokyo", "2026-03-05T15:00:00Z", "released"],
    ["still the 5th in Tokyo", "Asia/Tokyo", "2026-03-05T14:59:59Z", "fixed"],
    ["still the 5th in New York", "America/New_York", "2026-03-06T04:59:59Z", "fixed"],
  ])("the day of the start is that of the course's zone: %s", async (_, time_zone, start, expected) => {
    const id = await course("3", { start_at: at(start), time_zone });
    await night.run(processor);
    expect(await statusOf(id)).toBe(expected);
  });

  it("counted in days of the calendar, also where the clocks change in between", async () => {
    // 29 March has 23 hours in Berlin.
    const ids = [
      await course("1", { start_at: at("2026-03-29T22:30:00Z") }),
      await course("1", { start_at: at("2026-03-29T21:30:00Z") }),
    ];
    await night.clock.advanceTo(at("2026-03-28T01:15:00Z"));
    await night.run(processor);
    expect(await Promise.all(ids.map(statusOf))).toEqual(["released", "fixed"]);
  });

  it("as of the day that the run is for", async () => {
    const id = await course("3", { start_at: at("2026-03-05T08:00:00Z") });
    await night.run(processor, { asOf: "2026-03-01" });
    expect(await statusOf(id)).toBe("released");
    await night.run(processor, { asOf: TODAY });
    expect(await statusOf(id)).toBe("fixed");
  });
});

describe("without a start a course is", () => {
  it.each([
    ["fixed at once with 0 days", "0", "fixed", {}],
    ["skipped with 1 day", "1", "released", { scanned: 1, skipped: 1 }],
  ])("%s", async (_, days, expected, counts) => {
    const id = await course(days, { start_at: null });
    expect((await night.run(processor)).counts).toMatchObject(counts);
    expect(await statusOf(id)).toBe(expected);
  });
});

describe("a course stays as it is", () => {
  it.each([
    ["that has ended", NIGHT - HOUR, "released"],
    ["that ends now", NIGHT + 1000, "released"],
    ["unless it ends later", NIGHT + HOUR, "fixed"],
    ["unless its last day is today", at("2026-03-01T23:00:00Z"), "fixed"],
    ["whose last day was yesterday", at("2026-02-28T23:00:00Z"), "released"],
    ["unless it has no end", null, "fixed"],
  ])("%s", async (_, end_at, expected) => {
    const id = await course("3", { start_at: NIGHT - 48 * HOUR, end_at });
    await night.run(processor);
    expect(await statusOf(id)).toBe(expected);
  });

  it.each(components.planningStatus.enumValues.filter((status) => status !== "released"))(
    "that is %s",
    async (planning_status) => {
      const id = await course("0", { planning_status });
      expect(await night.run(processor)).toMatchObject({ state: "no_action", counts: {} });
      expect(await statusOf(id)).toBe(planning_status);
    },
  );

  it.each([null, "", "  "])("without meta 900002: %j", async (days) => {
    const id = await course(days);
    expect(await night.run(processor)).toMatchObject({ state: "no_action", counts: {} });
    expect(await statusOf(id)).toBe("released");
  });

  it("that is another client's", async () => {
    const id = await course("0", { client_id: 2 });
    await night.run(processor);
    expect(await statusOf(id)).toBe("released");
  });
});

it.each([
  ["course", "fixed"],
  ["learning_path", "fixed"],
  ["template", "released"],
])("of a released %s: %s", async (kind, expected) => {
  const id = await course("0", { kind });
  await night.run(processor);
  expect(await statusOf(id)).toBe(expected);
});

describe("days that cannot be used", () => {
  it.each(["soon", "-1", "1.5", "3 days", "1e3"])(
    "%s: the component fails, whenever it starts, and no other",
    async (days) => {
      const [bad, good] = [await course(days, { start_at: at("2030-01-01T00:00:00Z") }), await course("0")];
      const { state, errors, counts } = await night.run(processor);
      expect({ state, counts }).toEqual({ state: "partial", counts: { scanned: 2, changed: 1, failed: 1, fixed: 1 } });
      expect(errors).toMatchObject([{ ref: `component:${bad}`, code: "bad_value" }]);
      expect(errors[0]?.message).toContain(`900002 is "${days}"`);
      expect([await statusOf(bad), await statusOf(good)]).toEqual(["released", "fixed"]);
    },
  );

  it("and a time zone that does not exist fail the component alone", async () => {
    const [bad, good] = [
      await course("3", { time_zone: "Mars/Olympus", start_at: NIGHT }),
      await course("3", { start_at: NIGHT }),
    ];
    expect((await night.run(processor)).errors).toMatchObject([{ ref: `component:${bad}`, code: "row_error" }]);
    expect(await statusOf(good)).toBe("fixed");
  });
});

describe("requireMinParticipants", () => {
  const enrol = async (id: number, statuses: readonly string[]) => {
    for (const status of statuses) await night.registration(id, await night.person(), { status });
  };

  it.each([
    ["enough", 2, ["booked", "in_progress"], "fixed"],
    ["one too few", 3, ["booked", "in_progress"], "released"],
    ["no number needed", null, [], "fixed"],
    ["people who only wait or ask", 1, ["waiting_list", "requested", "cancelled"], "released"],
  ])("waits until there are enough people: %s", async (_, min_participants, statuses, expected) => {
    const id = await course("0", { min_participants });
    await enrol(id, statuses);
    const { counts } = await night.run(processor, { parameters: { requireMinParticipants: true } });
    expect(counts.skipped ?? 0).toBe(expected === "fixed" ? 0 : 1);
    expect(await statusOf(id)).toBe(expected);
  });

  it("is off unless the job says so", async () => {
    expect(openStatuses.length).toBeGreaterThan(0);
    const id = await course("0", { min_participants: 5 });
    await night.run(processor);
    expect(await statusOf(id)).toBe("fixed");
  });
});

it("it is done once, for all of them, however small the chunks, and written to audit and index", async () => {
  const ids = [await course("0"), await course("0"), await course("0")];
  const { state, counts } = await night.run(processor, { parameters: { chunkSize: 2 } });
  expect({ state, counts }).toEqual({ state: "ok", counts: { scanned: 3, changed: 3, fixed: 3 } });
  expect(await night.run(processor)).toMatchObject({ state: "no_action", counts: {} });
  expect(
    await night.rows(
      "SELECT client_id, person_id, entity, entity_id, action, before, after FROM audit_log WHERE entity_id = ?",
      ids[0] ?? 0,
    ),
  ).toEqual([
    {
      client_id: 1,
      person_id: null,
      entity: "component",
      entity_id: ids[0],
      action: "fix",
      before: '{"planning_status":"released"}',
      after: '{"planning_status":"fixed"}',
    },
  ]);
  expect(await night.rows("SELECT entity, entity_id, op FROM index_changes ORDER BY entity_id")).toEqual(
    ids.map((entity_id) => ({ entity: "component", entity_id, op: "upsert" })),
  );
});

it("a dry run counts them and changes none", async () => {
  const id = await course("0");
  expect((await night.run(processor, { dryRun: true })).counts).toMatchObject({ fixed: 1 });
  expect(await statusOf(id)).toBe("released");
});

it("it reads the released components by their index, and of these the values", async () => {
  await course("0");
  const plans = await plansFor(night.database, "component", () => night.run(processor));
  expect(plans).toContain("SEARCH component USING INDEX components_end (client_id=? AND planning_status=?)");
});
