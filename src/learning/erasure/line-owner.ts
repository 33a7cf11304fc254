import type { ClientRows } from "../../store/rows.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { usernameKey } from "../username.ts";
import type { ErasedPerson } from "./person.ts";
import { References } from "./references.ts";

/** The keys by which a line of a file is a person's: the columns of a list, or the reference of a result file. '' where it has none. */
export interface LineKeys {
  readonly externalId: string;
  readonly username: string;
  readonly reference: string;
}

/** Tells whose a line of an import or result file is. */
export class LineOwner {
  readonly #rows: ClientRows;
  readonly #byExternalId: ReadonlyMap<string, number>;
  readonly #byUsername: ReadonlyMap<string, number>;
  readonly #references: References;
  /** Texts, in lower case, one of which every line of the people has; null: such a text cannot be named. */
  readonly needles: readonly string[] | null;

  /** Ids of the people. */
  readonly people: readonly number[];

  constructor(rows: ClientRows, people: readonly ErasedPerson[]) {
    this.#rows = rows;
    this.people = people.map(({ id }) => id);
    this.#byExternalId = new Map(
      people.flatMap(({ externalId, id }) =>
        externalId === null || externalId.trim() === "" ? [] : [[externalId, id]],
      ),
    );
    this.#byUsername = new Map(people.map((person) => [person.usernameKey, person.id]));
    this.#references = new References(rows, people);
    const needles = [...this.#byExternalId.keys(), ...this.#byUsername.keys()];
    // A quote is doubled within a cell, and composed letters can be written in two ways.
    this.needles = needles.every((needle) => /^[ !#-~]+$/.test(needle))
      ? needles.map((one) => one.toLowerCase())
      : null;
  }

  /** Whether a line can be one of the people's at all; what is true here is asked of {@link ownersOf}. */
  isCandidate({ externalId, username, reference }: LineKeys): boolean {
    return (
      this.#byExternalId.has(externalId) ||
      this.#byUsername.has(usernameKey(username)) ||
      (reference !== "" && this.#maybe(reference))
    );
  }

  #maybe(reference: string): boolean {
    const lower = reference.toLowerCase();
    return this.needles?.some((needle) => lower.includes(needle)) ?? true;
  }

  /**
   * The person of each line, null where it is another person's. The external id decides, as it does in an import; the username only
   * where the line's external id is no other person's.
   */
  async ownersOf(lines: readonly LineKeys[]): Promise<(number | null)[]> {
    const named = lines.filter(({ externalId }) => externalId !== "" && !this.#byExternalId.has(externalId));
    const taken = await this.#takenIds([...new Set(named.map(({ externalId }) => externalId))]);
    const persons = await this.#references.personsOfKeys(lines.map(({ reference }) => reference).filter(Boolean));
    return lines.map(({ externalId, username, reference }) => {
      if (reference !== "") return persons.get(reference) ?? null;
      const own = this.#byExternalId.get(externalId);
      if (own !== undefined) return own;
      return taken.has(externalId) ? null : (this.#byUsername.get(usernameKey(username)) ?? null);
    });
  }

  async #takenIds(externalIds: readonly string[]): Promise<ReadonlySet<string>> {
    if (externalIds.length === 0) return new Set();
    const found = await this.#rows.all<{ external_id: string }>(sql`SELECT external_id FROM persons
      WHERE client_id = ${thisClient} AND external_id IN (SELECT value FROM json_each(${JSON.stringify(externalIds)}))`);
    return new Set(found.map(({ external_id }) => external_id));
  }
}
