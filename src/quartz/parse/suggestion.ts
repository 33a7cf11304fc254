import { DAY_NAMES } from "../fields.ts";
import { parseExpression } from "./parse.ts";
import { QuartzSyntaxError } from "./QuartzSyntaxError.ts";

/** How many suggestions an administrator is shown. */
const MOST = 2;
/** Longer texts are not taken apart, and of shorter ones not in every way: the ways grow with the fifth power of the length. */
const LONGEST = 40;
const MOST_DIVISIONS = 200;

const NICKNAMES: Readonly<Record<string, string>> = {
  "@yearly": "0 0 0 1 1 ?",
  "@annually": "0 0 0 1 1 ?",
  "@monthly": "0 0 0 1 * ?",
  "@weekly": "0 0 0 ? * SUN",
  "@daily": "0 0 0 * * ?",
  "@midnight": "0 0 0 * * ?",
  "@hourly": "0 0 * * * ?",
  "@every_minute": "0 * * * * ?",
};

/**
 * The same refusal, told as the mistake that was probably made: a nickname, a Unix line, an expression printed without its
 * blanks, a `?` too few. A refusal that fits none of them is returned as it is.
 */
export function withSuggestions(refusal: QuartzSyntaxError): QuartzSyntaxError {
  const text = refusal.expression;
  const fields = text.split(/[ \t]+/).filter((field) => field !== "");
  const nickname = fields[0];
  if (nickname?.startsWith("@")) {
    const equivalent = NICKNAMES[nickname.toLowerCase()];
    const position = text.indexOf("@");
    const suggestions = equivalent === undefined ? [] : [equivalent];
    return new QuartzSyntaxError(text, null, position, { code: "nickname", nickname }, suggestions);
  }
  if (refusal.code === "both-days-set") {
    const { field, position, data } = refusal;
    return new QuartzSyntaxError(text, field, position, data, withQuestionMark(fields));
  }
  if (refusal.code === "no-day-set") {
    const { field, position, data } = refusal;
    return new QuartzSyntaxError(text, field, position, data, valid([replaced(fields, 3, "*")]));
  }
  if (fields.length === 5) {
    const equivalents = fromUnix(fields);
    if (equivalents.length > 0) {
      return new QuartzSyntaxError(text, null, 0, { code: "unix-line" }, equivalents);
    }
  }
  if (fields.length > 0 && fields.length < 6) {
    const apart = withBlanks(fields);
    if (apart.length > 0) {
      return new QuartzSyntaxError(text, null, 0, { code: "blanks-missing", fields: fields.length }, apart);
    }
  }
  return refusal;
}

/** `* * *` becomes `* * ?`, `* * MON` becomes `? * MON`, `1 * *` becomes `1 * ?`; two conditions cannot be one expression. */
function withQuestionMark(fields: readonly string[]): string[] {
  if (fields[5] === "*") return valid([replaced(fields, 5, "?")]);
  if (fields[3] === "*") return valid([replaced(fields, 3, "?")]);
  return valid([replaced(fields, 3, "?"), replaced(fields, 5, "?")]);
}

function replaced(fields: readonly string[], index: number, value: string): string {
  return fields.map((field, position) => (position === index ? value : field)).join(" ");
}

/** The Quartz equivalents of a Unix line; two where it gives both days, because Unix then means either. */
function fromUnix(fields: readonly string[]): string[] {
  const [minutes, hours, dayOfMonth, month, dayOfWeek] = fields as [string, string, string, string, string];
  const days = weekdaysOfUnix(dayOfWeek);
  if (days === undefined || [minutes, hours, dayOfMonth, month].some((field) => !/^[\w*/,-]+$/.test(field))) return [];
  const time = `0 ${minutes} ${hours}`;
  const byDate = `${time} ${dayOfMonth} ${month} ?`;
  const byWeekday = `${time} ? ${month} ${days}`;
  if (days === "*") return valid([byDate]);
  return valid(dayOfMonth === "*" ? [byWeekday] : [byDate, byWeekday]);
}

/** Unix's days of the week (0 or 7 Sunday, 1 Monday) in names; undefined for what is no such field. */
function weekdaysOfUnix(field: string): string | undefined {
  if (field === "*" || field === "?") return "*";
  const items: string[] = [];
  for (const item of field.toUpperCase().split(",")) {
    const match = /^(?:\*|([0-7]|[A-Z]{3})(?:-([0-7]|[A-Z]{3}))?)(?:\/(\d))?$/.exec(item);
    if (match === null) return undefined;
    const from = match[1] === undefined ? 0 : unixWeekday(match[1]);
    const to = match[1] === undefined ? 6 : unixWeekday(match[2] ?? (match[3] === undefined ? match[1] : "6"));
    const step = Number(match[3] ?? 1);
    if (from === undefined || to === undefined || step === 0) return undefined;
    if (step === 1 && from !== to) {
      items.push(`${DAY_NAMES[from % 7]}-${DAY_NAMES[to % 7]}`);
    } else {
      for (let day = from; day <= (to < from ? to + 7 : to); day += step) items.push(DAY_NAMES[day % 7] as string);
    }
  }
  return items.join(",");
}

function unixWeekday(text: string): number | undefined {
  if (/^\d$/.test(text)) return Number(text);
  const index = (DAY_NAMES as readonly string[]).indexOf(text);
  return index < 0 ? undefined : index;
}

/**
 * The ways to read texts with too few blanks as six fields: `001**?` is `0 0 1 * * ?`. Where none is left without odd leftovers,
 * one asterisk is taken to be lost, as manuals lose every second of them (`011*?`).
 */
function withBlanks(fields: readonly string[]): string[] {
  const length = fields.join("").length;
  if (fields.length > 5 || length > LONGEST) return [];
  const complete = ranked(divisions(fields)).filter((text) => oddity(text) < 2);
  const repaired = ranked(divisions(fields.map((field) => field.replace("*", "**")))).filter(
    (text) => oddity(text) === 0,
  );
  return [...new Set([...complete, ...repaired])].slice(0, MOST);
}

/** Every way to cut the texts into six fields that are valid each for itself, cutting nowhere but within the texts. */
function divisions(fields: readonly string[]): string[] {
  const joined = fields.join("");
  const given = new Set<number>();
  let position = 0;
  for (const field of fields) {
    position += field.length;
    given.add(position);
  }
  const isField = fieldCheck();
  const found: string[] = [];
  const cut = (start: number, parts: readonly string[]) => {
    for (let end = start + 1; end <= joined.length && found.length < MOST_DIVISIONS; end++) {
      const part = joined.slice(start, end);
      if (isField(parts.length, part)) {
        if (parts.length < 5) cut(end, [...parts, part]);
        else if (end === joined.length) found.push([...parts, part].join(" "));
      }
      if (given.has(end)) break;
    }
  };
  cut(0, []);
  return found;
}

/** Whether a text can stand as the n-th field; each is tried once. */
function fieldCheck(): (index: number, text: string) => boolean {
  const known = new Map<string, boolean>();
  return (index, text) => {
    const key = `${index} ${text}`;
    const isKnown = known.get(key);
    if (isKnown !== undefined) return isKnown;
    const others = (index === 3) === (text === "?") ? ["0", "0", "0", "?", "1", "MON"] : ["0", "0", "0", "1", "1", "?"];
    const isValid = valid([replaced(others, index, text)]).length > 0;
    known.set(key, isValid);
    return isValid;
  };
}

/** The valid ones; those that fire on the full minute and have no leading zeros first, and of these the early hours. */
function ranked(candidates: readonly string[]): string[] {
  const hoursLength = (text: string) => text.split(" ")[2]?.length ?? 0;
  return valid(candidates).sort((one, other) => oddity(one) - oddity(other) || hoursLength(one) - hoursLength(other));
}

function oddity(text: string): number {
  return (text.startsWith("0 ") ? 0 : 2) + (/(?:^| )(?:0\d|\/)/.test(text) ? 1 : 0);
}

/** Those that parse and hold nothing that Quartz drops in silence. */
function valid(candidates: readonly string[]): string[] {
  return candidates.filter((text) => {
    try {
      return parseExpression(text).warnings.every(({ code }) => code === "numeric-weekdays");
    } catch (error) {
      if (error instanceof QuartzSyntaxError) return false;
      throw error;
    }
  });
}
