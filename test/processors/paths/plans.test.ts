import { expect, it } from "vitest";
import type { Processor } from "../../../src/processors/contract.ts";
import { ProgrammeRecertificationAsignment } from "../../../src/processors/paths/ProgrammeRecertificationAsignment.ts";
import { ProgramRecertificationCompletionJob } from "../../../src/processors/paths/ProgramRecertificationCompletionJob.ts";
import { ProgramRecertificationStatusJob } from "../../../src/processors/paths/ProgramRecertificationStatusJob.ts";
import { plansFor } from "../../harness/plans.ts";
import { RecertificationNight } from "./recertification.ts";

/** Tables that grow with the client, under the names that the statements give them. */
const GROWING =
  "registrations|registration|known|later|own|open|one|other|done|progress|period|next|first|component|template|course|parent|item|covered|person";
/** Whole tables, or all rows of the client. */
const TOO_MUCH = new RegExp(
  `^SCAN (${GROWING})\\b(?! VIRTUAL TABLE)|SEARCH (${GROWING}) .*\\(client_id=\\?( AND (rowid|id)>\\?)?\\)|AUTOMATIC`,
);

const processors: readonly Processor[] = [
  ProgrammeRecertificationAsignment,
  ProgramRecertificationCompletionJob,
  ProgramRecertificationStatusJob,
];

it.each(processors)("$id reads by index what it is about, however large the tables", async (processor) => {
  const night = await RecertificationNight.fall();
  await night.setting("equivalences.enabled", true);
  const item = await night.medium();
  const course = await night.course({ max_participants: 5, waiting_list: 1 });
  const template = await night.template();
  for (const component of [course, template]) await night.element(component, { mandatory: 0 });
  const next = await night.course({ template_id: template });
  await night.rule(night.pathId, await night.group([await night.person()]));
  for (const late of ["allowed", "locked"]) {
    const section = await night.section({ auto_register: 1, early_days: 10, interval_months: 12, late });
    for (const [state, days] of [
      ["pending", "2026-03-01 2026-03-11 2026-03-21"],
      ["open", "2026-02-20 2026-03-02 2026-03-12"],
      ["due", "2026-02-01 2026-02-11 2026-02-21"],
      ["open", "2026-02-08 2026-02-18 2026-02-28"],
      ["achieved", "2025-03-01 2025-03-11 2025-03-21"],
    ] as const) {
      const person = await night.person();
      const registration = await night.booked(person, "2026-02-01", { source: "auto_rule" });
      await night.finished(registration, item, "2026-02-07");
      const period = await night.period(section, registration, days, { state });
      await night.passed(course, person, "2026-02-07");
      const made = { cycle_no: 2, source: "recert" };
      await night.registration(course, person, { ...made, source_ref: `period:${period}|${course}` });
      if (state === "due") await night.registration(next, person, { status: "in_progress" });
    }
    await night.booked(await night.person(), "2026-02-27");
  }
  await night.rows(
    "UPDATE registrations SET status = 'cancelled' WHERE id IN (SELECT registration_id FROM recert_periods WHERE id = 2)",
  );
  const plans = await plansFor(night.database, "\\w+", () => night.run(processor));
  expect(plans.length).toBeGreaterThan(10);
  expect(plans.filter((plan) => TOO_MUCH.test(plan))).toEqual([]);
});
