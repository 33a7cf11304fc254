import { type SQL, sql } from "drizzle-orm";
import type { CsvPosition } from "../../../learning/csv.ts";
import { rowRef } from "../../../learning/imports/problems.ts";
import { wasSeen } from "../../../learning/imports/seen.ts";
import { usernameKey } from "../../../learning/username.ts";
import type { ClientRows } from "../../../store/rows.ts";
import { thisClient } from "../../../store/statement.ts";
import type { Step } from "../../contract.ts";
import { type CsvFacts, columnsOf, csvChunks } from "../file/csv-file.ts";
import type { UserCount } from "../file/import-counts.ts";
import { FileRefusal, type ImportFile, type Pass } from "../file/import-files.ts";
import { deactivatePerson } from "./person-writes.ts";
import { readUserRow } from "./user-row.ts";
import type { UserContext } from "./user-work.ts";
import { WrittenPeople } from "./written-people.ts";

/** With fewer people than this a share of them says nothing about a list. */
const FEWEST_FOR_OVERLAP = 20;

/** Whom a complete list is compared with: those of earlier CSV files who are not passive (or deleted) already. */
const listed = sql`persons WHERE client_id = ${thisClient} AND import_source = 'csv' AND external_id IS NOT NULL
  AND auth_status IN ('active', 'inactive')`;

/** How many people a complete list is compared with; to be counted before anything of it is written. */
export async function countListed(rows: ClientRows): Promise<number> {
  const found = await rows.first<{ people: number }>(sql`SELECT count(*) AS people FROM ${listed}`);
  return Number(found?.people ?? 0);
}

type OverlapPosition = CsvPosition & { readonly found: number };

/**
 * The pass in front of all that write: refuses a complete list that names too few of the people there are, since it is probably
 * somebody else's. Writes nothing.
 *
 * @param people how many there were before the file
 */
export function overlapPass(
  context: UserContext,
  file: ImportFile,
  facts: CsvFacts,
  people: number,
): Pass<OverlapPosition, UserCount>[] {
  const { minOverlapPct } = context.parameters;
  if (!file.complete || people < FEWEST_FOR_OVERLAP || minOverlapPct === 0) return [];
  return [
    async function* (position) {
      let found = position?.found ?? 0;
      // A person whom several rows name counts once, as long as the run is not taken up in between.
      const known = new Set<number>();
      for await (const { keys, next } of keysOf(context, file, facts, position)) {
        const [byId, byName] = [JSON.stringify(keys.sourcedIds), JSON.stringify(keys.usernames)];
        const named = (column: SQL, list: string) =>
          sql`SELECT id FROM ${listed} AND ${column} IN (SELECT value FROM json_each(${list}))`;
        const page = await context.rows.all<{ id: number }>(
          sql`${named(sql`external_id`, byId)} UNION ${named(sql`username_key`, byName)}`,
        );
        for (const { id } of page) {
          if (!known.has(Number(id))) found += 1;
          known.add(Number(id));
        }
        yield { cursor: { ...next, found } };
      }
      if (found * 100 >= people * minOverlapPct) return;
      throw new FileRefusal(
        "suspicious_file",
        `The list names ${found} of the ${people} people of earlier files, less than ${minOverlapPct} %; nothing was imported. If it is the right one, lower minOverlapPct and bring it again`,
        { endsRun: true },
      );
    },
  ];
}

interface RowKeys {
  readonly sourcedIds: readonly string[];
  readonly usernames: readonly string[];
}

async function* keysOf(
  { parameters: { chunkSize } }: UserContext,
  file: ImportFile,
  facts: CsvFacts,
  position: CsvPosition | null,
): AsyncGenerator<{ readonly keys: RowKeys; readonly next: CsvPosition }, void> {
  const columns = columnsOf(facts);
  for await (const { rows, next } of csvChunks(file, facts, position, chunkSize)) {
    const read = rows.map((row) => readUserRow(columns, row, file.options.listSeparator));
    const sourcedIds = read.map(({ sourcedId }) => sourcedId);
    yield { keys: { sourcedIds, usernames: read.map(({ username }) => usernameKey(username)) }, next };
  }
}

/**
 * The last pass of a complete list: people who are missing from it become passive.
 * @param people how many there were before the file; what it brings itself makes no list more credible
 */
export function missingPass(
  context: UserContext,
  file: ImportFile,
  people: number,
): Pass<{ after: number }, UserCount>[] {
  if (!file.complete || context.parameters.missing !== "passive") return [];
  return [(position) => deactivateMissing(context, file, people, position?.after ?? 0)];
}

async function* deactivateMissing(
  { rows, now, parameters: { chunkSize, maxDeactivatePct } }: UserContext,
  file: ImportFile,
  people: number,
  from: number,
): AsyncGenerator<Step<{ after: number }, UserCount>, void> {
  const inFile = sql`(${wasSeen(file.id, "key", sql`external_id`)} OR ${wasSeen(file.id, "username", sql`username_key`)})`;
  if (from === 0) {
    const found = await rows.first<{ missing: number }>(
      sql`SELECT count(*) AS missing FROM ${listed} AND NOT ${inFile}`,
    );
    const missing = Number(found?.missing ?? 0);
    if (missing * 100 > people * maxDeactivatePct) {
      throw new FileRefusal(
        "too_many_deactivations",
        `${missing} of ${people} people are missing from this list, more than ${maxDeactivatePct} %; nobody was deactivated. If the list is right, raise maxDeactivatePct and bring it again`,
        { endsRun: true },
      );
    }
  }
  for (let after = from; ; ) {
    const page = await rows.all<{ id: number; external_id: string; auth_status: string }>(
      sql`SELECT id, external_id, auth_status FROM ${listed} AND id > ${after} AND NOT ${inFile} ORDER BY id LIMIT ${chunkSize}`,
    );
    const last = page.at(-1);
    if (!last) return;
    after = last.id;
    const written = new WrittenPeople(now);
    const units = page.map((person) => ({
      ref: rowRef(file.name, 0, person.external_id),
      writes: [written.change(deactivatePerson(person, person.external_id, now), "deactivated" as const)],
    }));
    yield { units, followUp: written.followUp(), cursor: { after } };
  }
}
