import { beforeEach, describe, expect, it } from "vitest";
import { authSources, authStatuses } from "../../../src/learning/schema/people.ts";
import { PasswordChangeExpiryCheck as processor } from "../../../src/processors/people/PasswordChangeExpiryCheck.ts";
import { plansFor } from "../../harness/plans.ts";
import { Stage, type StageRun } from "../stage.ts";

const AT = "2026-03-02T05:40:00Z";
let stage: Stage;
beforeEach(async () => {
  stage = await Stage.set(processor);
});

/** Defines `password.validityDays` of client 1. */
const validity = (days: unknown) =>
  stage.insert("settings", { client_id: 1, key: "password.validityDays", value: JSON.stringify(days) });
/** A person whose password was changed long ago. */
const person = (id: number, values: Readonly<Record<string, string | number | null>> = {}) =>
  stage.insert("persons", { id, password_changed_at: 1, ...values });
/** A run that starts at an instant. */
const runAt = async (at: string, run: StageRun = {}) => {
  await stage.clock.advanceTo(Date.parse(at) - 1000);
  return stage.play(run);
};
/** Who has to choose a new password. */
const forced = async () =>
  (await stage.rows("SELECT id FROM persons WHERE must_change_password = 1 ORDER BY id")).map(({ id }) => id);

describe("a password expires once its days are over", () => {
  it.each([
    ["to the millisecond", "2026-01-31T05:40:00Z", [1]],
    ["but not before", "2026-01-31T05:40:00.001Z", []],
  ])("%s: last changed at %s, valid for 30 days", async (_, changed, expected) => {
    await validity(30);
    await person(1, { password_changed_at: Date.parse(changed) });
    await runAt(AT);
    expect(await forced()).toEqual(expected);
  });

  it.each([
    ["go forward, after 47 hours", "2027-03-27T05:40:00Z", "2027-03-29T04:40:00Z", "2027-03-29T04:39:59Z"],
    ["go back, after 49 hours", "2026-10-24T04:40:00Z", "2026-10-26T05:40:00Z", "2026-10-26T05:39:59Z"],
  ])("days are the calendar's: two of them in which the clocks %s", async (_, changed, over, before) => {
    await validity(2);
    await person(1, { password_changed_at: Date.parse(changed) });
    await runAt(before);
    expect(await forced()).toEqual([]);
    await runAt(over);
    expect(await forced()).toEqual([1]);
  });

  it("which count from when the person was created where it was never changed", async () => {
    await validity(30);
    await person(1, { password_changed_at: null, created_at: Date.parse("2026-01-31T05:40:00Z") });
    await person(2, { password_changed_at: null, created_at: Date.parse("2026-01-31T05:40:00.001Z") });
    await person(3, { password_changed_at: Date.parse("2026-03-01T00:00:00Z"), created_at: 1 });
    await runAt(AT);
    expect(await forced()).toEqual([1]);
  });

  it("as of the end of the day that the run is for, where that is an earlier one", async () => {
    await validity(1);
    await person(1, { password_changed_at: Date.parse("2026-02-19T22:59:59.999Z") });
    await person(2, { password_changed_at: Date.parse("2026-02-19T23:00:00Z") });
    await runAt(AT, { asOf: "2026-02-20" });
    expect(await forced()).toEqual([1]);
    const [changed] = await stage.rows("SELECT updated_at FROM persons WHERE id = 1");
    expect(changed?.updated_at).toBe(Date.parse(AT));
  });
});

describe("it is asked of", () => {
  it("active people who sign in with a password of ours, and of no other person", async () => {
    await validity(30);
    const [local, ...otherSources] = authSources;
    const [active, ...otherStatuses] = authStatuses;
    expect([local, active]).toEqual(["local", "active"]);
    for (const [index, auth_status] of otherStatuses.entries()) await person(10 + index, { auth_status });
    for (const [index, auth_source] of otherSources.entries()) await person(20 + index, { auth_source });
    await person(1);
    await person(30, { client_id: 2 });
    await runAt(AT);
    expect(await forced()).toEqual([1]);
  });

  it("everybody, however small the chunks, and once: a second run has nothing to do", async () => {
    await validity(30);
    for (let id = 1; id <= 5; id += 1) await person(id);
    await person(6, { must_change_password: 1 });
    expect(await runAt(AT, { parameters: { chunkSize: 2 } })).toMatchObject({
      state: "ok",
      counts: { scanned: 5, changed: 5 },
    });
    expect(await forced()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await stage.play()).toMatchObject({ state: "no_action" });
  });

  it("no person in a dry run, which counts them", async () => {
    await validity(30);
    await person(1);
    expect(await runAt(AT, { dryRun: true })).toMatchObject({ counts: { scanned: 1, changed: 1 } });
    expect(await forced()).toEqual([]);
  });
});

it("the person's change history says so", async () => {
  await validity(30);
  await person(1);
  const { id } = await runAt(AT);
  expect(
    await stage.rows("SELECT client_id, run_id, person_id, entity, entity_id, action, before, after FROM audit_log"),
  ).toEqual([
    {
      client_id: 1,
      run_id: id,
      person_id: 1,
      entity: "person",
      entity_id: 1,
      action: "expire_password",
      before: '{"must_change_password":0}',
      after: '{"must_change_password":1}',
    },
  ]);
});

describe("password.validityDays", () => {
  it.each([
    ["undefined", undefined],
    ["0", 0],
  ])("%s: passwords do not expire, and the run says so", async (_, days) => {
    if (days !== undefined) await validity(days);
    await person(1);
    const run = await runAt(AT);
    expect(run).toMatchObject({ state: "no_action" });
    expect(run.message).toContain("password.validityDays");
    expect(await forced()).toEqual([]);
  });

  it.each([-1, 1.5, "30"])("%j is not valid: the run fails and changes no person", async (days) => {
    await validity(days);
    await person(1);
    const run = await runAt(AT);
    expect(run).toMatchObject({ state: "failed", reason: "invalid_configuration" });
    expect(run.message).toContain("password.validityDays");
    expect(await forced()).toEqual([]);
  });

  it("of another client does not count", async () => {
    await stage.insert("settings", { client_id: 2, key: "password.validityDays", value: "30" });
    await person(1);
    expect(await runAt(AT)).toMatchObject({ state: "no_action" });
  });
});

it("people are read by the index of the client's active people, in its order", async () => {
  await validity(30);
  await person(1);
  const plans = await plansFor(stage.database, "persons", () => runAt(AT));
  expect(plans).toEqual([
    "SEARCH persons USING INDEX persons_status (client_id=? AND auth_status=? AND id>?)",
    "SEARCH persons USING INTEGER PRIMARY KEY (rowid=?)",
  ]);
});
