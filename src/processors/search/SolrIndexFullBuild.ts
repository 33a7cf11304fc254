import { z } from "zod";
import { defineProcessor } from "../contract.ts";
import { buildCounts, buildCursor, buildIndexes, indexNames } from "../patterns/build-index.ts";
import { isBuilt } from "./backend.ts";

/**
 * Handbook, catalogue: SolrIndexFullBuild. Indexes of reports on learning paths are built every time, since no single change says what
 * they show.
 */
export const SolrIndexFullBuild = defineProcessor({
  id: "SolrIndexFullBuild",
  javaClass: "de.imc.clix.core.solr.SolrIndexFullBuildJob",
  group: "search",
  title: "Build report indexes",
  summary: "Builds report indexes that are missing or not available, and those of learning paths every time.",
  scope: "client",
  store: "learning",
  load: "heavy",
  suggestedCron: "0 43 4 * * ?",
  after: ["ProgramStatusUpdateForLearners", "SkillTermination"],
  // What a build removes is known only once it has written.
  dryRun: "lower_bound",
  parameters: z.strictObject({ indexes: indexNames }),
  cursor: buildCursor,
  counts: buildCounts,
  run: (context) =>
    buildIndexes<never>(context, {
      kinds: ["report", "report_learning_path"],
      isDue: (index, server) =>
        index.kind === "report_learning_path" || index.state !== "ready" || !isBuilt(index, server),
    }),
});
