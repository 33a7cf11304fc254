import type { SQL } from "drizzle-orm";
import { type ClosableRegistration, cancelRegistration, failRegistration } from "../../learning/enrolment/close.ts";
import { leavers, overdue, type Page } from "../../learning/enrolment/rules/rule-reads.ts";
import { takesSeat } from "../../learning/enrolment/status.ts";
import { promoteWaiting } from "../../learning/enrolment/waiting-list.ts";
import type { Step, Write } from "../contract.ts";
import type { AfterId } from "../patterns/change-rows.ts";
import { unitOf } from "../unit-of.ts";
import { type RuleCount, type RuleWork, rulePages } from "./rule-work.ts";

/** Step 5: the rule's registrations that are overdue for too long fail or are cancelled. */
export async function* changeOverdue(
  work: RuleWork,
  from: AfterId | null,
): AsyncGenerator<Step<AfterId, RuleCount>, void> {
  const { rule, today } = work;
  const { changeAfterDays: days, changeTo: to } = rule;
  if (days === null || to === null) return;
  const query = (page: Page) => overdue(rule, today, page);
  yield* close(work, from, query, (registration) =>
    to === "failed"
      ? [{ ...failRegistration(registration, work), count: "statusChanged" }]
      : cancel(work, registration, "overdue", "statusChanged"),
  );
}

/** Step 6: the rule's registrations of people who are no longer candidates are cancelled. */
export async function* cancelLeavers(
  work: RuleWork,
  from: AfterId | null,
): AsyncGenerator<Step<AfterId, RuleCount>, void> {
  const { rule } = work;
  if (!rule.autoCancel) return;
  const query = (page: Page) => leavers(rule, work, page);
  yield* close(work, from, query, (registration) => cancel(work, registration, "left_group", "cancelled"));
}

async function* close(
  work: RuleWork,
  from: AfterId | null,
  query: (page: Page) => SQL<ClosableRegistration>,
  writes: (registration: ClosableRegistration) => readonly Write<RuleCount>[],
): AsyncGenerator<Step<AfterId, RuleCount>, void> {
  for await (const { rows, after } of rulePages(work, from, query, ({ id }) => id)) {
    const units = rows.map((registration) =>
      unitOf(`registration:${registration.id}`, () => ({ writes: writes(registration) })),
    );
    yield { units: await Promise.all(units), cursor: { after } };
  }
}

/** Cancels a registration and gives its place to the waiting list. */
function cancel(
  work: RuleWork,
  registration: ClosableRegistration,
  reason: string,
  count: RuleCount,
): Write<RuleCount>[] {
  const writes: Write<RuleCount>[] = [{ ...cancelRegistration(registration, reason, work), count }];
  if (!takesSeat(registration.status) || work.run.dryRun) return writes;
  return [...writes, { ...promoteWaiting(registration.componentId, work.now), count: "promoted" }];
}
