import type { ConnectorKind, ConnectorVariant } from "./kind.ts";
import { fcm } from "./kinds/fcm.ts";
import { http } from "./kinds/http.ts";
import { mail } from "./kinds/mail.ts";
import { payPal } from "./kinds/paypal.ts";
import { shopify } from "./kinds/shopify.ts";
import { solr } from "./kinds/solr.ts";
import { webpush } from "./kinds/webpush.ts";

/** Every kind of connector that this release can use. */
export const connectorKinds: readonly ConnectorKind[] = [mail, http, fcm, webpush, shopify, payPal, solr];

/** A kind by its name; undefined when this release does not know it. */
export function kindOf(kind: string): ConnectorKind | undefined {
  return connectorKinds.find((one) => one.kind === kind);
}

/** Every way to make one. */
export const connectorVariants: readonly ConnectorVariant[] = connectorKinds.flatMap(({ variants }) => variants);

/** The variant of a stored connector; null when this release does not know it. */
export function variantOf(kind: string, config: unknown): ConnectorVariant | null {
  const transport = typeof config === "object" && config !== null && "transport" in config ? config.transport : null;
  const fitting = connectorVariants.filter((one) => one.kind === kind);
  return fitting.find(({ id }) => id === transport) ?? (fitting.length === 1 ? (fitting[0] ?? null) : null);
}
