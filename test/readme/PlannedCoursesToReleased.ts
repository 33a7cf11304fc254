// src/processors/courses/PlannedCoursesToReleased.ts
import { z } from "zod";
import { components } from "../../src/learning/schema.ts";
import { defineProcessor } from "../../src/processors/contract.ts";
import { afterId, changeRows } from "../../src/processors/patterns/change-rows.ts";
import { select } from "../../src/store/select.ts";
import { sql } from "../../src/store/sql.ts";
import { thisClient } from "../../src/store/statement.ts";
import { addDays, startOfDay } from "../../src/time/day.ts";

/** Releases planned courses shortly before they start. */
export const PlannedCoursesToReleased = defineProcessor({
  // @ts-expect-error: an id that is not in the list of ids does not compile
  id: "PlannedCoursesToReleased", // what administrators know it by
  group: "courses",
  title: "Release planned courses", // what pages call it; its German, like the summary's, is in src/web/words/catalogue.de.ts
  summary: "Releases planned courses shortly before they start.",
  scope: "client", // a trigger for each client; or "node", "global"
  store: "learning", // where its writes and its checkpoint live
  load: "light", // "heavy": one at a time for a client, a few for a database
  suggestedCron: "0 40 0 * * ?",
  after: [], // processors that it waits for when they are queued or running
  dryRun: "exact",
  // Validates on save, draws the form, and is the only place that knows a parameter.
  parameters: z.strictObject({
    daysAhead: z.int().min(0).max(365).default(14).describe("Days ahead: courses that start within them are released"),
  }),
  cursor: afterId, // where a run stands; a stored one is checked against this schema
  counts: ["released"], // beyond scanned, changed, skipped and failed; counting under another name does not compile
  // Reads and yields; never writes. Time comes in: `today` is the run's local day, `now` the instant of its first start.
  run(context) {
    const { now, today, timeZone, parameters } = context;
    const until = startOfDay(addDays(today, parameters.daysAhead + 1), timeZone);
    return changeRows(context, {
      entity: "course", // each row is a unit, `course:17`, and stands or falls by itself
      find: (after, limit) =>
        select(
          components,
          ["id"],
          sql`WHERE client_id = ${thisClient} AND +id > ${after} AND kind = 'course' AND planning_status = 'planned'
            AND start_at >= ${now} AND start_at < ${until}
          ORDER BY +id LIMIT ${limit}`,
        ),
      change: ({ id }) => [
        {
          // Guarded: a course that another writer changed meanwhile is left alone and counts as skipped.
          write: sql`UPDATE components SET planning_status = 'released', updated_at = ${now}
            WHERE client_id = ${thisClient} AND id = ${id} AND planning_status = 'planned'`,
          // All of this follows from what the write really changed.
          count: "released",
          audit: {
            entity: "component",
            id,
            action: "release",
            before: { planning_status: "planned" },
            after: { planning_status: "released" },
          },
          indexed: "component",
        },
      ],
    });
  },
});
