import type { SQL } from "drizzle-orm";
import type { Change } from "../../store/change.ts";
import type { ClientRows } from "../../store/rows.ts";
import { columns, type RowOf } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { Failure } from "../../store/step/step.ts";
import { changeStatus } from "../enrolment/change-status.ts";
import { type ClosableRegistration, closableColumns } from "../enrolment/close.ts";
import { recertificationColumns, recertificationJoin } from "../enrolment/next-cycle.ts";
import type { Parents } from "../enrolment/parents.ts";
import type { Successes } from "../enrolment/success/successes.ts";
import { evaluate } from "../rules/evaluate.ts";
import { readRegistrationFacts } from "../rules/facts.ts";
import { ruleProblem } from "../rules/rule-problem.ts";
import { parseRule, type Rule, ruleProblems } from "../rules/schema.ts";
import type { PersonScene } from "../rules/sql.ts";
import { components } from "../schema/content.ts";
import { registrations } from "../schema/enrolment.ts";
import { isRemoved } from "../syllabus/removed.ts";
import { trueSince } from "./true-since.ts";

/** What a completion rule says of a registration. */
export type Verdict =
  /** @param completedAt instant (ms) at which the work was done; null: not known */
  | { readonly to: "passed"; readonly completedAt: number | null }
  /** @param startedAt instant (ms) of the first work; null: not known */
  | { readonly to: "in_progress"; readonly startedAt: number | null }
  /** It stays as it is. */
  | { readonly to: null };

const ownColumns = columns(registrations, ["statusByHandAt", "startedAt"], "registration");
const ruleColumns = columns(components, ["completionRule"], "component");

/** The work on a registration's items. Instants in ms. */
interface Work {
  /** 1: something was begun. */
  readonly begun: number;
  readonly firstAt: number | null;
  /** The newest. */
  readonly lastAt: number | null;
  /** The latest completion of an item. */
  readonly doneAt: number | null;
}

/** A registration on a course with a completion rule, as far as {@link CompletionRules} looks at it. */
export type JudgedRegistration = ClosableRegistration & RowOf<typeof ownColumns> & RowOf<typeof ruleColumns> & Work;

/** What was found out about one registration. */
export interface Judgement {
  readonly registration: JudgedRegistration;
  readonly verdict: Verdict;
}

/**
 * Evaluates the completion rules of courses for registrations (handbook, data: enrolment): true makes them passed; else what was begun is in
 * progress; nothing fails. Learning paths have no part in it, nor has a registration that is not booked or in progress, nor one whose status a
 * person set after the newest work on it.
 */
export class CompletionRules {
  readonly #rows: ClientRows;
  readonly #scene: PersonScene;
  /** By the rule's text. */
  readonly #rules = new Map<string, Rule | Failure>();

  /** @param scene its `coverage`: whether covered components count */
  constructor(rows: ClientRows, scene: PersonScene) {
    this.#rows = rows;
    this.#scene = scene;
  }

  /**
   * Judges some registrations, in the order of their ids; those that no rule is about are left out. Two round trips, and one more for each
   * rule that was not seen before and asks for attributes.
   *
   * @param ids registrations
   * @returns those of courses whose rule cannot be evaluated have a failure instead
   */
  async judge(
    ids: readonly number[],
  ): Promise<readonly (Judgement | { readonly registration: JudgedRegistration; readonly failure: Failure })[]> {
    const read = ids.length === 0 ? [] : await this.#rows.all(judgedRegistrations(ids));
    const found = read.map(({ work, ...one }): JudgedRegistration => ({ ...one, ...(JSON.parse(work) as Work) }));
    const asking = found.filter((one) => !isByHand(one));
    const rules = new Map<string, Rule>();
    for (const { completionRule } of asking) {
      const rule = await this.#rule(completionRule ?? "");
      if (!("code" in rule)) rules.set(completionRule ?? "", rule);
    }
    const evaluated = asking.filter(({ completionRule }) => rules.has(completionRule ?? ""));
    const facts =
      evaluated.length === 0
        ? new Map<number, never>()
        : await readRegistrationFacts(this.#rows, evaluated, [...rules.values()], this.#scene.coverage);
    return found.map((registration) => {
      const text = registration.completionRule ?? "";
      const known = facts.get(registration.id);
      const rule = rules.get(text);
      if (!known || !rule) {
        const failure = this.#rules.get(text);
        if (failure && "code" in failure) return { registration, failure };
        return { registration, verdict: { to: null } };
      }
      if (evaluate(rule, known, this.#scene)) {
        const completedAt = trueSince(rule, known, this.#scene) ?? registration.doneAt;
        return { registration, verdict: { to: "passed", completedAt } };
      }
      const begins = registration.status === "booked" && registration.begun === 1;
      return { registration, verdict: begins ? { to: "in_progress", startedAt: registration.firstAt } : { to: null } };
    });
  }

  async #rule(text: string): Promise<Rule | Failure> {
    const known = this.#rules.get(text);
    if (known) return known;
    const problem = await ruleProblem(this.#rows, text, "completion_rule");
    const parsed = parseRule(text);
    const rule = problem ?? (parsed.ok ? parsed.rule : { code: "bad_rule", message: ruleProblems(parsed.problems) });
    this.#rules.set(text, rule);
    return rule;
  }
}

/** A person set the status, and no work came later. */
function isByHand({ statusByHandAt, lastAt }: JudgedRegistration): boolean {
  return statusByHandAt !== null && (lastAt === null || statusByHandAt > lastAt);
}

type Read = Omit<JudgedRegistration, keyof Work> & { readonly work: string };

function judgedRegistrations(ids: readonly number[]): SQL<Read> {
  return sql`SELECT ${closableColumns}, ${recertificationColumns}, ${ownColumns}, ${ruleColumns}, (
      SELECT json_object('begun', coalesce(max(progress.status <> 'not_attempted'), 0), 'firstAt', min(progress.first_at),
        'lastAt', max(progress.last_at), 'doneAt', max(progress.completed_at))
      FROM item_progress AS progress WHERE progress.client_id = registration.client_id
        AND progress.registration_id = registration.id AND NOT ${isRemoved(sql`progress.item_id`)}) AS work
    FROM json_each(${JSON.stringify(ids)}) AS asked
    CROSS JOIN registrations AS registration ON registration.id = asked.value AND registration.client_id = ${thisClient}
    CROSS JOIN components AS component ON component.id = registration.component_id AND component.client_id = registration.client_id
    ${recertificationJoin}
    WHERE registration.status IN ('booked', 'in_progress') AND component.kind = 'course' AND component.completion_rule IS NOT NULL
    ORDER BY registration.id`;
}

/**
 * The changes that a verdict asks for, for one unit; none where the registration stays as it is. A status that a person has set meanwhile
 * stays.
 *
 * @param successes of the step
 * @param now instant (ms)
 */
export function carryOut(
  { registration, verdict }: Judgement,
  successes: Successes,
  parents: Parents,
  now: number,
): readonly Change[] {
  const { id, personId, status, statusByHandAt, startedAt } = registration;
  const also = sql`status_by_hand_at IS ${statusByHandAt}`;
  if (verdict.to === "passed")
    return successes.succeed(registration, { to: "passed", completedAt: verdict.completedAt, parents, also });
  if (verdict.to === null) return [];
  const columns = { started_at: startedAt ?? Math.min(verdict.startedAt ?? now, now) };
  return [changeStatus({ id, personId, from: status, to: "in_progress", action: "begin", columns, also }, now)];
}
