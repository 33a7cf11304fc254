import type { ClientRows } from "../../store/rows.ts";
import type { Failure } from "../../store/step/step.ts";
import { parseRule, ruleProblems } from "./schema.ts";
import { unknownAttributeOf } from "./unknown-attributes.ts";

/**
 * Why a stored rule on people (JSON Rule) cannot be evaluated for any person, or null: it cannot be read (`bad_rule`), or it names an
 * attribute that does not exist (`unknown_attribute`).
 *
 * @param rule null: there is none
 * @param column names it in the message: `prerequisites`
 */
export async function ruleProblem(rows: ClientRows, rule: string | null, column: string): Promise<Failure | null> {
  if (rule === null) return null;
  const parsed = parseRule(rule);
  const problem = parsed.ok
    ? await unknownAttributeOf(rows, parsed.rule)
    : { code: "bad_rule", message: ruleProblems(parsed.problems) };
  return problem && { ...problem, message: `${column}: ${problem.message}` };
}
