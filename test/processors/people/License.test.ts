import { beforeEach, describe, expect, it } from "vitest";
import { authStatuses } from "../../../src/learning/schema/people.ts";
import { parameterSchema } from "../../../src/processors/parameters.ts";
import { License as processor } from "../../../src/processors/people/License.ts";
import { Stage, type StageRun } from "../stage.ts";

const AT = Date.parse("2026-03-02T05:50:00Z");
const TODAY = "2026-03-02";
const HOUR = 3_600_000;
const DAY = 86_400_000;
let stage: Stage;
beforeEach(async () => {
  stage = await Stage.set(processor);
  await alertsTo("licence@example.org");
});

const alertsTo = (email: string | null) =>
  stage.database.execute({ sql: "UPDATE clients SET license_alert_email = ? WHERE id = 1", args: [email] });
type Values = Readonly<Record<string, string | number | null>>;
/** A limit of people who are not deleted. */
const limit = (id: number, max_count: number, values: Values = {}) =>
  stage.insert("license_limits", { id, metric: "named", max_count, ...values });
let people = 0;
const person = (values: Values = {}) => {
  people += 1;
  return stage.insert("persons", { id: people, ...values });
};
beforeEach(() => {
  people = 0;
});
const persons = async (count: number) => {
  for (let index = 0; index < count; index += 1) await person();
};
const runAt = async (at: number, run: StageRun = {}) => {
  await stage.clock.advanceTo(at - 1000);
  return stage.play(run);
};
const run = (parameters: Record<string, unknown> = {}) => runAt(AT, { parameters });
const states = async () =>
  (await stage.rows("SELECT alert_state, last_alert_at FROM license_limits ORDER BY id")).map((row) => [
    row.alert_state,
    row.last_alert_at,
  ]);
const mails = () =>
  stage.rows("SELECT kind, channel, person_id, to_address, dedupe_key, status FROM messages ORDER BY id");

describe("the use of a limit is", () => {
  it.each([
    ["named", 3],
    ["active", 1],
  ])("for %s people %i of these", async (metric, used) => {
    for (const auth_status of authStatuses) await person({ auth_status });
    await person({ client_id: 2 });
    await limit(1, used, { metric });
    expect(await run()).toMatchObject({ state: "no_action", counts: {} });
    await stage.database.execute("UPDATE license_limits SET max_count = max_count - 1");
    expect((await stage.play()).counts).toMatchObject({ exceeded: 1, alerts: 1 });
  });

  it("for concurrent people the most who were online at once in the last 24 hours", async () => {
    const online = (id: number, taken_at: number, user_count: number, client_id = 1) =>
      stage.insert("online_user_stats", { id, client_id, taken_at, user_count });
    await online(1, AT - DAY, 90);
    await online(2, AT - DAY + 1, 7);
    await online(3, AT - HOUR, 5);
    await online(4, AT - HOUR, 80, 2);
    await limit(1, 7, { metric: "concurrent" });
    await limit(2, 6, { metric: "concurrent" });
    expect((await run()).counts).toMatchObject({ exceeded: 1, alerts: 1 });
    expect(await states()).toEqual([
      ["ok", null],
      ["exceeded", AT],
    ]);
  });

  it("for concurrent people 0 where no person was counted", async () => {
    await limit(1, 0, { metric: "concurrent" });
    expect(await run({ warnPct: 50 })).toMatchObject({ state: "no_action" });
  });
});

describe("an exceeded limit", () => {
  it.each(["ok", "warned"])(
    "that was %s is told in one mail to the client's address, and stays exceeded",
    async (alert_state) => {
      await persons(3);
      await limit(1, 2, { alert_state });
      expect(await run()).toMatchObject({ state: "ok", counts: { scanned: 1, changed: 1, exceeded: 1, alerts: 1 } });
      expect(await states()).toEqual([["exceeded", AT]]);
      expect(await mails()).toEqual([
        {
          kind: "license",
          channel: "mail",
          person_id: null,
          to_address: "licence@example.org",
          dedupe_key: `license|1|exceeded|${TODAY}`,
          status: "to_forward",
        },
      ]);
    },
  );

  it.each([
    ["7 days of the calendar later", {}, Date.parse("2026-02-23T05:50:00.500Z"), 1],
    ["6 days later", {}, Date.parse("2026-02-24T05:50:00Z"), 0],
    ["as many days later as the job says", { repeatAlertDays: 2 }, Date.parse("2026-02-28T22:59:59Z"), 1],
    ["a day less, by the client's zone", { repeatAlertDays: 2 }, Date.parse("2026-02-28T23:00:00Z"), 0],
    ["if it is not known when it was told", {}, null, 1],
  ])("is told again %s", async (_, parameters, last_alert_at, alerts) => {
    await persons(3);
    await limit(1, 2, { alert_state: "exceeded", last_alert_at });
    const { counts } = await run(parameters);
    expect(counts).toMatchObject({ exceeded: 1 });
    expect(counts.alerts ?? 0).toBe(alerts);
    expect(await states()).toEqual([["exceeded", alerts ? AT : last_alert_at]]);
    expect(await mails()).toHaveLength(alerts);
  });

  it("is told once a day, however often it comes and goes", async () => {
    await persons(3);
    await limit(1, 2);
    await run();
    await stage.database.execute("UPDATE license_limits SET max_count = 5");
    await stage.play();
    expect(await states()).toEqual([["ok", AT]]);
    await stage.database.execute("UPDATE license_limits SET max_count = 2");
    expect((await stage.play()).counts).toMatchObject({ changed: 1, exceeded: 1 });
    expect((await states())[0]?.[0]).toBe("exceeded");
    expect(await mails()).toHaveLength(1);
  });

  it.each([
    ["ok", {}, 0],
    ["ok", { warnPct: 99 }, 0],
    ["warned", { warnPct: 80 }, 0],
  ])("that is no longer exceeded becomes %s with %j, and no person is told", async (state, parameters, told) => {
    await persons(4);
    await limit(1, 5, { alert_state: "exceeded", last_alert_at: 5 });
    expect(await run(parameters)).toMatchObject({ state: "ok", counts: { changed: 1 } });
    expect(await states()).toEqual([[state, 5]]);
    expect(await mails()).toHaveLength(told);
  });
});

describe("a warning", () => {
  it.each([
    ["below it", 79, "ok", 0],
    ["at it", 80, "warned", 1],
    ["at the limit itself", 100, "warned", 1],
  ])("is sent from warnPct on: %s, %i of 100", async (_, used, state, told) => {
    for (let index = 0; index < used; index += 20)
      await stage.insert(
        "persons",
        ...Array.from({ length: Math.min(20, used - index) }, (_one, at) => ({ id: 1 + index + at })),
      );
    await limit(1, 100);
    await run({ warnPct: 80 });
    expect((await states()).map(([one]) => one)).toEqual([state]);
    expect((await mails()).map(({ dedupe_key }) => dedupe_key)).toEqual(told ? [`license|1|warned|${TODAY}`] : []);
  });

  it("is sent once, on the way up", async () => {
    await persons(4);
    await limit(1, 5, { alert_state: "warned" });
    expect(await run({ warnPct: 80 })).toMatchObject({ state: "no_action", counts: {} });
    expect(await mails()).toEqual([]);
  });

  it("is none without warnPct, and the state goes back to ok", async () => {
    await persons(5);
    await limit(1, 5, { alert_state: "warned" });
    await run();
    expect(await states()).toEqual([["ok", null]]);
    expect(await mails()).toEqual([]);
  });

  it.each([0, 100, 1.5])("at %d %% is refused", (warnPct) => {
    expect(parameterSchema(processor).safeParse({ warnPct }).success).toBe(false);
  });
});

describe("the recipient", () => {
  const setting = (value: unknown, client_id = 1) =>
    stage.insert("settings", { client_id, key: "mailing.licenseRecipient", value: JSON.stringify(value) });

  it.each([null, "", "  "])("is the setting's where the client has none (%j)", async (email) => {
    await alertsTo(email);
    await setting("office@example.org");
    await person();
    await limit(1, 0);
    await run();
    expect((await mails())[0]?.to_address).toBe("office@example.org");
  });

  it("is missing: the row fails, its state stays, and the alert goes out once there is one", async () => {
    await alertsTo(null);
    await person();
    await limit(1, 0);
    const { state, errors, counts } = await run();
    expect({ state, counts }).toMatchObject({ state: "partial", counts: { failed: 1, exceeded: 1 } });
    expect(errors).toMatchObject([{ ref: "license_limit:1", code: "no_recipient" }]);
    expect(errors[0]?.message).toContain("mailing.licenseRecipient");
    expect(await states()).toEqual([["ok", null]]);
    await alertsTo("licence@example.org");
    expect((await stage.play()).counts).toMatchObject({ alerts: 1 });
  });

  it("that cannot be used ends the run", async () => {
    await alertsTo(null);
    await setting("nobody");
    await person();
    await limit(1, 0);
    expect(await run()).toMatchObject({ state: "failed", reason: "invalid_configuration" });
  });
});

describe("the mail", () => {
  const text = async () => (await stage.rows("SELECT subject, body FROM messages"))[0];

  it.each([
    ["en", "Licence exceeded: North", "people: 1 instead of 0 at most"],
    ["de", "Lizenz überschritten: North", "Personen: 1 statt höchstens 0"],
  ])("is in the client's language: %s", async (locale, subject, part) => {
    await stage.database.execute({
      sql: "UPDATE clients SET default_locale = ?, name = 'North' WHERE id = 1",
      args: [locale],
    });
    await person();
    await limit(1, 0);
    await run();
    expect((await text())?.subject).toBe(subject);
    expect((await text())?.body).toContain(part);
  });

  it("has the client's own words where there are some", async () => {
    await stage.texts("en", {
      "message.license_exceeded.subject": "{limit}",
      "message.license_exceeded.body": "{used} of {max} at {client}",
    });
    await stage.database.execute("UPDATE clients SET name = 'North' WHERE id = 1");
    await person();
    await limit(1, 0);
    await run();
    expect(await text()).toEqual({ subject: "people", body: "1 of 0 at North" });
  });

  it("whose text has an unknown placeholder is the row's failure, and the state stays", async () => {
    await stage.texts("en", { "message.license_exceeded.subject": "{nobody}", "message.license_exceeded.body": "x" });
    await person();
    await limit(1, 0);
    expect((await run()).errors).toMatchObject([{ ref: "license_limit:1", code: "bad_text" }]);
    expect(await states()).toEqual([["ok", null]]);
  });

  it("is sent by the run itself, at most once", async () => {
    const server = await stage.server();
    await person();
    await limit(1, 0);
    expect((await run()).counts).toMatchObject({ alerts: 1, sent: 1 });
    expect((await server.traffic(1)).received).toHaveLength(1);
    expect(await mails()).toMatchObject([{ status: "sent" }]);
    expect(await stage.play()).toMatchObject({ state: "no_action" });
  });
});

it("limits of other clients are left alone, and several of a client are judged each by itself", async () => {
  await persons(2);
  await limit(1, 1);
  await limit(2, 9);
  await limit(3, 1, { metric: "active" });
  await limit(4, 0, { client_id: 2 });
  const { counts } = await run({ chunkSize: 1 });
  expect(counts).toMatchObject({ scanned: 2, changed: 2, exceeded: 2, alerts: 2 });
  expect((await states()).map(([state]) => state)).toEqual(["exceeded", "ok", "exceeded", "ok"]);
});

it("a dry run counts the alerts, and neither queues one nor changes a state", async () => {
  await person();
  await limit(1, 0);
  expect((await runAt(AT, { dryRun: true })).counts).toMatchObject({ exceeded: 1, alerts: 1 });
  expect(await states()).toEqual([["ok", null]]);
  expect(await mails()).toEqual([]);
});

it("without a limit there is nothing to do", async () => {
  await person();
  expect(await run()).toMatchObject({ state: "no_action", counts: {} });
});
