import { addDays, type Day } from "../../time/day.ts";
import { type AttributeColumn, componentColumns, personColumns } from "./attributes.ts";
import { intervalsOf } from "./instants.ts";
import { dayOf, type Literal, literalsOf, numberOf } from "./literal.ts";
import { isMetByCoverage } from "./references.ts";
import {
  type AttributeTest,
  asksForValue,
  type ComparingTest,
  type PersonTest,
  type Rule,
  type RuleSubject,
} from "./schema.ts";
import type { RuleScene } from "./sql.ts";
import { comparable, compareText } from "./text.ts";

/**
 * What is known of one subject, as far as a rule asks for it. `facts.ts` reads them; a caller may also put together its own, for
 * instance those of one registration only.
 */
export interface Facts {
  /**
   * Columns and attributes by the name that rules have for them: text, or ms for a column of instants; null, or no entry:
   * nothing is there.
   */
  readonly values: ReadonlyMap<string, string | number | null>;
  /** The person's groups, by any row of any source. */
  readonly groups: ReadonlySet<number>;
  /** Levels by skill. */
  readonly skills: ReadonlyMap<number, number>;
  readonly registrations: readonly {
    readonly component: number;
    readonly status: string;
    readonly progress: number | null;
    /** Instant (ms) of a success; null or left out: there is none, or it is not known. */
    readonly completedAt?: number | null;
  }[];
  /** Components that equivalences cover for the person: successful and finished without a registration. */
  readonly covered: ReadonlySet<number>;
  /** Instants (ms) since which they are, as far as they are known. */
  readonly coveredAt?: ReadonlyMap<number, number>;
  readonly items: readonly {
    readonly item: number;
    readonly status: string;
    readonly score: number | null;
    /** Instant (ms) of the latest completion, else of the latest work; null or left out: not known. */
    readonly doneAt?: number | null;
  }[];
  /** Current periods. */
  readonly certifications: readonly { readonly certification: number; readonly status: string }[];
}

/** Facts of a subject of which nothing is known. */
export const NO_FACTS: Facts = {
  values: new Map(),
  groups: new Set(),
  skills: new Map(),
  registrations: [],
  covered: new Set(),
  items: [],
  certifications: [],
};

/**
 * What a rule says of a subject: true, false, or null where too little is known to say (S. C. Kleene's strong three-valued
 * logic, "Introduction to Metamathematics", section 64).
 */
export type Truth = boolean | null;

/**
 * Whether a rule is met for one subject: only where it is true, not where that is unknown. The same answers as
 * `personCondition` and `componentCondition` give in SQL.
 *
 * @param scene for a component's own start and end its own zone, if it has one
 * @param subject default `person`
 */
export function evaluate(rule: Rule, facts: Facts, scene: RuleScene, subject: RuleSubject = "person"): boolean {
  return truthOf(rule, facts, scene, subject) === true;
}

/**
 * What a rule says of one subject. A test on a value that is not there is unknown, except for `empty` and `notEmpty`, which
 * always answer; a test on a row that the person does not have is false. Parameters as {@link evaluate}.
 */
export function truthOf(rule: Rule, facts: Facts, scene: RuleScene, subject: RuleSubject = "person"): Truth {
  const inner = (one: Rule) => truthOf(one, facts, scene, subject);
  if ("all" in rule) return atLeast(rule.all.length, rule.all.map(inner));
  if ("any" in rule) return atLeast(1, rule.any.map(inner));
  if ("of" in rule) return atLeast(rule.atLeast, rule.of.map(inner));
  if ("not" in rule) {
    const truth = inner(rule.not);
    return truth === null ? null : !truth;
  }
  if (!("attr" in rule)) return subject === "person" ? rowsSay(rule, facts) : false;
  const columns = subject === "person" ? personColumns : componentColumns;
  return attributeSays(rule, columns.get(rule.attr), facts.values.get(rule.attr) ?? null, scene);
}

/** True from `least` true ones on, false when that many can no longer be reached. Of no truths at all, `least` 1 is false. */
function atLeast(least: number, truths: readonly Truth[]): Truth {
  const yes = truths.filter((one) => one === true).length;
  if (yes >= least) return true;
  return yes + truths.filter((one) => one === null).length < least ? false : null;
}

function attributeSays(
  test: AttributeTest,
  column: AttributeColumn | undefined,
  value: string | number | null,
  { today, timeZone }: RuleScene,
): Truth {
  const instant = column?.kind === "instant";
  // A blank is no value.
  const text = value === null ? "" : String(value).trim();
  const missing = instant ? value === null : text === "";
  if (asksForValue(test)) return missing === (test.op === "empty");
  if (missing) return null;
  if (!instant) return textHolds(test, text, today);
  return intervalsOf(test, today, timeZone).some(({ from, until }) => Number(value) >= from && Number(value) < until);
}

function textHolds(test: ComparingTest, text: string, today: Day): boolean {
  switch (test.op) {
    case "eq":
      return isOneOf(text, literalsOf(test.value));
    case "ne":
      return !isOneOf(text, literalsOf(test.value));
    case "in":
      return isOneOf(text, test.value.flatMap(literalsOf));
    case "nin":
      return !isOneOf(text, test.value.flatMap(literalsOf));
    case "contains":
      return comparable(text).includes(comparable(test.value));
    case "startsWith":
      return comparable(text).startsWith(comparable(test.value));
    case "gt":
    case "gte":
    case "lt":
    case "lte": {
      const side = compare(text, literalsOf(test.value)[0]);
      if (side === null) return false;
      if (side === 0) return test.op === "gte" || test.op === "lte";
      return side > 0 === (test.op === "gt" || test.op === "gte");
    }
    case "withinDays": {
      const day = dayOf(text);
      return day !== null && day >= addDays(today, -test.value) && day <= addDays(today, test.value);
    }
    case "olderThanDays": {
      const day = dayOf(text);
      return day !== null && day < addDays(today, -test.value);
    }
    default:
      return test satisfies never;
  }
}

function isOneOf(text: string, literals: readonly Literal[]): boolean {
  const [number, day, plain] = [numberOf(text), dayOf(text), comparable(text)];
  return literals.some((one) => {
    if (one.kind === "number") return number !== null && number === Number(one.text);
    return one.kind === "day" ? day === one.day : plain === one.text;
  });
}

/** Where a text stands with respect to a literal: negative before it, 0 on it, positive behind it; null: they do not compare. */
function compare(text: string, literal: Literal | undefined): number | null {
  if (literal === undefined) return null;
  if (literal.kind === "number") {
    const number = numberOf(text);
    return number === null ? null : number - Number(literal.text);
  }
  if (literal.kind === "day") {
    const day = dayOf(text);
    return day === null ? null : compareText(day, literal.day);
  }
  return compareText(comparable(text), literal.text);
}

function rowsSay(test: PersonTest, facts: Facts): Truth {
  if ("group" in test) return facts.groups.has(test.group);
  if ("skill" in test) return (facts.skills.get(test.skill) ?? 0) >= test.minLevel;
  if ("component" in test) {
    if (facts.covered.has(test.component) && isMetByCoverage(test)) return true;
    const own = facts.registrations.filter(({ component }) => component === test.component);
    if ("status" in test) return own.some(({ status }) => (test.status as readonly string[]).includes(status));
    return reaches(
      own.map(({ progress }) => progress),
      test.progressGte,
    );
  }
  if ("item" in test) {
    const own = facts.items.filter(({ item }) => item === test.item);
    if ("status" in test) return own.some(({ status }) => (test.status as readonly string[]).includes(status));
    return reaches(
      own.map(({ score }) => score),
      test.scoreGte,
    );
  }
  return facts.certifications.some(
    ({ certification, status }) =>
      certification === test.certification && (test.status as readonly string[]).includes(status),
  );
}

/** Whether one of some amounts reaches a limit; unknown where none does and one is not known. */
function reaches(amounts: readonly (number | null)[], limit: number): Truth {
  return atLeast(
    1,
    amounts.map((amount) => (amount === null ? null : amount >= limit)),
  );
}
