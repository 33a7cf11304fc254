import type { CsvPosition } from "../../../learning/csv/read.ts";
import { type Note, noteKey, type RowNote, rowRef } from "../../../learning/imports/problems.ts";
import { RowProblem } from "../../../learning/imports/row.ts";
import { rememberSeen } from "../../../learning/imports/seen.ts";
import { persons } from "../../../learning/schema/people.ts";
import { usernameKey } from "../../../learning/username.ts";
import type { ClientRows } from "../../../store/rows.ts";
import { select } from "../../../store/select.ts";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import type { Step, Unit } from "../../contract.ts";
import { type CsvFacts, columnsOf, csvChunks } from "../file/csv-file.ts";
import type { ImportFile } from "../file/import-files.ts";
import { rowUnit } from "../file/row-unit.ts";
import { type LaterRow, readLater } from "./later-rows.ts";
import { renamePerson } from "./person-writes.ts";
import { type StoredPeople, UsernameTaken } from "./stored-people.ts";
import type { UserCount } from "./user-counts.ts";
import { readUserRow, type UserRow } from "./user-row.ts";
import { type Moving, personOutcome, readChunk, type UserContext, WITH_PASSWORD } from "./user-work.ts";

/** More people than this cannot pass their usernames on to each other in a ring. */
const LONGEST_RING = 1000;

interface Holder {
  /** 0: a person whom this pass has created. */
  readonly id: number;
  readonly externalId: string | null;
  readonly username: string;
}

/** A person who takes another username. */
interface Move {
  readonly holder: Holder;
  readonly username: string;
}

/** The holders of the usernames that the put-off rows want, and the usernames that the holders' own rows want. */
class Usernames {
  readonly #holders: Map<string, Holder>;
  readonly #wishes: ReadonlyMap<number, string>;

  private constructor(holders: Map<string, Holder>, wishes: ReadonlyMap<number, string>) {
    this.#holders = holders;
    this.#wishes = wishes;
  }

  static async read(rows: ClientRows, later: readonly LaterRow[]): Promise<Usernames> {
    const wanted = JSON.stringify(later.map(({ username }) => usernameKey(username)));
    const holders = await rows.all(
      select(
        persons,
        ["id", "externalId", "username", "usernameKey"],
        sql`WHERE client_id = ${thisClient} AND username_key IN (SELECT value FROM json_each(${wanted}))`,
      ),
    );
    return new Usernames(
      new Map(holders.map((one) => [one.usernameKey, one])),
      new Map(later.flatMap(({ personId, username }) => (personId === null ? [] : [[personId, username] as const]))),
    );
  }

  /**
   * The people who move on so that a row can have `username`: each to the username that the person's own row wants, until one is
   * free or is the row's own. Null where a person on the way keeps the username.
   */
  moves(username: string, ownId: number | null): readonly Move[] | null {
    const moves: Move[] = [];
    for (let key = usernameKey(username); moves.length < LONGEST_RING; ) {
      const holder = this.#holders.get(key);
      if (!holder || holder.id === ownId) return moves;
      const wish = this.#wishes.get(holder.id);
      if (wish === undefined || usernameKey(wish) === key) return null;
      moves.push({ holder, username: wish });
      key = usernameKey(wish);
    }
    return null;
  }

  /** Notes that a person has another username from now on. @param before the old one, if there is one */
  give(holder: Holder, before: string | null, username: string): void {
    if (before !== null && this.#holders.get(usernameKey(before))?.id === holder.id) {
      this.#holders.delete(usernameKey(before));
    }
    this.#holders.set(usernameKey(username), { ...holder, username });
  }
}

/**
 * The pass over the rows that were put off: people can exchange their usernames in one file, in a ring of any length up to 1,000.
 * All of a ring move in one unit, so that at no time two have the same and none of them is without.
 */
export async function* importLater(
  context: UserContext,
  file: ImportFile,
  facts: CsvFacts,
  position: CsvPosition | null,
): AsyncGenerator<Step<CsvPosition, UserCount>, void> {
  const later = await readLater(context.rows, file.id);
  if (later.length === 0) return;
  const usernames = await Usernames.read(context.rows, later);
  const lines = new Set(later.map(({ line }) => line));
  const columns = columnsOf(facts);
  const { chunkSize } = context.parameters;
  for await (const { rows, next } of csvChunks(file, facts, position, chunkSize, WITH_PASSWORD)) {
    const put = rows.flatMap((row) => {
      if (!lines.has(row.line)) return [];
      const { line, content } = readUserRow(columns, row, file.options.listSeparator);
      return content instanceof RowProblem ? [] : [{ line, row: content }];
    });
    if (put.length === 0) continue;
    const chunk = await readChunk(
      context,
      put.map(({ row }) => row),
      context.rows.each,
    );
    const { people } = chunk;
    const units: Unit<UserCount>[] = [];
    const notes: RowNote[] = [];
    const counts = { changed: 0, skipped: 0, updated: 0 };
    for (const { line, row } of put) {
      const person = people.byExternalId.get(row.sourcedId) ?? null;
      const moves = usernames.moves(row.username, person?.id ?? null);
      const moving = moves && movingOf(people, row, moves, context.now);
      const unit = await rowUnit<UserCount>(rowRef(file.name, line, row.sourcedId), async () => {
        const note: Note = (code, message) => notes.push({ line, key: row.sourcedId, code, message });
        try {
          if (moves === null) throw new UsernameTaken();
          return await personOutcome(context, file, chunk, row, note, moving ?? undefined);
        } catch (error) {
          // A dry run has not written the people from whom this one may have it.
          if (error instanceof UsernameTaken && context.run.dryRun) return null;
          throw error;
        }
      });
      if (!unit) continue;
      units.push(unit);
      if (unit.failure || !moving) continue;
      if (unit.writes.length === 0) {
        // It had its username from another row of the ring.
        if (person?.updatedAt !== context.now) continue;
        counts.changed += 1;
        counts.skipped -= 1;
        counts.updated += 1;
        continue;
      }
      usernames.give(
        { id: person?.id ?? 0, externalId: row.sourcedId, username: "" },
        person?.username ?? null,
        row.username,
      );
      for (const move of moves ?? []) {
        usernames.give(move.holder, move.holder.username, move.username);
        hasMoved(people, move.holder, move.username, context.now);
      }
    }
    const also = notes.length > 0 ? [rememberSeen(file.id, notes.map(noteKey))] : [];
    yield { units, followUp: chunk.written.followUp(), counts, also, cursor: next };
  }
}

/** The people who move on with a row, whose username is freed for it; null where no stored person has that. */
function movingOf(people: StoredPeople, row: UserRow, moves: readonly Move[], now: number): Moving | null {
  const key = usernameKey(row.username);
  const holder = people.byUsername.get(key);
  if (holder === undefined || !("id" in holder)) return null;
  if (moves.length > 0) people.byUsername.delete(key);
  return {
    parked: moves.map((move) => move.holder.id),
    moved: moves.map((move) => renamePerson(move.holder, move.holder.externalId ?? "", move.username, now)),
  };
}

/** Lets the chunk's later rows see that a person has another username. */
function hasMoved(people: StoredPeople, holder: Holder, username: string, now: number): void {
  const person = people.byExternalId.get(holder.externalId ?? "");
  if (!person) return;
  const renamed = { ...person, username, usernameKey: usernameKey(username), updatedAt: now };
  people.byExternalId.set(holder.externalId ?? "", renamed);
  people.byUsername.set(renamed.usernameKey, renamed);
}
