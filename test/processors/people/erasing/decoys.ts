import type { InStatement } from "@libsql/client";
import type { Database } from "../../../../src/store/database.ts";

type Value = string | number | null;

interface Column {
  readonly name: string;
  readonly text: boolean;
  readonly required: boolean;
  readonly key: boolean;
  /** Table that it refers to. */
  readonly refers: string | null;
}

/** Columns that say what a row is to processors; a decoy there would change the row's meaning rather than carry words. */
const MEANING: Readonly<Record<string, Value>> = {
  "persons.auth_status": "active",
  "persons.deletion_on": null,
  "files.state": "ready",
  "files.ref_type": "import_config",
  "import_configs.location": "c/1/hr/",
  "import_configs.kind": "user_csv",
};

/** Columns with ids of people. */
const PERSON = /^(?:person_id|about_person_id|requested_by|supervisor_id|deletion_requested_by)$/;

/**
 * Rows of other people and things, one for each number, in every table of client 1's data, all of whose columns of text and JSON
 * hold the words: as values, keys, numbers and parts of longer texts.
 *
 * @param numbers ids of the rows, and of the people whose they are; none of them is deleted
 */
export async function plantDecoys(
  database: Database,
  numbers: readonly number[],
  words: readonly string[],
): Promise<void> {
  const tables = await tablesOf(database);
  const text = (number: number, place: string) =>
    JSON.stringify({
      place: `${place} ${number}`,
      texts: words,
      keys: Object.fromEntries(words.map((word, index) => [word, words[(index + number) % words.length]])),
      numbers: words.filter((word) => /^\d+$/.test(word)).map(Number),
      text: `${words.join(" ")} ${words.join(", ")} <${words.join("|")}> ${words.map(encodeURIComponent).join("/")}`,
    });
  for (const [table, columns] of tables) {
    const statements: InStatement[] = numbers.map((number, index) => {
      const row: Record<string, Value> = {};
      for (const { name, text: isText, required, key, refers } of columns) {
        const place = `${table}.${name}`;
        const meaning = MEANING[place];
        if (meaning !== undefined) row[name] = meaning;
        else if (name === "client_id") row[name] = 1;
        else if (PERSON.test(name)) row[name] = name === "supervisor_id" ? (numbers[0] as number) : number;
        else if (isText) row[name] = text(number, place);
        else if (key || refers !== null || required) row[name] = number;
        else row[name] = index;
      }
      const names = Object.keys(row);
      return {
        sql: `INSERT INTO "${table}" (${names.map((name) => `"${name}"`).join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
        args: Object.values(row),
      };
    });
    await database.batch(statements, "write");
  }
}

/** Tables with clients, those that others refer to first. */
async function tablesOf(database: Database): Promise<[string, Column[]][]> {
  const found =
    await database.execute(`SELECT t.name AS "table", c.name, c.type, c."notnull" AS required, c.pk, f."table" AS refers
    FROM sqlite_master t JOIN pragma_table_info(t.name) c LEFT JOIN pragma_foreign_key_list(t.name) f ON f."from" = c.name
    WHERE t.type = 'table' AND t.name IN (SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) i WHERE i.name = 'client_id')
    ORDER BY t.name, c.cid`);
  const tables = new Map<string, Column[]>();
  for (const row of found.rows) {
    // The schedule has clients too, but no data of theirs.
    const table = String(row.table);
    if (SCHEDULE.has(table)) continue;
    const column = {
      name: String(row.name),
      text: String(row.type).toUpperCase() === "TEXT",
      required: Number(row.required) === 1,
      key: Number(row.pk) > 0,
      refers: row.refers === null ? null : String(row.refers),
    };
    tables.set(table, [...(tables.get(table) ?? []), column]);
  }
  const ordered: [string, Column[]][] = [];
  const done = new Set<string>();
  const visit = (table: string) => {
    if (done.has(table)) return;
    done.add(table);
    const columns = tables.get(table);
    if (!columns) return;
    for (const { refers } of columns) if (refers !== null && refers !== table) visit(refers);
    ordered.push([table, columns]);
  };
  for (const table of tables.keys()) visit(table);
  return ordered;
}

const SCHEDULE = new Set([
  ..."admin_sessions blackouts client_moves departures heavy_permits job_stats job_totals jobs runs triggers".split(
    " ",
  ),
]);
