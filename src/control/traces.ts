/** What a person can be recognised by in a text (spec 2.2.3). */
export interface Traces {
  readonly personId: number;
  readonly username: string;
  readonly email: string | null;
  readonly givenName: string;
  readonly familyName: string;
  /** The key of file imports; it says nothing by itself. */
  readonly externalId: string | null;
}

/** What stands where a trace was. */
export const ERASED = "deleted";

/** A user name of fewer characters is an ordinary word; it is looked for in its own columns only. */
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
  readonly given: RegExp | null;
  readonly family: RegExp | null;
  readonly near: RegExp | null;
  readonly externalId: RegExp | null;
}

/**
 * Looks for some people in texts and takes their traces out: whole words, without regard to case. What it may overlook: a name
 * that is misspelt, transliterated, broken by a line's end within a word, or split over two texts.
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

  /** Ids of the people whom a text names. */
  find(text: string, look: Look = "text"): number[] {
    const lower = text.toLowerCase();
    return this.#people.filter((person) => names(person, text, lower, look)).map(({ personId }) => personId);
  }

  /** The text with `deleted` for every trace of whom it names; the text itself where it names nobody. */
  redact(text: string): string {
    const lower = text.toLowerCase();
    return this.#people.reduce((left, person) => {
      if (!names(person, text, lower, "text")) return left;
      return [...person.handles, person.given, person.family].reduce<string>(
        (rest, pattern) => (pattern ? rest.replace(pattern, ERASED) : rest),
        left,
      );
    }, text);
  }

  /** The same for JSON: names are looked for in the whole of it and taken out of its texts, so that it stays JSON. */
  redactJson(json: string): string {
    const lower = json.toLowerCase();
    const named = this.#people.filter((person) => names(person, json, lower, "text"));
    if (named.length === 0) return json;
    const patterns = named.flatMap(({ handles, given, family }) => [...handles, given, family]);
    const clean = (text: string) =>
      patterns.reduce<string>((left, pattern) => (pattern ? left.replace(pattern, ERASED) : left), text);
    try {
      return JSON.stringify(mapTexts(JSON.parse(json) as unknown, clean));
    } catch {
      return clean(json);
    }
  }

  /** Ids of the people of whom this text is the given name, or the family name: a list may hold each name by itself. */
  findName(text: string, which: "given" | "family"): number[] {
    return this.#people.filter((person) => matches(person[which], text.trim(), true)).map(({ personId }) => personId);
  }
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [change(key), mapTexts(one, change)]));
}

function names(person: Searched, text: string, lower: string, look: Look): boolean {
  if (!person.probes.some((probe) => lower.includes(probe))) return false;
  if (person.handles.some((handle) => matches(handle, text))) return true;
  if (look === "text") return matches(person.near, text);
  const both = matches(person.given, text) && matches(person.family, text);
  return look === "record" ? both : both && matches(person.externalId, text);
}

function matches(pattern: RegExp | null, text: string, whole = false): boolean {
  if (!pattern) return false;
  // A global pattern remembers where it stopped.
  pattern.lastIndex = 0;
  const found = pattern.exec(text);
  return found !== null && (!whole || found[0].length === text.length);
}

function searched(person: Traces): Searched {
  const { username, email, givenName, familyName, externalId, personId } = person;
  const handles = [email ?? "", username.length >= SHORTEST ? username : ""].map((one) => one.trim()).filter(Boolean);
  const [given, family] = [givenName.trim(), familyName.trim()];
  const both = given !== "" && family !== "";
  return {
    personId,
    probes: [...handles, ...(both ? [family] : [])].flatMap(probesOf),
    handles: handles.map((one) => handle(one)),
    given: both ? word(given) : null,
    family: both ? word(family) : null,
    near: both ? near(given, family) : null,
    externalId: externalId === null || externalId.trim() === "" ? null : word(externalId.trim()),
  };
}

/** An address or a user name: not as a part of a longer one. */
function handle(text: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}._%+@-])${spellings(text)}(?![\\p{L}\\p{N}_%+@-]|\\.[\\p{L}\\p{N}])`, "giu");
}

function word(text: string): RegExp {
  return new RegExp(wordSource(text), "giu");
}

function wordSource(text: string): string {
  return `(?<![\\p{L}\\p{M}\\p{N}])${spellings(text)}(?![\\p{L}\\p{M}\\p{N}])`;
}

function near(given: string, family: string): RegExp {
  const [one, other] = [wordSource(given), wordSource(family)];
  return new RegExp(`${one}.{0,${NEAR}}?${other}|${other}.{0,${NEAR}}?${one}`, "gisu");
}

/** As it is, with any white space between its words; `ß` also as `ss`, which the flag `i` does not know. */
function spellings(text: string): string {
  const variants = [...new Set([text, text.replaceAll("ß", "ss"), text.normalize("NFC"), text.normalize("NFD")])];
  const sources = variants.map((one) => one.split(/\s+/).map(escaped).join("\\s+"));
  return sources.length === 1 ? (sources[0] ?? "") : `(?:${sources.join("|")})`;
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
