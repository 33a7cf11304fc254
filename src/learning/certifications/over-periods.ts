import { type SQL, sql } from "drizzle-orm";
import { among, columns, type RowOf } from "../../store/select.ts";
import { thisClient } from "../../store/statement.ts";
import type { Day } from "../../time/day.ts";
import type { Moment } from "../enrolment/close.ts";
import { recipientColumns } from "../messages/recipient-columns.ts";
import { certifications, personCertifications } from "../schema/skills.ts";

const periodColumns = columns(
  personCertifications,
  ["id", "personId", "certificationId", "periodNo", "startOn", "endOn", "amount"],
  "period",
);
const certificationColumns = columns(
  certifications,
  ["name", "requiredAmount", "durationMonths", "startMode", "commonStartMmdd", "carryOver", "active"],
  "certification",
);

/** A current period whose end is past, with its certification and person. */
export interface OverPeriodRow
  extends RowOf<typeof periodColumns>,
    RowOf<typeof certificationColumns>,
    RowOf<typeof recipientColumns> {
  readonly firstStartOn: Day;
}

const isOver = (today: Day) => sql`period.is_current = 1 AND period.end_on < ${today}`;

/** True in SQL for a certification that cannot have a next period. */
const isBad = sql`(certification.active = 1 AND certification.duration_months < 1)`;

/**
 * Current periods behind `after` whose end is past, without those of {@link badCertifications} and those that the run itself has opened.
 *
 * @param moment.now instant (ms) of the run
 */
export function overPeriods({ now, today }: Moment, after: number, limit: number): SQL<OverPeriodRow> {
  return sql`SELECT ${periodColumns}, ${certificationColumns}, ${recipientColumns},
      coalesce((SELECT first.start_on FROM person_certifications AS first WHERE first.person_id = period.person_id
        AND first.certification_id = period.certification_id AND first.period_no = 1), period.start_on) AS firstStartOn
    FROM person_certifications AS period INDEXED BY person_certifications_current
    CROSS JOIN certifications AS certification ON certification.id = period.certification_id
      AND certification.client_id = period.client_id AND NOT ${isBad}
    CROSS JOIN persons AS person ON person.id = period.person_id AND person.client_id = period.client_id
    WHERE period.client_id = ${thisClient} AND ${isOver(today)} AND period.created_at < ${now} AND period.id > ${after}
    ORDER BY period.id LIMIT ${limit}`;
}

/** Certifications with a period that is over, whose duration makes no next one. */
export function badCertifications(today: Day): SQL<{ id: number; name: string }> {
  return sql`SELECT DISTINCT certification.id AS id, certification.name AS name
    FROM person_certifications AS period INDEXED BY person_certifications_current
    CROSS JOIN certifications AS certification ON certification.id = period.certification_id
      AND certification.client_id = period.client_id AND ${isBad}
    WHERE period.client_id = ${thisClient} AND ${isOver(today)} ORDER BY certification.id`;
}

/** A credit that was given in a period. */
export interface GivenCredit {
  readonly periodId: number;
  readonly sourceRef: string;
  readonly amount: number;
  readonly creditedOn: Day;
}

/** The credits of some periods. */
export function creditsOf(periodIds: readonly number[]): SQL<GivenCredit> {
  return sql`SELECT given.person_certification_id AS periodId, given.source_ref AS sourceRef, given.amount AS amount,
      given.credited_on AS creditedOn
    FROM certification_credits AS given
    WHERE given.client_id = ${thisClient} AND given.person_certification_id IN ${among(periodIds)}`;
}
