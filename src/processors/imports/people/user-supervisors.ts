import type { CsvPosition } from "../../../learning/csv/read.ts";
import { noteKey, rowRef } from "../../../learning/imports/problems.ts";
import { RowProblem } from "../../../learning/imports/row.ts";
import { rememberSeen } from "../../../learning/imports/seen.ts";
import { persons } from "../../../learning/schema/people.ts";
import { select } from "../../../store/select.ts";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import { failedAmong } from "../../../store/step/failures.ts";
import type { Step, Unit } from "../../contract.ts";
import { type CsvFacts, columnsOf, csvChunks } from "../file/csv-file.ts";
import type { ImportFile } from "../file/import-files.ts";
import { setSupervisor } from "./person-writes.ts";
import type { UserCount } from "./user-counts.ts";
import { readUserRow } from "./user-row.ts";
import type { UserContext } from "./user-work.ts";
import { WrittenPeople } from "./written-people.ts";

/** Chains of supervisors are followed this far up when a cycle is looked for. */
const LONGEST_CHAIN = 100;

interface Supervised {
  readonly line: number;
  readonly sourcedId: string;
  readonly supervisor: string;
  readonly ref: string;
}

/** The rows that name another person as supervisor, in chunks. */
async function* supervisedRows(
  context: UserContext,
  file: ImportFile,
  facts: CsvFacts,
  position: CsvPosition | null,
): AsyncGenerator<{ readonly supervised: readonly Supervised[]; readonly next: CsvPosition }, void> {
  const columns = columnsOf(facts);
  for await (const { rows, next } of csvChunks(file, facts, position, context.parameters.chunkSize)) {
    const supervised = rows.flatMap((row) => {
      const { content, line } = readUserRow(columns, row, file.options.listSeparator);
      if (content instanceof RowProblem || !content.supervisorSourcedId) return [];
      const { sourcedId, supervisorSourcedId } = content;
      if (supervisorSourcedId === sourcedId) return [];
      return [{ line, sourcedId, supervisor: supervisorSourcedId, ref: rowRef(file.name, line, sourcedId) }];
    });
    yield { supervised, next };
  }
}

/** False for a file that names no supervisors, and in a dry run, which has written no people. */
function namesSupervisors({ run }: UserContext, facts: CsvFacts): boolean {
  return facts.header.includes("supervisorSourcedId") && !run.dryRun;
}

/** Sets the supervisors whom pass 1 could not find because they came later in the file. */
export async function* setSupervisors(
  context: UserContext,
  file: ImportFile,
  facts: CsvFacts,
  position: CsvPosition | null,
): AsyncGenerator<Step<CsvPosition, UserCount>, void> {
  if (!namesSupervisors(context, facts)) return;
  for await (const { supervised, next } of supervisedRows(context, file, facts, position)) {
    const named = JSON.stringify(supervised.flatMap(({ sourcedId, supervisor }) => [sourcedId, supervisor]));
    const [failed, people] = await context.rows.each([
      failedAmong(
        supervised.map(({ ref }) => ref),
        file.failures,
      ),
      select(
        persons,
        ["id", "externalId", "supervisorId", "authStatus", "updatedAt"],
        sql`WHERE client_id = ${thisClient} AND external_id IN (SELECT value FROM json_each(${named}))`,
      ),
    ]);
    const refused = new Set(failed.map(({ ref }) => ref));
    const byExternalId = new Map(people.map((one) => [one.externalId, one]));
    const units: Unit<UserCount>[] = [];
    const written = new WrittenPeople(context.now);
    const notes: string[] = [];
    // A row counts once: pass 1 has counted each of them, as skipped unless it wrote the person.
    const counts = { scanned: 0, skipped: 0 };
    for (const { line, sourcedId, supervisor, ref } of supervised) {
      const person = byExternalId.get(sourcedId);
      if (refused.has(ref) || !person || person.authStatus === "deleted") continue;
      const found = byExternalId.get(supervisor);
      if (!found || found.authStatus === "deleted") {
        const message = "supervisorSourcedId: no person has this sourcedId; the supervisor was left as it is";
        notes.push(noteKey({ line, key: sourcedId, code: "unknown_supervisor", message }));
      } else if (person.supervisorId !== found.id) {
        const change = setSupervisor(person, sourcedId, found.id, context.now);
        const counted = person.updatedAt === context.now;
        units.push({
          ref,
          writes: [written.change(change)],
          counts: counted ? { changed: -1, skipped: 1 } : { updated: 1 },
        });
        counts.scanned -= 1;
        counts.skipped -= 1;
      }
    }
    yield {
      units,
      counts,
      followUp: written.followUp(),
      also: notes.length > 0 ? [rememberSeen(file.id, notes)] : [],
      cursor: next,
    };
  }
}

/** Warns of each person of the file who is a supervisor's supervisor's … supervisor of their own. It stays so. */
export async function* noteCycles(
  context: UserContext,
  file: ImportFile,
  facts: CsvFacts,
  position: CsvPosition | null,
): AsyncGenerator<Step<CsvPosition, UserCount>, void> {
  if (!namesSupervisors(context, facts)) return;
  for await (const { supervised, next } of supervisedRows(context, file, facts, position)) {
    const named = JSON.stringify(supervised.map(({ sourcedId }) => sourcedId));
    const inCycle = await context.rows.all<{ external_id: string }>(
      sql`WITH RECURSIVE above(start, id, depth) AS (
          SELECT persons.id, persons.supervisor_id, 1 FROM json_each(${named}) AS one
            CROSS JOIN persons ON persons.client_id = ${thisClient} AND persons.external_id = one.value
            WHERE +persons.supervisor_id IS NOT NULL
          UNION SELECT above.start, persons.supervisor_id, above.depth + 1 FROM above
            CROSS JOIN persons ON persons.id = above.id AND persons.client_id = ${thisClient}
            WHERE persons.supervisor_id IS NOT NULL AND above.id <> above.start AND above.depth < ${LONGEST_CHAIN})
        SELECT persons.external_id FROM above CROSS JOIN persons ON persons.id = above.start
        WHERE persons.client_id = ${thisClient} AND above.id = above.start`,
    );
    const found = new Set(inCycle.map(({ external_id }) => external_id));
    const message = "supervisorSourcedId: this closes a circle of supervisors; it was set all the same";
    const notes = supervised
      .filter(({ sourcedId }) => found.has(sourcedId))
      .map(({ line, sourcedId }) => noteKey({ line, key: sourcedId, code: "supervisor_cycle", message }));
    yield { also: notes.length > 0 ? [rememberSeen(file.id, notes)] : [], cursor: next };
  }
}
