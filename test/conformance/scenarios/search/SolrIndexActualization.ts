import { SolrIndexActualization as processor } from "../../../../src/processors/search/SolrIndexActualization.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import type { Scenario } from "../../suite/scenario.ts";

/** Two indexes behind some changes: of a registration, of a component with two, of a person, and of a registration that is gone. */
export const SolrIndexActualization: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ maxChanges: 0 }, "maxChanges"],
    [{ indexes: [] }, "indexes"],
  ],
  counts: { changes: 5, upserts: 5, deletes: 1 },
  async seed({ database }, bystanders) {
    await insertForBoth(database, "persons", (own) => [1, 2].map((id) => ({ id: own(id) })));
    await insertForBoth(database, "components", (own) => [1, 2].map((id) => ({ id: own(id) })));
    await insertForBoth(database, "registrations", (own) => [
      { id: own(1), person_id: own(1), component_id: own(1) },
      { id: own(2), person_id: own(2), component_id: own(1) },
      { id: own(3), person_id: own(2), component_id: own(2) },
    ]);
    const index = (id: number, entity: string) => ({
      id,
      entity,
      kind: "report",
      name: entity,
      state: "ready",
      built_with: "fts",
    });
    await insertForBoth(database, "search_indexes", (own) => [index(own(1), "registration"), index(own(2), "person")]);
    await insertForBoth(database, "search_documents", (own) => [
      { index_id: own(1), entity_id: own(9), title: "Gone" },
      { index_id: own(1), entity_id: own(1), title: "Old" },
    ]);
    await insertForBoth(database, "index_changes", (own) => [
      { entity: "registration", entity_id: own(1) },
      { entity: "component", entity_id: own(1) },
      { entity: "registration", entity_id: own(9), op: "delete" },
      { entity: "person", entity_id: own(2) },
    ]);
    await insertBystanders(database, "messages", bystanders, (id) => ({ id, dedupe_key: `m${id}` }));
  },
};
