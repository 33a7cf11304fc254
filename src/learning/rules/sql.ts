import type { SQL } from "drizzle-orm";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { addDays, type Day } from "../../time/day.ts";
import { metaValue } from "../meta.ts";
import { isRemoved } from "../syllabus/removed.ts";
import { componentColumns, metaTagOf, personColumns } from "./attributes.ts";
import { intervalsOf } from "./instants.ts";
import { daySql, type Literal, literalsOf, numberSql } from "./literal.ts";
import { isMetByCoverage } from "./references.ts";
import {
  type AttributeTest,
  asksForValue,
  type ComparingTest,
  type PersonTest,
  type Rule,
  type Test,
} from "./schema.ts";
import { comparable, folded, textQuery, what } from "./text.ts";

/** When and where a rule is evaluated. */
export interface RuleScene {
  /** The day that `withinDays` and `olderThanDays` count from. */
  readonly today: Day;
  /** The client's IANA zone: the day on which an instant falls. */
  readonly timeZone: string;
}

/** The same for a rule over people. */
export interface PersonScene extends RuleScene {
  /** Whether covered components count: the client's setting `equivalences.enabled`. */
  readonly coverage: boolean;
}

/** The same for a rule over components, which may have zones of their own for their instants (handbook, data: days and instants). */
export interface ComponentScene extends RuleScene {
  /** Every zone that a component of the client has: {@link selectComponentZones}. */
  readonly zones: readonly string[];
}

/** The zones of the client's components: `time_zone`. */
export function selectComponentZones(): SQL {
  return sql`SELECT DISTINCT time_zone FROM components WHERE client_id = ${thisClient} AND time_zone IS NOT NULL`;
}

/**
 * A rule as an SQL condition on a row of `persons` (1 where it is met, else 0, never NULL), for all people at once: no query of
 * its own, no value read beforehand. What it costs for a person grows with its tests only.
 *
 * @param person SQL of the table's name or alias in the statement; its rows must be of `thisClient`
 */
export function personCondition(rule: Rule, scene: PersonScene, person: SQL = sql`person`): SQL {
  return condition(rule, false, (test) =>
    "attr" in test
      ? attributeTruth(test, personAttribute(test.attr, scene, person))
      : rowTruth(test, scene.coverage, person),
  );
}

/** The same for a row of `components`; tests on people do not hold. */
export function componentCondition(rule: Rule, scene: ComponentScene, component: SQL = sql`component`): SQL {
  return condition(rule, false, (test) =>
    "attr" in test ? attributeTruth(test, componentAttribute(test.attr, scene, component)) : sql`0`,
  );
}

/** What a rule reads under a name, in SQL; null: there is no such attribute, so there is never a value. */
type Attribute =
  | null
  | {
      readonly kind: "text";
      /** Text, or NULL. */
      readonly value: SQL;
      readonly today: Day;
    }
  | { readonly kind: "instant"; readonly value: SQL; readonly within: (test: ComparingTest) => SQL };

/**
 * 1 or 0: whether a rule is true, or (`orUnknown`) not false. Each asks the same of its parts, and `not` the other one, so a
 * part stands in the statement once, however deep; `test` gives 1, 0 or NULL where the answer is unknown.
 */
function condition(rule: Rule, orUnknown: boolean, test: (test: Test) => SQL): SQL {
  const parts = (rules: readonly Rule[], separator: string) =>
    sql`(${sql.join(
      rules.map((one) => condition(one, orUnknown, test)),
      sql.raw(separator),
    )})`;
  if ("all" in rule) return parts(rule.all, " AND ");
  if ("any" in rule) return parts(rule.any, " OR ");
  if ("not" in rule) return sql`(NOT ${condition(rule.not, !orUnknown, test)})`;
  if ("of" in rule) return sql`(${parts(rule.of, " + ")} >= ${rule.atLeast})`;
  return orUnknown ? sql`(${test(rule)} IS NOT FALSE)` : sql`(${test(rule)} IS TRUE)`;
}

function personAttribute(name: string, scene: RuleScene, person: SQL): Attribute {
  const column = personColumns.get(name);
  if (column) {
    const value = sql`${person}.${sql.identifier(column.column)}`;
    return column.kind === "instant"
      ? instant(value, scene)
      : { kind: "text", value: asText(value), today: scene.today };
  }
  return {
    kind: "text",
    value: personAttributeValue(sql`${person}.attributes`, name),
    today: scene.today,
  };
}

/** The text of one of a person's `attributes`; NULL where there is none, also where the JSON cannot be read. */
export function personAttributeValue(attributes: SQL, name: string): SQL {
  const path = `$."${name}"`;
  return sql`CASE WHEN json_valid(${attributes}) THEN CASE json_type(${attributes}, ${path})
    WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'object' THEN NULL WHEN 'array' THEN NULL
    ELSE CAST(json_extract(${attributes}, ${path}) AS TEXT) END END`;
}

function componentAttribute(name: string, scene: ComponentScene, component: SQL): Attribute {
  const tag = metaTagOf(name);
  if (tag !== null) return { kind: "text", value: metaValue(tag, sql`${component}.id`), today: scene.today };
  const column = componentColumns.get(name);
  if (!column) return null;
  const value = sql`${component}.${sql.identifier(column.column)}`;
  if (column.kind === "text") return { kind: "text", value: asText(value), today: scene.today };
  // Only its own start and end are in a component's own zone.
  const zones = name === "start_at" || name === "end_at" ? scene.zones : [];
  const own = instant(value, scene);
  if (zones.length === 0) return own;
  return {
    ...own,
    within: (test) =>
      sql`CASE ${component}.time_zone ${sql.join(
        zones.map((zone) => sql`WHEN ${zone} THEN ${instant(value, { ...scene, timeZone: zone }).within(test)} `),
      )}ELSE ${own.within(test)} END`,
  };
}

function asText(value: SQL): SQL {
  return sql`CAST(${value} AS TEXT)`;
}

function instant(value: SQL, { today, timeZone }: RuleScene) {
  return {
    kind: "instant",
    value,
    within: (test: ComparingTest) => {
      const intervals = intervalsOf(test, today, timeZone);
      if (intervals.length === 0) return sql`(CASE WHEN ${value} IS NOT NULL THEN 0 END)`;
      const parts = intervals.map(({ from, until }) => sql`${value} >= ${from} AND ${value} < ${until}`);
      return sql`(${sql.join(parts, sql` OR `)})`;
    },
  } as const;
}

function attributeTruth(test: AttributeTest, attribute: Attribute): SQL {
  if (asksForValue(test)) {
    const missing = isMissing(attribute);
    return test.op === "empty" ? missing : sql`(NOT ${missing})`;
  }
  if (attribute === null) return sql`NULL`;
  if (attribute.kind === "instant") return attribute.within(test);
  const { value, today } = attribute;
  switch (test.op) {
    case "eq":
      return oneOf(value, literalsOf(test.value), "is");
    case "ne":
      return oneOf(value, literalsOf(test.value), "is not");
    case "in":
      return oneOf(value, test.value.flatMap(literalsOf), "is");
    case "nin":
      return oneOf(value, test.value.flatMap(literalsOf), "is not");
    case "contains":
    case "startsWith": {
      const part = comparable(test.value);
      const place = test.op === "contains" ? sql`> 0` : sql`= 1`;
      return textQuery(value, sql`instr(${folded}, ${part}) ${place}`, { texts: [part], comparison: "within" });
    }
    case "gt":
    case "gte":
    case "lt":
    case "lte":
      return ordered(value, test.op, literalsOf(test.value)[0]);
    case "withinDays": {
      const [from, until] = [addDays(today, -test.value), addDays(today, test.value)];
      return textQuery(value, ofValue(sql`(${daySql(what)} BETWEEN ${from} AND ${until})`));
    }
    case "olderThanDays":
      return textQuery(value, ofValue(sql`(${daySql(what)} < ${addDays(today, -test.value)})`));
    default:
      return test satisfies never;
  }
}

function isMissing(attribute: Attribute): SQL {
  if (attribute === null) return sql`1`;
  if (attribute.kind === "instant") return sql`(${attribute.value} IS NULL)`;
  return textQuery(attribute.value, sql`${what} IS NULL`);
}

/** A test on a value that is there: one that does not compare with it is false; NULL only where there is no value. */
function ofValue(test: SQL): SQL {
  return sql`CASE WHEN ${what} IS NOT NULL THEN ${test} IS TRUE END`;
}

function oneOf(value: SQL, literals: readonly Literal[], answer: "is" | "is not"): SQL {
  const texts = literals.flatMap((one) => (one.kind === "text" ? [one.text] : []));
  const numbers = literals.flatMap((one) => (one.kind === "number" ? [one.text] : []));
  const days = literals.flatMap((one) => (one.kind === "day" ? [one.day] : []));
  const parts: SQL[] = [];
  if (texts.length > 0) parts.push(sql`${folded} IN ${list(texts)}`);
  if (days.length > 0) parts.push(sql`${daySql(what)} IN ${list(days)}`);
  if (numbers.length > 0) {
    parts.push(sql`${numberSql(what)} IN (SELECT CAST(value AS REAL) FROM json_each(${JSON.stringify(numbers)}))`);
  }
  const found = sql`(${sql.join(parts, sql` OR `)})`;
  const test = sql`CASE WHEN ${what} IS NOT NULL THEN ${found} ${answer === "is" ? sql`IS TRUE` : sql`IS NOT TRUE`} END`;
  return textQuery(value, test, texts.length > 0 ? { texts, comparison: "equal" } : undefined);
}

const list = (values: readonly string[]) => sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`;

const orders = { gt: sql.raw(">"), gte: sql.raw(">="), lt: sql.raw("<"), lte: sql.raw("<=") } as const;

/** The given value says what is compared: a value that is no number is neither above nor below one, nor is one that is no day. */
function ordered(value: SQL, op: keyof typeof orders, literal: Literal | undefined): SQL {
  const order = orders[op];
  if (literal === undefined) return textQuery(value, ofValue(sql`0`));
  if (literal.kind === "number")
    return textQuery(value, ofValue(sql`(${numberSql(what)} ${order} CAST(${literal.text} AS REAL))`));
  if (literal.kind === "day") return textQuery(value, ofValue(sql`(${daySql(what)} ${order} ${literal.day})`));
  const { text } = literal;
  return textQuery(value, sql`${folded} ${order} ${text}`, { texts: [text], comparison: "order" });
}

/** Each is one look into an index for a person, or two. */
function rowTruth(test: PersonTest, coverage: boolean, person: SQL): SQL {
  if ("group" in test) {
    return sql`EXISTS (SELECT 1 FROM group_members AS membership WHERE membership.client_id = ${thisClient}
      AND membership.group_id = ${test.group} AND membership.person_id = ${person}.id)`;
  }
  if ("skill" in test) {
    return sql`EXISTS (SELECT 1 FROM person_skills AS held WHERE held.client_id = ${thisClient}
      AND held.person_id = ${person}.id AND held.skill_id = ${test.skill} AND held.current_level >= ${test.minLevel})`;
  }
  if ("component" in test) {
    const registrations = sql`FROM registrations AS registration WHERE registration.client_id = ${thisClient}
      AND registration.person_id = ${person}.id AND registration.component_id = ${test.component}`;
    const own =
      "status" in test
        ? sql`EXISTS (SELECT 1 ${registrations} AND registration.status IN ${list(test.status)})`
        : reaches(sql`registration.progress_pct`, test.progressGte, registrations);
    if (!coverage || !isMetByCoverage(test)) return own;
    return sql`(${own} OR EXISTS (SELECT 1 FROM coverage_entries AS covered WHERE covered.client_id = ${thisClient}
      AND covered.person_id = ${person}.id AND covered.component_id = ${test.component}))`;
  }
  if ("item" in test) {
    const items = sql`FROM registrations AS registration
      CROSS JOIN item_progress AS progress ON progress.registration_id = registration.id AND progress.item_id = ${test.item}
      WHERE registration.client_id = ${thisClient} AND registration.person_id = ${person}.id AND NOT ${isRemoved(sql`${test.item}`)}`;
    return "status" in test
      ? sql`EXISTS (SELECT 1 ${items} AND progress.status IN ${list(test.status)})`
      : reaches(sql`progress.score_scaled`, test.scoreGte, items);
  }
  return sql`EXISTS (SELECT 1 FROM person_certifications AS period WHERE period.client_id = ${thisClient}
    AND period.person_id = ${person}.id AND period.certification_id = ${test.certification} AND period.is_current = 1
    AND period.status IN ${list(test.status)})`;
}

/**
 * Whether an amount of some rows reaches a limit. IN is what is wanted here: 1 where a row does, else NULL where a row has no
 * amount, else 0, also without rows (SQLite, "The IN and NOT IN Operators").
 */
function reaches(amount: SQL, limit: number, from: SQL): SQL {
  return sql`(1 IN (SELECT ${amount} >= ${limit} ${from}))`;
}
