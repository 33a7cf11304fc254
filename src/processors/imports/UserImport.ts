import { sql } from "drizzle-orm";
import { z } from "zod";
import { hashPassword, verifyPassword } from "../../control/password.ts";
import type { CsvPosition } from "../../learning/csv.ts";
import { csvOptions } from "../../learning/imports/configuration.ts";
import { noteKey, type RowNote, rowRef } from "../../learning/imports/problems.ts";
import { RowProblem } from "../../learning/imports/row.ts";
import { rememberSeen, wasSeen } from "../../learning/imports/seen.ts";
import { failedAmong } from "../../store/failures.ts";
import { thisClient } from "../../store/statement.ts";
import { defineProcessor, type RunContext, type Step, type Unit } from "../contract.ts";
import { type CsvFacts, checkCsv, columnsOf, csvChunks } from "./csv-file.ts";
import { FileRefusal, type ImportCursor, type ImportFile, importFiles, type Pass } from "./import-files.ts";
import {
  createPerson,
  deactivatePerson,
  type PersonWrite,
  peopleFollowUp,
  type Resolved,
  setSupervisor,
  updatePerson,
} from "./person-writes.ts";
import { findPerson, readPeople, rowKeys, type StoredPeople, type StoredPerson, take } from "./stored-people.ts";
import { type ReadRow, readUserRow, type UserRow, userColumns } from "./user-row.ts";

/** A password costs about 0.2 s of CPU to hash or to compare. */
const PASSWORDS_PER_STEP = 5;
const SALT_BYTES = 16;
const COUNTERS = { create: "created", update: "updated", deactivate: "deactivated" } as const;

const parameters = z.strictObject({
  missing: z
    .enum(["ignore", "passive"])
    .default("ignore")
    .describe("What becomes of people of earlier CSV files who are missing from a complete list (full_…)"),
  maxDeactivatePct: z
    .int()
    .min(0)
    .max(100)
    .default(10)
    .describe("A complete list that would deactivate more than this share of them deactivates nobody"),
  createGroups: z.boolean().default(false).describe("Create groups that a file names and that do not exist"),
});

type Context = RunContext<z.output<typeof parameters>, ImportCursor>;
type RowPosition = CsvPosition & { readonly rows: number };

/**
 * Spec 2.1.1. What the spec leaves open is decided so:
 *
 * - **Who**: by sourcedId; a person without one is adopted by username. A username of anybody else fails the row, unless an
 *   earlier row has freed it. Names are compared as they are written, case included.
 * - **Twice in a file**: the first row counts, also if it failed; later rows with its sourcedId or username fail.
 * - **Status**: an empty one leaves it, new people become active. `tobedeleted` for somebody unknown is passed over.
 *   `active` for somebody with a `deletion_on` imports the rest of the row and warns. A row for a deleted person fails.
 * - **Groups** are found by external id, whatever their source, but only memberships of source csv are set. Unknown ones are
 *   left out with a warning unless `createGroups`.
 * - **Supervisor**: an unknown one leaves the present one, with a warning.
 * - **Password**: given again for somebody who has that one it changes nothing; otherwise it is set. `\N` removes it. Only
 *   people of authSource `local` have one here.
 * - **E-mail** addresses are stored as written and may occur more than once.
 * - **Complete list**: a row that failed still says that its person is in the list. Compared are active and inactive people with
 *   `import_source='csv'`. The list with too many missing goes to `failed/` (so that the same file can be brought again), the
 *   other files are imported, and the run ends `failed`. People of another source stay with it; those without one become csv.
 *
 * Costs two statements for each new or changed person and two round trips for each `chunkSize` rows; a password costs 0.2 s of
 * CPU, so that files with thousands of them take long and want a raised CPU limit at the edge. A dry run sees neither supervisors
 * nor usernames that the same file brings or frees.
 */
export const UserImport = defineProcessor<typeof parameters, ImportCursor>({
  id: "UserImport",
  group: "imports",
  summary: "Creates and updates people from CSV files.",
  scope: "client",
  store: "learning",
  load: "heavy",
  suggestedCron: "0 10 0 * * ?",
  after: [],
  dryRun: "lower_bound",
  parameters,
  counts: ["files", "created", "updated", "deactivated"],
  run: (context) =>
    importFiles(context, {
      kind: "user_csv",
      options: csvOptions,
      check: (file, position) => checkCsv(file, userColumns, position),
      passes: (file, facts) => [
        (position: RowPosition | null) => importPeople(context, file, facts, position),
        ...supervisorPass(context, file, facts),
        ...missingPass(context, file),
      ],
    }),
});

/** Pass 1: creates and updates the people of each chunk. */
async function* importPeople(
  context: Context,
  file: ImportFile,
  facts: CsvFacts,
  position: RowPosition | null,
): AsyncGenerator<Step<RowPosition>, void> {
  const columns = columnsOf(facts);
  const password = columns.get("password") ?? -1;
  const { chunkSize } = context.parameters;
  let done = position?.rows ?? 0;
  const hasPassword = (row: { cells: readonly string[] }) => (row.cells[password] ?? "") !== "";
  for await (const chunk of csvChunks(file, facts, position, chunkSize, hasPassword, PASSWORDS_PER_STEP)) {
    const rows = chunk.rows.map((row) => readUserRow(columns, row));
    const people = await readPeople(context.rows, file.id, rows);
    const units: Unit[] = [];
    const writes: PersonWrite[] = [];
    const notes: RowNote[] = [];
    for (const row of rows) {
      const ref = rowRef(file.name, row.line, row.sourcedId);
      const note: Note = (code, message) => notes.push({ line: row.line, key: row.sourcedId, code, message });
      const result = await importRow(context, people, row, note);
      if (result instanceof RowProblem) {
        units.push({ ref, writes: [], failure: { code: result.code, message: result.message } });
      } else if (result) {
        units.push({ ref, writes: [result.write], counts: { [COUNTERS[result.action]]: 1 } });
        writes.push(result);
      } else units.push({ ref, writes: [] });
    }
    done += rows.length;
    yield {
      units,
      followUp: peopleFollowUp(writes, context.now),
      also: [rememberSeen(file.id, [...rows.flatMap(rowKeys), ...notes.map(noteKey)])],
      cursor: { ...chunk.next, rows: done },
      progress: { done, total: facts.rows },
    };
  }
}

type Note = (code: string, message: string) => unknown;

/** The change that a row asks for; null when there is nothing to do. */
async function importRow(
  context: Context,
  people: StoredPeople,
  row: ReadRow,
  note: Note,
): Promise<PersonWrite | RowProblem | null> {
  const keys = rowKeys(row);
  const repeated = keys.some((key) => people.seen.has(key));
  for (const key of keys) people.seen.add(key);
  if (row.content instanceof RowProblem) return row.content;
  if (repeated) {
    return new RowProblem("duplicate", "An earlier row of the file has the same sourcedId or the same username");
  }
  try {
    return await importPerson(context, people, row.content, note);
  } catch (error) {
    if (error instanceof RowProblem) return error;
    throw error;
  }
}

async function importPerson(
  context: Context,
  people: StoredPeople,
  row: UserRow,
  note: Note,
): Promise<PersonWrite | null> {
  const { now, today } = context;
  const person = findPerson(people, row);
  if (!person && row.status === "tobedeleted") return null;
  if (row.status === "active" && person && person.deletion_on !== null && person.auth_status !== "active") {
    note("deletion_planned", "status: not set to active, because the person is to be deleted");
  }
  const { supervisorSourcedId: supervisor } = row;
  const resolved: Resolved = {
    source: "csv",
    supervisorId: typeof supervisor === "string" ? people.supervisors.get(supervisor) : supervisor,
    passwordHash: await passwordHash(context, row, person),
    groups: resolveGroups(context, people, row, note),
  };
  take(people, row, person);
  if (!person) return createPerson(row, resolved, today, now);
  return updatePerson(person, row, resolved, people.csvGroups.get(person.id) ?? new Set(), now);
}

/** The hash to store: undefined leaves the stored one. */
async function passwordHash(
  context: Context,
  { password, authSource }: UserRow,
  person: StoredPerson | null,
): Promise<string | null | undefined> {
  if (password === undefined || password === null) return password;
  if ((authSource ?? person?.auth_source ?? "local") !== "local") {
    throw new RowProblem("bad_value", "password: only for people whose authSource is local");
  }
  const stored = person?.password_hash;
  if (stored && (await verifyPassword(password, stored))) return undefined;
  return hashPassword(password, context.randomBytes(SALT_BYTES));
}

function resolveGroups(context: Context, people: StoredPeople, row: UserRow, note: Note): Resolved["groups"] {
  if (row.groups === undefined) return undefined;
  const wanted = row.groups ?? [];
  const ids = [...new Set(wanted.flatMap((name) => people.groups.get(name) ?? []))];
  const unknown = wanted.filter((name) => !people.groups.has(name));
  if (context.parameters.createGroups) return { ids, create: unknown };
  if (unknown.length > 0) {
    note("unknown_group", `groups: ${unknown.join(", ")} does not exist; create it, or set createGroups`);
  }
  return { ids, create: [] };
}

/** Pass 2, where the file names supervisors: those whom pass 1 could not find because they came later in the file. */
function supervisorPass(context: Context, file: ImportFile, facts: CsvFacts): Pass<CsvPosition>[] {
  if (!facts.header.includes("supervisorSourcedId") || context.run.dryRun) return [];
  return [(position) => setSupervisors(context, file, facts, position)];
}

async function* setSupervisors(
  context: Context,
  file: ImportFile,
  facts: CsvFacts,
  position: CsvPosition | null,
): AsyncGenerator<Step<CsvPosition>, void> {
  const columns = columnsOf(facts);
  for await (const { rows, next } of csvChunks(file, facts, position, context.parameters.chunkSize)) {
    const supervised = rows.flatMap((row) => {
      const { content, line } = readUserRow(columns, row);
      if (content instanceof RowProblem || !content.supervisorSourcedId) return [];
      const { sourcedId, supervisorSourcedId } = content;
      return [{ line, sourcedId, supervisor: supervisorSourcedId, ref: rowRef(file.name, line, sourcedId) }];
    });
    const named = JSON.stringify(supervised.flatMap(({ sourcedId, supervisor }) => [sourcedId, supervisor]));
    const [failed = [], people = []] = await context.rows.each([
      failedAmong(
        supervised.map(({ ref }) => ref),
        file.failuresBefore,
      ),
      sql`SELECT id, external_id, supervisor_id, auth_status, updated_at FROM persons
        WHERE client_id = ${thisClient} AND external_id IN (SELECT value FROM json_each(${named}))`,
    ]);
    const refused = new Set(failed.map(({ ref }) => ref));
    const byExternalId = new Map(people.map((one) => [String(one.external_id), one]));
    const units: Unit[] = [];
    const writes: PersonWrite[] = [];
    const notes: string[] = [];
    // A row counts once: what pass 1 counted is taken back where this pass counts it again.
    const counts = { scanned: 0, changed: 0, skipped: 0 };
    for (const { line, sourcedId, supervisor, ref } of supervised) {
      const person = byExternalId.get(sourcedId);
      if (refused.has(ref) || !person || person.auth_status === "deleted") continue;
      const found = byExternalId.get(supervisor);
      if (!found || found.auth_status === "deleted") {
        const message = "supervisorSourcedId: nobody has this sourcedId; the supervisor was left as it is";
        notes.push(noteKey({ line, key: sourcedId, code: "unknown_supervisor", message }));
      } else if (person.supervisor_id !== found.id) {
        const before = person.supervisor_id === null ? null : Number(person.supervisor_id);
        const change = setSupervisor(
          { id: Number(person.id), supervisor_id: before },
          sourcedId,
          Number(found.id),
          context.now,
        );
        const touched = person.updated_at === context.now;
        units.push({ ref, writes: [change.write], counts: touched ? {} : { updated: 1 } });
        writes.push(change);
        counts.scanned -= 1;
        counts[touched ? "changed" : "skipped"] -= 1;
      }
    }
    const followUp = peopleFollowUp(writes, context.now);
    yield { units, counts, followUp, also: notes.length > 0 ? [rememberSeen(file.id, notes)] : [], cursor: next };
  }
}

/** Pass 3, after a complete list. */
function missingPass(context: Context, file: ImportFile): Pass<{ after: number }>[] {
  if (!file.name.startsWith("full_") || context.parameters.missing !== "passive") return [];
  return [(position) => deactivateMissing(context, file, position?.after ?? 0)];
}

async function* deactivateMissing(
  { rows, now, parameters: { chunkSize, maxDeactivatePct } }: Context,
  file: ImportFile,
  from: number,
): AsyncGenerator<Step<{ after: number }>, void> {
  const listed = sql`persons WHERE client_id = ${thisClient} AND import_source = 'csv' AND external_id IS NOT NULL
    AND auth_status IN ('active', 'inactive')`;
  const inFile = sql`(${wasSeen(file.id, "key", sql`external_id`)} OR ${wasSeen(file.id, "username", sql`username`)})`;
  if (from === 0) {
    const share = await rows.first<{ people: number; missing: number }>(
      sql`SELECT count(*) AS people, count(*) FILTER (WHERE NOT ${inFile}) AS missing FROM ${listed}`,
    );
    const [people, missing] = [Number(share?.people ?? 0), Number(share?.missing ?? 0)];
    if (missing * 100 > people * maxDeactivatePct) {
      throw new FileRefusal(
        "too_many_deactivations",
        `${missing} of ${people} people are missing from this list, more than ${maxDeactivatePct} %; nobody was deactivated. If the list is right, raise maxDeactivatePct and bring it again`,
        { endsRun: true },
      );
    }
  }
  for (let after = from; ; ) {
    const people = await rows.all<{ id: number; external_id: string; auth_status: string }>(
      sql`SELECT id, external_id, auth_status FROM ${listed} AND id > ${after} AND NOT ${inFile} ORDER BY id LIMIT ${chunkSize}`,
    );
    const last = people.at(-1);
    if (!last) return;
    after = last.id;
    const writes = people.map((person) => deactivatePerson(person, person.external_id, now));
    yield {
      units: writes.map(({ write, externalId }) => ({
        ref: rowRef(file.name, 0, externalId),
        writes: [write],
        counts: { deactivated: 1 },
      })),
      followUp: peopleFollowUp(writes, now),
      cursor: { after },
    };
  }
}
