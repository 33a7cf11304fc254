/** A page of rows, and the key behind which the next one starts. */
export interface Page<Row, Key> {
  readonly rows: readonly Row[];
  readonly after: Key;
}

/**
 * Reads rows behind a key, page by page in the order of the key, until there are none. It never asks "which are left", so a
 * dry run ends and a resumed run goes on.
 *
 * ```ts
 * for await (const { rows, after } of pages(cursor?.after ?? 0, (from) => readCourses(from, chunkSize), ({ id }) => id)) {
 *   yield { units: rows.map(unitOfCourse), cursor: { after } };
 * }
 * ```
 *
 * @param from the key behind which the first page starts
 * @param read a page of rows behind a key; an empty one ends it
 * @param keyOf the key of a row
 */
export async function* pages<Row, Key>(
  from: Key,
  read: (after: Key) => Promise<readonly Row[]>,
  keyOf: (row: Row) => Key,
): AsyncGenerator<Page<Row, Key>, undefined> {
  let after = from;
  for (;;) {
    const rows = await read(after);
    const last = rows.at(-1);
    if (last === undefined) return undefined;
    after = keyOf(last);
    yield { rows, after };
  }
}
