import type { SQL } from "drizzle-orm";
import { giveCredits, missingCredits } from "../../learning/certifications/credits.ts";
import { creditsDue } from "../../learning/certifications/due.ts";
import { CompletionRules, carryOut } from "../../learning/completion/completion-rule.ts";
import { lockItems, type RuledItem, ruledItems, unlockItems } from "../../learning/completion/locks.ts";
import { readParents } from "../../learning/enrolment/parents.ts";
import { Successes } from "../../learning/enrolment/success/successes.ts";
import { readProgress, writeProgress } from "../../learning/progress/progress.ts";
import { evaluate, NO_FACTS } from "../../learning/rules/evaluate.ts";
import { readRegistrationFacts } from "../../learning/rules/facts.ts";
import { ruleProblem } from "../../learning/rules/rule-problem.ts";
import { parseRule, type Rule } from "../../learning/rules/schema.ts";
import { type Learner, readFinishDays } from "../../learning/syllabus/finishes.ts";
import { itemsOf, Syllabus } from "../../learning/syllabus/syllabus.ts";
import { type Change, touchedIds } from "../../store/change.ts";
import { among } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { Failure } from "../../store/step/step.ts";
import type { RunContext, Unit, Write } from "../contract.ts";

export const logicCounts = ["credits", "unlocked", "locked", "statusChanged"] as const;
export type LogicCount = (typeof logicCounts)[number];

type Context = Pick<RunContext, "rows" | "now" | "today" | "timeZone">;

/** What is to be written for a page of registrations. */
export interface LogicPage {
  readonly units: readonly Unit<LogicCount>[];
  readonly followUp: readonly Write[];
  /** Components that cannot be judged, those among them that are told of for the first time. */
  readonly failed: readonly number[];
}

/** A registration on a level path with its level. */
interface Levelled extends Learner {
  readonly componentId: number;
  readonly level: number | null;
}

/**
 * Learning logic for a page of registrations: missing credits, locks of items, completion rules of courses, progress, and levels of paths.
 * Everything is read before anything is written, and each of the five is written for the page at once; only a status is a unit of its own.
 */
export class LearningLogic {
  readonly #context: Context;
  readonly #coverage: boolean;
  readonly #completion: CompletionRules;
  /** Unlock rules by their text. */
  readonly #rules = new Map<string, Rule | Failure>();
  readonly #told: Set<number>;

  /**
   * @param coverage whether covered components count
   * @param told components that were already listed as failed
   */
  constructor(context: Context, coverage: boolean, told: readonly number[]) {
    const { rows, today, timeZone } = context;
    this.#context = context;
    this.#coverage = coverage;
    this.#completion = new CompletionRules(rows, { today, timeZone, coverage });
    this.#told = new Set(told);
  }

  /** Works on some registrations, in the order of their ids. */
  async work(ids: readonly number[]): Promise<LogicPage> {
    const { rows, now } = this.#context;
    const list = sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
    const due = creditsDue(list, this.#context);
    const [creditedPeople, items, levelled] = await rows.each([peopleOf(due), ruledItems(ids), levelledOf(ids)]);
    const judged = await this.#completion.judge(ids);
    const failures = new Map<number, Failure>();
    for (const one of judged) if ("failure" in one) failures.set(one.registration.componentId, one.failure);
    const rules = await this.#readRules(items, failures);
    const progress = await readProgress(rows, ids, this.#coverage);

    const ref = ids.length === 1 ? `registration:${ids[0]}` : `registration:${ids[0]}–${ids.at(-1)}`;
    const units: Unit<LogicCount>[] = [];
    const failed: number[] = [];
    for (const [component, failure] of failures) {
      if (this.#told.has(component)) continue;
      this.#told.add(component);
      failed.push(component);
      units.push({ ref: `component:${component}`, writes: [], failure });
    }
    const successes = new Successes(this.#context);
    const parents = await readParents(
      rows,
      judged.flatMap((one) => ("verdict" in one && one.verdict.to === "passed" ? [one.registration.id] : [])),
    );
    for (const one of judged) {
      if ("failure" in one || failures.has(one.registration.componentId)) continue;
      const [lead, ...others] = carryOut(one, successes, parents, now);
      if (lead)
        units.push({
          ref: `registration:${one.registration.id}`,
          writes: [{ ...lead, count: "statusChanged" }, ...others],
        });
    }
    const skipped = await this.#registrationsOn(failures, ids);
    const page = (rows: number, write: Change<LogicCount>) => units.push({ ref, rows, writes: [write] });
    const { lock, unlock } = await this.#locks(items, rules, failures);
    if (lock.length > 0) page(registrationsIn(lock), { ...lockItems(lock, now), count: "locked" });
    if (unlock.length > 0) page(registrationsIn(unlock), { ...unlockItems(unlock, now), count: "unlocked" });
    const moved = progress.filter(({ id, pct, stored }) => pct !== stored && !skipped.has(id));
    if (moved.length > 0) page(moved.length, writeProgress(moved, now));
    const raised = await this.#raised(levelled.filter(({ componentId }) => !failures.has(componentId)));
    if (raised.length > 0) page(raised.length, raiseLevels(raised, now));
    if (creditedPeople.length > 0) units.push({ ref, rows: creditedPeople.length, writes: creditWrites(due, now) });
    const counted = units.reduce((sum, { rows = 1, failure }) => sum + (failure ? 0 : rows), 0);
    if (counted < ids.length) units.push({ ref, rows: ids.length - counted, writes: [] });
    return { units, followUp: successes.followUp(), failed };
  }

  /** The rules of items that can be evaluated, by their text; of others the components are noted in `failures`. */
  async #readRules(items: readonly RuledItem[], failures: Map<number, Failure>): Promise<Map<string, Rule>> {
    const usable = new Map<string, Rule>();
    for (const { rule, componentId } of items) {
      const known = this.#rules.get(rule) ?? (await this.#readRule(rule));
      this.#rules.set(rule, known);
      if ("code" in known) failures.set(componentId, known);
      else usable.set(rule, known);
    }
    return usable;
  }

  async #readRule(text: string): Promise<Rule | Failure> {
    const problem = await ruleProblem(this.#context.rows, text, "unlock_rule");
    const parsed = parseRule(text);
    return problem ?? (parsed.ok ? parsed.rule : { code: "bad_rule", message: "unlock_rule: enter a rule" });
  }

  /** Those among `ids` on components that cannot be judged. */
  async #registrationsOn(failures: ReadonlyMap<number, Failure>, ids: readonly number[]): Promise<ReadonlySet<number>> {
    if (failures.size === 0) return new Set();
    const found = await this.#context.rows.all<{ id: number }>(sql`SELECT id FROM registrations
      WHERE +client_id = ${thisClient} AND id IN ${among(ids)} AND component_id IN ${among(failures.keys())}`);
    return new Set(found.map(({ id }) => id));
  }

  /** What is to be locked and unlocked, as pairs of registration and item. */
  async #locks(items: readonly RuledItem[], rules: ReadonlyMap<string, Rule>, failures: ReadonlyMap<number, Failure>) {
    const lock: [number, number][] = [];
    const unlock: [number, number][] = [];
    const judged = items.filter(({ componentId }) => !failures.has(componentId));
    if (judged.length === 0) return { lock, unlock };
    const { rows, today, timeZone } = this.#context;
    const asking = new Map(
      judged.map(({ registrationId: id, componentId, personId }) => [id, { id, componentId, personId }]),
    );
    const facts = await readRegistrationFacts(rows, [...asking.values()], [...rules.values()], this.#coverage);
    for (const { registrationId, itemId, rule, locked, held } of judged) {
      const parsed = rules.get(rule);
      if (!parsed) continue;
      const open = evaluate(parsed, facts.get(registrationId) ?? NO_FACTS, { today, timeZone });
      if (!open && locked === 0) lock.push([registrationId, itemId]);
      else if (open && locked === 1 && held === 0) unlock.push([registrationId, itemId]);
    }
    return { lock, unlock };
  }

  /** Registrations whose level is higher than is stored. */
  async #raised(found: readonly Levelled[]): Promise<{ id: number; level: number }[]> {
    if (found.length === 0) return [];
    const { rows, timeZone } = this.#context;
    const items = await rows.all(itemsOf(new Set(found.map(({ componentId }) => componentId))));
    const levels = new Map(
      [...Map.groupBy(items, ({ componentId }) => componentId)].map(([id, own]) => [id, new Syllabus(own).levels()]),
    );
    const elements = [...levels.values()].flat().flatMap((level) => level.elements);
    const days = await readFinishDays(rows, found, elements, { coverage: this.#coverage, timeZone });
    return found.flatMap(({ registrationId: id, componentId, level: stored }) => {
      const own = levels.get(componentId) ?? [];
      if (own.length === 0) return [];
      const open = own.findIndex(({ elements }) =>
        elements.some((element) => element.mandatory && !days.get(id)?.has(element.id)),
      );
      const level = open < 0 ? own.length : open + 1;
      return level > (stored ?? 0) ? [{ id, level }] : [];
    });
  }
}

function registrationsIn(pairs: readonly (readonly [number, number])[]): number {
  return new Set(pairs.map(([registration]) => registration)).size;
}

/** The people whose periods lack credits that are due. */
function peopleOf(due: SQL): SQL<{ readonly id: number }> {
  return sql`SELECT DISTINCT period.person_id AS id, period.person_id, NULL AS before FROM ${missingCredits(due)} AS missing
    CROSS JOIN person_certifications AS period ON period.id = missing.period_id`;
}

function creditWrites(due: SQL, now: number): Write<LogicCount>[] {
  const [amounts, credits] = giveCredits(due, now);
  return [
    { rows: peopleOf(due), write: amounts, indexed: "person" },
    { write: credits, always: true, count: "credits" },
  ];
}

/** Registrations on level paths whose level is that of the path's present structure. */
function levelledOf(ids: readonly number[]): SQL<Levelled> {
  return sql`SELECT registration.id AS registrationId, registration.person_id AS personId, registration.component_id AS componentId,
      registration.current_level AS level
    FROM json_each(${JSON.stringify(ids)}) AS one
    CROSS JOIN registrations AS registration ON registration.id = one.value AND registration.client_id = ${thisClient}
    CROSS JOIN components AS component ON component.id = registration.component_id
    WHERE component.path_mode = 'level' AND component.kind = 'learning_path'
      AND registration.level_structure_version = component.structure_version
    ORDER BY registration.id`;
}

function raiseLevels(levels: readonly { readonly id: number; readonly level: number }[], now: number): Change {
  const list = JSON.stringify(levels);
  return {
    rows: sql`SELECT registration.id, registration.person_id, json_object('current_level', registration.current_level) AS before
      FROM json_each(${list}) AS one
      CROSS JOIN registrations AS registration ON registration.id = one.value ->> 'id' AND registration.client_id = ${thisClient}
      WHERE coalesce(registration.current_level, 0) < one.value ->> 'level'`,
    write: sql`UPDATE registrations SET current_level = one.value ->> 'level', updated_at = ${now} FROM json_each(${list}) AS one
      WHERE registrations.id = one.value ->> 'id' AND +registrations.client_id = ${thisClient} AND registrations.id IN ${touchedIds}`,
    audit: {
      entity: "registration",
      action: "set_level",
      after: sql`(SELECT json_object('current_level', registrations.current_level) FROM registrations WHERE registrations.id = touched.id)`,
    },
    indexed: "registration",
  };
}
