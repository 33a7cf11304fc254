import { z } from "zod";
import type { Processor } from "./contract.ts";

/** Parameters of every processor (handbook, rules: parameters). */
export const commonParameters = z.strictObject({
  chunkSize: z.int().min(1).max(1000).default(200).describe("Rows read and written in one step"),
  maxRows: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("Rows a run looks at, at most; the next run goes on behind the last. Empty: no limit"),
  maxFailures: z
    .int()
    .min(0)
    .default(100)
    .describe(
      "End the run as failed after more unexpected failures than this. Expected ones (a bad cell, a full course) never end it",
    ),
});

/** Built once for each processor: every run asks for it, and zod takes longer to build a schema than to check by it. */
const schemas = new WeakMap<Processor["parameters"], z.ZodObject>();

/**
 * The whole parameter schema of a processor: its own, with what it checks across them, and the common ones; unknown names are
 * refused.
 */
export function parameterSchema({ parameters }: Pick<Processor, "parameters">): z.ZodObject {
  let schema = schemas.get(parameters);
  if (!schema) {
    schema = parameters.safeExtend(commonParameters.shape).strict();
    schemas.set(parameters, schema);
  }
  return schema;
}
