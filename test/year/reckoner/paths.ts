import { type Academy, cyclesOf, isSuccessful, type Moment, registrationsOn } from "../academy.ts";
import { succeed } from "./closing.ts";
import { completeSince, pctOf } from "./levels.ts";

/** ProgramStatusUpdateForLearners. */
export function completePaths(academy: Academy, moment: Moment): void {
  completeByRule(academy);
  completeByProgress(academy, moment);
}

function completeByProgress(academy: Academy, { now }: Moment): void {
  for (const pathId of academy.pathsByProgress) {
    for (const one of registrationsOn(academy, pathId)) {
      const key = `${pathId}|${one.personId}|${one.cycle}`;
      if ((one.status !== "booked" && one.status !== "in_progress") || academy.completedByNight.has(key)) continue;
      if (pctOf(academy, one) < 100) continue;
      academy.completedByNight.add(key);
      succeed(academy, one, completeSince(academy, one) ?? now);
    }
  }
}

function completeByRule(academy: Academy): void {
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
