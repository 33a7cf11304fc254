import type { SQL } from "drizzle-orm";
import { statusList } from "../../../learning/enrolment/status.ts";
import { hasLaterCycle, periodStatuses } from "../../../learning/recertification/period.ts";
import { firstPeriod } from "../../../learning/recertification/period-dates.ts";
import { touchedIds } from "../../../store/change.ts";
import { among } from "../../../store/select.ts";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import { addDays, localDay, startOfDay } from "../../../time/day.ts";
import type { Step, Unit } from "../../contract.ts";
import type { AfterId } from "../../patterns/change-rows.ts";
import { pages } from "../../patterns/pages.ts";
import type { SectionWork } from "./section-work.ts";

interface Booked {
  /** The registration's. */
  readonly id: number;
  /** Instant (ms). */
  readonly bookedAt: number;
}

/** Active people's latest registrations on a section's path that have no period of it get the first. */
export async function* createFirstPeriods(
  work: SectionWork,
  from: AfterId | null,
): AsyncGenerator<Step<AfterId, "created">, void> {
  const read = (after: number) => work.rows.all(withoutPeriod(work, after));
  for await (const { rows: found, after } of pages(from?.after ?? 0, read, ({ id }) => id))
    yield { units: [createPeriods(work, found)], cursor: { after } };
}

/** True in SQL for a registration that periods go on for: the person's latest, of a person who is active. */
const current = sql`registration.status IN ${statusList(periodStatuses)} AND NOT ${hasLaterCycle(sql`registration`)}
  AND EXISTS (SELECT 1 FROM persons AS person WHERE person.id = registration.person_id AND person.auth_status = 'active')`;

/** An import may not say since when a person is booked. */
const bookedAt = sql`coalesce(registration.booked_at, registration.started_at, registration.created_at)`;

function withoutPeriod({ section, timeZone, chunkSize }: SectionWork, after: number): SQL<Booked> {
  const { startMode, startOn, intervalMonths, endDays } = section;
  // Who was booked behind the end of the only period there is gets none, and is not looked at each night.
  const only = startMode === "fixed" && intervalMonths === null ? startOn : null;
  const inTime = only === null ? sql`` : sql`AND ${bookedAt} < ${startOfDay(addDays(only, endDays + 1), timeZone)}`;
  return sql`SELECT registration.id AS id, ${bookedAt} AS bookedAt
    FROM registrations AS registration INDEXED BY registrations_component
    WHERE registration.client_id = ${thisClient} AND registration.component_id = ${section.componentId}
      AND registration.id > ${after} AND ${current} ${inTime}
      AND NOT EXISTS (SELECT 1 FROM recert_periods AS known WHERE known.registration_id = registration.id
        AND known.section_id = ${section.id} AND known.cycle_no = 1)
    ORDER BY registration.id LIMIT ${chunkSize}`;
}

function createPeriods({ section, timeZone, now }: SectionWork, found: readonly Booked[]): Unit<"created"> {
  const periods = found.flatMap(({ id, bookedAt: at }) => {
    const dates = firstPeriod(section, localDay(at, timeZone));
    return dates === null ? [] : [{ id, ...dates }];
  });
  return {
    ref: `section:${section.id} registration:${found[0]?.id}–${found.at(-1)?.id}`,
    rows: found.length,
    writes: [
      {
        rows: sql`SELECT registration.id AS id, registration.person_id AS person_id, NULL AS before
          FROM registrations AS registration WHERE +registration.client_id = ${thisClient}
            AND registration.id IN ${among(periods.map(({ id }) => id))} AND ${current}`,
        write: sql`INSERT INTO recert_periods (client_id, registration_id, section_id, cycle_no, start_on, due_on, end_on, state,
            created_at, updated_at)
          SELECT ${thisClient}, value ->> 'id', ${section.id}, 1, value ->> 'startOn', value ->> 'dueOn', value ->> 'endOn', 'pending',
            ${now}, ${now}
          FROM json_each(${JSON.stringify(periods)}) WHERE value ->> 'id' IN ${touchedIds}
          ON CONFLICT (registration_id, section_id, cycle_no) DO NOTHING`,
        count: "created",
        indexed: "registration",
      },
    ],
  };
}
