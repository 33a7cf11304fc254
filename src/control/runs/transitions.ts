import type { SQL } from "drizzle-orm";
import type { Statement } from "../../store/database.ts";
import { sql } from "../../store/sql.ts";
import { statement } from "../../store/statement.ts";
import type { Counts, Ending } from "../../store/step/step.ts";
import { clientMoving, MOVING_WORDS } from "../clients/moves.ts";
import { defaultPolicies } from "../jobs/policies.ts";
import { gateOpen } from "./gate.ts";
import { dueOrStarted, openOf, type PlannedRun } from "./open-runs.ts";
import { type RunState, runStates } from "./run-state.ts";

/**
 * The state machine of a run (handbook: States of a run), and every statement that moves one: no other sets `runs.state`.
 *
 * ```
 * planned | queued -> running -> ok | no_action | partial | failed | cancelled
 *        |  \          |  ^
 *        |   waiting ----+          (retry, order, permit; with not_before_at)
 *        +------+-> skipped | cancelled
 * ```
 *
 * A run is stored as planned until something happens to it; once it is due it is shown as queued (`shownState`). Stored as queued are
 * only runs that were due when they were made.
 *
 * A failed run can be taken up again by hand (failed -> waiting); every other end is final. Statements that move a claimed run
 * name its lease, so that an owner that was superseded changes nothing.
 */

/** The states that a move starts from, and those that it may lead to. */
interface Move {
  readonly from: readonly RunState[];
  readonly to: readonly RunState[];
}

const ends = ["ok", "no_action", "partial", "failed", "cancelled"] as const;

/** The only moves there are. The conditions of the statements below are made from it. */
export const moves = {
  /** It is due and may not start now, or waits for something else than before. */
  wait: { from: ["planned", "queued", "waiting"], to: ["waiting"] },
  /** It is due, and a runner works on it from now on. */
  claim: { from: ["planned", "queued", "waiting"], to: ["running"] },
  /** Another runner works on it from now on: the one before is gone, or is to be kept from going on. */
  takeOver: { from: ["running"], to: ["running"] },
  /** No runner works on it for now; it goes on from its checkpoint. */
  setAside: { from: ["running"], to: ["waiting"] },
  /** Its processor has ended, or was ended. */
  finish: { from: ["running"], to: ends },
  /** No owner ends it any more: it has failed, unless its checkpoint says how it ended. */
  giveUp: { from: ["waiting", "running"], to: ends },
  /** It never starts. */
  skip: { from: ["planned", "queued", "waiting"], to: ["skipped"] },
  /** It is not wanted any more. One that has started and waits is cancelled so only with its job. */
  cancel: { from: ["planned", "queued", "waiting"], to: ["cancelled"] },
  /** An administrator takes it up again. */
  reopen: { from: ["failed"], to: ["waiting"] },
} as const satisfies Record<string, Move>;

/** The states from which a run may go to `next`. */
export function statesBefore(next: RunState): readonly RunState[] {
  return runStates.filter(
    (state) =>
      state !== next && Object.values<Move>(moves).some(({ from, to }) => from.includes(state) && to.includes(next)),
  );
}

/** The conditions under which moves start. The words are constants, not input. */
const starts = new Map<string, SQL>(
  Object.entries<Move>(moves).map(([move, { from }]) => {
    const states = from.map((state) => `'${state}'`);
    return [move, sql.raw(states.length === 1 ? `state = ${states[0]}` : `state IN (${states.join(", ")})`)];
  }),
);

/** The condition under which a move starts. */
const may = (move: keyof typeof moves): SQL => starts.get(move) as SQL;

/** No run that is planned for later. @param now ms */
const isDue = (now: number) => sql`(state <> 'planned' OR due_at <= ${now})`;

/** A run under the lease that its owner, or who looks at it, knows. */
export interface Leased {
  readonly id: number;
  readonly lease: number;
}

/** A code, and the same in words. */
export interface Why {
  readonly reason: string;
  /** What is beyond 400 characters is cut off. */
  readonly message: string;
}

/** How far a run was when it was left. */
export interface Reached {
  readonly counts: Counts;
  readonly progress: { readonly done: number; readonly total: number | null };
}

const words = (message: string) => message.slice(0, 400);

/** Lets a run that is due wait. @param now ms */
export function letWait(run: Leased, { reason, message }: Why, now: number): Statement {
  return statement(sql`UPDATE runs SET state = 'waiting', reason = ${reason}, message = ${words(message)}
    WHERE id = ${run.id} AND lease = ${run.lease} AND ${may("wait")} AND ${isDue(now)}`);
}

/** No run is at work beside which this one must not be: another heavy one, or one of its job or processor unless they may overlap. */
const alone = sql`NOT EXISTS (SELECT 1 FROM runs other WHERE other.client_id = runs.client_id AND other.state = 'running' AND other.id <> runs.id
  AND (runs.load = 'heavy' AND other.load = 'heavy' OR other.node_id = runs.node_id AND coalesce(runs.policies ->> 'overlap', 'skip') <> 'allow'
    AND (other.job_id = runs.job_id OR other.processor = runs.processor)))`;

/** What a claim sets: a higher lease, and who claimed it. @param now ms */
const claiming = (
  claimant: string,
  now: number,
) => sql`UPDATE runs SET state = 'running', lease = lease + 1, claimant = ${claimant},
      attempt = attempt + CASE WHEN state <> 'running' AND (started_at IS NULL OR not_before_at IS NOT NULL) THEN 1 ELSE 0 END,
      started_at = coalesce(started_at, ${now}), heartbeat_at = ${now},
      deadline_at = coalesce(deadline_at, ${now} + 60000 * coalesce(policies ->> 'maxRunMinutes', ${defaultPolicies.maxRunMinutes})),
      not_before_at = NULL, reason = NULL, message = NULL`;

/** A run that was claimed under this lease by this claimant, whichever of its calls did it. */
export interface Claim extends Leased {
  /** A word that no other runner has: one that sent a claim and lost the answer knows its own by it. */
  readonly claimant: string;
}

/** The condition that a run is at work under a claim. */
export function claimedBy({ id, lease, claimant }: Claim): SQL {
  return sql`id = ${id} AND lease = ${lease} AND claimant = ${claimant} AND state = 'running'`;
}

/** A planned run that is later than this (ms) is not claimed without a look: its job may say that it is too late. */
const UNSEEN_LATE_MS = 60_000;

/**
 * Claims a light run that the tick handed over ({@link PlannedRun}), without a look at the client's other runs, where there is nothing to
 * judge: it is due and not late, never started, the gate is open, no cancel was asked for, and the client has no other run that is due
 * or at work. Otherwise it changes nothing. The claim has lease 1.
 *
 * @param now ms
 */
export function claimAlone(run: PlannedRun & { readonly clientId: number }, claimant: string, now: number): SQL {
  return sql`${claiming(claimant, now)}
    WHERE id = ${run.id} AND lease = 0 AND ${may("claim")} AND client_id = ${run.clientId} AND processor = ${run.processor} AND load = 'light'
      AND started_at IS NULL AND not_before_at IS NULL AND cancel_requested_at IS NULL AND due_at BETWEEN ${now - UNSEEN_LATE_MS} AND ${now}
      AND ${gateOpen(sql`runs.client_id`, sql`runs.kind`, now)}
      AND NOT EXISTS (SELECT 1 FROM runs WHERE id <> ${run.id} AND ${openOf(run.clientId)} AND ${dueOrStarted(now)})`;
}

/**
 * Claims a run: raises its lease and sets it running. A first start and a retry begin a new attempt; going on after a wait
 * for a permit does not, nor does replacing an owner that is gone. (Only a retry sets `not_before_at`; its reason may have
 * become another while it waited.) Whom it must not meet is asked once more, in the same
 * statement: what the runner judged may be minutes old when it had stood still. No runner claims a run of a client whose data is
 * being moved.
 *
 * @param run as it was seen
 * @param claimant {@link Claim}
 * @param toClose it is claimed only to be ended, so it may meet any run; who has to take it over ends it too
 * @param now ms
 */
export function claim(
  run: Leased & { readonly state: RunState },
  claimant: string,
  toClose: boolean,
  now: number,
): SQL {
  const takeOver = run.state === "running";
  return sql`${claiming(claimant, now)},
      cancel_requested_at = coalesce(cancel_requested_at, ${toClose && !takeOver ? now : null})
    WHERE id = ${run.id} AND lease = ${run.lease} AND ${may(takeOver ? "takeOver" : "claim")} AND ${isDue(now)} AND NOT ${clientMoving(sql`runs.client_id`)}
      ${takeOver || toClose ? sql`` : sql`AND ${alone}`}`;
}

/** A run at work that is to be taken from its owner and ended, as it was seen. */
export interface Seen extends Leased {
  /** The reason of the end. */
  readonly reason: string;
  /** Instant (ms; 0: none) of its last sign of life; null: any. */
  readonly heartbeatAt: number | null;
  /** Only while this other run is due or at work; null: whatever other runs do. */
  readonly beside: number | null;
}

/** Another run, which was due, waits for its runner or is at work; null: true. */
const stillBeside = (other: number | null) =>
  sql`(${other} IS NULL OR EXISTS (SELECT 1 FROM runs other WHERE other.id = ${other} AND other.state IN ('planned', 'queued', 'running')))`;

/**
 * Claims a run at work from another owner, only to end it: raises its lease, so that the owner changes nothing any more, and marks it
 * with the reason for which it is ended, so that who was interrupted between this and the end may claim it again.
 */
export function claimToEnd({ id, lease, reason, heartbeatAt, beside }: Seen): SQL {
  return sql`UPDATE runs SET lease = lease + 1, claimant = NULL, reason = ${reason}
    WHERE id = ${id} AND ${may("takeOver")} AND NOT ${clientMoving(sql`runs.client_id`)} AND (reason = ${reason} OR lease = ${lease}
      AND (${heartbeatAt} IS NULL OR coalesce(heartbeat_at, 0) = ${heartbeatAt}) AND ${stillBeside(beside)})`;
}

/** Its owner sets a run aside: for a permit, until nothing is stopped any more, for a release that has its processor. */
export function setAside(run: Leased, { reason, message }: Why, reached: Reached): Statement {
  return statement(sql`UPDATE runs SET state = 'waiting', reason = ${reason}, message = ${words(message)},
      counts = ${JSON.stringify(reached.counts)}, progress_done = ${reached.progress.done}, progress_total = ${reached.progress.total}
    WHERE id = ${run.id} AND lease = ${run.lease} AND ${may("setAside")}`);
}

/** Its owner sends a run back to wait for its next attempt. @param at ms */
export function retryLater(run: Leased, message: string, at: number): Statement {
  return statement(sql`UPDATE runs SET state = 'waiting', reason = 'retry', message = ${words(message)}, not_before_at = ${at}
    WHERE id = ${run.id} AND lease = ${run.lease} AND ${may("setAside")}`);
}

/** An owner that will not come back lets the runs wait that it left at work. */
export function handOver(runs: readonly Leased[]): Statement {
  return statement(sql`UPDATE runs SET state = 'waiting', reason = 'handed_over', message = 'The process that worked on it was stopped; it goes on elsewhere'
    WHERE ${may("setAside")} AND ${under(runs)}`);
}

/** Runs under these leases. */
export function under(runs: readonly Leased[]): SQL {
  return sql`(id, lease) IN (SELECT value ->> 'id', value ->> 'lease' FROM json_each(${JSON.stringify(runs)}))`;
}

/** Takes a run of a client that is being moved from a silent owner: it waits, and its lease has moved on. Nothing when the owner has stirred. */
export function takeFromOwner(run: Leased & { readonly heartbeatAt: number | null }): Statement {
  return statement(sql`UPDATE runs SET state = 'waiting', reason = 'moving', message = ${MOVING_WORDS}, lease = lease + 1
    WHERE id = ${run.id} AND lease = ${run.lease} AND heartbeat_at IS ${run.heartbeatAt} AND ${may("setAside")}`);
}

/** The run that {@link finish} ends, with its final state, for what follows from it. */
export function finishing(run: Leased, state: Ending["state"]): SQL {
  return sql`SELECT id, ${state} FROM runs WHERE ${finishable(run)}`;
}

/** Its owner may still end the run. */
export function finishable(run: Leased): SQL {
  return sql`id = ${run.id} AND lease = ${run.lease} AND ${may("finish")}`;
}

/**
 * Ends a run as its processor, or who ended it, says. What follows from it comes before, and asks for {@link finishing}.
 *
 * @param reached how far it was; its message and its failures are SQL, since they may be taken from the database itself
 * @param now ms
 */
export function finish(
  run: Leased,
  ending: Pick<Ending, "state" | "code">,
  reached: Reached & { readonly message: SQL; readonly errors: SQL },
  now: number,
): Statement {
  return statement(sql`UPDATE runs SET state = ${ending.state}, reason = ${ending.code ?? null}, message = substr(${reached.message}, 1, 400),
      counts = ${JSON.stringify(reached.counts)}, errors = ${reached.errors},
      progress_done = ${reached.progress.done}, progress_total = ${reached.progress.total}, ended_at = ${now}, heartbeat_at = ${now}
    WHERE ${finishable(run)}`);
}

/** How a run ended in its store, where that is this database and control was not told; else NULL. */
const done = sql`(SELECT c.outcome FROM checkpoints c WHERE c.run_id = runs.id AND c.done = 1 AND c.reopened = runs.reopened)`;

/** The runs that {@link giveUp} ends, each with its final state, for what follows from it. @param which a query of ids */
export function givingUp(which: SQL): SQL {
  return sql`SELECT id, coalesce(${done} ->> 'state', 'failed') FROM runs WHERE id IN (${which}) AND ${may("giveUp")}`;
}

/** Ends runs that had started and that no owner ends any more. An owner who wakes up after all finds the lease raised. @param now ms */
export function giveUp(which: SQL, now: number): Statement {
  return statement(sql`UPDATE runs SET lease = lease + 1, ended_at = ${now},
      reason = CASE WHEN ${done} IS NOT NULL THEN ${done} ->> 'code' WHEN deadline_at IS NULL THEN 'no_runner' ELSE 'max_run_time' END,
      message = CASE WHEN ${done} IS NOT NULL THEN ${done} ->> 'message'
        ELSE 'No runner has worked on it for hours, and its time is over; what was done before stays' END,
      state = coalesce(${done} ->> 'state', 'failed')
    WHERE id IN (${which}) AND ${may("giveUp")}`);
}

/** Ends a run that is due and never started as skipped. @param now ms */
export function skip(run: Leased, { reason, message }: Why, now: number): Statement {
  return statement(sql`UPDATE runs SET state = 'skipped', reason = ${reason}, message = ${words(message)}, ended_at = ${now}
    WHERE id = ${run.id} AND lease = ${run.lease} AND ${may("skip")} AND ${isDue(now)}`);
}

/** Why an edit skips what came due and has not started. */
export type EditReason = "paused" | "client_inactive" | "job_inactive" | "job_deleted" | "not_served";

/**
 * Skips runs of the clock that came due and have not started, with the reason for which they will not.
 *
 * @param of which runs, as a condition on `runs`
 * @param now ms
 */
export function skipUnstarted(of: SQL, why: Why & { readonly reason: EditReason }, now: number): Statement {
  return statement(sql`UPDATE runs SET state = 'skipped', reason = ${why.reason}, message = ${why.message}, ended_at = ${now}
    WHERE kind = 'schedule' AND started_at IS NULL AND ${may("skip")} AND ${of}`);
}

/** Skips runs that no runner starts any more. @param which a query of ids. @param now ms */
export function skipLate(which: SQL, now: number): Statement {
  return statement(sql`UPDATE runs SET reason = CASE state WHEN 'waiting' THEN 'late' ELSE 'no_runner' END,
      message = CASE state WHEN 'waiting' THEN 'It could not start in time; at last: ' || coalesce(substr(message, 1, 300), 'it waited')
        ELSE 'No runner took it' END, state = 'skipped', ended_at = ${now}
    WHERE id IN (${which}) AND ${may("skip")}`);
}

/**
 * Ends a run which never started as cancelled. Changes nothing once the run has started or ended.
 *
 * @param run.beside only while this other run is due or at work; default: whatever other runs do
 * @param now ms
 */
export function cancelBeforeStart(
  run: Why & { readonly id: number; readonly beside?: number | null },
  now: number,
): Statement {
  return statement(sql`UPDATE runs SET state = 'cancelled', reason = ${run.reason}, message = ${words(run.message)}, ended_at = ${now},
      cancel_requested_at = ${now}
    WHERE id = ${run.id} AND ${may("cancel")} AND started_at IS NULL AND ${stillBeside(run.beside ?? null)}`);
}

/** Cancels all runs of a job that are not at work: the job is deleted. @param now ms */
export function cancelWithJob(jobId: number, message: string, now: number): Statement {
  return statement(sql`UPDATE runs SET state = 'cancelled', reason = 'job_deleted', message = ${message}, ended_at = ${now}
    WHERE job_id = ${jobId} AND ${may("cancel")}`);
}

/** Takes a failed run up again by hand, from its checkpoint, as if for the first time. @param by the administrator's e-mail address. @param now ms */
export function reopen(runId: number, by: string, now: number): Statement {
  return statement(sql`UPDATE runs SET state = 'waiting', reason = 'retry', message = ${`Taken up again by ${by}`}, not_before_at = ${now},
      ended_at = NULL, deadline_at = NULL, cancel_requested_at = NULL, attempt = 0, reopened = reopened + 1
    WHERE id = ${runId} AND ${may("reopen")} AND started_at IS NOT NULL`);
}
