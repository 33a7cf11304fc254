import type { SQL } from "drizzle-orm";
import { type Change, hitMarks, leadHit } from "../../../store/change.ts";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import { localDay } from "../../../time/day.ts";
import { addEntries, removeEntries, restateEntries } from "../../equivalences/coverage.ts";
import { rulesNaming } from "../../equivalences/rules.ts";
import { changeStatus, type StatusColumns } from "../change-status.ts";
import { type ClosableRegistration, completeRegistration } from "../close.ts";
import { nextDueOn } from "../next-cycle.ts";
import type { Parents } from "../parents.ts";
import { type ClosedStatus, closedStatuses, type RegistrationSource, type RegistrationStatus } from "../status.ts";
import { restoreCertificates, revokeCertificates } from "./certificates.ts";
import { peopleOf, type Scene } from "./completions.ts";
import { creditCompletions, takeCompletionCredits } from "./credits.ts";
import { grantSkills, takeSkills } from "./skills.ts";

/** How a registration succeeds. */
export interface Success {
  /** `passed` on a course or template, `completed` on a learning path. */
  readonly to: "passed" | "completed";
  /** Instant (ms) at which the work was done, as far as is known; a later one than now counts as now. */
  readonly completedAt: number | null;
  /** Registrations on templates that succeed with it: of `readParents`. Default: none. */
  readonly parents?: Parents;
  /** Further columns of the registration itself. */
  readonly columns?: StatusColumns;
  /** A further condition in SQL. */
  readonly also?: SQL;
}

/** Marks of changes of a step, each with what tells its registration: an id, or source and reference of one that is made. */
type Marked<T> = [mark: number, registration: T];

/** What a successful registration can become by hand. */
export type AfterSuccess = Exclude<RegistrationStatus, "passed" | "completed">;

/**
 * The registrations that become successful in one step, or cease to be (handbook, data: enrolment). Their rows are changes of the step's
 * units; what a success gives (skills, credits, coverage, certificates, the search index) is written behind the units for all of them at once,
 * and only for those whose row was changed.
 *
 * ```ts
 * const successes = new Successes(context);
 * const parents = await readParents(rows, found.map(({ id }) => id));
 * const units = found.map((one) => ({
 *   ref: `registration:${one.id}`,
 *   writes: successes.succeed(one, { to: "passed", completedAt: one.completedAt, parents }),
 * }));
 * yield { units, followUp: successes.followUp(), cursor };
 * ```
 *
 * Its changes have marks ({@link Change.mark}), which are unique within a step: one of these for each step, beside no other marks.
 */
export class Successes {
  readonly #scene: Scene;
  readonly #succeeded: Marked<number>[] = [];
  readonly #made: Marked<readonly [source: RegistrationSource, sourceRef: string]>[] = [];
  readonly #left: Marked<number>[] = [];
  #marks = 0;

  /** @param scene the run's clock and zone: its context */
  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** The changes that make an open registration successful, and the one on its template with it. The first leads its unit. */
  succeed(registration: ClosableRegistration, success: Success): [Change, ...Change[]] {
    const parent = success.parents?.get(registration.id);
    const own = this.#success(registration, success);
    if (!parent) return [own];
    const { completedAt } = success;
    return [own, this.#success(parent, { to: "passed", completedAt, also: leadHit })];
  }

  #success(registration: ClosableRegistration, { to, completedAt, columns, also }: Success): Change {
    const { now, timeZone } = this.#scene;
    const at = Math.min(completedAt ?? now, now);
    const moment = { now, today: localDay(at, timeZone) };
    const change = completeRegistration(registration, to, moment, { ...columns, completed_at: at }, also);
    return { ...change, mark: this.#mark(this.#succeeded, registration.id) };
  }

  /**
   * A registration that is made successful from the start: a history that is imported, a course that counts as passed. The same change with
   * a mark.
   *
   * @param change inserts it with `source` and `sourceRef`
   */
  made<N extends string>(change: Change<N>, source: RegistrationSource, sourceRef: string): Change<N> {
    return { ...change, mark: this.#mark(this.#made, [source, sourceRef] as const) };
  }

  /**
   * The change by which a person, and no other, takes a registration out of success. What the success gave is taken back.
   *
   * @param columns for `cancelled` also `cancelled_at` and `cancel_reason`
   */
  leave(registration: ClosableRegistration, to: AfterSuccess, columns: StatusColumns = {}): Change {
    const { now, today } = this.#scene;
    const isClosed = (closedStatuses as readonly RegistrationStatus[]).includes(to);
    const next = isClosed ? nextDueOn(registration, registration, to as ClosedStatus, today) : null;
    const change = changeStatus(
      {
        id: registration.id,
        personId: registration.personId,
        from: registration.status,
        to,
        action: "leave_success",
        columns: { ...columns, completed_at: null, next_due_on: next, status_by_hand_at: now },
      },
      now,
    );
    return { ...change, mark: this.#mark(this.#left, registration.id) };
  }

  #mark<T>(list: Marked<T>[], registration: T): number {
    this.#marks += 1;
    list.push([this.#marks, registration]);
    return this.#marks;
  }

  /** What follows from the changes: for the `followUp` of their step. Nothing where there are none. */
  followUp(): (SQL | Change)[] {
    const scene = this.#scene;
    const { now } = scene;
    const gained = union([hitIds(this.#succeeded), hitMade(this.#made)]);
    const lost = union([hitIds(this.#left)]);
    const all = union([hitIds(this.#succeeded), hitMade(this.#made), hitIds(this.#left)]);
    if (!all) return [];
    const extent = { rules: rulesNaming(all), people: peopleOf(all) };
    return [
      ...(gained
        ? [...grantSkills(gained, scene), ...creditCompletions(gained, scene), restoreCertificates(gained, now)]
        : []),
      ...(lost ? [...takeSkills(lost, now), ...takeCompletionCredits(lost, now), revokeCertificates(lost, now)] : []),
      removeEntries(extent, scene),
      addEntries(extent, scene),
      restateEntries(extent, scene),
      sql`INSERT INTO index_changes (client_id, entity, entity_id, op, at)
        SELECT ${thisClient}, 'person', person_id, 'upsert', ${now} FROM (SELECT DISTINCT person_id FROM ${peopleOf(all)}) ORDER BY person_id`,
    ];
  }
}

function hitIds(marked: readonly Marked<number>[]): SQL | null {
  if (marked.length === 0) return null;
  return sql`SELECT value ->> 1 AS id FROM json_each(${JSON.stringify(marked)}) WHERE value ->> 0 IN ${hitMarks}`;
}

function hitMade(marked: readonly Marked<readonly [string, string]>[]): SQL | null {
  if (marked.length === 0) return null;
  return sql`SELECT made.id FROM json_each(${JSON.stringify(marked)}) AS one
    CROSS JOIN registrations AS made ON made.client_id = ${thisClient} AND made.source = one.value ->> '$[1][0]'
      AND made.source_ref = one.value ->> '$[1][1]'
    WHERE one.value ->> 0 IN ${hitMarks}`;
}

/** Queries of ids as one, in brackets; null: there are none. */
function union(queries: readonly (SQL | null)[]): SQL | null {
  const given = queries.filter((one) => one !== null);
  return given.length === 0 ? null : sql`(${sql.join(given, sql` UNION ALL `)})`;
}
