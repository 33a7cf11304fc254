import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { recordChanges } from "../../control/audit-trail.ts";
import { blackouts } from "../../control/schema.ts";
import { readAhead, settleTriggers } from "../../scheduler/edit.ts";
import type { Database } from "../../store/database.ts";
import { insert, type Written } from "../../store/insert.ts";
import { columns } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, statement } from "../../store/statement.ts";
import { both, guardedBatch } from "../../store/step/guard.ts";
import { type Invalid, invalid, readFields } from "../problems.ts";

/** The longest blackout, days: anything longer is a pause, or a client that is not active. */
const LONGEST_DAYS = 92;

const DAY_MS = 86_400_000;

/** What an administrator gives for a blackout. Instants in ms. */
export const blackoutFields = z.strictObject({
  clientId: z
    .int()
    .min(0)
    .default(0)
    .describe("The client whose runs do not start; 0 for all clients and the platform"),
  startsAt: z.int("Enter when it begins").describe("Nothing starts by the clock from this instant on"),
  endsAt: z.int("Enter when it ends").describe("From this instant on runs start again"),
  note: z.string().trim().max(400).default("").describe("Why; shown in the schedule"),
});

/** A time in which nothing starts by the clock. Instants in ms, the end exclusive. */
export interface Blackout {
  readonly id: number;
  /** 0: all. */
  readonly clientId: number;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly note: string;
  readonly createdBy: string;
  /** The client's, where it is for one that is still there. */
  readonly clientName: string | null;
  readonly timeZone: string | null;
}

/** Blackouts `b` with their client. */
const selectBlackouts = (rest: SQL) =>
  sql`SELECT ${columns(blackouts, ["id", "clientId", "startsAt", "endsAt", "note", "createdBy"], "b")},
      c.name AS "clientName", c.time_zone AS "timeZone"
    FROM blackouts b LEFT JOIN clients c ON c.id = b.client_id ${rest}`;

/** One blackout; null when there is none. */
export async function readBlackout(control: Database, id: number): Promise<Blackout | null> {
  const [blackout] = await read<Blackout>(control, selectBlackouts(sql`WHERE b.id = ${id}`));
  return blackout ?? null;
}

/** Saves a blackout. Runs at work go on; starts by hand are not barred. @param by the administrator's e-mail address. @param now ms */
export async function createBlackout(
  control: Database,
  input: unknown,
  by: string,
  now: number,
): Promise<{ readonly state: "saved"; readonly id: number } | Invalid> {
  const given = readFields(blackoutFields, input, "A blackout");
  if (given.state === "invalid") return given;
  const { clientId, startsAt, endsAt, note } = given.fields;
  if (endsAt <= startsAt) return invalid("endsAt", "It ends before it begins; enter a later end");
  if (endsAt <= now) return invalid("endsAt", "It lies in the past and would change nothing; enter a later end");
  if (endsAt - startsAt > LONGEST_DAYS * DAY_MS) {
    return invalid("endsAt", `It is longer than ${LONGEST_DAYS} days; pause the jobs, or set the client inactive`);
  }
  // One that begins in the past bars nothing that came due before it was made.
  await settleTriggers(control, scopeOf(clientId), now);
  const results = await guardedBatch(
    control,
    sql`${clientId} = 0 OR EXISTS (SELECT 1 FROM clients WHERE id = ${clientId})`,
    [
      insertBlackout({ clientId, startsAt, endsAt, note, createdBy: by, createdAt: now, updatedAt: now }),
      recordChanges(
        [
          {
            clientId,
            actor: by,
            entity: "blackout",
            entityId: null,
            action: "create",
            after: { startsAt, endsAt, note },
          },
        ],
        now,
      ),
    ],
  );
  if (!results) return invalid("clientId", `There is no client ${clientId}; choose one of the list or all`);
  return { state: "saved", id: Number(results[0]?.rows[0]?.id) };
}

/** Blackouts that have not ended, by their beginning. @param clientId those of this client together with those for all; default all. @param limit default 10,000 */
export async function listBlackouts(
  control: Database,
  now: number,
  clientId?: number,
  limit = 10_000,
): Promise<Blackout[]> {
  const own = clientId === undefined ? sql`` : sql`AND b.client_id IN (0, ${clientId})`;
  return await read<Blackout>(
    control,
    selectBlackouts(sql`WHERE b.ends_at > ${now} ${own} ORDER BY b.starts_at, b.id LIMIT ${limit}`),
  );
}

/** Deletes a blackout; one under way ends now, and occurrences to come that it had barred take place. False: there is none. */
export async function deleteBlackout(control: Database, id: number, by: string, now: number): Promise<boolean> {
  for (;;) {
    const found = await readBlackout(control, id);
    if (!found) return false;
    const { clientId, startsAt, endsAt, note } = found;
    const ahead = await readAhead(control, scopeOf(clientId), now, "blackout");
    const results = await guardedBatch(
      control,
      both(sql`EXISTS (SELECT 1 FROM blackouts WHERE id = ${id})`, ahead.unchanged),
      [
        statement(sql`DELETE FROM blackouts WHERE id = ${id}`),
        ...ahead.withdraw,
        ahead.goOn(),
        recordChanges(
          [
            {
              clientId,
              actor: by,
              entity: "blackout",
              entityId: id,
              action: "delete",
              before: { startsAt, endsAt, note },
            },
          ],
          now,
        ),
      ],
    );
    if (results) return true;
  }
}

const insertBlackout = (blackout: Written<typeof blackouts>) =>
  statement(insert(blackouts, blackout, sql`RETURNING id`));

/** The triggers that a blackout bars. */
const scopeOf = (clientId: number) => (clientId === 0 ? {} : { clientId });
