import { achievement, type Counting, nearlyAchieved } from "../../../learning/recertification/achievement.ts";
import { unlock } from "../../../learning/recertification/element-state.ts";
import { changePeriod } from "../../../learning/recertification/period.ts";
import { readFinishDays } from "../../../learning/syllabus/finishes.ts";
import type { Step, Unit } from "../../contract.ts";
import type { AfterId } from "../../patterns/change-rows.ts";
import { pages } from "../../patterns/pages.ts";
import type { SectionWork } from "./section-work.ts";

/**
 * Periods whose mandatory elements are all finished on days that count are achieved, and their locks released.
 *
 * @param early only those for which something was finished before the start; default: only those for which nothing was
 */
export async function* achievePeriods(
  work: SectionWork,
  from: AfterId | null,
  counting: Counting,
  early: boolean,
): AsyncGenerator<Step<AfterId, "achieved">, void> {
  const { rows, section, elements, coverage, chunkSize: limit, now } = work;
  const mandatory = elements.filter((element) => element.mandatory);
  if (mandatory.length === 0) return;
  const read = (after: number) =>
    rows.all(nearlyAchieved(section, mandatory, { ...counting, coverage }, { after, limit }));
  for await (const { rows: found, after } of pages(from?.after ?? 0, read, ({ id }) => id)) {
    const days = await readFinishDays(rows, found, mandatory, work);
    const units = found.flatMap((period): Unit<"achieved">[] => {
      const achieved = achievement(period, mandatory, counting, days);
      if (achieved === null || achieved.early !== early) return [];
      const change = { period, to: "achieved", count: "achieved", achievedOn: achieved.on } as const;
      return [{ ref: `period:${period.id}`, writes: [changePeriod(change, now), unlock(period, elements, now)] }];
    });
    if (units.length > 0) yield { units, cursor: { after } };
  }
}
