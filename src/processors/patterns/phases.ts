import { z } from "zod";
import { isEffect, type Yielded } from "../contract.ts";

/** One phase: works from its own cursor (null: from its start) to its end. */
export type Phase<At, N extends string> = (from: At | null) => AsyncGenerator<Yielded<At, N>, void, unknown>;

/** The schemas of the phases' cursors, by the phases' names in the order in which they are worked. */
export type PhaseSchemas = Readonly<Record<string, z.ZodType>>;

/** Where a run with phases stands: the phase, and its cursor in it. */
export type PhaseCursor<S extends PhaseSchemas> = {
  readonly [Name in keyof S & string]: { readonly phase: Name; readonly at: z.output<S[Name]> };
}[keyof S & string];

/** The schema of a run's cursor with phases, from the schemas of the phases' own cursors. */
export function phaseCursor<const S extends PhaseSchemas>(schemas: S): z.ZodType<PhaseCursor<S>> {
  const options = Object.entries(schemas).map(([name, at]) => z.strictObject({ phase: z.literal(name), at }));
  return z.union(options) as unknown as z.ZodType<PhaseCursor<S>>;
}

/** What each phase does, by its name. */
export type PhaseWork<S extends PhaseSchemas, N extends string> = {
  readonly [Name in keyof S & string]: Phase<z.output<S[Name]>, N>;
};

/**
 * Works through phases one after the other, in the order in which `schemas` names them; the checkpoint holds `{ phase, at }`. A run
 * that is taken up again goes on in the phase that its cursor names.
 *
 * ```ts
 * const at = { fill: afterId, cancel: afterId };
 * // cursor: phaseCursor(at)
 * run: (context) => phases(context.cursor, at, { fill: (from) => fill(context, from), cancel: (from) => cancel(context, from) }),
 * ```
 */
export async function* phases<const S extends PhaseSchemas, N extends string = never>(
  cursor: PhaseCursor<S> | null,
  schemas: S,
  work: PhaseWork<S, N>,
): AsyncGenerator<Yielded<PhaseCursor<S>, N>, undefined, unknown> {
  const names = Object.keys(schemas) as (keyof S & string)[];
  const first = cursor === null ? 0 : names.indexOf(cursor.phase);
  for (const phase of names.slice(first)) {
    const from = cursor?.phase === phase ? (cursor.at as z.output<S[typeof phase]>) : null;
    yield* withCursors(work[phase](from), (at) => ({ phase, at }) as PhaseCursor<S>);
  }
  return undefined;
}

/**
 * The same steps and effects with another cursor: that of a part within that of its run. What the runner answers or throws at a step
 * reaches the part that made it.
 *
 * ```ts
 * yield* withCursors(listAll(context, from), (at) => ({ group, at }));
 * ```
 *
 * @param place called when a step is yielded, so that it can add what the part has found out by then
 */
export async function* withCursors<At, C, N extends string, R>(
  steps: AsyncGenerator<Yielded<At, N>, R, unknown>,
  place: (at: At) => C,
): AsyncGenerator<Yielded<C, N>, R, unknown> {
  try {
    let result = await steps.next();
    while (!result.done) {
      const { value } = result;
      const placed =
        isEffect(value) && value.cursor === undefined ? value : { ...value, cursor: place(value.cursor as At) };
      let answer: unknown;
      try {
        answer = yield placed as Yielded<C, N>;
      } catch (error) {
        result = await steps.throw(error);
        continue;
      }
      result = await steps.next(answer);
    }
    return result.value;
  } finally {
    // A run that is left in the middle leaves its parts too.
    await steps.return(undefined as R);
  }
}
