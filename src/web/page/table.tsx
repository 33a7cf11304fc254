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
  /** The cell speaks for itself: on a narrow screen it stands without its label. */
  readonly bare?: boolean;
}

/**
 * A table that becomes a stack of cards on a narrow screen. The roles are spelled out because `display: block` takes them
 * from a table's parts.
 *
 * @param props.lean for a hundred rows: the script spells the roles out, which saves a tenth of the page
 */
export function Table<R>(props: {
  caption: string;
  columns: readonly Column<R>[];
  rows: readonly R[];
  lean?: boolean;
}) {
  const role = (name: string) => (props.lean ? undefined : name);
  return (
    <div class="rows">
      <table class="stack" role={role("table")}>
        <caption class="unseen">{props.caption}</caption>
        <thead role={role("rowgroup")}>
          <tr role={role("row")}>
            {props.columns.map(({ label, right, wide, unseenLabel }) => (
              <th role={role("columnheader")} scope="col" class={right ? "right" : wide ? "wide" : undefined}>
                {unseenLabel ? <span class="unseen">{label}</span> : label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role={role("rowgroup")}>
          {props.rows.map((row) => (
            <tr role={role("row")}>
              {props.columns.map(({ label, cell, head, right, unseenLabel, bare }) =>
                head ? (
                  <th role={role("rowheader")} scope="row">
                    {cell(row)}
                  </th>
                ) : bare ? (
                  <td role={role("cell")}>{cell(row)}</td>
                ) : (
                  <td
                    role={role("cell")}
                    class={right ? "right" : undefined}
                    data-label={unseenLabel ? undefined : label}
                  >
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
