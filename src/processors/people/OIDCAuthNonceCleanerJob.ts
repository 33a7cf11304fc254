import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { nowAsOf } from "../as-of.ts";
import { defineProcessor, type RunContext, type Step } from "../contract.ts";
import { deleteRows } from "../patterns/delete-rows.ts";
import { phaseCursor, phases } from "../patterns/phases.ts";

const MINUTE_MS = 60_000;

/** How long (ms) an unused nonce is kept behind its expiry. */
const STALE_MS = 24 * 60 * MINUTE_MS;

const parameters = z.strictObject({
  retainMinutes: z
    .int()
    .min(10)
    .max(525_600)
    .default(60)
    .describe("Minutes that a used nonce is kept: longer than an ID token is valid, so that none can be used again"),
  deleteUnused: z
    .boolean()
    .default(true)
    .describe("Also delete nonces of sign-ins that were never finished, 24 hours after they expired"),
});

/** The last nonce, by the instant (ms) that the phase goes by. */
const key = z.strictObject({ at: z.int(), id: z.int() });
const at = { used: key, stale: key };
type Key = z.output<typeof key>;

/**
 * Handbook, catalogue: OIDCAuthNonceCleanerJob. A used nonce has to outlive the ID token that it was made for, else the token could
 * be used again. Those of sign-ins at the manager belong to no client: retention removes them.
 */
export const OIDCAuthNonceCleanerJob = defineProcessor({
  id: "OIDCAuthNonceCleanerJob",
  group: "people",
  title: "Delete old sign-in nonces",
  summary: "Deletes nonces of sign-ins by OpenID Connect that were used, or were never used and have expired.",
  scope: "client",
  store: "control",
  load: "light",
  suggestedCron: "0 20 23 * * ?",
  after: [],
  dryRun: "exact",
  parameters,
  cursor: phaseCursor(at),
  counts: ["used", "stale"],
  run(context) {
    const { retainMinutes, deleteUnused } = context.parameters;
    const reached = nowAsOf(context);
    const used = sql`used_at < ${reached - retainMinutes * MINUTE_MS}`;
    const stale = sql`used_at IS NULL AND expires_at < ${reached - STALE_MS}`;
    return phases<typeof at, "used" | "stale">(context.cursor, at, {
      used: (from) => deleteNonces({ ...context, cursor: from }, "used", sql`used_at`, used),
      stale: async function* (from) {
        if (deleteUnused) yield* deleteNonces({ ...context, cursor: from }, "stale", sql`expires_at`, stale);
      },
    });
  },
});

/** Deletes the client's nonces that are `old`, in the order of the instant that the index has. */
function deleteNonces<N extends string>(
  context: Pick<RunContext<z.output<typeof parameters>, Key>, "rows" | "cursor" | "parameters">,
  count: N,
  instant: SQL,
  old: SQL,
): AsyncGenerator<Step<Key, N>, undefined> {
  return deleteRows<Key, N>(context, {
    entity: "nonce",
    count,
    find: (after, limit) => sql`SELECT ${instant} AS at, id FROM oidc_nonces WHERE client_id = ${thisClient} AND ${old}
      AND (${instant}, id) > (${after?.at ?? -1}, ${after?.id ?? 0}) ORDER BY ${instant}, id LIMIT ${limit}`,
    // The unary plus: by the ids, not by an index.
    remove: (ids) => sql`DELETE FROM oidc_nonces WHERE id IN ${ids} AND +client_id = ${thisClient} AND ${old}`,
  });
}
