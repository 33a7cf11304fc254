import { beforeEach, describe, expect, it } from "vitest";
import { PushNotificationScheduler as processor } from "../../../src/processors/communication/PushNotificationScheduler.ts";
import { killedAt } from "../../conformance/suite/faults.ts";
import { fcmError, violations } from "../../connectors/push/fake-fcm.ts";
import { vapidPair } from "../../connectors/push/fake-web-push.ts";
import { PushScene } from "../../connectors/push/scene.ts";
import type { Fault } from "../../connectors/push/server.ts";
import { plansFor } from "../../harness/plans.ts";
import type { RunnerOverrides } from "../../harness/runner/runner.ts";
import { Stage } from "../stage.ts";
import { NOON } from "./mailing.ts";

type Values = Readonly<Record<string, string | number | null>>;
const HOUR = 3_600_000;

let stage: Stage;
let scene: PushScene;
beforeEach(async () => {
  stage = await Stage.set(processor);
  scene = await PushScene.start(stage.database);
});

const enable = () => stage.insert("settings", { client_id: 1, key: "push.enabled", value: "true" });
/** Push is on, with both connectors. */
const both = async () => {
  await enable();
  await scene.addFcm();
  await scene.addWebPush();
};
const play = (parameters: Record<string, unknown> = {}) =>
  stage.play({ parameters }, { connectorsFor: (_, __, attempt) => scene.connectors(attempt) });

const person = (id: number, values: Values = {}) => stage.insert("persons", { id, ...values });
/** A message to a person, by id in the order of sending. */
const message = (id: number, person_id: number | null, values: Values = {}) =>
  stage.insert("messages", {
    id,
    person_id,
    channel: "push",
    status: "to_forward",
    subject: `Subject ${id}`,
    body: `Body ${id}`,
    queued_at: NOON - 1000 + id,
    ...values,
  });
const phone = (id: number, person_id: number, values: Values = {}) =>
  stage.insert("push_devices", { id, person_id, transport: "fcm", token: `phone-${id}`, ...values });
const browser = (id: number, person_id: number, values: Values = {}, vapidKey = scene.vapid.publicKey) =>
  stage.insert("push_devices", {
    id,
    person_id,
    transport: "webpush",
    target_kind: "endpoint",
    ...scene.web.subscribe(`browser-${id}`, vapidKey),
    ...values,
  });

/** Status and error code of every message, by id. */
const states = async () =>
  Object.fromEntries(
    (await stage.rows("SELECT id, status, error FROM messages ORDER BY id")).map(({ id, status, error }) => [
      id,
      error === null ? status : `${status} ${String(error).split(":")[0]}`,
    ]),
  );
const devices = async () => (await stage.rows("SELECT id FROM push_devices ORDER BY id")).map(({ id }) => id);

describe("a message that waits", () => {
  it("goes to each device of its person, and of no other person", async () => {
    await both();
    await person(1);
    await person(2);
    await phone(1, 1);
    await phone(2, 1, { target_kind: "fid" });
    await browser(3, 1);
    await phone(4, 2);
    await message(1, 1);
    await message(9, 2, { client_id: 2 });
    await message(8, 1, { channel: "mail" });
    const run = await play();
    expect(run).toMatchObject({ state: "ok", counts: { sent: 1, devices: 3, changed: 1 } });
    expect(scene.fcm.taken.map(({ to }) => to)).toEqual(["phone-1", "phone-2"]);
    expect(scene.fcm.taken[0]).toMatchObject({
      notification: { title: "Subject 1", body: "Body 1" },
      data: { id: "1" },
    });
    expect(scene.web.arrived).toEqual([
      { name: "browser-3", text: JSON.stringify({ id: "1", title: "Subject 1", body: "Body 1" }) },
    ]);
    const [row] = await stage.rows(
      "SELECT status, attempts, claimed_run_id, provider_message_id FROM messages WHERE id = 1",
    );
    expect(row).toEqual({
      status: "sent",
      attempts: 1,
      claimed_run_id: run.id,
      provider_message_id: "projects/suite-1234/messages/1",
    });
    expect((await stage.rows("SELECT last_ok_at FROM push_devices")).map((one) => one.last_ok_at !== null)).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(await scene.health()).toEqual({ fcm: "ok", webpush: "ok" });
    expect(await states()).toMatchObject({ 8: "to_forward", 9: "to_forward" });
  });

  it("is sent once one device took it, and not tried again on the others", async () => {
    await both();
    await person(1);
    await phone(1, 1);
    await browser(2, 1);
    scene.fcm.faults.set("phone-1", fcmError(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR"));
    await message(1, 1);
    expect(await play()).toMatchObject({ state: "ok", counts: { sent: 1, devices: 1 } });
    scene.fcm.faults.clear();
    expect(await play()).toMatchObject({ state: "no_action" });
    expect(scene.fcm.taken).toEqual([]);
  });

  it("leaves by age, with one token for all, which the connector keeps for the next run", async () => {
    await both();
    await person(1);
    await phone(1, 1);
    for (const id of [3, 1, 2]) await message(id, 1, { queued_at: NOON - 1000 * id });
    await play({ chunkSize: 2 });
    expect(scene.fcm.taken.map(({ data }) => data?.id)).toEqual(["3", "2", "1"]);
    await message(4, 1);
    await play();
    expect(scene.fcm.grants).toBe(1);
    scene.fcm.forgetTokens();
    await message(5, 1);
    expect(await play()).toMatchObject({ state: "ok" });
    expect(scene.fcm.grants).toBe(2);
  });

  it("is shortened at a character to what each service takes", async () => {
    await both();
    await person(1);
    await phone(1, 1);
    await browser(2, 1);
    await message(1, 1, { body: "ä😀".repeat(3000) });
    await message(2, 1, { body: "<p>One</p><p>two &amp; three</p>" });
    expect(await play()).toMatchObject({ counts: { sent: 2, devices: 4 } });
    const [long, html] = scene.fcm.taken;
    expect(long?.bytes).toBeGreaterThan(4085);
    expect(long?.bytes).toBeLessThanOrEqual(4096);
    expect(html?.notification.body).toBe("One\ntwo & three");
    const text = scene.web.arrived[0]?.text ?? "";
    expect(Buffer.byteLength(text)).toBeGreaterThan(3982);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(3993);
    expect(JSON.parse(text).body).toMatch(/^(ä😀)+ä?…$/u);
  });

  it.each([
    ["no_device", "a person without a device", {}, async () => undefined],
    ["no_device", "a person whose device has no connector", {}, () => browser(1, 1)],
    ["inactive_person", "a passive person", { auth_status: "passive" }, () => phone(1, 1)],
    ["inactive_person", "a deleted person", { auth_status: "deleted" }, () => phone(1, 1)],
  ])("becomes an error %s for %s", async (code, _, values, device) => {
    await enable();
    await scene.addFcm();
    await person(1, values);
    await device();
    await message(1, 1);
    await message(2, null);
    expect(await play()).toMatchObject({ state: "partial", counts: { failed: 2 } });
    expect(await states()).toEqual({ 1: `error ${code}`, 2: "error inactive_person" });
    expect(scene.fcm.taken).toEqual([]);
  });
});

describe("old messages", () => {
  it.each([
    ["push is off", async () => undefined, "ok"],
    ["there is no connector", enable, "ok"],
    ["all is there", both, "partial"],
  ])("become errors while %s, to the millisecond, and no others", async (_, given, state) => {
    await given();
    // A run starts a second after noon.
    await message(1, 1, { queued_at: NOON + 1000 - 24 * HOUR - 1 });
    await message(2, 1, { queued_at: NOON + 1000 - 24 * HOUR });
    await message(3, 1, { queued_at: 5, channel: "mail" });
    await message(4, 1, { queued_at: 5, client_id: 2 });
    expect(await play()).toMatchObject({ state });
    expect(await states()).toMatchObject({ 1: "error stale", 3: "to_forward", 4: "to_forward" });
    expect((await states())[2]).toBe(state === "ok" ? "to_forward" : "error inactive_person");
  });

  it("are as old as the job says", async () => {
    for (const [id, hours] of [2, 3, 5].entries()) await message(id + 1, 1, { queued_at: NOON - hours * HOUR });
    expect(await play({ maxAgeHours: 3, chunkSize: 1 })).toMatchObject({ counts: { changed: 2 } });
    expect(await states()).toEqual({ 1: "to_forward", 2: "error stale", 3: "error stale" });
  });
});

it("without the setting, or without a connector, a run has nothing to do and says why", async () => {
  await person(1);
  await phone(1, 1);
  await message(1, 1);
  expect(await play()).toMatchObject({ state: "no_action", message: expect.stringContaining("push.enabled") });
  await enable();
  expect(await play()).toMatchObject({ state: "no_action", message: expect.stringContaining("fcm or webpush") });
  expect(await states()).toEqual({ 1: "to_forward" });
});

describe("an answer of FCM", () => {
  beforeEach(async () => {
    await both();
    await person(1);
    await phone(1, 1);
    await message(1, 1);
  });

  it.each<[string, Fault, string, boolean]>([
    ["404 UNREGISTERED", fcmError(404, "NOT_FOUND", "UNREGISTERED"), "error no_device", true],
    ["403 SENDER_ID_MISMATCH", fcmError(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"), "error no_device", true],
    ["400 INVALID_ARGUMENT", fcmError(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"), "error no_device", true],
    [
      "400 with fieldViolations",
      fcmError(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", [violations]),
      "error refused",
      false,
    ],
    ["400 without any detail", fcmError(400, "INVALID_ARGUMENT", null), "error refused", false],
    [
      "401 THIRD_PARTY_AUTH_ERROR",
      fcmError(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR"),
      "error device_unreachable",
      false,
    ],
    ["none", "cut", "error delivery_unknown", false],
  ])("%s concerns this message and device alone", async (_, fault, state, isRemoved) => {
    scene.fcm.faults.set("phone-1", fault);
    await person(2);
    await phone(2, 2);
    await message(2, 2);
    const removed = isRemoved ? { devicesRemoved: 1 } : {};
    expect(await play()).toMatchObject({ state: "partial", counts: { sent: 1, failed: 1, ...removed } });
    expect(await states()).toEqual({ 1: state, 2: "sent" });
    expect(await devices()).toEqual(isRemoved ? [2] : [1, 2]);
    expect((await scene.health()).fcm).toBe("ok");
  });

  it.each<[string, Fault, number[]]>([
    ["429 with Retry-After", { status: 429, retryAfter: "7" }, [7000]],
    ["429", { status: 429 }, [60_000]],
    ["503", fcmError(503, "UNAVAILABLE", "UNAVAILABLE"), [10_000]],
    ["500", fcmError(500, "INTERNAL", "INTERNAL"), [10_000]],
  ])("%s is waited for, and tried again", async (_, fault, waits) => {
    scene.fcm.next.push(fault);
    expect(await play()).toMatchObject({ state: "ok", counts: { sent: 1 } });
    expect(scene.clock.waits).toEqual(waits);
  });

  it("503 that stays leaves all its messages waiting; the other service is asked, and the run is tried again", async () => {
    scene.fcm.next.push(...Array.from({ length: 3 }, () => ({ status: 503 })));
    await message(2, 1);
    await person(3);
    await browser(3, 3);
    await message(3, 3);
    const run = await play();
    expect(run).toMatchObject({ state: "ok", attempt: 2, counts: { sent: 3 } });
    expect(scene.clock.waits).toEqual([10_000, 20_000]);
    expect(scene.fcm.taken.map(({ data }) => data?.id)).toEqual(["1", "2"]);

    await message(4, 1);
    for (let n = 0; n < 100; n += 1) scene.fcm.next.push({ status: 429, retryAfter: "3600" });
    expect(await play()).toMatchObject({ state: "failed", reason: "remote_unavailable" });
    expect((await states())[4]).toBe("to_forward");
    expect((await scene.health()).fcm).toMatch(/^ok: .* answered 429$/);
  });

  it.each([
    ["401", fcmError(401, "UNAUTHENTICATED", null)],
    ["403", fcmError(403, "PERMISSION_DENIED", null)],
  ])(
    "%s without a code of the device wants a new login; rows wait, the other transport is served",
    async (_, fault) => {
      for (let n = 0; n < 5; n += 1) scene.fcm.next.push(fault);
      await message(2, 1);
      await person(3);
      await browser(3, 3);
      await message(3, 3);
      expect(await play()).toMatchObject({ state: "failed", reason: "invalid_configuration", counts: { sent: 1 } });
      expect(await states()).toEqual({ 1: "to_forward", 2: "to_forward", 3: "sent" });
      expect(await devices()).toEqual([1, 3]);
      expect(await scene.health()).toMatchObject({ fcm: expect.stringContaining("reauth_required"), webpush: "ok" });
      // The new token was tried once, and the second message not at all.
      expect(scene.fcm.next).toHaveLength(4);
    },
  );
});

describe("an answer of a web push service", () => {
  beforeEach(async () => {
    await both();
    await person(1);
    await browser(1, 1);
    await message(1, 1);
  });

  it.each<[string, Fault, string, boolean]>([
    ["404", { status: 404 }, "error no_device", true],
    ["410", { status: 410 }, "error no_device", true],
    ["400", { status: 400 }, "error refused", false],
    ["413", { status: 413 }, "error refused", false],
    ["none", "cut", "error delivery_unknown", false],
  ])("%s concerns this message and device alone", async (_, fault, state, isRemoved) => {
    scene.web.faults.set("browser-1", fault);
    await person(2);
    await browser(2, 2);
    await message(2, 2);
    expect(await play()).toMatchObject({ state: "partial", counts: { sent: 1, failed: 1 } });
    expect(await states()).toEqual({ 1: state, 2: "sent" });
    expect(await devices()).toEqual(isRemoved ? [2] : [1, 2]);
    expect((await scene.health()).webpush).toBe("ok");
  });

  it.each([200, 201, 202])(
    "%d means that the message was taken, with or without an address of its own",
    async (status) => {
      scene.web.faults.set("browser-1", { status });
      expect(await play()).toMatchObject({ state: "ok", counts: { sent: 1, devices: 1 } });
      expect(await states()).toEqual({ 1: "sent" });
      expect(await devices()).toEqual([1]);
    },
  );

  it.each([
    ["429", { status: 429, retryAfter: "5" }, [5000]],
    ["500", { status: 500 }, [10_000]],
    ["503", { status: 503, retryAfter: "1" }, [1000]],
  ])("%s is waited for, and tried again", async (_, fault, waits) => {
    scene.web.next.push(fault);
    expect(await play()).toMatchObject({ state: "ok" });
    expect(scene.clock.waits).toEqual(waits);
  });

  it.each([401, 403])(
    "%d wants a new login; its row waits, and one such subscription keeps no other from being served",
    async (status) => {
      scene.web.faults.set("browser-1", { status });
      await person(2);
      await browser(2, 2);
      await message(2, 2);
      expect(await play()).toMatchObject({ state: "failed", reason: "invalid_configuration", counts: { sent: 1 } });
      expect(await states()).toEqual({ 1: "to_forward", 2: "sent" });
      expect((await scene.health()).webpush).toContain("reauth_required");
    },
  );

  it("403 five times in a row ends its part of the run", async () => {
    for (let id = 2; id <= 7; id += 1) {
      await person(id);
      await browser(id, id, {}, vapidPair().publicKey);
      await message(id, id);
    }
    scene.web.faults.set("browser-1", { status: 403 });
    expect(await play()).toMatchObject({ state: "failed", reason: "invalid_configuration" });
    expect(scene.web.asked).toBe(5);
    expect(new Set(Object.values(await states()))).toEqual(new Set(["to_forward"]));
  });

  it("is not asked for where a subscription cannot be read, or leads into the own network", async () => {
    await stage.database.execute("UPDATE push_devices SET keys = '{}' WHERE id = 1");
    for (const [index, token] of ["https://10.0.0.1/push", "http://push.example/1", "none"].entries()) {
      await person(index + 2);
      await browser(index + 2, index + 2, { token });
      await message(index + 2, index + 2);
    }
    expect(await play()).toMatchObject({ state: "partial", counts: { failed: 4 } });
    expect(new Set(Object.values(await states()))).toEqual(new Set(["error device_unreachable"]));
    expect(scene.web.asked).toBe(0);
    expect(await devices()).toEqual([1, 2, 3, 4]);
  });
});

it("a service that does not answer gets five messages in a run, and one in a further attempt", async () => {
  await both();
  await person(1);
  await phone(1, 1);
  for (let id = 1; id <= 12; id += 1) await message(id, 1);
  for (let n = 0; n < 8; n += 1) scene.fcm.next.push("cut");
  expect(await play()).toMatchObject({ state: "failed", reason: "remote_unavailable", attempt: 3 });
  const all = Object.values(await states());
  expect(all.filter((state) => state === "error delivery_unknown")).toHaveLength(7);
  expect(all.filter((state) => state === "to_forward")).toHaveLength(5);
});

it("a message whose run died is an error, and not sent again", async () => {
  await both();
  await person(1);
  await phone(1, 1);
  await message(1, 1, { status: "sending", attempts: 1, claimed_run_id: 999 });
  expect(await play()).toMatchObject({ state: "partial" });
  expect(await states()).toEqual({ 1: "error delivery_unknown" });
  expect(scene.fcm.taken).toEqual([]);
});

it.each([1, 2, 3, 4, 5, 6, 7, 8].flatMap((fatal) => [[fatal, "before"] as const, [fatal, "after"] as const]))(
  "none stays on its way when the run is killed at write %i (%s it is in), wherever it stands among those of runs before",
  async (fatal, when) => {
    await both();
    await person(1);
    await phone(1, 1);
    // Left by a run before, younger than what this run sends first.
    await message(3, 1, { status: "sending", attempts: 1, claimed_run_id: 999 });
    await message(1, 1);
    await message(2, 1);
    const connectorsFor: RunnerOverrides["connectorsFor"] = (_, __, attempt) => scene.connectors(attempt);
    const id = await stage.begin();
    const dying = killedAt(stage.database, fatal, when);
    await stage.work({ connectorsFor }, stage.clock.now(), dying).catch(() => undefined);
    await stage.work({ connectorsFor });
    expect(["ok", "partial"]).toContain((await stage.run(id)).state);
    const { 3: left, ...own } = await states();
    expect(left).toBe("error delivery_unknown");
    const sent = Object.values(own).filter((state) => state === "sent");
    expect(Object.values(own).filter((state) => state === "error delivery_unknown")).toHaveLength(2 - sent.length);
    expect(sent.length).toBeGreaterThan(0);
    expect(scene.fcm.taken.length).toBeLessThan(3);
  },
);

it("reaches its rows by indexes, whatever is stored", async () => {
  await both();
  await person(1);
  await phone(1, 1);
  await message(1, 1);
  await message(2, 1, { queued_at: 5 });
  const plans = await plansFor(stage.database, "messages|message|push_devices|person", play);
  expect(plans.filter((plan) => plan.startsWith("SCAN"))).toEqual([]);
  expect(plans.length).toBeGreaterThan(4);
});
