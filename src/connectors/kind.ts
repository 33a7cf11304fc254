import type { z } from "zod";
import type { ConnectorPorts } from "./ports.ts";
import type { Health, StoredConnector } from "./stored.ts";

/** A way to make a connector: its kind and, where a kind has several transports, which one. */
export interface ConnectorVariant {
  /** Stands in addresses. */
  readonly id: string;
  /** `connectors.kind`. */
  readonly kind: string;
  /** What it is called. */
  readonly label: string;
  /** What it is for. */
  readonly summary: string;
  /** `connectors.config`. A literal in it is given by the variant itself. */
  readonly config: z.ZodObject;
  /** The sealed `connectors.secret_enc`, as JSON; null: it has none. */
  readonly secret: z.ZodObject | null;
}

/** This many requests in a row without a usable answer end a run (handbook, rules: remote services). */
export const PATIENCE = 5;

/** Its user notes here whether a connector works. */
export interface Watch {
  /** What was learned last counts; it is written to the connector's row when the run lets go of it. */
  note(health: Omit<Health, "id">): void;
  /** Called once, when the run lets go of the connector. */
  atEnd(close: () => Promise<void>): void;
  /**
   * Requests in a row that got no usable answer, over all slices in which this run is worked on. A further attempt begins with one less
   * than {@link PATIENCE} where the service has not answered since: an outage does not use up {@link PATIENCE} rows in each attempt.
   */
  readonly streak: { failed: number };
}

/** What a trial found, line by line; English. */
export interface TrialReport {
  readonly ok: boolean;
  readonly lines: readonly { readonly ok: boolean; readonly words: string }[];
}

/** A request that an administrator asks for. */
export interface TestCall {
  readonly url: string;
  /** False: only whether it may go there is looked at, nothing is sent. */
  readonly send: boolean;
  /** `webhook-id` and idempotency key of the request. */
  readonly id: string;
}

/** What a trial learned about the connector's own health; null: nothing. */
export type Finding = TrialReport & { readonly health: Omit<Health, "id"> | null };

/** Everything about one kind of remote service. `T`: what a run works with. */
export interface ConnectorKind<T = unknown> {
  /** `connectors.kind`. */
  readonly kind: string;
  readonly variants: readonly ConnectorVariant[];
  /** What a trial does, for the form; English. Default: it connects and logs in. */
  readonly trialHint?: string;
  /** Words of the form in which an administrator asks for a request of a trial; English. Absent: this kind has none. */
  readonly call?: { readonly address: string; readonly hint: string; readonly send: string };
  /** Checks what is stored; connects to nothing yet. @throws {ConnectorInvalidError} */
  open(connector: StoredConnector, ports: ConnectorPorts, watch: Watch): T | Promise<T>;
  /** Tries it as it would be used. @param call what an administrator asks for, where the kind sends such requests */
  trial(connector: StoredConnector, ports: ConnectorPorts, call: TestCall | null): Promise<Finding>;
  /** What is stored when a secret takes the place of another one. Default: what was entered. @param former as it was stored */
  readonly replaceSecret?: (entered: Readonly<Record<string, unknown>>, former: unknown) => Record<string, unknown>;
}

/** A line of a trial that went well. */
export const good = (words: string) => ({ ok: true, words });

/** A line of a trial that says what is wrong. */
export const wrong = (words: string) => ({ ok: false, words });

/** A trial that ends with one thing that is wrong. */
export const bad = (words: string, health: Finding["health"] = null): Finding => ({
  ok: false,
  lines: [wrong(words)],
  health,
});
