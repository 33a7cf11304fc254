import { type SQL, sql } from "drizzle-orm";
import { thisClient } from "../../store/statement.ts";

/** The file that a report's link leads to. */
export interface LinkedFile {
  readonly key: string;
  readonly state: string;
  /** Instant (ms) from which on the link no longer opens; null: never. */
  readonly expires_at: number | null;
  /** Name of the report; null: report or subscription are gone. */
  readonly name: string | null;
}

/** The file of a token's hash. */
export function selectLinkedFile(tokenHash: string): SQL {
  // The plus keeps the planner with the token's index.
  return sql`SELECT file.key, file.state, file.expires_at, report.name
    FROM files AS file
    LEFT JOIN report_subscriptions AS subscription ON file.ref_type = 'report_subscription'
      AND subscription.id = file.ref_id AND +subscription.client_id = file.client_id
    LEFT JOIN reports AS report ON report.id = subscription.report_id AND +report.client_id = file.client_id
    WHERE file.access_token_hash = ${tokenHash} AND +file.client_id = ${thisClient}`;
}
