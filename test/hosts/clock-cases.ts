import { afterEach, describe, expect, it, vi } from "vitest";
import { createJob } from "../../src/administration/jobs/jobs.ts";
import { readHealth } from "../../src/control/health.ts";
import { tickAndWake } from "../../src/hosts/upkeep.ts";
import { createCatalogue } from "../../src/processors/catalogue.ts";
import { readTimes } from "../../src/scheduler/clocks.ts";
import type { Database } from "../../src/store/database.ts";
import { withClock } from "../harness/database/clocked.ts";
import { completing } from "../harness/runner/processors.ts";
import { addClient } from "../harness/runner/runner.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOON = Date.parse("2026-03-02T12:00:00Z");
const catalogue = createCatalogue([completing({ id: "Work" })]);

/** How far clocks are off, ms; default not at all. */
interface Off {
  readonly host?: number;
  readonly database?: number;
}

/**
 * What must hold of the ticks of every host when a clock is hours off.
 *
 * @param open a migrated database of the test's own
 * @param ownClock the database has a clock of its own
 */
export function clockCases(open: () => Promise<Database>, ownClock: boolean): void {
  afterEach(() => vi.useRealTimers());

  const stage = async () => {
    const database = await open();
    await addClient(database as never, "north", "UTC");
    for (const cron of ["0 * * * * ?", "30 0 13-22 * * ?"]) {
      const input = { name: "Job", processor: "Work", clientId: 1, cron };
      expect(await createJob({ control: database, catalogue }, input, "ada", NOON)).toMatchObject({ state: "saved" });
    }
    let at = NOON;
    let off: Off = {};
    const control = withClock(database, () => at + (off.database ?? (ownClock ? 0 : (off.host ?? 0))));
    const told: (number | undefined)[] = [];
    vi.useFakeTimers({ toFake: ["Date"], now: NOON });
    return {
      database,
      told,
      /** Ticks some minutes after noon, by clocks that are off. @param meanwhile happens before its first call arrives */
      async tick(minute: number, clocks: Off = {}, meanwhile?: () => Promise<unknown>) {
        const show = (minutes: number) => {
          at = NOON + minutes * MINUTE;
          off = clocks;
          vi.setSystemTime(at + (clocks.host ?? 0));
        };
        show(minute);
        let stalled = meanwhile;
        const arriving: Database = {
          ...control,
          async batch(statements, mode) {
            const act = stalled;
            stalled = undefined;
            await act?.();
            if (act) show(minute + 1.5);
            return await control.batch(statements, mode);
          },
        };
        const wake = async (_client: number, time: number | undefined) => {
          told.push(time === undefined ? undefined : (time - at) / MINUTE);
        };
        return await tickAndWake(arriving, wake, "timer", { ownClock });
      },
      health: () => readHealth(control, Date.now()),
      /** The rows of a job: minutes after noon, and their fates. */
      async rows(job: number) {
        const found = await database.execute(`SELECT * FROM runs WHERE job_id = ${job} ORDER BY scheduled_at`);
        return found.rows.map((row) => {
          const minutes = (instant: unknown) => (Number(instant) - NOON) / MINUTE;
          const range = row.until_at === null ? "" : ` to ${minutes(row.until_at)} (${row.occurrences})`;
          return `${minutes(row.scheduled_at)} ${row.reason ?? row.state}${range}`;
        });
      },
    };
  };
  const planned = (from: number, until: number) =>
    Array.from({ length: until - from + 1 }, (_, index) => `${from + index} planned`);

  it("the database says what its clock shows", async () => {
    const database = await open();
    expect(Math.abs((await readTimes(database)).database - Date.now())).toBeLessThan(HOUR);
  });

  const single: [string, Off][] = [
    ["a host hours ahead", { host: 5 * HOUR }],
    ["a host hours behind", { host: -5 * HOUR }],
    ["a host years ahead", { host: 5 * 8766 * HOUR }],
  ];
  const databases: [string, Off][] = [
    ["a database hours ahead", { database: 5 * HOUR }],
    ["a database hours behind", { database: -5 * HOUR }],
    ["a host and a database that are off by different hours", { host: 5 * HOUR, database: 7 * HOUR }],
  ];
  describe.each([...single, ...(ownClock ? databases : [])])("%s", (_name, off) => {
    it("for one tick silences nothing, and no row says that anything was missed", async () => {
      const { tick, rows } = await stage();
      for (let minute = 0; minute <= 6; minute += 1) await tick(minute, minute === 4 ? off : {});
      expect(await rows(1)).toEqual(planned(1, 7));
      expect(await rows(2)).toEqual([]);
      for (const minute of [59, 60, 61]) await tick(minute);
      expect(await rows(2)).toEqual(["60.5 planned"]);
    });
  });

  describe.each(ownClock ? [...single, ...databases.slice(0, 2)] : [])("%s", (_name, off) => {
    it("for ten minutes silences nothing, and runners are told the true time", async () => {
      const { tick, rows, told } = await stage();
      for (let minute = 0; minute <= 16; minute += 1) await tick(minute, minute > 3 && minute < 14 ? off : {});
      expect(await rows(1)).toEqual(planned(1, 17));
      expect([...new Set(told)].filter((minutes) => minutes !== undefined)).toEqual([0]);
    });
  });

  it("an outage of hours is judged when two further ticks have confirmed the time; what is due now is planned at once", async () => {
    const { tick, rows } = await stage();
    for (const minute of [0, 1, 2]) await tick(minute);
    await tick(200);
    expect(await rows(1)).toEqual(planned(1, 3));
    await tick(201);
    expect(await rows(2)).toEqual([]);
    await tick(202);
    expect(await rows(1)).toEqual([...planned(1, 3), "4 misfire to 199 (196)", "200 catch_up", ...planned(201, 203)]);
    expect(await rows(2)).toEqual(["60.5 misfire to 120.5 (2)", "180.5 catch_up"]);
  });

  it("an outage that ends at the very minute of a job starts that job at once", async () => {
    const { tick, rows } = await stage();
    for (const minute of [0, 1, 2]) await tick(minute);
    await tick(60);
    expect(await rows(2)).toEqual(["60.5 planned"]);
  });

  const onFile = ownClock ? [] : ["a file"];
  it.each(onFile)(
    "on %s, what a clock hours ahead gave its fate is taken back once the time is right again",
    async () => {
      const { tick, rows } = await stage();
      for (const minute of [0, 1, 2]) await tick(minute);
      // Three ticks of it: nothing on a file can tell it from an outage.
      for (const minute of [3, 4, 5]) await tick(minute, { host: 5 * HOUR });
      expect((await rows(1)).filter((row) => row.includes("misfire"))).toEqual(["4 misfire to 302 (299)"]);
      expect(await rows(2)).toEqual(["60.5 misfire to 240.5 (4)", "300.5 catch_up"]);
      for (const minute of [6, 7, 8]) await tick(minute);
      expect(await rows(1)).toEqual([...planned(1, 3), "4 misfire to 5 (2)", "6 catch_up", ...planned(7, 9)]);
      expect(await rows(2)).toEqual([]);
      await tick(60);
      expect(await rows(2)).toEqual(["60.5 planned"]);
    },
  );

  it.each(onFile)(
    "on %s, a clock that is ahead is not borne out by a tick that came while its own stood still",
    async () => {
      const { tick, rows } = await stage();
      for (const minute of [0, 1, 2]) await tick(minute);
      await tick(3, { host: 10 * MINUTE }, () => tick(4));
      expect(await rows(1)).toEqual(planned(1, 5));
    },
  );

  it("what a clock hours ahead planned for its own minute is withdrawn", async () => {
    const { tick, rows } = await stage();
    for (let minute = 0; minute < 3; minute += 1) await tick(minute);
    await tick(3, { host: HOUR - 3 * MINUTE, ...(ownClock ? { database: HOUR - 3 * MINUTE } : {}) });
    expect(await rows(2)).toEqual(["60.5 planned"]);
    for (const minute of [4, 5, 6]) await tick(minute);
    expect(await rows(2)).toEqual([]);
    expect(await rows(1)).toEqual(planned(1, 7));
  });

  it("a run that was asked for by a clock hours ahead is due at once, when two further ticks have confirmed the time", async () => {
    const { database, tick } = await stage();
    await database.batch(
      [
        ["manual", 5 * HOUR],
        ["after", 5 * HOUR],
        ["event", 0],
      ].map(([kind = "", ahead = 0]) => ({
        sql: `INSERT INTO runs (job_id, client_id, kind, processor, job_name, load, parameters, policies, time_zone, state, scheduled_at, due_at, created_at)
          SELECT 9, 1, ?, 'Work', 'Work', 'light', parameters, policies, 'UTC', 'planned', ?, ?, ? FROM jobs WHERE id = 1`,
        args: [kind, NOON, NOON + Number(ahead), NOON + Number(ahead)],
      })),
      "write",
    );
    const due = async () =>
      (await database.execute("SELECT kind, due_at FROM runs WHERE job_id = 9 ORDER BY id")).rows.map(
        (row) => `${row.kind} ${(Number(row.due_at) - NOON) / MINUTE}`,
      );
    for (const minute of [0, 1]) await tick(minute);
    expect(await due()).toEqual(["manual 300", "after 300", "event 0"]);
    const { wake } = await tick(2);
    expect(await due()).toEqual(["manual 2", "after 2", "event 0"]);
    expect(wake).toEqual([1]);
  });

  it("health says which clock is off, and by how much", async () => {
    const { tick, health } = await stage();
    for (const minute of [0, 1, 2]) await tick(minute);
    expect((await health()).problems).toEqual([]);
    await tick(3, { host: 5 * HOUR });
    const { problems, clocks } = await health();
    if (ownClock) {
      expect(problems).toEqual(["The clock of the host that ticks is 5 h ahead", "This host's clock is 5 h ahead"]);
    } else {
      expect(problems).toContainEqual(
        expect.stringMatching(/^Between two ticks the clock went on by 5 h: an outage, or a/),
      );
      expect(clocks.jumpMs).toBe(5 * HOUR + MINUTE);
    }
    if (!ownClock) return;
    await tick(4, { database: -5 * HOUR });
    expect((await health()).problems).toEqual(["The database's clock is 5 h behind"]);
  });
}
