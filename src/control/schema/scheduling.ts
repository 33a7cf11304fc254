import { sql } from "drizzle-orm";
import { customType, index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { runKinds, runStates } from "../runs/run-state.ts";
import { timestamps } from "./columns.ts";

/** A text that is compared and sorted without regard to case (A to Z only). */
const name = customType<{ data: string; driverData: string }>({ dataType: () => "text COLLATE NOCASE" });

/** A processor with its parameters, its clock and its policies. A deleted job is kept, marked. */
export const jobs = sqliteTable(
  "jobs",
  {
    id: integer("id").primaryKey(),
    name: name("name").notNull(),
    description: text("description").notNull().default(""),
    processor: text("processor").notNull(),
    /** 0: all active clients (scope client), or the platform (scopes node and global). */
    clientId: integer("client_id").notNull().default(0),
    /** Quartz expression; null: manual only. */
    cron: text("cron"),
    /** IANA zone; null: the zone of each trigger's client. */
    timeZone: text("time_zone"),
    /** JSON, valid for the processor's schema. */
    parameters: text("parameters").notNull().default("{}"),
    active: integer("active", { mode: "boolean" }).notNull().default(true),
    executeOnEachNode: integer("execute_on_each_node", { mode: "boolean" }).notNull().default(false),
    /** Copied from the processor, so that statements need not ask the catalogue. */
    load: text("load", { enum: ["light", "heavy"] })
      .notNull()
      .default("light"),
    /** JSON of `JobPolicies`. */
    policies: text("policies").notNull().default("{}"),
    /** Starts when a run of this other job has ended for the same client, instead of by a clock. */
    afterJobId: integer("after_job_id"),
    /** `ok`: only after ok, no_action or partial; `ended`: after any end but cancelled. */
    afterCondition: text("after_condition", { enum: ["ok", "ended"] }),
    /** Differs from what the processor suggests. */
    customised: integer("customised", { mode: "boolean" }).notNull().default(false),
    /** Raised by each edit; an edit names the revision it started from. */
    revision: integer("revision").notNull().default(1),
    createdBy: text("created_by").notNull().default(""),
    updatedBy: text("updated_by").notNull().default(""),
    deletedAt: integer("deleted_at"),
    ...timestamps,
  },
  (table) => [
    index("jobs_client").on(table.clientId, table.id),
    // The list by name; names and processors are searched in the index itself.
    index("jobs_name").on(table.name, table.id, table.processor).where(sql`deleted_at IS NULL`),
    index("jobs_client_name").on(table.clientId, table.name, table.id, table.processor).where(sql`deleted_at IS NULL`),
    index("jobs_processor").on(table.processor, table.name, table.id).where(sql`deleted_at IS NULL`),
    index("jobs_after").on(table.afterJobId).where(sql`after_job_id IS NOT NULL`),
  ],
);

/** A job's clock for one client or node. The only table that the tick scans, by `next_fire_at`. */
export const triggers = sqliteTable(
  "triggers",
  {
    /** Those of a job lie together (`scheduler/trigger-ids.ts`): a tick that plans them for all clients changes few pages. */
    id: integer("id").primaryKey(),
    jobId: integer("job_id").notNull(),
    /** 0: the platform. */
    clientId: integer("client_id").notNull().default(0),
    /** '': no particular node. */
    nodeId: text("node_id").notNull().default(""),
    /** Raised when job, client or zone changes; a tick that planned from an older one adds nothing. */
    revision: integer("revision").notNull().default(1),
    /** The zone in force: the job's, else the client's, else `systemTimeZone`. */
    timeZone: text("time_zone").notNull(),
    /** Nominal instant (ms) of the next occurrence without a fate; null: none. */
    nextFireAt: integer("next_fire_at"),
    /** Every occurrence up to this instant (ms) has its fate: the last one's nominal instant, or that of an edit. */
    lastFatedAt: integer("last_fated_at"),
    /** Occurrences before this instant (ms) are skipped as `paused`. */
    pausedUntil: integer("paused_until"),
    pauseNote: text("pause_note"),
    /** `scheduled_at` of the skipped row that still grows, and its reason: a pause is one row, however long. */
    skippingFrom: integer("skipping_from"),
    skippingReason: text("skipping_reason"),
    /** The quiet group that keeps this trigger's clock (handbook, runner: quiet occurrences); `nextFireAt` is null then. Null: it keeps its own. */
    quietGroupId: integer("quiet_group_id"),
    /** The first occurrence (ms) that the group answers for; kept behind the group until the next occurrence has its fate. */
    quietFrom: integer("quiet_from"),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("triggers_key").on(table.jobId, table.clientId, table.nodeId),
    index("triggers_due").on(table.nextFireAt, table.jobId).where(sql`next_fire_at IS NOT NULL`),
    index("triggers_job").on(table.jobId, table.nextFireAt),
    index("triggers_paused").on(table.jobId, table.pausedUntil),
    // Without the next fire: every client's lies on a page of its own, which a tick would change twice for each trigger.
    index("triggers_client").on(table.clientId, table.jobId),
    // Who was planned by a clock that was ahead.
    index("triggers_fated").on(table.lastFatedAt),
    index("triggers_held").on(table.pausedUntil, table.clientId).where(sql`paused_until IS NOT NULL`),
    index("triggers_quiet").on(table.quietGroupId, table.clientId).where(sql`quiet_group_id IS NOT NULL`),
  ],
);

const open = sql`state IN ('planned', 'queued', 'waiting', 'running')`;

/** The fate of one occurrence. Unique on (job, client, node, planned instant, kind). */
export const runs = sqliteTable(
  "runs",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    jobId: integer("job_id").notNull(),
    clientId: integer("client_id").notNull().default(0),
    nodeId: text("node_id").notNull().default(""),
    kind: text("kind", { enum: runKinds }).notNull(),
    /** Planned instant (ms). */
    scheduledAt: integer("scheduled_at").notNull(),
    /** Planned instant plus spread. */
    dueAt: integer("due_at").notNull(),
    /** Not to be looked at before (retry, order, permit). */
    notBeforeAt: integer("not_before_at"),
    /** Copied from the job, which may change or go. */
    processor: text("processor").notNull(),
    jobName: text("job_name").notNull(),
    load: text("load", { enum: ["light", "heavy"] }).notNull(),
    parameters: text("parameters").notNull(),
    /** The job's policies when it was planned. */
    policies: text("policies").notNull().default("{}"),
    timeZone: text("time_zone").notNull(),
    state: text("state", { enum: runStates }).notNull(),
    /** Why it waits, was skipped, failed or was cancelled: a code. */
    reason: text("reason"),
    /** The same in words, at most 400 characters. */
    message: text("message"),
    lease: integer("lease").notNull().default(0),
    /** Who raised the lease last: a random word of the runner that claimed the run; null: it is not claimed, or only to be ended. */
    claimant: text("claimant"),
    attempt: integer("attempt").notNull().default(0),
    /** How often it was taken up again by hand after it had ended. */
    reopened: integer("reopened").notNull().default(0),
    requestedBy: text("requested_by"),
    causedByRunId: integer("caused_by_run_id"),
    cancelRequestedAt: integer("cancel_requested_at"),
    /** `YYYY-MM-DD` of a manual start. */
    asOf: text("as_of"),
    dryRun: integer("dry_run", { mode: "boolean" }).notNull().default(false),
    /** For a row that stands for several occurrences: the last of them (ms) and how many ("at least", where 10,000). */
    untilAt: integer("until_at"),
    occurrences: integer("occurrences").notNull().default(1),
    progressDone: integer("progress_done").notNull().default(0),
    progressTotal: integer("progress_total"),
    counts: text("counts").notNull().default("{}"),
    /** JSON: at most 100 of `{ref, code, message}`. */
    errors: text("errors").notNull().default("[]"),
    startedAt: integer("started_at"),
    endedAt: integer("ended_at"),
    heartbeatAt: integer("heartbeat_at"),
    deadlineAt: integer("deadline_at"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    uniqueIndex("runs_key").on(table.jobId, table.clientId, table.nodeId, table.scheduledAt, table.kind),
    index("runs_open").on(table.clientId, table.dueAt, table.id).where(open),
    index("runs_overdue").on(table.dueAt).where(open),
    index("runs_asked").on(table.dueAt).where(sql`${open} AND kind <> 'schedule'`),
    index("runs_job").on(table.jobId, table.id),
    index("runs_client").on(table.clientId, table.id),
    index("runs_state").on(table.state, table.id),
    index("runs_client_state").on(table.clientId, table.state, table.id),
    // Lists by planned day, by kind (all but the many that the clock makes), and of what a run caused.
    index("runs_scheduled").on(table.scheduledAt),
    index("runs_kind").on(table.kind, table.id).where(sql`kind <> 'schedule'`),
    index("runs_caused").on(table.causedByRunId).where(sql`caused_by_run_id IS NOT NULL`),
  ],
);

/**
 * Who may work heavily, and who waits to (handbook, runner: permits). A permit lasts one slice. `pool` names the database whose
 * load is limited: '' for the one that all share, else a client's own.
 */
export const heavyPermits = sqliteTable(
  "heavy_permits",
  {
    runId: integer("run_id").primaryKey(),
    pool: text("pool").notNull().default(""),
    clientId: integer("client_id").notNull(),
    wantedAt: integer("wanted_at").notNull(),
    /** The waiter was last heard of; one that fell silent blocks no other. */
    seenAt: integer("seen_at").notNull(),
    /** Set while it holds the permit. */
    expiresAt: integer("expires_at"),
  },
  (table) => [index("heavy_permits_pool").on(table.pool, table.wantedAt)],
);

/** Times in which nothing starts by the clock, for one client or for all (client 0). */
export const blackouts = sqliteTable(
  "blackouts",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull().default(0),
    /** Instants (ms), the end exclusive. */
    startsAt: integer("starts_at").notNull(),
    endsAt: integer("ends_at").notNull(),
    note: text("note").notNull().default(""),
    createdBy: text("created_by").notNull().default(""),
    ...timestamps,
  },
  (table) => [index("blackouts_end").on(table.endsAt)],
);

/** Days that a client's calendar leaves out (holidays), for `C` in expressions. */
export const calendars = sqliteTable(
  "calendars",
  {
    clientId: integer("client_id").notNull(),
    /** Local day. */
    day: text("day").notNull(),
    name: text("name").notNull().default(""),
  },
  (table) => [uniqueIndex("calendars_key").on(table.clientId, table.day)],
);

/** A run's log, line by line. */
export const runLogs = sqliteTable(
  "run_logs",
  {
    id: integer("id").primaryKey(),
    runId: integer("run_id").notNull(),
    at: integer("at").notNull(),
    level: text("level", { enum: ["info", "warn", "error"] }).notNull(),
    message: text("message").notNull(),
    /** JSON object, or null. */
    data: text("data"),
  },
  (table) => [index("run_logs_run").on(table.runId, table.id)],
);

/** What is kept of a job's runs, dry runs aside. Instants and durations in ms. */
const figures = {
  runs: integer("runs").notNull().default(0),
  lastRunId: integer("last_run_id"),
  lastState: text("last_state"),
  lastEndedAt: integer("last_ended_at"),
  lastDurationMs: integer("last_duration_ms"),
  /** JSON: the newest durations, newest first, cut to 50 at every fiftieth run; median and p95 are taken from the first 50. */
  durations: text("durations").notNull().default("[]"),
  /**
   * The first letters of the newest 20 fates, newest first: `o`k, `n`o_action, `p`artial, `f`ailed, `c`ancelled, `s`kipped. The
   * database itself writes it wherever a run ends, and all other figures with it: triggers that stand in
   * drizzle/control/0001_tags_and_triggers.sql and 0012_figures_of_ended_runs.sql.
   */
  fates: text("fates").notNull().default(""),
  lastFailedAt: integer("last_failed_at"),
};

/** Figures of a job for a client, kept when a run finishes. */
export const jobStats = sqliteTable(
  "job_stats",
  {
    jobId: integer("job_id").notNull(),
    clientId: integer("client_id").notNull().default(0),
    failuresInARow: integer("failures_in_a_row").notNull().default(0),
    ...figures,
  },
  (table) => [
    uniqueIndex("job_stats_key").on(table.jobId, table.clientId),
    index("job_stats_failing").on(table.jobId, table.failuresInARow).where(sql`failures_in_a_row > 0`),
    index("job_stats_failed")
      .on(table.clientId, table.lastFailedAt, table.jobId)
      .where(sql`last_failed_at IS NOT NULL`),
  ],
);

/** The same for all clients of a job together, so that a list reads one row for a job, however many clients it serves. */
export const jobTotals = sqliteTable("job_totals", { jobId: integer("job_id").primaryKey(), ...figures }, (table) => [
  index("job_totals_failed").on(table.lastFailedAt, table.jobId).where(sql`last_failed_at IS NOT NULL`),
]);

/** One row for each tick, in the order of their coming: when, from where, what it planned, and how the clocks differed from what it took for the time. */
export const ticks = sqliteTable(
  "ticks",
  {
    id: integer("id").primaryKey(),
    /** The instant (ms) that it took for the time. */
    at: integer("at").notNull(),
    source: text("source").notNull(),
    planned: integer("planned").notNull().default(0),
    /** The host's clock less `at`, ms. */
    hostAheadMs: integer("host_ahead_ms").notNull().default(0),
    /** The database's clock less `at`, ms; null: it has none but the host's. */
    databaseAheadMs: integer("database_ahead_ms"),
    /** The ticks before it bore the time out; until then nothing is judged missed. */
    confirmed: integer("confirmed", { mode: "boolean" }).notNull().default(true),
  },
  (table) => [index("ticks_at").on(table.at)],
);

/** The places where configuration is kept close to readers (handbook, rules: nodes). */
export const nodes = sqliteTable("nodes", {
  id: text("id").primaryKey(),
  locationHint: text("location_hint").notNull(),
  release: text("release").notNull().default(""),
  textVersion: integer("text_version").notNull().default(0),
  searchConfigVersion: integer("search_config_version").notNull().default(0),
  startedAt: integer("started_at"),
  lastSeenAt: integer("last_seen_at"),
});
