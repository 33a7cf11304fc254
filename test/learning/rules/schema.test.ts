import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parseRule, ruleProblems, ruleSchema } from "../../../src/learning/rules/schema.ts";

const test = { group: 1 };
const nested = (depth: number) => {
  let rule: unknown = test;
  for (let level = 1; level < depth; level += 1) rule = { not: rule };
  return rule;
};
const problems = (json: unknown, subject?: "component") => {
  const parsed = parseRule(json, subject);
  return parsed.ok ? [] : parsed.problems;
};

describe("a rule that is taken", () => {
  it.each([
    { all: [test, { any: [test] }] },
    { not: { atLeast: 1, of: [test, test] } },
    { attr: "department", op: "in", value: ["Sales", 7, true] },
    { attr: "cost centre", op: "empty" },
    { attr: "age", op: "gte", value: 17.5 },
    { attr: "since", op: "withinDays", value: 0 },
    { skill: 4, minLevel: 2 },
    { component: 4, status: ["passed", "completed"] },
    { component: 4, progressGte: 50 },
    { item: 4, status: ["passed"] },
    { item: 4, scoreGte: 0.5 },
    { certification: 4, status: ["fulfilled"] },
    nested(10),
  ])("%j", (rule) => {
    expect(parseRule(rule)).toEqual({ ok: true, rule });
    expect(parseRule(JSON.stringify(rule))).toEqual({ ok: true, rule });
  });

  it("a skill without a level means any level", () => {
    expect(parseRule({ skill: 4 })).toEqual({ ok: true, rule: { skill: 4, minLevel: 1 } });
  });

  it("200 tests", () => {
    expect(problems({ any: Array.from({ length: 200 }, () => test) })).toEqual([]);
  });
});

describe("a rule that is refused, with the place and the remedy", () => {
  it.each([
    ["no JSON", "{", "", "Enter the rule as JSON"],
    ["nothing", null, "", "Enter a rule: all"],
    ["a list", [test], "", "Enter a rule: all"],
    ["no known key", { everyone: true }, "", "Enter a rule: all"],
    ["an inherited key", { constructor: 1 }, "", "Enter a rule: all"],
    ["an empty all, which would hold for everybody", { all: [] }, "all", "Enter at least one"],
    ["a wrong branch", { all: [test, { grop: 1 }] }, "all.1", "Enter a rule: all"],
    ["two shapes at once", { all: [test], any: [test] }, "any", 'There is no "any" here'],
    ["atLeast without of", { atLeast: 1 }, "of", "Enter a list"],
    ["atLeast of too few", { atLeast: 3, of: [test, test] }, "atLeast", "Enter 2 or less"],
    ["atLeast 0", { atLeast: 0, of: [test] }, "atLeast", "Enter 1 or more"],
    ["an unknown operator", { attr: "a", op: "like", value: "x" }, "op", "Choose one of: eq, ne"],
    ["a missing value", { attr: "a", op: "eq" }, "value", "Enter a text, a number"],
    ["a value too many", { attr: "a", op: "empty", value: "x" }, "value", 'There is no "value" here'],
    ["a blank", { attr: "a", op: "eq", value: " " }, "value", "use empty or notEmpty"],
    ["a blank in a list", { not: { attr: "a", op: "in", value: ["x", ""] } }, "not.value.1", "use empty or notEmpty"],
    ["no list", { attr: "a", op: "in", value: "x" }, "value", "Enter a list"],
    ["a fraction of a day", { attr: "a", op: "withinDays", value: 1.5 }, "value", "Enter a whole number"],
    ["a day to come", { attr: "a", op: "olderThanDays", value: -1 }, "value", "Enter 0 or more"],
    ["a number that computers round", { attr: "a", op: "eq", value: 0.1 + 0.2 }, "value", "at most 15"],
    ["a name with a quote", { attr: 'a"b', op: "empty" }, "attr", "without quotes"],
    ["half a character", { attr: "a", op: "eq", value: "\ud800" }, "value", "whole Unicode characters"],
    ["an id that is none", { group: 0 }, "group", "Enter the number of a row"],
    ["an id in words", { group: "1" }, "group", "Enter the number of a row"],
    ["an unknown status", { component: 1, status: ["done"] }, "status.0", "Choose one of: requested"],
    ["no status", { item: 1, status: [] }, "status", "Enter at least one"],
    ["a score in per cent", { item: 1, scoreGte: 80 }, "scoreGte", "Enter 1 or less"],
    ["too deep", nested(11), "not.not.not.not.not.not.not.not.not.not", "at most 10 deep"],
    ["201 tests", { any: Array.from({ length: 201 }, () => test) }, "", "at most 200 tests"],
  ])("%s", (_, json, path, message) => {
    expect(problems(json)).toEqual([{ path, message: expect.stringContaining(message) }]);
  });

  it("a person's test in a rule over components", () => {
    expect(problems({ all: [{ attr: "title", op: "notEmpty" }, test] }, "component")).toEqual([
      { path: "all.1", message: expect.stringContaining("attributes only; group is about a person") },
    ]);
  });

  it("all problems at once", () => {
    const found = problems({ all: [{ group: 0 }, { attr: "a", op: "eq", value: "" }, { atLeast: 2, of: [{}] }] });
    expect(found.map(({ path }) => path)).toEqual(["all.0.group", "all.1.value", "all.2.atLeast", "all.2.of.0"]);
    expect(ruleProblems(found)).toMatch(/^all\.0\.group: .*; and 1 more$/);
  });

  it("a hostile one, without walking it to its end", () => {
    let text = '{"group":1}';
    for (let level = 0; level < 5000; level += 1) text = `{"not":${text}}`;
    expect(problems(text)).toHaveLength(1);
    const wide = { any: Array.from({ length: 1000 }, () => ({ any: Array.from({ length: 1000 }, () => test) })) };
    expect(problems(wide)).toEqual([{ path: "", message: expect.stringContaining("at most 200 tests") }]);
  });
});

it("as a zod schema it names the same places", () => {
  const form = z.object({ rule: ruleSchema("component") });
  const parsed = form.safeParse({ rule: { all: [{ group: 1 }] } });
  expect(parsed.error?.issues.map((issue) => issue.path.join("."))).toEqual(["rule.all.0"]);
});
