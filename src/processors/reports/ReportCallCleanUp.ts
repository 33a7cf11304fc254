import { z } from "zod";
import { keyList, markFilesDeleted } from "../../learning/file-rows.ts";
import {
  deleteCalls,
  failCalls,
  type OverdueCall,
  type OverdueResult,
  selectOverdueCalls,
  selectOverdueResults,
  selectStuckCalls,
} from "../../learning/reports/calls.ts";
import { leadHit } from "../../store/change.ts";
import { sql } from "../../store/sql.ts";
import { nowAsOf } from "../as-of.ts";
import { defineProcessor, type RunContext, type Step } from "../contract.ts";
import { deleteRecordedFiles, fileCounts } from "../patterns/delete-files.ts";
import { deleteRows } from "../patterns/delete-rows.ts";
import { pages } from "../patterns/pages.ts";
import { phaseCursor, phases } from "../patterns/phases.ts";

const HOUR = 3_600_000;
const hours = z.int().min(1).max(8760);
const parameters = z.strictObject({
  keepHours: hours.default(24).describe("Calls that failed are deleted once they ended more than this many hours ago"),
  stuckHours: hours.default(6).describe("Calls without a result after this many hours have failed"),
});
type Context = RunContext<z.output<typeof parameters>>;

const byId = z.strictObject({ id: z.int() });
const at = { stuck: byId, results: byId, calls: byId };
const idsOf = (rows: readonly OverdueCall[]) =>
  sql`(SELECT value FROM json_each(${JSON.stringify(rows.map(({ id }) => id))}))`;

/** Handbook, catalogue: ReportCallCleanUp. */
export const ReportCallCleanUp = defineProcessor({
  id: "ReportCallCleanUp",
  javaClass: "de.imc.clix.report.externalreport.job.ReportCallCleanupJob",
  group: "reports",
  title: "Delete old report calls",
  summary:
    "Deletes calls of external reports that expired or failed, with their results, and ends those that got stuck.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 45 22 * * ?",
  after: [],
  dryRun: "exact",
  parameters,
  cursor: phaseCursor(at),
  // What went is found no more.
  nextRunFrom: () => null,
  counts: [...fileCounts, "stuck"],
  run: (context) => {
    const instant = nowAsOf(context);
    const limits = { expiredBefore: instant, failedBefore: instant - context.parameters.keepHours * HOUR };
    return phases(context.cursor, at, {
      stuck: (cursor) => endStuck(context, cursor, instant - context.parameters.stuckHours * HOUR),
      results: (cursor) =>
        deleteRecordedFiles<OverdueCall, OverdueResult, "stuck">(
          { ...context, cursor },
          {
            what: "results of report calls",
            find: (from, limit) => selectOverdueResults(limits, from?.id ?? 0, limit),
            keyOf: ({ id }) => ({ id }),
            record: (calls) => [
              deleteCalls(limits, idsOf(calls)),
              sql`${markFilesDeleted(keyList(calls.map(({ key }) => key)), context.now)} AND ${leadHit}`,
            ],
          },
        ),
      calls: (cursor) =>
        deleteRows<OverdueCall, "deleted">(
          { ...context, cursor },
          {
            entity: "report_call",
            find: (from, limit) => selectOverdueCalls(limits, from?.id ?? 0, limit),
            remove: (ids) => deleteCalls(limits, ids),
            count: "deleted",
          },
        ),
    });
  },
});

async function* endStuck(
  { rows, parameters, now }: Context,
  cursor: OverdueCall | null,
  before: number,
): AsyncGenerator<Step<OverdueCall, "stuck">, void> {
  const read = (after: OverdueCall) => rows.all(selectStuckCalls(before, after.id, parameters.chunkSize));
  for await (const page of pages(cursor ?? { id: 0 }, read, ({ id }) => ({ id }))) {
    const ref = `report_call:${page.rows[0]?.id}–${page.after.id}`;
    const write = { write: failCalls(before, idsOf(page.rows), now), count: "stuck" } as const;
    yield { units: [{ ref, rows: page.rows.length, writes: [write] }], cursor: page.after };
  }
}
