import { beforeEach, describe, expect, it } from "vitest";
import { listChanges } from "../../../../src/control/audit-trail.ts";
import { settingDefinitions } from "../../../../src/control/clients/setting-definitions.ts";
import { catalogue } from "../../../../src/processors/all.ts";
import { findGerman } from "../../../../src/web/words/told.ts";
import { type Browser, type Stage, setStage } from "../../stage/stage.ts";

let stage: Stage;
let admin: Browser;
beforeEach(async () => {
  stage = await setStage();
  admin = await stage.signedIn("system_admin");
});

const PAGE = "/admin/settings";

const stored = async () =>
  Object.fromEntries(
    (await stage.database.execute("SELECT client_id, key, value FROM settings ORDER BY client_id, key")).rows.map(
      ({ client_id, key, value }) => [`${client_id} ${key}`, value],
    ),
  );

/** The page's form as a browser would send it, with other values in some fields. */
async function form(path: string, values: Record<string, string>): Promise<URLSearchParams> {
  const { body } = await admin.get(path);
  const fields = new URLSearchParams();
  const decode = (text: string) => text.replaceAll("&quot;", '"').replaceAll("&amp;", "&").replaceAll("&lt;", "<");
  for (const [tag] of body.matchAll(/<input[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(tag)?.[1] ?? "";
    if (/^(client|seen\..*|settings\..*)$/.test(name)) fields.set(name, decode(/value="([^"]*)"/.exec(tag)?.[1] ?? ""));
  }
  for (const [, name = "", text = ""] of body.matchAll(/<textarea[^>]*name="([^"]*)"[^>]*>([^<]*)/g)) {
    fields.set(name, decode(text));
  }
  for (const [, name = "", options = ""] of body.matchAll(/<select[^>]*name="(settings[^"]*)"[^>]*>(.*?)<\/select>/g)) {
    fields.set(name, /value="([^"]*)" selected/.exec(options)?.[1] ?? "");
  }
  for (const [name, value] of Object.entries(values)) fields.set(name, value);
  return fields;
}

describe("the settings", () => {
  it("are shown with meaning, default and who reads them", async () => {
    const { text } = await admin.get(PAGE);
    expect(text).toContain("Days by which a new cycle begins earlier");
    expect(text).toContain("Default: 7. Read by ParticipantAutomaticRegistration");
    expect(text).toContain("Key: enrolment.bufferDays.");
    expect(text).toContain("Default: not set. Read by PasswordChangeExpiryCheck (not in this release).");
    for (const { key } of settingDefinitions) expect(text).toContain(`Key: ${key}.`);
  });

  it("have German words, and defaults that may be given", () => {
    const words = settingDefinitions.flatMap(({ label, meaning }) => [label, meaning]);
    expect(words.filter((one) => findGerman(one) === null)).toEqual([]);
    const wrong = settingDefinitions.filter(
      ({ schema, fallback }) => fallback !== undefined && !schema.safeParse(fallback).success,
    );
    expect(wrong).toEqual([]);
    const read = settingDefinitions.flatMap(({ readBy }) => readBy);
    expect(read.filter((id) => catalogue.find(id) !== null).length).toBeGreaterThan(2);
  });

  it("are saved as far as they were changed, on record, and a sent form changes nothing twice", async () => {
    const values = { "settings.password.validityDays": "90", "settings.push.enabled": "true", client: "0" };
    const sent = await form(PAGE, values);
    expect((await admin.post(PAGE, sent)).location).toBe(`${PAGE}?notice=settings-saved`);
    expect((await admin.post(PAGE, sent)).status).toBe(303);
    expect(await stored()).toEqual({ "0 password.validityDays": "90", "0 push.enabled": "true" });
    const changes = await listChanges(stage.database, { clientId: 0 });
    expect(changes.filter(({ entity }) => entity === "setting")).toMatchObject([
      {
        before: { "password.validityDays": null, "push.enabled": null },
        after: { "password.validityDays": 90, "push.enabled": true },
      },
    ]);
  });

  it("of a client begin with what holds for all, and go back to it", async () => {
    await admin.post(PAGE, await form(PAGE, { "settings.enrolment.bufferDays": "5" }));
    const path = `${PAGE}?client=${stage.berlin}`;
    const before = await admin.get(path);
    expect(before.text).toContain("For all clients: 5.");
    expect(before.text).not.toContain("Heavy runs at once");
    await admin.post(PAGE, await form(path, { "settings.enrolment.bufferDays": "0" }));
    expect(await stored()).toEqual({ "0 enrolment.bufferDays": "5", [`${stage.berlin} enrolment.bufferDays`]: "0" });
    const reset = await admin.post(`${PAGE}/reset`, { client: String(stage.berlin), key: "enrolment.bufferDays" });
    expect(reset.location).toBe(`${path}&notice=setting-reset`);
    expect(await stored()).toEqual({ "0 enrolment.bufferDays": "5" });
    expect((await admin.get(`${PAGE}?client=nobody`)).status).toBe(404);
  });

  it.each([
    ["password.validityDays", "-1", "Enter 0 or more"],
    ["password.validityDays", "many", "Enter a number"],
    ["systemTimeZone", "Europe/Atlantis", "Use an IANA name such as Europe/Berlin"],
    ["maxConcurrentHeavyRuns", "0", "Enter 1 or more"],
    ["mailing.licenseRecipient", "office", "Enter an e-mail address"],
    ["navigation", "m_jobs", "Enter a list"],
    ["navigation", '[{"identifier":"m_jobs","visibel":true}]', "visibel"],
    ["navigation", '[{"identifier":"m_jobs"},{"identifier":"m_jobs"}]', "The identifier m_jobs is there twice"],
    ["languages.importLocation", "c/<id>/../2/", "Use a folder below c/ or g/"],
    ["stopped", "{}", 'The form has no field "stopped"'],
  ])("%s with %s is refused, and stays in its field", async (key, value, message) => {
    const { status, text, body } = await admin.post(PAGE, await form(PAGE, { [`settings.${key}`]: value }));
    expect([status, text.includes(message)], text).toEqual([422, true]);
    if (key !== "stopped") expect(body).toContain(value.replaceAll('"', "&quot;").replaceAll("<", "&lt;").slice(0, 8));
    expect(await stored()).toEqual({});
  });

  it("changed by two at once: the second sees what the first has given, and other settings do not get in the way", async () => {
    const [late, other] = [
      await form(PAGE, { "settings.session.timeoutMinutes": "10" }),
      await form(PAGE, { "settings.enrolment.bufferDays": "3" }),
    ];
    await admin.post(PAGE, await form(PAGE, { "settings.session.timeoutMinutes": "20" }));
    expect((await admin.post(PAGE, other)).status).toBe(303);
    const answer = await admin.post(PAGE, late);
    expect([
      answer.status,
      answer.text.includes("Another administrator changed this meanwhile: Minutes until"),
    ]).toEqual([409, true]);
    expect(answer.text).toContain("Now: 20.");
    expect(answer.body).toContain('value="10"');
    expect((await stored())["0 session.timeoutMinutes"]).toBe("20");
    late.set("seen.session.timeoutMinutes", "20");
    expect((await admin.post(PAGE, late)).status).toBe(303);
    expect((await stored())["0 session.timeoutMinutes"]).toBe("10");
  });

  it("navigation takes effect at once", async () => {
    const value = '[{"identifier":"m_jobs","label":"Night work"},{"identifier":"m_clients","visible":false}]';
    expect((await admin.post(PAGE, await form(PAGE, { "settings.navigation": value }))).status).toBe(303);
    const { body } = await admin.get(PAGE);
    expect([body.includes("Night work"), body.includes('href="/admin/clients"')]).toEqual([true, false]);
  });

  it("systemTimeZone plans the platform's jobs anew in it, and leaves those with a zone of their own alone", async () => {
    await stage.addJob({ name: "Platform", processor: "GlobalJob", cron: "0 0 12 * * ?" });
    await stage.addJob({ name: "Own", processor: "GlobalJob", cron: "0 0 12 * * ?", timeZone: "UTC" });
    await stage.addJob({ name: "Client", processor: "PlainJob", cron: "0 0 12 * * ?", clientId: stage.berlin });
    await admin.post(PAGE, await form(PAGE, { "settings.systemTimeZone": "Asia/Tokyo" }));
    const { rows } = await stage.database.execute("SELECT time_zone, next_fire_at FROM triggers ORDER BY job_id");
    expect(rows.map((row) => [row.time_zone, new Date(Number(row.next_fire_at)).toISOString().slice(11, 16)])).toEqual([
      ["Asia/Tokyo", "03:00"],
      ["UTC", "12:00"],
      ["Europe/Berlin", "11:00"],
    ]);
  });
});
