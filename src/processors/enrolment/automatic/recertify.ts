import { archiveAttempts } from "../../../learning/enrolment/attempts.ts";
import { dateNextCycle, nextDueOn } from "../../../learning/enrolment/next-cycle.ts";
import { type DueAgain, dueAgain, type Page } from "../../../learning/enrolment/rules/rule-reads.ts";
import { addDays, type Day, laterDay, localDay } from "../../../time/day.ts";
import type { Step, Unit } from "../../contract.ts";
import type { AfterId } from "../../patterns/change-rows.ts";
import { unitOf } from "../../unit-of.ts";
import { enrol, enrolmentRef, type RuleEnrolment } from "./enrol.ts";
import { type RuleCount, type RuleWork, rulePages } from "./rule-work.ts";

/** Step 4: a person who is due again gets the next cycle. */
export async function* recertify(work: RuleWork, from: AfterId | null): AsyncGenerator<Step<AfterId, RuleCount>, void> {
  const { rule, settings, now, today, daysToFinish } = work;
  if (!rule.recertify) return;
  const horizon = addDays(today, daysToFinish + settings.bufferDays);
  const query = (page: Page) => dueAgain(rule, now, horizon, page);
  for await (const { rows, after } of rulePages(work, from, query, ({ personId }) => personId)) {
    const dated = new Map<number, Day>();
    const undated: Unit<RuleCount>[] = [];
    for (const last of rows) {
      if (last.nextDueOn !== null) dated.set(last.personId, last.nextDueOn);
      else undated.push(await unitOf(`registration:${last.id}`, () => dateSuccess(work, last, dated)));
    }
    const enrolments = rows.flatMap(({ personId, cycleNo, hasSeat, returns }): RuleEnrolment[] => {
      const next = dated.get(personId);
      if (next === undefined || next > horizon) return [];
      // Who comes back has the time to finish that everybody has.
      const soonest = returns ? addDays(today, daysToFinish) : next;
      const person = { personId, cycleNo, hasSeat };
      const sourceRef = enrolmentRef(work, person);
      const also = rule.resetScorm ? [archiveAttempts(rule.componentId, personId, sourceRef, now)] : [];
      const made = { status: "personal_syllabus", source: "recert", count: "recertified" } as const;
      return [{ ...person, ...made, dueOn: laterDay(next, soonest), also }];
    });
    yield { units: [...undated, ...(await enrol(work, enrolments))], cursor: { after } };
  }
}

/** A success that nothing dated when it was closed is dated from its completion, and noted in `dated`. */
function dateSuccess(
  { now, timeZone }: RuleWork,
  last: DueAgain,
  dated: Map<number, Day>,
): Omit<Unit<RuleCount>, "ref"> {
  const { id, personId, completedAt, status } = last;
  if (completedAt === null) {
    const message = `It is ${status}, but nothing says since when; enter its day of completion, from which the next cycle is counted`;
    return { writes: [], failure: { code: "no_completion", message } };
  }
  const next = nextDueOn(last, { dueOn: null }, status, localDay(completedAt, timeZone));
  if (next === null) return { writes: [] };
  dated.set(personId, next);
  return { writes: [dateNextCycle({ id, personId }, next, now)] };
}
