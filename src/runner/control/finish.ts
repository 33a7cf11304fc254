import type { SQL } from "drizzle-orm";
import { consequences } from "../../control/runs/endings.ts";
import { toFollows, type WhatFollows, whatFollows } from "../../control/runs/open-runs.ts";
import type { LogLine } from "../../control/runs/run-logs.ts";
import type { Run } from "../../control/runs/runs.ts";
import { finish, finishable, finishing, type Reached } from "../../control/runs/transitions.ts";
import type { Database, Statement } from "../../store/database.ts";
import { failures } from "../../store/schema.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, rowsOf, statement } from "../../store/statement.ts";
import type { Ending } from "../../store/step/step.ts";
import { partialWords } from "../endings.ts";

/** Failures that a run's row names (handbook, rules: counts). */
const NAMED_FAILURES = 100;

/** How a run ends, as the control tables are told. */
export interface End extends Reached {
  readonly ending: Ending;
  /** What its log still lacks; the line of the end is added. */
  readonly log: readonly LogLine[];
  /** Its first failures, where its store is another database; null: they are in this one, and are copied from there. */
  readonly errors: Run["errors"] | null;
}

/** The message and the failures of a run that ends, as SQL. */
function words(run: Run, { ending, counts, errors }: End): { readonly message: SQL; readonly errors: SQL } {
  const said = ending.message === undefined ? undefined : sql`${ending.message}`;
  if ((counts.failed ?? 0) === 0) return { message: said ?? sql`NULL`, errors: sql`'[]'` };
  const first = errors
    ? errors[0] && sql`${`${errors[0].ref}: ${errors[0].message}`}`
    : sql`(SELECT ref || ': ' || message FROM failures WHERE run_id = ${run.id} ORDER BY id LIMIT 1)`;
  const partial = partialWords(ending, counts);
  return {
    message: said ?? (partial !== undefined && first ? sql`(${partial} || ${first})` : sql`NULL`),
    errors: errors
      ? sql`${JSON.stringify(errors)}`
      : sql`(SELECT json_group_array(json_object('ref', ref, 'code', code, 'message', message))
          FROM (SELECT ref, code, message FROM failures WHERE run_id = ${run.id} ORDER BY id LIMIT ${NAMED_FAILURES}))`,
  };
}

/** The line of a log with which a run ends; its message is made in the database. @param now ms */
const lastLine = ({ ending, counts }: End, now: number) => ({
  at: now,
  level: ending.state === "failed" ? "error" : "info",
  message: null,
  data: counts,
});

/**
 * The statements that finish a run in the control tables: statistics and what else follows, the last of its log, its final state, and
 * what its client has to do next ({@link followsOf}). A second time they change nothing. What follows from the end comes first and asks
 * for the run as it still is.
 *
 * @param now ms
 */
export function finishStatements(run: Run, end: End, now: number): Statement[] {
  const { state } = end.ending;
  const said = words(run, end);
  const log = JSON.stringify([...end.log, lastLine(end, now)]);
  return [
    ...consequences(finishing(run, state), now, { state, load: run.load, dryRun: run.dryRun }),
    statement(sql`INSERT INTO run_logs (run_id, at, level, message, data)
        SELECT ${run.id}, value ->> 'at', value ->> 'level', coalesce(value ->> 'message', ${`Ended: ${state}`} || coalesce(' – ' || ${said.message}, '')),
          value ->> 'data'
        FROM json_each(${log}) WHERE EXISTS (SELECT 1 FROM runs WHERE ${finishable(run)}) ORDER BY key`),
    finish(run, end.ending, { ...end, ...said }, now),
    statement(whatFollows(run.clientId, now)),
  ];
}

/** What the last of the {@link finishStatements} answered. */
export function followsOf(results: Awaited<ReturnType<Database["batch"]>>): WhatFollows | null {
  const [row] = rowsOf(results.at(-1), whatFollows(0, 0));
  return row ? toFollows(row) : null;
}

/** Finishes a run in the control tables ({@link finishStatements}), in one batch. */
export async function finishRun(control: Database, run: Run, end: End, now: number): Promise<WhatFollows | null> {
  return followsOf(await control.batch(finishStatements(run, end, now), "write"));
}

/** The first failures of a run, for its row. */
export async function readFailures(store: Database, runId: number): Promise<Run["errors"]> {
  return await read(
    store,
    select(failures, ["ref", "code", "message"], sql`WHERE run_id = ${runId} ORDER BY id LIMIT ${NAMED_FAILURES}`),
  );
}
