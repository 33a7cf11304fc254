import { beforeEach, describe, expect, it } from "vitest";
import { listBlackouts } from "../../../../src/administration/pauses/blackouts.ts";
import { listChanges } from "../../../../src/control/audit-trail.ts";
import { localInstant } from "../../../../src/web/reader/local-instant.ts";
import { type Browser, NOON, type Stage, setStage } from "../../stage/stage.ts";

let stage: Stage;
let admin: Browser;
beforeEach(async () => {
  stage = await setStage();
  admin = await stage.signedIn("system_admin");
});

const PAGE = "/admin/pauses";

describe("the switch that stops everything", () => {
  it("says who, since when and why, wakes those at work, and is on record", async () => {
    const jobId = await stage.addJob({ name: "Night", processor: "PlainJob" });
    await stage.addRun({ jobId, clientId: stage.newYork, state: "running" });
    expect((await admin.get(PAGE)).text).toContain("One switch for all clients");
    expect((await admin.post(`${PAGE}/stop`, { note: "Fire drill" })).location).toBe(`${PAGE}?notice=stopped`);
    expect(stage.woken).toEqual([stage.newYork]);
    const { text } = await admin.get(PAGE);
    expect(text).toMatch(/Everything is stopped Since .*23 Nov 2026, 12:00:00 .* By system_admin.* Note Fire drill/);
    expect((await admin.post(`${PAGE}/stop`, { note: "Again" })).location).toContain("stopped-already");
    expect((await admin.get(PAGE)).text).toContain("Fire drill");
    for (const _ of ["once", "twice"]) {
      expect((await admin.post(`${PAGE}/resume`)).location).toContain("resumed");
    }
    expect((await admin.get(PAGE)).text).not.toContain("Everything is stopped");
    const changes = await listChanges(stage.database, { of: { entity: "setting", entityId: 0 } });
    expect(changes.map(({ action, after }) => [action, after?.note])).toEqual([
      ["resume", undefined],
      ["stop", "Fire drill"],
    ]);
  });

  it("shows others that it is on, and no button", async () => {
    await admin.post(`${PAGE}/stop`, { note: "Fire drill" });
    const { text, body } = await (await stage.signedIn("client_admin", stage.berlin)).get(PAGE);
    expect(text).toContain("Everything is stopped");
    expect(body).not.toContain(`action="${PAGE}`);
  });
});

describe("a blackout", () => {
  const input = { clientId: "0", startsAt: "2026-12-24T18:00", endsAt: "2026-12-27T06:00", note: "Christmas" };

  it("is laid in the reader's time zone, once however often it is sent, and taken away again", async () => {
    await admin.post("/language", { locale: "en", zone: "Europe/Berlin", back: PAGE });
    const clientId = String(stage.newYork);
    for (const _ of ["once", "twice"]) {
      expect((await admin.post(`${PAGE}/blackouts`, { ...input, clientId })).location).toContain("blackout-created");
    }
    const [blackout, ...others] = await listBlackouts(stage.database, NOON);
    expect([blackout?.startsAt, others]).toEqual([Date.UTC(2026, 11, 24, 17), []]);
    const { text } = await admin.get(PAGE);
    expect(text).toMatch(/new-york Thu 24 Dec 2026, 18:00:00 Europe\/Berlin .* 12:00:00 America\/New_York/);
    expect(text).toContain("Christmas system_admin");
    const path = `${PAGE}/blackouts/${blackout?.id}/delete`;
    for (const _ of ["once", "twice"]) expect((await admin.post(path)).location).toContain("blackout-deleted");
    expect(await listBlackouts(stage.database, NOON)).toEqual([]);
    const changes = await listChanges(stage.database, { clientId: stage.newYork });
    expect(changes.map(({ action }) => action)).toEqual(["delete", "create"]);
  });

  it.each([
    [{ startsAt: "soon" }, "Enter day and time such as 2026-12-24T18:00"],
    [{ endsAt: "2026-12-24T17:00" }, "It ends before it begins; enter a later end"],
    [{ endsAt: "2027-12-24T17:00" }, "It is longer than 92 days"],
    [{ clientId: "99" }, "There is no such client here."],
  ])("with %o is refused, and what was entered stays", async (wrong, message) => {
    const { status, text, body } = await admin.post(`${PAGE}/blackouts`, { ...input, ...wrong });
    expect([status, text.includes(message), body.includes('value="Christmas"')], text).toEqual([422, true, true]);
  });

  it("is seen by those whom it concerns", async () => {
    await admin.post(`${PAGE}/blackouts`, { ...input, note: "For all" });
    await admin.post(`${PAGE}/blackouts`, { ...input, clientId: String(stage.newYork), note: "For New York" });
    const { text, body } = await (await stage.signedIn("client_admin", stage.berlin)).get(PAGE);
    expect([text.includes("For all"), text.includes("For New York")]).toEqual([true, false]);
    expect(body).not.toContain("/delete");
  });
});

describe("a local time", () => {
  it.each([
    ["2026-11-23T18:00", "Europe/Berlin", "2026-11-23T17:00:00.000Z"],
    ["2026-11-23T18:00:30", "UTC", "2026-11-23T18:00:30.000Z"],
    // The clocks go from 02:00 to 03:00.
    ["2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:00:00.000Z"],
    // They show 02:30 twice.
    ["2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00.000Z"],
    ["2026-10-25T03:30", "Europe/Berlin", "2026-10-25T02:30:00.000Z"],
    ["2026-06-01T12:00", "Pacific/Kiritimati", "2026-05-31T22:00:00.000Z"],
    ["2026-02-30T12:00", "UTC", null],
    ["2026-02-03", "UTC", null],
    ["soon", "UTC", null],
  ])("%s in %s is %s", (text, zone, instant) => {
    const at = localInstant(text, zone);
    expect(at === null ? null : new Date(at).toISOString()).toBe(instant);
  });
});
