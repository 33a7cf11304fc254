import type { Processor } from "./contract.ts";

/** The processors that exist, by id and alias, and the order that their `after` sets. */
export interface Catalogue {
  /** The processor with this id or alias; null when there is none (an older release may have stored its runs). */
  find(id: string): Processor | null;
  /** All of them, by group and id. */
  all(): readonly Processor[];
  /** Ids of all processors that `id` must run behind, directly or through others. */
  before(id: string): ReadonlySet<string>;
}

/** Two processors share an id or alias, or `after` runs in a circle. Thrown when a catalogue is built, so never in a released product. */
export class CatalogueError extends Error {
  readonly code = "invalid_catalogue";
}

/** Builds a catalogue. Ids named in `after` that do not exist (yet) are ignored. @throws {CatalogueError} */
export function createCatalogue(processors: readonly Processor[]): Catalogue {
  const byId = new Map<string, Processor>();
  for (const processor of processors) {
    for (const id of [processor.id, ...(processor.aliases ?? [])]) {
      if (byId.has(id)) throw new CatalogueError(`The id ${id} is taken twice`);
      byId.set(id, processor);
    }
  }
  const before = new Map<string, Set<string>>();
  const collect = (processor: Processor, path: readonly string[]): Set<string> => {
    const known = before.get(processor.id);
    if (known) return known;
    if (path.includes(processor.id))
      throw new CatalogueError(`after runs in a circle: ${[...path, processor.id].join(" > ")}`);
    const found = new Set<string>();
    for (const id of processor.after) {
      const earlier = byId.get(id);
      if (!earlier) continue;
      found.add(earlier.id);
      for (const further of collect(earlier, [...path, processor.id])) found.add(further);
    }
    before.set(processor.id, found);
    return found;
  };
  for (const processor of processors) collect(processor, []);
  const sorted = [...processors].sort((a, b) => a.group.localeCompare(b.group) || a.id.localeCompare(b.id));
  return {
    find: (id) => byId.get(id) ?? null,
    all: () => sorted,
    before: (id) => before.get(byId.get(id)?.id ?? id) ?? new Set(),
  };
}
