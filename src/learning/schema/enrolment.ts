import { sql } from "drizzle-orm";
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { timestamps } from "../../control/schema/columns.ts";
import { syllabusItems } from "./content.ts";

/** Not yet at an end. */
export const openStatuses = ["requested", "waiting_list", "personal_syllabus", "booked", "in_progress"] as const;

/** At an end, one way or another. */
export const closedStatuses = ["failed", "completed", "passed", "cancelled"] as const;

/** In the order of a registration's life. */
export const registrationStatuses = [...openStatuses, ...closedStatuses] as const;

export const registrationSources = [
  "manual",
  "self",
  "auto_rule",
  "import",
  "shop",
  "refresher",
  "recert",
  "migration",
  "equivalence",
] as const;

/** A person on a component, once per cycle (handbook, data: enrolment). */
export const registrations = sqliteTable(
  "registrations",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    componentId: integer("component_id").notNull(),
    personId: integer("person_id").notNull(),
    /** From 1. */
    cycleNo: integer("cycle_no").notNull().default(1),
    /** Of a course: the registration on its template or learning path that it serves. */
    parentRegistrationId: integer("parent_registration_id"),
    status: text("status", { enum: registrationStatuses }).notNull(),
    source: text("source", { enum: registrationSources }).notNull().default("manual"),
    /** What made it, so that it is made once; null: nothing to tell it by, and any number may be null. */
    sourceRef: text("source_ref"),
    /** Instants in ms. */
    bookedAt: integer("booked_at"),
    /** Local day. */
    dueOn: text("due_on"),
    startedAt: integer("started_at"),
    completedAt: integer("completed_at"),
    cancelledAt: integer("cancelled_at"),
    /** A word such as `left_group` or `inactive_user`. */
    cancelReason: text("cancel_reason"),
    /** 0 to 1. */
    scoreScaled: real("score_scaled"),
    /** 0 to 100. */
    progressPct: integer("progress_pct"),
    currentLevel: integer("current_level"),
    levelStructureVersion: integer("level_structure_version"),
    prerequisiteStatus: text("prerequisite_status", { enum: ["none", "not_met", "met", "overdue"] })
      .notNull()
      .default("none"),
    prerequisiteCheckedAt: integer("prerequisite_checked_at"),
    /** Local day of the next cycle, written when this one closes. */
    nextDueOn: text("next_due_on"),
    /** Instant (ms) at which a person set the status; a completion rule leaves it alone unless work came later. */
    statusByHandAt: integer("status_by_hand_at"),
    suppressNotifications: integer("suppress_notifications", { mode: "boolean" }).notNull().default(false),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("registrations_cycle").on(table.componentId, table.personId, table.cycleNo),
    uniqueIndex("registrations_source").on(table.clientId, table.source, table.sourceRef),
    // Ordered by id for the waiting list; holds the person so that rules are not answered from all of a client's rows.
    index("registrations_component").on(table.clientId, table.componentId, table.status, table.id, table.personId),
    index("registrations_person").on(table.clientId, table.personId, table.componentId, table.status),
    index("registrations_client").on(table.clientId, table.id),
    index("registrations_parent").on(table.clientId, table.parentRegistrationId),
    index("registrations_due").on(table.clientId, table.dueOn, table.id),
    index("registrations_next_due").on(table.clientId, table.componentId, table.nextDueOn),
    index("registrations_unmet")
      .on(table.clientId, table.componentId, table.id)
      .where(sql.raw(`prerequisite_status IN ('not_met', 'overdue') AND status IN ('${openStatuses.join("', '")}')`)),
    index("registrations_booked").on(table.clientId, table.bookedAt),
    index("registrations_completed").on(table.clientId, table.completedAt),
  ],
);

/**
 * Enrols the members of a group on a component, night after night (handbook, data: enrolment; catalogue:
 * ParticipantAutomaticRegistration).
 */
export const enrolmentRules = sqliteTable(
  "enrolment_rules",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    /** A course, template or learning path. */
    componentId: integer("component_id").notNull(),
    groupId: integer("group_id").notNull(),
    enrolmentStatus: text("enrolment_status", { enum: ["personal_syllabus", "booked"] }).notNull(),
    /** Local day; null: from the first night. */
    activeFromOn: text("active_from_on"),
    /** Local days, fixed from the save on; 0: no due day; null (a rule from before): the setting `enrolment.daysToFinish`. */
    daysToFinish: integer("days_to_finish"),
    includeNewMembers: integer("include_new_members", { mode: "boolean" }).notNull().default(true),
    /** Instant in ms, set by the first run. */
    firstRunAt: integer("first_run_at"),
    autoCancel: integer("auto_cancel", { mode: "boolean" }).notNull().default(false),
    autoCourseEnrolment: integer("auto_course_enrolment", { mode: "boolean" }).notNull().default(false),
    dueMode: text("due_mode", { enum: ["none", "fixed", "yearly"] })
      .notNull()
      .default("none"),
    /** Local day, with `fixed`. */
    dueOn: text("due_on"),
    /** `MM-DD`, with `yearly`. */
    dueMmdd: text("due_mmdd"),
    recertify: integer("recertify", { mode: "boolean" }).notNull().default(false),
    recertMode: text("recert_mode", { enum: ["yearly", "from_completion"] })
      .notNull()
      .default("yearly"),
    recertIntervalMonths: integer("recert_interval_months"),
    reenrolClosed: integer("reenrol_closed", { mode: "boolean" }).notNull().default(false),
    /** Local days after the due day; null: never. */
    changeAfterDays: integer("change_after_days"),
    changeTo: text("change_to", { enum: ["failed", "cancelled"] }),
    resetScorm: integer("reset_scorm", { mode: "boolean" }).notNull().default(false),
    active: integer("active", { mode: "boolean" }).notNull().default(true),
    ...timestamps,
  },
  (table) => [
    index("enrolment_rules_active").on(table.clientId, table.active, table.id),
    index("enrolment_rules_component").on(table.clientId, table.componentId),
    index("enrolment_rules_group").on(table.clientId, table.groupId),
  ],
);

/** People whom a component's rules always or never enrol (handbook, data: enrolment). */
export const enrolmentExceptions = sqliteTable(
  "enrolment_exceptions",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    componentId: integer("component_id").notNull(),
    personId: integer("person_id").notNull(),
    mode: text("mode", { enum: ["include", "exclude"] }).notNull(),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("enrolment_exceptions_key").on(table.componentId, table.personId),
    index("enrolment_exceptions_component").on(table.clientId, table.componentId, table.mode, table.personId),
    index("enrolment_exceptions_person").on(table.clientId, table.personId),
  ],
);

/** A folder of a learning path whose elements fall due again and again (handbook, data: enrolment). */
export const recertSections = sqliteTable(
  "recert_sections",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    /** A learning path. */
    componentId: integer("component_id").notNull(),
    folderItemId: integer("folder_item_id")
      .notNull()
      .references(() => syllabusItems.id),
    sectionNo: integer("section_no").notNull(),
    startMode: text("start_mode", { enum: ["fixed", "relative"] }).notNull(),
    /** Local day, with `fixed`. */
    startOn: text("start_on"),
    /** Local days after booking, with `relative`. */
    startOffsetDays: integer("start_offset_days"),
    /** Local days from a period's start to its due day and to its end. */
    dueDays: integer("due_days").notNull(),
    endDays: integer("end_days").notNull(),
    /** Months from start to start; null: one period only. */
    intervalMonths: integer("interval_months"),
    /** What the next period is counted from. */
    nextFrom: text("next_from", { enum: ["schedule", "achieved", "expiry"] })
      .notNull()
      .default("schedule"),
    minActiveDays: integer("min_active_days").notNull().default(0),
    /** Whether work still counts behind a period's end. */
    late: text("late", { enum: ["allowed", "locked"] })
      .notNull()
      .default("locked"),
    autoRegister: integer("auto_register", { mode: "boolean" }).notNull().default(false),
    /** Local days before the start in which work already counts. */
    earlyDays: integer("early_days").notNull().default(0),
    ...timestamps,
  },
  (table) => [
    index("recert_sections_component").on(table.clientId, table.componentId),
    index("recert_sections_folder").on(table.folderItemId),
  ],
);

/** One round of a section for one registration (handbook, data: enrolment). Local days. */
export const recertPeriods = sqliteTable(
  "recert_periods",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    registrationId: integer("registration_id").notNull(),
    sectionId: integer("section_id").notNull(),
    cycleNo: integer("cycle_no").notNull(),
    startOn: text("start_on").notNull(),
    dueOn: text("due_on").notNull(),
    endOn: text("end_on").notNull(),
    state: text("state", { enum: ["pending", "open", "due", "ended", "achieved"] })
      .notNull()
      .default("pending"),
    achievedOn: text("achieved_on"),
    /** JSON {item: day it was finished before the period opened}, for the record. */
    prior: text("prior"),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("recert_periods_cycle").on(table.registrationId, table.sectionId, table.cycleNo),
    index("recert_periods_registration").on(table.clientId, table.registrationId),
    index("recert_periods_section").on(table.clientId, table.sectionId, table.state, table.startOn),
    index("recert_periods_due").on(table.clientId, table.dueOn),
  ],
);

/** What makes other components count as done (handbook, data: content). */
export const equivalenceRules = sqliteTable(
  "equivalence_rules",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    name: text("name").notNull(),
    relation: text("relation", { enum: ["covers", "passes"] }).notNull(),
    bothWays: integer("both_ways", { mode: "boolean" }).notNull().default(false),
    /** JSON `[[component id, …], …]`: any of the sets, all of a set. */
    triggers: text("triggers").notNull(),
    targetComponentId: integer("target_component_id").notNull(),
    active: integer("active", { mode: "boolean" }).notNull().default(true),
    /** Raised by each save. */
    version: integer("version").notNull().default(1),
    /** The version that {@link coverageEntries} were last computed for. */
    computedVersion: integer("computed_version").notNull().default(0),
    ...timestamps,
  },
  (table) => [
    index("equivalence_rules_active").on(table.clientId, table.active, table.id),
    index("equivalence_rules_target").on(table.clientId, table.targetComponentId),
  ],
);

/** Components that count as done for a person, and what by (handbook, data: content). */
export const coverageEntries = sqliteTable(
  "coverage_entries",
  {
    clientId: integer("client_id").notNull(),
    ruleId: integer("rule_id")
      .notNull()
      .references(() => equivalenceRules.id),
    personId: integer("person_id").notNull(),
    componentId: integer("component_id").notNull(),
    /** JSON array of registration ids. */
    by: text("by").notNull(),
    /** Local day. */
    since: text("since").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.ruleId, table.personId, table.componentId] }),
    index("coverage_entries_person").on(table.clientId, table.personId, table.componentId),
    index("coverage_entries_component").on(table.clientId, table.componentId, table.personId),
  ],
);

/** Learning-path registrations that were completed by night; each once, even if reset by hand (handbook, data: enrolment). */
export const programStatusUpdateLog = sqliteTable(
  "program_status_update_log",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    registrationId: integer("registration_id").notNull(),
    personId: integer("person_id").notNull(),
    componentId: integer("component_id").notNull(),
    fromStatus: text("from_status", { enum: registrationStatuses }).notNull(),
    toStatus: text("to_status", { enum: registrationStatuses }).notNull(),
    trigger: text("trigger", { enum: ["progress", "logic"] }).notNull(),
    /** Instant in ms. */
    at: integer("at").notNull(),
    runId: integer("run_id").notNull(),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("program_status_update_log_registration").on(table.registrationId),
    index("program_status_update_log_person").on(table.clientId, table.personId),
  ],
);
