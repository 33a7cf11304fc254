import { expect, it } from "vitest";
import { ParticipantAutomaticRegistration as processor } from "../../../src/processors/enrolment/ParticipantAutomaticRegistration.ts";
import { Night } from "./night.ts";

it("enrols the members", async () => {
  const night = await Night.fall();
  const people = await night.people(3);
  const course = await night.course();
  await night.rule(course, await night.group(people), { days_to_finish: 30 });
  console.log(await night.run(processor));
  console.log(await night.on(course, "*"));
  console.log(await night.rows("SELECT * FROM audit_log"), await night.rows("SELECT * FROM index_changes"));
});
