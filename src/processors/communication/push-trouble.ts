import { z } from "zod";
import { RemoteUnavailableError } from "../../connectors/outbound/remote-error.ts";
import type { PushResult } from "../../connectors/push/transport.ts";
import { ConnectorInvalidError } from "../../connectors/stored.ts";
import type { Device } from "../../learning/messages/push.ts";

/** What is the matter with a push service, as a run has found. Stands in its cursor. */
export const trouble = z.strictObject({
  host: z.string(),
  state: z.enum(["busy", "denied", "unknown"]),
  /** Messages in a row with which it was so. */
  inARow: z.int(),
  message: z.string(),
  retryAfterMs: z.number().nullable(),
});
export type Trouble = z.output<typeof trouble>;

/** A service that does not answer, or refuses the keys, so often in a row gets nothing more in this run. */
const PATIENCE = 5;

/**
 * Whether a device is passed over because of its service. One refusal is enough with FCM, which knows one login. With web push it may be
 * the subscription that was made with other keys: a single one must not keep the others from being served.
 */
export function isBlocked(
  troubles: readonly Trouble[],
  { transport }: Pick<Device, "transport">,
  host: string,
): boolean {
  const found = troubles.find((one) => one.host === host);
  if (!found) return false;
  return found.state === "busy" || found.inARow >= (found.state === "denied" && transport === "fcm" ? 1 : PATIENCE);
}

/** The troubles after a further result. A service that takes a message is no longer silent; that it refused the keys is not forgotten. */
export function afterResult(
  troubles: readonly Trouble[],
  result: PushResult & { readonly host: string },
): readonly Trouble[] {
  const { host, state } = result;
  const before = troubles.find((one) => one.host === host);
  const others = troubles.filter((one) => one !== before);
  if (state === "busy" || state === "denied" || state === "unknown") {
    const retryAfterMs = state === "busy" ? result.retryAfterMs : null;
    const inARow = before?.state === state ? before.inARow + 1 : 1;
    return [...others, { host, state, inARow, message: result.message, retryAfterMs }];
  }
  return before?.state === "denied" ? [...others, { ...before, inARow: 0 }] : others;
}

/** With what the run ends; null: nothing is the matter. */
export function troubleError(troubles: readonly Trouble[]): Error | null {
  const denied = troubles.find(({ state }) => state === "denied");
  if (denied) return new ConnectorInvalidError("push", `Push messages were refused: ${denied.message}`);
  const silent = troubles.filter(({ state, inARow }) => state === "busy" || inARow >= PATIENCE);
  const [first] = silent;
  if (!first) return null;
  const waits = silent.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
  const retryAfterMs = waits.length === 0 ? undefined : Math.max(...waits);
  return new RemoteUnavailableError(first.message, { retryAfterMs });
}

/** What a further attempt of the run has to know: a service that was silent gets one message, not five. */
export function remembered(troubles: readonly Trouble[]): readonly Trouble[] {
  return troubles
    .filter(({ state, inARow }) => state === "unknown" && inARow >= PATIENCE)
    .map((one) => ({ ...one, inARow: PATIENCE - 1 }));
}
