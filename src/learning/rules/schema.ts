import { z } from "zod";
import { registrationStatuses } from "../schema/enrolment.ts";
import { itemProgress } from "../schema/records.ts";
import { personCertifications } from "../schema/skills.ts";
import { LONGEST_NUMBER, numberOf } from "./literal.ts";

/** Operators of a test on an attribute (handbook, data: the rule language). */
export const operators = [
  "eq",
  "ne",
  "in",
  "nin",
  "contains",
  "startsWith",
  "gt",
  "gte",
  "lt",
  "lte",
  "empty",
  "notEmpty",
  "withinDays",
  "olderThanDays",
] as const;

/** A rule nests at most so deep; a test alone has depth 1. */
export const DEEPEST = 10;
/** Tests of a rule, at most. */
export const MOST_TESTS = 200;
/** Values of a list, at most. */
const MOST_VALUES = 1000;
const LONGEST_TEXT = 1000;
const MOST_DAYS = 36_500;

const id = z.int("Enter the number of a row").min(1, "Enter the number of a row");
const text = z
  .string()
  .max(LONGEST_TEXT)
  .refine((value) => value.trim() !== "", "Enter a text; to ask whether there is one use empty or notEmpty")
  .refine((value) => value.isWellFormed() && !value.includes("\0"), "Enter a text of whole Unicode characters");
const number = z
  .number()
  .refine((value) => numberOf(String(value)) !== null, `Enter a number of at most ${LONGEST_NUMBER} characters`);
const value = z.union([text, number, z.boolean()]);
/** Quotes and backslashes cannot be written in SQLite's paths into JSON. */
const name = z
  .string()
  .min(1)
  .max(100)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  .regex(/^[^"\\\0-\x1f\x7f]*$/, "Enter a name without quotes, backslashes and control characters")
  .refine((one) => one.isWellFormed(), "Enter a name of whole Unicode characters");
const days = z.int().min(0).max(MOST_DAYS);
const listOf = <T extends z.ZodType>(one: T) => z.array(one).min(1).max(MOST_VALUES);

const attributeTest = z.discriminatedUnion("op", [
  z.strictObject({ attr: name, op: z.enum(["eq", "ne"]), value }),
  z.strictObject({ attr: name, op: z.enum(["in", "nin"]), value: listOf(value) }),
  z.strictObject({ attr: name, op: z.enum(["contains", "startsWith"]), value: text }),
  z.strictObject({ attr: name, op: z.enum(["gt", "gte", "lt", "lte"]), value: z.union([text, number]) }),
  z.strictObject({ attr: name, op: z.enum(["empty", "notEmpty"]) }),
  z.strictObject({ attr: name, op: z.enum(["withinDays", "olderThanDays"]), value: days }),
]);
const groupTest = z.strictObject({ group: id });
const skillTest = z.strictObject({ skill: id, minLevel: z.int().min(1).max(1000).default(1) });
const componentStatus = z.strictObject({ component: id, status: listOf(z.enum(registrationStatuses)) });
const componentProgress = z.strictObject({ component: id, progressGte: z.number().min(0).max(100) });
const itemStatus = z.strictObject({ item: id, status: listOf(z.enum(itemProgress.status.enumValues)) });
const itemScore = z.strictObject({ item: id, scoreGte: z.number().min(0).max(1) });
const certificationTest = z.strictObject({
  certification: id,
  status: listOf(z.enum(personCertifications.status.enumValues)),
});

export type AttributeTest = z.output<typeof attributeTest>;
/** A test on an attribute that asks whether it has a value; it always answers. */
type PresenceTest = Extract<AttributeTest, { readonly op: "empty" | "notEmpty" }>;
/** A test on an attribute that compares its value with something; without a value there is no answer. */
export type ComparingTest = Exclude<AttributeTest, PresenceTest>;
/** A test on the rows that belong to a person. */
export type PersonTest =
  | z.output<typeof groupTest>
  | z.output<typeof skillTest>
  | z.output<typeof componentStatus>
  | z.output<typeof componentProgress>
  | z.output<typeof itemStatus>
  | z.output<typeof itemScore>
  | z.output<typeof certificationTest>;
export type Test = AttributeTest | PersonTest;

/** True for `empty` and `notEmpty`. */
export function asksForValue(test: AttributeTest): test is PresenceTest {
  return test.op === "empty" || test.op === "notEmpty";
}

/** A rule (handbook, data: the rule language), checked. */
export type Rule =
  | { readonly all: readonly Rule[] }
  | { readonly any: readonly Rule[] }
  | { readonly not: Rule }
  | { readonly atLeast: number; readonly of: readonly Rule[] }
  | Test;

/** Whom a rule is about: a person, or a component (coverage, filters), of which only attributes can be tested. */
export type RuleSubject = "person" | "component";

/** What is wrong with a rule, where (`all.1.value`; '' for the whole) and what to do. */
export interface RuleProblem {
  readonly path: string;
  readonly message: string;
}

export type ParsedRule =
  | { readonly ok: true; readonly rule: Rule }
  | { readonly ok: false; readonly problems: readonly RuleProblem[] };

const branch = listOf(z.unknown());
const counted = z.strictObject({ atLeast: z.int().min(1), of: branch });

/** What a rule's keys make it; the first that it has counts. Branches are read by themselves. */
const shapes: Readonly<Record<string, (value: object) => z.ZodType>> = {
  all: () => z.strictObject({ all: branch }),
  any: () => z.strictObject({ any: branch }),
  not: () => z.strictObject({ not: z.unknown() }),
  atLeast: () => counted,
  of: () => counted,
  attr: () => attributeTest,
  group: () => groupTest,
  skill: () => skillTest,
  component: (value) => ("progressGte" in value ? componentProgress : componentStatus),
  item: (value) => ("scoreGte" in value ? itemScore : itemStatus),
  certification: () => certificationTest,
};

const ANY_SHAPE =
  "Enter a rule: all, any, not, atLeast with of, or a test on attr, group, skill, component, item or certification";

class RuleParser {
  readonly problems: RuleProblem[] = [];
  readonly #subject: RuleSubject;
  #tests = 0;

  constructor(subject: RuleSubject) {
    this.#subject = subject;
  }

  read(value: unknown, path: string, depth: number): Rule | null {
    if (depth > DEEPEST) return this.#refuse(path, `A rule nests at most ${DEEPEST} deep; take a level out`);
    const entries = typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
    const key = Object.keys(shapes).find((one) => Object.hasOwn(entries, one));
    const schema = key === undefined ? undefined : shapes[key]?.(entries);
    if (key === undefined || !schema) return this.#refuse(path, ANY_SHAPE);
    const parsed = schema.safeParse(value, { error: words });
    if (!parsed.success) return this.#report(path, parsed.error);
    const rule = parsed.data as Record<string, unknown>;
    switch (key) {
      case "all":
        return { all: this.#branches(rule.all, join(path, "all"), depth) };
      case "any":
        return { any: this.#branches(rule.any, join(path, "any"), depth) };
      case "not": {
        const inner = this.read(rule.not, join(path, "not"), depth + 1);
        return inner && { not: inner };
      }
      case "atLeast":
      case "of": {
        const of = rule.of as readonly unknown[];
        const atLeast = rule.atLeast as number;
        if (atLeast > of.length)
          this.#refuse(join(path, "atLeast"), `Enter ${of.length} or less; of has no more rules than that`);
        return { atLeast, of: this.#branches(of, join(path, "of"), depth) };
      }
      default:
        return this.#test(parsed.data as Test, key, path);
    }
  }

  #test(test: Test, key: string, path: string): Test | null {
    if (this.#subject === "component" && key !== "attr") {
      return this.#refuse(path, `A rule over components tests attributes only; ${key} is about a person`);
    }
    this.#tests += 1;
    if (this.#tests === MOST_TESTS + 1) this.#refuse("", `A rule has at most ${MOST_TESTS} tests; split it`);
    return test;
  }

  #branches(value: unknown, path: string, depth: number): Rule[] {
    const rules: Rule[] = [];
    for (const [index, branch] of (value as readonly unknown[]).entries()) {
      if (this.#tests > MOST_TESTS) break;
      const rule = this.read(branch, join(path, index), depth + 1);
      if (rule) rules.push(rule);
    }
    return rules;
  }

  #refuse(path: string, message: string): null {
    this.problems.push({ path, message });
    return null;
  }

  #report(path: string, error: z.ZodError): null {
    for (const issue of error.issues) {
      if (issue.code === "unrecognized_keys") {
        for (const key of issue.keys) this.#refuse(join(path, key), `There is no "${key}" here; remove it`);
      } else
        this.#refuse(
          issue.path.reduce<string>((at, part) => join(at, String(part)), path),
          issue.message,
        );
    }
    return null;
  }
}

function join(path: string, part: string | number): string {
  return path === "" ? String(part) : `${path}.${part}`;
}

/** What to do about a value that a test refuses. */
const words: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === "invalid_union" && issue.discriminator === "op") return `Choose one of: ${operators.join(", ")}`;
  if (issue.code === "invalid_union") return "Enter a text, a number, or yes or no (true or false)";
  if (issue.code === "invalid_value") return `Choose one of: ${issue.values.map(String).join(", ")}`;
  if (issue.code === "too_small" && issue.origin === "array") return "Enter at least one";
  if (issue.code === "too_big" && issue.origin === "array") return `Enter at most ${issue.maximum}`;
  if (issue.code === "too_small") return `Enter ${issue.minimum} or more`;
  if (issue.code === "too_big" && issue.origin === "string") return `Enter at most ${issue.maximum} characters`;
  if (issue.code === "too_big") return `Enter ${issue.maximum} or less`;
  if (issue.code === "invalid_type") return expectations[issue.expected];
  return undefined;
};

const expectations: Readonly<Record<string, string>> = {
  string: "Enter a text",
  number: "Enter a number",
  int: "Enter a whole number",
  array: "Enter a list",
};

/**
 * Reads a rule whole, before it is saved or used: shapes, operators and their values, depth (at most 10), number of tests (at
 * most 200). Every problem is named with its place. A stored rule that does not pass fails its row with code `bad_rule`.
 *
 * Stricter than the grammar of handbook, data: the rule language where a rule could not be meant: `all` and `any` name at least
 * one rule, `atLeast` is
 * at least 1 and at most what `of` holds, a text to compare with is no blank.
 *
 * @param json the rule, or its JSON text as it is stored
 * @param subject whom it is about; default `person`
 */
export function parseRule(json: unknown, subject: RuleSubject = "person"): ParsedRule {
  const parser = new RuleParser(subject);
  let value = json;
  if (typeof json === "string") {
    try {
      value = JSON.parse(json) as unknown;
    } catch {
      return { ok: false, problems: [{ path: "", message: "Enter the rule as JSON" }] };
    }
  }
  const rule = parser.read(value, "", 1);
  return rule && parser.problems.length === 0 ? { ok: true, rule } : { ok: false, problems: parser.problems };
}

/** {@link parseRule} as a zod schema, for forms and interfaces that take a rule. */
export function ruleSchema(subject: RuleSubject = "person") {
  return z.unknown().transform((json, context): Rule => {
    const parsed = parseRule(json, subject);
    if (parsed.ok) return parsed.rule;
    for (const { path, message } of parsed.problems) {
      context.addIssue({ code: "custom", path: path === "" ? [] : path.split("."), message });
    }
    return z.NEVER;
  });
}

/** Problems in one sentence, for a failure of a row: the first three. */
export function ruleProblems(problems: readonly RuleProblem[]): string {
  const shown = problems.slice(0, 3).map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
  return problems.length > 3 ? `${shown.join("; ")}; and ${problems.length - 3} more` : shown.join("; ");
}
