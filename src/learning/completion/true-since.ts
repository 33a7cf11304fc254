import { type Facts, truthOf } from "../rules/evaluate.ts";
import type { PersonTest, Rule } from "../rules/schema.ts";
import type { RuleScene } from "../rules/sql.ts";

/**
 * The instant (ms) since which a rule on a person is true, as far as what was finished tells: of `all` the latest of its parts, of `any` the
 * earliest, of `atLeast` the one that made them enough. Null where nothing that is dated made it true (attributes, groups, skills, `not`).
 *
 * @param rule one that is true for these facts
 */
export function trueSince(rule: Rule, facts: Facts, scene: RuleScene): number | null {
  if ("not" in rule) return null;
  if ("all" in rule) return nth(rule.all, rule.all.length, facts, scene);
  if ("any" in rule) return nth(rule.any, 1, facts, scene);
  if ("of" in rule) return nth(rule.of, rule.atLeast, facts, scene);
  return "attr" in rule ? null : testSince(rule, facts);
}

/** When as many of some rules as are needed were true; those that cannot be dated were so before the others. */
function nth(rules: readonly Rule[], needed: number, facts: Facts, scene: RuleScene): number | null {
  const met = rules.filter((one) => truthOf(one, facts, scene) === true);
  const instants = met.map((one) => trueSince(one, facts, scene)).filter((one) => one !== null);
  instants.sort((a, b) => a - b);
  const dated = Math.max(needed - (met.length - instants.length), 1);
  return instants[Math.min(dated, instants.length) - 1] ?? null;
}

/** Of several cycles the latest tells. */
function testSince(test: PersonTest, facts: Facts): number | null {
  if ("component" in test) {
    const met = facts.registrations.filter(
      (one) =>
        one.component === test.component &&
        ("status" in test
          ? (test.status as readonly string[]).includes(one.status)
          : one.progress !== null && one.progress >= test.progressGte),
    );
    return latest(met.map((one) => one.completedAt)) ?? facts.coveredAt?.get(test.component) ?? null;
  }
  if (!("item" in test)) return null;
  const met = facts.items.filter(
    (one) =>
      one.item === test.item &&
      ("status" in test
        ? (test.status as readonly string[]).includes(one.status)
        : one.score !== null && one.score >= test.scoreGte),
  );
  return latest(met.map((one) => one.doneAt));
}

/** The latest of some instants (ms); null where none is known. */
export function latest(instants: readonly (number | null | undefined)[]): number | null {
  return instants.reduce<number | null>(
    (last, one) => (last === null || (one ?? last) > last ? (one ?? last) : last),
    null,
  );
}
