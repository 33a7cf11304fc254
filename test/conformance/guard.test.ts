import { z } from "zod";
import { components } from "../../src/learning/schema.ts";
import { defineProcessor, type Processor } from "../../src/processors/contract.ts";
import { afterId, changeRows } from "../../src/processors/patterns/change-rows.ts";
import { select } from "../../src/store/select.ts";
import { sql } from "../../src/store/sql.ts";
import { thisClient } from "../../src/store/statement.ts";
import { plain } from "../harness/runner/processors.ts";
import { conform } from "./suite/conform.ts";
import { insertBystanders, insertForBoth } from "./suite/rows.ts";
import type { Scenario } from "./suite/scenario.ts";

/** Looks at every course, whether or not there is anything to change: what its guards match decides. */
const processor = defineProcessor<z.ZodObject, { after: number }, "completed", string>({
  ...plain,
  id: "CompletesReleasedCourses",
  parameters: z.strictObject({}),
  cursor: afterId,
  counts: ["completed"],
  run: (context) =>
    changeRows(context, {
      entity: "course",
      find: (after, limit) =>
        select(
          components,
          ["id"],
          sql`WHERE client_id = ${thisClient} AND id > ${after} AND kind = 'course' ORDER BY id LIMIT ${limit}`,
        ),
      change: ({ id }) => [
        {
          write: sql`UPDATE components SET planning_status = 'completed'
            WHERE client_id = ${thisClient} AND id = ${id} AND planning_status = 'released'`,
          count: "completed",
          audit: { entity: "component", id, action: "complete" },
          indexed: "component",
        },
      ],
    }),
}) as Processor;

/** A step of 200 units, of which `released` find their course as their guard wants it. */
const ofTwoHundred = (released: number): Scenario => ({
  processor,
  name: `a step of 200 units whose guards match ${released === 0 ? "nothing" : `${released} of them`}`,
  parameters: { chunkSize: 200 },
  badParameters: [],
  ...(released === 0 ? { ends: "no_action" } : {}),
  counts: { skipped: 200 - released, ...(released === 0 ? {} : { completed: released, changed: released }) },
  again: "no_action",
  async seed({ database }, bystanders) {
    await insertForBoth(database, "components", () =>
      Array.from({ length: 200 }, (_, index) => ({ planning_status: index < released ? "released" : "cancelled" })),
    );
    await insertBystanders(database, "components", bystanders, () => ({ kind: "template" }));
  },
});

conform(ofTwoHundred(0), ofTwoHundred(1));
