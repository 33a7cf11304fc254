import type { SQL } from "drizzle-orm";
import { z } from "zod";
import type { RunContext, Step, Unit } from "../contract.ts";
import { type RowOutcome, unitOrNone } from "../unit-of.ts";
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
  /** What is to be done with a row. A throw is the row's failure. */
  readonly change: (row: Row) => RowOutcome<NoInfer<N>> | Promise<RowOutcome<NoInfer<N>>>;
}

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
      const unit = await unitOrNone<N>(`${entity}:${row.id}`, () => change(row));
      if (unit) units.push(unit);
    }
    yield { units, cursor: { after: page.after } };
  }
  return undefined;
}
