import { type Catalogue, createCatalogue } from "../../processors/catalogue.ts";
import type { Processor } from "../../processors/contract.ts";

/** How long runs took by the wall clock (ms), by run. */
export type Durations = ReadonlyMap<number, number>;

/** A catalogue whose processors note how long each run is at work, its commits included: a virtual clock cannot tell. */
export function timedCatalogue(catalogue: Catalogue): { readonly catalogue: Catalogue; readonly durations: Durations } {
  const durations = new Map<number, number>();
  const timed = (processor: Processor): Processor => ({
    ...processor,
    async *run(context) {
      const start = performance.now();
      try {
        return yield* processor.run(context);
      } finally {
        const { id } = context.run;
        durations.set(id, (durations.get(id) ?? 0) + performance.now() - start);
      }
    },
  });
  return { catalogue: createCatalogue(catalogue.all().map(timed)), durations };
}
