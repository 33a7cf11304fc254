import type { Ports } from "../ports.ts";

/** What the endpoints of shops need of a host. */
export type WebhookPorts = Pick<
  Ports,
  | "control"
  | "storeOf"
  | "now"
  | "wakeRunner"
  | "remote"
  | "reportError"
  | "reportRefusal"
  | "webhookMemory"
  | "payPalRoots"
>;
