import type { Client } from "@libsql/client";

/** What a host's and its database server's logs complain about. */
export interface Troubles {
  /** Lines that name SQLITE_BUSY or a locked database. */
  readonly busy: number;
  /** Lines that name an answer 429 of the database server, or its `DbCreateTimeout`. */
  readonly refused: number;
  /** Lines of the host that report an interrupted runner, run or tick. */
  readonly interrupted: number;
}

/** Time (ms) on the processor so far: the host's processes, and those of its database server (0 where it has none). */
export interface CpuTimes {
  readonly host: number;
  readonly server: number;
}

/** Minutehand on one of its hosts, in processes of its own, as a benchmark sees it from outside: its database, its logs, its CPU time. */
export interface MeasuredHost {
  /** The benchmark's own connection to its migrated database. */
  readonly database: Client;
  /** Starts it. On Deno it has then ticked, or is about to. */
  start(): Promise<void>;
  /** Ticks, where the host waits for a caller outside to do so; on Deno, which ticks by itself, nothing. */
  tick(): Promise<void>;
  cpu(): CpuTimes;
  /** Ids of the processes that it started: the host's first, then its database server's, if any. What they started stands below them. */
  processes(): readonly number[];
  troubles(): Promise<Troubles>;
  /** Notes from now on in which functions it spends its time; the answer says the top ten. Null where it was not opened for that. */
  readonly profile: (() => Promise<() => Promise<readonly string[]>>) | null;
  /** Ends it as a power cut would; its database server goes on, so that the rows can be read in peace. */
  kill(): Promise<void>;
  /** Ends it and removes its data. */
  close(): Promise<void>;
}

/** How a benchmark opens a host: with a fresh database each time. */
export interface HostKind {
  readonly name: string;
  /**
   * How long (ms) before their second runs are to be planned, so that all runners wait for it by then: from the tick, or from the start of
   * a host that ticks by itself.
   */
  leadMs(clients: number): number;
  /** The host plans by itself when it starts; else {@link MeasuredHost.tick} does. */
  readonly ticksAtStart: boolean;
  /** Clients with four runs each that keep it at work for some seconds, so that its rate is a steady one. */
  readonly firingClients: number;
  open(setting?: HostSetting): Promise<MeasuredHost>;
}

/** How a host stands. */
export interface HostSetting {
  /** Added to each answer of the database server, ms; default 0. Only with a server. */
  readonly delayMs?: number;
  /** It can be profiled, which costs it a little. Default false. */
  readonly profile?: boolean;
}

/** Counts the complaints in logs. */
export function troublesIn(...logs: readonly string[]): Troubles {
  const count = (pattern: RegExp) =>
    logs.reduce((sum, log) => sum + log.split("\n").filter((line) => pattern.test(line)).length, 0);
  return {
    busy: count(/SQLITE_BUSY|database is locked/),
    refused: count(/\b429\b|DbCreateTimeout|TooManyRequests|too many requests/i),
    interrupted: count(/was interrupted|does not answer|The tick failed|was not woken/),
  };
}
