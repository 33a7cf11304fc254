import type { SQL } from "drizzle-orm";
import { statusList } from "../../../learning/enrolment/status.ts";
import { archiveAttemptsAt, lock, resetProgress, unlock } from "../../../learning/recertification/element-state.ts";
import {
  changePeriod,
  hasLaterCycle,
  isLeftBehind,
  periodStatuses,
  periodWithLearner,
  type RecertPeriod,
} from "../../../learning/recertification/period.ts";
import { readFinishDays, UNKNOWN_DAY } from "../../../learning/syllabus/finishes.ts";
import type { Element } from "../../../learning/syllabus/syllabus.ts";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import { addDays, type Day } from "../../../time/day.ts";
import type { Step, Unit, Write } from "../../contract.ts";
import type { AfterId } from "../../patterns/change-rows.ts";
import { pages } from "../../patterns/pages.ts";
import { assignElements, type Wanted, wantedOf } from "../assign-elements.ts";
import type { SectionWork } from "./section-work.ts";

type Count = "opened" | "due" | "ended" | "elementsAssigned";

/** Open and due periods of registrations that are cancelled, failed or followed by a later cycle end; their locks are released. */
export async function* leavePeriods(
  work: SectionWork,
  from: AfterId | null,
): AsyncGenerator<Step<AfterId, "ended">, void> {
  const { rows, elements, now } = work;
  const which = sql`period.state IN ('open', 'due') AND ${isLeftBehind(sql`registration`)}`;
  const read = (after: number) => rows.all(periods(work, which, after));
  for await (const { rows: found, after } of pages(from?.after ?? 0, read, ({ id }) => id)) {
    const units = found.map(
      (period): Unit<"ended"> => ({
        ref: `period:${period.id}`,
        writes: [changePeriod({ period, to: "ended", count: "ended" }, now), unlock(period, elements, now)],
      }),
    );
    yield { units, cursor: { after } };
  }
}

/** Active people's periods whose start, due day or end has come move on, with what that does to the elements. */
export async function* movePeriods(
  work: SectionWork,
  from: AfterId | null,
): AsyncGenerator<Step<AfterId, Count>, void> {
  const { rows, today, elements } = work;
  const which = sql`((period.state = 'pending' AND period.start_on <= ${today}) OR (period.state = 'open' AND period.due_on <= ${today})
      OR (period.state IN ('open', 'due') AND period.end_on < ${today}))
    AND registration.status IN ${statusList(periodStatuses)} AND NOT ${hasLaterCycle(sql`registration`)}
    AND EXISTS (SELECT 1 FROM persons AS person WHERE person.id = registration.person_id AND person.auth_status = 'active')`;
  const read = (after: number) => rows.all(periods(work, which, after));
  for await (const { rows: found, after } of pages(from?.after ?? 0, read, ({ id }) => id)) {
    // What is only ended or falls due needs no look at what was finished, unless it is locked.
    const looked = found.filter((period) => opens(period, today) || locks(work, period));
    const days = await readFinishDays(rows, looked, elements, work);
    const finished = (period: RecertPeriod, { id }: Element): readonly Day[] =>
      days.get(period.registrationId)?.get(id) ?? [];
    const again = (period: RecertPeriod) => {
      const counts = addDays(period.startOn, -work.section.earlyDays);
      return elements.filter((element) => !finished(period, element).some((day) => day >= counts));
    };
    const units: Unit<Count>[] = [];
    const wanted: Wanted[] = [];
    for (const period of found) {
      const unit = { ref: `period:${period.id}` };
      if (opens(period, today)) {
        const due = again(period);
        const counts = period.dueOn <= today ? { due: 1 } : {};
        units.push({ ...unit, writes: open(work, period, due, priorOf(period, elements, finished)), counts });
        wanted.push(...wantedOf(work, period, due));
      } else if (period.endOn < today) {
        const locked = locks(work, period) ? [lock(period, again(period), work.now)] : [];
        units.push({ ...unit, writes: [changePeriod({ period, to: "ended", count: "ended" }, work.now), ...locked] });
      } else units.push({ ...unit, writes: [changePeriod({ period, to: "due", count: "due" }, work.now)] });
    }
    yield { units: [...units, ...(await assignElements(work, wanted))], cursor: { after } };
  }
}

/** Periods of a section behind `after`, with their registrations. */
function periods({ section, chunkSize }: SectionWork, which: SQL, after: number): SQL<RecertPeriod> {
  return sql`SELECT ${periodWithLearner}
    FROM recert_periods AS period INDEXED BY recert_periods_section
    CROSS JOIN registrations AS registration ON registration.id = period.registration_id AND registration.client_id = period.client_id
    WHERE period.client_id = ${thisClient} AND period.section_id = ${section.id} AND period.state IN ('pending', 'open', 'due')
      AND ${which} AND period.id > ${after}
    ORDER BY period.id LIMIT ${chunkSize}`;
}

/** One that is over before it was opened never is. */
function opens({ state, endOn }: RecertPeriod, today: Day): boolean {
  return state === "pending" && endOn >= today;
}

function locks({ section, today }: SectionWork, { state, endOn }: RecertPeriod): boolean {
  return section.late === "locked" && state !== "pending" && endOn < today;
}

/** JSON {item: day} of the elements that were finished before the opening: the latest day of each that is known. */
function priorOf(
  period: RecertPeriod,
  elements: readonly Element[],
  finished: (period: RecertPeriod, element: Element) => readonly Day[],
): string {
  const days = elements.flatMap((element) => {
    const latest = finished(period, element).toSorted().at(-1);
    return latest === undefined || latest === UNKNOWN_DAY ? [] : [[element.id, latest] as const];
  });
  return JSON.stringify(Object.fromEntries(days));
}

function open(work: SectionWork, period: RecertPeriod, due: readonly Element[], prior: string): Write<Count>[] {
  const { elements, today, now } = work;
  const media = due.filter(({ mediaId }) => mediaId !== null);
  const to = period.dueOn <= today ? "due" : "open";
  return [
    changePeriod({ period, to, count: "opened", prior }, now),
    unlock(period, elements, now),
    ...(media.length === 0
      ? []
      : [
          archiveAttemptsAt(period, media, now),
          { write: resetProgress(period, media, now), count: "elementsAssigned" as const },
        ]),
  ];
}
