import type { Clock } from "../clock.ts";
import type { HttpAnswer, HttpClient, HttpRequest } from "../outbound/http.ts";
import { retryAfter } from "../outbound/http.ts";
import { RemoteUnavailableError } from "../outbound/remote-error.ts";
import type { Health } from "../stored.ts";

/** A telephone or browser that takes messages. */
export interface PushDevice {
  /** What `token` is: an FCM registration token, a Firebase installation id, or the endpoint of a web push subscription. */
  readonly targetKind: "token" | "fid" | "endpoint";
  readonly token: string;
  /** JSON: `p256dh` and `auth` of a web push subscription. */
  readonly keys: string;
}

/** What is shown on a device. Plain text; what is too long is shortened. */
export interface PushNote {
  /** Names the message, for the application on the device. */
  readonly id: string;
  readonly title: string;
  readonly body: string;
}

/** What came of one message for one device. JSON-able; `message` holds no token and no address beyond the host. */
export type PushResult =
  | { readonly state: "taken"; readonly providerMessageId: string | null }
  /** The service does not know the device any more. */
  | { readonly state: "gone"; readonly message: string }
  /** The message is wrong, the device is not. */
  | { readonly state: "refused"; readonly message: string }
  /** This device cannot be reached; neither message nor connector are to blame. */
  | { readonly state: "unreachable"; readonly message: string }
  /** The login of the connector is refused; nothing was sent. */
  | { readonly state: "denied"; readonly message: string }
  /** The service takes nothing just now; nothing was sent. `retryAfterMs`: what it asked for. */
  | { readonly state: "busy"; readonly message: string; readonly retryAfterMs: number | null }
  /** There was no answer; it may have arrived. */
  | { readonly state: "unknown"; readonly message: string };

/** Sends messages to devices of one transport. */
export interface PushTransport {
  /** Host of the service that serves a device; it is overloaded or refuses a login as a whole. Empty: the device names none. */
  hostOf(device: PushDevice): string;
  /** Never throws for an answer, whatever it is. */
  send(device: PushDevice, note: PushNote): Promise<PushResult>;
}

/** Waits (ms) after 429 and after 5xx where the answer names none; the latter is doubled each time. */
const QUOTA_WAIT_MS = 60_000;
const OUTAGE_WAIT_MS = 10_000;
/** Longest time (ms) that one message waits in all. */
const PATIENCE_MS = 60_000;

/** An answer that says something about the message, or why there is none. */
export type Posted = HttpAnswer | Extract<PushResult, { readonly state: "busy" | "unknown" }>;

/**
 * Posts a message. An answer of 429 or 5xx is waited out as `Retry-After` says, else 60 s or 10, 20 s; never longer than 60 s in all. No
 * answer is not tried again: it may have arrived.
 */
export async function post(http: HttpClient, clock: Clock, request: HttpRequest): Promise<Posted> {
  const { host } = new URL(request.url);
  let waited = 0;
  for (let tried = 0; ; tried += 1) {
    let answer: HttpAnswer;
    try {
      answer = await http.attempt({ ...request, method: "POST", largestAnswer: 64 * 1024 });
    } catch (error) {
      if (!(error instanceof RemoteUnavailableError)) throw error;
      return { state: "unknown", message: error.message };
    }
    const { status, headers } = answer;
    if (status !== 429 && status < 500) return answer;
    const asked = retryAfter(headers, clock.now());
    const wait = asked ?? (status === 429 ? QUOTA_WAIT_MS : OUTAGE_WAIT_MS * 2 ** tried);
    if (waited + wait > PATIENCE_MS)
      return { state: "busy", message: `${host} answered ${status}`, retryAfterMs: asked ?? null };
    waited += wait;
    await clock.sleepUntil(clock.now() + wait);
  }
}

/** What a result says about the connector itself. */
export function pushHealth(result: PushResult): Omit<Health, "id"> {
  switch (result.state) {
    case "denied":
      return { state: "reauth_required", error: result.message };
    case "busy":
    case "unknown":
      return { state: null, error: result.message };
    default:
      return { state: "ok", error: null };
  }
}
