import { countUnexpectedFailures } from "../../store/failures.ts";
import type { ClientRows } from "../../store/rows.ts";
import { RunFailure, TOO_MANY_FAILURES, type Yielded } from "../contract.ts";
import type { ImportCursor } from "./import-cursor.ts";

/** Too many rows of the present file failed unexpectedly; it is to be given up. */
export class TooManyFailures extends Error {
  /** Unexpected failures of the run so far. */
  readonly unexpected: number;
  constructor(message: string, unexpected: number) {
    super(message);
    this.unexpected = unexpected;
  }
}

/**
 * Passes the work's steps on, and the runner's word that there are too many unexpected failures back to it, as
 * {@link TooManyFailures}. A run that is taken up again is told once more of failures for which a file was given up before; that
 * is kept from the work: only those since then count.
 *
 * @param maxFailures more unexpected failures than this are too many
 */
export async function* heedingFailures<R>(
  rows: ClientRows,
  maxFailures: number,
  work: AsyncGenerator<Yielded<ImportCursor>, R, unknown>,
): AsyncGenerator<Yielded<ImportCursor>, R, unknown> {
  let feed: unknown;
  let refusal: TooManyFailures | null = null;
  try {
    for (;;) {
      const next: IteratorResult<Yielded<ImportCursor>, R> = refusal
        ? await work.throw(refusal)
        : await work.next(feed);
      refusal = null;
      feed = undefined;
      if (next.done) return next.value;
      try {
        feed = yield next.value;
      } catch (error) {
        if (!(error instanceof RunFailure) || error.code !== TOO_MANY_FAILURES) throw error;
        const [count] = await rows.all<{ failed: number }>(countUnexpectedFailures());
        const unexpected = Number(count?.failed ?? 0);
        const { unexpected: before = 0 } = (next.value.cursor ?? {}) as Partial<ImportCursor>;
        if (unexpected - before > maxFailures) refusal = new TooManyFailures(error.message, unexpected);
      }
    }
  } finally {
    await work.return(undefined as R).catch(() => undefined);
  }
}
