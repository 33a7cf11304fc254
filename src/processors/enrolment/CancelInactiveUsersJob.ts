import { sql } from "drizzle-orm";
import { z } from "zod";
import { type ClosableRegistration, cancelRegistration, closableColumns } from "../../learning/enrolment/close.ts";
import { recertificationColumns, recertificationJoin } from "../../learning/enrolment/next-cycle.ts";
import { promoteWaiting } from "../../learning/enrolment/seats.ts";
import { openStatuses, statusList, takesSeat } from "../../learning/enrolment/status.ts";
import { metaTags, metaTicked } from "../../learning/meta.ts";
import { thisClient } from "../../store/statement.ts";
import { defineProcessor, type Unit } from "../contract.ts";
import { unitOf } from "../unit-of.ts";

const parameters = z.strictObject({
  promoteWaitingList: z
    .boolean()
    .default(true)
    .describe("Give each freed place of a released or fixed course to who has waited longest"),
});

/** By component and registration; `freed`: places that a dry run has freed on this component and taken back. */
interface Cursor {
  readonly component: number;
  readonly after: number;
  readonly freed: number;
}

const counts = ["cancelled", "promoted"] as const;
type Count = (typeof counts)[number];

/**
 * Spec 2.3.5. A registration and the promotion that its place makes possible are one unit, so a place is given away once and
 * only if it became free. Only active people are promoted: the others on the waiting list are cancelled here themselves.
 */
export const CancelInactiveUsersJob = defineProcessor<typeof parameters, Cursor, Count>({
  id: "CancelInactiveUsersJob",
  group: "enrolment",
  title: "Cancel registrations of inactive people",
  summary: "Cancels registrations of passive and inactive users and gives their places to the waiting list.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 58 1 * * ?",
  after: ["UserTerminate"],
  dryRun: "lower_bound",
  parameters,
  counts,
  async *run({ run, rows, now, today, parameters: { promoteWaitingList, chunkSize }, cursor }) {
    let at = cursor ?? { component: 0, after: 0, freed: 0 };
    for (;;) {
      // CROSS JOIN: from the people, who are few, to their registrations, and not through all of those.
      const found = await rows.all<ClosableRegistration>(sql`
        SELECT ${sql.raw(closableColumns)}, ${recertificationColumns}
        FROM persons AS person
        CROSS JOIN registrations AS registration
          ON registration.client_id = person.client_id AND registration.person_id = person.id
        ${recertificationJoin}
        WHERE person.client_id = ${thisClient} AND person.auth_status IN ('passive', 'inactive')
          AND registration.status IN ${statusList(openStatuses)}
          AND ${metaTicked(metaTags.cancelInactiveUsers, sql`registration.component_id`)}
          AND (registration.component_id, registration.id) > (${at.component}, ${at.after})
        ORDER BY registration.component_id, registration.id LIMIT ${chunkSize}`);
      const last = found.at(-1);
      if (!last) return undefined;
      const { component, freed } = at;
      const judge = (registration: ClosableRegistration): Omit<Unit<Count>, "ref"> => {
        const promote = promoteWaitingList && takesSeat(registration.status);
        const skip = run.dryRun && registration.component_id === component ? freed : 0;
        return {
          writes: [
            { ...cancelRegistration(registration, "inactive_user", { now, today }), count: "cancelled" },
            ...(promote
              ? [{ ...promoteWaiting(registration.component_id, now, skip), count: "promoted" as const }]
              : []),
          ],
        };
      };
      const units = found.map((one) => unitOf(`registration:${one.id}`, () => judge(one)));
      const here = found.filter(({ component_id }) => component_id === last.component_id).length;
      at = {
        component: last.component_id,
        after: last.id,
        freed: run.dryRun ? here + (last.component_id === component ? freed : 0) : 0,
      };
      yield { units: await Promise.all(units), cursor: at };
    }
  },
});
