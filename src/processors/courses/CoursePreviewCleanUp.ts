import { defineProcessor } from "../contract.ts";
import { deletePreviewEntries, previewKey, previewParameters } from "./preview-entries.ts";

/** Handbook, catalogue: CoursePreviewCleanUp. The same as CleanUpPreviewEntries without the attempts; running both is harmless. */
export const CoursePreviewCleanUp = defineProcessor({
  id: "CoursePreviewCleanUp",
  aliases: ["CoursePreviewCleanUpJob"],
  group: "courses",
  title: "Delete old course previews",
  summary: "Deletes old entries of the preview log.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 0 0 ? * 1L",
  after: [],
  dryRun: "exact",
  parameters: previewParameters,
  cursor: previewKey,
  counts: ["entries"],
  run: deletePreviewEntries,
});
