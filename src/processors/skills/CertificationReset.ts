import { z } from "zod";
import { completionsFor } from "../../learning/certifications/due.ts";
import {
  badCertifications,
  creditsOf,
  type OverPeriodRow,
  overPeriods,
} from "../../learning/certifications/over-periods.ts";
import { periodMessage } from "../../learning/certifications/period-message.ts";
import { type Credit, type Reset, resetPeriod } from "../../learning/certifications/period-reset.ts";
import { writeReset } from "../../learning/certifications/reset-writes.ts";
import { queueMessage } from "../../learning/messages/messages.ts";
import { sql } from "../../store/sql.ts";
import type { Failure } from "../../store/step/step.ts";
import { addDays } from "../../time/day.ts";
import { defineProcessor, type RunContext, type Step, type Unit } from "../contract.ts";
import { deliveryCounts, type MailingCursor, mailing, mailingCursor } from "../delivery.ts";
import { type AfterId, afterId } from "../patterns/change-rows.ts";
import { pages } from "../patterns/pages.ts";
import { unitOf } from "../unit-of.ts";

const parameters = z.strictObject({
  notify: z.boolean().default(true).describe("Tell each person how the period of a certification has ended"),
});

const counts = ["fulfilled", "notFulfilled", "opened"] as const;
type Count = (typeof counts)[number];
type Context = RunContext<z.output<typeof parameters>, MailingCursor<AfterId>>;

/** Periods that are opened for one that is over, at most, in one run. */
const MOST_PERIODS = 120;
/** Local days after its end in which a person is told how a period has ended. */
const TOLD_WITHIN_DAYS = 31;

/**
 * Handbook, catalogue: CertificationReset. What becomes of a period is worked out in memory, from what was completed in it and in those
 * that follow, and written in one unit, whose first write closes the period if nothing was credited in it meanwhile.
 *
 * Credits that were given in the period and belong to the next one move there; completions that were not credited are credited first, since
 * the job that does so otherwise runs later in the night.
 */
export const CertificationReset = defineProcessor({
  id: "CertificationReset",
  group: "skills",
  title: "Close certification periods",
  summary: "Closes periods of certifications that are over, opens the next, and tells people the result.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 0 1 * * ?",
  after: [],
  // Mails are sent once they are queued, and a dry run queues none.
  dryRun: "lower_bound",
  parameters,
  cursor: mailingCursor(afterId),
  counts: [...counts, ...deliveryCounts],
  run: (context) => mailing<AfterId, Count>(context, ["notification"], (from) => resetPeriods(context, from)),
});

async function* resetPeriods(context: Context, from: AfterId | null): AsyncGenerator<Step<AfterId, Count>, undefined> {
  const { rows, today, parameters: chosen } = context;
  let first = from === null;
  const read = async (after: number) => {
    const query = overPeriods(context, after, chosen.chunkSize);
    if (!first) return rows.all(query);
    first = false;
    const [found, bad] = await rows.each([query, badCertifications(today)]);
    failures.push(...bad.map(({ id, name }) => badDuration(id, name)));
    return found;
  };
  const failures: Unit<Count>[] = [];
  for await (const { rows: found, after } of pages(from?.after ?? 0, read, ({ id }) => id)) {
    const units = [...failures.splice(0), ...(await unitsFor(context, found))];
    yield { units, cursor: { after } };
  }
  if (failures.length > 0) yield { units: failures, cursor: { after: from?.after ?? 0 } };
  return undefined;
}

function badDuration(id: number, name: string): Unit<Count> {
  const message = `The periods of "${name}" last less than a month, so that none can follow; set duration_months to 1 or more`;
  return { ref: `certification:${id}`, writes: [], failure: { code: "invalid_certification", message } };
}

async function unitsFor(context: Context, found: readonly OverPeriodRow[]): Promise<Unit<Count>[]> {
  const { rows } = context;
  const ids = found.map(({ id }) => id);
  const [completions, credits] = await rows.each([completionsFor(ids, context), creditsOf(ids)]);
  const due = Map.groupBy(completions, ({ periodId }) => periodId);
  const own = Map.groupBy(credits, ({ periodId }) => periodId);
  const units: Unit<Count>[] = [];
  const unusable = new Set<string>();
  for (const period of found) {
    const dueHere = due.get(period.id) ?? [];
    const ownHere = (own.get(period.id) ?? []).map(
      ({ sourceRef, amount, creditedOn }): Credit => ({ sourceRef, amount, on: creditedOn }),
    );
    const ref = `person_certification:${period.id}`;
    let failure: Failure | null = null;
    units.push(
      await unitOf(ref, async () => {
        const closing = await close(context, period, dueHere, ownHere, unusable);
        failure = closing.failure;
        return closing.unit;
      }),
    );
    // A unit of its own: the period is closed all the same, and counted.
    if (failure) units.push({ ref, writes: [], failure });
  }
  return units;
}

async function close(
  context: Context,
  period: OverPeriodRow,
  due: readonly Credit[],
  own: readonly Credit[],
  unusable: Set<string>,
): Promise<{ readonly unit: Omit<Unit<Count>, "ref">; readonly failure: Failure | null }> {
  const { now, today } = context;
  const goesOn = period.active === 1 && period.authStatus !== "deleted";
  const over = { ...period, carryOver: period.carryOver === 1, goesOn };
  const reset = resetPeriod(over, due, own, today, MOST_PERIODS);
  const closed = reset.periods.filter(({ isCurrent }) => !isCurrent);
  const fulfilled = closed.filter(({ status }) => status === "fulfilled").length;
  const opened = reset.periods.length - 1;
  const told = await tell(context, period, reset, unusable);
  const writes = [...writeReset(period, reset, now), ...told.messages];
  const amounts = { fulfilled, notFulfilled: closed.length - fulfilled, opened };
  const moved = Object.fromEntries(Object.entries(amounts).filter(([, amount]) => amount > 0));
  return { unit: { writes, counts: moved }, failure: told.failure };
}

/** The message about the last period that ended. A text that cannot be used is the failure of the first of a page whom it was for. */
async function tell(
  { configuration, now, today, parameters: { notify } }: Context,
  period: OverPeriodRow,
  { periods }: Reset,
  unusable: Set<string>,
): Promise<{ readonly messages: readonly ReturnType<typeof queueMessage>[]; readonly failure: Failure | null }> {
  const last = periods.filter(({ isCurrent }) => !isCurrent).at(-1);
  if (!notify || !last || last.endOn < addDays(today, -TOLD_WITHIN_DAYS)) return { messages: [], failure: null };
  const message = await periodMessage(configuration, period, last);
  if (message === null) return { messages: [], failure: null };
  if (!("failure" in message)) {
    const dedupeKey = sql`(SELECT 'cert|' || told.id || '|end' FROM person_certifications AS told WHERE told.person_id = ${period.personId}
      AND told.certification_id = ${period.certificationId} AND told.period_no = ${last.periodNo})`;
    return { messages: [queueMessage(message, now, { ifLed: true, dedupeKey })], failure: null };
  }
  const key = `${period.locale} ${last.status}`;
  if (unusable.has(key)) return { messages: [], failure: null };
  unusable.add(key);
  return { messages: [], failure: message.failure };
}
