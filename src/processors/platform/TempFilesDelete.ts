import { z } from "zod";
import type { FileEntry } from "../../files/files.ts";
import { keyList } from "../../learning/file-rows.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { nowAsOf } from "../as-of.ts";
import { defineProcessor, type RunContext } from "../contract.ts";
import { deleteFiles, fileCounts, fileDeletion } from "../patterns/delete-files.ts";
import { phaseCursor, phases } from "../patterns/phases.ts";

const HOUR_MS = 3_600_000;
/** How long a file may be in use before a run says so, ms. */
const LONG_MS = 30 * 24 * HOUR_MS;

const at = { own: fileDeletion, shared: fileDeletion };

/**
 * Handbook, catalogue: TempFilesDelete. The client's own temporary files first, then those at the level of the bucket, which no row tells of
 * and which every client's run may delete.
 */
export const TempFilesDelete = defineProcessor({
  id: "TempFilesDelete",
  group: "platform",
  title: "Delete temporary files",
  summary: "Deletes temporary files that are old and that nothing uses.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 1 1 1 * ?",
  after: [],
  confirm: "destructive",
  dryRun: "exact",
  parameters: z.strictObject({
    olderThanHours: z.int().min(1).max(87_600).default(24).describe("Hours since a file was written, at least"),
  }),
  cursor: phaseCursor(at),
  // What was deleted is listed no more, and a page of one listing means nothing to another.
  nextRunFrom: () => null,
  counts: [...fileCounts, "listed", "longInUse"],
  run: (context) => {
    const limit = nowAsOf(context) - context.parameters.olderThanHours * HOUR_MS;
    const isOld = ({ uploadedAt }: FileEntry) => uploadedAt < limit;
    const what = "temporary files";
    return phases(context.cursor, at, {
      own: (from) =>
        deleteFiles(
          { ...context, cursor: from },
          {
            what,
            prefix: `c/${context.run.clientId}/data/temp/`,
            isOld,
            listed: "listed",
            choose: (old) => notInUse(context, old),
          },
        ),
      shared: (from) =>
        deleteFiles({ ...context, cursor: from }, { what, prefix: "temp/", isOld, listed: "listed", unrecorded: true }),
    });
  },
});

/** Those of some old files that nothing uses, and how many have been in use for long: their rows were last written when the use began. */
async function notInUse({ rows, now }: Pick<RunContext, "rows" | "now">, old: readonly FileEntry[]) {
  const used = await rows.all(sql<{
    readonly key: string;
    readonly since: number;
  }>`SELECT key, updated_at AS since FROM files
    WHERE key IN ${keyList(old.map(({ key }) => key))} AND +client_id = ${thisClient} AND in_use = 1`);
  const keys = new Set(used.map(({ key }) => key));
  return {
    files: old.filter(({ key }) => !keys.has(key)),
    counts: { longInUse: used.filter(({ since }) => now - since > LONG_MS).length },
  };
}
