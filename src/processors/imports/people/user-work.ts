import type { z } from "zod";
import { hashPassword, verifyPassword } from "../../../control/access/password.ts";
import type { Note } from "../../../learning/imports/problems.ts";
import { RowProblem } from "../../../learning/imports/row.ts";
import type { RunContext, Unit } from "../../contract.ts";
import type { ImportFile } from "../file/import-files.ts";
import type { ReadEach } from "../file/seen-keys.ts";
import { ERASED_WORDS, erasedRows } from "./erased-rows.ts";
import { noteStatus } from "./person-status.ts";
import { createPerson, type PersonWrite, parkUsernames, type Resolved, updatePerson } from "./person-writes.ts";
import { findPerson, QUALIFIED, readPeople, type StoredPeople, type StoredPerson, take } from "./stored-people.ts";
import type { UserCount } from "./user-counts.ts";
import type { userParameters } from "./user-parameters.ts";
import type { UserRow } from "./user-row.ts";
import { WrittenPeople } from "./written-people.ts";

const SALT_BYTES = 16;
const COUNTERS = { create: "created", update: "updated", deactivate: "deactivated" } as const;

export type UserContext = RunContext<z.output<typeof userParameters>>;

/** Rows of which a step has few: a password costs about 0.2 s of CPU to hash or to compare. */
export const WITH_PASSWORD = { column: "password", rows: 5 };

/** What is stored for the rows of one step, and the people whom it writes. */
export interface PeopleChunk {
  /** What is stored; kept up to date while the rows are worked. */
  readonly people: StoredPeople;
  /** Rows that would create a finally deleted person again. */
  readonly erased: ReadonlySet<UserRow>;
  readonly written: WrittenPeople;
}

/** Reads what is stored for some rows. */
export async function readChunk(context: UserContext, rows: readonly UserRow[], each: ReadEach): Promise<PeopleChunk> {
  const people = await readPeople(rows, each);
  const erased = context.parameters.recreateErased ? new Set<UserRow>() : await erasedRows(context, people, rows);
  return { people, erased, written: new WrittenPeople(context.now) };
}

/** What is written in one unit with a row: people whose usernames are parked first, and what they are called then. */
export interface Moving {
  readonly parked: readonly number[];
  readonly moved: readonly PersonWrite[];
}

/**
 * What a row asks for.
 *
 * @param moving the people who pass their usernames on in the same unit
 * @throws {UsernameTaken} while another person has its username
 * @throws {RowProblem}
 */
export async function personOutcome(
  context: UserContext,
  file: ImportFile,
  { people, erased, written }: PeopleChunk,
  row: UserRow,
  note: Note,
  { parked, moved }: Moving = { parked: [], moved: [] },
): Promise<Omit<Unit<UserCount>, "ref">> {
  const person = findPerson(people, row);
  if (person === null && erased.has(row) && row.status !== "tobedeleted") {
    note("erased_person", ERASED_WORDS);
    return { writes: [], counts: { erasedSkipped: 1 } };
  }
  const write = await importPerson(context, file, people, row, person, note);
  if (!write) return { writes: [] };
  const own = written.change(write, COUNTERS[write.action]);
  const others = moved.map((one) => written.change<UserCount>(one));
  return {
    writes: [
      ...(parked.length > 0 ? [parkUsernames(parked)] : []),
      ...[own, ...others].map((change) => ({ ...change, always: true as const })),
    ],
    counts: write.reactivates ? { reactivated: 1 } : {},
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

/** Undefined: leave it; a supervisor whose row comes later in the file is set in another pass. */
function supervisorOf(people: StoredPeople, row: UserRow, note: Note): number | null | undefined {
  const { supervisorSourcedId: supervisor } = row;
  if (supervisor !== row.sourcedId)
    return typeof supervisor === "string" ? people.supervisors.get(supervisor) : supervisor;
  note("own_supervisor", "supervisorSourcedId: a person cannot be their own supervisor; none was set");
  return null;
}

/** The hash to store: undefined leaves the stored one. */
async function passwordHash(
  context: UserContext,
  { password, authSource }: UserRow,
  person: StoredPerson | null,
): Promise<string | null | undefined> {
  if (password === undefined || password === null) return password;
  if ((authSource ?? person?.authSource ?? "local") !== "local") {
    throw new RowProblem("bad_value", "password: only for people whose authSource is local");
  }
  const stored = person?.passwordHash;
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
