import { sql } from "drizzle-orm";
import { z } from "zod";
import { defineProcessor, effect, noAction } from "../contract.ts";

interface Text {
  client_id: number;
  key: string;
  locale: string;
  value: string;
  version: number;
}

const parameters = z.strictObject({
  full: z.boolean().default(false).describe("Send all texts again, not only those the node lacks"),
});

const counts = ["texts"] as const;
type Count = (typeof counts)[number];

/**
 * Spec 2.12.1. Texts travel in the order of their version, a chunk at a time; the node's version is raised behind each
 * chunk, so a node that goes away loses nothing and gets nothing twice for long. All texts of one version travel together.
 */
export const CloudSynchronization = defineProcessor<typeof parameters, { version: number }, Count>({
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
  parameters,
  counts,
  async *run({ run, rows, now, nodes, parameters: { full, chunkSize }, cursor }) {
    const wanted =
      run.nodeId === ""
        ? sql`SELECT id, text_version FROM nodes ORDER BY id`
        : sql`SELECT id, text_version FROM nodes WHERE id = ${run.nodeId}`;
    const found = await rows.all<{ id: string; text_version: number }>(wanted);
    const node = found[0];
    if (!node) return noAction(run.nodeId === "" ? "There is no node yet" : `The node ${run.nodeId} is gone`);
    let version = cursor?.version ?? (full ? 0 : node.text_version);
    for (;;) {
      const texts = await rows.all<Text>(sql`SELECT client_id, key, locale, value, version FROM texts
        WHERE version > ${version} AND version <= (
          SELECT max(version) FROM (SELECT version FROM texts WHERE version > ${version} ORDER BY version LIMIT ${chunkSize}))
        ORDER BY version, id`);
      const last = texts.at(-1);
      if (!last) break;
      const from = version;
      version = last.version;
      yield* effect({
        key: `texts:${node.id}:${from}-${version}`,
        description: `${texts.length} texts to node ${node.id}`,
        repeatable: true,
        call: async () => {
          await nodes.push(node.id, { kind: "texts", version: last.version, items: texts });
          return { texts: texts.length };
        },
        settle: () => [
          {
            ref: `node:${node.id}`,
            writes: [
              sql`UPDATE nodes SET text_version = max(text_version, ${last.version}), last_seen_at = ${now} WHERE id = ${node.id}`,
            ],
            counts: { texts: texts.length },
          },
        ],
        cursor: { version },
      });
    }
    return undefined;
  },
});
