import { expect } from "vitest";
import { systemClock } from "../../../src/hosts/system-clock.ts";
import { tick } from "../../../src/scheduler/tick.ts";
import type { Stage } from "./stage.ts";

/** A run starts at its second, by its runner's own alarm: sooner than the next tick would find it, on any machine (ms). */
const PUNCTUAL = 60_000;
const MINUTE = 60_000;

/** One claim about tick and runner. `play` sets it up and gives back what is to be seen once the host runs. */
export interface Case {
  readonly key: string;
  readonly claim: string;
  play(stage: Stage): Promise<() => Promise<void>>;
}

/** The Quartz expression that fires at these instants (UTC, of one minute) each day. */
function cronAt(...instants: readonly number[]): string {
  const [first = 0] = instants;
  const at = new Date(first);
  const seconds = instants.map((instant) => new Date(instant).getUTCSeconds());
  return `${seconds.join(",")} ${at.getUTCMinutes()} ${at.getUTCHours()} * * ?`;
}

const QUICK = "ExpiredCoursesToCompleted";
const MAILS = "MailMonitorStaggering";

/** How late (ms) a run started: after its instant, or after it was planned where that was later. */
function lateness(run: { readonly startedAt: number | null; readonly dueAt: number }, createdAt: number): number {
  return (run.startedAt ?? Number.POSITIVE_INFINITY) - Math.max(run.dueAt, createdAt);
}

async function createdAt({ host }: Stage, runId: number): Promise<number> {
  const result = await host.database.execute({ sql: "SELECT created_at FROM runs WHERE id = ?", args: [runId] });
  return Number(result.rows[0]?.created_at);
}

export const cases: readonly Case[] = [
  {
    key: "once",
    claim: "a due job fires at its second, once",
    async play(stage) {
      const job = await stage.job({ processor: QUICK, cron: cronAt(stage.soon) });
      return async () => {
        const [run, ...others] = await stage.runsOf(job);
        expect(run).toMatchObject({
          kind: "schedule",
          scheduledAt: stage.soon,
          state: "no_action",
          attempt: 1,
          lease: 1,
        });
        expect(others).toEqual([]);
        const late = run ? lateness(run, await createdAt(stage, run.id)) : Number.NaN;
        expect(late).toBeGreaterThanOrEqual(0);
        expect(late).toBeLessThan(PUNCTUAL);
      };
    },
  },
  {
    key: "ticks",
    claim: "ticks that come doubled, late or from another place add nothing",
    async play(stage) {
      const job = await stage.job({ processor: QUICK, cron: cronAt(stage.soon) });
      return async () => {
        const { host } = stage;
        const late = tick({ control: host.database }, Date.now() - 2 * MINUTE, "test");
        await Promise.all([host.tick(), host.tick(), late]);
        const [run, ...others] = await stage.runsOf(job);
        await host.tick();
        expect(run).toMatchObject({ scheduledAt: stage.soon, state: "no_action", attempt: 1, lease: 1 });
        expect(others).toEqual([]);
        expect(await stage.runsOf(job)).toHaveLength(1);
      };
    },
  },
  {
    key: "overlap",
    claim: "an occurrence that meets a run of its job at work is recorded as skipped",
    async play(stage) {
      const server = await stage.mails({ rules: [{ nth: 1, verdict: "hold" }] }, 1);
      const job = await stage.job({ processor: MAILS, cron: cronAt(stage.soon, stage.soon + 2000) });
      // What another job follows is planned ahead, and not polled.
      await stage.job({ processor: QUICK, after: { jobId: job } });
      return async () => {
        await server.waitFor(1);
        const met = await stage.runsOf(job, (runs) => runs.some(({ state }) => state === "skipped"));
        expect(met.map(({ state, reason }) => [state, reason])).toEqual([
          ["running", null],
          ["skipped", "duplicate"],
        ]);
        server.release();
        const ended = await stage.runsOf(job);
        expect(ended.map(({ state }) => state)).toEqual(["ok", "skipped"]);
        expect(server.received).toHaveLength(1);
      };
    },
  },
  {
    key: "chain",
    claim: "a job chained to another starts after it, once",
    async play(stage) {
      const first = await stage.job({ processor: QUICK, cron: cronAt(stage.soon) });
      const second = await stage.job({ processor: MAILS, after: { jobId: first } });
      return async () => {
        const [run] = await stage.runsOf(first);
        const following = await stage.runsOf(second);
        expect(following).toHaveLength(1);
        expect(following[0]).toMatchObject({ kind: "after", scheduledAt: stage.soon, state: "no_action" });
        expect(following[0]?.startedAt).toBeGreaterThanOrEqual(run?.endedAt ?? Number.NaN);
      };
    },
  },
  {
    key: "cancel",
    claim: "a cancel is honoured at the next step, and what was done stays",
    async play(stage) {
      const server = await stage.mails({ rules: [{ nth: 1, verdict: "hold" }] }, 3);
      const job = await stage.job({ processor: MAILS });
      return async () => {
        const runId = await stage.startByHand(job);
        await server.waitFor(1);
        await stage.manager.post(`/admin/runs/${runId}/cancel`, {});
        server.release();
        const [run] = await stage.runsOf(job);
        expect(run).toMatchObject({ id: runId, state: "cancelled", attempt: 1 });
        expect(await stage.messages()).toEqual(["sent", "to_forward", "to_forward"]);
        expect(server.received).toHaveLength(1);
      };
    },
  },
  {
    key: "manual",
    claim: "a start by hand runs at once and leaves the schedule as it is",
    async play(stage) {
      const job = await stage.job({ processor: QUICK, cron: cronAt(stage.soon - 60 * MINUTE) });
      const next = async () =>
        (await stage.host.database.execute({ sql: "SELECT next_fire_at FROM triggers WHERE job_id = ?", args: [job] }))
          .rows[0]?.next_fire_at;
      const before = await next();
      return async () => {
        await stage.startByHand(job);
        const [run, ...others] = await stage.runsOf(job);
        expect(run).toMatchObject({ kind: "manual", state: "no_action", requestedBy: "chief@example.com" });
        expect(others).toEqual([]);
        expect(run ? lateness(run, run.dueAt) : Number.NaN).toBeLessThan(PUNCTUAL);
        expect(await next()).toBe(before);
      };
    },
  },
  {
    key: "retry",
    claim: "a run that failed for a reason that may pass is tried again, and ends well",
    async play(stage) {
      await stage.mails({ unavailable: true }, 2);
      const job = await stage.job({ processor: MAILS, policies: { attempts: 10, retryDelaySeconds: 1 } });
      return async () => {
        await stage.startByHand(job);
        const [failed] = await stage.runsOf(job, ([run]) => run?.state === "waiting");
        expect(failed).toMatchObject({ reason: "retry" });
        const repaired = await stage.mails({}, 0, "notification");
        await stage.host.database.execute({
          sql: "DELETE FROM connectors WHERE client_id = ? AND id < (SELECT max(id) FROM connectors WHERE client_id = ?)",
          args: [stage.clientId, stage.clientId],
        });
        const [run, ...others] = await stage.runsOf(job);
        expect(run?.state).toBe("ok");
        expect(run?.attempt).toBeGreaterThan(1);
        expect(others).toEqual([]);
        expect(repaired.received.map(({ subject }) => subject)).toEqual(["Mail 0", "Mail 1"]);
      };
    },
  },
  {
    key: "misfire",
    claim: "after downtime one run catches up, and the other occurrences are recorded",
    async play(stage) {
      const now = Math.floor(Date.now() / MINUTE) * MINUTE;
      const missed = [7, 6, 5, 4, 3].map((minutes) => now - minutes * MINUTE);
      // It ticked until then: a time within ten minutes of the newest tick needs no confirmation by further ones.
      const sql = "INSERT INTO ticks (at, source) VALUES (?, 'test')";
      await stage.host.database.batch(
        [9, 8].map((minutes) => ({ sql, args: [now - minutes * MINUTE] })),
        "write",
      );
      const dates = missed.map((instant) => new Date(instant));
      const list = (values: readonly number[]) => [...new Set(values)].join(",");
      const cron = `0 ${list(dates.map((date) => date.getUTCMinutes()))} ${list(dates.map((date) => date.getUTCHours()))} * * ?`;
      const job = await stage.job({ processor: QUICK, cron }, now - 8 * MINUTE + 1);
      return async () => {
        const runs = await stage.runsOf(job);
        const caughtUp = runs.filter(({ state }) => state !== "skipped");
        const skipped = runs.filter(({ state }) => state === "skipped");
        expect(caughtUp).toMatchObject([{ state: "no_action", scheduledAt: missed.at(-1), attempt: 1 }]);
        expect(skipped.every(({ reason }) => reason === "misfire")).toBe(true);
        expect(skipped.reduce((sum, { occurrences }) => sum + occurrences, 0)).toBe(missed.length - 1);
      };
    },
  },
  {
    key: "beside",
    claim: "a light job fires at its second beside a heavy run",
    async play(stage) {
      const server = await stage.mails({ rules: [{ nth: 1, verdict: "hold" }] }, 2, "notification");
      const heavy = await stage.job({ processor: "Notification" });
      const light = await stage.job({ processor: QUICK, cron: cronAt(stage.soon + 1000) });
      return async () => {
        // A mail whose answer does not come within 20 s would be given up.
        await systemClock.sleepUntil(stage.soon - 4_000);
        await stage.startByHand(heavy);
        await server.waitFor(1);
        const [run] = await stage.runsOf(light);
        const [atWork] = await stage.runsOf(heavy, () => true);
        expect(atWork).toMatchObject({ load: "heavy", state: "running" });
        expect(run).toMatchObject({ load: "light", state: "no_action" });
        const late = run ? lateness(run, Math.max(await createdAt(stage, run.id), atWork?.startedAt ?? 0)) : Number.NaN;
        expect(late).toBeLessThan(PUNCTUAL);
        server.release();
        const [ended] = await stage.runsOf(heavy);
        expect(ended?.state).toMatch(/^(ok|no_action)$/);
        expect(await stage.messages()).toEqual(["sent", "sent"]);
      };
    },
  },
];
