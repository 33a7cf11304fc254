import { CheckSolrAvailability as processor } from "../../../../src/processors/search/CheckSolrAvailability.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import type { Scenario } from "../../suite/scenario.ts";

/** An index that has its documents, and two that lost theirs: one of the search, one of a report. */
export const CheckSolrAvailability: Scenario = {
  processor,
  parameters: {},
  badParameters: [
    [{ minPct: 0 }, "minPct"],
    [{ giveUpAfterMinutes: 1 }, "giveUpAfterMinutes"],
  ],
  counts: { indexes: 3, lost: 2, rebuildsRequested: 2 },
  async seed({ database }, bystanders) {
    const index = (id: number, entity: string, kind: string) => ({
      id,
      entity,
      kind,
      name: entity,
      state: "ready",
      built_with: "fts",
      expected_docs: 2,
    });
    await insertForBoth(database, "search_indexes", (own) => [
      index(own(1), "catalogue", "search"),
      index(own(2), "media", "search"),
      index(own(3), "person", "report"),
    ]);
    await insertForBoth(database, "search_documents", (own) => [{ index_id: own(1), entity_id: own(1) }]);
    await insertForBoth(database, "jobs", (own) => [{ id: own(1), name: "Build", processor: "CreateSolrIndex" }]);
    await insertForBoth(database, "triggers", (own) => [{ job_id: own(1), time_zone: "UTC" }]);
    await insertBystanders(database, "messages", bystanders, (id) => ({ id, dedupe_key: `m${id}` }));
  },
};
