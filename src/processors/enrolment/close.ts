import type { SQL } from "drizzle-orm";
import { type ClosableRegistration, cancelRegistration } from "../../learning/enrolment/close.ts";
import { failWithParent, readParents } from "../../learning/enrolment/parents.ts";
import { promoteWaiting } from "../../learning/enrolment/places/waiting-list.ts";
import { isEndedByRule, leavers, overdue, type Page } from "../../learning/enrolment/rules/rule-reads.ts";
import { takesSeat } from "../../learning/enrolment/status.ts";
import type { Step, Write } from "../contract.ts";
import type { AfterId } from "../patterns/change-rows.ts";
import { unitOf } from "../unit-of.ts";
import { type RuleCount, type RuleWork, rulePages } from "./automatic/rule-work.ts";

/**
 * Step 5: the rule's registrations that are overdue for too long fail or are cancelled. With a course that fails, the registration on its
 * template fails too; it is not counted a second time.
 */
export async function* changeOverdue(
  work: RuleWork,
  from: AfterId | null,
): AsyncGenerator<Step<AfterId, RuleCount>, void> {
  const { rule, today } = work;
  const { changeAfterDays: days, changeTo: to } = rule;
  if (days === null || to === null) return;
  const query = (page: Page) => overdue(rule, today, page);
  yield* close(work, from, query, async (found) => {
    if (to === "cancelled") return (registration) => cancel(work, registration, "overdue", "statusChanged");
    const ids = found.map(({ id }) => id);
    const parents = await readParents(work.rows, ids);
    return (registration) => {
      const [own, ...parent] = failWithParent(registration, parents, work);
      return [{ ...own, count: "statusChanged" }, ...parent];
    };
  });
}

/** Step 6: the rule's registrations of people who are no longer candidates are cancelled. */
export async function* cancelLeavers(
  work: RuleWork,
  from: AfterId | null,
): AsyncGenerator<Step<AfterId, RuleCount>, void> {
  const { rule } = work;
  if (!rule.autoCancel) return;
  const query = (page: Page) => leavers(rule, work, page);
  yield* close(work, from, query, async () => (registration) => cancel(work, registration, "left_group", "cancelled"));
}

async function* close(
  work: RuleWork,
  from: AfterId | null,
  query: (page: Page) => SQL<ClosableRegistration>,
  judge: (
    found: readonly ClosableRegistration[],
  ) => Promise<(registration: ClosableRegistration) => Write<RuleCount>[]>,
): AsyncGenerator<Step<AfterId, RuleCount>, void> {
  for await (const { rows, after } of rulePages(work, from, query, ({ id }) => id)) {
    const writes = await judge(rows);
    const units = rows.map((registration) =>
      unitOf(`registration:${registration.id}`, () => ({ writes: writes(registration) })),
    );
    yield { units: await Promise.all(units), cursor: { after } };
  }
}

/** Cancels a registration and gives its place to the waiting list, to a person whom the rule does not take off it tonight. */
function cancel(
  work: RuleWork,
  registration: ClosableRegistration,
  reason: string,
  count: RuleCount,
): Write<RuleCount>[] {
  const writes: Write<RuleCount>[] = [{ ...cancelRegistration(registration, reason, work), count }];
  if (!takesSeat(registration.status) || work.run.dryRun) return writes;
  const promoted = promoteWaiting(registration.componentId, work.now, 0, isEndedByRule(work.rule, work));
  return [...writes, { ...promoted, count: "promoted" }];
}
