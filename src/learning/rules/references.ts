import { successfulStatuses } from "../enrolment/status.ts";
import type { PersonTest, Rule, Test } from "./schema.ts";

/** What a rule asks about: names of attributes, ids of rows. */
export interface References {
  readonly attributes: ReadonlySet<string>;
  readonly groups: ReadonlySet<number>;
  readonly skills: ReadonlySet<number>;
  readonly components: ReadonlySet<number>;
  readonly items: ReadonlySet<number>;
  readonly certifications: ReadonlySet<number>;
}

/** The tests of a rule, in order. */
export function* testsOf(rule: Rule): Generator<Test, void> {
  if ("all" in rule) for (const one of rule.all) yield* testsOf(one);
  else if ("any" in rule) for (const one of rule.any) yield* testsOf(one);
  else if ("of" in rule) for (const one of rule.of) yield* testsOf(one);
  else if ("not" in rule) yield* testsOf(rule.not);
  else yield rule;
}

/** Everything that some rules ask about. */
export function referencesOf(rules: readonly Rule[]): References {
  const found = {
    attributes: new Set<string>(),
    groups: new Set<number>(),
    skills: new Set<number>(),
    components: new Set<number>(),
    items: new Set<number>(),
    certifications: new Set<number>(),
  };
  for (const rule of rules) {
    for (const test of testsOf(rule)) {
      if ("attr" in test) found.attributes.add(test.attr);
      else if ("group" in test) found.groups.add(test.group);
      else if ("skill" in test) found.skills.add(test.skill);
      else if ("component" in test) found.components.add(test.component);
      else if ("item" in test) found.items.add(test.item);
      else found.certifications.add(test.certification);
    }
  }
  return found;
}

/** True for a test on a component that a covered one meets: it counts as successful, and as finished whatever is asked of it. */
export function isMetByCoverage(test: Extract<PersonTest, { readonly component: number }>): boolean {
  return "progressGte" in test || test.status.some((one) => (successfulStatuses as readonly string[]).includes(one));
}
