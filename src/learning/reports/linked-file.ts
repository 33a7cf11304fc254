import { type SQL, sql } from "drizzle-orm";
import { thisClient } from "../../store/statement.ts";

/** The file that a report's link leads to. */
export interface LinkedFile {
  readonly key: string;
  readonly state: string;
  /** Instant (ms) from which on the link no longer opens; null: never. */
  readonly expires_at: number | null;
  /** Name of the report; null: the report, or the subscription or call that it was made for, is gone. */
  readonly name: string | null;
}

/** What a link opens: a report that a subscription sent, or the result of a call from outside. */
export type LinkKind = "report_subscription" | "report_call";

/** Where what each refers to tells its report. */
const owners = {
  report_subscription: sql`report_subscriptions`,
  report_call: sql`report_calls`,
} as const satisfies Record<LinkKind, SQL>;

/** The file of a token's hash. */
export function selectLinkedFile(tokenHash: string, kind: LinkKind = "report_subscription"): SQL<LinkedFile> {
  // The plus keeps the planner with the token's index.
  return sql<LinkedFile>`SELECT file.key, file.state, file.expires_at, report.name
    FROM files AS file
    LEFT JOIN ${owners[kind]} AS owner ON owner.id = file.ref_id AND +owner.client_id = file.client_id
    LEFT JOIN reports AS report ON report.id = owner.report_id AND +report.client_id = file.client_id
    WHERE file.access_token_hash = ${tokenHash} AND +file.client_id = ${thisClient} AND file.ref_type = ${kind}`;
}
