import { beforeEach, describe, expect, it } from "vitest";
import { accessTokenHash } from "../../../src/learning/reports/access-token.ts";
import { OSReportSubscription } from "../../../src/processors/reports/OSReportSubscription.ts";
import { countingDatabase, type DatabaseTally } from "../../../src/store/database.ts";
import { valuesOf } from "../../learning/reports/sheet.ts";
import { Stage } from "../stage.ts";

/** Monday, 2 March 2026, 13:00 in Berlin. */
const TODAY = "2026-03-02";
const MONDAY = 2;
const DAY = 86_400_000;

let stage: Stage;

beforeEach(async () => {
  stage = await Stage.set(OSReportSubscription);
  await stage.insert(
    "persons",
    { id: 1, username: "ada", email: "ada@example.com", role: "client_admin" },
    { id: 2, username: "bo", given_name: "Bo", family_name: "Ek", email: "bo@example.com", role: "supervisor" },
    { id: 3, username: "cy", given_name: "Cy", family_name: "Ott", email: "cy@example.com", supervisor_id: 2 },
    { id: 4, client_id: 2, username: "eve", given_name: "Eve", family_name: "Stranger" },
  );
  await stage.insert("reports", {
    id: 1,
    key: "persons",
    name: "People",
    definition: '{"columns":["username","family_name"]}',
  });
});

const key = (id: number, person = 1, format = "csv", day = TODAY) =>
  `c/1/data/report/subscription/${id}/${day}_${person}.${format}`;
const csv = async (id: number, person = 1, day = TODAY) => {
  const bytes = await stage.file(key(id, person, "csv", day));
  return bytes && new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
};
const linesOf = (text: string | null) => text?.slice(1).split("\r\n").slice(0, -1);
const files = () => stage.rows("SELECT * FROM files ORDER BY id");
const messages = () => stage.rows("SELECT * FROM messages ORDER BY id");
const fileKeys = async () => (await files()).map((file) => file.key);
const tokenIn = (body: unknown) => /https:\/\/north\.example\.org\/r\/(1\.[\w-]{43})\s/.exec(String(body))?.[1] ?? "";

describe("a subscription of today", () => {
  beforeEach(() => stage.amount(0));

  it("gets a file, a row for it and a mail with a link that opens it", async () => {
    await stage.insert("report_subscriptions", { id: 7, report_id: 1, person_id: 1 });
    const random = (length: number) => new Uint8Array(length).map((_, index) => index);
    const run = await stage.play({}, { randomBytes: random });
    expect(run).toMatchObject({ state: "ok", counts: { reports: 1, rows: 3, mails: 1, changed: 1, scanned: 1 } });
    expect(linesOf(await csv(7))).toEqual(['"Username";"Last name"', '"ada";"Byron"', '"bo";"Ek"', '"cy";"Ott"']);
    const now = stage.clock.now();
    const entry = await stage.files.head(key(7));
    expect(await files()).toMatchObject([
      {
        client_id: 1,
        key: key(7),
        kind: "report",
        ref_type: "report_subscription",
        ref_id: 7,
        size: entry?.size,
        etag: entry?.etag,
        state: "ready",
        expires_at: now + 10 * DAY,
        stored_at: now,
      },
    ]);
    expect(await messages()).toMatchObject([
      {
        client_id: 1,
        created_run_id: run.id,
        kind: "report",
        channel: "mail",
        person_id: 1,
        to_address: "ada@example.com",
        dedupe_key: `rep|7|${TODAY}|1`,
        status: "to_forward",
        subject: "People of March 2, 2026",
      },
    ]);
    const [message] = await messages();
    const token = tokenIn(message?.body);
    expect(token).toBe(`1.${Buffer.from(random(32)).toString("base64url")}`);
    expect(message?.body).toContain("(rows: 3)");
    expect(message?.body).toContain("valid until March 12, 2026");
    expect((await files())[0]?.access_token_hash).toBe(await accessTokenHash(token));
  });

  it("keeps its token out of everything but the mail", async () => {
    await stage.insert("report_subscriptions", { id: 7, report_id: 1, person_id: 1 });
    await stage.play();
    await stage.play({ dryRun: true });
    const token = tokenIn((await messages())[0]?.body);
    expect(token).not.toBe("");
    for (const { name } of await stage.rows("SELECT name FROM sqlite_master WHERE type = 'table'")) {
      const rows = JSON.stringify(await stage.rows(`SELECT * FROM ${name}`));
      if (name !== "messages") expect(rows, String(name)).not.toContain(token);
    }
  });

  it.each([
    ["2026-03-01", 1],
    ["2026-03-02", 2],
    ["2026-03-03", 3],
    ["2026-02-28", 7],
  ])("is one whose weekdays hold that of the run's day (%s: %i)", async (day, weekday) => {
    await stage.insert(
      "report_subscriptions",
      ...[1, 2, 3, 4, 5, 6, 7].map((id) => ({ id, report_id: 1, person_id: 1, weekdays: `[${id}]` })),
    );
    if (day > TODAY) await stage.sleep();
    await stage.play({ asOf: day });
    expect(await fileKeys()).toEqual([key(weekday, 1, "csv", day)]);
  });

  it("is judged by the client's own day", async () => {
    await stage.insert("report_subscriptions", { id: 1, report_id: 1, person_id: 1, weekdays: "[3]" });
    await stage.clock.advanceTo(Date.parse("2026-03-03T00:10:00+01:00"));
    await stage.play();
    expect(await fileKeys()).toEqual([key(1, 1, "csv", "2026-03-03")]);
  });

  it.each([
    ["is active", { active: 0 }, ""],
    ["has an active person", {}, "UPDATE persons SET auth_status = 'passive' WHERE id = 1"],
    ["has a person who is not deleted", {}, "UPDATE persons SET auth_status = 'deleted' WHERE id = 1"],
    ["is this client's", { client_id: 2 }, ""],
    ["has a person of this client", { person_id: 4 }, ""],
  ])("%s", async (_, values, change) => {
    await stage.insert("report_subscriptions", { id: 1, report_id: 1, person_id: 1, ...values });
    if (change) await stage.database.execute(change);
    expect(await stage.play()).toMatchObject({ state: "no_action" });
    expect(await files()).toEqual([]);
  });

  it("with subscriptionIds is among these", async () => {
    await stage.insert("report_subscriptions", ...[1, 2, 3].map((id) => ({ id, report_id: 1, person_id: 1 })));
    await stage.play({ parameters: { subscriptionIds: [3, 1, 99] } });
    expect(await fileKeys()).toEqual([key(1), key(3)]);
  });

  it("with linkValidDays has a link that is valid for so long", async () => {
    await stage.insert("report_subscriptions", { id: 1, report_id: 1, person_id: 1 });
    await stage.play({ parameters: { linkValidDays: 1 } });
    expect((await files())[0]?.expires_at).toBe(stage.clock.now() + DAY);
    expect((await messages())[0]?.body).toContain("valid until March 3, 2026");
  });

  it("is served once a day, however often a run comes by", async () => {
    await stage.insert("report_subscriptions", { id: 1, report_id: 1, person_id: 1 });
    await stage.play();
    const before = [await files(), await messages()];
    expect(await stage.play()).toMatchObject({ state: "no_action" });
    expect([await files(), await messages()]).toEqual(before);
    await stage.sleep();
    await stage.play();
    expect(await fileKeys()).toEqual([key(1), key(1, 1, "csv", "2026-03-03")]);
    expect(new Set((await messages()).map(({ dedupe_key }) => dedupe_key)).size).toBe(2);
  });

  it("without a host of the client has no link: nothing is done, and the log names what is missing", async () => {
    await stage.insert("report_subscriptions", { id: 1, report_id: 1, person_id: 1 });
    await stage.database.execute("UPDATE clients SET host = NULL");
    expect(await stage.play()).toMatchObject({ state: "no_action", message: expect.stringContaining("clients.host") });
  });

  it.each(["https://learn.example.com", "learn.example.com/x", "learn example", "a@b"])(
    "fails for a host that is none: %s",
    async (host) => {
      await stage.insert("report_subscriptions", { id: 1, report_id: 1, person_id: 1 });
      await stage.database.execute({ sql: "UPDATE clients SET host = ?", args: [host] });
      expect(await stage.play()).toMatchObject({ state: "failed", reason: "invalid_configuration", attempt: 1 });
    },
  );
});

describe("what a subscriber gets", () => {
  beforeEach(() => stage.amount(0));

  it.each([
    ["client_admin", 1, ["ada", "bo", "cy"]],
    ["system_admin", 1, ["ada", "bo", "cy"]],
    ["supervisor", 2, ["cy"]],
    ["learner", 3, ["cy"]],
    ["tutor", 3, ["cy"]],
    ["supervisor", 3, []],
  ])("as %s (person %i) are the rows of %j, headings in any case", async (role, person_id, usernames) => {
    await stage.database.execute({ sql: "UPDATE persons SET role = ? WHERE id = ?", args: [role, person_id] });
    await stage.insert("report_subscriptions", { id: 1, report_id: 1, person_id });
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { reports: 1, mails: 1 } });
    const [headings, ...rows] = linesOf(await csv(1, person_id)) ?? [];
    expect(headings).toBe('"Username";"Last name"');
    expect(rows.map((row) => row.split(";")[0]?.replaceAll('"', ""))).toEqual(usernames);
  });

  it("are the rows that pass the subscription's filters", async () => {
    await stage.insert("report_subscriptions", {
      id: 1,
      report_id: 1,
      person_id: 1,
      filters: '{"roles":["supervisor"]}',
    });
    await stage.play();
    expect(linesOf(await csv(1))?.slice(1)).toEqual(['"bo";"Ek"']);
  });

  it("as a workbook has numbers, and dates on the client's clocks", async () => {
    const definition = '{"columns":["person_id","username","enrolled_on","last_login_at"]}';
    await stage.insert("reports", { id: 2, key: "persons", name: "People: all", definition });
    await stage.database.execute(
      `UPDATE persons SET last_login_at = ${Date.parse("2026-03-01T23:30:00Z")} WHERE id = 3`,
    );
    await stage.insert("report_subscriptions", { id: 1, report_id: 2, person_id: 2, format: "xlsx", locale: "de" });
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { rows: 1 } });
    expect(valuesOf((await stage.file(key(1, 2, "xlsx"))) ?? new Uint8Array())).toEqual([
      ["Personen-ID", "Benutzername", "Eintritt", "Letzte Anmeldung"],
      [3, "cy", 43_831, expect.closeTo(46_083 + 30 / 1440, 9)],
    ]);
    expect(await fileKeys()).toEqual([key(1, 2, "xlsx")]);
  });

  it("has no formula, neither as CSV nor as a workbook", async () => {
    await stage.database.execute(`UPDATE persons SET family_name = '=HYPERLINK("http://x")' WHERE id = 3`);
    const both = [
      { id: 1, format: "csv" },
      { id: 2, format: "xlsx" },
    ].map((one) => ({ ...one, report_id: 1, person_id: 3 }));
    await stage.insert("report_subscriptions", ...both);
    await stage.play();
    expect(linesOf(await csv(1, 3))?.[1]).toBe(`"cy";"'=HYPERLINK(""http://x"")"`);
    expect(valuesOf((await stage.file(key(2, 3, "xlsx"))) ?? new Uint8Array())[1]).toEqual([
      "cy",
      '=HYPERLINK("http://x")',
    ]);
  });

  it("comes in the subscription's language", async () => {
    await stage.insert("report_subscriptions", { id: 1, report_id: 1, person_id: 2, locale: "de-AT" });
    await stage.play();
    expect(linesOf(await csv(1, 2))?.[0]).toBe('"Benutzername";"Nachname"');
    expect((await messages())[0]).toMatchObject({
      subject: "People vom 2. März 2026",
      body: expect.stringMatching(/^Guten Tag Bo Ek,[\s\S]*\nDer Link gilt bis 12\. März 2026\.\n$/),
    });
  });

  it.each([
    ["en-GB", "People of 2 March 2026", "valid until 12 March 2026"],
    ["fr", "People of March 2, 2026", "valid until March 12, 2026"],
    ["", "People of March 2, 2026", "valid until March 12, 2026"],
  ])("comes in English, days included, for the language %j", async (locale, subject, words) => {
    await stage.insert("report_subscriptions", { id: 1, report_id: 1, person_id: 2, locale });
    await stage.play();
    expect((await messages())[0]).toMatchObject({ subject, body: expect.stringContaining(words) });
  });

  it("comes with the client's own words where it has some", async () => {
    await stage.texts("en", {
      "mail.report.subject": "{report} ({client})",
      "mail.report.body": "<p>{givenName} <a href='{link}'>{rows}</a></p>",
    });
    await stage.database.execute("UPDATE persons SET given_name = '<b>' WHERE id = 2");
    await stage.insert("report_subscriptions", { id: 1, report_id: 1, person_id: 2, locale: "fr" });
    await stage.play();
    expect((await messages())[0]).toMatchObject({
      subject: "People (north)",
      body: expect.stringMatching(
        /^<p>&lt;b&gt; <a href='https:\/\/north\.example\.org\/r\/1\.[\w-]{43}'>1<\/a><\/p>$/,
      ),
    });
  });
});

describe("sending", () => {
  beforeEach(() => stage.insert("report_subscriptions", { id: 1, report_id: 1, person_id: 2 }));

  it("is the run's last phase where mailMonitorStaggeringAmount is undefined", async () => {
    const server = await stage.server();
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { reports: 1, mails: 1, sent: 1 } });
    const { received } = await server.traffic(1);
    expect(received[0]).toMatchObject({ to: ["bo@example.com"], subject: "People of March 2, 2026" });
    const token = tokenIn(received[0]?.text?.replaceAll("\r\n", "\n"));
    expect((await files())[0]?.access_token_hash).toBe(await accessTokenHash(token));
  });

  it("goes on with what a run left that failed before it", async () => {
    const gone = await stage.server();
    await gone.stop();
    expect(await stage.play()).toMatchObject({ state: "failed", reason: "remote_unavailable" });
    const server = await stage.server();
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { sent: 1 } });
    expect((await server.traffic(1)).received).toHaveLength(1);
  });
});

describe("a dry run", () => {
  it("writes no file, no row and no mail, and lists what it would write", async () => {
    await stage.amount(0);
    await stage.insert(
      "report_subscriptions",
      { id: 1, report_id: 1, person_id: 1 },
      { id: 2, report_id: 9, person_id: 1 },
    );
    const rehearsal = await stage.play({ dryRun: true });
    expect(rehearsal).toMatchObject({ state: "partial", counts: { reports: 1, mails: 1, failed: 1 } });
    expect([await files(), await messages()]).toEqual([[], []]);
    expect(await stage.file(key(1))).toBeNull();
    const lines = (await stage.rows("SELECT message FROM run_logs")).map(({ message }) => message);
    expect(lines).toContain(`Would do: report file ${key(1)} of People`);
    const real = await stage.play();
    for (const [name, amount] of Object.entries(rehearsal.counts)) {
      expect(amount, name).toBeLessThanOrEqual(real.counts[name] ?? 0);
    }
  });
});

it("costs no statement for subscriptions of other days, and no more for people who are not in a report", async () => {
  await stage.amount(0);
  await stage.insert("report_subscriptions", { id: 1, report_id: 1, person_id: 2, weekdays: `[${MONDAY}]` });
  const cost = async () => {
    await stage.database.execute("DELETE FROM files");
    await stage.database.execute("DELETE FROM messages");
    const tally: DatabaseTally = { roundTrips: 0, statements: 0 };
    await stage.begin();
    await stage.work({}, undefined, countingDatabase(stage.database, tally));
    return tally;
  };
  const few = await cost();
  await stage.insert("persons", ...Array.from({ length: 500 }, (_, index) => ({ id: 100 + index })));
  await stage.insert(
    "report_subscriptions",
    ...Array.from({ length: 500 }, (_, index) => ({
      id: 100 + index,
      report_id: 1,
      person_id: 1,
      weekdays: "[1,3,4,5,6,7]",
    })),
  );
  expect(await cost()).toEqual(few);
});
