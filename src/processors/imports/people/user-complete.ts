import type { SQL } from "drizzle-orm";
import { z } from "zod";
import type { CsvPosition } from "../../../learning/csv/read.ts";
import { rowRef } from "../../../learning/imports/problems.ts";
import { wasSeen } from "../../../learning/imports/seen.ts";
import { persons } from "../../../learning/schema/people.ts";
import { usernameKey } from "../../../learning/username.ts";
import type { ClientRows } from "../../../store/rows.ts";
import { select } from "../../../store/select.ts";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import type { Step } from "../../contract.ts";
import type { AfterId } from "../../patterns/change-rows.ts";
import { pages } from "../../patterns/pages.ts";
import { type CsvFacts, columnsOf, csvChunks, csvFacts, csvPosition } from "../file/csv-file.ts";
import { FileRefusal, type ImportFile } from "../file/import-files.ts";
import { deactivatePerson } from "./person-writes.ts";
import type { UserCount } from "./user-counts.ts";
import { readUserRow } from "./user-row.ts";
import type { UserContext } from "./user-work.ts";
import { WrittenPeople } from "./written-people.ts";

/** With fewer people than this a share of them says nothing about a list. */
const FEWEST_FOR_OVERLAP = 20;

/** The people with whom a complete list is compared: those of earlier CSV files who are not passive (or deleted) already. */
const whereListed = sql`WHERE client_id = ${thisClient} AND import_source = 'csv' AND external_id IS NOT NULL
  AND auth_status IN ('active', 'inactive')`;
const listed = sql`persons ${whereListed}`;

/** What pass 0 finds out about a file of people. */
export const userFacts = z.strictObject({
  ...csvFacts.shape,
  /** How many people a complete list is compared with: those there were before it; what it brings itself makes it no more credible. */
  people: z.int(),
});
export type UserFacts = z.output<typeof userFacts>;

/** How many people a complete list is compared with; to be counted before anything of it is written. */
export async function countListed(rows: ClientRows): Promise<number> {
  const found = await rows.first<{ people: number }>(sql`SELECT count(*) AS people FROM ${listed}`);
  return found?.people ?? 0;
}

/** A place in the pass {@link checkOverlap}: `found` people are named by the rows before it. */
export const overlapPosition = z.strictObject({ ...csvPosition.shape, found: z.int() });
type OverlapPosition = z.output<typeof overlapPosition>;

/**
 * The pass before all that write: refuses a complete list that names too few of the people there are, since it is probably
 * another client's. Writes nothing.
 */
export async function* checkOverlap(
  context: UserContext,
  file: ImportFile,
  facts: UserFacts,
  position: OverlapPosition | null,
): AsyncGenerator<Step<OverlapPosition, UserCount>, void> {
  const { minOverlapPct } = context.parameters;
  const { people } = facts;
  if (!file.complete || people < FEWEST_FOR_OVERLAP || minOverlapPct === 0) return;
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
      if (!known.has(id)) found += 1;
      known.add(id);
    }
    yield { cursor: { ...next, found } };
  }
  if (found * 100 >= people * minOverlapPct) return;
  throw new FileRefusal(
    "suspicious_file",
    `The list names ${found} of the ${people} people of earlier files, less than ${minOverlapPct} %; nothing was imported. If it is the right one, lower minOverlapPct and bring it again`,
    { endsRun: true },
  );
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

/** The last pass of a complete list: people who are missing from it become passive. */
export async function* deactivateMissing(
  { rows, now, parameters }: UserContext,
  file: ImportFile,
  { people }: UserFacts,
  position: AfterId | null,
): AsyncGenerator<Step<AfterId, UserCount>, void> {
  const { chunkSize, maxDeactivatePct } = parameters;
  if (!file.complete || parameters.missing !== "passive") return;
  const inFile = sql`(${wasSeen(file.id, "key", sql`external_id`)} OR ${wasSeen(file.id, "username", sql`username_key`)})`;
  if (position === null) {
    const found = await rows.first<{ missing: number }>(
      sql`SELECT count(*) AS missing FROM ${listed} AND NOT ${inFile}`,
    );
    const missing = found?.missing ?? 0;
    if (missing * 100 > people * maxDeactivatePct) {
      throw new FileRefusal(
        "too_many_deactivations",
        `${missing} of ${people} people are missing from this list, more than ${maxDeactivatePct} %; no person was deactivated. If the list is right, raise maxDeactivatePct and bring it again`,
        { endsRun: true },
      );
    }
  }
  const read = (after: number) =>
    rows.all(
      select(
        persons,
        ["id", "externalId", "authStatus"],
        sql`${whereListed} AND id > ${after} AND NOT ${inFile} ORDER BY id LIMIT ${chunkSize}`,
      ),
    );
  for await (const page of pages(position?.after ?? 0, read, ({ id }) => id)) {
    const written = new WrittenPeople(now);
    const units = page.rows.map((person) => {
      const externalId = person.externalId ?? "";
      const write = deactivatePerson(person, externalId, now);
      return { ref: rowRef(file.name, 0, externalId), writes: [written.change<UserCount>(write, "deactivated")] };
    });
    yield { units, followUp: written.followUp(), cursor: { after: page.after } };
  }
}
