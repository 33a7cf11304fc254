import type { z } from "zod";
import { hashPassword, verifyPassword } from "../../../control/access/password.ts";
import type { CsvPosition } from "../../../learning/csv.ts";
import { type Note, type RowNote, rowRef } from "../../../learning/imports/problems.ts";
import { RowProblem } from "../../../learning/imports/row.ts";
import type { RunContext, Step, Unit, Write } from "../../contract.ts";
import { unitOf } from "../../unit-of.ts";
import { type CsvChunk, type CsvFacts, columnsOf, csvChunks } from "../file/csv-file.ts";
import type { UserCount } from "../file/import-counts.ts";
import type { ImportCursor } from "../file/import-cursor.ts";
import type { ImportFile } from "../file/import-files.ts";
import { ERASED_WORDS, erasedRows } from "./erased-rows.ts";
import { noteStatus } from "./person-status.ts";
import { createPerson, type PersonWrite, parkUsernames, type Resolved, updatePerson } from "./person-writes.ts";
import { findPerson, QUALIFIED, type StoredPeople, type StoredPerson, take, UsernameTaken } from "./stored-people.ts";
import type { userParameters } from "./user-parameters.ts";
import type { ReadRow, UserRow } from "./user-row.ts";
import { WrittenPeople } from "./written-people.ts";

/** A password costs about 0.2 s of CPU to hash or to compare. */
const PASSWORDS_PER_STEP = 5;
const SALT_BYTES = 16;
const COUNTERS = { create: "created", update: "updated", deactivate: "deactivated" } as const;

export type UserContext = RunContext<z.output<typeof userParameters>, ImportCursor>;

/** The rows of a file in chunks, as pass 1 makes them: few where they have passwords. */
export function peopleChunks(
  { parameters: { chunkSize } }: UserContext,
  file: ImportFile,
  facts: CsvFacts,
  position: CsvPosition | null,
): AsyncGenerator<CsvChunk, void> {
  const password = columnsOf(facts).index.get("password") ?? -1;
  const hasPassword = (row: { cells: readonly string[] }) => (row.cells[password] ?? "") !== "";
  return csvChunks(file, facts, position, chunkSize, hasPassword, PASSWORDS_PER_STEP);
}

/** What moves with a row: people whose usernames are parked first, and what they are called then. */
export interface Moving {
  readonly parked: readonly number[];
  readonly moved: readonly PersonWrite[];
}

/** The units of some rows, as they are made one by one. */
export interface RowWork {
  readonly notes: RowNote[];
  /**
   * Makes the unit of a row; none where somebody else has its username (`taken`).
   * @param moving who moves on together with it
   */
  row(row: ReadRow, moving?: Moving): Promise<"taken" | "failed" | "same" | "written">;
  /** Makes the unit of a row that failed. */
  fail(row: ReadRow, problem: RowProblem): void;
  /** What there is to write. */
  step(): Pick<Step<unknown, UserCount>, "units" | "followUp">;
}

/**
 * Begins the work on some rows.
 * @param people what is stored that has to do with them; kept up to date
 */
export async function startRows(
  context: UserContext,
  file: ImportFile,
  people: StoredPeople,
  rows: readonly ReadRow[],
): Promise<RowWork> {
  const erased = context.parameters.recreateErased ? new Set<ReadRow>() : await erasedRows(context, people, rows);
  const units: Unit<UserCount>[] = [];
  const written = new WrittenPeople(context.now);
  const notes: RowNote[] = [];
  const refOf = ({ line, sourcedId }: ReadRow) => rowRef(file.name, line, sourcedId);
  const fail = (row: ReadRow, { code, message }: RowProblem) => {
    units.push({ ref: refOf(row), writes: [], failure: { code, message } });
  };
  return {
    notes,
    fail,
    async row(row, { parked, moved } = { parked: [], moved: [] }) {
      const { content, line } = row;
      if (content instanceof RowProblem) {
        fail(row, content);
        return "failed";
      }
      const note: Note = (code, message) => notes.push({ line, key: row.sourcedId, code, message });
      let taken = false;
      const unit = await unitOf(refOf(row), async () => {
        try {
          const person = findPerson(people, content);
          if (person === null && erased.has(row) && content.status !== "tobedeleted") {
            note("erased_person", ERASED_WORDS);
            return { writes: [], counts: { erasedSkipped: 1 } };
          }
          const change = await importPerson(context, file, people, content, person, note);
          if (!change) return { writes: [] };
          const own = written.change(change, COUNTERS[change.action]);
          const others = moved.map((one) => written.change<UserCount>(one));
          const park: Write<UserCount>[] = parked.length > 0 ? [parkUsernames(parked)] : [];
          return {
            writes: [...park, ...[own, ...others].map((one) => ({ ...one, always: true as const }))],
            counts: change.reactivates ? { reactivated: 1 } : {},
          };
        } catch (error) {
          taken = error instanceof UsernameTaken;
          if (error instanceof RowProblem) return { writes: [], failure: { code: error.code, message: error.message } };
          throw error;
        }
      });
      if (taken) return "taken";
      units.push(unit);
      if (unit.failure) return "failed";
      return unit.writes.length > 0 ? "written" : "same";
    },
    step: () => ({ units, followUp: written.followUp() }),
  };
}

/** The change that a row asks for; null when there is nothing to do. */
async function importPerson(
  context: UserContext,
  { complete }: ImportFile,
  people: StoredPeople,
  row: UserRow,
  person: StoredPerson | null,
  note: Note,
): Promise<PersonWrite | null> {
  const { now, today } = context;
  if (!person && row.status === "tobedeleted") return null;
  if (person) noteStatus(person, row, complete, note);
  const resolved: Resolved = {
    source: "csv",
    complete,
    today,
    supervisorId: supervisorOf(people, row, note),
    passwordHash: await passwordHash(context, row, person),
    groups: resolveGroups(context, people, row, note),
  };
  take(people, row, person);
  if (!person) return createPerson(row, resolved, now);
  return updatePerson(person, row, resolved, people.csvGroups.get(person.id) ?? new Set(), now);
}

/** Undefined: leave it; somebody who comes later in the file is set in another pass. */
function supervisorOf(people: StoredPeople, row: UserRow, note: Note): number | null | undefined {
  const { supervisorSourcedId: supervisor } = row;
  if (supervisor !== row.sourcedId)
    return typeof supervisor === "string" ? people.supervisors.get(supervisor) : supervisor;
  note("own_supervisor", "supervisorSourcedId: nobody is their own supervisor; none was set");
  return null;
}

/** The hash to store: undefined leaves the stored one. */
async function passwordHash(
  context: UserContext,
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

function resolveGroups(context: UserContext, people: StoredPeople, row: UserRow, note: Note): Resolved["groups"] {
  if (row.groups === undefined) return undefined;
  const wanted = row.groups ?? [];
  const ids = [...new Set(wanted.flatMap((name) => people.groups.get(name) ?? []))];
  const unknown = wanted.filter((name) => !people.groups.has(name));
  // Groups of other sources come from there.
  const create = context.parameters.createGroups ? unknown.filter((name) => !QUALIFIED.test(name)) : [];
  const left = unknown.filter((name) => !create.includes(name));
  if (left.length > 0) {
    note("unknown_group", `groups: ${left.join(", ")} does not exist; create it, or set createGroups`);
  }
  return { ids, create };
}
