import { type TestPerson, TODAY, ZONE } from "./population.ts";

/**
 * The rule language once more, written from its description only and for one person at a time, without the product's code: truth
 * is 1, falsehood 0, and what cannot be said lies between them. Then `all` is the least part, `any` the greatest, `not` the
 * mirror image, and `atLeast: n` the n-th greatest part.
 */
export type Degree = 0 | 0.5 | 1;

type Json = Readonly<Record<string, unknown>>;

const degree = (truth: boolean): Degree => (truth ? 1 : 0);
const greatestFirst = (degrees: Degree[]) => degrees.toSorted((a, b) => b - a);

/** How true a rule is of a person of the population, whose id is given. */
export function degreeOf(rule: unknown, person: TestPerson, id: number): Degree {
  const json = rule as Json;
  const each = (parts: unknown) => (parts as unknown[]).map((part) => degreeOf(part, person, id));
  if ("all" in json) return greatestFirst(each(json.all)).at(-1) ?? 1;
  if ("any" in json) return greatestFirst(each(json.any))[0] ?? 0;
  if ("not" in json) return (1 - degreeOf(json.not, person, id)) as Degree;
  if ("of" in json) return greatestFirst(each(json.of))[Number(json.atLeast) - 1] ?? 0;
  if ("attr" in json) return attribute(json, person, id);
  if ("group" in json) return degree(person.groups.includes(Number(json.group)));
  if ("skill" in json)
    return degree(person.skills.some(([skill, level]) => skill === json.skill && level >= least(json)));
  const status = (json.status ?? []) as string[];
  if ("component" in json) {
    const covered = person.covered.includes(Number(json.component));
    if (covered && ("progressGte" in json || status.includes("passed") || status.includes("completed"))) return 1;
    const own = person.registrations.filter(({ component }) => component === json.component);
    if ("status" in json) return degree(own.some((one) => status.includes(one.status)));
    return best(
      own.map(({ progress }) => progress),
      Number(json.progressGte),
    );
  }
  if ("item" in json) {
    const own = person.registrations.flatMap(({ items }) => items).filter(({ item }) => item === json.item);
    if ("status" in json) return degree(own.some((one) => status.includes(one.status)));
    return best(
      own.map(({ score }) => score),
      Number(json.scoreGte),
    );
  }
  const periods = person.certifications.filter(({ certification }) => certification === json.certification);
  return degree(periods.some(({ current, status: one }) => current && status.includes(one)));
}

const least = (json: Json) => (json.minLevel === undefined ? 1 : Number(json.minLevel));

function best(amounts: (number | null)[], limit: number): Degree {
  return greatestFirst(amounts.map((amount) => (amount === null ? 0.5 : degree(amount >= limit))))[0] ?? 0;
}

function attribute(json: Json, person: TestPerson, id: number): Degree {
  const found = storedValue(String(json.attr), person, id);
  const text = found === null ? "" : String(found).trim();
  if (json.op === "empty") return degree(text === "");
  if (json.op === "notEmpty") return degree(text !== "");
  if (text === "") return 0.5;
  const instant = json.attr === "last_login_at";
  const day = instant ? new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE }).format(Number(text)) : asDay(text);
  const plain = instant ? null : fold(text);
  const number = instant ? null : asNumber(text);
  /** Negative, 0, positive; null where value and literal are of two kinds. */
  const against = (literal: unknown): number | null => {
    const given = String(literal).trim();
    if (asNumber(given) !== null) return number === null ? null : number - Number(given);
    const givenDay = asDay(given);
    if (givenDay !== null) return day === null ? null : bytes(day, givenDay);
    return plain === null ? null : bytes(plain, fold(given));
  };
  const equals = (literal: unknown) =>
    typeof literal === "boolean" ? against(literal ? 1 : 0) === 0 || plain === String(literal) : against(literal) === 0;
  const side = against(json.value);
  const days = day === null ? null : (Date.parse(day) - Date.parse(TODAY)) / 86_400_000;
  switch (json.op) {
    case "eq":
      return degree(equals(json.value));
    case "ne":
      return degree(!equals(json.value));
    case "in":
      return degree((json.value as unknown[]).some(equals));
    case "nin":
      return degree(!(json.value as unknown[]).some(equals));
    case "contains":
      return degree(plain?.includes(fold(String(json.value).trim())) ?? false);
    case "startsWith":
      return degree(plain?.startsWith(fold(String(json.value).trim())) ?? false);
    case "gt":
      return degree(side !== null && side > 0);
    case "gte":
      return degree(side !== null && side >= 0);
    case "lt":
      return degree(side !== null && side < 0);
    case "lte":
      return degree(side !== null && side <= 0);
    case "withinDays":
      return degree(days !== null && Math.abs(days) <= Number(json.value));
    case "olderThanDays":
      return degree(days !== null && days < -Number(json.value));
    default:
      throw new Error(`There is no operator ${json.op}`);
  }
}

function storedValue(name: string, person: TestPerson, id: number): string | number | null {
  const columns: Readonly<Record<string, string | number | null>> = {
    id,
    personID: id,
    email: person.email,
    given_name: person.givenName,
    locale: person.locale,
    termination_on: person.terminationOn,
    last_login_at: person.lastLoginAt,
    must_change_password: person.mustChangePassword ? 1 : 0,
  };
  if (Object.hasOwn(columns, name)) return columns[name] ?? null;
  let attributes: unknown;
  try {
    attributes = JSON.parse(person.attributes);
  } catch {
    return null;
  }
  if (typeof attributes !== "object" || attributes === null || !Object.hasOwn(attributes, name)) return null;
  const value = (attributes as Json)[name];
  return typeof value === "object" ? null : String(value);
}

/** Upper and lower case of each character until nothing changes. */
function fold(text: string): string {
  const once = Array.from(text, (one) => Array.from(one.toUpperCase(), (upper) => upper.toLowerCase()).join("")).join(
    "",
  );
  return once === text ? once : fold(once);
}

function bytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function asNumber(text: string): number | null {
  return text.length < 16 && /^-?(0|[1-9][0-9]*)([.][0-9]+)?$/.test(text) ? Number(text) : null;
}

function asDay(text: string): string | null {
  const [, day, year, month, date] = /^((\d{4})-(\d\d)-(\d\d))(?:T.*)?$/su.exec(text) ?? [];
  if (day === undefined) return null;
  const real = new Date(0);
  real.setUTCFullYear(Number(year), Number(month) - 1, Number(date));
  return real.getUTCMonth() === Number(month) - 1 && real.getUTCDate() === Number(date) ? day : null;
}
