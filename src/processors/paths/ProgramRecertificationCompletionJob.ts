import { z } from "zod";
import { defineProcessor } from "../contract.ts";
import { achievePeriods } from "./periods/achieve-periods.ts";
import { createFollowing } from "./periods/following-periods.ts";
import { type SectionWork, sectionCursor, throughSections } from "./periods/section-work.ts";

/**
 * Handbook, catalogue: ProgramRecertificationCompletionJob. Sections are worked on one after the other: first what is achieved, then what
 * follows from it. A period that it makes is opened by the next run of ProgrammeRecertificationAsignment.
 *
 * Periods of a registration that failed or that a later cycle follows get no successor either, since none would ever be opened.
 */
export const ProgramRecertificationCompletionJob = defineProcessor({
  id: "ProgramRecertificationCompletionJob",
  group: "paths",
  title: "Complete recertification periods",
  summary: "Recognises achieved recertification periods of learning paths, and plans the next.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 25 3 * * ?",
  after: ["ProgrammeRecertificationAsignment"],
  // The next period follows once this one is achieved, and a dry run takes that back.
  dryRun: "lower_bound",
  parameters: z.strictObject({}),
  cursor: sectionCursor,
  counts: ["achieved", "nextCreated", "notEligible"],
  run: (context) =>
    throughSections<"achieved" | "nextCreated" | "notEligible">(context, null, {
      achieve: (work, from) => {
        if (from === null) warnWithoutMandatory(work);
        return achievePeriods(work, from, { earlyDays: 0, late: work.section.late === "allowed" }, false);
      },
      follow: createFollowing,
    }),
});

function warnWithoutMandatory({ section, elements, log }: SectionWork): void {
  if (!elements.some(({ mandatory }) => mandatory))
    log.warn(`Section ${section.id} has no mandatory element, so its periods are never achieved`);
}
