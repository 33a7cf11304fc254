import { z } from "zod";
import { componentPreviewLog } from "../../learning/schema.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { nowAsOf } from "../as-of.ts";
import type { RunContext, Step } from "../contract.ts";
import { deleteRows } from "../patterns/delete-rows.ts";

const HOUR_MS = 3_600_000;

/** The parameters of the two processors that delete previews. */
export const previewParameters = z.strictObject({
  maxAgeHours: z.int().min(1).max(87_600).default(24).describe("Hours after which a preview is deleted"),
});

/** The last entry of the preview log that was deleted, by when it was last updated (ms). */
export const previewKey = z.strictObject({ lastUpdatedAt: z.int(), id: z.int() });
type Key = z.output<typeof previewKey>;

/** What deleting previews works with. */
export type PreviewContext<C> = Pick<
  RunContext<z.output<typeof previewParameters>, C>,
  "rows" | "cursor" | "run" | "now" | "timeZone" | "parameters"
>;

/** The instant (ms) before which previews are deleted. */
export function previewsBefore(context: Omit<PreviewContext<unknown>, "cursor">): number {
  return nowAsOf(context) - context.parameters.maxAgeHours * HOUR_MS;
}

/** Deletes the client's entries of the preview log, of every role, that were last updated longer ago than the job says. */
export function deletePreviewEntries(context: PreviewContext<Key>): AsyncGenerator<Step<Key, "entries">, undefined> {
  const old = sql`last_updated_at < ${previewsBefore(context)}`;
  return deleteRows<Key, "entries">(context, {
    entity: "preview",
    count: "entries",
    find: (after, limit) =>
      select(
        componentPreviewLog,
        ["lastUpdatedAt", "id"],
        sql`WHERE client_id = ${thisClient} AND ${old} AND (last_updated_at, id) > (${after?.lastUpdatedAt ?? -1}, ${after?.id ?? 0})
          ORDER BY last_updated_at, id LIMIT ${limit}`,
      ),
    // The unary plus: by the ids, not by an index of all the client's entries.
    remove: (ids) =>
      sql`DELETE FROM component_preview_log WHERE id IN ${ids} AND +client_id = ${thisClient} AND +${old}`,
  });
}
