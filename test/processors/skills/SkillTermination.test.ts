import { beforeEach, describe, expect, it } from "vitest";
import { SkillTermination as processor } from "../../../src/processors/skills/SkillTermination.ts";
import { plansFor } from "../../harness/plans.ts";
import { moved, Night } from "../enrolment/night.ts";
import { skills } from "./skills.ts";

let night: Night;
let on: ReturnType<typeof skills>;
let person: number;
let skill: number;
beforeEach(async () => {
  night = await Night.fall();
  on = skills(night);
  person = await night.person();
  skill = await on.skill({ auto_expire: 1 });
});

const TERMINATED = { current_level: 0, valid_until_on: null, display_state: "terminated" };

describe("what a person holds of a skill ends once its expiry and the days of grace are past", () => {
  it.each([
    ["2026-03-01", 0, true],
    ["2026-03-02", 0, false],
    ["2026-03-03", 0, false],
    ["2026-02-26", 3, true],
    ["2026-02-27", 3, false],
    ["2026-02-28", 3, false],
    [null, 0, false],
  ])("expired on %s with %i days: %s", async (valid_until_on, graceDays, ended) => {
    const was = { current_level: 0, valid_until_on, display_state: "expired" };
    await on.held(person, skill, was);
    const { counts } = await night.run(processor, { parameters: { graceDays } });
    expect(await on.holds(person, skill)).toEqual(ended ? TERMINATED : was);
    expect(counts).toEqual(ended ? { scanned: 1, changed: 1, terminated: 1 } : {});
  });

  it.each(["held", "terminated"])("not where it is %s", async (display_state) => {
    await on.held(person, skill, { display_state, valid_until_on: "2020-01-01" });
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it("only of skills that expire by themselves", async () => {
    const other = await on.skill({ auto_expire: 0 });
    await on.held(person, other, { display_state: "expired", valid_until_on: "2020-01-01" });
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it("by the day that a run is for", async () => {
    await on.held(person, skill, { display_state: "expired", valid_until_on: "2026-02-20" });
    expect((await night.run(processor, { asOf: "2026-02-20" })).state).toBe("no_action");
    expect((await night.run(processor, { asOf: "2026-02-21" })).state).toBe("ok");
  });

  it("at level 0, whatever it was", async () => {
    await on.held(person, skill, { current_level: 2, display_state: "expired", valid_until_on: "2026-02-20" });
    await night.run(processor);
    expect(await on.holds(person, skill)).toEqual(TERMINATED);
  });
});

it("tells the search index of the person, from which reports take what a job profile lacks, and the audit", async () => {
  const held = await on.held(person, skill, {
    display_state: "expired",
    valid_until_on: "2026-02-20",
    current_level: 0,
  });
  await night.run(processor);
  expect(await night.rows("SELECT entity, entity_id, op FROM index_changes")).toEqual([
    { entity: "person", entity_id: person, op: "upsert" },
  ]);
  expect(await night.rows("SELECT person_id, entity, entity_id, action, before, after FROM audit_log")).toEqual([
    {
      person_id: person,
      entity: "person_skill",
      entity_id: held,
      action: "terminate",
      before: '{"display_state":"expired","current_level":0,"valid_until_on":"2026-02-20"}',
      after: '{"display_state":"terminated","current_level":0,"valid_until_on":null}',
    },
  ]);
});

it("a second run changes nothing, and another client's skills stay", async () => {
  const expired = { display_state: "expired", valid_until_on: "2026-02-01" };
  await on.held(person, skill, expired);
  const other = await night.person({ client_id: 2 });
  await on.held(other, await on.skill({ client_id: 2, auto_expire: 1 }), { ...expired, client_id: 2 });
  expect((await night.run(processor)).counts).toMatchObject({ terminated: 1 });
  expect((await night.run(processor)).state).toBe("no_action");
});

it.each([1, 2, 200])("a dry run counts what a run will change (%i at a time)", async (chunkSize) => {
  for (const who of await night.people(5))
    await on.held(who, skill, { display_state: "expired", valid_until_on: "2026-02-01" });
  const parameters = { chunkSize };
  const rehearsed = await night.run(processor, { parameters, dryRun: true });
  const { counts } = await night.run(processor, { parameters });
  expect(moved(counts)).toEqual(rehearsed.counts);
  expect(moved(counts)).toEqual({ scanned: 5, changed: 5, terminated: 5 });
});

it("reads what is expired by its state and day", async () => {
  await on.held(person, skill, { display_state: "expired", valid_until_on: "2026-02-01" });
  const plans = await plansFor(night.database, "\\w+", () => night.run(processor));
  const tooMuch =
    /^SCAN (held|skill)|SEARCH (held|skill|person_skills) .*\(client_id=\?( AND display_state=\?)?\)|AUTOMATIC/;
  expect(plans.filter((plan) => tooMuch.test(plan))).toEqual([]);
});

it("runs at 04:12 unless a job says otherwise, light, for each client, behind SkillExpiration", () => {
  expect(processor).toMatchObject({
    scope: "client",
    load: "light",
    suggestedCron: "0 12 4 * * ?",
    after: ["SkillExpiration"],
  });
});
