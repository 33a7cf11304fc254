import { z } from "zod";
import { nodes, texts } from "../../control/schema.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { defineProcessor, effect, noAction } from "../contract.ts";
import { pages } from "../patterns/pages.ts";

/**
 * Handbook, catalogue: CloudSynchronization. Texts travel in the order of their version, a chunk at a time; the node's version
 * is raised behind each
 * chunk, so a node that goes away loses nothing and gets nothing twice for long. All texts of one version travel together.
 */
export const CloudSynchronization = defineProcessor({
  id: "CloudSynchronization",
  group: "platform",
  title: "Bring system texts to all nodes",
  summary: "Makes changed system texts visible on all nodes.",
  scope: "node",
  eachNode: true,
  store: "control",
  load: "light",
  suggestedCron: "0 0/15 * * * ?",
  after: ["TranslationImport"],
  misfire: "skip",
  dryRun: "exact",
  parameters: z.strictObject({
    full: z.boolean().default(false).describe("Send all texts again, not only those the node lacks"),
  }),
  cursor: z.strictObject({ version: z.int() }),
  counts: ["texts"],
  async *run({ run, rows, now, nodes: reached, parameters: { full, chunkSize }, cursor }) {
    const wanted = run.nodeId === "" ? sql`` : sql`WHERE id = ${run.nodeId}`;
    const node = await rows.first(select(nodes, ["id", "textVersion"], sql`${wanted} ORDER BY id`));
    if (!node) return noAction(run.nodeId === "" ? "There is no node yet" : `The node ${run.nodeId} is gone`);
    const read = (after: number) =>
      rows.all(
        select(
          texts,
          ["clientId", "key", "locale", "value", "version"],
          sql`WHERE version > ${after} AND version <= (
            SELECT max(version) FROM (SELECT version FROM texts WHERE version > ${after} ORDER BY version LIMIT ${chunkSize}))
          ORDER BY version, id`,
        ),
      );
    let from = cursor?.version ?? (full ? 0 : node.textVersion);
    for await (const page of pages(from, read, (text) => text.version)) {
      const version = page.after;
      const items = page.rows.map(({ clientId: client_id, ...text }) => ({ client_id, ...text }));
      yield* effect({
        key: `texts:${node.id}:${from}-${version}`,
        description: `${items.length} texts to node ${node.id}`,
        repeatable: true,
        call: async () => {
          await reached.push(node.id, { kind: "texts", version, items });
          return { texts: items.length };
        },
        settle: () => [
          {
            ref: `node:${node.id}`,
            writes: [
              sql`UPDATE nodes SET text_version = max(text_version, ${version}), last_seen_at = ${now} WHERE id = ${node.id}`,
            ],
            counts: { texts: items.length },
          },
        ],
        cursor: { version },
      });
      from = version;
    }
    return undefined;
  },
});
