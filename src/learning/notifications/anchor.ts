import type { InferSelectModel, SQL } from "drizzle-orm";
import { sql } from "../../store/sql.ts";
import { metaRefused, metaTags } from "../meta.ts";
import type { notificationRules } from "../schema/communication.ts";
import { recertPeriods, registrationStatuses } from "../schema/enrolment.ts";
import { personCertifications, personSkills } from "../schema/skills.ts";

/** What a notification's day is counted from. */
export type AnchorName = InferSelectModel<typeof notificationRules>["anchor"];

/** The rows that have an anchor, and what is known of them. */
export interface Anchor {
  /** How an object is called in dedupe keys and failures: `registration:17`. */
  readonly object: "registration" | "person_skill" | "person_certification" | "recert_period";
  /** Statuses that its objects can have. */
  readonly statuses: readonly string[];
  /** True where an object belongs to a component: such a rule can have a `component_filter` and the audience `tutor`. */
  readonly onComponent: boolean;
  /** Placeholders that texts can have beyond those of every notification. */
  readonly placeholders: readonly string[];
  /** The table, with its alias, and what its rows are joined to: `participant`, and `component` where it has one. */
  readonly from: SQL;
  /** SQL of the object's id, its client, its status, its person. */
  readonly id: SQL;
  readonly client: SQL;
  readonly status: SQL;
  /** SQL of columns of {@link Occasion} that differ: `component_id, title, location, start_at, end_at, zone, mail_refused, due_on`. */
  readonly columns: SQL;
  /** Further conditions on the object. */
  readonly where: SQL;
  /** Where the anchor stands: a column with a local day, an instant of the client's zone, or one of the component's zone. */
  readonly day: { readonly kind: "day" | "client_instant" | "component_instant"; readonly column: SQL };
}

const componentColumns = sql`component.id AS component_id, component.title AS title, component.location AS location,
  component.start_at AS start_at, component.end_at AS end_at, component.time_zone AS zone,
  ${metaRefused(metaTags.sendEnrolmentMessages, sql.raw("component.id"))} AS mail_refused`;
const noComponent = sql.raw(
  "NULL AS component_id, NULL AS location, NULL AS start_at, NULL AS end_at, NULL AS zone, 0 AS mail_refused, NULL AS due_on",
);
const ofComponent = ["course", "location", "start", "end", "due"] as const;

// The joins are CROSS JOINs: they keep the order in which the tables stand here, so that the anchor's index leads.
const registration = {
  object: "registration",
  statuses: registrationStatuses,
  onComponent: true,
  placeholders: ofComponent,
  from: sql.raw(`registrations AS registration
    CROSS JOIN persons AS participant ON participant.id = registration.person_id
    CROSS JOIN components AS component ON component.id = registration.component_id`),
  id: sql.raw("registration.id"),
  client: sql.raw("registration.client_id"),
  status: sql.raw("registration.status"),
  columns: sql`${componentColumns}, registration.due_on AS due_on`,
  where: sql.raw("registration.suppress_notifications = 0 AND component.client_id = registration.client_id"),
} as const;

/** The same rows, found through their components. */
const ofComponents = {
  ...registration,
  from: sql.raw(`components AS component
    CROSS JOIN registrations AS registration ON registration.component_id = component.id
      AND registration.client_id = component.client_id
    CROSS JOIN persons AS participant ON participant.id = registration.person_id`),
  client: sql.raw("component.client_id"),
  where: sql.raw("registration.suppress_notifications = 0"),
} as const;

/** Every anchor. */
export const anchors: Readonly<Record<AnchorName, Anchor>> = {
  start: { ...ofComponents, day: { kind: "component_instant", column: sql.raw("component.start_at") } },
  // An end at midnight of the component's zone is a pure date, and that day is the last one: its local day either way.
  end: { ...ofComponents, day: { kind: "component_instant", column: sql.raw("component.end_at") } },
  due: { ...registration, day: { kind: "day", column: sql.raw("registration.due_on") } },
  booked: { ...registration, day: { kind: "client_instant", column: sql.raw("registration.booked_at") } },
  completed: { ...registration, day: { kind: "client_instant", column: sql.raw("registration.completed_at") } },
  // The day until which a component's prerequisites are to be met, for those who have not met them.
  prerequisite_due: {
    ...registration,
    from: sql`meta_values AS deadline
      CROSS JOIN components AS component ON component.id = deadline.component_id AND component.client_id = deadline.client_id
      CROSS JOIN registrations AS registration ON registration.component_id = component.id
        AND registration.client_id = component.client_id
      CROSS JOIN persons AS participant ON participant.id = registration.person_id`,
    client: sql.raw("deadline.client_id"),
    where: sql`deadline.meta_tag_id = ${metaTags.prerequisitesDueOn} AND registration.prerequisite_status = 'not_met'
      AND registration.suppress_notifications = 0`,
    day: { kind: "day", column: sql.raw("trim(deadline.value)") },
  },
  skill_expiry: {
    object: "person_skill",
    statuses: personSkills.displayState.enumValues,
    onComponent: false,
    placeholders: ["skill"],
    from: sql.raw(`person_skills AS held
      CROSS JOIN persons AS participant ON participant.id = held.person_id
      CROSS JOIN skills AS skill ON skill.id = held.skill_id`),
    id: sql.raw("held.id"),
    client: sql.raw("held.client_id"),
    status: sql.raw("held.display_state"),
    columns: sql`${noComponent}, skill.name AS title`,
    where: sql.raw("skill.client_id = held.client_id"),
    day: { kind: "day", column: sql.raw("held.valid_until_on") },
  },
  certification_end: {
    object: "person_certification",
    statuses: personCertifications.status.enumValues,
    onComponent: false,
    placeholders: ["certification"],
    from: sql.raw(`person_certifications AS period
      CROSS JOIN persons AS participant ON participant.id = period.person_id
      CROSS JOIN certifications AS certification ON certification.id = period.certification_id`),
    id: sql.raw("period.id"),
    client: sql.raw("period.client_id"),
    status: sql.raw("period.status"),
    columns: sql`${noComponent}, certification.name AS title`,
    where: sql.raw("certification.client_id = period.client_id"),
    day: { kind: "day", column: sql.raw("period.end_on") },
  },
  recert_due: {
    object: "recert_period",
    statuses: recertPeriods.state.enumValues,
    onComponent: true,
    placeholders: ofComponent,
    from: sql.raw(`recert_periods AS period
      CROSS JOIN registrations AS registration ON registration.id = period.registration_id
      CROSS JOIN persons AS participant ON participant.id = registration.person_id
      CROSS JOIN components AS component ON component.id = registration.component_id`),
    id: sql.raw("period.id"),
    client: sql.raw("period.client_id"),
    status: sql.raw("period.state"),
    columns: sql`${componentColumns}, period.due_on AS due_on`,
    // A period of a registration that was cancelled concerns no one any more, whatever its state.
    where: sql.raw(`registration.suppress_notifications = 0 AND registration.status <> 'cancelled'
      AND registration.client_id = period.client_id AND component.client_id = period.client_id`),
    day: { kind: "day", column: sql.raw("period.due_on") },
  },
};
