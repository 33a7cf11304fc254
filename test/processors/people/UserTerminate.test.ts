import { beforeEach, describe, expect, it } from "vitest";
import { authStatuses } from "../../../src/learning/schema/people.ts";
import { UserTerminate as processor } from "../../../src/processors/people/UserTerminate.ts";
import { plansFor } from "../../harness/plans.ts";
import { Night, type NightOptions, TODAY } from "../enrolment/night.ts";

let night: Night;
beforeEach(async () => {
  night = await Night.fall();
});

type Values = Parameters<Night["person"]>[0];
/** What the client says of people who are not used. */
const client = (deactivation_mode: number, deactivation_days: number | null) =>
  night.update("clients", 1, { deactivation_mode, deactivation_days });
/** A person who became a person today and is used. */
const fresh = (values: Values = {}) => night.person({ enrolled_on: TODAY, ...values });
const run = (options: NightOptions = {}) => night.run(processor, options);
/** How people stand, by id. */
const stand = async () =>
  (await night.rows("SELECT auth_status, passive_reason FROM persons ORDER BY id")).map(
    ({ auth_status, passive_reason }) => (passive_reason === null ? auth_status : `${auth_status}: ${passive_reason}`),
  );

describe("people whose day of termination has come", () => {
  it.each([
    ["yesterday", "2026-03-01", "passive: terminated"],
    ["today", "2026-03-02", "passive: terminated"],
    ["tomorrow", "2026-03-03", "active"],
    ["no day", null, "active"],
    ["an empty text", "", "active"],
  ])("%s (%s): %s", async (_, termination_on, expected) => {
    await fresh({ termination_on });
    await run();
    expect(await stand()).toEqual([expected]);
  });

  it("go by the client's day, as of the day that the run is for", async () => {
    await fresh({ termination_on: TODAY });
    await run({ asOf: "2026-03-01" });
    expect(await stand()).toEqual(["active"]);
  });

  it.each(authStatuses.filter((status) => status !== "active"))(
    "stay as they are when they are %s",
    async (auth_status) => {
      await fresh({ termination_on: "2026-01-01", auth_status });
      expect(await run()).toMatchObject({ state: "no_action", counts: {} });
      expect(await stand()).toEqual([auth_status]);
    },
  );

  it("go also if they were made active by hand since", async () => {
    await fresh({ termination_on: "2026-01-01", activated_on: TODAY });
    await run();
    expect(await stand()).toEqual(["passive: terminated"]);
  });

  it("of another client stay", async () => {
    await fresh({ termination_on: "2026-01-01", client_id: 2 });
    await run();
    expect(await stand()).toEqual(["active"]);
  });

  it("go however many they are, in whatever chunks, and once", async () => {
    for (let index = 0; index < 25; index += 1) await fresh({ termination_on: TODAY });
    const { state, counts } = await run({ parameters: { chunkSize: 10, maxDeactivatePct: 0 } });
    expect({ state, counts }).toMatchObject({ state: "ok", counts: { scanned: 25, changed: 25, byDate: 25 } });
    expect(await run()).toMatchObject({ state: "no_action", counts: {} });
  });
});

describe("the last active administrator of a role", () => {
  it.each(["client_admin", "system_admin"])("stays, and fails: %s", async (role) => {
    const admin = await fresh({ role, termination_on: TODAY });
    await fresh({ termination_on: TODAY });
    await fresh({ role, auth_status: "passive" });
    await fresh({ role: role === "client_admin" ? "system_admin" : "client_admin" });
    await fresh({ role, client_id: 2 });
    const { state, counts, errors } = await run();
    expect({ state, counts }).toMatchObject({ state: "partial", counts: { byDate: 1, failed: 1 } });
    expect(errors).toMatchObject([{ ref: `person:${admin}`, code: "last_admin" }]);
    expect((await stand()).slice(0, 2)).toEqual(["active", "passive: terminated"]);
  });

  it("is no longer the last one while another is active", async () => {
    await fresh({ role: "client_admin", termination_on: TODAY });
    await fresh({ role: "client_admin" });
    expect((await run()).counts).toMatchObject({ byDate: 1 });
    expect(await stand()).toEqual(["passive: terminated", "active"]);
  });

  it.each([1, 2, 50])("is one of several who would go the same night (%i at a time)", async (chunkSize) => {
    for (let index = 0; index < 3; index += 1) await fresh({ role: "client_admin", termination_on: TODAY });
    expect((await run({ parameters: { chunkSize } })).counts).toMatchObject({ byDate: 2, failed: 1 });
    expect(await stand()).toEqual(["passive: terminated", "passive: terminated", "active"]);
  });

  it.each(["learner", "tutor", "supervisor"])("is none for people who are no administrators: %s", async (role) => {
    await fresh({ role, termination_on: TODAY });
    await run();
    expect(await stand()).toEqual(["passive: terminated"]);
  });
});

describe("mode 1: days after the enrolment", () => {
  it.each([
    ["a day less", "2026-02-01", "active"],
    ["exactly", "2026-01-31", "passive: unused"],
    ["a day more", "2026-01-30", "passive: unused"],
  ])("%s than 30 days ago (%s): %s", async (_, enrolled_on, expected) => {
    await client(1, 30);
    await fresh({ enrolled_on, last_login_at: night.clock.now() });
    await run();
    expect(await stand()).toEqual([expected]);
  });
});

describe("mode 2: days after the last login", () => {
  it.each([
    // 30 days before 2 March are 31 January, which ends at 23:00 UTC.
    ["on the last day, to its end in the client's zone", "2026-01-31T22:59:59.999Z", "passive: unused"],
    ["a millisecond later, on the day after", "2026-01-31T23:00:00Z", "active"],
    ["yesterday", "2026-03-01T12:00:00Z", "active"],
  ])("%s: %s", async (_, login, expected) => {
    await client(2, 30);
    await fresh({ enrolled_on: "2020-01-01", last_login_at: Date.parse(login) });
    await run();
    expect(await stand()).toEqual([expected]);
  });

  it.each([
    ["2026-02-01", "active"],
    ["2026-01-31", "passive: unused"],
  ])("or, without any, after the enrolment: %s is %s", async (enrolled_on, expected) => {
    await client(2, 30);
    await fresh({ enrolled_on, last_login_at: null });
    await run();
    expect(await stand()).toEqual([expected]);
  });

  it("counts calendar days, also where the clocks have changed", async () => {
    await client(2, 1);
    await night.clock.advanceTo(Date.parse("2026-03-30T00:00:00Z"));
    // 29 March ended in Berlin at 22:00 UTC, two hours ahead.
    await fresh({ last_login_at: Date.parse("2026-03-29T21:59:59Z") });
    await fresh({ last_login_at: Date.parse("2026-03-29T22:00:00Z") });
    await run();
    expect(await stand()).toEqual(["passive: unused", "active"]);
  });
});

describe("both modes", () => {
  it.each([
    [1, "2026-02-01", "active"],
    [1, "2026-01-31", "passive: unused"],
    [2, "2026-02-01", "active"],
    [2, "2026-01-31", "passive: unused"],
  ])("count at least from the day of the last activation: mode %i, %s: %s", async (mode, activated_on, expected) => {
    await client(mode, 30);
    await fresh({ enrolled_on: "2020-01-01", last_login_at: 1, activated_on });
    await run();
    expect(await stand()).toEqual([expected]);
  });

  it.each(["client_admin", "system_admin"])("never touch an administrator: %s", async (role) => {
    await client(1, 30);
    await fresh({ role, enrolled_on: "2020-01-01" });
    await fresh({ role, enrolled_on: "2020-01-01" });
    expect(await run()).toMatchObject({ state: "no_action" });
    expect(await stand()).toEqual(["active", "active"]);
  });

  it.each([
    ["mode 0", 0, 30],
    ["no days", 1, null],
  ])("are off with %s", async (_, mode, days) => {
    await client(mode, days);
    await fresh({ enrolled_on: "2020-01-01" });
    expect(await run()).toMatchObject({ state: "no_action", counts: {} });
    expect(await stand()).toEqual(["active"]);
  });

  it("leave members of excluded groups alone, and these only by mode", async () => {
    await client(1, 30);
    const [kept, gone, terminated] = [
      await fresh({ enrolled_on: "2020-01-01" }),
      await fresh({ enrolled_on: "2020-01-01" }),
      await fresh({ enrolled_on: "2020-01-01", termination_on: TODAY }),
    ];
    const excluded = await night.group([kept, terminated]);
    await night.group([gone]);
    await run({ parameters: { excludeGroupIds: [excluded] } });
    expect(await stand()).toEqual(["active", "passive: unused", "passive: terminated"]);
  });
});

describe("the attribute DEACTIVATIONMODE_ID", () => {
  const withMode = (mode: unknown, values: Values = {}) =>
    fresh({ attributes: JSON.stringify({ DEACTIVATIONMODE_ID: mode }), enrolled_on: "2020-01-01", ...values });

  it.each([
    ["0", 1, "active"],
    [0, 1, "active"],
    ["1", 0, "passive: unused"],
    [1, 2, "passive: unused"],
    [" 1 ", 0, "passive: unused"],
    ["2", 1, "active"],
  ])("%j takes the place of the client's mode %i: %s", async (own, mode, expected) => {
    await client(mode, 30);
    await withMode(own, { last_login_at: night.clock.now() });
    await run();
    expect(await stand()).toEqual([expected]);
  });

  it.each(["3", "never", "-1", "01"])("%j counts as not set, with a warning", async (own) => {
    await client(1, 30);
    const person = await withMode(own);
    await run();
    expect(await stand()).toEqual(["passive: unused"]);
    const log = await night.rows("SELECT message FROM run_logs WHERE level = 'warn'");
    expect(log).toEqual([
      {
        message: `DEACTIVATIONMODE_ID of 1 active people is not 0, 1 or 2 and counts as not set; person ${person} is one of them`,
      },
    ]);
  });

  it.each(["", "  "])("that is empty (%j) counts as not set, without a warning", async (own) => {
    await client(1, 30);
    await withMode(own);
    await run();
    expect(await stand()).toEqual(["passive: unused"]);
    expect(await night.rows("SELECT message FROM run_logs WHERE level = 'warn'")).toEqual([]);
  });
});

describe("days below 1", () => {
  it.each([0, -5])(
    "%i, with a mode, are no configuration: the run fails, and those whose day has come are passive all the same",
    async (days) => {
      await client(1, days);
      await fresh({ termination_on: TODAY });
      await fresh();
      expect(await run()).toMatchObject({ state: "failed", reason: "invalid_configuration" });
      expect(await stand()).toEqual(["passive: terminated", "active"]);
    },
  );

  it("matter to no person without a mode, but to a person who has one", async () => {
    await client(0, 0);
    await fresh();
    expect(await run()).toMatchObject({ state: "no_action" });
    await fresh({ attributes: '{"DEACTIVATIONMODE_ID":"1"}' });
    expect(await run()).toMatchObject({ state: "failed", reason: "invalid_configuration" });
  });
});

describe("a suspicious number of people who are not used", () => {
  /** A number of active people, the first of them not used. */
  const scene = async (active: number, unused: number) => {
    await client(1, 30);
    for (let index = 0; index < active; index += 1) await fresh(index < unused ? { enrolled_on: "2020-01-01" } : {});
  };
  const passive = async () => (await stand()).filter((one) => one === "passive: unused").length;

  it.each([
    ["more than 25 % of 20", 20, 6, 0],
    ["exactly 25 % of 20", 20, 5, 5],
    ["any share of fewer than 20", 19, 19, 19],
  ])("%s active people: %i, %i unused", async (_, active, unused, expected) => {
    await scene(active, unused);
    const { state, reason, message } = await run();
    expect([state, reason]).toEqual(expected === 0 ? ["failed", "too_many_deactivations"] : ["ok", null]);
    if (expected === 0) expect(message).toContain("6 of 20");
    expect(await passive()).toBe(expected);
  });

  it("is judged by what the job allows", async () => {
    await scene(20, 6);
    await run({ parameters: { maxDeactivatePct: 30 } });
    expect(await passive()).toBe(6);
  });

  it("leaves those passive whose day has come", async () => {
    await scene(20, 20);
    await fresh({ termination_on: TODAY });
    expect((await run()).counts).toMatchObject({ byDate: 1 });
    expect((await stand()).at(-1)).toBe("passive: terminated");
  });

  it("does not count those whose day has come, also in a dry run", async () => {
    await scene(20, 5);
    for (let index = 0; index < 5; index += 1) await fresh({ enrolled_on: "2020-01-01", termination_on: TODAY });
    const rehearsed = await run({ dryRun: true });
    expect(rehearsed.counts).toMatchObject({ byDate: 5, byMode: 5 });
    expect(await passive()).toBe(0);
    expect((await run()).counts).toMatchObject({ byDate: 5, byMode: 5 });
  });

  it("is judged before each run, also behind one that stopped at maxRows", async () => {
    await scene(40, 10);
    expect((await run({ parameters: { maxRows: 5, chunkSize: 5 } })).counts).toMatchObject({ byMode: 5 });
    for (let index = 0; index < 20; index += 1) await fresh({ enrolled_on: "2020-01-01" });
    expect(await run({ parameters: { maxRows: 5, chunkSize: 5 } })).toMatchObject({ reason: "too_many_deactivations" });
    expect(await passive()).toBe(5);
  });
});

it.each([
  ["terminated", { termination_on: TODAY }],
  ["unused", { enrolled_on: "2020-01-01" }],
])("who becomes passive (%s) is signed out, and audit and index are told", async (reason, values) => {
  await client(1, 30);
  const [gone, stays] = [await fresh(values), await fresh()];
  for (const person_id of [gone, stays])
    await night.insert("person_sessions", { person_id, started_at: 1, last_seen_at: 2 });
  await night.insert("person_sessions", { person_id: gone, started_at: 1, last_seen_at: 2, ended_at: 3 });
  await run();
  expect(await night.rows("SELECT person_id, ended_at FROM person_sessions ORDER BY id")).toEqual([
    { person_id: gone, ended_at: night.clock.now() },
    { person_id: stays, ended_at: null },
    { person_id: gone, ended_at: 3 },
  ]);
  expect(await night.rows("SELECT person_id, entity, entity_id, action, before, after FROM audit_log")).toEqual([
    {
      person_id: gone,
      entity: "person",
      entity_id: gone,
      action: "deactivate",
      before: '{"auth_status":"active"}',
      after: `{"auth_status":"passive","passive_reason":"${reason}"}`,
    },
  ]);
  expect(await night.rows("SELECT entity, entity_id, op FROM index_changes")).toEqual([
    { entity: "person", entity_id: gone, op: "upsert" },
  ]);
});

it("people whose day has come, and active people, are read by their indexes", async () => {
  await client(1, 30);
  await fresh({ termination_on: TODAY });
  await fresh({ enrolled_on: "2020-01-01" });
  const plans = await plansFor(night.database, "person", run);
  expect(plans.filter((plan) => !plan.startsWith("SEARCH "))).toEqual([]);
  expect(plans).toContain(
    "SEARCH person USING INDEX persons_termination (client_id=? AND termination_on>? AND termination_on<?)",
  );
  expect(plans).toContain("SEARCH person USING INDEX persons_status (client_id=? AND auth_status=? AND id>?)");
});
