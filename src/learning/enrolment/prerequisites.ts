import { sql } from "drizzle-orm";
import type { ClientRows } from "../../store/rows.ts";
import { thisClient } from "../../store/statement.ts";
import { parseRule, type Rule, ruleProblems } from "../rules/schema.ts";
import { personCondition, type RuleScene } from "../rules/sql.ts";

/** How a person stands to a component's prerequisites; `none`: it has none. */
export type Standing = "none" | "not_met" | "met";

/** Why stored prerequisites (JSON Rule, spec 1.11) cannot be read, or null. */
export function prerequisitesProblem(prerequisites: string | null): { code: "bad_rule"; message: string } | null {
  if (prerequisites === null) return null;
  const parsed = parseRule(prerequisites);
  return parsed.ok ? null : { code: "bad_rule", message: `prerequisites: ${ruleProblems(parsed.problems)}` };
}

/** Components' prerequisites asked of one page of people. */
export class Prerequisites {
  readonly #rows: ClientRows;
  readonly #scene: RuleScene;
  readonly #personIds: string;
  readonly #met = new Map<string, ReadonlySet<number>>();

  constructor(rows: ClientRows, scene: RuleScene, personIds: readonly number[]) {
    this.#rows = rows;
    this.#scene = scene;
    this.#personIds = JSON.stringify(personIds);
  }

  /**
   * How each of the people stands to `prerequisites`; one read for each text, however often it is asked for. Prerequisites
   * that cannot be read are met by nobody: ask {@link prerequisitesProblem} first.
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
