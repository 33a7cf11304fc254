import type { Row } from "@libsql/client";
import { sql } from "drizzle-orm";
import { z } from "zod";
import { recordChanges } from "../control/audit-trail.ts";
import { readAhead, settleTriggers } from "../scheduler/edit.ts";
import type { Database } from "../store/database.ts";
import { guardedBatch } from "../store/guard.ts";
import { type Invalid, invalid, readFields } from "./problems.ts";

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

const COLUMNS = "b.*, c.name AS client_name, c.time_zone FROM blackouts b LEFT JOIN clients c ON c.id = b.client_id";

/** One blackout; null when there is none. */
export async function readBlackout(control: Database, id: number): Promise<Blackout | null> {
  const result = await control.execute({ sql: `SELECT ${COLUMNS} WHERE b.id = ?`, args: [id] });
  return result.rows[0] ? toBlackout(result.rows[0]) : null;
}

/** Saves a blackout. Runs at work go on; starts by hand are not barred. @param by the administrator's e-mail address. @param now ms */
export async function createBlackout(
  control: Database,
  input: unknown,
  by: string,
  now: number,
): Promise<{ readonly state: "saved"; readonly id: number } | Invalid> {
  const read = readFields(blackoutFields, input, "A blackout");
  if (read.state === "invalid") return read;
  const { clientId, startsAt, endsAt, note } = read.fields;
  if (endsAt <= startsAt) return invalid("endsAt", "It ends before it begins; enter a later end");
  if (endsAt <= now) return invalid("endsAt", "It lies in the past and would change nothing; enter a later end");
  if (endsAt - startsAt > LONGEST_DAYS * DAY_MS) {
    return invalid("endsAt", `It is longer than ${LONGEST_DAYS} days; pause the jobs, or set the client inactive`);
  }
  // One that begins in the past bars nothing that came due before it was made.
  await settleTriggers(control, scopeOf(clientId), now);
  const results = await guardedBatch(
    control,
    { sql: "? = 0 OR EXISTS (SELECT 1 FROM clients WHERE id = ?)", args: [clientId, clientId] },
    [
      {
        sql: `INSERT INTO blackouts (client_id, starts_at, ends_at, note, created_by, created_at, updated_at)
          VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`,
        args: [clientId, startsAt, endsAt, note, by, now, now],
      },
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
  const result = await control.execute({
    sql: `SELECT ${COLUMNS} WHERE b.ends_at > ? ${clientId === undefined ? "" : "AND b.client_id IN (0, ?)"} ORDER BY b.starts_at, b.id LIMIT ?`,
    args: [now, ...(clientId === undefined ? [] : [clientId]), limit],
  });
  return result.rows.map(toBlackout);
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
      sql`EXISTS (SELECT 1 FROM blackouts WHERE id = ${id}) AND ${ahead.unchanged}`,
      [
        { sql: "DELETE FROM blackouts WHERE id = ?", args: [id] },
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

/** The triggers that a blackout bars. */
const scopeOf = (clientId: number) => (clientId === 0 ? {} : { clientId });

function toBlackout(row: Row): Blackout {
  return {
    id: Number(row.id),
    clientId: Number(row.client_id),
    startsAt: Number(row.starts_at),
    endsAt: Number(row.ends_at),
    note: String(row.note),
    createdBy: String(row.created_by),
    clientName: row.client_name === null ? null : String(row.client_name),
    timeZone: row.time_zone === null ? null : String(row.time_zone),
  };
}
