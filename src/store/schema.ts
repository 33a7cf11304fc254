import { sql } from "drizzle-orm";
import { check, index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * What any database needs on which runs commit steps (handbook, idea: every write happens once). Instants are epoch milliseconds.
 */

/** Where each run stands. One row a run; it stays as a tombstone until its run row is removed by retention. */
export const checkpoints = sqliteTable("checkpoints", {
  runId: integer("run_id").primaryKey(),
  /** Raised by each owner that takes the run up; a step of an older owner is refused. */
  lease: integer("lease").notNull(),
  /** Number of steps committed so far. */
  step: integer("step").notNull().default(0),
  /** JSON: where the processor goes on from; null before the first step. */
  cursor: text("cursor"),
  cursorVersion: integer("cursor_version").notNull().default(1),
  /** JSON object: name → number. */
  counts: text("counts").notNull().default("{}"),
  progressDone: integer("progress_done").notNull().default(0),
  progressTotal: integer("progress_total"),
  /** Rows that the last write changed; it, `lead` and `unitHit` mean something inside a step's batch only, and are 0 after it. */
  hit: integer("hit").notNull().default(0),
  /** Rows that the first write of the unit under way changed. */
  lead: integer("lead").notNull().default(0),
  /** 1: a write of the unit under way changed a row. */
  unitHit: integer("unit_hit").notNull().default(0),
  /** Marks of the step's changes that changed a row, each behind a comma; filled and emptied within one step's batch. */
  marks: text("marks").notNull().default(""),
  /** Instant of the run's first start: the `now` of the run. */
  nowAt: integer("now_at").notNull(),
  done: integer("done", { mode: "boolean" }).notNull().default(false),
  /** JSON {@link Ending}, once `done`. */
  outcome: text("outcome"),
  /** How often it was opened again after it was done. */
  reopened: integer("reopened").notNull().default(0),
});

/** Clients whose data has left this database: a runner that comes late, and still takes this for their store, opens no run here. */
export const departures = sqliteTable("departures", {
  clientId: integer("client_id").primaryKey(),
  at: integer("at").notNull(),
});

/** Holds one row while a step's batch runs. Its CHECK refuses the batch once the lease or the step has moved on. */
export const leaseGuard = sqliteTable("lease_guard", { ok: integer("ok").notNull() }, (table) => [
  check("lease_guard_ok", sql`${table.ok} = 1`),
]);

/** Rows that the changes of the unit under way are about to change, as they were; filled and emptied within one step's batch. */
export const touched = sqliteTable(
  "touched",
  {
    runId: integer("run_id").notNull(),
    /** Which change of the unit: 0 for the first. */
    place: integer("place").notNull(),
    id: integer("id").notNull(),
    /** Whom the row is about, for the audit. */
    personId: integer("person_id"),
    /** JSON of the columns that change, as they are before. */
    before: text("before"),
  },
  (table) => [primaryKey({ columns: [table.runId, table.place, table.id] })],
);

/** Remote effects of runs: the intent is committed before the call, the outcome after it. */
export const effects = sqliteTable(
  "effects",
  {
    runId: integer("run_id").notNull(),
    key: text("key").notNull(),
    state: text("state", { enum: ["intended", "done"] }).notNull(),
    /** JSON: what the call returned. */
    outcome: text("outcome"),
    intendedAt: integer("intended_at").notNull(),
    doneAt: integer("done_at"),
  },
  (table) => [primaryKey({ columns: [table.runId, table.key] })],
);

/** Units that failed, written in the same batch as the step they belong to. */
export const failures = sqliteTable(
  "failures",
  {
    id: integer("id").primaryKey(),
    runId: integer("run_id").notNull(),
    step: integer("step").notNull(),
    ref: text("ref").notNull(),
    code: text("code").notNull(),
    message: text("message").notNull(),
    /** It counts towards `maxFailures`: it is unexpected, and what it belongs to was not given up. */
    unexpected: integer("unexpected", { mode: "boolean" }).notNull().default(false),
  },
  (table) => [index("failures_run").on(table.runId, table.id)],
);

/** Watermarks, cursors and one-time marks of processors. */
export const processorState = sqliteTable(
  "processor_state",
  {
    processor: text("processor").notNull(),
    clientId: integer("client_id").notNull().default(0),
    nodeId: text("node_id").notNull().default(""),
    key: text("key").notNull(),
    /** JSON. */
    value: text("value").notNull(),
  },
  (table) => [primaryKey({ columns: [table.processor, table.clientId, table.nodeId, table.key] })],
);

/** Every change that a processor or an administrator made to a person, registration, component, group, order, connector, job or setting. */
export const auditLog = sqliteTable(
  "audit_log",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    runId: integer("run_id"),
    personId: integer("person_id"),
    /** Who did it when no run did: an administrator's e-mail address. */
    actor: text("actor"),
    entity: text("entity").notNull(),
    entityId: integer("entity_id").notNull(),
    action: text("action").notNull(),
    /** JSON of the changed columns before and after. */
    before: text("before"),
    after: text("after"),
    at: integer("at").notNull(),
  },
  (table) => [
    index("audit_log_client").on(table.clientId, table.id),
    index("audit_log_person").on(table.clientId, table.personId),
    index("audit_log_entity").on(table.entity, table.entityId),
    // What administrators changed: few rows among the many that runs write.
    index("audit_log_admins").on(table.id, table.entity, table.actor).where(sql`actor IS NOT NULL`),
    index("audit_log_client_admins")
      .on(table.clientId, table.id, table.entity, table.actor)
      .where(sql`actor IS NOT NULL`),
  ],
);

/** Batches that are refused should they still come: their senders had no answer, and went on without them. */
export const fences = sqliteTable(
  "fences",
  {
    token: integer("token").primaryKey(),
    /** When it was forbidden, ms. */
    at: integer("at").notNull(),
  },
  (table) => [index("fences_at").on(table.at)],
);
