import { SolrIndexFullBuild as processor } from "../../../../src/processors/search/SolrIndexFullBuild.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import type { Scenario } from "../../suite/scenario.ts";

/** An index that was asked for, one that was left building, one that is ready, and one of learning paths, with a document of a row that is gone. */
export const SolrIndexFullBuild: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ indexes: [""] }, "indexes.0"],
    [{ maxChanges: 5 }, "maxChanges"],
  ],
  counts: { indexes: 3, docs: 6, removed: 1 },
  async seed({ database }, bystanders) {
    await insertForBoth(database, "persons", (own) => [1, 2].map((id) => ({ id: own(id) })));
    await insertForBoth(database, "components", (own) => [
      { id: own(1) },
      { id: own(2), kind: "learning_path", title: "Path" },
    ]);
    await insertForBoth(database, "registrations", (own) => [
      { id: own(1), person_id: own(1), component_id: own(1) },
      { id: own(2), person_id: own(2), component_id: own(1), status: "passed" },
      { id: own(3), person_id: own(2), component_id: own(2) },
    ]);
    const report = (id: number, entity: string, state: string, kind = "report") => ({
      id,
      kind,
      entity,
      state,
      name: entity,
      built_with: state === "ready" ? "fts" : null,
    });
    await insertForBoth(database, "search_indexes", (own) => [
      report(own(1), "registration", "full_build_requested"),
      report(own(2), "person", "building"),
      report(own(3), "skill", "ready"),
      report(own(4), "learning_path", "ready", "report_learning_path"),
    ]);
    await insertForBoth(database, "search_documents", (own) => [
      { index_id: own(4), entity_id: own(9), title: "Gone" },
    ]);
    await insertBystanders(database, "messages", bystanders, (id) => ({ id, dedupe_key: `m${id}` }));
  },
  // Indexes of learning paths are built every time; the documents are the same.
  again: "ok",
  volatile: ["search_documents.build_id", "search_indexes.last_full_at", "search_indexes.updated_at"],
};
