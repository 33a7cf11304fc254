import type { Database } from "../../store/database.ts";
import { among } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read } from "../../store/statement.ts";
import type { RegistrationStatus } from "../enrolment/status.ts";

/**
 * How registrations stand that were bought, by the source references of their lines; a line without a registration has none.
 *
 * @param store the client's
 */
export async function readStanding(
  store: Database,
  clientId: number,
  refs: Iterable<string>,
): Promise<ReadonlyMap<string, RegistrationStatus>> {
  const rows = await read<{ ref: string; status: RegistrationStatus }>(
    store,
    sql`SELECT own.source_ref AS ref, own.status FROM ${among(refs)} AS wanted CROSS JOIN registrations AS own
      ON own.client_id = ${clientId} AND own.source = 'shop' AND own.source_ref = wanted.value`,
  );
  return new Map(rows.map(({ ref, status }) => [ref, status]));
}
