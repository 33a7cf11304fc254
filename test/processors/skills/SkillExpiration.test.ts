import { beforeEach, describe, expect, it } from "vitest";
import { SkillExpiration as processor } from "../../../src/processors/skills/SkillExpiration.ts";
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
  skill = await on.skill();
});

const states = async () =>
  (await night.rows("SELECT state FROM skill_achievements ORDER BY id")).map(({ state }) => state);

describe("an active achievement expires once its last day is past", () => {
  it.each([
    ["2026-03-01", "expired"],
    ["2026-03-02", "active"],
    ["2026-03-03", "active"],
    [null, "active"],
  ])("%s: %s", async (expires_on, expected) => {
    await on.achieved(person, skill, { expires_on });
    const { counts } = await night.run(processor);
    expect(await states()).toEqual([expected]);
    expect(counts.expired ?? 0).toBe(expected === "expired" ? 1 : 0);
  });

  it("one that has expired already is left alone", async () => {
    await on.achieved(person, skill, { expires_on: "2026-01-01", state: "expired" });
    expect(await night.run(processor)).toMatchObject({ state: "no_action", counts: {} });
  });

  it("by the day that a run is for", async () => {
    for (const expires_on of ["2026-01-31", "2026-02-01"]) await on.achieved(person, skill, { expires_on });
    await night.run(processor, { asOf: "2026-02-01" });
    expect(await states()).toEqual(["expired", "active"]);
  });
});

describe("what the person holds of the skill then", () => {
  it.each([
    [
      "is the highest level that is left",
      [
        [2, "2026-12-31"],
        [1, "2026-06-30"],
      ],
      { current_level: 2, valid_until_on: "2026-12-31" },
    ],
    [
      "holds until the latest expiry of that level",
      [
        [2, "2026-12-31"],
        [2, "2027-03-31"],
        [1, "2028-01-01"],
      ],
      { current_level: 2, valid_until_on: "2027-03-31" },
    ],
    [
      "is held for good if one does not expire",
      [
        [2, "2026-12-31"],
        [2, null],
      ],
      { current_level: 2, valid_until_on: null },
    ],
    ["is of the lower level if only that is for good", [[1, null]], { current_level: 1, valid_until_on: null }],
  ] as const)("%s", async (_, left, expected) => {
    await on.held(person, skill, { current_level: 3, valid_until_on: "2026-03-01" });
    await on.achieved(person, skill, { level: 3, expires_on: "2026-03-01" });
    for (const [level, expires_on] of left) await on.achieved(person, skill, { level, expires_on });
    expect((await night.run(processor)).counts).toMatchObject({ expired: 1, levelsLowered: 1 });
    expect(await on.holds(person, skill)).toEqual({ ...expected, display_state: "held" });
  });

  it("is expired since the latest expiry gone by, with none left", async () => {
    await on.held(person, skill, { current_level: 2, valid_until_on: "2026-02-27" });
    await on.achieved(person, skill, { level: 2, expires_on: "2026-02-27" });
    await on.achieved(person, skill, { level: 1, expires_on: "2026-02-28" });
    await on.achieved(person, skill, { level: 1, expires_on: "2026-01-01", state: "expired" });
    expect((await night.run(processor)).counts).toMatchObject({ expired: 2, levelsLowered: 1 });
    expect(await on.holds(person, skill)).toEqual({
      current_level: 0,
      valid_until_on: "2026-02-28",
      display_state: "expired",
    });
  });

  it("stays at its level, which counts as no lowering, while another achievement holds it", async () => {
    await on.held(person, skill, { current_level: 2, valid_until_on: "2026-12-31" });
    await on.achieved(person, skill, { level: 2, expires_on: "2026-03-01" });
    await on.achieved(person, skill, { level: 2, expires_on: "2026-12-31" });
    expect((await night.run(processor)).counts).toEqual({ scanned: 1, changed: 1, expired: 1, levelsLowered: 0 });
    expect(await on.holds(person, skill)).toEqual({
      current_level: 2,
      valid_until_on: "2026-12-31",
      display_state: "held",
    });
  });

  it("concerns that skill of that person only", async () => {
    const [other, second] = [await night.person(), await on.skill()];
    await on.achieved(person, skill, { expires_on: "2026-03-01" });
    for (const [who, what] of [
      [other, skill],
      [person, second],
    ] as const) {
      await on.held(who, what, { current_level: 3, valid_until_on: "2020-01-01" });
      await on.achieved(who, what, { expires_on: "2026-03-02" });
    }
    await on.held(person, skill);
    await night.run(processor);
    expect(await on.holds(other, skill)).toMatchObject({ current_level: 3, display_state: "held" });
    expect(await on.holds(person, second)).toMatchObject({ current_level: 3, display_state: "held" });
    expect(await on.holds(person, skill)).toMatchObject({ current_level: 0, display_state: "expired" });
  });
});

it("the search index is told of the person once, the audit of each achievement", async () => {
  const ids = [
    await on.achieved(person, skill, { expires_on: "2026-02-01" }),
    await on.achieved(person, await on.skill(), { expires_on: "2026-02-02" }),
  ];
  await night.run(processor);
  expect(await night.rows("SELECT entity, entity_id, op FROM index_changes")).toEqual([
    { entity: "person", entity_id: person, op: "upsert" },
  ]);
  expect(await night.rows("SELECT person_id, entity, entity_id, action, before, after FROM audit_log")).toEqual(
    ids.map((entity_id) => ({
      person_id: person,
      entity: "skill_achievement",
      entity_id,
      action: "expire",
      before: '{"state":"active"}',
      after: '{"state":"expired"}',
    })),
  );
});

it("an expiry before the achievement expires all the same, with a warning", async () => {
  await on.achieved(person, skill, { achieved_on: "2026-02-01", expires_on: "2026-01-31" });
  await on.achieved(person, skill, { achieved_on: "2026-02-01", expires_on: "2026-02-01" });
  await night.run(processor);
  expect(await states()).toEqual(["expired", "expired"]);
  expect(await night.rows("SELECT message FROM run_logs WHERE level = 'warn'")).toHaveLength(1);
});

it("a second run changes nothing, and another client's skills stay", async () => {
  await on.achieved(person, skill, { expires_on: "2026-02-01" });
  await on.achieved(person, skill, { expires_on: "2026-02-01", client_id: 2 });
  await night.run(processor);
  expect(await states()).toEqual(["expired", "active"]);
  expect((await night.run(processor)).state).toBe("no_action");
});

it.each([1, 2, 200])("a dry run counts what a run will change (%i at a time)", async (chunkSize) => {
  for (const who of [person, ...(await night.people(2))]) {
    await on.held(who, skill, { current_level: 2 });
    for (const level of [1, 2]) await on.achieved(who, skill, { level, expires_on: "2026-02-01" });
  }
  const parameters = { chunkSize };
  const rehearsed = await night.run(processor, { parameters, dryRun: true });
  const { counts } = await night.run(processor, { parameters });
  expect(moved(counts)).toEqual(rehearsed.counts);
  expect(moved(counts)).toEqual({ scanned: 3, changed: 3, expired: 6, levelsLowered: 3 });
});

it("reads achievements by their expiry and by their person", async () => {
  await on.achieved(person, skill, { expires_on: "2026-02-01" });
  const plans = await plansFor(night.database, "\\w+", () => night.run(processor));
  const tooMuch =
    /^SCAN (achieved|held)|SEARCH (achieved|held|person_skills|skill_achievements) .*\(client_id=\?\)|AUTOMATIC/;
  expect(plans.filter((plan) => tooMuch.test(plan))).toEqual([]);
});

it("runs at 04:05 unless a job says otherwise, light, for each client, behind the levels", () => {
  expect(processor).toMatchObject({
    scope: "client",
    load: "light",
    suggestedCron: "0 5 4 * * ?",
    after: ["ProgrammeCurriculumLevelStatusUpdateJob"],
  });
});
