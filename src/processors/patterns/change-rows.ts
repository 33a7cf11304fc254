import type { SQL } from "drizzle-orm";
import { z } from "zod";
import type { RunContext, Step, Unit, Write } from "../contract.ts";
import { unitOf } from "../unit-of.ts";
import { pages } from "./pages.ts";

/** The cursor of a processor that goes through rows by their id: the last one it has dealt with. */
export const afterId = z.strictObject({ after: z.int() });
export type AfterId = z.output<typeof afterId>;

/** What {@link changeRows} takes. `Row`: what is read of each, `N`: the processor's own counts. */
export interface ChangeRows<Row extends { readonly id: number }, N extends string> {
  /** What a row is, for its reference: `component` → `component:17`. */
  readonly entity: string;
  /** Up to `limit` rows with an id above `after`, in the order of their ids: a `select`, or `` sql<Row>`…` `` where it joins tables. */
  readonly find: (after: number, limit: number) => SQL<Row>;
  /**
   * What is to be done with a row: its writes, or a whole unit where it has counts or a failure of its own; null: it is not
   * this run's, and is not counted. A throw is the row's failure.
   */
  readonly change: (row: Row) => Outcome<NoInfer<N>> | Promise<Outcome<NoInfer<N>>>;
}

type Outcome<N extends string> = readonly Write<N>[] | Omit<Unit<N>, "ref"> | null;

/**
 * A processor that looks at rows of one kind and changes each by itself: statuses, marks, dates.
 *
 * ```ts
 * run: (context) =>
 *   changeRows(context, {
 *     entity: "person",
 *     find: (after, limit) => select(persons, ["id"], sql`WHERE client_id = ${thisClient} AND id > ${after} … ORDER BY id LIMIT ${limit}`),
 *     change: ({ id }) => [{ write: sql`UPDATE persons SET …`, audit: { entity: "person", id, action: "lock" } }],
 *   }),
 * ```
 */
export async function* changeRows<Row extends { readonly id: number }, N extends string = never>(
  context: Pick<RunContext<object, AfterId>, "rows" | "cursor"> & {
    readonly parameters: { readonly chunkSize: number };
  },
  { entity, find, change }: ChangeRows<Row, N>,
): AsyncGenerator<Step<AfterId, N>, undefined> {
  const { rows, cursor, parameters } = context;
  const read = (after: number) => rows.all<Row>(find(after, parameters.chunkSize));
  for await (const page of pages(cursor?.after ?? 0, read, ({ id }) => id)) {
    const units: Unit<N>[] = [];
    for (const row of page.rows) {
      let passedOver = false;
      const unit = await unitOf<N>(`${entity}:${row.id}`, async () => {
        const outcome = await change(row);
        passedOver = outcome === null;
        if (outcome === null) return { writes: [] };
        return "writes" in outcome ? outcome : { writes: outcome };
      });
      if (!passedOver) units.push(unit);
    }
    yield { units, cursor: { after: page.after } };
  }
  return undefined;
}
