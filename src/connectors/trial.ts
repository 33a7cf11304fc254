import { sql } from "drizzle-orm";
import { connectors } from "../control/schema.ts";
import type { Database } from "../store/database.ts";
import { select } from "../store/select.ts";
import { read } from "../store/statement.ts";
import { ANSWER_TIMEOUT_MS } from "./clock.ts";
import {
  ConnectorInvalidError,
  type ConnectorPorts,
  type Health,
  httpOut,
  openSecret,
  parse,
  validate,
  writeHealth,
} from "./connectors.ts";
import { type MailSecret, mailConfig, mailSecret, type SmtpConfig } from "./mail-config.ts";
import { oneLine } from "./mail-message.ts";
import { openSmtp } from "./smtp.ts";
import { SmtpError, type SmtpStage } from "./smtp-channel.ts";
import { webhookTransport } from "./webhook.ts";
import { webhookConfig, webhookSecret } from "./webhook-config.ts";

/** What a trial needs of a host: the way out of {@link ConnectorPorts}, without a run's budget. */
export type TrialPorts = Pick<ConnectorPorts, "control" | "secrets" | "connect" | "email" | "http" | "clock">;

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

/** What the trial learned about the connector's own health; null: nothing. */
type Finding = TrialReport & { readonly health: Omit<Health, "id"> | null };

/**
 * Tries a stored connector as it would be used, whether it is active or not. A mail server is connected to, greeted and logged in
 * to; no mail is sent. A webhook's address is judged; a request goes there only when `call.send` says so. What was learned is
 * noted as the connector's health.
 *
 * @returns null when there is no such connector
 */
export async function tryConnector(ports: TrialPorts, id: number, call: TestCall | null): Promise<TrialReport | null> {
  const row = await readRow(ports.control, id);
  if (!row) return null;
  let found: Finding;
  try {
    const config = parse(row.kind, "config", row.config);
    const sealed = row.secretEnc === null ? null : await openSecret(ports.secrets, row.kind, id, row.secretEnc);
    const secret = sealed === null ? null : parse(row.kind, "secret", sealed);
    if (row.kind === "mail") found = await tryMail(ports, config, secret);
    else if (row.kind === "webhook") found = await tryWebhook(ports, row.name, config, secret, call);
    else found = bad(`This release has no connector of kind ${row.kind}`, null);
  } catch (error) {
    if (!(error instanceof ConnectorInvalidError)) throw error;
    found = bad(error.message, { state: null, error: error.message });
  }
  const { ok, lines, health } = found;
  if (health) await writeHealth(ports, { id, ...health });
  return { ok, lines };
}

async function readRow(control: Database, id: number) {
  const [row] = await read(control, select(connectors, ["kind", "name", "config", "secretEnc"], sql`WHERE id = ${id}`));
  return row ?? null;
}

const good = (words: string) => ({ ok: true, words });
const bad = (words: string, health: Finding["health"]): Finding => ({
  ok: false,
  lines: [{ ok: false, words }],
  health,
});

async function tryMail(ports: TrialPorts, stored: unknown, storedSecret: unknown): Promise<Finding> {
  const config = validate("mail", "config", mailConfig, stored);
  const secret = storedSecret === null ? null : validate("mail", "secret", mailSecret, storedSecret);
  if (config.transport === "smtp") return await trySmtp(ports, config, secret);
  if (!ports.email) {
    return bad("This installation has no EMAIL binding; add it to the Worker, or use SMTP", {
      state: null,
      error: "no EMAIL binding",
    });
  }
  const words = "The EMAIL binding is there. It can be tried by sending a mail only, so whether it sends was not tried";
  return { ok: true, lines: [good(words)], health: null };
}

/** What was reached before a stage, in words. */
function reached(config: SmtpConfig, secret: MailSecret | null, until: SmtpStage | null) {
  const { host, port, secure } = config;
  const encrypted = good("The connection is encrypted, and the certificate fits the name");
  const steps: readonly (readonly [SmtpStage, readonly ReturnType<typeof good>[]])[] = [
    ["connect", [good(`Connected to ${host}:${port}`)]],
    ["greeting", secure === "tls" ? [encrypted] : []],
    ["hello", [good("The server answered our greeting (EHLO)")]],
    ["tls", secure === "starttls" ? [encrypted] : []],
    ["login", [secret ? good(`Logged in as ${secret.user}`) : good("No secret is set, so no login was tried")]],
  ];
  const end = until === null ? steps.length : steps.findIndex(([stage]) => stage === until);
  return steps.slice(0, Math.max(end, 0)).flatMap(([, lines]) => lines);
}

const remedies: Partial<Record<SmtpStage, (config: SmtpConfig) => string>> = {
  connect: ({ host, port }) => `No connection to ${host}:${port}. Check name, port and encryption`,
  greeting: () => "The server did not greet us. Check port and encryption",
  hello: () => "The server refused our greeting (EHLO)",
  tls: () => "The connection could not be encrypted. Check port, encryption and certificate",
  login: () => "The server refused the login. Check user and password",
};

async function trySmtp(ports: TrialPorts, config: SmtpConfig, secret: MailSecret | null): Promise<Finding> {
  const { host, port, secure } = config;
  const clean = (text: string) => {
    const line = oneLine(text).slice(0, 300);
    return secret ? line.replaceAll(secret.password, "***") : line;
  };
  try {
    const session = await openSmtp(
      { host, port, secure, login: secret },
      { connect: ports.connect, clock: ports.clock, timeoutMs: ANSWER_TIMEOUT_MS },
    );
    await session.close();
    const lines = [...reached(config, secret, null), good("No mail was sent")];
    return { ok: true, lines, health: { state: "ok", error: null } };
  } catch (error) {
    if (!(error instanceof SmtpError)) throw error;
    const said = clean(error.message);
    const remedy = remedies[error.stage]?.(config) ?? `It ended at ${error.stage}`;
    const denied = error.stage === "login" && error.fault === "refused";
    return {
      ok: false,
      lines: [
        ...reached(config, secret, error.stage),
        { ok: false, words: remedy },
        { ok: false, words: `The answer was: ${said}` },
      ],
      health: { state: denied ? "reauth_required" : null, error: `${host}:${port}: ${said}` },
    };
  }
}

async function tryWebhook(
  ports: TrialPorts,
  name: string,
  stored: unknown,
  storedSecret: unknown,
  call: TestCall | null,
): Promise<Finding> {
  const config = validate("webhook", "config", webhookConfig, stored);
  const secret = validate("webhook", "secret", webhookSecret, storedSecret ?? {});
  const { guard, ...out } = httpOut({ ...ports, spend: () => undefined });
  const transport = webhookTransport({ ...out, guard }, { name, config, secret });
  if (!call || call.url === "") {
    const lines = [];
    for (const origin of config.origins) lines.push(await judge(origin));
    lines.push(good("The configuration is complete. Nothing was sent"));
    return { ok: lines.every(({ ok }) => ok), lines, health: null };
  }

  async function judge(address: string) {
    const url = new URL(address);
    const refusal = transport.refusal(url) ?? (await guard.resolvedRefusal(url).catch(() => "its name has no address"));
    return refusal === null
      ? good(`Requests may go to ${url.origin}`)
      : { ok: false, words: `Requests may not go to ${url.origin}: ${refusal}` };
  }

  if (!URL.canParse(call.url) || !/^https?:$/.test(new URL(call.url).protocol)) {
    return bad("The address for the test call is none; write one such as https://erp.example.com/hook", null);
  }
  const url = new URL(call.url);
  const judged = await judge(call.url);
  if (!judged.ok || !call.send) {
    return { ok: judged.ok, lines: [judged, good("Nothing was sent")], health: null };
  }
  const result = await transport.send({
    id: call.id,
    idempotencyKey: call.id,
    method: "POST",
    url,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ type: "minutehand.test" }),
    timeoutMs: ANSWER_TIMEOUT_MS,
    expects: (status) => status >= 200 && status < 300,
  });
  if (result.state !== "answered") {
    const health = result.state === "unavailable" ? { state: null, error: result.message } : null;
    return { ok: false, lines: [judged, { ok: false, words: `No answer: ${result.message}` }], health };
  }
  const ok = result.status >= 200 && result.status < 300;
  const denied = result.status === 401 || result.status === 403;
  const signed = secret.signing.length > 0 ? "signed" : "not signed";
  return {
    ok,
    lines: [
      judged,
      good(`A POST was sent, ${signed}`),
      { ok, words: `${url.host} answered ${result.status} after ${result.tookMs} ms` },
    ],
    health: ok
      ? { state: "ok", error: null }
      : { state: denied ? "reauth_required" : null, error: `${url.host} answered ${result.status}` },
  };
}
