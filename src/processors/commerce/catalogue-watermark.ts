import type { SQL } from "drizzle-orm";
import { leadHit } from "../../store/change.ts";
import { sql } from "../../store/sql.ts";
import { readState } from "../../store/state.ts";
import { thisClient } from "../../store/statement.ts";

const PROCESSOR = "CreateOrUpdateShopifyCatalogItems";

/** Of each shop: until which change of a product (ms, by the shop) its catalogue was read. */
const keyOf = (connectorId: number) => `watermark:${connectorId}`;

const stored = (connectorId: number) =>
  sql`processor = ${PROCESSOR} AND client_id = ${thisClient} AND node_id = '' AND key = ${keyOf(connectorId)}`;

/** Reads a shop's watermark, as JSON; no row: everything has to be read. */
export const readWatermark = (connectorId: number): SQL => readState(PROCESSOR, keyOf(connectorId));

/**
 * Moves a shop's watermark on, if it is still the one that the run knows: a delivery that has taken it back meanwhile is not overruled.
 *
 * @param known ms; null: there was none
 * @param at ms
 */
export function moveWatermark(connectorId: number, known: number | null, at: number): SQL {
  return known === null
    ? sql`INSERT INTO processor_state (processor, client_id, node_id, key, value)
        VALUES (${PROCESSOR}, ${thisClient}, '', ${keyOf(connectorId)}, ${JSON.stringify(at)})
        ON CONFLICT (processor, client_id, node_id, key) DO UPDATE SET value = excluded.value
          WHERE CAST(processor_state.value AS INTEGER) < ${at}`
    : sql`UPDATE processor_state SET value = ${JSON.stringify(at)} WHERE ${stored(connectorId)} AND value = ${JSON.stringify(known)}`;
}

/**
 * Takes a shop's watermark back to where a product was changed, if that is earlier; behind the unit's first write.
 *
 * @param at ms; null: the product is gone, which only a reading of everything shows
 */
export function takeBackWatermark(connectorId: number, at: number | null): SQL {
  return at === null
    ? sql`DELETE FROM processor_state WHERE ${stored(connectorId)} AND ${leadHit}`
    : sql`UPDATE processor_state SET value = ${JSON.stringify(at)} WHERE ${stored(connectorId)} AND CAST(value AS INTEGER) > ${at}
        AND ${leadHit}`;
}
