import type { ErasedPerson } from "./person.ts";

const LETTER = "[\\p{L}\\p{M}\\p{N}]";

/**
 * Tells whether the name of a file, as it stands in a key of ours (`move c/1/import/user_csv/zquell.csv`), names one of some people:
 * by external id, username, address, or both names.
 */
export class KeyNames {
  readonly #people: readonly (readonly RegExp[])[];

  constructor(people: readonly ErasedPerson[]) {
    this.#people = people.flatMap(({ externalId, username, email, givenName, familyName }) => {
      const alone = [externalId, username, email].flatMap((one) =>
        one === null || one.trim() === "" ? [] : [[word(one)]],
      );
      const both = givenName.trim() !== "" && familyName.trim() !== "" ? [[word(givenName), word(familyName)]] : [];
      return [...alone, ...both];
    });
  }

  /** Whether a key with a path names one of the people. A key without one names no person. */
  names(key: string): boolean {
    const path = /^(?:move )?((?:c|g|n|temp)\/.*)$/s.exec(key)?.[1];
    if (path === undefined) return false;
    const file = path.slice(path.lastIndexOf("/") + 1).normalize("NFC");
    return this.#people.some((words) => words.every((one) => file.search(one) >= 0));
  }
}

/** A name as a whole word, with anything but letters and digits between its own words. */
function word(name: string): RegExp {
  const parts = name.trim().normalize("NFC").split(/\s+/);
  const escaped = parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
  return new RegExp(`(?<!${LETTER})${escaped.join("[^\\p{L}\\p{N}]")}(?!${LETTER})`, "iu");
}
