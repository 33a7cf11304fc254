import { describe, expect, it } from "vitest";
import { type ClientFilter, clientListStatement } from "../../src/control/clients/client-records.ts";
import { type ConnectorFilter, connectorListStatement } from "../../src/control/clients/connector-records.ts";
import type { Statement } from "../../src/store/database.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";

/** What the planner would read in full or sort, apart from pages that the statement itself has cut. */
async function plan({ sql, args }: Statement): Promise<string[]> {
  const database = await freshFileDatabase(["control"]);
  const { rows } = await database.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
  return rows.map((row) => String(row.detail));
}
const costly = (details: readonly string[]) =>
  details.filter((detail) => /^SCAN (c|n|clients|connectors)\b(?!.*clients_name)|TEMP B-TREE FOR ORDER/.test(detail));

describe("the list of clients", () => {
  it.each<[string, ClientFilter]>([
    ["from the first name on", { limit: 51 }],
    ["from a page on", { after: 7, limit: 51 }],
    ["of one client", { id: 7, limit: 51 }],
  ])("%s is read by an index, in its order", async (_name, filter) => {
    expect(costly(await plan(clientListStatement(filter)))).toEqual([]);
  });

  it("by the beginning of a name reads as many as a page shows, and sorts those only", async () => {
    const details = await plan(clientListStatement({ find: "school", limit: 51 }));
    expect(costly(details).filter((detail) => !/TEMP B-TREE/.test(detail))).toEqual([]);
    // By the words as they were typed and with a capital; each engine has its plan.
    const byName = details.filter((detail) => /SEARCH clients USING .*clients_name/.test(detail));
    expect([2, 4]).toContain(byName.length);
  });
});

describe("the list of connectors", () => {
  it.each<[string, ConnectorFilter]>([
    ["of a client", { clientId: 7, limit: 51 }],
    ["of all, from a page on", { after: 7, limit: 51 }],
  ])("%s is read by an index, in its order", async (_name, filter) => {
    expect(costly(await plan(connectorListStatement(filter)))).toEqual([]);
  });
});
