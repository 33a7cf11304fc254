import type { Run, Values } from "./time-facts.ts";

/** How a language says lists of values. */
export interface Lists {
  /** `a, b and c`; a pair within the items counts as two of them. @param items at least one */
  readonly list: (items: readonly string[]) => string;
  /** `2 to 5`; two neighbours are a pair, `2, 3`, and one value stands alone. */
  readonly stretch: (run: Run, word: (value: number) => string) => string;
  /** One value, or all stretches as a list; '' for every other shape. */
  readonly inList: (values: Values, word: (value: number) => string) => string;
}

/**
 * The lists of a language.
 *
 * @param and between the last two items
 * @param to between the ends of a stretch
 */
export function listsWith(and: string, to: string): Lists {
  const list: Lists["list"] = (items) => {
    const single = items.flatMap((item) => item.split(", "));
    const last = single.pop() as string;
    return single.length === 0 ? last : `${single.join(", ")} ${and} ${last}`;
  };
  const stretch: Lists["stretch"] = ([first, last], word) => {
    if (first === last) return word(first);
    return last - first === 1 ? `${word(first)}, ${word(last)}` : `${word(first)} ${to} ${word(last)}`;
  };
  const inList: Lists["inList"] = (values, word) => {
    if (values.kind === "one") return word(values.value);
    return values.kind === "runs" ? list(values.runs.map((run) => stretch(run, word))) : "";
  };
  return { list, stretch, inList };
}
