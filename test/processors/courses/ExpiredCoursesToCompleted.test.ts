import { beforeEach, describe, expect, it } from "vitest";
import { ExpiredCoursesToCompleted as processor } from "../../../src/processors/courses/ExpiredCoursesToCompleted.ts";
import { Night, type NightOptions } from "../enrolment/night.ts";

let night: Night;
beforeEach(async () => {
  night = await Night.fall();
});

/** A released course that depends on dates, with this end. */
const course = (end: string | null, values = {}) =>
  night.course({ date_dependent: 1, end_at: end === null ? null : Date.parse(end), ...values });
const statusOf = async (id: number) =>
  String((await night.rows("SELECT planning_status FROM components WHERE id = ?", id))[0]?.planning_status);
/** Runs the processor at an instant. Each run starts a second after what was asked for. */
const runAt = async (at: string, options: NightOptions = {}) => {
  await night.clock.advanceTo(Date.parse(at) - 1000);
  return night.run(processor, options);
};

describe("a course is completed when its end has come", () => {
  it.each([
    ["2026-03-02T11:59:59.999Z", "completed"],
    ["2026-03-02T12:00:00Z", "completed"],
    ["2026-03-02T12:00:00.001Z", "released"],
  ])("at noon, with an end at %s: %s", async (end, expected) => {
    const id = await course(end);
    await runAt("2026-03-02T12:00:00Z");
    expect(await statusOf(id)).toBe(expected);
  });

  it.each([
    ["planned", "planned"],
    ["released", "completed"],
    ["fixed", "completed"],
    ["completed", "completed"],
    ["cancelled", "cancelled"],
  ])("and it was %s: then it is %s", async (planning_status, expected) => {
    const id = await course("2026-03-01T10:00:00Z", { planning_status });
    await night.run(processor);
    expect(await statusOf(id)).toBe(expected);
  });

  it("only where it depends on dates and is of the kinds that the job names, and its registrations stay", async () => {
    const end_at = 1;
    const [free, path, dated] = [
      await night.course({ end_at }),
      await night.path({ date_dependent: 1, end_at }),
      await course("2026-03-01T10:00:00Z"),
    ];
    await night.registration(dated, await night.person(), { status: "in_progress" });
    await night.run(processor);
    expect([await statusOf(free), await statusOf(path), await statusOf(dated)]).toEqual([
      "released",
      "released",
      "completed",
    ]);
    expect(await night.on(dated, "status")).toEqual([{ status: "in_progress" }]);
    await night.run(processor, { parameters: { kinds: ["learning_path"] } });
    expect(await statusOf(path)).toBe("completed");
  });

  it("not without an end, which is counted", async () => {
    const id = await course(null);
    expect((await night.run(processor)).counts).toEqual({ scanned: 1, skipped: 1, undated: 1 });
    expect(await statusOf(id)).toBe("released");
  });
});

describe("a course that was completed", () => {
  it("has an entry in the audit log with what changed, and is indexed anew", async () => {
    const id = await course("2026-03-01T10:00:00Z", { planning_status: "fixed" });
    await night.run(processor);
    const at = night.clock.now();
    expect(await night.rows("SELECT entity, entity_id, action, before, after, at FROM audit_log")).toEqual([
      {
        entity: "component",
        entity_id: id,
        action: "complete",
        before: '{"planning_status":"fixed"}',
        after: '{"planning_status":"completed"}',
        at,
      },
    ]);
    expect(await night.rows("SELECT entity_id, at FROM index_changes")).toEqual([{ entity_id: id, at }]);
  });

  it("is left alone by the next run", async () => {
    await course("2026-03-01T10:00:00Z");
    expect(await night.run(processor)).toMatchObject({ state: "ok", counts: { scanned: 1, changed: 1, completed: 1 } });
    expect(await night.run(processor)).toMatchObject({ state: "no_action", counts: {} });
    expect(await night.rows("SELECT id FROM audit_log")).toHaveLength(1);
  });

  it("is only counted in a dry run", async () => {
    const id = await course("2026-03-01T10:00:00Z");
    expect(await night.run(processor, { dryRun: true })).toMatchObject({ state: "ok", counts: { completed: 1 } });
    expect(await statusOf(id)).toBe("released");
  });

  it("belongs to the run's client, whatever else has ended", async () => {
    const other = await course("2026-03-01T10:00:00Z", { client_id: 2 });
    expect((await night.run(processor)).state).toBe("no_action");
    expect(await statusOf(other)).toBe("released");
  });
});

it("runs at 00:25 unless a job says otherwise, light, for each client", () => {
  expect(processor).toMatchObject({ scope: "client", load: "light", suggestedCron: "0 25 0 * * ?" });
});

describe("midnight in the course's zone is a pure date, whose whole day belongs to the course", () => {
  it.each([
    ["the client's", null, "2026-03-01T23:00:00Z", "2026-03-02T23:00:00Z"],
    ["a zone behind it", "America/Los_Angeles", "2026-03-02T08:00:00Z", "2026-03-03T08:00:00Z"],
    ["a zone ahead of it", "Pacific/Auckland", "2026-03-01T11:00:00Z", "2026-03-02T11:00:00Z"],
    ["the day the clocks go forward", null, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"],
    ["the day the clocks go back", null, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"],
    ["a day that begins at one", "America/Santiago", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"],
    ["29 February", null, "2028-02-28T23:00:00Z", "2028-02-29T23:00:00Z"],
  ])("%s (%s, %s)", async (_, time_zone, end, over) => {
    const id = await course(end, { time_zone });
    await runAt(new Date(Date.parse(over) - 1).toISOString());
    expect(await statusOf(id)).toBe("released");
    await runAt(new Date(Date.parse(over) + 1000).toISOString());
    expect(await statusOf(id)).toBe("completed");
  });

  it("midnight elsewhere is a time of day", async () => {
    const id = await course("2026-03-01T23:00:00Z", { time_zone: "Europe/London" });
    await runAt("2026-03-01T23:00:00Z");
    expect(await statusOf(id)).toBe("completed");
  });
});

describe("days of grace are days of the calendar in the course's zone", () => {
  it.each([
    ["at the same time of day", null, "2026-03-02T17:00:00Z", 3, "2026-03-05T17:00:00Z"],
    ["of 23 hours where the clocks go forward", null, "2026-03-28T17:00:00Z", 1, "2026-03-29T16:00:00Z"],
    ["of 25 hours where they go back", null, "2026-10-24T16:00:00Z", 1, "2026-10-25T17:00:00Z"],
    ["by the course's clocks, not the client's", "America/New_York", "2026-03-07T23:00:00Z", 1, "2026-03-08T22:00:00Z"],
    ["over both changes", null, "2026-03-28T17:00:00Z", 365, "2027-03-28T16:00:00Z"],
    ["to an hour that the clocks pass over", null, "2026-03-28T01:30:00Z", 1, "2026-03-29T01:30:00Z"],
    ["to the first of two equal hours", null, "2026-10-24T00:30:00Z", 1, "2026-10-25T00:30:00Z"],
    ["behind a pure date", null, "2026-03-27T23:00:00Z", 1, "2026-03-29T22:00:00Z"],
    ["over 29 February", null, "2028-02-28T12:00:00Z", 1, "2028-02-29T12:00:00Z"],
    ["over 28 February where there is no 29th", null, "2027-02-28T12:00:00Z", 1, "2027-03-01T12:00:00Z"],
  ])("%s (%s, %s + %i)", async (_, time_zone, end, graceDays, over) => {
    const id = await course(end, { time_zone });
    const options = { parameters: { graceDays } };
    await runAt(new Date(Date.parse(over) - 1).toISOString(), options);
    expect(await statusOf(id)).toBe("released");
    await runAt(new Date(Date.parse(over) + 1000).toISOString(), options);
    expect(await statusOf(id)).toBe("completed");
  });
});

describe("a run for an earlier day sees nothing that ended after that day", () => {
  it.each([
    ["ended on that day", "2026-02-27T22:59:59Z", "completed"],
    ["ended with its last millisecond", "2026-02-27T22:59:59.999Z", "completed"],
    ["ended the day after", "2026-02-27T23:30:00Z", "released"],
    ["had that day as its last", "2026-02-26T23:00:00Z", "released"],
    ["had the day before as its last", "2026-02-25T23:00:00Z", "completed"],
  ])("a course that %s (%s): %s", async (_, end, expected) => {
    const id = await course(end);
    const now = "2026-03-02T00:30:00Z";
    await runAt(now, { asOf: "2026-02-27" });
    expect(await statusOf(id)).toBe(expected);
    // What it writes is stamped with the time at which it is written.
    const stamps = await night.rows("SELECT at FROM audit_log");
    expect(stamps).toEqual(expected === "completed" ? [{ at: Date.parse(now) }] : []);
  });

  it("and a run for today nothing that is still to end", async () => {
    const [past, later] = [await course("2026-03-02T00:29:00Z"), await course("2026-03-02T20:00:00Z")];
    await runAt("2026-03-02T00:30:00Z", { asOf: "2026-03-02" });
    expect([await statusOf(past), await statusOf(later)]).toEqual(["completed", "released"]);
  });
});

it.each([1, 200])(
  "one course with an unknown time zone fails by itself, and the others are completed (%i at a time)",
  async (chunkSize) => {
    const end = "2026-02-27T12:00:00Z";
    const courses = [
      await course(end),
      await course(end, { time_zone: "Mars/Olympus" }),
      await course(end, { end_at: -9e15 }),
      await course(end),
    ];
    const { state, counts, errors } = await night.run(processor, { parameters: { chunkSize } });
    expect({ state, counts }).toEqual({
      state: "partial",
      counts: { scanned: 4, changed: 2, completed: 2, failed: 2 },
    });
    expect(errors.map(({ ref, code }) => `${ref} ${code}`)).toEqual([
      `course:${courses[1]} row_error`,
      `course:${courses[2]} row_error`,
    ]);
    expect(errors[0]?.message).toContain("Mars/Olympus");
    expect(await Promise.all(courses.map(statusOf))).toEqual(["completed", "released", "released", "completed"]);
  },
);

it("any number of courses with an unknown time zone ends no run", async () => {
  for (let index = 0; index < 150; index += 1) await course("2026-02-27T12:00:00Z", { time_zone: "Mars/Olympus" });
  const id = await course("2026-02-27T12:00:00Z");
  expect(await night.run(processor, { parameters: { maxFailures: 0 } })).toMatchObject({
    state: "partial",
    counts: { completed: 1, failed: 150 },
  });
  expect(await statusOf(id)).toBe("completed");
});
