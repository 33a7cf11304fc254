import { sql } from "drizzle-orm";
import type { CsvPosition } from "../../../learning/csv.ts";
import { noteKey } from "../../../learning/imports/problems.ts";
import { RowProblem } from "../../../learning/imports/row.ts";
import { rememberSeen } from "../../../learning/imports/seen.ts";
import { usernameKey } from "../../../learning/username.ts";
import type { ClientRows } from "../../../store/rows.ts";
import { thisClient } from "../../../store/statement.ts";
import type { Step } from "../../contract.ts";
import { type CsvFacts, columnsOf } from "../file/csv-file.ts";
import type { UserCount } from "../file/import-counts.ts";
import type { ImportFile, Pass } from "../file/import-files.ts";
import { type LaterRow, readLater } from "./later-rows.ts";
import { renamePerson } from "./person-writes.ts";
import { readPeople, type StoredPeople, UsernameTaken } from "./stored-people.ts";
import { readUserRow } from "./user-row.ts";
import { peopleChunks, startRows, type UserContext } from "./user-work.ts";

/** More people than this cannot pass their usernames on to each other in a ring. */
const LONGEST_RING = 1000;

interface Holder {
  /** 0: a person whom this pass has created. */
  readonly id: number;
  readonly external_id: string | null;
  readonly username: string;
}

/** Who has the usernames that the put-off rows want, and what these people's own rows want. */
class Usernames {
  readonly #holders: Map<string, Holder>;
  readonly #wishes: ReadonlyMap<number, string>;

  private constructor(holders: Map<string, Holder>, wishes: ReadonlyMap<number, string>) {
    this.#holders = holders;
    this.#wishes = wishes;
  }

  static async read(rows: ClientRows, later: readonly LaterRow[]): Promise<Usernames> {
    const wanted = JSON.stringify(later.map(({ username }) => usernameKey(username)));
    const holders = await rows.all<Holder & { username_key: string }>(
      sql`SELECT id, external_id, username, username_key FROM persons
        WHERE client_id = ${thisClient} AND username_key IN (SELECT value FROM json_each(${wanted}))`,
    );
    return new Usernames(
      new Map(holders.map((one) => [one.username_key, { ...one, id: Number(one.id) }])),
      new Map(later.flatMap(({ personId, username }) => (personId === null ? [] : [[personId, username] as const]))),
    );
  }

  /**
   * Whom a row that wants `username` makes move on, each to the username that the person's own row wants, until one is free or is
   * the row's own. Null where somebody on the way keeps theirs.
   */
  moves(
    username: string,
    ownId: number | null,
  ): readonly { readonly holder: Holder; readonly username: string }[] | null {
    const moves: { holder: Holder; username: string }[] = [];
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

  /** Somebody has a username from now on, and the old one no longer. */
  give(holder: Holder, before: string | null, username: string): void {
    if (before !== null && this.#holders.get(usernameKey(before))?.id === holder.id) {
      this.#holders.delete(usernameKey(before));
    }
    this.#holders.set(usernameKey(username), { ...holder, username });
  }
}

/**
 * The pass over the rows that were put off: people can exchange their usernames in one file, in a ring of any length up to 1,000.
 * All of a ring move in one unit, so that at no time two have the same and nobody is left without.
 */
export function renamePass(context: UserContext, file: ImportFile, facts: CsvFacts): Pass<CsvPosition, UserCount>[] {
  return [(position) => importLater(context, file, facts, position)];
}

async function* importLater(
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
  for await (const chunk of peopleChunks(context, file, facts, position)) {
    const rows = chunk.rows
      .filter(({ line }) => lines.has(line))
      .map((row) => readUserRow(columns, row, file.options.listSeparator));
    if (rows.length === 0) continue;
    const people = await readPeople(context.rows, file.id, rows);
    const work = await startRows(context, file, people, rows);
    const counts = { changed: 0, skipped: 0, updated: 0 };
    for (const row of rows) {
      const { content } = row;
      if (content instanceof RowProblem) continue;
      const person = people.byExternalId.get(row.sourcedId) ?? null;
      const moves = usernames.moves(row.username, person?.id ?? null);
      const holder = people.byUsername.get(usernameKey(row.username));
      if (moves === null || holder === undefined || !("id" in holder)) {
        const done = moves === null ? "taken" : await work.row(row);
        if (done === "taken" && !context.run.dryRun) work.fail(row, new UsernameTaken());
        continue;
      }
      const moved = moves.map((move) =>
        renamePerson(move.holder, move.holder.external_id ?? "", move.username, context.now),
      );
      if (moves.length > 0) people.byUsername.delete(usernameKey(row.username));
      const done = await work.row(row, { parked: moves.map((move) => move.holder.id), moved });
      if (done === "taken" && !context.run.dryRun) work.fail(row, new UsernameTaken());
      // It had its username from another row of the ring.
      if (done === "same" && person?.updated_at === context.now) {
        counts.changed += 1;
        counts.skipped -= 1;
        counts.updated += 1;
      }
      if (done !== "written") continue;
      usernames.give(
        { id: person?.id ?? 0, external_id: row.sourcedId, username: "" },
        person?.username ?? null,
        row.username,
      );
      for (const move of moves) {
        usernames.give(move.holder, move.holder.username, move.username);
        hasMoved(people, move.holder, move.username, context.now);
      }
    }
    const also = work.notes.length > 0 ? [rememberSeen(file.id, work.notes.map(noteKey))] : [];
    yield { ...work.step(), counts, also, cursor: chunk.next };
  }
}

/** Lets the chunk's later rows see that a person has another username. */
function hasMoved(people: StoredPeople, holder: Holder, username: string, now: number): void {
  const person = people.byExternalId.get(holder.external_id ?? "");
  if (!person) return;
  const renamed = { ...person, username, username_key: usernameKey(username), updated_at: now };
  people.byExternalId.set(holder.external_id ?? "", renamed);
  people.byUsername.set(renamed.username_key, renamed);
}
