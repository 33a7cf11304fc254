import { type SQL, sql } from "drizzle-orm";
import { isCandidate } from "../../../learning/enrolment/rules/candidates.ts";
import { nextRule } from "../../../learning/enrolment/rules/rule.ts";
import { isLeftBehind } from "../../../learning/recertification/period.ts";
import { type EndedPeriod, followingPeriod } from "../../../learning/recertification/period-dates.ts";
import { touchedIds } from "../../../store/change.ts";
import { among } from "../../../store/select.ts";
import { thisClient } from "../../../store/statement.ts";
import type { Step, Unit } from "../../contract.ts";
import type { AfterId } from "../../patterns/change-rows.ts";
import { pages } from "../../patterns/pages.ts";
import type { SectionWork } from "./section-work.ts";

type Count = "nextCreated" | "notEligible";

/** A period that is over or achieved, without a successor. */
interface Ended extends EndedPeriod {
  readonly id: number;
  readonly registrationId: number;
  readonly personId: number;
  readonly cycleNo: number;
  /** 1: an enrolment rule made the registration. */
  readonly byRule: number;
}

/** Periods that are over or achieved get their successors. */
export async function* createFollowing(
  work: SectionWork,
  from: AfterId | null,
): AsyncGenerator<Step<AfterId, Count>, void> {
  if (work.section.intervalMonths === null) return;
  const read = (after: number) => work.rows.all(withoutSuccessor(work, after));
  for await (const { rows: found, after } of pages(from?.after ?? 0, read, ({ id }) => id)) {
    const eligible = await eligibleAmong(work, found);
    const [wanted, others] = [found.filter(eligible), found.filter((one) => !eligible(one))];
    const units = others.map(
      ({ id }): Unit<Count> => ({ ref: `period:${id}`, writes: [], counts: { notEligible: 1 } }),
    );
    yield { units: wanted.length > 0 ? [follow(work, wanted), ...units] : units, cursor: { after } };
  }
}

/** Who was not enrolled by rule is eligible, and who is still a candidate of a rule of the path. */
async function eligibleAmong(work: SectionWork, found: readonly Ended[]): Promise<(period: Ended) => boolean> {
  const people = found.filter(({ byRule }) => byRule).map(({ personId }) => personId);
  const still = new Set<number>();
  if (people.length > 0) {
    const { rows, section, now, today } = work;
    const rules = await rows.all(sql<{ id: number }>`SELECT rule.id AS id FROM enrolment_rules AS rule
      WHERE rule.client_id = ${thisClient} AND rule.component_id = ${section.componentId} AND rule.active = 1`);
    const ids = rules.map(({ id }) => id);
    for (let past = 0; ids.length > 0; ) {
      const rule = await rows.first(nextRule(past, today, ids));
      if (!rule) break;
      past = rule.id;
      const some = await rows.all(sql<{ id: number }>`SELECT asked.value AS id
        FROM json_each(${JSON.stringify(people)}) AS asked WHERE ${isCandidate(rule, now, sql`asked.value`)}`);
      for (const { id } of some) still.add(id);
    }
  }
  return ({ byRule, personId }) => !byRule || still.has(personId);
}

const isOver = sql`period.state IN ('achieved', 'ended') AND NOT ${isLeftBehind(sql`registration`)}
  AND NOT EXISTS (SELECT 1 FROM recert_periods AS next WHERE next.registration_id = period.registration_id
    AND next.section_id = period.section_id AND next.cycle_no > period.cycle_no)`;

function withoutSuccessor({ section, chunkSize }: SectionWork, after: number): SQL<Ended> {
  return sql`SELECT period.id AS id, period.registration_id AS registrationId, registration.person_id AS personId,
      period.cycle_no AS cycleNo, period.start_on AS startOn, period.end_on AS endOn, period.achieved_on AS achievedOn,
      coalesce((SELECT first.start_on FROM recert_periods AS first WHERE first.registration_id = period.registration_id
        AND first.section_id = period.section_id AND first.cycle_no = 1), period.start_on) AS firstStartOn,
      registration.source = 'auto_rule' AS byRule
    FROM recert_periods AS period INDEXED BY recert_periods_section
    CROSS JOIN registrations AS registration ON registration.id = period.registration_id AND registration.client_id = period.client_id
    WHERE period.client_id = ${thisClient} AND period.section_id = ${section.id} AND ${isOver} AND period.id > ${after}
    ORDER BY period.id LIMIT ${chunkSize}`;
}

function follow({ section, today, now }: SectionWork, found: readonly Ended[]): Unit<Count> {
  const next = found.flatMap((period) => {
    const dates = followingPeriod(section, period, today);
    return dates === null ? [] : [{ ...dates, registration: period.registrationId, cycle: period.cycleNo + 1 }];
  });
  return {
    ref: `section:${section.id} period:${found[0]?.id}–${found.at(-1)?.id}`,
    rows: found.length,
    writes: [
      {
        rows: sql`SELECT registration.id AS id, registration.person_id AS person_id, NULL AS before
          FROM recert_periods AS period
          JOIN registrations AS registration ON registration.id = period.registration_id
          WHERE +period.client_id = ${thisClient} AND period.id IN ${among(found.map(({ id }) => id))} AND ${isOver}`,
        write: sql`INSERT INTO recert_periods (client_id, registration_id, section_id, cycle_no, start_on, due_on, end_on, state,
            created_at, updated_at)
          SELECT ${thisClient}, value ->> 'registration', ${section.id}, value ->> 'cycle', value ->> 'startOn', value ->> 'dueOn',
            value ->> 'endOn', 'pending', ${now}, ${now}
          FROM json_each(${JSON.stringify(next)}) WHERE value ->> 'registration' IN ${touchedIds}
          ON CONFLICT (registration_id, section_id, cycle_no) DO NOTHING`,
        count: "nextCreated",
        indexed: "registration",
      },
    ],
  };
}
