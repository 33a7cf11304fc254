import { sql } from "drizzle-orm";
import type { z } from "zod";
import { connectors } from "../control/schema.ts";
import { connectorSecret, type SecretBox, SecretUnreadableError } from "../control/secret.ts";
import type { Database } from "../store/database.ts";
import { select } from "../store/select.ts";
import { read, statement } from "../store/statement.ts";
import type { Clock } from "./clock.ts";
import { httpClient } from "./http.ts";
import type { MailResult, MailTransport } from "./mail.ts";
import { cloudflareMailTransport, type EmailBinding } from "./mail-cloudflare.ts";
import { mailConfig, mailSecret } from "./mail-config.ts";
import { smtpTransport } from "./smtp-transport.ts";
import type { Connect } from "./socket.ts";
import { type Resolve, TargetListError, targetGuard } from "./target.ts";
import { type WebhookResult, type WebhookTransport, webhookTransport } from "./webhook.ts";
import { webhookConfig, webhookSecret } from "./webhook-config.ts";

/** A connector is there but cannot be used: its configuration or secret is wrong. Names what to mend, never the secret. */
export class ConnectorInvalidError extends Error {
  readonly code = "invalid_configuration";
  readonly kind: string;
  constructor(kind: string, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** The remote services of a run's client. Each answers null when the client has no active connector of that kind. */
export interface Connectors {
  /** @throws {ConnectorInvalidError} when its configuration does not validate. */
  mail(): Promise<MailTransport | null>;
  /**
   * Requests to the client's own systems, signed by its webhook connector of this name; unsigned without a name.
   * @throws {ConnectorInvalidError} also when this host sends no such requests.
   */
  webhook(name: string | null): Promise<WebhookTransport | null>;
  /** Closes whatever the run opened. */
  close(): Promise<void>;
}

/** What the connectors of a run are made of; a host wires it to its platform. */
export interface ConnectorPorts {
  /** Where `connectors` stands. */
  readonly control: Database;
  /** Opens the sealed secrets. */
  readonly secrets: SecretBox;
  readonly connect: Connect;
  /** The Worker's `EMAIL` binding; null where there is none. */
  readonly email: EmailBinding | null;
  /** The way out for requests to clients' own systems; absent: there is none. */
  readonly http?: HttpOut;
  readonly clock: Clock;
  /** Takes calls from the run's budget. */
  readonly spend: (calls: number) => void;
}

/** What requests to clients' own systems need of a host. */
export interface HttpOut {
  readonly fetch: (request: Request) => Promise<Response>;
  /** The operator's list of private targets ({@link targetGuard}). Default: none. */
  readonly allowPrivateTargets?: string;
  /** All addresses of a name, where the host can ask. Default: names are judged by their writing only. */
  readonly resolve?: Resolve;
}

/** How a connector fares, kept on its row (spec 0.4): written once, when the run lets go of it, and outside its steps. */
export interface Health {
  readonly id: number;
  /** null: this run learned nothing about it. */
  readonly state: "ok" | "reauth_required" | null;
  readonly error: string | null;
}

/**
 * The connectors of one client for one slice of a run. Nothing is read or opened before it is asked for, and a kind is opened
 * once. Where a client has several active connectors of a kind, the oldest counts.
 */
export function openConnectors(clientId: number, ports: ConnectorPorts): Connectors {
  let mail: Promise<MailTransport | null> | null = null;
  const webhooks = new Map<string, Promise<WebhookTransport | null>>();
  const health = new Map<number, Health>();

  async function openMail(): Promise<MailTransport | null> {
    const row = await readConnector(ports, clientId, "mail");
    if (!row) return null;
    const config = validate("mail", "config", mailConfig, row.config);
    const secret = row.secret === null ? null : validate("mail", "secret", mailSecret, row.secret);
    const watched = (transport: MailTransport) =>
      watchMail(transport, (one) => health.set(row.id, { id: row.id, ...one }));
    if (config.transport === "smtp") return watched(smtpTransport(config, secret, ports));
    if (!ports.email) {
      throw new ConnectorInvalidError(
        "mail",
        "config.transport is cf_email, but this installation has no EMAIL binding; add it or use smtp",
      );
    }
    return watched(cloudflareMailTransport(config, ports.email, ports));
  }

  async function openWebhook(name: string | null): Promise<WebhookTransport | null> {
    const row = name === null ? null : await readConnector(ports, clientId, "webhook", name);
    if (name !== null && !row) return null;
    const connector = row && {
      name: name ?? "",
      config: validate("webhook", "config", webhookConfig, row.config),
      secret: validate("webhook", "secret", webhookSecret, row.secret ?? {}),
    };
    if (connector && connector.config.origins.length === 0 && Object.keys(connector.secret.headers).length > 0) {
      const why = "its secret has headers; name the origins that they may go to";
      throw new ConnectorInvalidError("webhook", `The webhook connector cannot be used. config.origins: ${why}`);
    }
    const transport = webhookTransport(httpOut(ports), connector);
    return row ? watchWebhook(transport, (one) => health.set(row.id, { id: row.id, ...one })) : transport;
  }

  return {
    mail() {
      mail ??= openMail();
      return mail;
    },
    webhook(name) {
      const key = name ?? "";
      const opened = webhooks.get(key) ?? openWebhook(name);
      webhooks.set(key, opened);
      return opened;
    },
    async close() {
      const opened = mail;
      mail = null;
      const transport = await opened?.catch(() => null);
      await transport?.close();
      const reports = [...health.values()];
      health.clear();
      for (const report of reports) await writeHealth(ports, report);
    },
  };
}

/** What requests to clients' own systems go through. @throws {ConnectorInvalidError} when this host sends none */
export function httpOut({ http: out, clock, spend }: Pick<ConnectorPorts, "http" | "clock" | "spend">) {
  if (!out) throw new ConnectorInvalidError("webhook", "This installation sends no requests to clients' own systems");
  try {
    const guard = targetGuard(out.allowPrivateTargets, out.resolve);
    return { http: httpClient({ fetch: out.fetch, clock, spend }), guard, clock };
  } catch (error) {
    if (error instanceof TargetListError) throw new ConnectorInvalidError("webhook", error.message);
    throw error;
  }
}

/** @param name null: the oldest */
async function readConnector(
  { control, secrets }: ConnectorPorts,
  clientId: number,
  kind: string,
  name: string | null = null,
): Promise<{ id: number; config: unknown; secret: unknown } | null> {
  const usable = sql`WHERE client_id = ${clientId} AND kind = ${kind} AND name = coalesce(${name}, name) AND active = 1
    AND state <> 'disabled' ORDER BY id LIMIT 1`;
  const [row] = await read(control, select(connectors, ["id", "config", "secretEnc"], usable));
  if (!row) return null;
  const sealed = row.secretEnc === null ? null : await openSecret(secrets, kind, row.id, row.secretEnc);
  return {
    id: row.id,
    config: parse(kind, "config", row.config),
    secret: sealed === null ? null : parse(kind, "secret", sealed),
  };
}

/** Opens the sealed secret of a connector. @throws {ConnectorInvalidError} */
export async function openSecret(secrets: SecretBox, kind: string, id: number, sealed: string): Promise<string> {
  try {
    return await secrets.open(sealed, connectorSecret(id));
  } catch (error) {
    if (error instanceof SecretUnreadableError) throw new ConnectorInvalidError(kind, error.message);
    throw error;
  }
}

/** Reads stored JSON. @throws {ConnectorInvalidError} */
export function parse(kind: string, part: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ConnectorInvalidError(kind, `The ${kind} connector's ${part} is not JSON; enter it again`);
  }
}

/** Checks what is stored. @throws {ConnectorInvalidError} that names every problem */
export function validate<S extends z.ZodType>(kind: string, part: string, schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${[part, ...issue.path].join(".")}: ${issue.message}`);
  throw new ConnectorInvalidError(kind, `The ${kind} connector cannot be used. ${problems.join("; ")}`);
}

/** Notes what a mail transport's results say about the connector itself. */
function watchMail(transport: MailTransport, note: (health: Omit<Health, "id">) => void): MailTransport {
  return {
    async send(mail) {
      const result: MailResult = await transport.send(mail);
      if (result.state === "sent" || result.state === "refused") note({ state: "ok", error: null });
      else note({ state: result.state === "denied" ? "reauth_required" : null, error: result.message });
      return result;
    },
    close: () => transport.close(),
  };
}

/** Notes what the answers to a webhook's requests say about its connector. */
function watchWebhook(transport: WebhookTransport, note: (health: Omit<Health, "id">) => void): WebhookTransport {
  return {
    refusal: (url) => transport.refusal(url),
    async send(request) {
      const result: WebhookResult = await transport.send(request);
      if (result.state === "unavailable") note({ state: null, error: result.message });
      if (result.state !== "answered") return result;
      if (request.expects(result.status)) note({ state: "ok", error: null });
      else {
        const denied = result.status === 401 || result.status === 403;
        note({ state: denied ? "reauth_required" : null, error: `${request.url.host} answered ${result.status}` });
      }
      return result;
    },
  };
}

/** Nothing changes what an administrator did meanwhile: a connector that was switched off stays off. */
export async function writeHealth(
  { control, clock }: Pick<ConnectorPorts, "control" | "clock">,
  { id, state, error }: Health,
): Promise<void> {
  await control.execute(
    statement(sql`UPDATE connectors SET state = coalesce(${state}, state), last_error = ${error},
        last_ok_at = CASE WHEN ${error} IS NULL THEN ${clock.now()} ELSE last_ok_at END
      WHERE id = ${id} AND state <> 'disabled'`),
  );
}
