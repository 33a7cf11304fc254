import { Buffer } from "node:buffer";
import { z } from "zod";
import { connectors } from "../control/schema.ts";
import { connectorSecret } from "../control/secret.ts";
import { select } from "../store/select.ts";
import { sql } from "../store/sql.ts";
import { read, statement } from "../store/statement.ts";
import { bodyOf, isSuccess, readAnswer } from "./answer-json.ts";
import type { HttpAnswer, HttpRequest } from "./outbound/http.ts";
import type { ConnectorPorts } from "./ports.ts";
import { openSealed } from "./stored.ts";

/** What a token endpoint answers (RFC 6749, 5.1). */
const granted = z.object({
  access_token: z.string().min(1),
  /** Seconds; absent: until it is refused. */
  expires_in: z.coerce.number().positive().optional(),
  refresh_token: z.string().min(1).nullish(),
  refresh_token_expires_in: z.coerce.number().positive().optional(),
});

/** What a token endpoint answers when it refuses (RFC 6749, 5.2). */
const refused = z.object({ error: z.string().regex(/^[a-z_]{1,40}$/) });

/** Tokens are no longer used this long (ms) before they expire, or for the second half of a shorter life. */
const SPARE_MS = 60_000;

/** A request for a token (RFC 6749): a form, and the client's id and secret as its login where the endpoint wants them so. */
export function grantRequest(
  url: string,
  fields: Readonly<Record<string, string>>,
  basic?: { readonly user: string; readonly password: string },
): HttpRequest {
  const login = basic && Buffer.from(`${basic.user}:${basic.password}`, "utf8").toString("base64");
  return {
    url,
    method: "POST",
    headers: {
      accept: "application/json",
      "content-type": "application/x-www-form-urlencoded",
      ...(login === undefined ? {} : { authorization: `Basic ${login}` }),
    },
    body: new URLSearchParams(fields).toString(),
    // A refresh token may be used up by the first of two tries, whose answer was lost.
    repeatable: fields.grant_type !== "refresh_token",
  };
}

/** The access token of one opened connector. */
export interface Token {
  /** A token that has not expired: the stored one, or a new one. */
  current(): Promise<string>;
  /**
   * Another token than the one that was refused; null: that one was new, so asking again would not help. However many requests are
   * refused at once, one new token is asked for.
   */
  insteadOf(refused: string): Promise<string | null>;
}

interface KnownToken {
  readonly token: string;
  /** Used before this instant (ms). */
  readonly until: number;
  /** Asked for since the connector was opened. */
  readonly isNew: boolean;
}

/** How a token is got. */
export interface TokenSource {
  readonly connector: { readonly kind: string; readonly id: number };
  readonly ports: Pick<ConnectorPorts, "control" | "secrets" | "clock" | "randomBytes">;
  /** @param refreshToken the newest that the service gave; null: none yet */
  readonly request: (refreshToken: string | null) => HttpRequest | Promise<HttpRequest>;
  /** Sends it, and tries again where that may help. */
  readonly send: (request: HttpRequest) => Promise<HttpAnswer>;
  /** What to throw when no token is given. */
  readonly denied: (host: string, detail: string) => Error;
}

/**
 * Keeps the access token of a connector on its row, sealed, with a refresh token where the service gives one. New tokens are written
 * before they are used, and nothing is overwritten that came there meanwhile.
 */
export function connectorToken({ connector, ports, request, send, denied }: TokenSource): Token {
  const { kind, id } = connector;
  const { control, secrets, clock, randomBytes } = ports;
  let known: KnownToken | null = null;
  let asking: Promise<KnownToken> | null = null;

  const seal = (text: string, column: "access_token_enc" | "refresh_token_enc") =>
    secrets.seal(text, randomBytes(12), connectorSecret(id, column));
  const open = (sealed: string | null, column: "access_token_enc" | "refresh_token_enc") =>
    sealed === null ? null : openSealed(secrets, kind, id, sealed, column);

  async function readRow() {
    const columns = ["accessTokenEnc", "accessExpiresAt", "refreshTokenEnc", "refreshExpiresAt"] as const;
    const [row] = await read(control, select(connectors, columns, sql`WHERE id = ${id}`));
    return row ?? { accessTokenEnc: null, accessExpiresAt: null, refreshTokenEnc: null, refreshExpiresAt: null };
  }

  async function readStored(): Promise<KnownToken | null> {
    const row = await readRow();
    const token = await open(row.accessTokenEnc, "access_token_enc");
    const until = row.accessExpiresAt === null ? Number.POSITIVE_INFINITY : row.accessExpiresAt - SPARE_MS;
    return token === null ? null : { token, until, isNew: false };
  }

  async function ask(): Promise<KnownToken> {
    const row = await readRow();
    const refreshToken = await open(row.refreshTokenEnc, "refresh_token_enc");
    const asked = await request(refreshToken);
    const { host } = new URL(asked.url);
    const answer = await send(asked);
    if (!isSuccess(answer)) throw denied(host, `no token: ${answer.status}${errorOf(answer)}`);
    const grant = readAnswer(host, answer, granted);
    const now = clock.now();
    const lifeMs = grant.expires_in === undefined ? null : grant.expires_in * 1000;
    const next = grant.refresh_token ?? null;
    const isRotated = next !== null && next !== refreshToken;
    const accessEnc = await seal(grant.access_token, "access_token_enc");
    const refreshEnc = isRotated ? await seal(next, "refresh_token_enc") : row.refreshTokenEnc;
    const refreshLife = grant.refresh_token_expires_in;
    // How long a new one lives is not known unless the service says so; the old one's end is not its.
    const unsaid = isRotated ? null : row.refreshExpiresAt;
    await control.execute(
      statement(sql`UPDATE connectors SET access_token_enc = ${accessEnc},
          access_expires_at = ${lifeMs === null ? null : now + lifeMs}, refresh_token_enc = ${refreshEnc},
          refresh_expires_at = ${refreshLife === undefined ? unsaid : now + refreshLife * 1000}
        WHERE id = ${id} AND access_token_enc IS ${row.accessTokenEnc} AND refresh_token_enc IS ${row.refreshTokenEnc}`),
    );
    const until = lifeMs === null ? Number.POSITIVE_INFINITY : now + lifeMs - Math.min(SPARE_MS, lifeMs / 2);
    return { token: grant.access_token, until, isNew: true };
  }

  /** One request for all who want a new token at the same time. */
  async function renew(): Promise<KnownToken> {
    asking ??= ask().finally(() => {
      asking = null;
    });
    known = await asking;
    return known;
  }

  return {
    async current() {
      known ??= await readStored();
      return (known && clock.now() < known.until ? known : await renew()).token;
    },
    async insteadOf(refusedToken) {
      if (known && known.token !== refusedToken) return known.token;
      if (known?.isNew && clock.now() < known.until) return null;
      return (await renew()).token;
    },
  };
}

/** The error's name, where the answer has one; anything else could be any sender's words. */
function errorOf(answer: HttpAnswer): string {
  const found = refused.safeParse(bodyOf(answer));
  return found.success ? `, ${found.data.error}` : "";
}
