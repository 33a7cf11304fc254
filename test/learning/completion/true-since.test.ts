import { expect, it } from "vitest";
import { trueSince } from "../../../src/learning/completion/true-since.ts";
import { type Facts, NO_FACTS } from "../../../src/learning/rules/evaluate.ts";
import { parseRule } from "../../../src/learning/rules/schema.ts";

const facts: Facts = {
  ...NO_FACTS,
  groups: new Set([5]),
  values: new Map([["locale", "de"]]),
  items: [
    { item: 1, status: "passed", score: 0.5, doneAt: 100 },
    { item: 2, status: "completed", score: 0.9, doneAt: 200 },
    { item: 3, status: "passed", score: 1, doneAt: 300 },
    { item: 4, status: "passed", score: 1, doneAt: null },
    { item: 9, status: "failed", score: 0, doneAt: 900 },
  ],
  registrations: [
    { component: 1, status: "passed", progress: 100, completedAt: 150 },
    { component: 1, status: "passed", progress: 100, completedAt: 250 },
    { component: 1, status: "cancelled", progress: 10, completedAt: 999 },
    { component: 2, status: "in_progress", progress: 60, completedAt: null },
  ],
  covered: new Set([3]),
  coveredAt: new Map([[3, 350]]),
};
const item = (id: number) => ({ item: id, status: ["passed", "completed"] });

it.each([
  ["an item's completion", item(1), 100],
  ["an item's work, for its score", { item: 2, scoreGte: 0.9 }, 200],
  ["nothing, where the item has no instant", item(4), null],
  ["the latest of several cycles", { component: 1, status: ["passed"] }, 250],
  ["the latest of those that reach a progress", { component: 1, progressGte: 100 }, 250],
  ["nothing, for progress without a completion", { component: 2, progressGte: 50 }, null],
  ["what covers a component", { component: 3, status: ["passed"] }, 350],
  ["nothing, for a group", { group: 5 }, null],
  ["nothing, for an attribute", { attr: "locale", op: "eq", value: "de" }, null],
  ["nothing, for what is not so", { not: item(9) }, null],
  ["the latest of all", { all: [item(1), item(3), item(2)] }, 300],
  ["the latest of those of all that are dated", { all: [item(1), { group: 5 }, item(4)] }, 100],
  ["the earliest of any", { any: [item(3), item(2), item(9)] }, 200],
  ["the dated one of any", { any: [{ group: 5 }, item(3)] }, 300],
  ["the one that made them enough", { atLeast: 2, of: [item(3), item(1), item(2)] }, 200],
  ["the one that made them enough behind an undated one", { atLeast: 2, of: [{ group: 5 }, item(3), item(1)] }, 100],
  ["the parts of its parts", { all: [{ any: [item(3), item(2)] }, { all: [item(1)] }] }, 200],
])("a rule is true since %s", (_what, json, expected) => {
  const parsed = parseRule(json);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  expect(trueSince(parsed.rule, facts, { today: "2026-03-02", timeZone: "UTC" })).toBe(expected);
});
