import { z } from "zod";
import { keyList, markFilesDeleted } from "../../learning/file-rows.ts";
import {
  forgetFiles,
  type OutdatedFile,
  type StoredFileKey,
  selectForgottenFiles,
  selectOutdatedFiles,
} from "../../learning/reports/outdated-files.ts";
import { addDays, addLocalDays, startOfDay } from "../../time/day.ts";
import { nowAsOf } from "../as-of.ts";
import { defineProcessor } from "../contract.ts";
import { deleteRecordedFiles, fileCounts } from "../patterns/delete-files.ts";
import { deleteRows } from "../patterns/delete-rows.ts";
import { phaseCursor, phases } from "../patterns/phases.ts";

/** The row of a deleted file tells its link for this long (days) that the file was there. */
export const DAYS_OF_DELETED = 90;

const key = z.strictObject({ storedAt: z.int(), id: z.int() });
const at = { reports: key, exports: key, reportRows: key, exportRows: key };

/** Handbook, catalogue: RemoveOutdatedReportsJob. */
export const RemoveOutdatedReportsJob = defineProcessor({
  id: "RemoveOutdatedReportsJob",
  group: "reports",
  title: "Delete outdated reports",
  summary: "Deletes files of reports and exports that were stored some days ago or earlier, without an exception.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 30 22 * * ?",
  after: [],
  dryRun: "exact",
  parameters: z.strictObject({
    olderThanDays: z
      .int()
      .min(1)
      .max(3650)
      .default(10)
      .describe("Files are deleted that were stored this many days ago or earlier"),
  }),
  cursor: phaseCursor(at),
  // What was deleted is found no more.
  nextRunFrom: () => null,
  counts: [...fileCounts, "forgotten"],
  run: (context) => {
    const { now, today, timeZone, parameters } = context;
    const before = startOfDay(addDays(today, 1 - parameters.olderThanDays), timeZone);
    const deletedBefore = addLocalDays(nowAsOf(context), -DAYS_OF_DELETED, timeZone);
    const files = (kind: "report" | "report_export", cursor: StoredFileKey | null) =>
      deleteRecordedFiles<StoredFileKey, OutdatedFile, "forgotten">(
        { ...context, cursor },
        {
          what: kind === "report" ? "report files" : "exports",
          find: (after, limit) => selectOutdatedFiles(kind, before, after, limit),
          keyOf: ({ storedAt, id }) => ({ storedAt, id }),
          record: (old) => [markFilesDeleted(keyList(old.map((file) => file.key)), now)],
        },
      );
    const rows = (kind: "report" | "report_export", cursor: StoredFileKey | null) =>
      deleteRows<StoredFileKey, "forgotten">(
        { ...context, cursor },
        {
          entity: "file",
          find: (after, limit) => selectForgottenFiles(kind, deletedBefore, after, limit),
          remove: (ids) => forgetFiles(kind, deletedBefore, ids),
          count: "forgotten",
        },
      );
    return phases(context.cursor, at, {
      reports: (cursor) => files("report", cursor),
      exports: (cursor) => files("report_export", cursor),
      reportRows: (cursor) => rows("report", cursor),
      exportRows: (cursor) => rows("report_export", cursor),
    });
  },
});
