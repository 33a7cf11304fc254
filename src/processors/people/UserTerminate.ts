import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { InvalidConfigurationError } from "../../control/invalid-configuration.ts";
import { personAttributeValue } from "../../learning/rules/sql.ts";
import { type Change, leadIds, touchedIds } from "../../store/change.ts";
import { among } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { addDays, type Day, startOfDay } from "../../time/day.ts";
import { defineProcessor, type RunContext, RunFailure, type Step, type Unit } from "../contract.ts";
import { type AfterId, afterId } from "../patterns/change-rows.ts";
import { pages } from "../patterns/pages.ts";
import { phaseCursor, phases } from "../patterns/phases.ts";

/** Up to this many active people, any share of them may become passive. */
const FEW_PEOPLE = 20;

/** The attribute that says how a person becomes passive, in place of the client's mode. What its numbers mean is our own. */
const MODE_ATTRIBUTE = "DEACTIVATIONMODE_ID";

const parameters = z.strictObject({
  excludeGroupIds: z
    .array(z.int().min(1))
    .default([])
    .describe("Ids of groups whose members do not become passive because they are not used"),
  maxDeactivatePct: z
    .number()
    .min(0)
    .max(100)
    .default(25)
    .describe("If more than this share of 20 or more active people is not used, none of these becomes passive"),
});

const at = { byDate: afterId, byMode: afterId };
type Count = "byDate" | "byMode";
type Context = RunContext<z.output<typeof parameters>>;

/**
 * Handbook, catalogue: UserTerminate. First those whose day of termination has come, then those who are not used. Who has become
 * passive in the first phase is out of the second one's count, also in a dry run, which takes the first phase back.
 */
export const UserTerminate = defineProcessor({
  id: "UserTerminate",
  group: "people",
  title: "Make people passive",
  summary: "Makes people passive whose day of termination has come, and those who have not been used for a long time.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 50 1 * * ?",
  after: ["UserImport"],
  dryRun: "exact",
  parameters,
  cursor: phaseCursor(at),
  // Who is passive is not found again; and before a person becomes passive by mode, their share is judged anew.
  nextRunFrom: (cursor) => (cursor.phase === "byMode" ? null : cursor),
  counts: ["byDate", "byMode"],
  run: (context) =>
    phases<typeof at, Count>(context.cursor, at, {
      byDate: (from) => terminate(context, from),
      byMode: (from) => deactivateUnused(context, from),
    }),
});

/** Active people whose day of termination has come, in SQL over `person`; not those without one, nor with an empty text for one. */
const terminated = (today: Day) => sql`coalesce(person.termination_on BETWEEN '0' AND ${today}, 0)`;
const isAdmin = sql`person.role IN ('client_admin', 'system_admin')`;
const isActive = sql`person.client_id = ${thisClient} AND person.auth_status = 'active'`;

/** True in SQL if there is another active administrator of the role of `person`, of whom `also` holds. */
const anotherAdmin = (also: SQL) => sql`EXISTS (SELECT 1 FROM persons AS other WHERE other.client_id = ${thisClient}
  AND other.auth_status = 'active' AND other.role = person.role AND other.id <> person.id AND ${also})`;

/** Phase (a): the last active administrator of a role stays, and fails. */
async function* terminate(
  { rows, now, today, parameters: { chunkSize } }: Context,
  from: AfterId | null,
): AsyncGenerator<Step<AfterId, Count>, void> {
  // Of several who go the same night the one with the highest number stays.
  const stays = sql`coalesce(other.termination_on BETWEEN '0' AND ${today}, 0) = 0 OR other.id > person.id`;
  const read = (after: number) =>
    rows.all(sql<{ id: number; lastAdmin: number }>`SELECT person.id,
        ${isAdmin} AND NOT ${anotherAdmin(sql`(${stays})`)} AS lastAdmin
      FROM persons AS person INDEXED BY persons_termination
      WHERE ${isActive} AND person.termination_on BETWEEN '0' AND ${today} AND +person.id > ${after}
      ORDER BY person.id LIMIT ${chunkSize}`);
  for await (const page of pages(from?.after ?? 0, read, ({ id }) => id)) {
    const going = page.rows.filter(({ lastAdmin }) => !lastAdmin).map(({ id }) => id);
    const guard = sql`${terminated(today)} AND (NOT ${isAdmin} OR ${anotherAdmin(sql`other.id NOT IN ${among(going)}`)})`;
    const units: Unit<Count>[] = page.rows
      .filter(({ lastAdmin }) => lastAdmin)
      .map(({ id }) => ({ ref: `person:${id}`, writes: [], failure: LAST_ADMIN }));
    if (going.length > 0) units.unshift(makePassive(going, guard, "terminated", "byDate", now));
    yield { units, cursor: { after: page.after } };
  }
}

const LAST_ADMIN = {
  code: "last_admin",
  message: "The last active administrator of this role; make another person one, or move the day of termination",
};

/** Phase (b): no person becomes passive who is an administrator, or if there were suspiciously many. */
async function* deactivateUnused(context: Context, from: AfterId | null): AsyncGenerator<Step<AfterId, Count>, void> {
  const { rows, now, today, timeZone, log, configuration } = context;
  const { chunkSize, excludeGroupIds, maxDeactivatePct } = context.parameters;
  const { deactivationMode, deactivationDays: days } = configuration.client;
  if (days === null) return;
  const given = sql`trim(${personAttributeValue(sql`person.attributes`, MODE_ATTRIBUTE)})`;
  const mode = sql`CASE WHEN ${given} IN ('0', '1', '2') THEN CAST(${given} AS INTEGER) ELSE ${deactivationMode} END`;
  const last = addDays(today, -days);
  const unused = sql`(NOT ${isAdmin} AND coalesce(person.activated_on, '') <= ${last}
    AND CASE ${mode} WHEN 1 THEN person.enrolled_on <= ${last}
      WHEN 2 THEN iif(person.last_login_at IS NULL, person.enrolled_on <= ${last},
        person.last_login_at < ${startOfDay(addDays(last, 1), timeZone)}) ELSE 0 END
    AND NOT EXISTS (SELECT 1 FROM group_members AS membership WHERE membership.client_id = ${thisClient}
      AND membership.person_id = person.id AND membership.group_id IN ${among(excludeGroupIds)}))`;

  if (from === null) {
    const found = await rows.first(sql<Judged>`SELECT count(*) AS active, coalesce(sum(${unused}), 0) AS unused,
        coalesce(sum(${mode} IN (1, 2)), 0) AS moded, min(iif(${isOdd(given)}, person.id, NULL)) AS odd,
        coalesce(sum(${isOdd(given)}), 0) AS odds
      FROM persons AS person WHERE ${isActive} AND NOT ${terminated(today)}`);
    if (!found) return;
    if (found.odds > 0) log.warn(oddModes(found));
    if (days < 1 && (deactivationMode !== 0 || found.moded > 0))
      throw new InvalidConfigurationError(
        `The client's days until people become passive are ${days}; enter 1 or more, or choose that people never become passive`,
      );
    if (found.unused === 0) return;
    if (found.active >= FEW_PEOPLE && found.unused * 100 > found.active * maxDeactivatePct)
      throw new RunFailure(
        "too_many_deactivations",
        `${found.unused} of ${found.active} active people are not used, more than ${maxDeactivatePct} %; none of them was made passive. If that is right, raise maxDeactivatePct for one run`,
      );
  }
  const read = (after: number) =>
    rows.all(
      sql<{ id: number }>`SELECT person.id FROM persons AS person
        WHERE ${isActive} AND ${unused} AND NOT ${terminated(today)} AND person.id > ${after}
        ORDER BY person.id LIMIT ${chunkSize}`,
    );
  for await (const page of pages(from?.after ?? 0, read, ({ id }) => id)) {
    const ids = page.rows.map(({ id }) => id);
    yield { units: [makePassive(ids, unused, "unused", "byMode", now)], cursor: { after: page.after } };
  }
}

/** What is known of the active people before one of them becomes passive by mode. */
interface Judged {
  readonly active: number;
  readonly unused: number;
  /** Those who have a mode at all. */
  readonly moded: number;
  /** Those whose own mode is none, and one of them. */
  readonly odds: number;
  readonly odd: number | null;
}

/** True in SQL for an attribute that is there and no mode. */
function isOdd(given: SQL): SQL {
  return sql`coalesce(${given}, '') NOT IN ('', '0', '1', '2')`;
}

function oddModes({ odds, odd }: Judged): string {
  return `${MODE_ATTRIBUTE} of ${odds} active people is not 0, 1 or 2 and counts as not set; person ${odd} is one of them`;
}

/** Makes active people passive of whom `guard` (SQL over `person`) still holds, and ends their sessions. */
function makePassive<N extends Count>(
  ids: readonly number[],
  guard: SQL,
  reason: "terminated" | "unused",
  count: N,
  now: number,
): Unit<N> {
  const passive: Change<N> = {
    // The unary plus: by these ids, not by an index of all active people.
    rows: sql`SELECT person.id AS id, person.id AS person_id, '{"auth_status":"active"}' AS before FROM persons AS person
      WHERE person.id IN ${among(ids)} AND +person.client_id = ${thisClient} AND +person.auth_status = 'active' AND ${guard}`,
    write: sql`UPDATE persons SET auth_status = 'passive', passive_reason = ${reason}, updated_at = ${now}
      WHERE id IN ${touchedIds} AND +client_id = ${thisClient}`,
    count,
    audit: { entity: "person", action: "deactivate", after: { auth_status: "passive", passive_reason: reason } },
    indexed: "person",
  };
  const sessions = sql`UPDATE person_sessions SET ended_at = ${now}, updated_at = ${now}
    WHERE client_id = ${thisClient} AND person_id IN ${leadIds} AND ended_at IS NULL`;
  return { ref: `person:${ids[0]}–${ids.at(-1)}`, rows: ids.length, writes: [passive, sessions] };
}
