/** What a person can be recognised by in a text (spec 2.2.3). */
export interface Traces {
  readonly personId: number;
  readonly username: string;
  readonly email: string | null;
  readonly givenName: string;
  readonly familyName: string;
  /** The key of file imports; it says nothing by itself. */
  readonly externalId: string | null;
  /** Somebody else bears the same two names, which therefore say nothing by themselves. Default false. */
  readonly namesake?: boolean;
  /** The user name is also a word of other people's data, which therefore says nothing by itself. Default false. */
  readonly usernameIsWord?: boolean;
}

/** What stands where a trace was. */
export const ERASED = "deleted";

/** A name of fewer letters is an ordinary word: a user name is not looked for at all, two names only side by side. */
const SHORTEST = 3;
/** In a text the two names of a person stand so close to each other (characters), whatever is between them. */
const NEAR = 30;

/**
 * How a text is looked at. `text`: it names a person by address or user name, or by given and family name close to each other.
 * `record`: by those, or by both names anywhere in it: it is one row of a list. `identity`: by address or user name only, or by
 * the external id together with both names, for where a namesake must not be taken for the person.
 */
export type Look = "text" | "record" | "identity";

interface Searched {
  readonly personId: number;
  /** In lower case; a text without any of these has nothing of the person. */
  readonly probes: readonly string[];
  /** Address and user name. */
  readonly handles: readonly RegExp[];
  readonly externalId: RegExp | null;
  readonly names: Names | null;
}

/** How two names are found. A name that is a word as well (`will`, `page`) is told from it by its capital letter. */
interface Names {
  /** Each as names are written: as it is, in capitals, with a capital. */
  readonly given: RegExp;
  readonly family: RegExp;
  /** Both, so written, close to each other. */
  readonly near: RegExp;
  /** Both side by side, in any case; they keep their case where one is short. */
  readonly beside: RegExp;
  /** Given and family name in any case, as `beside` finds them. */
  readonly parts: readonly [RegExp, RegExp];
  /** Another person has the same. */
  readonly shared: boolean;
}

/**
 * Looks for some people in texts and takes their traces out, in whole words. What it overlooks: a name that is misspelt,
 * transliterated, broken by a line's end within a word or split over two texts; one of the two names by itself; names that
 * another person of the client has too, and user names that are words there, where nothing else tells who is meant.
 */
export class PeopleFinder {
  readonly #people: readonly Searched[];

  constructor(people: readonly Traces[]) {
    this.#people = people.map(searched);
  }

  /**
   * Every text that names one of the people contains at least one of these when both are in lower case as SQLite's `lower()`
   * has it, which knows ASCII only. For a first, cheap selection in SQL.
   */
  get probes(): readonly string[] {
    return [...new Set(this.#people.flatMap(({ probes }) => probes))];
  }

  /** Ids of the people who are looked for. */
  get ids(): readonly number[] {
    return this.#people.map(({ personId }) => personId);
  }

  /** Ids of the people whom a text names. */
  find(text: string, look: Look = "text"): number[] {
    const lower = text.toLowerCase();
    return this.#people.filter((person) => isNamed(person, text, lower, look)).map(({ personId }) => personId);
  }

  /** The text with `deleted` for every trace of whom it names; the text itself where it names nobody. */
  redact(text: string): string {
    const lower = text.toLowerCase();
    const named = this.#people.filter((person) => isNamed(person, text, lower, "text"));
    return named.reduce((left, person) => without(person, left), text);
  }

  /** The same for JSON: names are looked for in the whole of it and taken out of its texts, so that it stays JSON. */
  redactJson(json: string): string {
    const lower = json.toLowerCase();
    const named = this.#people.filter((person) => isNamed(person, json, lower, "text"));
    if (named.length === 0) return json;
    const clean = (text: string) => named.reduce((left, person) => without(person, left), text);
    try {
      return JSON.stringify(mapTexts(JSON.parse(json) as unknown, clean));
    } catch {
      return clean(json);
    }
  }

  /** Ids of the people of whom this text is the given name, or the family name: a list may hold each name by itself. */
  findName(text: string, which: "given" | "family"): number[] {
    const whole = text.trim();
    const part = which === "given" ? 0 : 1;
    const is = ({ names }: Searched) => names && !names.shared && whole.replace(names.parts[part], "") === "";
    return whole === "" ? [] : this.#people.filter(is).map(({ personId }) => personId);
  }
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [change(key), mapTexts(one, change)]));
}

function isNamed({ probes, handles, externalId, names }: Searched, text: string, lower: string, look: Look): boolean {
  if (!probes.some((probe) => lower.includes(probe))) return false;
  const has = (pattern: RegExp) => text.search(pattern) >= 0;
  if (handles.some(has)) return true;
  if (!names) return false;
  const both = () => has(names.beside) || (has(names.given) && has(names.family));
  if (look === "identity") return externalId !== null && has(externalId) && both();
  if (names.shared) return look === "record" && externalId !== null && has(externalId) && both();
  return look === "record" ? both() : has(names.near) || has(names.beside);
}

/** A text that names a person, without all that names this one. */
function without({ handles, names }: Searched, text: string): string {
  const rest = handles.reduce((left, handle) => left.replace(handle, ERASED), text);
  if (!names) return rest;
  const plain = (found: string) => names.parts.reduce((left, part) => left.replace(part, ERASED), found);
  return rest.replace(names.beside, plain).replace(names.given, ERASED).replace(names.family, ERASED);
}

function searched(person: Traces): Searched {
  const { username, email, givenName, familyName, externalId, personId } = person;
  const distinctive = !person.usernameIsWord && username.trim().length >= SHORTEST;
  const handles = [email ?? "", distinctive ? username : ""].map((one) => one.trim()).filter(Boolean);
  const [given, family] = [givenName.trim(), familyName.trim()];
  const names = given !== "" && family !== "" ? namesOf(given, family, person.namesake ?? false) : null;
  return {
    personId,
    probes: [...handles, ...(names ? [family] : [])].flatMap(probesOf),
    handles: handles.map(handlePattern),
    externalId: externalId === null || externalId.trim() === "" ? null : new RegExp(word([externalId.trim()]), "giu"),
    names,
  };
}

function namesOf(given: string, family: string, shared: boolean): Names {
  const [one, other] = [word(written(given)), word(written(family))];
  const flags = Math.min([...given].length, [...family].length) < SHORTEST ? "gu" : "giu";
  const [first, second] = flags === "gu" ? [one, other] : [word([given]), word([family])];
  const beside = `${first}${BESIDE}${second}|${second}${BESIDE}${first}`;
  const near = flags === "gu" ? beside : `${one}.{0,${NEAR}}?${other}|${other}.{0,${NEAR}}?${one}`;
  return {
    given: new RegExp(one, "gu"),
    family: new RegExp(other, "gu"),
    near: new RegExp(near, "gsu"),
    beside: new RegExp(beside, flags),
    parts: [new RegExp(first, flags), new RegExp(second, flags)],
    shared,
  };
}

/** What is between two names that stand side by side. */
const BESIDE = "[^\\p{L}\\p{N}]{1,4}";

/** A name as names are written. */
function written(name: string): string[] {
  const capital = name.replace(/(?<![\p{L}\p{M}])\p{Ll}/gu, (letter) => letter.toUpperCase());
  return [name, name.toUpperCase(), capital];
}

/** An address or a user name: not as a part of a longer one. */
function handlePattern(text: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}._%+@-])${spellings([text])}(?![\\p{L}\\p{N}_%+@-]|\\.[\\p{L}\\p{N}])`, "giu");
}

function word(texts: readonly string[]): string {
  return `(?<![\\p{L}\\p{M}\\p{N}])${spellings(texts)}(?![\\p{L}\\p{M}\\p{N}])`;
}

/** With any white space between its words; `ß` also as `ss`, which the flag `i` does not know; accents composed or not. */
function spellings(texts: readonly string[]): string {
  const ways = texts.flatMap((text) => [text, text.replaceAll("ß", "ss")]);
  const forms = [...new Set(ways.flatMap((text) => [text, text.normalize("NFC"), text.normalize("NFD")]))];
  return `(?:${forms.map((form) => form.split(/\s+/).map(escaped).join("\\s+")).join("|")})`;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/** The longest run of ASCII within a word, or where there is none to speak of, the ways in which it is usually written. */
function probesOf(text: string): string[] {
  const runs = text.toLowerCase().split(/[^!#-[\]-~]+/);
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), "");
  if (longest.length >= 2) return [longest];
  const first = [...text][0] ?? "";
  const rest = text.slice(first.length);
  const ways = [text, text.toLowerCase(), text.toUpperCase(), first.toUpperCase() + rest.toLowerCase()];
  return [...new Set(ways.flatMap((way) => [way.normalize("NFC"), way.normalize("NFD")]).map(lowerAscii))];
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
