import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { settings } from "../../control/clients/setting-definitions.ts";
import { givenSetting, isUsableNumber } from "../../control/clients/setting-sql.ts";
import { onlineUserStats } from "../../learning/schema.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { addLocalDays } from "../../time/day.ts";
import { nowAsOf } from "../as-of.ts";
import { defineProcessor, type QuietQuestion, type RunContext, type Step } from "../contract.ts";
import { deleteRows } from "../patterns/delete-rows.ts";
import { phaseCursor, phases } from "../patterns/phases.ts";

const MINUTE_MS = 60_000;

/** The same time of day some days ago differs between zones by no more than this (ms). */
const DAY_MS = 86_400_000;

const parameters = z.strictObject({
  keepDays: z.int().min(1).max(36_500).default(730).describe("Days after which a count is deleted"),
});

/** People are counted in one step; old counts are deleted in the order of their instants. */
const at = { count: z.literal("counted"), delete: z.strictObject({ takenAt: z.int(), id: z.int() }) };

type Parameters = z.output<typeof parameters>;
type Context = RunContext<Parameters, unknown>;
type Key = z.output<typeof at.delete>;

/**
 * Handbook, catalogue: BuddyListHisotry. People are counted as of the run's own instant, also in a run that was started for an
 * earlier day: who was online then is not known any more.
 */
export const BuddyListHisotry = defineProcessor({
  id: "BuddyListHisotry",
  group: "people",
  title: "Count people online",
  summary: "Records how many people are online, and deletes old counts.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 0/15 * * * ?",
  after: [],
  misfire: "skip",
  dryRun: "exact",
  parameters,
  cursor: phaseCursor(at),
  // The next run counts anew. What this one has deleted is not found again.
  nextRunFrom: () => null,
  counts: ["online", "deleted"],
  quiet: somethingToRecord,
  run: (context) =>
    phases(context.cursor, at, {
      count: (from) => countOnline(context, from),
      delete: (from) => deleteOld(context, from),
    }),
});

/** Names clients where a person is online, the last count is not 0, or a count is as old as can be. */
function somethingToRecord({ clients, now, timeZone, parameters }: QuietQuestion<Parameters>): SQL {
  const setting = settings.sessionTimeoutMinutes;
  const minutes = sql`coalesce(${givenSetting(setting, sql`o.client_id`)}, ${String(setting.fallback)})`;
  const oldest = addLocalDays(now, -parameters.keepDays, timeZone);
  const counts = sql`FROM online_user_stats n WHERE n.client_id = c.client_id`;
  return sql`SELECT c.client_id FROM (SELECT o.client_id, k.time_zone, ${minutes} AS minutes
      FROM (${clients}) o CROSS JOIN clients k ON k.id = o.client_id) c
    WHERE NOT ${isUsableNumber(setting, sql`c.minutes`)}
      OR EXISTS (SELECT 1 FROM person_sessions p WHERE p.client_id = c.client_id AND p.ended_at IS NULL
        AND p.last_seen_at >= ${now} - c.minutes * ${MINUTE_MS})
      OR coalesce((SELECT n.user_count ${counts} AND n.taken_at <= ${now} ORDER BY n.taken_at DESC LIMIT 1), 1) > 0
      OR EXISTS (SELECT 1 ${counts} AND n.taken_at < ${oldest} + iif(c.time_zone = ${timeZone}, 0, ${DAY_MS}))`;
}

/** One row a minute; none for a 0 that follows a 0. */
async function* countOnline(
  { rows, configuration, now }: Context,
  from: "counted" | null,
): AsyncGenerator<Step<"counted", "online">, undefined> {
  if (from) return;
  const minutes = await configuration.read(settings.sessionTimeoutMinutes);
  const found = await rows.first(sql<{ online: number }>`SELECT count(DISTINCT person_id) AS online FROM person_sessions
    WHERE client_id = ${thisClient} AND ended_at IS NULL AND last_seen_at >= ${now - minutes * MINUTE_MS}`);
  const online = found?.online ?? 0;
  const takenAt = now - (now % MINUTE_MS);
  const write = sql`INSERT INTO online_user_stats (client_id, taken_at, user_count, created_at, updated_at)
    SELECT ${thisClient}, ${takenAt}, ${online}, ${now}, ${now}
    WHERE ${online} > 0 OR coalesce((SELECT user_count FROM online_user_stats
      WHERE client_id = ${thisClient} AND taken_at < ${takenAt} ORDER BY taken_at DESC LIMIT 1), 1) > 0
    ON CONFLICT (client_id, taken_at) DO NOTHING`;
  yield { units: [{ ref: "online", writes: [write], counts: { online } }], cursor: "counted" };
}

/** Counts that are older than the job keeps them. */
function deleteOld(context: Context, cursor: Key | null): AsyncGenerator<Step<Key, "deleted">, undefined> {
  const { timeZone, parameters } = context;
  const old = sql`taken_at < ${addLocalDays(nowAsOf(context), -parameters.keepDays, timeZone)}`;
  return deleteRows(
    { ...context, cursor },
    {
      entity: "online_count",
      find: (after, limit) =>
        select(
          onlineUserStats,
          ["takenAt", "id"],
          sql`WHERE client_id = ${thisClient} AND ${old} AND taken_at > ${after?.takenAt ?? -1} ORDER BY taken_at LIMIT ${limit}`,
        ),
      remove: (ids) => sql`DELETE FROM online_user_stats WHERE id IN ${ids} AND +client_id = ${thisClient} AND +${old}`,
    },
  );
}
