import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { nodes } from "../../control/schema.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import type { Ending } from "../../store/step/step.ts";
import { type CountsOf, type Effect, effect, type Nodes, noAction, type RunContext, type Unit } from "../contract.ts";
import { pages } from "./pages.ts";

/** The cursor of a processor that brings changes to a node: the version up to which the node has them. */
export const upToVersion = z.strictObject({ version: z.int() });
export type UpToVersion = z.output<typeof upToVersion>;

/** What {@link pushChanges} takes. `Row`: what is read of each change, `N`: the processor's own counts. */
export interface PushChanges<Row extends { readonly version: number }, N extends string> {
  /** What travels, as the node is told. */
  readonly kind: Parameters<Nodes["push"]>[1]["kind"];
  /** The same for readers of a log. */
  readonly what: string;
  /** Where a node's version stands. */
  readonly column: "textVersion" | "searchConfigVersion";
  /** Send everything again, not only what the node lacks. */
  readonly all: boolean;
  /** Some `limit` changes with a version above `after`, in the order of their versions; all of one version come together. */
  readonly find: (after: number, limit: number) => SQL<Row>;
  /** What of a page of changes the node is sent, the count of what it takes up, and failures of changes that it cannot. */
  readonly pack: (page: readonly Row[]) => {
    readonly items: readonly unknown[];
    readonly counts: CountsOf<NoInfer<N>>;
    readonly failed?: readonly Unit<NoInfer<N>>[];
  };
}

/**
 * A processor that brings changes to a node, a chunk at a time in the order of their versions. The node's version is raised behind each
 * chunk, so a node that goes away loses nothing and gets nothing twice for long.
 *
 * ```ts
 * run: (context) =>
 *   pushChanges(context, {
 *     kind: "texts",
 *     what: "texts",
 *     column: "textVersion",
 *     all: context.parameters.full,
 *     find: changedTexts,
 *     pack: (page) => ({ items: page, counts: { texts: page.length } }),
 *   }),
 * ```
 */
export async function* pushChanges<Row extends { readonly version: number }, N extends string = never>(
  context: Pick<RunContext<object, UpToVersion>, "run" | "rows" | "now" | "nodes" | "cursor"> & {
    readonly parameters: { readonly chunkSize: number };
  },
  { kind, what, column, all, find, pack }: PushChanges<Row, N>,
): AsyncGenerator<Effect<unknown, UpToVersion, N>, Ending | undefined> {
  const { run, rows, now, nodes: reached, parameters, cursor } = context;
  const wanted = run.nodeId === "" ? sql`` : sql`WHERE id = ${run.nodeId}`;
  const node = await rows.first(select(nodes, ["id", column], sql`${wanted} ORDER BY id`));
  if (!node) return noAction(run.nodeId === "" ? "There is no node yet" : `The node ${run.nodeId} is gone`);
  const { id } = node;
  let from = cursor?.version ?? (all ? 0 : Number(node[column]));
  const read = (after: number) => rows.all<Row>(find(after, parameters.chunkSize));
  for await (const page of pages(from, read, (row) => row.version)) {
    const version = page.after;
    const { items, counts, failed = [] } = pack(page.rows);
    const reachedVersion = sql.identifier(nodes[column].name);
    yield* effect<typeof counts, UpToVersion, N>({
      key: `${kind}:${id}:${from}-${version}`,
      description: `${items.length} ${what} to node ${id}`,
      repeatable: true,
      call: async () => {
        await reached.push(id, { kind, version, items });
        return counts;
      },
      settle: () => [
        {
          ref: `node:${id}`,
          writes: [
            sql`UPDATE nodes SET ${reachedVersion} = max(${reachedVersion}, ${version}), last_seen_at = ${now} WHERE id = ${id}`,
          ],
          counts,
        },
        ...failed,
      ],
      cursor: { version },
    });
    from = version;
  }
  return undefined;
}
