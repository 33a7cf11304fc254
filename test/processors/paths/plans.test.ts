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
  `^SCAN (${GROWING})\\b|SEARCH (${GROWING}) .*\\(client_id=\\?( AND (rowid|id)>\\?)?\\)|AUTOMATIC`,
);

const processors: readonly Processor[] = [
  ProgrammeRecertificationAsignment,
  ProgramRecertificationCompletionJob,
  ProgramRecertificationStatusJob,
];

it.each(processors)("$id reads by index what it is about, however large the tables", async (processor) => {
  const night = await RecertificationNight.fall();
  await night.setting("equivalences.enabled", true);
  const section = await night.section({ auto_register: 1, early_days: 10, interval_months: 12, late: "allowed" });
  await night.medium();
  await night.element(await night.course({ max_participants: 5, waiting_list: 1 }));
  const template = await night.template();
  await night.element(template);
  await night.course({ template_id: template });
  for (const [state, days] of [
    ["pending", "2026-03-01 2026-03-11 2026-03-21"],
    ["open", "2026-02-20 2026-03-02 2026-03-12"],
    ["due", "2026-02-01 2026-02-11 2026-02-21"],
    ["achieved", "2025-03-01 2025-03-11 2025-03-21"],
  ] as const)
    await night.period(section, await night.booked(await night.person(), "2026-02-01", { source: "auto_rule" }), days, {
      state,
    });
  await night.booked(await night.person(), "2026-02-27");
  const plans = await plansFor(night.database, "\\w+", async () => {
    await night.run(processor);
  });
  expect(plans.length).toBeGreaterThan(10);
  expect(plans.filter((plan) => TOO_MUCH.test(plan))).toEqual([]);
});
