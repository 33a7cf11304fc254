import { RowProblem } from "../../../learning/imports/row.ts";
import type { Unit } from "../../contract.ts";
import { type RowOutcome, unitOrNone } from "../../unit-of.ts";

/** The unit of one row of a file; null where it is passed over. A {@link RowProblem} that is thrown is its (expected) failure. */
export function rowUnit<N extends string = never>(
  ref: string,
  build: () => RowOutcome<N> | Promise<RowOutcome<N>>,
): Promise<Unit<N> | null> {
  return unitOrNone<N>(ref, async () => {
    try {
      return await build();
    } catch (error) {
      if (!(error instanceof RowProblem)) throw error;
      return { writes: [], failure: { code: error.code, message: error.message } };
    }
  });
}
