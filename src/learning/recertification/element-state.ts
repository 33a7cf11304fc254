import type { SQL } from "drizzle-orm";
import { leadHit } from "../../store/change.ts";
import { among } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { takeLocks, writeLocks } from "../completion/locks.ts";
import type { Learner } from "../syllabus/finishes.ts";
import type { Element } from "../syllabus/syllabus.ts";

/**
 * What the periods of a section do to the elements of one registration. All are later writes of the unit that moves the period, and
 * nothing where that did not move. `now`: instant (ms).
 */

/** Takes the locks off elements. */
export function unlock({ registrationId }: Learner, elements: readonly Element[], now: number): SQL {
  return takeLocks(
    elements.map(({ id }) => [registrationId, id]),
    now,
    leadHit,
  );
}

/** Locks elements; one that nothing was noted of yet gets a row that carries the lock. */
export function lock({ registrationId }: Learner, elements: readonly Element[], now: number): SQL {
  return writeLocks(
    elements.map(({ id }) => [registrationId, id]),
    now,
    leadHit,
  );
}

/** Sets the progress of media back to where nothing was attempted; when they were begun for the first time stays. */
export function resetProgress({ registrationId }: Learner, elements: readonly Element[], now: number): SQL {
  return sql`UPDATE item_progress SET status = 'not_attempted', score_scaled = NULL, completed_at = NULL, updated_at = ${now}
    WHERE +client_id = ${thisClient} AND registration_id = ${registrationId} AND item_id IN ${among(elements.map(({ id }) => id))}
      AND status <> 'not_attempted' AND ${leadHit}`;
}

/** Puts the attempts at media aside that were made for this registration, or for none that is known; previews stay. */
export function archiveAttemptsAt(
  { registrationId, personId }: Learner,
  elements: readonly Element[],
  now: number,
): SQL {
  const media = elements.flatMap(({ mediaId }) => (mediaId === null ? [] : [mediaId]));
  return sql`UPDATE attempts SET archived = 1, updated_at = ${now}
    WHERE client_id = ${thisClient} AND person_id = ${personId} AND media_id IN ${among(media)} AND archived = 0 AND is_preview = 0
      AND (registration_id IS NULL OR (registration_id = ${registrationId}
        AND (item_id IS NULL OR item_id IN ${among(elements.map(({ id }) => id))})))
      AND ${leadHit}`;
}
