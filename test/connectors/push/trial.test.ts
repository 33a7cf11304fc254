import { beforeEach, describe, expect, it } from "vitest";
import { freshFileDatabase } from "../../harness/database/file-database.ts";
import { fcmError } from "./fake-fcm.ts";
import { vapidPair } from "./fake-web-push.ts";
import { PushScene } from "./scene.ts";

let scene: PushScene;
beforeEach(async () => {
  scene = await PushScene.start(await freshFileDatabase(["control"]));
});

const words = (report: Awaited<ReturnType<PushScene["trial"]>>) => report?.lines.map(({ words }) => words).join("\n");

describe("the test of fcm", () => {
  it("gets a token, has a message checked and sends nothing", async () => {
    await scene.addFcm();
    const report = await scene.trial(1);
    expect(report).toMatchObject({ ok: true });
    expect(words(report)).toContain("Nothing was sent");
    expect(scene.fcm).toMatchObject({ grants: 1, checked: 1, taken: [] });
    expect(await scene.health()).toEqual({ fcm: "ok" });
  });

  it.each([
    [
      "another account",
      (file: Record<string, unknown>) => ({ ...file, client_email: "x@y.example" }),
      undefined,
      "no token: 400, invalid_grant",
    ],
    ["another project", (file: Record<string, unknown>) => file, "suite-9999", "check the id of the project"],
    [
      "a key that is none",
      (file: Record<string, unknown>) => ({ ...file, private_key: "PRIVATE KEY" }),
      undefined,
      "private_key cannot be read",
    ],
  ])("says what is wrong with %s, without the key", async (_, change, projectId, expected) => {
    await scene.addFcm(change(scene.fcm.serviceAccount), projectId);
    const report = await scene.trial(1);
    expect(report).toMatchObject({ ok: false });
    expect(words(report)).toContain(expected);
    expect(JSON.stringify([report, await scene.health()])).not.toContain("BEGIN");
  });

  it("says that an account may not send", async () => {
    await scene.addFcm();
    scene.fcm.isClosed = true;
    expect(words(await scene.trial(1))).toContain("answered 401 UNAUTHENTICATED: it refused the service account");
    expect(scene.fcm.grants).toBe(1);
    expect((await scene.health()).fcm).toContain("reauth_required");
    scene.fcm.isClosed = false;
    scene.fcm.next.push(fcmError(403, "PERMISSION_DENIED", null));
    expect(await scene.trial(1)).toMatchObject({ ok: true });
  });
});

describe("the test of webpush", () => {
  it("compares the keys, and sends nothing without an endpoint", async () => {
    await scene.addWebPush();
    expect(words(await scene.trial(2))).toContain("The two keys belong together");
    expect(scene.web.asked).toBe(0);
    await scene.database.execute("DELETE FROM connectors");
    await scene.addWebPush({ ...scene.vapid, privateKey: vapidPair().privateKey });
    expect(words(await scene.trial(2))).toContain("do not belong together");
  });

  it("sends an empty, signed message to an endpoint, and says how it was taken", async () => {
    await scene.addWebPush();
    const { token } = scene.web.subscribe("ada", scene.vapid.publicKey);
    expect(await scene.trial(2, token)).toMatchObject({ ok: true });
    expect(scene.web.arrived).toEqual([{ name: "ada", text: null }]);
    const other = scene.web.subscribe("bob", vapidPair().publicKey);
    expect(words(await scene.trial(2, other.token))).toContain("answered 403: it refused the VAPID keys");
    expect((await scene.health()).webpush).toContain("reauth_required");
    scene.web.unsubscribe("ada");
    expect(words(await scene.trial(2, token))).toContain("answered 410");
    expect(words(await scene.trial(2, "http://10.0.0.1/push"))).toContain("may not go to");
  });
});
