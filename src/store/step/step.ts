import type { LibsqlBatchError, ResultSet } from "@libsql/client";
import { type Database, rehearse, type Statement } from "../database.ts";
import { sql } from "../sql.ts";
import { guard, isConstraintError, releaseGuard } from "./guard.ts";

/** Name → number, summed over a run: `scanned`, `changed`, `skipped`, `failed` and the processor's own. */
export type Counts = Record<string, number>;

/** Why a unit or a run failed: a stable code and a sentence for the administrator. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  /** It is unexpected (a constraint, a throw while the unit was built): too many of them end the run. Default false. */
  readonly unexpected?: boolean;
}

/** One write of a unit. With `count`, the rows it changed are added to that counter. */
export interface UnitWrite {
  readonly statement: Statement;
  readonly count?: string | undefined;
  /** Written just before it: the rows that it is about to change. */
  readonly rows?: Statement | undefined;
  /** Written behind it, once `checkpoints.hit` says how many rows it changed: audit, search index. */
  readonly follows?: readonly Statement[] | undefined;
  /** It is made whatever the first write of its unit did. */
  readonly always?: boolean | undefined;
  /** Kept for the step's `followUp` if it changed a row. */
  readonly mark?: number | undefined;
}

/** A row or group of rows that stands or falls together, ready to be written. */
export interface UnitCommit {
  readonly ref: string;
  readonly writes: readonly UnitWrite[];
  /** How many rows it is about: `scanned`, and `changed` by those that its first write changed. Default 1. */
  readonly rows?: number | undefined;
  /** Added once if the unit changed something, or if it has no writes at all. */
  readonly counts?: Counts | undefined;
  /** Already known to be bad: its writes, if any, are made (they note it on the row itself), and the failure is recorded. */
  readonly failure?: Failure | undefined;
  /** Written instead of it if it breaks a constraint: its rows by themselves. */
  readonly apart?: (() => readonly UnitCommit[]) | undefined;
}

/** How a run ended, kept in its checkpoint until the control tables have it too. */
export interface Ending {
  readonly state: "ok" | "no_action" | "partial" | "failed" | "cancelled";
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}

/** One step of a run: what {@link commitStep} writes in one batch. */
export interface StepCommit {
  readonly runId: number;
  readonly lease: number;
  /** The number of the step: how many were committed before it. */
  readonly step: number;
  readonly units: readonly UnitCommit[];
  /** Added unconditionally, once. */
  readonly counts?: Counts | undefined;
  /** JSON of the new cursor; undefined leaves the old one. */
  readonly cursor?: string | undefined;
  readonly progress?: { readonly done: number; readonly total: number | null } | undefined;
  /** Further statements of the same batch that no unit owns: an effect's intent or outcome. */
  readonly also?: readonly Statement[] | undefined;
  /** The same behind the units: what follows from them for the step as a whole. Rolled back with them in a dry run. */
  readonly followUp?: readonly UnitWrite[] | undefined;
  readonly ending?: Ending | undefined;
  /** What follows from the step in other tables of the same database, behind the checkpoint's own row: a run's end in control. */
  readonly behind?: readonly Statement[] | undefined;
}

/** A {@link Failure}, and the unit that failed. */
export interface UnitFailure extends Required<Failure> {
  readonly ref: string;
}

/** What the checkpoint says after a step. */
export interface StepResult {
  readonly counts: Counts;
  /** The offenders among the units: those that were handed in as failed and those that broke a constraint. */
  readonly failures: readonly UnitFailure[];
  /** What the statements of {@link StepCommit.behind} answered; null: they were made, and the answer was lost. */
  readonly behind: readonly ResultSet[] | null;
}

/** The database refused a step because another owner has the run's lease, or because the checkpoint is gone. Nothing was written; the owner must stop. */
export class LeaseLostError extends Error {
  readonly code = "lease_lost";
  readonly runId: number;
  readonly lease: number;
  constructor(runId: number, lease: number) {
    super(`Run ${runId} is no longer owned under lease ${lease}`);
    this.runId = runId;
    this.lease = lease;
  }
}

/** An amount to add: a number, or an SQL expression with its arguments. */
type Amount = number | { readonly sql: string; readonly args: readonly number[] };
type Added = readonly (readonly [name: string, amount: Amount])[];

/** `counts` after adding `added`, as a JSON expression; keys are bound, so that no name can break the statement. */
function addCounts(added: Added, args: (string | number)[]): string {
  const sums = new Map<string, Amount[]>();
  for (const [name, amount] of added) sums.set(name, [...(sums.get(name) ?? []), amount]);
  if (sums.size === 0) return "counts";
  const parts = [...sums].map(([name, amounts]) => {
    const path = `$."${name}"`;
    args.push(path, path);
    const terms = amounts.map((amount) => {
      args.push(...(typeof amount === "number" ? [amount] : amount.args));
      return typeof amount === "number" ? "?" : amount.sql;
    });
    return `?, coalesce(json_extract(counts, ?), 0) + ${terms.join(" + ")}`;
  });
  return `json_set(counts, ${parts.join(", ")})`;
}

/**
 * Stands directly behind a write and keeps what it changed (SQL's `changes()`), for all that follows from it. Behind a
 * unit's last write it also says what the unit was: changed or skipped.
 *
 * @param tally the unit, behind its last write, unless its outcome is known already (it came in as failed)
 */
function noteWrite(runId: number, write: UnitWrite, first: boolean, tally: UnitCommit | null): Statement {
  const own: Added = write.count === undefined ? [] : [[write.count, { sql: "changes()", args: [] }]];
  const args: (string | number)[] = [];
  const lead = first ? "changes()" : "lead";
  const hit = first ? "changes() > 0" : "unit_hit = 1 OR changes() > 0";
  const counts = tally ? tallied(tally, own, lead, hit, args) : addCounts(own, args);
  const marks = write.mark === undefined ? "" : ", marks = iif(changes() > 0, marks || ?, marks)";
  if (write.mark !== undefined) args.push(`,${write.mark}`);
  return {
    sql: `UPDATE checkpoints SET hit = changes(), lead = ${lead}, unit_hit = ${hit}, counts = ${counts}${marks} WHERE run_id = ?`,
    args: [...args, runId],
  };
}

/** The counts once a unit is done. A group of rows is changed as far as its first write went, a single row by any of its writes. */
function tallied({ rows = 1, counts }: UnitCommit, own: Added, lead: string, hit: string, args: (string | number)[]) {
  const changed: Added =
    rows === 1
      ? [["changed", 1]]
      : [
          ["changed", { sql: `min(${lead}, ?)`, args: [rows] }],
          ["skipped", { sql: `max(? - ${lead}, 0)`, args: [rows] }],
        ];
  const then = addCounts([...own, ...changed, ...Object.entries(counts ?? {})], args);
  return `CASE WHEN ${hit} THEN ${then} ELSE ${addCounts([...own, ["skipped", rows]], args)} END`;
}

function forgetTouched(runId: number): Statement {
  return { sql: "DELETE FROM touched WHERE run_id = ?", args: [runId] };
}

function unitFailure({ ref }: UnitCommit, { code, message, unexpected = false }: Failure): UnitFailure {
  return { ref, code, message, unexpected };
}

function insertFailures({ runId, step }: StepCommit, failures: readonly UnitFailure[]): Statement {
  return {
    sql: `INSERT INTO failures (run_id, step, ref, code, message, unexpected)
      SELECT ?, ?, value ->> 'ref', value ->> 'code', value ->> 'message', value ->> 'unexpected' FROM json_each(?)`,
    args: [runId, step, JSON.stringify(failures)],
  };
}

/** The units of a step that broke a constraint, and how. */
type Refused = ReadonlyMap<UnitCommit, Failure>;

/** The statements of a step, and for each the unit it belongs to (-1: none). */
export interface StepBatch {
  readonly statements: Statement[];
  readonly owners: number[];
  /** Index of the statement that writes the checkpoint; those of {@link StepCommit.behind} follow. */
  readonly checkpointAt: number;
}

/**
 * The batch of handbook, idea: every write happens once: guard, writes with their tallies, checkpoint, guard removed.
 * Pure; {@link commitStep} sends it.
 */
export function stepBatch(commit: StepCommit, failed: Refused): StepBatch {
  const { runId, lease, step } = commit;
  const statements: Statement[] = [];
  const owners: number[] = [];
  const push = (owner: number, ...added: Statement[]) => {
    for (const one of added) {
      statements.push(one);
      owners.push(owner);
    }
  };
  push(
    -1,
    guard(
      sql`EXISTS (SELECT 1 FROM checkpoints WHERE run_id = ${runId} AND lease = ${lease} AND step = ${step} AND done = 0)`,
    ),
  );
  push(-1, ...(commit.also ?? []));

  const fixed: Counts = { ...commit.counts };
  const add = (name: string, amount: number) => {
    fixed[name] = (fixed[name] ?? 0) + amount;
  };
  const offenders: UnitFailure[] = [];
  commit.units.forEach((unit, index) => {
    const { rows = 1, writes } = unit;
    add("scanned", rows);
    const failure = failed.get(unit) ?? unit.failure;
    if (failure) {
      add("failed", rows);
      offenders.push(unitFailure(unit, failure));
      // A unit that broke a constraint writes nothing; one that came in as bad may note that on its own row.
      if (failed.has(unit)) return;
    } else if (writes.length === 0) {
      add("skipped", rows);
      for (const [name, amount] of Object.entries(unit.counts ?? {})) add(name, amount);
    }
    writes.forEach((write, at) => {
      const last = at === writes.length - 1;
      if (write.rows) push(index, write.rows);
      push(index, write.statement, noteWrite(runId, write, at === 0, last && !failure ? unit : null));
      push(index, ...(write.follows ?? []));
    });
    if (writes.some((write) => write.rows)) push(index, forgetTouched(runId));
  });
  if (offenders.length > 0) {
    push(-1, insertFailures(commit, offenders));
  }
  for (const write of commit.followUp ?? []) {
    if (write.rows) push(-1, write.rows);
    push(-1, write.statement);
    if (write.follows?.length) push(-1, noteWrite(runId, write, true, null), ...write.follows);
    if (write.rows) push(-1, forgetTouched(runId));
  }
  const args: (string | number | null)[] = [];
  const counts = addCounts(Object.entries(fixed), args as (string | number)[]);
  const sets = ["step = step + 1", "hit = 0", "lead = 0", "unit_hit = 0", "marks = ''", `counts = ${counts}`];
  if (commit.cursor !== undefined) {
    sets.push("cursor = ?");
    args.push(commit.cursor);
  }
  if (commit.progress) {
    sets.push("progress_done = ?", "progress_total = ?");
    args.push(commit.progress.done, commit.progress.total);
  }
  if (commit.ending) {
    sets.push("done = 1", "outcome = ?");
    args.push(JSON.stringify(commit.ending));
  }
  const checkpointAt = statements.length;
  push(-1, {
    sql: `UPDATE checkpoints SET ${sets.join(", ")} WHERE run_id = ? RETURNING counts`,
    args: [...args, runId],
  });
  push(-1, ...(commit.behind ?? []));
  push(-1, releaseGuard);
  return { statements, owners, checkpointAt };
}

/** The failures that {@link stepBatch} would record for a step. */
function recordedFailures(commit: StepCommit, failed: Refused): UnitFailure[] {
  return commit.units.flatMap((unit) => {
    const failure = failed.get(unit) ?? unit.failure;
    return failure ? [unitFailure(unit, failure)] : [];
  });
}

/** A step's units as they can be written: those that the database refuses fall apart, or have failed. */
class Attempt {
  readonly failed = new Map<UnitCommit, Failure>();
  #units: readonly UnitCommit[];

  constructor(units: readonly UnitCommit[]) {
    this.#units = units;
  }

  get units(): readonly UnitCommit[] {
    return this.#units;
  }

  /** @returns false for an error that no unit is to blame for */
  refuse(error: unknown, owners: readonly number[]): boolean {
    if (!isConstraintError(error)) return false;
    const owner = owners[error.statementIndex] ?? -1;
    const unit = this.#units[owner];
    if (!unit) return false;
    const parts = unit.apart?.();
    if (parts) this.#units = this.#units.toSpliced(owner, 1, ...parts);
    else this.failed.set(unit, constraintFailure(error));
    return true;
  }
}

/** Takes a constraint error apart for the failure row: the database's own words name the columns. */
function constraintFailure(error: LibsqlBatchError): Failure {
  return {
    code: "constraint",
    unexpected: true,
    message: `The database refused this row: ${error.message.replace(/^SQLITE_\w+: /, "")}`,
  };
}

/**
 * Commits one step in one batch. A unit that breaks a constraint is named by the database (statement number), falls apart into its rows
 * or becomes a recorded failure, and the rest is sent again: the step stays one transaction, whatever its units do.
 *
 * An answer that was lost is looked up by step number, never repeated blindly: a batch that came too late is refused by
 * the guard.
 *
 * @throws {LeaseLostError} when another owner has raised the lease.
 * @throws the database's error when it can neither write nor say what it did.
 */
export async function commitStep(database: Database, step: StepCommit): Promise<StepResult> {
  const attempt = new Attempt(step.units);
  const { failed } = attempt;
  for (;;) {
    const commit = { ...step, units: attempt.units };
    const { statements, owners, checkpointAt } = stepBatch(commit, failed);
    try {
      const results = await database.batch(statements, "write");
      const row = results[checkpointAt]?.rows[0];
      return {
        counts: JSON.parse(String(row?.counts ?? "{}")) as Counts,
        failures: recordedFailures(commit, failed),
        behind: results.slice(checkpointAt + 1, -1),
      };
    } catch (error) {
      if (attempt.refuse(error, owners)) continue;
      if (isConstraintError(error) && error.statementIndex !== 0) throw error;
      // Refused at the guard, or no answer: the checkpoint alone knows whether the step is in.
      const read = await database.execute({
        sql: "SELECT lease, step, counts FROM checkpoints WHERE run_id = ?",
        args: [commit.runId],
      });
      const row = read.rows[0];
      if (!row || Number(row.lease) !== commit.lease) throw new LeaseLostError(commit.runId, commit.lease);
      if (Number(row.step) === commit.step + 1) {
        const counts = JSON.parse(String(row.counts)) as Counts;
        return { counts, failures: recordedFailures(commit, failed), behind: null };
      }
      if (Number(row.step) !== commit.step) throw new LeaseLostError(commit.runId, commit.lease);
      throw error;
    }
  }
}

/**
 * Rehearses one step (dry run): executes it in a transaction that is rolled back, then commits only cursor, counts and
 * step number under the same guard. What the step wrote is gone; what it would have counted stays.
 *
 * @throws {LeaseLostError} as {@link commitStep}.
 */
export async function rehearseStep(database: Database, step: StepCommit): Promise<StepResult> {
  const attempt = new Attempt(step.units);
  const { failed } = attempt;
  for (;;) {
    const commit = { ...step, units: attempt.units };
    const { statements, owners, checkpointAt } = stepBatch({ ...commit, also: [], behind: [] }, failed);
    let counts: Counts | undefined;
    try {
      const results = await rehearse(database, statements);
      counts = JSON.parse(String(results[checkpointAt]?.rows[0]?.counts ?? "{}")) as Counts;
    } catch (error) {
      if (attempt.refuse(error, owners)) continue;
      if (isConstraintError(error) && error.statementIndex === 0) throw new LeaseLostError(commit.runId, commit.lease);
      throw error;
    }
    const before = await database.execute({
      sql: "SELECT counts FROM checkpoints WHERE run_id = ?",
      args: [commit.runId],
    });
    const known = JSON.parse(String(before.rows[0]?.counts ?? "{}")) as Counts;
    const added: Counts = {};
    for (const [name, total] of Object.entries(counts)) {
      const amount = total - (known[name] ?? 0);
      if (amount !== 0) added[name] = amount;
    }
    const result = await commitStep(database, {
      ...commit,
      units: [],
      followUp: [],
      counts: added,
      also: [...(commit.also ?? []), ...failureRows(commit, failed)],
    });
    return { ...result, failures: recordedFailures(commit, failed) };
  }
}

function failureRows(commit: StepCommit, failed: Refused): Statement[] {
  const offenders = recordedFailures(commit, failed);
  if (offenders.length === 0) return [];
  return [insertFailures(commit, offenders)];
}
