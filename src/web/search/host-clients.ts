import { type ClientFacts, clientColumns } from "../../control/clients/clients.ts";
import { clients } from "../../control/schema.ts";
import { type ClientRows, clientRows } from "../../store/rows.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read } from "../../store/statement.ts";
import type { PageContext } from "../environment.ts";
import type { Ports } from "../ports.ts";

/** Clients that share a host name, at most, that are asked. */
const MOST_CLIENTS = 10;

/** A client whose host was asked, and its rows. */
export interface HostClient {
  readonly client: ClientFacts;
  readonly rows: ClientRows;
}

/** The active clients whose host a request was sent to, by id. */
export async function hostClients(c: PageContext, ports: Ports): Promise<HostClient[]> {
  const { host } = new URL(c.req.url);
  const found = await read(
    ports.control,
    select(clients, clientColumns, sql`WHERE host = ${host} AND status = 'active' ORDER BY id LIMIT ${MOST_CLIENTS}`),
  );
  return Promise.all(
    found.map(async (client) => ({ client, rows: clientRows(await ports.storeOf(client), client.id, 0) })),
  );
}
