/** A document as the server keeps it. */
export type Stored = Readonly<Record<string, unknown>> & { readonly id: string };

/** A query that the fake does not understand; the real one has more. */
export class BadQueryError extends Error {}

/** Whether a value of a field is one of those that are asked for. */
function holds(value: unknown, wanted: readonly string[]): boolean {
  const values = Array.isArray(value) ? value : [value];
  return values.some((one) => wanted.includes(String(one)));
}

/**
 * A filter query as a test on documents: `*:*`, or `field:value`, `field:(a b)` and their negations, joined by AND. What is only negations
 * finds nothing, as in Lucene.
 */
export function queryOf(text: string): (document: Stored) => boolean {
  if (text === "*:*") return () => true;
  const terms = text.split(" AND ").map((term) => {
    const [, minus, field, value] = /^(-?)(\w+):(?:"([^"]+)"|\(([^)]+)\)|([^\s:()"]+))$/
      .exec(term)
      ?.map((part, at, all) => (at === 3 ? (all[3] ?? all[4] ?? all[5]) : part)) ?? [
      undefined,
      undefined,
      undefined,
      undefined,
    ];
    if (field === undefined || value === undefined) throw new BadQueryError(`Cannot parse '${term}'`);
    return { negative: minus === "-", field, wanted: value.trim().split(/\s+/) };
  });
  if (terms.every(({ negative }) => negative)) return () => false;
  return (document) => terms.every(({ negative, field, wanted }) => holds(document[field], wanted) !== negative);
}
