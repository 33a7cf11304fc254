import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/**
 * The clock of triggers that poll in vain most of the time: those of one job, in one zone, at one second of the job's spread (handbook,
 * runner: quiet occurrences). A group without `nextFireAt` is closed: it only says what was looked at.
 */
export const quietGroups = sqliteTable(
  "quiet_groups",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    jobId: integer("job_id").notNull(),
    /** IANA zone of its triggers. */
    timeZone: text("time_zone").notNull(),
    /** Spread (ms): so long after its planned instant an occurrence is due. */
    offsetMs: integer("offset_ms").notNull(),
    /** Of the job; another one means other occurrences. */
    revision: integer("revision").notNull(),
    /** Copied from the job, which changes: they count the occurrences of a part of a look. */
    cron: text("cron").notNull(),
    transitions: text("transitions", { enum: ["safe", "quartz"] }).notNull(),
    /** Planned instant (ms) of the oldest occurrence that was not looked at; null: closed. */
    nextFireAt: integer("next_fire_at"),
    /** The same plus the spread (ms): the group is not asked before. */
    dueAt: integer("due_at"),
    /** Planned instant (ms) of the last occurrence that was looked at; null: none was. */
    lastFatedAt: integer("last_fated_at"),
    /** `first_at` of the look that may still grow; null: the next one begins a row. */
    growingFrom: integer("growing_from"),
    /** Raised by each trigger that joins: an answer that was given without it is not written. */
    joins: integer("joins").notNull().default(0),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    uniqueIndex("quiet_groups_key")
      .on(table.jobId, table.timeZone, table.offsetMs, table.revision)
      .where(sql`next_fire_at IS NOT NULL`),
    index("quiet_groups_due").on(table.dueAt).where(sql`due_at IS NOT NULL`),
    index("quiet_groups_fated").on(table.lastFatedAt).where(sql`next_fire_at IS NOT NULL`),
    index("quiet_groups_job").on(table.jobId),
    // Lists of jobs by their next fire.
    index("quiet_groups_next").on(table.nextFireAt, table.jobId).where(sql`next_fire_at IS NOT NULL`),
  ],
);

/** What was looked at of a quiet group: one row where clients were named, one for all looks in a row that named none, at most a day of them. */
export const quietLooks = sqliteTable(
  "quiet_looks",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    groupId: integer("group_id").notNull(),
    /** Planned instants (ms) of the first and the last occurrence, and how many there are. */
    firstAt: integer("first_at").notNull(),
    lastAt: integer("last_at").notNull(),
    occurrences: integer("occurrences").notNull(),
    /** Clients that had something to do; each has a run of these occurrences. */
    named: integer("named").notNull(),
    /** When the first and the last of them were looked at (ms). */
    firstLookedAt: integer("first_looked_at").notNull(),
    lastLookedAt: integer("last_looked_at").notNull(),
  },
  (table) => [
    uniqueIndex("quiet_looks_key").on(table.groupId, table.firstAt),
    index("quiet_looks_first").on(table.firstAt),
  ],
);

/** Which occurrences a group answered for, for a client that has left it. What a group answers for now stands with the trigger. */
export const quietMemberships = sqliteTable(
  "quiet_memberships",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    jobId: integer("job_id").notNull(),
    clientId: integer("client_id").notNull(),
    groupId: integer("group_id").notNull(),
    /** Planned instants (ms) from the first to the last one that was looked at, both included. */
    fromAt: integer("from_at").notNull(),
    untilAt: integer("until_at").notNull(),
  },
  (table) => [
    index("quiet_memberships_job").on(table.jobId, table.clientId, table.untilAt),
    index("quiet_memberships_client").on(table.clientId, table.untilAt),
    index("quiet_memberships_until").on(table.untilAt),
  ],
);
