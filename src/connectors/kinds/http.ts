import { z } from "zod";
import { ANSWER_TIMEOUT_MS } from "../clock.ts";
import { bad, type ConnectorKind, type Finding, good, type TestCall, type Watch, wrong } from "../kind.ts";
import { RemoteError, RemoteUnavailableError } from "../outbound/remote-error.ts";
import { headerProblem } from "../outbound/request-header.ts";
import { resolvedRefusal } from "../outbound/target.ts";
import { type ConnectorPorts, httpOut } from "../ports.ts";
import { ConnectorInvalidError, type Health, type StoredConnector, validate } from "../stored.ts";
import { SECRET_BYTES, signingKey } from "../webhook/signature.ts";
import {
  type WebhookAnswer,
  type WebhookSigner,
  type WebhookTransport,
  webhookTransport,
} from "../webhook/transport.ts";
import { address } from "./address.ts";

/** `connectors.config` of kind `http`. */
export const httpConfig = z.strictObject({
  origins: z
    .array(address)
    .max(20)
    .default([])
    .describe("The only origins that its requests may go to; empty: any. Needed where the secret has headers"),
});

/**
 * The sealed `connectors.secret_enc` of kind `http`: JSON of this. `signing` are secrets of Standard Webhooks; with several
 * of them (an exchange) each request carries a signature by each. `headers` go with each request as they are: an
 * `Authorization`, an API key.
 */
export const httpSecret = z.strictObject({
  signing: z
    .array(
      z.string().refine((text) => signingKey(text) !== null, {
        message: `is no signing secret; write whsec_ and ${SECRET_BYTES.least} to ${SECRET_BYTES.most} bytes in base64`,
      }),
    )
    .max(5)
    .default([])
    .describe("Secrets of Standard Webhooks, whsec_ and base64; several while one is exchanged for another"),
  headers: z
    .record(z.string(), z.string().min(8, "is too short to be a secret").max(4096))
    .default({})
    .superRefine((headers, context) => {
      for (const [name, value] of Object.entries(headers)) {
        const problem = headerProblem(name, value, { secret: true });
        if (problem) context.addIssue({ code: "custom", path: [name], message: problem });
      }
    })
    .describe('Headers that go with each request, as a JSON object such as {"Authorization": "Bearer …"}'),
});

/** Requests to a client's own systems, signed after Standard Webhooks (handbook, catalogue: HttpRequest). */
export const http: ConnectorKind<WebhookTransport> = {
  kind: "http",
  call: {
    address: "Address for a test call",
    hint: "Without a tick below only whether a request may go there is looked at.",
    send: "Really send a POST there, with the secret",
  },
  variants: [
    {
      id: "http",
      kind: "http",
      label: "HTTP requests",
      summary: "Signs requests of HttpRequest jobs to the client's own systems. A job names the connector by its name",
      config: httpConfig,
      secret: httpSecret,
    },
  ],

  open(connector, ports, watch) {
    const signer = checked(connector);
    if (signer.config.origins.length === 0 && Object.keys(signer.secret.headers).length > 0) {
      const why = "its secret has headers; name the origins that they may go to";
      throw new ConnectorInvalidError("http", `The http connector cannot be used. config.origins: ${why}`);
    }
    return watched(webhookTransport(httpOut("http", ports), signer), watch);
  },

  async trial(connector, ports, call) {
    const signer = checked(connector);
    return call === null || call.url === "" ? await judgeOrigins(ports, signer) : await tryCall(ports, signer, call);
  },
};

function checked({ name, config, secret }: StoredConnector): WebhookSigner {
  return {
    name,
    config: validate("http", "config", httpConfig, config),
    secret: validate("http", "secret", httpSecret, secret ?? {}),
  };
}

/** What an answer says about the connector. */
function healthOf(url: URL, { status }: WebhookAnswer, isExpected: boolean): Omit<Health, "id"> {
  if (isExpected) return { state: "ok", error: null };
  const denied = status === 401 || status === 403;
  return { state: denied ? "reauth_required" : null, error: `${url.host} answered ${status}` };
}

/** Notes what the answers to its requests say about the connector. */
function watched(transport: WebhookTransport, { note }: Watch): WebhookTransport {
  return {
    refusal: (url) => transport.refusal(url),
    async send(request) {
      try {
        const answer = await transport.send(request);
        note(healthOf(request.url, answer, request.expects(answer.status)));
        return answer;
      } catch (error) {
        if (error instanceof RemoteUnavailableError) note({ state: null, error: error.message });
        throw error;
      }
    },
  };
}

/** Whether requests may go to an address, as a line. */
async function judge(ports: ConnectorPorts, signer: WebhookSigner, url: URL) {
  const out = httpOut("http", ports);
  const refusal =
    webhookTransport(out, signer).refusal(url) ??
    (await resolvedRefusal(out.guard, url).catch(() => "its name has no address"));
  return refusal === null
    ? good(`Requests may go to ${url.origin}`)
    : wrong(`Requests may not go to ${url.origin}: ${refusal}`);
}

async function judgeOrigins(ports: ConnectorPorts, signer: WebhookSigner): Promise<Finding> {
  const lines = [];
  for (const origin of signer.config.origins) lines.push(await judge(ports, signer, new URL(origin)));
  lines.push(good("The configuration is complete. Nothing was sent"));
  return { ok: lines.every(({ ok }) => ok), lines, health: null };
}

async function tryCall(ports: ConnectorPorts, signer: WebhookSigner, call: TestCall): Promise<Finding> {
  if (!URL.canParse(call.url) || !/^https?:$/.test(new URL(call.url).protocol)) {
    return bad("The address for the test call is none; write one such as https://erp.example.com/hook");
  }
  const url = new URL(call.url);
  const judged = await judge(ports, signer, url);
  if (!judged.ok || !call.send) return { ok: judged.ok, lines: [judged, good("Nothing was sent")], health: null };
  try {
    const answer = await webhookTransport(httpOut("http", ports), signer).send({
      id: call.id,
      idempotencyKey: call.id,
      method: "POST",
      url,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ type: "minutehand.test" }),
      timeoutMs: ANSWER_TIMEOUT_MS,
      expects: isSuccess,
    });
    const ok = isSuccess(answer.status);
    const signed = signer.secret.signing.length > 0 ? "signed" : "not signed";
    const words = `${url.host} answered ${answer.status} after ${answer.tookMs} ms`;
    const lines = [judged, good(`A POST was sent, ${signed}`), { ok, words }];
    return { ok, lines, health: healthOf(url, answer, ok) };
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    const health = error instanceof RemoteUnavailableError ? { state: null, error: error.message } : null;
    return { ok: false, lines: [judged, wrong(`No answer: ${error.message}`)], health };
  }
}

const isSuccess = (status: number) => status >= 200 && status < 300;
