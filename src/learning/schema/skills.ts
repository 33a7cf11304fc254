import { index, integer, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { timestamps } from "../../control/schema/columns.ts";
import { files } from "./files.ts";
import { groups } from "./people.ts";

/** What people can be able to do (handbook, data: skills and certificates). */
export const skills = sqliteTable(
  "skills",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    name: text("name").notNull(),
    maxLevel: integer("max_level").notNull().default(1),
    autoExpire: integer("auto_expire", { mode: "boolean" }).notNull().default(false),
    ...timestamps,
  },
  (table) => [index("skills_client").on(table.clientId, table.id)],
);

/** What the completion of a component grants (handbook, data: skills and certificates). */
export const skillGrants = sqliteTable(
  "skill_grants",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    componentId: integer("component_id").notNull(),
    skillId: integer("skill_id").notNull(),
    level: integer("level").notNull(),
    /** Months; null: for good. */
    validMonths: integer("valid_months"),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("skill_grants_key").on(table.componentId, table.skillId),
    index("skill_grants_component").on(table.clientId, table.componentId),
    index("skill_grants_skill").on(table.clientId, table.skillId),
  ],
);

/** The skills that a job profile asks for (handbook, data: skills and certificates). */
export const profileSkills = sqliteTable(
  "profile_skills",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    /** A job profile. */
    groupId: integer("group_id")
      .notNull()
      .references(() => groups.id),
    skillId: integer("skill_id").notNull(),
    minLevel: integer("min_level").notNull(),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("profile_skills_key").on(table.groupId, table.skillId),
    index("profile_skills_skill").on(table.clientId, table.skillId),
  ],
);

/** What a skill's level was reached by (handbook, data: skills and certificates). Local days. */
export const skillAchievements = sqliteTable(
  "skill_achievements",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    personId: integer("person_id").notNull(),
    skillId: integer("skill_id").notNull(),
    level: integer("level").notNull(),
    achievedOn: text("achieved_on").notNull(),
    expiresOn: text("expires_on"),
    sourceRef: text("source_ref").notNull(),
    state: text("state", { enum: ["active", "expired"] })
      .notNull()
      .default("active"),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("skill_achievements_source").on(table.personId, table.skillId, table.sourceRef),
    index("skill_achievements_expiry").on(table.clientId, table.state, table.expiresOn),
    index("skill_achievements_person").on(table.clientId, table.personId, table.skillId),
  ],
);

/** The level that a person holds now, from the active achievements (handbook, data: skills and certificates). */
export const personSkills = sqliteTable(
  "person_skills",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    personId: integer("person_id").notNull(),
    skillId: integer("skill_id").notNull(),
    currentLevel: integer("current_level").notNull(),
    /** Local day; null: for good. */
    validUntilOn: text("valid_until_on"),
    displayState: text("display_state", { enum: ["held", "expired", "terminated"] })
      .notNull()
      .default("held"),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("person_skills_key").on(table.personId, table.skillId),
    index("person_skills_client").on(table.clientId, table.id),
    index("person_skills_person").on(table.clientId, table.personId),
    index("person_skills_level").on(table.clientId, table.skillId, table.currentLevel, table.personId),
    index("person_skills_state").on(table.clientId, table.displayState, table.validUntilOn),
    index("person_skills_valid_until").on(table.clientId, table.validUntilOn),
  ],
);

/** Points or hours to be gathered in each period (handbook, data: skills and certificates). */
export const certifications = sqliteTable(
  "certifications",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    name: text("name").notNull(),
    format: text("format", { enum: ["points", "hours"] }).notNull(),
    requiredAmount: real("required_amount").notNull(),
    durationMonths: integer("duration_months").notNull(),
    startMode: text("start_mode", { enum: ["assignment", "common"] })
      .notNull()
      .default("assignment"),
    /** `MM-DD`, with `common`. */
    commonStartMmdd: text("common_start_mmdd"),
    carryOver: integer("carry_over", { mode: "boolean" }).notNull().default(false),
    active: integer("active", { mode: "boolean" }).notNull().default(true),
    ...timestamps,
  },
  (table) => [index("certifications_client").on(table.clientId, table.id)],
);

/** What a component or medium counts towards a certification (handbook, data: skills and certificates). */
export const certificationLinks = sqliteTable(
  "certification_links",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    certificationId: integer("certification_id").notNull(),
    componentId: integer("component_id"),
    mediaId: integer("media_id"),
    amount: real("amount").notNull(),
    ...timestamps,
  },
  (table) => [
    index("certification_links_certification").on(table.clientId, table.certificationId),
    index("certification_links_component").on(table.clientId, table.componentId),
    index("certification_links_media").on(table.clientId, table.mediaId),
  ],
);

/** A person's period of a certification (handbook, data: skills and certificates). Local days, both included. */
export const personCertifications = sqliteTable(
  "person_certifications",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    personId: integer("person_id").notNull(),
    certificationId: integer("certification_id").notNull(),
    /** From 1. */
    periodNo: integer("period_no").notNull(),
    startOn: text("start_on").notNull(),
    endOn: text("end_on").notNull(),
    amount: real("amount").notNull().default(0),
    status: text("status", { enum: ["in_progress", "fulfilled", "not_fulfilled"] })
      .notNull()
      .default("in_progress"),
    isCurrent: integer("is_current", { mode: "boolean" }).notNull().default(true),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("person_certifications_period").on(table.personId, table.certificationId, table.periodNo),
    index("person_certifications_client").on(table.clientId, table.id),
    index("person_certifications_person").on(table.clientId, table.personId, table.certificationId),
    index("person_certifications_status").on(table.clientId, table.certificationId, table.status, table.personId),
    index("person_certifications_current").on(table.clientId, table.isCurrent, table.endOn),
    index("person_certifications_end").on(table.clientId, table.endOn),
  ],
);

/** What was counted in a period, each source once (handbook, data: skills and certificates). */
export const certificationCredits = sqliteTable(
  "certification_credits",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    personCertificationId: integer("person_certification_id").notNull(),
    sourceRef: text("source_ref").notNull(),
    amount: real("amount").notNull(),
    /** Local day. */
    creditedOn: text("credited_on").notNull(),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("certification_credits_source").on(table.personCertificationId, table.sourceRef),
    index("certification_credits_period").on(table.clientId, table.personCertificationId),
  ],
);

/** Templates of certificates (handbook, data: skills and certificates). */
export const certificates = sqliteTable(
  "certificates",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    kind: text("kind", { enum: ["component", "test", "skill"] }).notNull(),
    name: text("name").notNull(),
    /** The published one; a new one yields new files. */
    majorVersion: integer("major_version").notNull().default(1),
    /** JSON. */
    template: text("template").notNull().default("{}"),
    ...timestamps,
  },
  (table) => [index("certificates_client").on(table.clientId, table.id)],
);

/** A certificate that a registration has earned, and its file (handbook, data: skills and certificates). */
export const issuedCertificates = sqliteTable(
  "issued_certificates",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    registrationId: integer("registration_id").notNull(),
    certificateId: integer("certificate_id").notNull(),
    majorVersion: integer("major_version").notNull(),
    /** Number of the registration's status (handbook, data: enrolment). */
    statusNumber: integer("status_number").notNull(),
    /** Whose it is and what for, kept here so that it outlives its registration and component. */
    personId: integer("person_id"),
    componentId: integer("component_id"),
    /** Of the component when it was issued. */
    title: text("title").notNull().default(""),
    verificationCode: text("verification_code"),
    /** Local day. */
    issuedOn: text("issued_on").notNull(),
    /** Instant in ms. */
    revokedAt: integer("revoked_at"),
    /** Null until the file is made. */
    fileId: integer("file_id").references(() => files.id),
    /** Instant in ms; the file is never made again. */
    fileDeletedAt: integer("file_deleted_at"),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("issued_certificates_key").on(
      table.registrationId,
      table.certificateId,
      table.majorVersion,
      table.statusNumber,
    ),
    uniqueIndex("issued_certificates_verification").on(table.clientId, table.verificationCode, table.majorVersion),
    index("issued_certificates_person").on(table.clientId, table.personId),
    index("issued_certificates_registration").on(table.clientId, table.registrationId),
    index("issued_certificates_file").on(table.fileId),
    index("issued_certificates_pending").on(
      table.clientId,
      table.fileId,
      table.fileDeletedAt,
      table.revokedAt,
      table.id,
    ),
    index("issued_certificates_revoked").on(table.clientId, table.revokedAt),
  ],
);
