import { sql } from "drizzle-orm";
import type { Database } from "../../store/database.ts";
import { insertEach } from "../../store/insert.ts";
import { read } from "../../store/statement.ts";
import { webhookEvents } from "../schema/commerce.ts";
import type { NewDelivery } from "./delivery.ts";

/**
 * Stores deliveries of one client in one transaction. One that is there already, of whatever age, has no effect.
 *
 * @param deliveries at least one
 * @param now ms
 * @returns ids (`deliveryId`) of those that are new
 */
export async function acceptDeliveries(
  store: Database,
  clientId: number,
  deliveries: readonly NewDelivery[],
  now: number,
): Promise<ReadonlySet<string>> {
  const rows = deliveries.map((delivery) => ({
    clientId,
    ...delivery,
    proof: delivery.proof ?? null,
    receivedAt: now,
    createdAt: now,
    updatedAt: now,
  }));
  const accepted = await read<{ deliveryId: string }>(
    store,
    sql`${insertEach(webhookEvents, rows)}
      ON CONFLICT (client_id, provider, delivery_id) DO NOTHING RETURNING delivery_id AS "deliveryId"`,
  );
  return new Set(accepted.map(({ deliveryId }) => deliveryId));
}
