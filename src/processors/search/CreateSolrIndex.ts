import { z } from "zod";
import { defineProcessor } from "../contract.ts";
import { buildCounts, buildCursor, buildIndexes, indexNames } from "../patterns/build-index.ts";
import { isBuilt } from "./backend.ts";

/** Handbook, catalogue: CreateSolrIndex. An index about which nothing has changed is left alone, unless the job wants it otherwise. */
export const CreateSolrIndex = defineProcessor({
  id: "CreateSolrIndex",
  group: "search",
  title: "Build search indexes",
  summary:
    "Builds the indexes of the search for catalogue, courses, media and people anew, where something has changed.",
  scope: "client",
  store: "learning",
  load: "heavy",
  suggestedCron: "0 30 * * * ?",
  after: [],
  minimumPeriodSeconds: 1800,
  // What a build removes is known only once it has written.
  dryRun: "lower_bound",
  parameters: z.strictObject({
    indexes: indexNames,
    skipUnchanged: z
      .boolean()
      .default(true)
      .describe("Leave an index alone that is ready and about which nothing has changed since its last build"),
  }),
  cursor: buildCursor,
  counts: [...buildCounts, "unchanged"],
  run(context) {
    const { skipUnchanged } = context.parameters;
    return buildIndexes<"unchanged">(context, {
      kinds: ["search"],
      isDue: (index, server) =>
        !skipUnchanged || index.state !== "ready" || index.changed === 1 || !isBuilt(index, server),
      leftAlone: { unchanged: 1 },
    });
  },
});
