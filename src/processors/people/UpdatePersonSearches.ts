import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { personSearches } from "../../control/schema.ts";
import { compilePersonSearch } from "../../learning/person-search.ts";
import { columns, type RowOf } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { defineProcessor, type Unit } from "../contract.ts";
import { pushChanges, upToVersion } from "../patterns/push-changes.ts";

/**
 * Handbook, catalogue: UpdatePersonSearches. A search that cannot be compiled travels as deleted, so that the node drops
 * the one it had.
 */
export const UpdatePersonSearches = defineProcessor({
  id: "UpdatePersonSearches",
  group: "people",
  title: "Bring person searches to all nodes",
  summary: "Makes changed configurations of the search for people known on all nodes.",
  scope: "node",
  eachNode: true,
  store: "control",
  load: "light",
  suggestedCron: "0 5/15 * * * ?",
  after: [],
  misfire: "skip",
  dryRun: "exact",
  parameters: z.strictObject({
    force: z.boolean().default(false).describe("Send all searches again, not only those that the node lacks"),
  }),
  cursor: upToVersion,
  counts: ["configs"],
  run: (context) =>
    pushChanges(context, {
      kind: "person_searches",
      what: "person searches",
      column: "searchConfigVersion",
      all: context.parameters.force,
      find: changedSearches,
      pack: (page) => {
        const judged = page.map(judge);
        const failed = judged.flatMap(({ failed }) => failed ?? []);
        const sent = judged.length - failed.length;
        return { items: judged.map(({ item }) => item), counts: sent > 0 ? { configs: sent } : {}, failed };
      },
    }),
});

const searchColumns = columns(personSearches, ["id", "clientId", "name", "config", "deleted", "version"], "search");
type SearchRow = RowOf<typeof searchColumns>;

/** Searches of active clients above a version, deleted ones too; all of one version come together. */
function changedSearches(after: number, limit: number): SQL<SearchRow> {
  const ofActive = sql`FROM person_searches AS search CROSS JOIN clients AS client ON client.id = search.client_id
    WHERE search.version > ${after} AND client.status = 'active'`;
  return sql`SELECT ${searchColumns} ${ofActive} AND search.version <= (
      SELECT max(version) FROM (SELECT search.version ${ofActive} ORDER BY search.version LIMIT ${limit}))
    ORDER BY search.version, search.id`;
}

/** What a node is sent of a search, and the failure of one that cannot be compiled. */
function judge({ id, clientId, name, config, deleted, version }: SearchRow): {
  readonly item: SentSearch;
  readonly failed?: Unit<"configs">;
} {
  const item = { client_id: clientId, id, name, version };
  if (deleted) return { item: { ...item, config: null } };
  const compiled = compilePersonSearch(config);
  if (compiled.ok) return { item: { ...item, config } };
  const message = `"${name}" of client ${clientId} was taken off the node, ${compiled.problem}; correct and save it`;
  return {
    item: { ...item, config: null },
    failed: { ref: `person_search:${id}`, writes: [], failure: { code: "bad_search", message } },
  };
}

/** A search as it travels to a node. */
interface SentSearch {
  readonly client_id: number;
  readonly id: number;
  readonly name: string;
  readonly version: number;
  /** JSON; null: the node drops the search. */
  readonly config: string | null;
}
