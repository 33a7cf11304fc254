import { expect, it } from "vitest";
import { ParticipantAutomaticRegistration as S1 } from "../../conformance/scenarios/ParticipantAutomaticRegistration.ts";
import { CancelInactiveUsersJob as S2 } from "../../conformance/scenarios/CancelInactiveUsersJob.ts";
import { Night } from "./night.ts";

it.each([S2, S1])("x", async (s) => {
  const night = await Night.fall();
  await s.seed(night as any, 0);
  console.log(await night.run(s.processor, { parameters: s.parameters , dryRun: true}));
  console.log(await night.run(s.processor, { parameters: s.parameters }));
  console.log(await night.run(s.processor, { parameters: s.parameters }));
  console.log((await night.rows("select * from run_logs where level <> 'info'")).map(r=>r.message));
  console.table(await night.rows("SELECT component_id c, person_id p, cycle_no n, status, source, source_ref ref, parent_registration_id parent, due_on, cancel_reason, next_due_on, prerequisite_status pre from registrations where client_id=1"));
});
