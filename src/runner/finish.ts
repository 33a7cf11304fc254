import { sql } from "drizzle-orm";
import { consequences } from "../control/runs/endings.ts";
import type { Run } from "../control/runs/runs.ts";
import { finish, finishable, finishing } from "../control/runs/transitions.ts";
import type { Database } from "../store/database.ts";
import { failures } from "../store/schema.ts";
import { select } from "../store/select.ts";
import { read, statement } from "../store/statement.ts";
import type { Ending } from "../store/step/step.ts";
import type { Heartbeat } from "./progress.ts";

/**
 * Finishes a run in the control tables: terminal state, statistics, the last of its log, in one batch; a second call
 * changes nothing. What follows from it comes first and asks for the run as it still is.
 */
export async function finishRun(
  control: Database,
  run: Run,
  ending: Ending,
  report: Heartbeat & Pick<Run, "errors">,
  now: number,
): Promise<void> {
  await control.batch(
    [
      ...consequences(finishing(run, ending.state), now),
      statement(sql`INSERT INTO run_logs (run_id, at, level, message, data)
        SELECT ${run.id}, value ->> 'at', value ->> 'level', value ->> 'message', value ->> 'data' FROM json_each(${JSON.stringify(report.log)})
        WHERE EXISTS (SELECT 1 FROM runs WHERE ${finishable(run)})`),
      finish(run, ending, report, now),
    ],
    "write",
  );
}

/** The first failures of a run, for its row: at most 100 (handbook, rules: counts). */
export async function readFailures(store: Database, runId: number, limit = 100): Promise<Run["errors"]> {
  return await read(
    store,
    select(failures, ["ref", "code", "message"], sql`WHERE run_id = ${runId} ORDER BY id LIMIT ${limit}`),
  );
}
