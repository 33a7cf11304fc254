import { z } from "zod";
import { nodes } from "../../control/schema.ts";
import { isSafeKey } from "../../files/keys.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { nowAsOf } from "../as-of.ts";
import { defineProcessor, noAction } from "../contract.ts";
import { deleteFiles, fileCounts, fileDeletion } from "../patterns/delete-files.ts";

const HOUR_MS = 3_600_000;

/**
 * Handbook, catalogue: DefaultTempDirDeleteIlsEntries. A node's scratch area stands for the temporary directory of an application server. The
 * node's object itself keeps texts and person searches only, nothing temporary.
 */
export const DefaultTempDirDeleteIlsEntries = defineProcessor({
  id: "DefaultTempDirDeleteIlsEntries",
  group: "platform",
  title: "Delete scratch files of nodes",
  summary: "Deletes old files in the scratch area of each node whose name starts as the job says.",
  scope: "node",
  eachNode: true,
  store: "control",
  load: "light",
  suggestedCron: "0 30 23 * * ?",
  after: [],
  confirm: "destructive",
  dryRun: "exact",
  parameters: z.strictObject({
    prefix: z
      .string()
      .max(100)
      .refine((prefix) => isSafeKey(`${prefix}x`) && !prefix.includes("/"), {
        message: "Enter the beginning of a file name, without slashes; leave it empty for all files",
      })
      .default("ils")
      .describe("How the names of the files start; empty: all files"),
    olderThanHours: z.int().min(1).max(87_600).default(24).describe("Hours since a file was written, at least"),
  }),
  cursor: fileDeletion,
  // What was deleted is listed no more, and a page of one listing means nothing to another.
  nextRunFrom: () => null,
  counts: fileCounts,
  async *run(context) {
    const { run, rows, parameters } = context;
    const wanted = run.nodeId === "" ? sql`` : sql`WHERE id = ${run.nodeId}`;
    const node = await rows.first(select(nodes, ["id"], sql`${wanted} ORDER BY id`));
    if (!node) return noAction(run.nodeId === "" ? "There is no node yet" : `The node ${run.nodeId} is gone`);
    const limit = nowAsOf(context) - parameters.olderThanHours * HOUR_MS;
    return yield* deleteFiles(context, {
      what: "scratch files",
      prefix: `n/${node.id}/tmp/${parameters.prefix}`,
      isOld: ({ uploadedAt }) => uploadedAt < limit,
      unrecorded: true,
    });
  },
});
