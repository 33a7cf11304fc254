import { z } from "zod";
import { attempts } from "../../learning/schema.ts";
import { leadHit } from "../../store/change.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { defineProcessor, type Step } from "../contract.ts";
import { deleteRows } from "../patterns/delete-rows.ts";
import { phaseCursor, phases } from "../patterns/phases.ts";
import {
  deletePreviewEntries,
  type PreviewContext,
  previewKey,
  previewParameters,
  previewsBefore,
} from "./preview-entries.ts";

const attemptKey = z.strictObject({ startedAt: z.int(), id: z.int() });
type AttemptKey = z.output<typeof attemptKey>;
const at = { entries: previewKey, attempts: attemptKey };

/** Handbook, catalogue: CleanUpPreviewEntries. Attempts made in a preview go with what their packages kept. */
export const CleanUpPreviewEntries = defineProcessor({
  id: "CleanUpPreviewEntries",
  group: "courses",
  title: "Delete old previews",
  summary: "Deletes old entries of the preview log and attempts made in a preview, so that they never count as access.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 10 23 * * ?",
  after: [],
  dryRun: "exact",
  parameters: previewParameters,
  cursor: phaseCursor(at),
  counts: ["entries", "attempts"],
  run: (context) =>
    phases<typeof at, "entries" | "attempts">(context.cursor, at, {
      entries: (cursor) => deletePreviewEntries({ ...context, cursor }),
      attempts: (cursor) => deletePreviewAttempts({ ...context, cursor }),
    }),
});

function deletePreviewAttempts(
  context: PreviewContext<AttemptKey>,
): AsyncGenerator<Step<AttemptKey, "attempts">, undefined> {
  const before = previewsBefore(context);
  // Nothing ends before it starts: the first condition is the second's part that the index knows.
  const old = sql`is_preview = 1 AND started_at < ${before} AND coalesce(ended_at, started_at) < ${before}`;
  return deleteRows<AttemptKey, "attempts">(context, {
    entity: "attempt",
    count: "attempts",
    find: (after, limit) =>
      select(
        attempts,
        ["startedAt", "id"],
        sql`WHERE client_id = ${thisClient} AND ${old} AND (started_at, id) > (${after?.startedAt ?? -1}, ${after?.id ?? 0})
          ORDER BY started_at, id LIMIT ${limit}`,
      ),
    // The unary plus: by the ids, not by an index of all the client's attempts.
    remove: (ids) => sql`DELETE FROM attempts WHERE id IN ${ids} AND +client_id = ${thisClient} AND +${old}`,
    also: (ids) => sql`DELETE FROM cmi_data WHERE client_id = ${thisClient} AND attempt_id IN ${ids} AND ${leadHit}
      AND NOT EXISTS (SELECT 1 FROM attempts WHERE attempts.id = cmi_data.attempt_id)`,
  });
}
