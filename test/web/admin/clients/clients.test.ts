import { beforeEach, describe, expect, it } from "vitest";
import { listChanges } from "../../../../src/control/audit-trail.ts";
import { beginMove } from "../../../../src/control/clients/moves.ts";
import { readHolidayList } from "../../../../src/web/admin/clients/holiday-list.ts";
import { addClient } from "../../../harness/runner/runner.ts";
import { type Browser, NOON, type Stage, setStage } from "../../stage/stage.ts";

let stage: Stage;
let admin: Browser;
beforeEach(async () => {
  stage = await setStage();
  admin = await stage.signedIn("system_admin");
});

const fields = {
  key: "oslo",
  name: "Oslo Academy",
  timeZone: "Europe/Oslo",
  defaultLocale: "nb",
  host: "learn.example.no",
  sitemapEnabled: "",
  licenseAlertEmail: "office@example.no",
  deletionDelayMonths: "3",
  deletionMode: "remove",
  deactivationMode: "2",
  deactivationDays: "365",
};

const hidden = (body: string, name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(body)?.[1] ?? "";
const triggers = async () =>
  (await stage.database.execute("SELECT client_id, time_zone, next_fire_at FROM triggers ORDER BY id")).rows.map(
    (row) => `${row.client_id} ${row.time_zone} ${new Date(Number(row.next_fire_at)).toISOString()}`,
  );

describe("the list of clients", () => {
  it("is by name, a page at a time, and finds the beginning of a name or a key", async () => {
    for (let number = 10; number < 62; number += 1) await addClient(stage.database, `School ${number}`);
    const first = await admin.get("/admin/clients");
    const next = /href="(\/admin\/clients\?after=\d+)"/.exec(first.body)?.[1] ?? "";
    const second = await admin.get(next);
    const shown = (text: string) => ["School 59", "School 60", "berlin"].filter((name) => text.includes(name));
    expect([shown(first.text), shown(second.text)]).toEqual([["School 59"], ["School 60", "berlin"]]);
    const found = await admin.get("/admin/clients?find=school+6");
    expect([...found.body.matchAll(/\/admin\/clients\/\d+"/g)]).toHaveLength(2);
    expect((await admin.get("/admin/clients?find=BERLIN")).text).toContain("Europe/Berlin now 13:00");
    expect((await admin.get("/admin/clients?find=nowhere")).text).toContain("There is no such client here.");
  });

  it("shows a client's admin that client alone, to read and without the database's address", async () => {
    await stage.database.execute(
      `UPDATE clients SET database_url = 'libsql://secret-place' WHERE id = ${stage.berlin}`,
    );
    const browser = await stage.signedIn("client_admin", stage.berlin);
    const list = await browser.get("/admin/clients");
    expect([list.text.includes("berlin"), list.text.includes("new-york")]).toEqual([true, false]);
    const { body, text } = await browser.get(`/admin/clients/${stage.berlin}`);
    expect(text).toContain("in a database of its own");
    expect(body).not.toMatch(/secret-place|client:move|<input(?! type="hidden" name="back")/);
    expect((await browser.get(`/admin/clients/${stage.newYork}/holidays`)).status).toBe(404);
  });
});

describe("a new client", () => {
  it("is not active until it is started; then jobs for all serve it in its zone", async () => {
    await stage.addJob({ name: "Noon", processor: "PlainJob", cron: "0 0 12 * * ?" });
    const answer = await admin.post("/admin/clients/new", fields);
    expect(answer.location).toMatch(/^\/admin\/clients\/\d+\?notice=client-created$/);
    const path = answer.location?.split("?")[0] ?? "";
    const id = Number(path.split("/").at(-1));
    expect((await triggers()).filter((one) => one.startsWith(`${id} `))).toEqual([]);
    const shown = await admin.get(path);
    expect([shown.text.includes("inactive"), shown.body.includes('value="learn.example.no"')]).toEqual([true, true]);
    expect((await admin.post(`${path}/switch`, { active: "true" })).location).toContain("client-started");
    expect((await triggers()).filter((one) => one.startsWith(`${id} `))).toEqual([
      `${id} Europe/Oslo 2026-11-24T11:00:00.000Z`,
    ]);
    expect((await admin.post(`${path}/switch`, { active: "false" })).location).toContain("client-stopped");
    expect((await triggers()).filter((one) => one.startsWith(`${id} `))).toEqual([]);
    const changes = await listChanges(stage.database, { clientId: id });
    expect(changes.map(({ action, entityId }) => [action, entityId])).toEqual([
      ["stop", id],
      ["start", id],
      ["create", id],
    ]);
    expect(changes[2]?.after).toMatchObject({ key: "oslo", deletionMode: "remove", deactivationDays: 365 });
  });

  it.each([
    [{ key: "berlin" }, "Another client has the key berlin; choose another"],
    [{ key: "Oslo!" }, "Use small letters, digits, - and _"],
    [{ name: "" }, "Enter a text"],
    [{ timeZone: "Europe/Atlantis" }, "Use an IANA name such as Europe/Berlin"],
    [{ defaultLocale: "no such" }, "Use a language tag such as de or en-GB"],
    [{ host: "https://learn.example.no/" }, "without https:// and path"],
    [{ licenseAlertEmail: "office" }, "Enter an e-mail address"],
    [{ deletionDelayMonths: "-1" }, "Enter 0 or more"],
    [{ deactivationDays: "" }, "Enter the days, or choose that no one is deactivated"],
    [{ deletionMode: "active" }, "Choose one of: anonymise, remove"],
  ])("is refused with %o, and what was entered stays", async (wrong, message) => {
    const { status, text, body } = await admin.post("/admin/clients/new", { ...fields, ...wrong });
    const kept = Object.values({ ...fields, ...wrong }).filter((value) => body.includes(`value="${value}"`));
    expect([status, text.includes(message), kept]).toEqual([422, true, Object.values({ ...fields, ...wrong })]);
  });
});

describe("a changed client", () => {
  it("has its jobs planned anew in its zone, and only what differs is on record", async () => {
    await stage.addJob({ name: "Noon", processor: "PlainJob", cron: "0 0 12 * * ?", clientId: stage.berlin });
    const path = `/admin/clients/${stage.berlin}`;
    const updatedAt = hidden((await admin.get(path)).body, "updatedAt");
    const input = { ...fields, key: "berlin", name: "Berlin", updatedAt };
    expect((await admin.post(path, input)).location).toBe(`${path}?notice=client-saved`);
    expect(await triggers()).toEqual([`${stage.berlin} Europe/Oslo 2026-11-24T11:00:00.000Z`]);
    expect(stage.woken).toContain(stage.berlin);
    const [change] = await listChanges(stage.database, { of: { entity: "client", entityId: stage.berlin } });
    expect(change?.before).toMatchObject({ name: "berlin", timeZone: "Europe/Berlin", host: null });
    expect([change?.after?.key, change?.after?.name]).toEqual([undefined, "Berlin"]);
  });

  it("by two at once: the second sees it, keeps the own input, and may save then", async () => {
    const path = `/admin/clients/${stage.berlin}`;
    const updatedAt = hidden((await admin.get(path)).body, "updatedAt");
    const input = { ...fields, key: "berlin", updatedAt };
    await admin.post(path, { ...input, name: "First" });
    const late = await admin.post(path, { ...input, name: "Second" });
    expect([late.status, late.text.includes("Another administrator saved this client")]).toEqual([409, true]);
    expect(late.text).toContain("Name is now: First");
    expect(late.body).toContain('value="Second"');
    const again = { ...input, name: "Second", updatedAt: hidden(late.body, "updatedAt") };
    expect((await admin.post(path, again)).status).toBe(303);
    // A form sent back for a slip is not newer than it was.
    const slip = await admin.post(path, { ...input, name: "" });
    expect([slip.status, hidden(slip.body, "updatedAt")]).toEqual([422, updatedAt]);
  });

  it("says where its data lies, how far a move is, and which command goes on with it", async () => {
    const path = `/admin/clients/${stage.berlin}`;
    expect((await admin.get(path)).text).toContain("npm run client:move -- --client berlin --to URL");
    const target = { url: "libsql://north.example", tokenEnc: null };
    const source = { url: null, tokenEnc: null };
    await beginMove(stage.database, { clientId: stage.berlin, source, target }, NOON - 60_000);
    const { text } = await admin.get(path);
    expect(text).toContain("libsql://north.example");
    expect(text).toContain("The data waits until the runs at work have set themselves aside");
    expect(text).toMatch(/Last came on: .* 1 min ago/);
    expect(text).toContain("npm run client:move -- --client berlin --abandon");
  });
});

describe("holidays", () => {
  it("are pasted as a list, removed one by one or when they have passed, and put on record", async () => {
    const path = `/admin/clients/${stage.berlin}/holidays`;
    const days = "2026-12-25 Christmas\n26.12.2026;Boxing Day\n\n2026-1-1\tNew Year";
    expect((await admin.post(path, { days, intent: "add" })).location).toBe(`${path}?notice=holidays-saved`);
    expect((await admin.get(path)).text).toMatch(/2026-01-01 New Year .*2026-12-25 Christmas .*2026-12-26 Boxing Day/);
    await admin.post(path, { remove: "2026-12-26" });
    await admin.post(path, { intent: "remove-past" });
    await admin.post(path, { intent: "add", days: "2026-12-25 Xmas" });
    const { text } = await admin.get(path);
    expect([text.includes("2026-12-25 Xmas"), text.includes("2026-01-01"), text.includes("2026-12-26")]).toEqual([
      true,
      false,
      false,
    ]);
    expect((await admin.get(`/admin/clients/${stage.berlin}`)).text).toContain("1 day · next 2026-12-25 Xmas");
    expect(await listChanges(stage.database, { clientId: stage.berlin })).toHaveLength(4);
  });

  it("added by two at once are all there", async () => {
    const path = `/admin/clients/${stage.berlin}/holidays`;
    const lists = ["2026-12-25", "2026-12-26", "2026-12-27"];
    await Promise.all(lists.map((days) => admin.post(path, { intent: "add", days })));
    const { rows } = await stage.database.execute("SELECT day FROM calendars ORDER BY day");
    expect(rows.map(({ day }) => day)).toEqual(lists);
  });

  it.each([
    ["2026-12-25\nChristmas", "This line begins with no day: Christmas"],
    ["2026-02-30 Nowhere", "2026-02-30: Enter a day as YYYY-MM-DD"],
    ["2026-12-25\n2026-12-25", "2026-12-25 is there twice; keep one"],
    ["", "Enter at least one day"],
  ])("%j are refused whole, and stay in the field", async (days, message) => {
    const path = `/admin/clients/${stage.berlin}/holidays`;
    const { status, text, body } = await admin.post(path, { intent: "add", days });
    expect([status, text.includes(message), body.includes(`${days}</textarea>`)], text).toEqual([422, true, true]);
    expect((await stage.database.execute("SELECT count(*) AS days FROM calendars")).rows[0]?.days).toBe(0);
  });

  it("are read from what a table or a calendar gives", () => {
    const pasted = '2026-05-01, "Labour Day"\r\n3.10.2026 – Unity\nnothing';
    expect(readHolidayList(pasted)).toEqual({
      days: [
        { day: "2026-05-01", name: "Labour Day" },
        { day: "2026-10-03", name: "Unity" },
      ],
      unread: ["nothing"],
    });
  });
});
