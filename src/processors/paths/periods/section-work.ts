import { z } from "zod";
import { settings } from "../../../control/clients/setting-definitions.ts";
import { nextSection, type RecertSection, sectionProblem } from "../../../learning/recertification/section.ts";
import { type Element, itemsOf, Syllabus } from "../../../learning/syllabus/syllabus.ts";
import type { RunContext, Step, Unit } from "../../contract.ts";
import type { AfterId } from "../../patterns/change-rows.ts";
import { unitOf } from "../../unit-of.ts";

/** What the steps of a section work with. */
export interface SectionWork extends Pick<RunContext, "rows" | "now" | "today" | "timeZone" | "run" | "log"> {
  readonly section: RecertSection;
  /** The section's elements. */
  readonly elements: readonly Element[];
  /** Whether covered components count. */
  readonly coverage: boolean;
  readonly chunkSize: number;
}

/** A step of a section: works from a row on (null: from the first) to its end. */
export type SectionStep<N extends string> = (
  work: SectionWork,
  from: AfterId | null,
) => AsyncGenerator<Step<AfterId, N>, void>;

/** The last section that is done; the one at hand (0: none), its step, and the last row of that. */
export const sectionCursor = z.strictObject({ past: z.int(), section: z.int(), step: z.string(), after: z.int() });
export type SectionCursor = z.output<typeof sectionCursor>;

/**
 * Works through the recertification sections of a client's learning paths, each in the named steps, in their order. A section that cannot
 * be worked on is an expected failure, and the others are worked on all the same.
 *
 * @param sectionIds only these; null: all
 */
export async function* throughSections<N extends string>(
  context: RunContext<object, SectionCursor>,
  sectionIds: readonly number[] | null,
  steps: Readonly<Record<string, SectionStep<N>>>,
): AsyncGenerator<Step<SectionCursor, N>, undefined> {
  const { rows, run, now, today, timeZone, log, configuration, parameters } = context;
  const scene = { rows, run, now, today, timeZone, log, chunkSize: parameters.chunkSize };
  let at = context.cursor ?? { past: 0, section: 0, step: "", after: 0 };
  let coverage: boolean | null = null;
  for (;;) {
    const section = await rows.first(nextSection(at.past, sectionIds));
    if (!section) return undefined;
    // A section that was at hand when the run was interrupted may be gone.
    if (section.id !== at.section) at = { ...at, section: section.id, step: "", after: 0 };
    coverage ??= await configuration.read(settings.equivalencesEnabled);
    let failed: Unit<N> | null = null;
    try {
      const syllabus = new Syllabus(await rows.all(itemsOf([section.componentId])));
      const failure = sectionProblem(section, syllabus);
      const elements = syllabus.elementsBelow(section.folderItemId);
      if (failure) failed = { ref: `section:${section.id}`, writes: [], failure };
      else yield* workOn({ ...scene, section, elements, coverage }, at, steps);
    } catch (error) {
      // Whatever it is about this section, the others are worked on all the same.
      failed = await unitOf<N>(`section:${section.id}`, () => Promise.reject(error));
    }
    at = { past: section.id, section: 0, step: "", after: 0 };
    if (failed) yield { units: [failed], cursor: at };
  }
}

async function* workOn<N extends string>(
  work: SectionWork,
  at: SectionCursor,
  steps: Readonly<Record<string, SectionStep<N>>>,
): AsyncGenerator<Step<SectionCursor, N>, void> {
  const names = Object.keys(steps);
  for (const step of names.slice(Math.max(0, names.indexOf(at.step)))) {
    const from = step === at.step ? { after: at.after } : null;
    for await (const one of steps[step]?.(work, from) ?? [])
      yield { ...one, cursor: { ...at, step, after: one.cursor.after } };
  }
}
