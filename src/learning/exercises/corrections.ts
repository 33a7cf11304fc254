import { type SQL, sql } from "drizzle-orm";
import type { Change } from "../../store/change.ts";
import { columns, type RowOf } from "../../store/select.ts";
import { thisClient } from "../../store/statement.ts";
import { openStatuses, statusList } from "../enrolment/status.ts";
import { recipientColumns } from "../messages/recipient-columns.ts";
import { metaRefused, metaTags } from "../meta.ts";
import { exerciseSubmissions } from "../schema/records.ts";

const submissionColumns = columns(
  exerciseSubmissions,
  ["id", "componentId", "itemId", "teamGroupId", "submittedAt", "result", "scoreScaled", "publishAt"],
  "submission",
);

/** A team's work whose correction is to be published (handbook, data: learning records). */
export interface Correctable extends RowOf<typeof submissionColumns> {
  /** Titles of the component and of the medium; '' where it is gone. */
  readonly course: string;
  readonly exercise: string;
  /** 1: no mail about the component is wanted. */
  readonly mailRefused: number;
}

/** Submissions behind `after` by id whose correction is ready and whose instant of publication is reached. @param reached instant (ms) */
export function correctable(after: number, reached: number, limit: number): SQL<Correctable> {
  return sql`SELECT ${submissionColumns}, coalesce(component.title, '') AS course, coalesce(medium.title, '') AS exercise,
      ${metaRefused(metaTags.sendEnrolmentMessages, sql`submission.component_id`)} AS mailRefused
    FROM exercise_submissions AS submission INDEXED BY exercise_submissions_publish
    LEFT JOIN components AS component ON component.id = submission.component_id AND component.client_id = submission.client_id
    LEFT JOIN syllabus_items AS item ON item.id = submission.item_id AND item.client_id = submission.client_id
    LEFT JOIN media AS medium ON medium.id = item.media_id
    WHERE submission.client_id = ${thisClient} AND submission.correction_state = 'ready' AND submission.publish_at <= ${reached}
      AND +submission.id > ${after}
    ORDER BY submission.id LIMIT ${limit}`;
}

/** True in SQL of a client with a submission of {@link correctable}. @param clientId SQL for the client's id. @param reached instant (ms) */
export function hasCorrectable(clientId: SQL, reached: number): SQL {
  return sql`EXISTS (SELECT 1 FROM exercise_submissions s
    WHERE s.client_id = ${clientId} AND s.correction_state = 'ready' AND s.publish_at <= ${reached})`;
}

/** A person of a team. */
export interface TeamMember extends RowOf<typeof recipientColumns> {
  readonly personId: number;
  /** The open registration on the component, of several the latest; null: none. */
  readonly registrationId: number | null;
  /** 1: nothing is to be told about the registration. */
  readonly suppressNotifications: number;
}

/** The people of a submission's team behind `after`, each once, with their open registrations. */
export function teamMembers({ componentId, teamGroupId }: Correctable, after: number, limit: number): SQL<TeamMember> {
  return sql`SELECT person.id AS personId, ${recipientColumns}, registration.id AS registrationId,
      coalesce(registration.suppress_notifications, 0) AS suppressNotifications
    FROM (SELECT DISTINCT member.person_id FROM group_members AS member
      WHERE member.group_id = ${teamGroupId} AND member.person_id > ${after} AND +member.client_id = ${thisClient}
      ORDER BY member.person_id LIMIT ${limit}) AS team
    CROSS JOIN persons AS person ON person.id = team.person_id AND +person.client_id = ${thisClient}
    LEFT JOIN registrations AS registration ON registration.id = (SELECT open.id FROM registrations AS open
      WHERE open.client_id = ${thisClient} AND open.person_id = person.id AND open.component_id = ${componentId}
        AND open.status IN ${statusList(openStatuses)} ORDER BY open.cycle_no DESC LIMIT 1)
    ORDER BY person.id`;
}

/**
 * Makes a correction's result and score the progress of its item in a registration, and tells the search index: while the correction is
 * ready, the registration open, and no later submission of the team published. Finished at the instant of publication; one that failed is
 * not finished.
 *
 * @param now instant (ms)
 */
export function correctProgress({ id }: Pick<Correctable, "id">, registrationId: number, now: number): Change {
  return {
    write: sql`INSERT INTO item_progress (client_id, registration_id, item_id, status, score_scaled, first_at, last_at, completed_at,
        source, created_at, updated_at)
      SELECT registration.client_id, registration.id, submission.item_id, submission.result, submission.score_scaled,
        submission.publish_at, submission.publish_at, CASE WHEN submission.result <> 'failed' THEN submission.publish_at END,
        'correction', ${now}, ${now}
      FROM exercise_submissions AS submission CROSS JOIN registrations AS registration ON registration.id = ${registrationId}
        AND registration.client_id = submission.client_id AND registration.component_id = submission.component_id
        AND registration.status IN ${statusList(openStatuses)}
      WHERE submission.id = ${id} AND submission.client_id = ${thisClient} AND submission.correction_state = 'ready'
        AND submission.result IS NOT NULL AND NOT EXISTS (SELECT 1 FROM exercise_submissions AS newer
          WHERE newer.client_id = submission.client_id AND newer.team_group_id = submission.team_group_id
            AND newer.item_id = submission.item_id AND newer.correction_state = 'published'
            AND newer.submitted_at > submission.submitted_at)
      ON CONFLICT (registration_id, item_id) DO UPDATE SET status = excluded.status, score_scaled = excluded.score_scaled,
        first_at = coalesce(item_progress.first_at, excluded.first_at),
        last_at = max(coalesce(item_progress.last_at, excluded.last_at), excluded.last_at), completed_at = excluded.completed_at,
        source = excluded.source, updated_at = excluded.updated_at
      WHERE (item_progress.status, item_progress.score_scaled, item_progress.completed_at, item_progress.source)
        IS NOT (excluded.status, excluded.score_scaled, excluded.completed_at, excluded.source)`,
    indexed: { entity: "registration", id: registrationId },
  };
}

/** Publishes a correction that is ready. @param now instant (ms) */
export function publishCorrection({ id }: Pick<Correctable, "id">, now: number): SQL {
  return sql`UPDATE exercise_submissions SET correction_state = 'published', published_at = ${now}, updated_at = ${now}
    WHERE id = ${id} AND +client_id = ${thisClient} AND correction_state = 'ready'`;
}
