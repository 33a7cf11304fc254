import { unzipSync } from "fflate";
import type { Files } from "../../../../src/files/files.ts";
import type { Database } from "../../../../src/store/database.ts";
import { xml } from "./documents.ts";
import type { Person } from "./person.ts";

/**
 * Every column and every file in which a person is still found: `messages.body: Dear ...`. It looks at every column of every table
 * of all three sets (of this client's rows, where a table has clients), at every file with its content and its key, and into
 * workbooks. Found is the address, the username, the given name, the family name or the external id, each by itself, in any case, also
 * within a longer word and in encoded forms (entities, percent, JSON escapes). So no other person's data may hold one of these.
 */
export async function traces(database: Database, files: Files, person: Person, within = "c/1/"): Promise<string[]> {
  const plain = [person.username, person.given, person.family, person.email, person.externalId].map((one) =>
    one.toLowerCase(),
  );
  const encoded = plain.flatMap((one) => [
    encodeURIComponent(one),
    encodeURIComponent(encodeURIComponent(one)),
    xml(one),
    one.replace("@", "%40"),
    one.replace("@", "\\u0040"),
  ]);
  const needles = [...new Set([...plain, ...encoded.map((one) => one.toLowerCase())])];
  const found: string[] = [];
  const look = (where: string, text: string) => {
    const lower = text.toLowerCase();
    const needle = needles.find((one) => lower.includes(one) || lower.includes(JSON.stringify(one).slice(1, -1)));
    if (needle) found.push(`${where}: ${text.slice(0, 200)}`);
  };
  const tables = await database.execute(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB 'search_words*'",
  );
  const client = Number(within.slice(2, -1));
  const runs = await database.execute({ sql: "SELECT id FROM runs WHERE client_id <> ?", args: [client] });
  const elsewhere = new Set(runs.rows.map(({ id }) => Number(id)));
  for (const { name } of tables.rows) {
    const rows = await database.execute(`SELECT * FROM "${name}"`);
    for (const row of rows.rows) {
      if (name === "runs" && row.processor === "DeleteUsersJob") continue;
      if (row.client_id !== undefined && row.client_id !== client) continue;
      if (row.client_id === undefined && elsewhere.has(Number(row.run_id))) continue;
      for (const column of rows.columns) look(`${name}.${column}`, String(row[column] ?? ""));
    }
  }
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await files.list(within, cursor ?? null);
    for (const { key } of page.entries) {
      look("key", key);
      const bytes = new Uint8Array(await new Response(await files.read(key)).arrayBuffer());
      if (!key.endsWith(".xlsx")) look(key, new TextDecoder().decode(bytes));
      else for (const part of Object.values(unzipSync(bytes))) look(key, new TextDecoder().decode(part));
    }
    cursor = page.cursor;
  }
  return found;
}
