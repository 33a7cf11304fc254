import { addDays, type Day } from "../day.ts";
import { type AttributeColumn, componentColumns, personColumns } from "./attributes.ts";
import { intervalsOf } from "./instants.ts";
import { dayOf, type Literal, literalsOf, numberOf } from "./literal.ts";
import type { AttributeTest, PersonTest, Rule, RuleSubject } from "./schema.ts";
import type { RuleScene } from "./sql.ts";
import { comparable, compareText } from "./text.ts";

/**
 * What is known of one subject, as far as a rule asks for it. `facts.ts` reads them; a caller may also put together its own, for
 * instance those of one registration only.
 */
export interface Facts {
  /**
   * Columns and attributes by the name that rules have for them: text, or ms for a column of instants; null: known, but nothing
   * is there; no entry: there is no such attribute.
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
  }[];
  readonly items: readonly { readonly item: number; readonly status: string; readonly score: number | null }[];
  /** Current periods. */
  readonly certifications: readonly { readonly certification: number; readonly status: string }[];
}

/** Facts of a subject of which nothing is known. */
export const NO_FACTS: Facts = {
  values: new Map(),
  groups: new Set(),
  skills: new Map(),
  registrations: [],
  items: [],
  certifications: [],
};

/**
 * Whether a rule holds for one subject (spec 1.11). The same answers as `personCondition` and `componentCondition` give in SQL.
 *
 * @param scene for a component's own start and end its own zone, if it has one
 * @param subject default `person`
 */
export function evaluate(rule: Rule, facts: Facts, scene: RuleScene, subject: RuleSubject = "person"): boolean {
  const inner = (one: Rule) => evaluate(one, facts, scene, subject);
  if ("all" in rule) return rule.all.every(inner);
  if ("any" in rule) return rule.any.some(inner);
  if ("not" in rule) return !inner(rule.not);
  if ("of" in rule) return rule.of.filter(inner).length >= rule.atLeast;
  if (!("attr" in rule)) return subject === "person" && rowsHold(rule, facts);
  const columns = subject === "person" ? personColumns : componentColumns;
  return attributeHolds(rule, columns.get(rule.attr), facts.values.get(rule.attr), scene);
}

function attributeHolds(
  test: AttributeTest,
  column: AttributeColumn | undefined,
  value: string | number | null | undefined,
  { today, timeZone }: RuleScene,
): boolean {
  if (value === undefined) return false;
  if (column?.kind === "instant") {
    if (value === null) return test.op === "empty";
    return intervalsOf(test, today, timeZone).some(({ from, until }) => Number(value) >= from && Number(value) < until);
  }
  const text = value === null ? "" : String(value).trim();
  // A blank is no value, and without a value only one test holds: the one that asks for that.
  return text === "" ? test.op === "empty" : textHolds(test, text, today);
}

function textHolds(test: AttributeTest, text: string, today: Day): boolean {
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
    case "empty":
      return false;
    case "notEmpty":
      return true;
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

function rowsHold(test: PersonTest, facts: Facts): boolean {
  if ("group" in test) return facts.groups.has(test.group);
  if ("skill" in test) return (facts.skills.get(test.skill) ?? 0) >= test.minLevel;
  if ("component" in test) {
    return facts.registrations.some(
      ({ component, status, progress }) =>
        component === test.component &&
        ("status" in test
          ? (test.status as readonly string[]).includes(status)
          : progress !== null && progress >= test.progressGte),
    );
  }
  if ("item" in test) {
    return facts.items.some(
      ({ item, status, score }) =>
        item === test.item &&
        ("status" in test
          ? (test.status as readonly string[]).includes(status)
          : score !== null && score >= test.scoreGte),
    );
  }
  return facts.certifications.some(
    ({ certification, status }) =>
      certification === test.certification && (test.status as readonly string[]).includes(status),
  );
}
