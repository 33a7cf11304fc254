import { z } from "zod";
import { defineProcessor } from "../contract.ts";
import { cancelDoneEarly } from "./done-early.ts";
import { achievePeriods } from "./periods/achieve-periods.ts";
import { sectionCursor, throughSections } from "./periods/section-work.ts";

/**
 * Handbook, catalogue: ProgramRecertificationStatusJob. Sections are worked on one after the other: registrations that a period made for
 * what turns out to have been finished early are cancelled, then periods are achieved for which some of the work was done early. What was
 * done wholly within a period is the work of ProgramRecertificationCompletionJob.
 */
export const ProgramRecertificationStatusJob = defineProcessor({
  id: "ProgramRecertificationStatusJob",
  group: "paths",
  title: "Recognise early recertification",
  summary: "Achieves recertification periods of learning paths for which work was done before they opened.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 30 3 * * ?",
  after: ["ProgramRecertificationCompletionJob"],
  dryRun: "exact",
  parameters: z.strictObject({}),
  cursor: sectionCursor,
  counts: ["achieved"],
  run: (context) =>
    throughSections<"achieved">(context, null, {
      early: cancelDoneEarly,
      achieve: (work, from) => achievePeriods(work, from, { earlyDays: work.section.earlyDays, late: false }, true),
    }),
});
