import type { SQL } from "drizzle-orm";
import type { Database } from "../../store/database.ts";
import { insert } from "../../store/insert.ts";
import { columns, type RowOf } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, statement } from "../../store/statement.ts";
import { recordChanges } from "../audit-trail.ts";
import { type ClientFacts, clientColumns } from "../clients/clients.ts";
import { clientMoving } from "../clients/moves.ts";
import { apiTokens, clients } from "../schema.ts";

/** The rules of API tokens. */
export const apiTokenRules = {
  /** Calls with one token that are taken within `windowMs` (ms); counted in the database, so by all processes together. */
  uses: 60,
  windowMs: 3_600_000,
  /** Days for which a token may be made. */
  longestDays: 366,
  /** Tokens of a client, at most. */
  perClient: 100,
} as const;

/** A token as the manager shows it. Instants in ms. */
export interface ApiToken {
  readonly id: number;
  readonly name: string;
  readonly reportId: number;
  readonly expiresAt: number;
  readonly lastUsedAt: number | null;
  readonly createdAt: number;
  /** Who made it; null: that account is gone. */
  readonly madeBy: string | null;
  /** False: that account is switched off or no longer acts for the client, so the token opens nothing. */
  readonly works: boolean;
}

/** A token to be made. */
export interface NewApiToken {
  readonly clientId: number;
  readonly reportId: number;
  readonly adminId: number;
  readonly name: string;
  /** SHA-256, hexadecimal. */
  readonly tokenHash: string;
  /** ms */
  readonly expiresAt: number;
}

/** Of an account `admin`: it acts for a client, so that its tokens open that client's reports. The roles are those of the manager. */
const actsFor = (clientId: SQL) =>
  sql`admin.active = 1 AND (admin.role = 'system_admin' OR admin.role = 'client_admin' AND admin.client_id IN (0, ${clientId}))`;

/**
 * Stores a token, unless the client has as many as it may have.
 *
 * @param actor e-mail address of who makes it
 * @param now ms
 * @returns its id; null: the client has too many
 */
export async function createApiToken(
  control: Database,
  token: NewApiToken,
  actor: string,
  now: number,
): Promise<number | null> {
  const { clientId, reportId, name, expiresAt } = token;
  const [held] = await read<{ held: number }>(
    control,
    sql`SELECT count(*) AS held FROM (SELECT 1 FROM api_tokens WHERE client_id = ${clientId} LIMIT ${apiTokenRules.perClient})`,
  );
  if ((held?.held ?? 0) >= apiTokenRules.perClient) return null;
  const after = { name, reportId, expiresAt };
  const [made] = await control.batch(
    [
      statement(insert(apiTokens, { ...token, createdAt: now, updatedAt: now }, sql`RETURNING id`)),
      recordChanges([{ clientId, actor, entity: "api_token", entityId: null, action: "create", after }], now),
    ],
    "write",
  );
  return Number(made?.rows[0]?.id);
}

const tokenColumns = columns(apiTokens, ["id", "name", "reportId", "expiresAt", "lastUsedAt", "createdAt"], "token");

/** A client's tokens, the latest first. */
export async function listApiTokens(control: Database, clientId: number): Promise<ApiToken[]> {
  const rows = await read<RowOf<typeof tokenColumns> & { madeBy: string | null; works: 0 | 1 | null }>(
    control,
    sql`SELECT ${tokenColumns}, admin.email AS "madeBy", ${actsFor(sql`token.client_id`)} AS works
      FROM api_tokens token LEFT JOIN admins admin ON admin.id = token.admin_id
      WHERE token.client_id = ${clientId} ORDER BY token.id DESC LIMIT ${apiTokenRules.perClient}`,
  );
  return rows.map(({ works, ...row }) => ({ ...row, works: works === 1 }));
}

/**
 * Takes a token back: from now on it opens nothing. One that is gone already is no fault.
 *
 * @param actor e-mail address of who does it
 * @param now ms
 */
export async function revokeApiToken(
  control: Database,
  clientId: number,
  id: number,
  actor: string,
  now: number,
): Promise<void> {
  const [token] = await read<{ name: string; reportId: number }>(
    control,
    sql`SELECT name, report_id AS "reportId" FROM api_tokens WHERE id = ${id} AND client_id = ${clientId}`,
  );
  if (!token) return;
  await control.batch(
    [
      statement(sql`DELETE FROM api_tokens WHERE id = ${id} AND client_id = ${clientId}`),
      recordChanges([{ clientId, actor, entity: "api_token", entityId: id, action: "delete", before: token }], now),
    ],
    "write",
  );
}

const clientNames = columns(clients, clientColumns, "client");

/** What a token opens, and for whom. */
export interface OpenedToken {
  readonly id: number;
  readonly reportId: number;
  readonly client: ClientFacts;
  /** E-mail address of the administrator who made it. */
  readonly actor: string;
}

/**
 * How a token was taken. `unknown`: there is none, it has expired, its maker's account no longer acts for the client, or the client is not
 * active; which of these it was is not told.
 */
export type TokenVerdict =
  | { readonly state: "open"; readonly token: OpenedToken }
  | { readonly state: "unknown" }
  /** The client's data is being moved to another database. */
  | { readonly state: "moving" }
  /** It was used as often as it may be; from `until` (ms) on it is taken again. */
  | { readonly state: "throttled"; readonly until: number };

/**
 * Looks a token up by its hash and counts its use. Tokens are found by an index over SHA-256 hashes, not compared character by
 * character: how long that takes says nothing about a token that is guessed. Nothing is written for one that is unknown.
 *
 * @param now ms
 */
export async function useApiToken(control: Database, tokenHash: string, now: number): Promise<TokenVerdict> {
  const { uses, windowMs } = apiTokenRules;
  const [row] = await read<
    RowOf<typeof clientNames> & { tokenId: number; reportId: number; until: number; actor: string; moving: 0 | 1 }
  >(
    control,
    sql`SELECT ${clientNames}, token.id AS "tokenId", token.report_id AS "reportId", token.counted_from + ${windowMs} AS until,
        admin.email AS actor, ${clientMoving(sql`token.client_id`)} AS moving
      FROM api_tokens token CROSS JOIN clients client ON client.id = token.client_id CROSS JOIN admins admin ON admin.id = token.admin_id
      WHERE token.token_hash = ${tokenHash} AND token.expires_at > ${now} AND client.status = 'active' AND ${actsFor(sql`token.client_id`)}`,
  );
  if (!row) return { state: "unknown" };
  const { tokenId, reportId, until, actor, moving, ...client } = row;
  if (moving === 1) return { state: "moving" };
  const over = sql`counted_from <= ${now - windowMs}`;
  const counted = await control.execute(
    statement(sql`UPDATE api_tokens SET last_used_at = ${now}, uses = CASE WHEN ${over} THEN 1 ELSE uses + 1 END,
        counted_from = CASE WHEN ${over} THEN ${now} ELSE counted_from END
      WHERE id = ${tokenId} AND (${over} OR uses < ${uses})`),
  );
  if (counted.rowsAffected === 0) return { state: "throttled", until };
  return { state: "open", token: { id: tokenId, reportId, client, actor } };
}
