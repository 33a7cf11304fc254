import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { type ClosableRegistration, cancelRegistration, closableColumns } from "../../learning/enrolment/close.ts";
import { recertificationColumns, recertificationJoin } from "../../learning/enrolment/next-cycle.ts";
import { promoteWaiting } from "../../learning/enrolment/places/waiting-list.ts";
import { openStatuses, statusList, takesSeat } from "../../learning/enrolment/status.ts";
import { metaTags, metaTicked } from "../../learning/meta.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { defineProcessor, type Unit } from "../contract.ts";
import { pages } from "../patterns/pages.ts";
import { unitOf } from "../unit-of.ts";

const parameters = z.strictObject({
  promoteWaitingList: z
    .boolean()
    .default(true)
    .describe("Give each freed place of a released or fixed course to who has waited longest"),
});

/** The last registration by component and id; `freed`: places that a dry run has freed on this component and taken back. */
const cursor = z.strictObject({ component: z.int(), after: z.int(), freed: z.int() });

/**
 * Handbook, catalogue: CancelInactiveUsersJob. A registration and the promotion that its place makes possible are one unit, so a
 * place is given away once and
 * only if it became free. Only active people are promoted: the others on the waiting list are cancelled here themselves.
 */
export const CancelInactiveUsersJob = defineProcessor({
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
  cursor,
  counts: ["cancelled", "promoted"],
  async *run({ run, rows, now, today, parameters: { promoteWaitingList, chunkSize }, cursor }) {
    let { component, freed } = cursor ?? { component: 0, freed: 0 };
    const start = { component, after: cursor?.after ?? 0 };
    const read = (at: typeof start) => rows.all(registrationsOfInactive(at, chunkSize));
    const keyOf = ({ componentId, id }: ClosableRegistration) => ({ component: componentId, after: id });
    for await (const { rows: found, after } of pages(start, read, keyOf)) {
      const judge = (registration: ClosableRegistration): Omit<Unit<"cancelled" | "promoted">, "ref"> => {
        const cancelled = cancelRegistration(registration, "inactive_user", { now, today });
        if (!promoteWaitingList || !takesSeat(registration.status))
          return { writes: [{ ...cancelled, count: "cancelled" }] };
        const promoted = promoteWaiting(
          registration.componentId,
          now,
          registration.componentId === component ? freed : 0,
        );
        return {
          writes: [
            { ...cancelled, count: "cancelled" },
            { ...promoted, count: "promoted" },
          ],
        };
      };
      const units = await Promise.all(found.map((one) => unitOf(`registration:${one.id}`, () => judge(one))));
      const here = found.filter(({ componentId }) => componentId === after.component).length;
      freed = run.dryRun ? here + (after.component === component ? freed : 0) : 0;
      component = after.component;
      yield { units, cursor: { ...after, freed } };
    }
    return undefined;
  },
});

/** Open registrations of passive and inactive people on components with meta 11813, behind `at`. */
function registrationsOfInactive(at: { component: number; after: number }, limit: number): SQL<ClosableRegistration> {
  // CROSS JOIN: from the people, who are few, to their registrations, and not through all of those.
  return sql`SELECT ${closableColumns}, ${recertificationColumns}
    FROM persons AS person
    CROSS JOIN registrations AS registration
      ON registration.client_id = person.client_id AND registration.person_id = person.id
    ${recertificationJoin}
    WHERE person.client_id = ${thisClient} AND person.auth_status IN ('passive', 'inactive')
      AND registration.status IN ${statusList(openStatuses)}
      AND ${metaTicked(metaTags.cancelInactiveUsers, sql`registration.component_id`)}
      AND (registration.component_id, registration.id) > (${at.component}, ${at.after})
    ORDER BY registration.component_id, registration.id LIMIT ${limit}`;
}
