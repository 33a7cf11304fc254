// biome-ignore-all lint/a11y/noRedundantRoles: on narrow screens the parts become blocks, which takes their own roles away
import type { Child } from "hono/jsx";

/** A column of a {@link Table}. */
export interface Column<R> {
  readonly label: string;
  readonly cell: (row: R) => Child;
  /** The column that names the row. */
  readonly head?: boolean;
  readonly right?: boolean;
  /** Gets room for a name of several words. */
  readonly wide?: boolean;
  /** The label is for screen readers only. */
  readonly unseenLabel?: boolean;
}

/**
 * A table that becomes a stack of cards on a narrow screen. The roles are spelled out because `display: block` takes them
 * from a table's parts.
 */
export function Table<R>(props: { caption: string; columns: readonly Column<R>[]; rows: readonly R[] }) {
  return (
    <div class="rows">
      <table class="stack" role="table">
        <caption class="unseen">{props.caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {props.columns.map(({ label, right, wide, unseenLabel }) => (
              <th role="columnheader" scope="col" class={right ? "right" : wide ? "wide" : undefined}>
                {unseenLabel ? <span class="unseen">{label}</span> : label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {props.rows.map((row) => (
            <tr role="row">
              {props.columns.map(({ label, cell, head, right, unseenLabel }) =>
                head ? (
                  <th role="rowheader" scope="row">
                    {cell(row)}
                  </th>
                ) : (
                  <td role="cell" class={right ? "right" : undefined} data-label={unseenLabel ? undefined : label}>
                    <div>{cell(row)}</div>
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
