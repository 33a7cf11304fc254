import type { german } from "./german.ts";

/** A text of the pages in English. One that has no German is none of these, so the compiler finds it. */
export type English = keyof typeof german;

/** The names in a text's placeholders: `"count" | "name"` for `{count} jobs of {name}`. */
type Names<T extends string> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;

/** What a placeholder may hold. A number is a quantity and written as the reader's language does (`1,204`); an id is a string. */
export type Value = string | number | Said;

/** One value for each placeholder of a text; no argument at all for a text without. */
export type Filling<T extends string, V = Value> = [Names<T>] extends [never]
  ? []
  : [values: Readonly<Record<Names<T>, V>>];

/** A text that is said later, in its reader's language: the message of an error, a value within another text. */
export interface Said {
  readonly text: English;
  readonly values: Readonly<Record<string, Value>>;
}

/**
 * Keeps a text for its later reader. Its placeholders are checked as those of `t`.
 *
 * @example throw new PageError(409, "Not allowed", say("{name} is running", { name: job.name }));
 */
export function say<T extends English>(text: T, ...[values]: Filling<T>): Said {
  return { text, values: values ?? {} };
}
