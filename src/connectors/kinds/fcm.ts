import { importPKCS8, SignJWT } from "jose";
import { z } from "zod";
import { bodyOf, isSuccess } from "../answer-json.ts";
import { bad, type ConnectorKind, type Finding, good } from "../kind.ts";
import { RemoteUnavailableError } from "../outbound/remote-error.ts";
import { resolvedRefusal } from "../outbound/target.ts";
import { type ConnectorPorts, httpOut } from "../ports.ts";
import { fitNote, jsonBytes } from "../push/note.ts";
import {
  type PushDevice,
  type PushNote,
  type PushResult,
  type PushTransport,
  post,
  pushHealth,
} from "../push/transport.ts";
import { ConnectorInvalidError, type StoredConnector, validate } from "../stored.ts";
import { connectorToken, grantRequest } from "../token.ts";

/** `connectors.config` of kind `fcm`. */
export const fcmConfig = z.strictObject({
  projectId: z
    .string()
    .trim()
    .regex(/^[a-z][a-z\d-]{4,60}[a-z\d]$/, "is no id of a Firebase project; it looks like my-project-1234")
    .describe("Id of the Firebase project"),
  baseUrl: z
    .url()
    .default("https://fcm.googleapis.com")
    .describe("Address of the service; another one only for a proxy or a test"),
});

/** A key file of a service account, as Google hands it out; what is not needed of it is left aside. */
const keyFile = z.object({
  client_email: z.string().min(3),
  private_key: z.string().includes("PRIVATE KEY"),
  private_key_id: z.string().optional(),
  token_uri: z.url().default("https://oauth2.googleapis.com/token"),
});
type KeyFile = z.output<typeof keyFile>;

/** The sealed `connectors.secret_enc` of kind `fcm`. */
export const fcmSecret = z.strictObject({
  serviceAccount: z
    .string()
    .max(20_000)
    .refine((text) => readKeyFile(text) !== null, {
      message: "is no key file of a service account; paste the whole JSON with client_email and private_key",
    })
    .describe("Key file of a service account that may send messages, the whole JSON"),
});

function readKeyFile(text: string): KeyFile | null {
  try {
    return keyFile.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

const SCOPE = "https://www.googleapis.com/auth/firebase.messaging";
/** Life of an assertion (s): the longest that Google takes. */
const ASSERTION_S = 3600;
/** Bytes of notification and data that a message can have. */
const LONGEST_PAYLOAD = 4096;
/** Of a trial's message, which is checked and not sent. */
const TRIAL_TOPIC = "minutehand-test";

/** Messages to telephones through Firebase Cloud Messaging, HTTP v1 (handbook, catalogue: PushNotificationScheduler). */
export const fcm: ConnectorKind<PushTransport> = {
  kind: "fcm",
  trialHint: "Gets a token from Google and has Firebase check a message. No message is sent.",
  variants: [
    {
      id: "fcm",
      kind: "fcm",
      label: "Firebase Cloud Messaging",
      summary: "Sends push messages to Android and, through Firebase, to iOS",
      config: fcmConfig,
      secret: fcmSecret,
    },
  ],

  async open(connector, ports, { note }) {
    const service = await openFcm(connector, ports);
    return {
      hostOf: () => service.host,
      async send(device, message) {
        const result = await service.send({ message: { ...targetOf(device), ...payloadOf(message) } });
        note(pushHealth(result));
        return result;
      },
    };
  },

  async trial(connector, ports) {
    const service = await openFcm(connector, ports);
    const notification = { title: "Minutehand", body: "A test" };
    const result = await service.send({ validate_only: true, message: { topic: TRIAL_TOPIC, notification } });
    if (result.state !== "taken") return bad(result.message, pushHealth(result));
    const lines = [
      good("Google gave a token for the service account"),
      good(`Firebase checked a message of the project ${service.projectId}. Nothing was sent`),
    ];
    return { ok: true, lines, health: pushHealth(result) } satisfies Finding;
  },
};

/** A device as FCM names it: exactly one of these. */
const targetOf = ({ targetKind, token }: PushDevice) => (targetKind === "fid" ? { fid: token } : { token });

/** A message's payload within FCM's limit. */
function payloadOf(note: PushNote) {
  const payload = ({ id, title, body }: PushNote) => ({ notification: { title, body }, data: { id } });
  return payload(fitNote(note, (one) => jsonBytes(payload(one)), LONGEST_PAYLOAD));
}

/** Opens the service. @throws {ConnectorInvalidError} */
async function openFcm(connector: StoredConnector, ports: ConnectorPorts) {
  const { projectId, baseUrl } = validate("fcm", "config", fcmConfig, connector.config);
  const { serviceAccount } = validate("fcm", "secret", fcmSecret, connector.secret ?? {});
  const account = readKeyFile(serviceAccount) as KeyFile;
  const key = await signingKey(account);
  const { http, guard, clock } = httpOut("fcm", ports);
  const base = new URL(baseUrl);
  const mayGo = async (url: URL) => {
    const refusal = guard.refusal(url) ?? (await resolvedRefusal(guard, url));
    if (refusal !== null) throw new ConnectorInvalidError("fcm", `The fcm connector cannot be used. ${refusal}`);
  };
  const token = connectorToken({
    connector: { kind: "fcm", id: connector.id },
    ports,
    request: async () =>
      grantRequest(account.token_uri, {
        grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
        assertion: await assertion(account, key, clock.now()),
      }),
    send: async (request) => {
      await mayGo(new URL(request.url));
      return await http.send(request);
    },
    denied: (host, detail) => {
      const message = `${host} refused the service account of the fcm connector (${detail}); enter its key file again`;
      return new ConnectorInvalidError("fcm", message);
    },
  });

  const sendWith = async (bearer: string, body: unknown): Promise<PushResult> => {
    const url = new URL(`/v1/projects/${projectId}/messages:send`, base);
    await mayGo(url);
    const headers = { "content-type": "application/json", authorization: `Bearer ${bearer}` };
    const answer = await post(http, clock, { url: url.href, headers, body: JSON.stringify(body) });
    if ("state" in answer) return answer;
    return isSuccess(answer) ? taken(bodyOf(answer)) : judge(base.host, answer.status, bodyOf(answer));
  };

  return {
    projectId,
    host: base.host,
    /** Sends a message; a refused token is exchanged once. */
    async send(body: unknown): Promise<PushResult> {
      try {
        const bearer = await token.current();
        const result = await sendWith(bearer, body);
        if (result.state !== "denied") return result;
        const other = await token.insteadOf(bearer);
        return other === null ? result : await sendWith(other, body);
      } catch (error) {
        // Nothing was sent: there was no token, or no way to the service.
        if (error instanceof ConnectorInvalidError) return { state: "denied", message: error.message };
        if (!(error instanceof RemoteUnavailableError)) throw error;
        return { state: "busy", message: error.message, retryAfterMs: error.retryAfterMs ?? null };
      }
    },
  };
}

/** @throws {ConnectorInvalidError} */
async function signingKey({ private_key }: KeyFile): Promise<CryptoKey> {
  try {
    return await importPKCS8(private_key, "RS256");
  } catch {
    const message =
      "The fcm connector cannot be used. secret.serviceAccount: its private_key cannot be read; download a new key file";
    throw new ConnectorInvalidError("fcm", message);
  }
}

/** What a token is given for (RFC 7523). @param now ms */
function assertion({ client_email, private_key_id, token_uri }: KeyFile, key: CryptoKey, now: number): Promise<string> {
  const issued = Math.floor(now / 1000);
  return new SignJWT({ scope: SCOPE })
    .setProtectedHeader({ alg: "RS256", typ: "JWT", ...(private_key_id === undefined ? {} : { kid: private_key_id }) })
    .setIssuer(client_email)
    .setAudience(token_uri)
    .setIssuedAt(issued)
    .setExpirationTime(issued + ASSERTION_S)
    .sign(key);
}

const success = z.object({ name: z.string().max(300) });

function taken(body: unknown): PushResult {
  const found = success.safeParse(body);
  return { state: "taken", providerMessageId: found.success ? found.data.name : null };
}

/** An error of FCM: what is needed of it. */
const fault = z.object({
  error: z.object({
    status: z.string().max(100).optional(),
    details: z
      .array(z.looseObject({ "@type": z.string().optional(), errorCode: z.string().max(100).optional() }))
      .default([]),
  }),
});

const FCM_ERROR = "google.firebase.fcm.v1.FcmError";

/** What an answer other than 2xx, 429 and 5xx means: by the code of FCM's own detail, else by the status. */
function judge(host: string, status: number, body: unknown): PushResult {
  const { error } = fault.safeParse(body).data ?? { error: { details: [] } };
  const code = error.details.find((one) => one["@type"]?.endsWith(FCM_ERROR))?.errorCode;
  const isPayload = error.details.some(
    ({ fieldViolations }) => Array.isArray(fieldViolations) && fieldViolations.length > 0,
  );
  const named = /^[A-Z_]+$/.exec(code ?? ("status" in error ? (error.status ?? "") : ""))?.[0];
  const message = `${host} answered ${status}${named === undefined ? "" : ` ${named}`}`;
  if (isPayload) return { state: "refused", message };
  if (code === "UNREGISTERED" || code === "SENDER_ID_MISMATCH" || code === "INVALID_ARGUMENT")
    return { state: "gone", message };
  if (code === "THIRD_PARTY_AUTH_ERROR") {
    return {
      state: "unreachable",
      message: `${message}: check the keys for Apple and web push in the Firebase project`,
    };
  }
  if (status === 401 || status === 403)
    return { state: "denied", message: `${message}: it refused the service account` };
  // Without a detail about the device it is the project that is not there.
  if (status === 404) return { state: "denied", message: `${message}: check the id of the project` };
  return { state: "refused", message };
}
