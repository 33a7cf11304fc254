import type { SQL } from "drizzle-orm";
import type { Change } from "../../store/change.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { Day } from "../../time/day.ts";
import { statusNumbers, successfulStatuses } from "../enrolment/status.ts";
import { metaTags, metaValue } from "../meta.ts";

type Successful = (typeof successfulStatuses)[number];

/** A registration that has earned a certificate which it was not given yet. */
export interface Candidate {
  readonly id: number;
  readonly componentId: number;
  readonly personId: number;
  readonly status: Successful;
  /** Instant (ms); null: not known. */
  readonly completedAt: number | null;
  /** The component's. */
  readonly title: string;
  readonly certificateId: number;
  readonly majorVersion: number;
}

/** Which certificates are issued. */
export interface IssueRules {
  /** Completions from this instant (ms) on; null: all. */
  readonly since: number | null;
  /** What a new major version means for those who have an earlier one. */
  readonly reissue: "never" | "onMajor";
}

/** Components whose certificate is of kind `component` and made by us: meta 11812 is `generated`, or not set. */
const ofComponents = sql`components AS component
  CROSS JOIN certificates AS certificate ON certificate.id = component.certificate_id
    AND +certificate.client_id = component.client_id AND certificate.kind = 'component'`;

/** True in SQL for a component whose certificates are made by us. @param component SQL of its id */
export function isGenerated(component: SQL): SQL {
  return sql`coalesce(nullif(trim(${metaValue(metaTags.certificateType, component)}), ''), 'generated') = 'generated'`;
}

const numberOf = (status: Successful) => sql.raw(String(statusNumbers[status]));

/** What a candidate must be beside having finished: its person is there, and it has no such certificate yet. */
function isMissing(status: Successful, { since, reissue }: IssueRules): SQL {
  const earlier =
    reissue === "never"
      ? sql``
      : sql` AND (issued.major_version >= certificate.major_version OR issued.revoked_at IS NOT NULL)`;
  const completed = since === null ? sql`` : sql` AND registration.completed_at >= ${since}`;
  return sql`component.client_id = ${thisClient} AND component.kind IN ('course', 'learning_path')
    AND ${isGenerated(sql`component.id`)}${completed}
    AND EXISTS (SELECT 1 FROM persons AS person WHERE person.id = registration.person_id
      AND +person.client_id = registration.client_id AND person.auth_status <> 'deleted')
    AND NOT EXISTS (SELECT 1 FROM issued_certificates AS issued WHERE issued.registration_id = registration.id
      AND issued.certificate_id = certificate.id AND issued.status_number = ${numberOf(status)}${earlier})`;
}

const candidateColumns = sql`registration.id, registration.component_id AS "componentId", registration.person_id AS "personId",
  registration.status, registration.completed_at AS "completedAt", component.title, certificate.id AS "certificateId",
  certificate.major_version AS "majorVersion"`;

/**
 * Registrations in a status without their certificate, behind one by component and id. Each component's are read from where the last
 * page ended, by the index of their status.
 */
export function selectCandidates(
  status: Successful,
  after: { readonly component: number; readonly id: number },
  rules: IssueRules,
  limit: number,
): SQL<Candidate> {
  return sql<Candidate>`SELECT ${candidateColumns} FROM ${ofComponents}
    CROSS JOIN registrations AS registration ON registration.client_id = component.client_id
      AND registration.component_id = component.id AND registration.status = ${sql.raw(`'${status}'`)}
      AND registration.id > CASE WHEN component.id = ${after.component} THEN ${after.id} ELSE 0 END
    WHERE ${isMissing(status, rules)} AND component.id >= ${after.component}
    ORDER BY component.id, registration.id LIMIT ${limit}`;
}

/** All registrations without their certificate, of both statuses. */
function missing(columns: SQL, rules: IssueRules): SQL {
  const of = (status: Successful) => sql`SELECT ${columns} FROM ${ofComponents}
    CROSS JOIN registrations AS registration ON registration.client_id = component.client_id
      AND registration.component_id = component.id AND registration.status = ${sql.raw(`'${status}'`)}
    WHERE ${isMissing(status, rules)}`;
  return sql.join(successfulStatuses.map(of), sql` UNION ALL `);
}

/** The oldest completions without their certificate, behind one by instant (ms; unknown ones first) and id. */
export function selectOldestCandidates(
  after: { readonly completedAt: number; readonly id: number },
  rules: IssueRules,
  limit: number,
): SQL<Candidate> {
  return sql<Candidate>`SELECT * FROM (${missing(candidateColumns, rules)})
    WHERE (coalesce("completedAt", 0), id) > (${after.completedAt}, ${after.id})
    ORDER BY coalesce("completedAt", 0), id LIMIT ${limit}`;
}

/** How many registrations are without their certificate: `waiting`. */
export function countCandidates(rules: IssueRules): SQL<{ readonly waiting: number }> {
  return sql`SELECT count(*) AS waiting FROM (${missing(sql`1`, rules)})`;
}

/**
 * Issues a candidate's certificate. A new major version has the day and the code of the version before it. Matches nothing when the
 * registration is in another status by now, or has this certificate.
 *
 * @param code used unless there is an earlier version
 * @param now instant (ms)
 */
export function issueCertificate(
  { id, personId, status, title, certificateId, majorVersion }: Candidate,
  issuedOn: Day,
  code: string,
  now: number,
): Change {
  const statusNumber = numberOf(status);
  const earlier = (column: SQL) => sql`(SELECT ${column} FROM issued_certificates AS earlier
    WHERE earlier.registration_id = registration.id AND earlier.certificate_id = ${certificateId}
      AND earlier.status_number = ${statusNumber} ORDER BY earlier.major_version DESC LIMIT 1)`;
  return {
    write: sql`INSERT INTO issued_certificates (client_id, registration_id, certificate_id, major_version, status_number, person_id,
        component_id, title, verification_code, issued_on, created_at, updated_at)
      SELECT registration.client_id, registration.id, ${certificateId}, ${majorVersion}, ${statusNumber}, registration.person_id,
        registration.component_id, ${title}, coalesce(${earlier(sql`verification_code`)}, ${code}),
        coalesce(${earlier(sql`issued_on`)}, ${issuedOn}), ${now}, ${now}
      FROM registrations AS registration
      WHERE registration.id = ${id} AND registration.client_id = ${thisClient} AND registration.status = ${status}
      ON CONFLICT (registration_id, certificate_id, major_version, status_number) DO NOTHING`,
    audit: {
      entity: "issued_certificate",
      personId,
      action: "issue",
      after: { registration_id: id, certificate_id: certificateId, major_version: majorVersion },
    },
  };
}
