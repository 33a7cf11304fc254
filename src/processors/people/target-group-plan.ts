import { attributesOf, type GroupCommand, groupsOf, parseCommands } from "../../learning/commands.ts";
import { evaluationOrder, type Rank } from "../../learning/rules/order.ts";
import { referencesOf, testsOf } from "../../learning/rules/references.ts";
import { parseRule, type Rule, ruleProblems } from "../../learning/rules/schema.ts";
import { groups } from "../../learning/schema.ts";
import type { ClientRows } from "../../store/rows.ts";
import { columns, type Selected, select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { Failure } from "../../store/step/step.ts";

/** What an administrator has entered for a target group; `active` 0: it is switched off. */
export const definitionColumns = ["id", "active", "rule", "onEnter", "onLeave"] as const;
export type GroupDefinition = Selected<typeof groups, (typeof definitionColumns)[number]>;

/** A target group that can be evaluated. */
export interface TargetGroup {
  readonly definition: GroupDefinition;
  /** null: no person belongs to it, since it is switched off. */
  readonly rule: Rule | null;
  /** How many tests the rule has; at least 1. */
  readonly tests: number;
  readonly onEnter: readonly GroupCommand[];
  readonly onLeave: readonly GroupCommand[];
}

/** A target group in its turn: ready, or why it is not. */
export type PlannedGroup =
  | { readonly rank: Rank; readonly group: TargetGroup }
  | { readonly rank: Rank; readonly failure: Failure };

/** Groups read at once: a rule may be long. */
const PAGE = 200;

/**
 * All active target groups with a rule, and those switched off that still have members by rule, in the order of their
 * evaluation (handbook, catalogue: TargetGroupPersonAssignment): behind the groups that their rules name and, where that is
 * possible, behind those whose commands
 * touch what their rules ask for. A group whose rule or commands cannot be used, and one whose rule needs itself through
 * others, has a failure instead. The rule of a group that is switched off is not looked at.
 *
 * @param only ids of groups; null: all. Circles are found among all groups all the same.
 */
export async function readPlan(rows: ClientRows, only: readonly number[] | null): Promise<readonly PlannedGroup[]> {
  const usable = new Map<number, TargetGroup>();
  const emptied = new Set<number>();
  const failures = new Map<number, Failure>();
  for (let after = 0; ; ) {
    const page = await rows.all<GroupDefinition & { readonly has_rows: number }>(sql`
      SELECT ${columns(groups, definitionColumns)}, EXISTS (SELECT 1 FROM group_members AS own
          WHERE own.client_id = ${thisClient} AND own.group_id = groups.id AND own.source = 'rule') AS has_rows
      FROM groups WHERE client_id = ${thisClient} AND kind = 'target_group' AND (active = 0 OR rule IS NOT NULL)
        AND id > ${after} ORDER BY id LIMIT ${PAGE}`);
    for (const { has_rows, ...definition } of page) {
      // It keeps its place in the order, so that a run that is taken up again finds the others where they were.
      if (!definition.active && !has_rows) emptied.add(definition.id);
      const read = readGroup(definition);
      if ("code" in read) failures.set(definition.id, read);
      else usable.set(definition.id, read);
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE) break;
    after = last.id;
  }
  await checkCommands(rows, usable, failures);

  const { ranks, circles } = evaluationOrder(nodesOf([...usable.values()]));
  for (const id of circles) {
    const message = "The rules of some groups name each other in a circle, and this group is one of them; take one out";
    failures.set(id, { code: "rule_cycle", message });
  }
  const planned: PlannedGroup[] = [...failures].map(([id, failure]) => ({ rank: { depth: 0, id }, failure }));
  for (const rank of ranks) {
    const group = usable.get(rank.id);
    if (group && !failures.has(rank.id)) planned.push({ rank, group });
  }
  const wanted = only === null ? null : new Set(only);
  return planned
    .filter(({ rank: { id } }) => !emptied.has(id) && (wanted?.has(id) ?? true))
    .sort((a, b) => compareRanks(a.rank, b.rank));
}

/** Negative, 0 or positive. */
export function compareRanks(a: Rank, b: Rank): number {
  return a.depth - b.depth || a.id - b.id;
}

/** Tells a definition from what it was before it was edited: FNV-1a of its text, and the length. */
export function mark({ active, rule, onEnter, onLeave }: GroupDefinition): string {
  const text = JSON.stringify([active, rule, onEnter, onLeave]);
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return `${text.length}-${hash.toString(36)}`;
}

function readGroup(definition: GroupDefinition): TargetGroup | Failure {
  const leave = parseCommands(definition.onLeave, "on_leave");
  if (!definition.active) {
    if (!leave.ok) return { code: "bad_command", message: leave.message };
    return { definition, rule: null, tests: 1, onEnter: [], onLeave: leave.commands };
  }
  const parsed = parseRule(definition.rule);
  if (!parsed.ok) return { code: "bad_rule", message: `The rule cannot be used. ${ruleProblems(parsed.problems)}` };
  const enter = parseCommands(definition.onEnter, "on_enter");
  if (!enter.ok) return { code: "bad_command", message: enter.message };
  if (!leave.ok) return { code: "bad_command", message: leave.message };
  const tests = [...testsOf(parsed.rule)].length;
  return { definition, rule: parsed.rule, tests, onEnter: enter.commands, onLeave: leave.commands };
}

/** A command that names a group which is not there, or not of its kind, would do nothing and say nothing. */
async function checkCommands(
  rows: ClientRows,
  usable: ReadonlyMap<number, TargetGroup>,
  failures: Map<number, Failure>,
): Promise<void> {
  const named = new Map([...usable].map(([id, { onEnter, onLeave }]) => [id, groupsOf([...onEnter, ...onLeave])]));
  const ids = [...new Set([...named.values()].flat().map(({ id }) => id))];
  if (ids.length === 0) return;
  const found = await rows.all(
    select(
      groups,
      ["id", "kind"],
      sql`WHERE client_id = ${thisClient} AND id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`,
    ),
  );
  const kinds = new Map(found.map(({ id, kind }) => [id, kind]));
  for (const [id, wanted] of named) {
    const wrong = wanted.find((one) => !kinds.has(one.id) || (one.kind !== null && kinds.get(one.id) !== one.kind));
    if (!wrong) continue;
    const what = wrong.kind === null ? "a group" : "a job profile";
    failures.set(id, {
      code: "bad_command",
      message: `A command names ${wrong.id}, which is not ${what} of this client`,
    });
  }
}

function nodesOf(groups: readonly TargetGroup[]) {
  const touching = new Map<string, number[]>();
  for (const { definition, onEnter, onLeave } of groups) {
    const commands = [...onEnter, ...onLeave];
    const touched = [
      ...groupsOf(commands).map(({ id }) => `group ${id}`),
      ...attributesOf(commands).map((name) => `attr ${name}`),
    ];
    for (const one of touched) touching.set(one, [...(touching.get(one) ?? []), definition.id]);
  }
  return groups.map(({ definition, rule }) => {
    const asked = referencesOf(rule === null ? [] : [rule]);
    const touched = [
      ...[...asked.groups].map((id) => `group ${id}`),
      ...[...asked.attributes].map((name) => `attr ${name}`),
    ];
    const prefers = new Set(touched.flatMap((one) => touching.get(one) ?? []));
    return { id: definition.id, needs: asked.groups, prefers };
  });
}
