import { z } from "zod";
import { texts } from "../../control/schema.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { defineProcessor } from "../contract.ts";
import { pushChanges, upToVersion } from "../patterns/push-changes.ts";

/** Handbook, catalogue: CloudSynchronization. */
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
  cursor: upToVersion,
  counts: ["texts"],
  run: (context) =>
    pushChanges(context, {
      kind: "texts",
      what: "texts",
      column: "textVersion",
      all: context.parameters.full,
      find: changedTexts,
      pack: (page) => ({
        items: page.map(({ clientId: client_id, ...text }) => ({ client_id, ...text })),
        counts: { texts: page.length },
      }),
    }),
});

/** Texts above a version, of all clients; all of one version come together. */
const changedTexts = (after: number, limit: number) =>
  select(
    texts,
    ["clientId", "key", "locale", "value", "version"],
    sql`WHERE version > ${after} AND version <= (
      SELECT max(version) FROM (SELECT version FROM texts WHERE version > ${after} ORDER BY version LIMIT ${limit}))
    ORDER BY version, id`,
  );
