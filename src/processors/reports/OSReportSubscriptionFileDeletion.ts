import { z } from "zod";
import { keyList, markFilesDeleted, selectRecordedKeys } from "../../learning/file-rows.ts";
import { type OutdatedFile, selectOldReports } from "../../learning/reports/outdated-files.ts";
import { filePrefix } from "../../learning/reports/subscription.ts";
import { addDays, startOfDay } from "../../time/day.ts";
import { defineProcessor } from "../contract.ts";
import { deleteFiles, deleteRecordedFiles, fileCounts, fileDeletion } from "../patterns/delete-files.ts";
import { phaseCursor, phases } from "../patterns/phases.ts";

/** Files that have rows, by their rows; then objects that no row tells of, by the listing. */
const at = { files: z.strictObject({ storedAt: z.int(), id: z.int() }), orphans: fileDeletion };

/** Handbook, catalogue: OSReportSubscriptionFileDeletion. */
export const OSReportSubscriptionFileDeletion = defineProcessor({
  id: "OSReportSubscriptionFileDeletion",
  group: "reports",
  title: "Delete old report files",
  summary: "Deletes files of subscribed reports that are older than some days, but for each recipient's newest.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 15 22 ? * 7",
  after: [],
  dryRun: "exact",
  parameters: z.strictObject({
    olderThanDays: z
      .int()
      .min(1)
      .max(3650)
      .default(7)
      .describe("Files are deleted that were stored more than this many days ago"),
    keepLatest: z
      .boolean()
      .default(true)
      .describe("Keep the newest file of each subscription and recipient, however old it is"),
  }),
  cursor: phaseCursor(at),
  // What was deleted is found no more, and a page of one listing means nothing to another.
  nextRunFrom: () => null,
  counts: [...fileCounts, "orphans"],
  run: (context) => {
    const { run, rows, now, today, timeZone, parameters } = context;
    const { olderThanDays, keepLatest } = parameters;
    const before = startOfDay(addDays(today, -olderThanDays), timeZone);
    return phases(context.cursor, at, {
      files: (cursor) =>
        deleteRecordedFiles<{ storedAt: number; id: number }, OutdatedFile, "orphans">(
          { ...context, cursor },
          {
            what: "report files",
            find: (after, limit) => selectOldReports(before, keepLatest, after, limit),
            keyOf: ({ storedAt, id }) => ({ storedAt, id }),
            record: (old) => [markFilesDeleted(keyList(old.map(({ key }) => key)), now)],
          },
        ),
      orphans: (cursor) =>
        deleteFiles<"orphans">(
          { ...context, cursor },
          {
            what: "report files without a row",
            prefix: filePrefix(run.clientId),
            isOld: ({ uploadedAt }) => uploadedAt < before,
            choose: async (old) => {
              const recorded = await rows.all(selectRecordedKeys(old.map(({ key }) => key)));
              const keys = new Set(recorded.map(({ key }) => key));
              return { files: old.filter(({ key }) => !keys.has(key)) };
            },
            orphans: "orphans",
          },
        ),
    });
  },
});
