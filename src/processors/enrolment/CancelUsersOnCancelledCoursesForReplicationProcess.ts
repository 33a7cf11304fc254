import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { type ClosableRegistration, closableColumns } from "../../learning/enrolment/close.ts";
import { recertificationColumns, recertificationJoin } from "../../learning/enrolment/next-cycle.ts";
import { openStatuses, statusList } from "../../learning/enrolment/status.ts";
import { recipientColumns } from "../../learning/messages/recipient-columns.ts";
import { metaRefused, metaTags } from "../../learning/meta.ts";
import { components, registrations } from "../../learning/schema.ts";
import { columns, type RowOf } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { knownZone } from "../../time/day.ts";
import { defineProcessor, type RunContext, type Step } from "../contract.ts";
import { deliveryCounts, type MailingCursor, mailingCursor } from "../delivery.ts";
import { pages } from "../patterns/pages.ts";
import { unitOf } from "../unit-of.ts";
import { cancelAndTell, notifying, RegistrationMessages } from "./registration-messages.ts";

const parameters = z.strictObject({
  notify: z.boolean().default(false).describe("Send a message to each person whose registration is cancelled"),
});

/** The last registration, by component and id. */
const position = z.strictObject({ component: z.int(), after: z.int() });
type Position = z.output<typeof position>;

const counts = ["courses", "cancelled"] as const;
type Count = (typeof counts)[number];
type Context = RunContext<z.output<typeof parameters>, MailingCursor<Position>>;

/**
 * Handbook, catalogue: CancelUsersOnCancelledCoursesForReplicationProcess. No person is promoted: a cancelled course has no places. A
 * registration on the template that the course's registration served stays open, so that it gets another course.
 */
export const CancelUsersOnCancelledCoursesForReplicationProcess = defineProcessor({
  id: "CancelUsersOnCancelledCoursesForReplicationProcess",
  group: "enrolment",
  title: "Cancel registrations on cancelled courses",
  summary: "Cancels the open registrations on courses that were cancelled.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 35 0 * * ?",
  after: [],
  // Mails are sent once they are queued, and a dry run queues none.
  dryRun: "lower_bound",
  parameters,
  cursor: mailingCursor(position),
  counts: [...counts, ...deliveryCounts],
  run: (context) => notifying<Position, Count>(context, (from) => cancelAll(context, from)),
});

async function* cancelAll(context: Context, from: Position | null): AsyncGenerator<Step<Position, Count>, undefined> {
  const { rows, parameters } = context;
  const read = (at: Position) => rows.all(openOnCancelled(at, parameters.chunkSize));
  const keyOf = ({ componentId, id }: OpenOnCancelled) => ({ component: componentId, after: id });
  const start = from ?? { component: 0, after: 0 };
  let { component } = start;
  for await (const page of pages(start, read, keyOf)) {
    const messages = new RegistrationMessages(context);
    const units = page.rows.map((one) =>
      unitOf(`registration:${one.id}`, () =>
        cancelAndTell(context, messages, one, {
          reason: "course_cancelled",
          event: "coursecancel",
          component: one,
          zone: knownZone(one.timeZone ?? context.timeZone),
        }),
      ),
    );
    // A course that goes on from the page before was counted there.
    const courses = new Set(page.rows.map(({ componentId }) => componentId).filter((id) => id !== component)).size;
    component = page.after.component;
    yield { units: await Promise.all(units), counts: courses > 0 ? { courses } : {}, cursor: page.after };
  }
  return undefined;
}

const componentColumns = columns(components, ["title", "location", "startAt", "timeZone"], "component");
const ownColumns = columns(registrations, ["suppressNotifications"], "registration");

interface OpenOnCancelled
  extends ClosableRegistration,
    RowOf<typeof ownColumns>,
    RowOf<typeof recipientColumns>,
    RowOf<typeof componentColumns> {
  /** 1: no mail about the component is wanted. */
  readonly mailRefused: number;
}

/** Open registrations on cancelled components, behind `at`. */
function openOnCancelled(at: Position, limit: number): SQL<OpenOnCancelled> {
  // CROSS JOIN and unary plus: from the cancelled components, by their index, to their registrations, and not through all of those.
  return sql`SELECT ${closableColumns}, ${ownColumns}, ${recipientColumns}, ${componentColumns}, ${recertificationColumns},
      ${metaRefused(metaTags.sendEnrolmentMessages, sql`component.id`)} AS mailRefused
    FROM components AS component
    CROSS JOIN registrations AS registration
      ON registration.client_id = component.client_id AND registration.component_id = component.id
    CROSS JOIN persons AS person ON person.id = registration.person_id AND person.client_id = registration.client_id
    ${recertificationJoin}
    WHERE component.client_id = ${thisClient} AND component.planning_status = 'cancelled'
      AND registration.status IN ${statusList(openStatuses)}
      AND (+component.id, registration.id) > (${at.component}, ${at.after})
    ORDER BY +component.id, registration.id LIMIT ${limit}`;
}
