import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { leadMissed } from "../../store/change.ts";
import { thisRun } from "../../store/statement.ts";
import type { Ending, Failure } from "../../store/step/step.ts";
import {
  defineProcessor,
  noAction,
  type Processor,
  type RunContext,
  RunFailure,
  type Unit,
  type Yielded,
} from "../contract.ts";
import { withCursors } from "../patterns/phases.ts";
import { failureOf } from "../unit-of.ts";
import { type UpdateStep, updateSteps } from "./update-steps.ts";

/** Attempts after which only a start by hand begins a step again. */
const ATTEMPTS = 5;

/** A list of steps in which two have the same id or position: a bug of the release. */
export class UpdateStepsError extends Error {
  readonly code = "update_steps";
}

/** @throws {UpdateStepsError} */
function inOrder(steps: readonly UpdateStep[]): readonly UpdateStep[] {
  for (const key of ["id", "position"] as const) {
    const values = steps.map((step) => step[key]);
    const twice = values.find((value, index) => values.indexOf(value) !== index);
    if (twice !== undefined) throw new UpdateStepsError(`Two update steps have the ${key} ${twice}; give one another`);
  }
  return steps.toSorted((one, other) => one.position - other.position);
}

const parametersOf = (steps: readonly UpdateStep[]) =>
  z.strictObject({
    stepId: z
      .string()
      .refine((id) => steps.some((step) => step.id === id), {
        message: "This release has no update step of this name; leave the field empty to carry out all that are open",
      })
      .nullable()
      .default(null)
      .describe("Carry out this step only. Empty: all that are not done"),
  });

/** `behind`: the last step that this run is through with; `at`: the step that it has begun, and the step's own cursor. */
interface Cursor {
  readonly behind: string | null;
  readonly at: { readonly step: string; readonly from: unknown } | null;
}

/** A cursor that names a step which the release no longer has does not fit. */
const cursorOf = (steps: readonly UpdateStep[]): z.ZodType<Cursor> =>
  z.strictObject({
    behind: z.string().nullable(),
    at: z.union([
      z.null(),
      ...steps.map(({ id, cursor }) => z.strictObject({ step: z.literal(id), from: cursor.nullable() })),
    ]),
  });

type Context = RunContext<z.output<ReturnType<typeof parametersOf>>, Cursor>;
type Updating = AsyncGenerator<Yielded<Cursor, "steps">, Ending | undefined, unknown>;

/**
 * Handbook, catalogue: StorageUpdater. An attempt counts when it begins, so that one which ends with its run, without a word, counts too.
 * A failed step ends the run's work; its row says why.
 *
 * @param given the steps; the product's are {@link updateSteps}
 * @throws {UpdateStepsError} when two have the same id or position
 */
export function storageUpdater(given: readonly UpdateStep[]): Processor {
  const steps = inOrder(given);
  return defineProcessor({
    id: "StorageUpdater",
    group: "platform",
    title: "Update stored files",
    summary: "Carries out the steps of a release's update that need the file store.",
    scope: "global",
    store: "control",
    load: "light",
    suggestedCron: "0 1/5 * * * ?",
    after: [],
    misfire: "skip",
    // What a step finds may follow from the step before it, which a dry run does not carry out.
    dryRun: "lower_bound",
    parameters: parametersOf(steps),
    cursor: cursorOf(steps),
    // Steps that are done say so themselves.
    nextRunFrom: () => null,
    counts: ["steps"],
    // Whatever is not done: also a step that failed, or that only a start by hand begins again.
    quiet: ({ clients }) => sql`SELECT c.client_id FROM (${clients}) c WHERE EXISTS
      (SELECT 1 FROM json_each(${JSON.stringify(steps.map(({ id }) => id))}) step
        WHERE NOT EXISTS (SELECT 1 FROM update_steps done WHERE done.id = step.value AND done.state = 'done'))`,
    run: (context) => carryOut(context, steps),
  });
}

/** The product's {@link storageUpdater}. */
export const StorageUpdater = storageUpdater(updateSteps);

async function* carryOut(context: Context, steps: readonly UpdateStep[]): Updating {
  const { run, rows, files, parameters } = context;
  if (files.missing) return noAction("There is no file store, so no step was carried out");
  let { behind, at } = context.cursor ?? { behind: null, at: null };
  for (;;) {
    if (!at) {
      if (parameters.stepId !== null && behind !== null) return undefined;
      const open = await firstOpen(context, steps, behind);
      const barred = parameters.stepId === null ? null : barredBy(open, parameters.stepId, steps);
      if (barred) return barred;
      // The step that this run is through with is still open: some of its rows failed.
      if (!open || open.id === behind) return undefined;
      if (open.attempts >= ATTEMPTS && run.kind !== "manual") {
        yield { units: [givenUp(open)], cursor: { behind: steps.at(-1)?.id ?? null, at: null } };
        return undefined;
      }
      at = { step: open.id, from: null };
      yield { cursor: { behind, at }, also: run.dryRun ? [] : [begin(stepOf(steps, open.id), context.now)] };
    }
    const { step: id, from } = at;
    if (!run.dryRun && !(await rows.first(selectOwn(id)))) {
      return behind === null ? noAction(`Another run is at the step ${id}`) : undefined;
    }
    const step = stepOf(steps, id);
    const before: string | null = behind;
    try {
      yield* withCursors(step.run(context, from), (own) => ({ behind: before, at: { step: id, from: own } }));
    } catch (error) {
      const failure = stepFailure(error);
      yield { units: [failed(context, step, failure)], cursor: { behind: steps.at(-1)?.id ?? null, at: null } };
      return undefined;
    }
    behind = id;
    at = null;
    yield { units: [finished(context, step)], cursor: { behind, at } };
  }
}

/** A step that is not done, as its row says. */
interface Open {
  readonly id: string;
  readonly attempts: number;
  readonly error: string | null;
}

/** The first step that is not done; from the one that the run is through with on, or behind it where nothing was written. */
function firstOpen({ run, rows }: Context, steps: readonly UpdateStep[], behind: string | null): Promise<Open | null> {
  const place = steps.findIndex(({ id }) => id === behind);
  const ids = steps.slice(run.dryRun ? place + 1 : Math.max(place, 0)).map(({ id }) => id);
  if (ids.length === 0) return Promise.resolve(null);
  return rows.first(sql<Open>`SELECT s.value AS id, coalesce(attempts, 0) AS attempts, error
    FROM json_each(${JSON.stringify(ids)}) s LEFT JOIN update_steps ON update_steps.id = s.value
    WHERE state IS NOT 'done' ORDER BY s.key LIMIT 1`);
}

/**
 * Why a single step is not carried out; null: it is its turn.
 * @throws {RunFailure} `earlier_step_open`
 */
function barredBy(open: Open | null, stepId: string, steps: readonly UpdateStep[]): Ending | null {
  const placeOf = (id: string) => steps.findIndex((step) => step.id === id);
  if (open === null || placeOf(open.id) > placeOf(stepId)) return noAction(`The step ${stepId} is done already`);
  if (open.id === stepId) return null;
  const message = `stepId: the step ${stepId} waits for ${open.id}, which is not done; carry that one out first`;
  throw new RunFailure("earlier_step_open", message);
}

function stepOf(steps: readonly UpdateStep[], id: string): UpdateStep {
  return steps.find((step) => step.id === id) as UpdateStep;
}

/** The run begins a step, unless another run that has not ended is at it. */
function begin({ id, position }: UpdateStep, now: number): SQL {
  return sql`INSERT INTO update_steps (id, position, state, attempts, run_id, started_at)
    VALUES (${id}, ${position}, 'running', 1, ${thisRun}, ${now})
    ON CONFLICT (id) DO UPDATE SET position = excluded.position, state = 'running', attempts = attempts + 1, run_id = excluded.run_id,
      started_at = excluded.started_at, ended_at = NULL
    WHERE state <> 'done' AND (state <> 'running'
      OR NOT EXISTS (SELECT 1 FROM runs r WHERE r.id = update_steps.run_id AND r.ended_at IS NULL))`;
}

/** A row if this run is the one that is at the step. */
function selectOwn(id: string): SQL {
  return sql`SELECT id FROM update_steps WHERE id = ${id} AND run_id = ${thisRun} AND state = 'running'`;
}

/** Ends the run's attempt at a step. In a dry run none was begun. */
function end({ run, now }: Context, step: UpdateStep, state: "done" | "failed", error: string | null, when: SQL): SQL {
  const own = run.dryRun ? sql`state <> 'done'` : sql`state = 'running' AND run_id = ${thisRun}`;
  return sql`INSERT INTO update_steps (id, position, state, attempts, run_id, started_at, ended_at, error)
    SELECT ${step.id}, ${step.position}, ${state}, 1, ${thisRun}, ${now}, ${now}, ${error} WHERE ${when}
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, ended_at = excluded.ended_at, error = excluded.error WHERE ${own}`;
}

/** The step is done, unless rows of it failed: a run goes on behind no step that failed, so its failures are this step's. */
function finished(context: Context, step: UpdateStep): Unit<"steps"> {
  const noFailure = sql`NOT EXISTS (SELECT 1 FROM failures WHERE run_id = ${thisRun})`;
  const why = `Rows of it failed; run ${context.run.id} lists them`;
  return {
    ref: `step:${step.id}`,
    writes: [
      { write: end(context, step, "done", null, noFailure), count: "steps" },
      end(context, step, "failed", why, leadMissed),
    ],
  };
}

function failed(context: Context, step: UpdateStep, failure: Failure): Unit<"steps"> {
  return { ref: `step:${step.id}`, writes: [end(context, step, "failed", failure.message, sql`true`)], failure };
}

function givenUp({ id, attempts, error }: Open): Unit<"steps"> {
  const last = error === null ? "" : ` The last error: ${error}`;
  const message = `Not begun again after ${attempts} attempts; once its cause is mended, start the job by hand.${last}`;
  return { ref: `step:${id}`, writes: [], failure: { code: "given_up", message } };
}

/** What a throw means for the step. @throws the error itself where it concerns the run, or passes with the run's next attempt */
function stepFailure(error: unknown): Failure {
  const own = error instanceof RunFailure && !error.retry ? new Error(error.message) : error;
  return { code: "step_failed", message: failureOf(own).message };
}
