import { z } from "zod";
import { settings } from "../../control/clients/setting-definitions.ts";
import { certificateFolder } from "../../learning/certificates/file-name.ts";
import { loseFiles } from "../../learning/certificates/renames.ts";
import { addLocalDays } from "../../time/day.ts";
import { nowAsOf } from "../as-of.ts";
import { defineProcessor, noAction } from "../contract.ts";
import { deleteFiles, fileCounts, fileDeletion } from "../patterns/delete-files.ts";

/**
 * Handbook, catalogue: DeleteCreatedCertificatesJob. It goes through the objects, not through the rows: an object that no row tells
 * of is deleted too. The certificates stay, and are never made again.
 */
export const DeleteCreatedCertificatesJob = defineProcessor({
  id: "DeleteCreatedCertificatesJob",
  group: "skills",
  title: "Delete old certificate files",
  summary: "Deletes the files of certificates that are older than the client keeps them; the certificates stay.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 30 3 ? * 1",
  after: [],
  confirm: "destructive",
  dryRun: "exact",
  parameters: z.strictObject({}),
  cursor: fileDeletion,
  // What was deleted is listed no more, and a page of one listing means nothing to another.
  nextRunFrom: () => null,
  counts: fileCounts,
  async *run(context) {
    const { configuration, timeZone, run, now } = context;
    const setting = settings.certificateExportDeleteAfterDays;
    const days = await configuration.read(setting);
    if (days === undefined)
      return noAction(`Setting ${setting.key} is undefined: files of certificates are kept for good`);
    const limit = addLocalDays(nowAsOf(context), -days, timeZone);
    return yield* deleteFiles(context, {
      what: "files of certificates",
      prefix: certificateFolder(run.clientId),
      isOld: ({ uploadedAt }) => uploadedAt < limit,
      also: (keys) => loseFiles(keys, now),
    });
  },
});
