import { sql } from "drizzle-orm";
import { createJob } from "../../../src/administration/jobs/jobs.ts";
import { createCatalogue } from "../../../src/processors/catalogue.ts";
import type { Processor } from "../../../src/processors/contract.ts";
import { QuartzExpression } from "../../../src/quartz/index.ts";
import { type TickPorts, tick } from "../../../src/scheduler/tick.ts";
import type { Database } from "../../../src/store/database.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";
import { completing } from "../../harness/runner/processors.ts";
import { addClient } from "../../harness/runner/runner.ts";

export const MINUTE = 60_000;
export const NOON = Date.parse("2026-03-02T12:00:00Z");

/** Polls for courses that are not completed, and completes them. */
export const Poll: Processor = {
  ...completing({ id: "Poll" }),
  quiet: ({ clients }) => sql`SELECT c.client_id FROM (${clients}) c WHERE EXISTS
    (SELECT 1 FROM components w WHERE w.client_id = c.client_id AND w.planning_status <> 'completed')`,
};

/** The same for the platform: it polls for courses of any client. */
export const PlatformPoll: Processor = {
  ...completing({ id: "PlatformPoll" }),
  scope: "global",
  store: "control",
  quiet: ({ clients }) => sql`SELECT c.client_id FROM (${clients}) c WHERE EXISTS
    (SELECT 1 FROM components w WHERE w.planning_status <> 'completed')`,
};

/** A database with clients, a job that polls, and a clock that ticks. */
export class Polls {
  readonly database: Database;
  readonly catalogue = createCatalogue([Poll, PlatformPoll, completing({ id: "Plain" })]);
  #components = 0;

  constructor(database: Database) {
    this.database = database;
  }

  static async fresh(clients: readonly string[] = ["UTC", "UTC", "Europe/Berlin"]): Promise<Polls> {
    const polls = new Polls(await freshFileDatabase());
    for (const [index, zone] of clients.entries()) await addClient(polls.database, `client-${index + 1}`, zone);
    return polls;
  }

  get ports() {
    return { control: this.database as Database, catalogue: this.catalogue };
  }

  /** Saves a job that polls. Returns its id. @param at ms */
  async job(input: Record<string, unknown> = {}, at = NOON): Promise<number> {
    const fields = { name: "Poll", processor: "Poll", cron: "0 0/5 * * * ?", ...input };
    const saved = await createJob(this.ports, fields, "admin@example.com", at);
    if (saved.state !== "saved") throw new Error(JSON.stringify(saved));
    return saved.jobId;
  }

  tick(at: number, ports: Partial<TickPorts> = {}) {
    return tick({ ...this.ports, ...ports }, at, "cron");
  }

  /** Ticks at each full minute from one instant to another, both included. @returns the clients that were woken */
  async ticks(from: number, until: number, each: (at: number) => unknown = () => undefined): Promise<Set<number>> {
    const woken = new Set<number>();
    for (let at = from; at <= until; at += MINUTE) {
      for (const id of (await this.tick(at)).wake) woken.add(id);
      await each(at);
    }
    return woken;
  }

  rows<T = Record<string, string | number | null>>(text: string, ...args: (string | number)[]): Promise<T[]> {
    return this.database.execute({ sql: text, args }).then(({ rows }) => rows as unknown as T[]);
  }

  /** Gives a client something to do. */
  async work(clientId: number): Promise<void> {
    this.#components += 1;
    await this.rows(
      "INSERT INTO components (id, client_id, kind, title, created_at, updated_at) VALUES (?, ?, 'course', '', 0, 0)",
      this.#components,
      clientId,
    );
  }

  /** Ends all open runs as a runner would that did the work. */
  async settle(state = "ok"): Promise<void> {
    await this.rows(
      "UPDATE components SET planning_status = 'completed' WHERE client_id IN (SELECT client_id FROM runs WHERE ended_at IS NULL)",
    );
    await this.rows("UPDATE runs SET state = ?, started_at = due_at, ended_at = due_at WHERE ended_at IS NULL", state);
  }

  /** Planned times of runs, `HH:MM:SS client[ reason]`, by client. */
  async runs(where = "1 = 1"): Promise<string[]> {
    const rows = await this.rows<{ scheduled_at: number; client_id: number; reason: string | null }>(
      `SELECT * FROM runs WHERE ${where} ORDER BY client_id, scheduled_at`,
    );
    return rows.map(
      ({ scheduled_at, client_id, reason }) => `${time(scheduled_at)} ${client_id}${reason ? ` ${reason}` : ""}`,
    );
  }

  /** What was looked at, `first-last xN[ named]`, oldest first. */
  async looks(): Promise<string[]> {
    const rows = await this.rows<{ first_at: number; last_at: number; occurrences: number; named: number }>(
      "SELECT * FROM quiet_looks ORDER BY first_at, group_id",
    );
    return rows.map(
      ({ first_at, last_at, occurrences, named }) =>
        `${time(first_at)}-${time(last_at)} x${occurrences}${named > 0 ? ` ${named}` : ""}`,
    );
  }

  /**
   * The fates of a trigger's occurrences between two instants, both included: `run`, the reason of a skipped one, `quiet`. What has no
   * fate or more than one says so. Written from the meaning of the tables, and not from the code.
   */
  async fates(cron: string, clientId: number, from: number, until: number, zone = "UTC"): Promise<string[]> {
    const fates: string[] = [];
    for (const at of QuartzExpression.parse(cron).occurrences(from, until + 1, zone)) {
      const runs = await this.rows<{ state: string; reason: string | null }>(
        "SELECT state, reason FROM runs WHERE kind = 'schedule' AND client_id = ? AND scheduled_at <= ? AND coalesce(until_at, scheduled_at) >= ?",
        clientId,
        at,
        at,
      );
      const looks = await this.rows<{ named: number }>(
        `SELECT l.named FROM (
            SELECT group_id, from_at, until_at FROM quiet_memberships WHERE client_id = ?1
            UNION ALL SELECT g.id, t.quiet_from, g.last_fated_at FROM triggers t JOIN quiet_groups g ON g.id = t.quiet_group_id WHERE t.client_id = ?1) m
          JOIN quiet_looks l ON l.group_id = m.group_id AND l.first_at <= ?2 AND l.last_at >= ?2
          WHERE m.from_at <= ?2 AND m.until_at >= ?2`,
        clientId,
        at,
      );
      const words = [
        ...runs.map(({ state, reason }) => (state === "skipped" ? String(reason) : "run")),
        // A client that was named has a run of that occurrence.
        ...(runs.length > 0 ? looks.filter(({ named }) => named === 0) : looks).map(() => "quiet"),
      ];
      fates.push(
        words.length === 1 ? String(words[0]) : `${time(at)} ${words.length === 0 ? "none" : words.join("+")}`,
      );
    }
    return fates;
  }
}

export const time = (at: number) => new Date(at).toISOString().slice(11, 19);
