import { CreateSolrIndex as processor } from "../../../../src/processors/search/CreateSolrIndex.ts";
import { FakeSolr } from "../../../harness/solr/fake-solr.ts";
import { addSolr, searchConnectors } from "../../../processors/search/stage.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import type { Scenario } from "../../suite/scenario.ts";

/** Every stage has a server of its own; the connector's address is made to lead there. */
const ADDRESS = "https://search.example.com";

const badParameters: Scenario["badParameters"] = [
  [{ indexes: "people" }, "indexes"],
  [{ skipUnchanged: "no" }, "skipUnchanged"],
  [{ chunkSize: 0 }, "chunkSize"],
];

/** Two indexes to build, one of them with a document of a row that is gone, and one about which nothing has changed. */
export const CreateSolrIndex: Scenario = {
  processor,
  name: "in the database",
  parameters: { chunkSize: 2 },
  badParameters,
  // The index about which nothing changed is counted, and later those that were built too.
  counts: { indexes: 2, docs: 6, removed: 1, unchanged: 1 },
  async seed({ database }, bystanders) {
    await insertForBoth(database, "catalogue_items", (own) =>
      [1, 2, 3].map((id) => ({ id: own(id), title: `Course ${id}` })),
    );
    await insertForBoth(database, "media", (own) => [1, 2, 3].map((id) => ({ id: own(id) })));
    await insertForBoth(database, "search_indexes", (own) => [
      { id: own(1) },
      { id: own(2), name: "media", entity: "media", state: "building" },
      { id: own(3), name: "people", entity: "person", state: "ready", built_with: "fts", last_change_id: 1 },
    ]);
    await insertForBoth(database, "search_documents", (own) => [
      { index_id: own(1), entity_id: own(9), title: "Gone" },
      { index_id: own(3), entity_id: own(9), title: "Unchanged" },
    ]);
    await insertForBoth(database, "index_changes", (own) => [{ entity: "media", entity_id: own(1), at: 0 }]);
    await insertBystanders(database, "messages", bystanders, (id) => ({ id, dedupe_key: `m${id}` }));
  },
};

/** The same at a server of its own. */
export const CreateSolrIndexAtServer: Scenario = {
  ...CreateSolrIndex,
  name: "at a server",
  badParameters: [],
  counts: { indexes: 1, docs: 3 },
  async seed({ database }, bystanders) {
    await insertForBoth(database, "media", (own) => [1, 2, 3].map((id) => ({ id: own(id) })));
    await insertForBoth(database, "search_indexes", (own) => [
      { id: own(2), name: "media", entity: "media", backend: "solr" },
    ]);
    await addSolr(database, ADDRESS);
    await addSolr(database, ADDRESS, { clientId: 2 });
    await insertBystanders(database, "messages", bystanders, (id) => ({ id, dedupe_key: `m${id}` }));
  },
  async ports({ database, clock }) {
    const server = await FakeSolr.start("suite");
    const send = async (request: Request) => {
      const { pathname, search } = new URL(request.url);
      const { method, headers } = request;
      const body = method === "GET" ? {} : { body: await request.text() };
      return fetch(new Request(`${server.url}${pathname}${search}`, { method, headers, ...body }));
    };
    return { connectorsFor: searchConnectors(database, clock, send) };
  },
  remembers: true,
  // When the connector was last found well.
  volatile: ["connectors.last_ok_at"],
};
