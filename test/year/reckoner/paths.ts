import { type Academy, cyclesOf, isSuccessful, type Moment, registrationsOn } from "../academy.ts";
import { succeed } from "./closing.ts";

/** ProgramStatusUpdateForLearners, on paths that are completed by their rule. */
export function completePaths(academy: Academy, _moment: Moment): void {
  for (const [pathId, needed] of academy.pathRules) {
    for (const one of registrationsOn(academy, pathId)) {
      const key = `${pathId}|${one.personId}|${one.cycle}`;
      if ((one.status !== "booked" && one.status !== "in_progress") || academy.completedByNight.has(key)) continue;
      const done = needed.map((id) =>
        cyclesOf(academy, id, one.personId)
          .filter(isSuccessful)
          .map(({ completedAt }) => completedAt as number),
      );
      if (done.some((instants) => instants.length === 0)) continue;
      academy.completedByNight.add(key);
      succeed(academy, one, Math.max(...done.map((instants) => Math.min(...instants))));
    }
  }
}
