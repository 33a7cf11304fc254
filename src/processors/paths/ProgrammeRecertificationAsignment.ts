import { z } from "zod";
import { defineProcessor } from "../contract.ts";
import { createFirstPeriods } from "./periods/create-periods.ts";
import { leavePeriods, movePeriods } from "./periods/move-periods.ts";
import { assignPeriodCourses } from "./periods/period-courses.ts";
import { sectionCursor, throughSections } from "./periods/section-work.ts";

const parameters = z.strictObject({
  sectionIds: z
    .array(z.int().min(1))
    .min(1)
    .nullable()
    .default(null)
    .describe("Numbers of the recertification sections to work on; empty means all"),
});

/**
 * Handbook, catalogue: ProgrammeRecertificationAsignment. Sections are worked on one after the other, each in four steps: people who have
 * no period get their first one; periods of registrations that are left behind end; the others move on by their days; what a period
 * has made due on a template gets a course. A period moves together with what that does to the elements of its section.
 *
 * What the product's own description leaves open, and how it is taken here: days are reached rather than met, so that a night that was
 * missed is made up for; periods stand still while their person is not active.
 */
export const ProgrammeRecertificationAsignment = defineProcessor({
  id: "ProgrammeRecertificationAsignment",
  group: "paths",
  title: "Open and end recertification periods",
  summary: "Opens the recertification periods of learning paths, makes their contents due again, and ends them.",
  scope: "client",
  store: "learning",
  load: "heavy",
  suggestedCron: "0 15 3 * * ?",
  after: ["ParticipantAutomaticRegistration"],
  // Periods are moved once they are made, and a dry run makes none.
  dryRun: "lower_bound",
  parameters,
  cursor: sectionCursor,
  counts: ["created", "opened", "due", "ended", "elementsAssigned", "noCourse"],
  run: (context) =>
    throughSections(context, context.parameters.sectionIds, {
      create: createFirstPeriods,
      leave: leavePeriods,
      move: movePeriods,
      courses: assignPeriodCourses,
    }),
});
