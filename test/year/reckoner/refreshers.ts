import { type Academy, cyclesOf, isOpen, isSuccessful, type Moment, must } from "../academy.ts";
import { localDayAt, monthsLater } from "../calendar.ts";
import { register } from "./closing.ts";

/** RefreshJob. */
export function refresh(academy: Academy, { today, now }: Moment): void {
  for (const base of academy.components.values()) {
    if (!base.refresher) continue;
    const { componentId, months, leadDays } = base.refresher;
    for (const { id: personId, status } of [...academy.people.values()].sort((a, b) => a.id - b.id)) {
      const again = cyclesOf(academy, componentId, personId);
      const done = [...cyclesOf(academy, base.id, personId), ...again].filter(isSuccessful);
      if (status !== "active" || done.length === 0 || again.some(isOpen)) continue;
      const last = Math.max(...done.map(({ completedAt }) => completedAt as number));
      const dueOn = monthsLater(localDayAt(last, academy.zone), months);
      const wasMade = again.some(
        (one) => one.source === "refresher" && one.dueOn === dueOn && one.reason !== "inactive_user",
      );
      if (today < dueOn - leadDays || wasMade) continue;
      const { planning } = must(academy.components, componentId);
      if (planning === "completed" || planning === "cancelled") continue;
      register(academy, { componentId, personId, status: "booked", source: "refresher", dueOn }, now);
    }
  }
}
