import { z } from "zod";

/** The parameters of UserImport. */
export const userParameters = z.strictObject({
  missing: z
    .enum(["ignore", "passive"])
    .default("ignore")
    .describe(
      "People of earlier CSV files who are missing from a complete list (full_…): leave them, or make them passive",
    ),
  maxDeactivatePct: z
    .int()
    .min(0)
    .max(100)
    .default(10)
    .describe("A complete list that would deactivate more than this share of them deactivates no person"),
  minOverlapPct: z
    .int()
    .min(0)
    .max(100)
    .default(50)
    .describe("A complete list that names less than this share of them is refused: it may be another client's"),
  createGroups: z.boolean().default(false).describe("Create groups that a file names and that do not exist"),
  recreateErased: z
    .boolean()
    .default(false)
    .describe("Create people again who were deleted for good, if a file names them"),
});
