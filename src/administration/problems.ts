import type { z } from "zod";
import { inputWords } from "./input-words.ts";
import type { Problem } from "./jobs/job-input.ts";

/** Input that was refused whole, with every problem by field. */
export interface Invalid {
  readonly state: "invalid";
  readonly problems: readonly Problem[];
}

/** One problem, as a refusal. */
export function invalid(field: string, message: string): Invalid {
  return { state: "invalid", problems: [{ field, message }] };
}

/**
 * Checks an administrator's input against its schema.
 *
 * @param noun what the fields belong to, for a field that does not exist: `A pause`
 */
export function readFields<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  noun: string,
): { readonly state: "valid"; readonly fields: z.output<Schema> } | Invalid {
  const parsed = schema.safeParse(input, { error: inputWords });
  if (parsed.success) return { state: "valid", fields: parsed.data };
  const problems = parsed.error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({
          field: [...issue.path, key].join("."),
          message: `${noun} has no field "${key}"; remove it`,
        }))
      : [{ field: issue.path.join("."), message: issue.message }],
  );
  return { state: "invalid", problems };
}
