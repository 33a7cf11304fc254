import { beforeEach, describe, expect, it } from "vitest";
import { TrackingCalculation as processor } from "../../../src/processors/reports/TrackingCalculation.ts";
import { plansFor } from "../../harness/plans.ts";
import { Stage } from "../stage.ts";

/** 01:01 in Berlin. */
const at = (day: string) => Date.parse(`${day}T00:01:00Z`);
let stage: Stage;
beforeEach(async () => {
  stage = await Stage.set(processor);
  for (const id of [1, 2, 3]) await stage.insert("persons", { id });
  for (const id of [10, 11]) await stage.insert("components", { id });
});

type Values = Readonly<Record<string, string | number | null>>;
/** Events of person 1 with course 10 on a day. */
const event = (day_on: string, ...events: Values[]) =>
  stage.insert(
    "tracking_events",
    ...events.map((one) => ({
      person_id: 1,
      component_id: 10,
      event: "launch",
      duration_s: 60,
      at: 0,
      day_on,
      ...one,
    })),
  );
const play = async (day: string, parameters: Record<string, unknown> = {}, more: Parameters<Stage["play"]>[0] = {}) => {
  await stage.clock.advanceTo(Math.max(stage.clock.now(), at(day) - 1000));
  return stage.play({ parameters, ...more });
};
/** `day person component item event count seconds`. */
const daily = async (clientId = 1) =>
  (
    await stage.rows(
      `SELECT day_on, person_id, component_id, item_id, event, event_count, duration_s FROM tracking_daily
        WHERE client_id = ? ORDER BY day_on, person_id, component_id, item_id, event`,
      clientId,
    )
  ).map((row) => Object.values(row).join(" "));
const raw = async () => (await stage.rows("SELECT id FROM tracking_events ORDER BY id")).map(({ id }) => id);
const state = async () =>
  Object.fromEntries(
    (await stage.rows<{ key: string; value: string }>("SELECT key, value FROM processor_state ORDER BY key")).map(
      ({ key, value }) => [key, JSON.parse(value)],
    ),
  );

describe("each complete local day from the watermark to yesterday", () => {
  it("is summed up by person, component, item and event; 0 says none", async () => {
    await event("2026-03-01", {}, { duration_s: 30 }, { event: "exit" }, { item_id: 7 }, { component_id: 11 });
    await event("2026-03-01", { person_id: 2, component_id: null, duration_s: 5 });
    const run = await play("2026-03-02");
    expect(run).toMatchObject({ state: "ok", counts: { days: 1, groups: 5, scanned: 5, changed: 5 } });
    expect(await daily()).toEqual([
      "2026-03-01 1 10 0 exit 1 60",
      "2026-03-01 1 10 0 launch 2 90",
      "2026-03-01 1 10 7 launch 1 60",
      "2026-03-01 1 11 0 launch 1 60",
      "2026-03-01 2 0 0 launch 1 5",
    ]);
    expect(await state()).toMatchObject({ watermark: "2026-03-01", lastEventId: 6 });
  });

  it("is computed once: today and what was computed are left alone, and a second run does nothing", async () => {
    await event("2026-02-27", {});
    await event("2026-03-01", {});
    await event("2026-03-02", {});
    expect(await play("2026-03-02")).toMatchObject({ counts: { days: 2 } });
    expect(await daily()).toEqual(["2026-02-27 1 10 0 launch 1 60", "2026-03-01 1 10 0 launch 1 60"]);
    expect(await play("2026-03-02")).toMatchObject({ state: "no_action" });
    expect(await play("2026-03-03")).toMatchObject({ counts: { days: 1, groups: 1 } });
    expect(await play("2026-03-06")).toMatchObject({ state: "no_action" });
  });

  it.each([
    ["23 hours", "2026-03-29"],
    ["25 hours", "2026-10-25"],
  ])("may have %s: yesterday is the client's", async (_, day) => {
    await event(day, {});
    await stage.clock.advanceTo(Date.parse(`${day}T21:58:00Z`) + (day.includes("-10-") ? 3_600_000 : 0));
    expect(await stage.play()).toMatchObject({ state: "no_action" });
    await stage.clock.advance(3_600_000);
    expect(await stage.play()).toMatchObject({ counts: { days: 1 } });
  });

  it("is that of the client only", async () => {
    await event("2026-03-01", {}, { client_id: 2 });
    await play("2026-03-02");
    expect([await daily(1), await daily(2)]).toEqual([["2026-03-01 1 10 0 launch 1 60"], []]);
  });

  it("with an earlier asOf ends before that day, and the watermark does not move back", async () => {
    await event("2026-02-27", {});
    await event("2026-03-01", {});
    await play("2026-03-02", {}, { asOf: "2026-02-28" });
    expect(await state()).toMatchObject({ watermark: "2026-02-27" });
    await play("2026-03-02");
    await event("2026-03-01", {});
    await play("2026-03-02", {}, { asOf: "2026-02-28" });
    expect(await state()).toMatchObject({ watermark: "2026-03-01", lastEventId: 3 });
    expect(await daily()).toEqual(["2026-02-27 1 10 0 launch 1 60", "2026-03-01 1 10 0 launch 2 120"]);
  });

  it("is summed up whole where a person's events do not fit into one step", async () => {
    const many = Array.from({ length: 40 }, (_, at) => ({ person_id: 1 + (at % 2), duration_s: 1 }));
    await event("2026-03-01", ...many, { person_id: 3 });
    expect(await play("2026-03-02", { chunkSize: 1 })).toMatchObject({ counts: { days: 1, groups: 3, scanned: 3 } });
    expect(await daily()).toEqual([
      "2026-03-01 1 10 0 launch 20 20",
      "2026-03-01 2 10 0 launch 20 20",
      "2026-03-01 3 10 0 launch 1 60",
    ]);
  });

  it("an event lasts from 0 to 86,400 seconds", async () => {
    await event("2026-03-01", { duration_s: -5 }, { duration_s: 86_401 }, { duration_s: 7 });
    await play("2026-03-02");
    expect(await daily()).toEqual(["2026-03-01 1 10 0 launch 3 86407"]);
  });
});

describe("orphans", () => {
  it("events of unknown people are added to the sums without a person and deleted, those of unknown components are summed under 0", async () => {
    await stage.insert("persons", { id: 9, client_id: 2 });
    await stage.insert("tracking_daily", {
      day_on: "2026-03-01",
      component_id: 10,
      event: "launch",
      event_count: 4,
      duration_s: 100,
    });
    await event("2026-03-01", { person_id: 9 }, { person_id: 77, duration_s: 1 }, { component_id: 99 }, {});
    const run = await play("2026-03-02");
    expect(run).toMatchObject({ counts: { orphans: 3, groups: 3 } });
    expect(await daily()).toEqual([
      "2026-03-01 0 10 0 launch 6 161",
      "2026-03-01 1 0 0 launch 1 60",
      "2026-03-01 1 10 0 launch 1 60",
    ]);
    expect(await raw()).toEqual([3, 4]);
  });

  it("are never added twice, nor is the row without a person replaced", async () => {
    await event("2026-03-01", { person_id: 9 });
    await play("2026-03-02");
    await event("2026-03-01", { person_id: 9 }, {});
    await play("2026-03-02", { recomputeFrom: "2026-03-01" });
    expect(await daily()).toEqual(["2026-03-01 0 10 0 launch 2 120", "2026-03-01 1 10 0 launch 1 60"]);
  });
});

describe("late events", () => {
  it("recompute their person's day, and no other's", async () => {
    await event("2026-02-27", {}, { person_id: 2 });
    await play("2026-03-02");
    await stage.database.execute("UPDATE tracking_daily SET event_count = 50 WHERE person_id = 2");
    await event("2026-02-27", { duration_s: 1 });
    expect(await play("2026-03-02")).toMatchObject({ counts: { groups: 1, scanned: 1 } });
    expect(await daily()).toEqual(["2026-02-27 1 10 0 launch 2 61", "2026-02-27 2 10 0 launch 50 60"]);
    expect(await play("2026-03-02")).toMatchObject({ state: "no_action" });
  });

  it("of a day whose events were deleted are added, and deleted at once", async () => {
    await event("2026-02-01", {}, {});
    expect(await play("2026-03-05", { keepRawDays: 10 })).toMatchObject({ counts: { rawDeleted: 2 } });
    await event("2026-02-01", { duration_s: 1 }, { person_id: 9 });
    await event("2026-01-15", {});
    const run = await play("2026-03-05", { keepRawDays: 10 });
    expect(run).toMatchObject({ state: "ok", counts: { rawDeleted: 2, orphans: 1, groups: 3 } });
    expect(await daily()).toEqual([
      "2026-01-15 1 10 0 launch 1 60",
      "2026-02-01 0 10 0 launch 1 60",
      "2026-02-01 1 10 0 launch 3 121",
    ]);
    expect(await raw()).toEqual([]);
    expect(await play("2026-03-05", { keepRawDays: 10 })).toMatchObject({ state: "no_action" });
  });

  it("never get the id of an event that was deleted", async () => {
    await event("2026-03-01", {}, { person_id: 9 }, { person_id: 9 });
    await play("2026-03-02");
    expect([await raw(), (await state()).lastEventId]).toEqual([[1], 1]);
    await event("2026-03-01", {});
    expect(await raw()).toEqual([1, 4]);
    await play("2026-03-02");
    expect(await daily()).toEqual(["2026-03-01 0 10 0 launch 2 120", "2026-03-01 1 10 0 launch 2 120"]);
  });
});

describe("events that come while a run is at work", () => {
  it.each([1, 2, 3, 4, 5, 6])("are counted once: at its write %i", async (at) => {
    await event("2026-02-27", {}, { person_id: 9 });
    await event("2026-03-01", {}, { person_id: 2 }, { person_id: 9 });
    let writes = 0;
    const batch: typeof stage.database.batch = async (statements, mode) => {
      if (mode === "write" && ++writes === at) {
        await event("2026-02-27", { duration_s: 1 }, { person_id: 9, duration_s: 1 });
        await event("2026-03-01", { duration_s: 1 }, { person_id: 9, duration_s: 1 });
      }
      return stage.database.batch(statements, mode);
    };
    await stage.start({ parameters: { keepRawDays: 0, chunkSize: 1 } });
    await stage.toEnd({ through: { ...stage.database, batch } });
    expect(writes).toBeGreaterThanOrEqual(at);
    await play("2026-03-03", { keepRawDays: 0 });
    expect(await daily()).toEqual([
      "2026-02-27 0 10 0 launch 2 61",
      "2026-02-27 1 10 0 launch 2 61",
      "2026-03-01 0 10 0 launch 2 61",
      "2026-03-01 1 10 0 launch 2 61",
      "2026-03-01 2 10 0 launch 1 60",
    ]);
    expect(await raw()).toEqual([]);
  });
});

describe("single events", () => {
  it.each([
    ["29 days", "2026-03-30", 3],
    ["30 days", "2026-03-31", 3],
    ["31 days", "2026-04-01", 2],
  ])("of a day %s ago: on %s %i are left, if they are kept for 30", async (_, day, left) => {
    await event("2026-03-01", {});
    await event("2026-03-02", {}, {});
    await play(day);
    expect(await raw()).toHaveLength(left);
    expect(await daily()).toHaveLength(2);
  });

  it("that were deleted leave their last day behind, which only rises", async () => {
    await event("2026-02-01", {});
    await event("2026-02-03", {});
    await event("2026-02-20", {});
    await play("2026-03-05");
    expect(await state()).toMatchObject({ rawDeletedTo: "2026-02-01" });
    await play("2026-03-05", { keepRawDays: 20 });
    expect(await state()).toMatchObject({ rawDeletedTo: "2026-02-03" });
    await play("2026-03-05", { keepRawDays: 300 });
    expect(await state()).toMatchObject({ rawDeletedTo: "2026-02-03" });
  });

  it("keepRawDays 0: go as soon as they are summed up", async () => {
    await event("2026-03-01", {});
    await event("2026-03-02", {});
    await play("2026-03-02", { keepRawDays: 0 });
    expect(await raw()).toEqual([2]);
  });
});

describe("recomputeFrom", () => {
  const recompute = { recomputeFrom: "2026-01-01", keepRawDays: 20 };
  beforeEach(async () => {
    await event("2026-02-01", {});
    await event("2026-03-01", {}, { component_id: 11 });
    await play("2026-03-05", { keepRawDays: 20 });
    await stage.database.execute("UPDATE tracking_daily SET event_count = 50");
    await stage.database.execute("DELETE FROM components WHERE id = 11");
  });

  it("computes the days again whose events are there, and says so of the others", async () => {
    const run = await play("2026-03-05", recompute);
    expect(run).toMatchObject({ state: "ok", counts: { days: 1, groups: 2, orphans: 1 } });
    expect(await daily()).toEqual([
      "2026-02-01 1 10 0 launch 50 60",
      "2026-03-01 1 0 0 launch 1 60",
      "2026-03-01 1 10 0 launch 1 60",
    ]);
    const log = await stage.rows<{ message: string }>("SELECT message FROM run_logs WHERE run_id = ?", run.id);
    expect(log.map(({ message }) => message).join()).toContain("were deleted");
  });

  it("never computes days whose events are gone, whatever a later, larger keepRawDays says", async () => {
    await play("2026-03-05", { recomputeFrom: "2026-02-01", keepRawDays: 3000 });
    expect((await daily())[0]).toBe("2026-02-01 1 10 0 launch 50 60");
  });

  it("is refused where it is no day", async () => {
    expect(processor.parameters.safeParse({ recomputeFrom: "2026-02-30" }).success).toBe(false);
  });
});

it("sums equal an independent count, with late events, orphans, deletions and recomputing in random order", async () => {
  let seed = 4711;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const day = (offset: number) => new Date(Date.UTC(2026, 2, 20 + offset)).toISOString().slice(0, 10);
  const expected = new Map<string, readonly [number, number]>();
  for (let night = 1; night <= 14; night += 1) {
    const events = Array.from({ length: 25 }, () => {
      const one = {
        day_on: day(night - 1 - (random(3) === 0 ? random(12) : 0)),
        person_id: random(5),
        component_id: [null, 10, 11, 99][random(4)] ?? null,
        item_id: [null, 5][random(2)] ?? null,
        event: ["launch", "exit"][random(2)] ?? "",
        duration_s: random(90_000) - 100,
      };
      const person = one.person_id < 4 ? one.person_id : 0;
      const component = one.component_id === 99 ? 0 : (one.component_id ?? 0);
      const key = `${one.day_on} ${person} ${component} ${one.item_id ?? 0} ${one.event}`;
      const [count, duration] = expected.get(key) ?? [0, 0];
      expected.set(key, [count + 1, duration + Math.min(86_400, Math.max(0, one.duration_s))]);
      return one;
    });
    for (const { day_on, ...one } of events) await event(day_on, one);
    const recomputeFrom = random(4) === 0 ? day(night - 6) : null;
    await play(day(night), { keepRawDays: 2 + random(5), chunkSize: 1 + random(3), recomputeFrom });
  }
  expect(await daily()).toEqual([...expected].map(([key, sums]) => `${key} ${sums.join(" ")}`).sort());
});

it("a dry run counts what a run does, and changes nothing", async () => {
  await event("2026-01-01", {}, { person_id: 9 });
  await event("2026-03-01", {}, { person_id: 2 }, { component_id: 99 });
  const rehearsed = await play("2026-03-02", {}, { dryRun: true });
  expect([await daily(), await raw(), await state()]).toEqual([[], [1, 2, 3, 4, 5], {}]);
  expect({ ...rehearsed.counts, skipped: 0 }).toEqual({ ...(await play("2026-03-02")).counts, skipped: 0 });
});

it("every statement finds events and sums by an index", async () => {
  await event("2026-01-01", {}, { person_id: 9 });
  await event("2026-03-01", {});
  const plans = await plansFor(stage.database, "(event|next|tracking_daily)", async () => {
    await play("2026-03-02");
    await event("2026-01-01", {});
    await event("2026-03-01", {});
    await play("2026-03-02");
  });
  expect(plans.filter((plan) => plan.startsWith("SCAN"))).toEqual([]);
  expect(plans.filter((plan) => plan.includes("event ")).every((plan) => plan.includes("day_on=?"))).toBe(true);
});
