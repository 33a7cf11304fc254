import type { SQL } from "drizzle-orm";
import type { ClientRows } from "../../../store/rows.ts";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import type { Failure } from "../../../store/step/step.ts";
import type { Day } from "../../../time/day.ts";
import { metaTags, metaTicked, metaValue } from "../../meta.ts";
import { ruleProblem } from "../../rules/rule-problem.ts";
import { parseRule, type Rule } from "../../rules/schema.ts";
import { type PersonScene, personCondition } from "../../rules/sql.ts";

/** How a person stands to a component's prerequisites; `none`: it has none. */
export type Standing = "none" | "not_met" | "met";

/**
 * Why stored prerequisites (JSON Rule) cannot be evaluated for any person, or null: they cannot be read (`bad_rule`), or they name an
 * attribute that does not exist (`unknown_attribute`).
 */
export function prerequisitesProblem(rows: ClientRows, prerequisites: string | null): Promise<Failure | null> {
  return ruleProblem(rows, prerequisites, "prerequisites");
}

/**
 * True in SQL where no person is registered on `component` (SQL of its id) without meeting its prerequisites: meta 11838 says so,
 * or meta 11801 would have the registration cancelled at once, since the day of meta 12703 is past.
 */
export function prerequisitesRequired(component: SQL, today: Day): SQL {
  const dueOn = sql`trim(${metaValue(metaTags.prerequisitesDueOn, component)})`;
  return sql`(${metaTicked(metaTags.prerequisitesRequired, component)}
    OR (${metaTicked(metaTags.cancelWhenPrerequisitesOverdue, component)} AND date(${dueOn}) = ${dueOn} AND ${dueOn} < ${today}))`;
}

/** Components' prerequisites asked of one page of people. */
export class Prerequisites {
  readonly #rows: ClientRows;
  readonly #scene: PersonScene;
  readonly #personIds: string;
  readonly #met = new Map<string, ReadonlySet<number>>();

  constructor(rows: ClientRows, scene: PersonScene, personIds: readonly number[]) {
    this.#rows = rows;
    this.#scene = scene;
    this.#personIds = JSON.stringify(personIds);
  }

  /**
   * How each of the people stands to `prerequisites`; one read for each text, however often it is asked for. Prerequisites
   * that cannot be read are met by no person: ask {@link prerequisitesProblem} first.
   */
  async standing(prerequisites: string | null): Promise<(personId: number) => Standing> {
    if (prerequisites === null) return () => "none";
    let met = this.#met.get(prerequisites);
    if (!met) {
      const parsed = parseRule(prerequisites);
      met = parsed.ok ? await this.#peopleMeeting(parsed.rule) : new Set<number>();
      this.#met.set(prerequisites, met);
    }
    const known = met;
    return (personId) => (known.has(personId) ? "met" : "not_met");
  }

  async #peopleMeeting(rule: Rule): Promise<ReadonlySet<number>> {
    const found = await this.#rows.all<{ id: number }>(sql`SELECT person.id FROM json_each(${this.#personIds}) AS asked
      JOIN persons AS person ON person.id = asked.value
      WHERE person.client_id = ${thisClient} AND ${personCondition(rule, this.#scene)}`);
    return new Set(found.map(({ id }) => id));
  }
}
