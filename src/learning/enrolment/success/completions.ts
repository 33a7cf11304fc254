import type { SQL } from "drizzle-orm";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import type { Day } from "../../../time/day.ts";
import { localDayOf, type Place } from "../../local-day.ts";

/** When and where registrations become successful or cease to be; a run's context is one. */
export interface Scene extends Place {
  /** The run's local day. */
  readonly today: Day;
}

// The unary plus in these queries keeps the planner on the ids: else it goes through all of a client's registrations.

/**
 * The rows of some registrations, in SQL, with what a success gives by: `id`, `person_id`, `component_id` and `day`, the local day of the
 * completion. One without a date counts as completed now.
 *
 * @param registrations a query of ids, in brackets
 */
export function completionsOf(registrations: SQL, scene: Scene): SQL {
  const completedAt = sql`coalesce(done.completed_at, ${scene.now})`;
  return sql`(SELECT done.id, done.client_id, done.person_id, done.component_id, ${localDayOf(completedAt, scene)} AS day
    FROM registrations AS done WHERE +done.client_id = ${thisClient} AND done.id IN ${registrations})`;
}

/** What a success gave names its registration so: achievements and credits of a registration, in SQL. */
export function sourceRefOf(registration: SQL): SQL {
  return sql`('reg:' || ${registration})`;
}

/** The people of some registrations, in SQL and in brackets. */
export function peopleOf(registrations: SQL): SQL {
  return sql`(SELECT whose.person_id FROM registrations AS whose WHERE +whose.client_id = ${thisClient} AND whose.id IN ${registrations})`;
}
