import { recordChanges } from "../../control/audit-trail.ts";
import { settings } from "../../control/schema.ts";
import { readAhead } from "../../scheduler/edit.ts";
import type { Database, Statement } from "../../store/database.ts";
import { insert } from "../../store/insert.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, statement } from "../../store/statement.ts";
import { both, guardedBatch } from "../../store/step/guard.ts";

/** The one switch that stops everything, when it is on. */
export interface Stop {
  /** Since when (ms): occurrences from here on are skipped as `stopped`. */
  readonly at: number;
  /** The administrator's e-mail address; null where an older release set it. */
  readonly by: string | null;
  readonly note: string;
}

const SWITCH = sql`client_id = 0 AND key = 'stopped'`;

/** The switch as it stands; null: nothing is stopped. */
export async function readStop(control: Database): Promise<Stop | null> {
  const [setting] = await read(control, select(settings, ["value"], sql`WHERE ${SWITCH}`));
  return setting ? toStop(setting.value) : null;
}

/** The switch as it is stored in the setting `stopped`. */
export function toStop(json: string): Stop {
  const value = JSON.parse(json) as { at: number; by?: string; note?: string };
  return { at: value.at, by: value.by ?? null, note: value.note ?? "" };
}

/**
 * Stops everything: nothing starts any more, by the clock or otherwise, and runs at work are set aside after their step, to go
 * on from there later. The caller wakes the runners with runs at work, which otherwise ask within a second.
 *
 * @param note why, for those who find it stopped; at most 400 characters
 * @param by the administrator's e-mail address
 * @param now ms
 * @returns false when it was stopped already; the older note and instant stay
 */
export async function stopEverything(control: Database, note: string, by: string, now: number): Promise<boolean> {
  const stop = { at: now, by, note: note.trim().slice(0, 400) };
  const results = await guardedBatch(control, sql`NOT EXISTS (SELECT 1 FROM settings WHERE ${SWITCH})`, [
    insertSwitch(stop, now),
    recordChanges(
      [{ clientId: 0, actor: by, entity: "setting", entityId: 0, action: "stop", after: { ...stop } }],
      now,
    ),
  ]);
  return results !== null;
}

function insertSwitch(stop: Stop, now: number): Statement {
  const row = { clientId: 0, key: "stopped", value: JSON.stringify(stop), createdAt: now, updatedAt: now };
  return statement(insert(settings, row));
}

/**
 * Lets everything go on: the clock from now, runs that wait from their checkpoint. The caller wakes the runners; without
 * that the next tick does.
 *
 * @returns false when nothing was stopped
 */
export async function resumeEverything(control: Database, by: string, now: number): Promise<boolean> {
  for (;;) {
    const stop = await readStop(control);
    if (!stop) return false;
    const ahead = await readAhead(control, {}, now, "stopped");
    const results = await guardedBatch(
      control,
      both(sql`EXISTS (SELECT 1 FROM settings WHERE ${SWITCH} AND value ->> 'at' = ${stop.at})`, ahead.unchanged),
      [
        recordChanges(
          [{ clientId: 0, actor: by, entity: "setting", entityId: 0, action: "resume", before: { ...stop } }],
          now,
        ),
        statement(sql`DELETE FROM settings WHERE ${SWITCH}`),
        ...ahead.withdraw,
        ahead.goOn(),
      ],
    );
    if (results) return true;
  }
}
