import type { z } from "zod";
import type { RunContext, Yielded } from "../contract.ts";

/** What an update step works with. The file store of platform work holds `g/`, `temp/` and the scratch areas of nodes. */
export type UpdateContext = Omit<RunContext, "cursor">;

/**
 * One step of a release's update that needs the file store: done once for each installation, by StorageUpdater. `C`: its cursor.
 *
 * A step that fails, or whose run is cancelled, is begun anew by a later run, from its start: what it has done already must be harmless
 * to repeat.
 *
 * ```ts
 * const moveLogos: UpdateStep<{ page: string | null }> = {
 *   id: "move_logos",
 *   position: 10,
 *   cursor: z.strictObject({ page: z.string().nullable() }),
 *   async *run({ files }, from) { ... },
 * };
 * ```
 */
export interface UpdateStep<C = unknown> {
  /** Never given to another step, and never changed once it is released. */
  readonly id: string;
  /** Its place in the order; each step has its own. Ten apart, so that one fits between two. */
  readonly position: number;
  readonly cursor: z.ZodType<C>;
  /**
   * Yields steps and effects, as a processor does; the keys of effects begin with the step's id. It has failed if it throws, or if a unit of
   * its own failed.
   *
   * @param from cursor of its last step; null: from the start
   */
  run(context: UpdateContext, from: C | null): AsyncGenerator<Yielded<C>, void, unknown>;
}

/** The steps of this release and of those before it. There has been none so far. */
export const updateSteps: readonly UpdateStep[] = [];
