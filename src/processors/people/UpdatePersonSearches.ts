import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { nodes, personSearches } from "../../control/schema.ts";
import { compilePersonSearch } from "../../learning/person-search.ts";
import { columns, type RowOf, select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { defineProcessor, effect, noAction, type Unit } from "../contract.ts";
import { pages } from "../patterns/pages.ts";

/**
 * Handbook, catalogue: UpdatePersonSearches. Searches travel in the order of their version, a chunk at a time; the node's version is
 * raised behind each chunk. One that cannot be compiled travels as deleted, so that the node drops the one it had.
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
  cursor: z.strictObject({ version: z.int() }),
  counts: ["configs"],
  async *run({ run, rows, now, nodes: reached, parameters: { force, chunkSize }, cursor }) {
    const wanted = run.nodeId === "" ? sql`` : sql`WHERE id = ${run.nodeId}`;
    const node = await rows.first(select(nodes, ["id", "searchConfigVersion"], sql`${wanted} ORDER BY id`));
    if (!node) return noAction(run.nodeId === "" ? "There is no node yet" : `The node ${run.nodeId} is gone`);
    let from = cursor?.version ?? (force ? 0 : node.searchConfigVersion);
    const read = (after: number) => rows.all(changedSearches(after, chunkSize));
    for await (const page of pages(from, read, ({ version }) => version)) {
      const version = page.after;
      const judged = page.rows.map(judge);
      const failed = judged.flatMap(({ failed }) => failed ?? []);
      const sent = judged.length - failed.length;
      yield* effect({
        key: `person_searches:${node.id}:${from}-${version}`,
        description: `${judged.length} person searches to node ${node.id}`,
        repeatable: true,
        call: async () => {
          await reached.push(node.id, { kind: "person_searches", version, items: judged.map(({ item }) => item) });
          return { configs: sent };
        },
        settle: () => [
          {
            ref: `node:${node.id}`,
            writes: [
              sql`UPDATE nodes SET search_config_version = max(search_config_version, ${version}), last_seen_at = ${now}
                WHERE id = ${node.id}`,
            ],
            counts: sent > 0 ? { configs: sent } : {},
          },
          ...failed,
        ],
        cursor: { version },
      });
      from = version;
    }
    return undefined;
  },
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
