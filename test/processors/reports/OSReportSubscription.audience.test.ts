import { beforeEach, describe, expect, it } from "vitest";
import { OSReportSubscription } from "../../../src/processors/reports/OSReportSubscription.ts";
import { connectorsWith } from "../communication/mailing.ts";
import { Stage } from "../stage.ts";

/** Monday, 2 March 2026, 13:00 in Berlin. */
const TODAY = "2026-03-02";

let stage: Stage;

beforeEach(async () => {
  stage = await Stage.set(OSReportSubscription);
  await stage.amount(0);
  const person = (id: number, username: string, more = {}) => ({
    id,
    username,
    given_name: username,
    family_name: "Byron",
    email: `${username}@example.com`,
    ...more,
  });
  await stage.insert(
    "persons",
    person(1, "ada", { role: "client_admin" }),
    person(2, "bo", { role: "supervisor" }),
    person(3, "cy", { supervisor_id: 2 }),
    person(4, "di", { auth_status: "passive" }),
    person(5, "ed", { email: null }),
    person(6, "fay", { auth_status: "inactive" }),
    person(9, "eve", { client_id: 2 }),
  );
  await stage.insert("groups", { id: 1, name: "Office" }, { id: 2, name: "Empty" });
  await stage.insert("group_members", ...[2, 3, 4, 5].map((person_id) => ({ id: person_id, group_id: 1, person_id })), {
    id: 10,
    group_id: 1,
    person_id: 3,
    source: "rule",
  });
  const definition = '{"columns":["username","role"]}';
  await stage.insert("reports", { id: 1, key: "persons", name: "People", definition });
});

const key = (id: number, person: number, day = TODAY, format = "csv") =>
  `c/1/data/report/subscription/${id}/${day}_${person}.${format}`;
const fileKeys = async () => (await stage.rows("SELECT key FROM files ORDER BY id")).map((file) => file.key);
const addresses = async () =>
  (await stage.rows("SELECT to_address FROM messages ORDER BY id")).map((row) => row.to_address);
const linesOf = async (id: number, person: number) => {
  const bytes = await stage.file(key(id, person));
  return bytes ? new TextDecoder().decode(bytes).split("\r\n").slice(0, -1) : null;
};
const subscribe = (more: Record<string, string | number | null>) =>
  stage.insert("report_subscriptions", { id: 7, report_id: 1, schedule: "daily", weekdays: "[]", ...more });

describe("the audience of a subscription", () => {
  it("person is that person", async () => {
    await subscribe({ audience: "person", person_id: 2 });
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { reports: 1, mails: 1 } });
    expect(await fileKeys()).toEqual([key(7, 2)]);
  });

  it("group is each of its active people, once, each with a file, a link and a mail of their own", async () => {
    await subscribe({ audience: "group", group_id: 1 });
    let made = 0;
    const randomBytes = (length: number) => new Uint8Array(length).fill(++made);
    const run = await stage.play({}, { randomBytes });
    expect(run).toMatchObject({ state: "partial", counts: { reports: 2, mails: 2, failed: 1 } });
    expect(run.errors).toMatchObject([{ ref: "subscription:7 person:5", code: "no_address" }]);
    expect(await fileKeys()).toEqual([key(7, 2), key(7, 3)]);
    expect(await addresses()).toEqual(["bo@example.com", "cy@example.com"]);
    const tokens = await stage.rows("SELECT DISTINCT access_token_hash FROM files");
    expect(tokens).toHaveLength(2);
    const dedupe = await stage.rows("SELECT dedupe_key, person_id, body FROM messages ORDER BY id");
    expect(dedupe).toMatchObject([
      { dedupe_key: `rep|7|${TODAY}|2`, person_id: 2, body: expect.stringContaining("bo Byron") },
      { dedupe_key: `rep|7|${TODAY}|3`, person_id: 3, body: expect.stringContaining("cy Byron") },
    ]);
  });

  it("client is all active people of the client", async () => {
    await stage.database.execute("UPDATE persons SET email = 'ed@example.com' WHERE id = 5");
    await subscribe({ audience: "client" });
    expect(await stage.play({ parameters: { chunkSize: 2 } })).toMatchObject({ state: "ok", counts: { reports: 4 } });
    expect(await fileKeys()).toEqual([1, 2, 3, 5].map((person) => key(7, person)));
  });

  it("group without people has no recipient", async () => {
    await subscribe({ audience: "group", group_id: 2 });
    expect(await stage.play()).toMatchObject({ state: "no_action" });
  });

  it("sees what each of them may see", async () => {
    await stage.database.execute("UPDATE persons SET email = 'ed@example.com' WHERE id = 5");
    await subscribe({ audience: "client" });
    await stage.play();
    expect((await linesOf(7, 1))?.length).toBe(7);
    expect(await linesOf(7, 2)).toEqual(['"Username";"Role"', '"cy";"learner"']);
    expect(await linesOf(7, 5)).toEqual(['"Username";"Role"', '"ed";"learner"']);
  });

  it("is served by slices that end after each call as by one that does not", async () => {
    await subscribe({ audience: "client" });
    const run = await stage.play({}, { slice: { wallMs: 20_000, calls: 1 } });
    expect(run).toMatchObject({ state: "partial", counts: { reports: 3, mails: 3, failed: 1 } });
    expect(await fileKeys()).toEqual([1, 2, 3].map((person) => key(7, person)));
  });

  it("is served once a day; who was left out is made up for with the next run", async () => {
    await subscribe({ audience: "group", group_id: 1 });
    await stage.play();
    await stage.database.execute("UPDATE persons SET email = 'ed@example.com' WHERE id = 5");
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { reports: 1 } });
    expect(await stage.play()).toMatchObject({ state: "no_action" });
    expect(await addresses()).toEqual(["bo@example.com", "cy@example.com", "ed@example.com"]);
  });
});

describe("the schedule of a subscription", () => {
  const dueOn = async (more: Record<string, string | number | null>, day: string) => {
    await subscribe({ audience: "person", person_id: 1, ...more });
    await stage.clock.advanceTo(Date.parse(`${day}T11:00:00Z`));
    await stage.play();
    return (await fileKeys()).length > 0;
  };

  it.each(["2026-03-02", "2026-03-07", "2026-03-31"])("daily is every day (%s)", async (day) => {
    expect(await dueOn({ schedule: "daily" }, day)).toBe(true);
  });

  it.each([
    ["[2,4]", "2026-03-02", true],
    ["[2,4]", "2026-03-03", false],
    ["[2,4]", "2026-03-04", true],
    ["[1]", "2026-03-08", true],
    ["[7]", "2026-03-08", false],
  ])("weekdays %s, from 1 for Sunday to 7 for Saturday, on %s: %s", async (weekdays, day, due) => {
    expect(await dueOn({ schedule: "weekdays", weekdays }, day)).toBe(due);
  });

  it.each([
    [15, "2026-03-15", true],
    [15, "2026-03-14", false],
    [15, "2026-03-31", false],
    [31, "2026-03-31", true],
    [31, "2026-03-30", false],
    [31, "2026-04-30", true],
    [30, "2026-04-30", true],
    [29, "2027-02-28", true],
    [31, "2027-02-28", true],
    [28, "2027-02-28", true],
    [27, "2027-02-28", false],
    [29, "2028-02-28", false],
    [30, "2028-02-29", true],
    [1, "2026-05-01", true],
  ])("monthly on day %i, on %s: %s", async (month_day, day, due) => {
    expect(await dueOn({ schedule: "monthly", month_day }, day)).toBe(due);
  });

  it("is judged by the client's own day", async () => {
    await subscribe({ audience: "person", person_id: 1, schedule: "monthly", month_day: 1 });
    await stage.clock.advanceTo(Date.parse("2026-03-31T22:30:00Z"));
    await stage.play();
    expect(await fileKeys()).toEqual([key(7, 1, "2026-04-01")]);
  });
});

describe("filters and columns", () => {
  beforeEach(() => stage.database.execute("UPDATE persons SET email = 'ed@example.com' WHERE id = 5"));
  const view = (person_id: number, filters: string, columns = "[]") =>
    stage.insert("report_views", { id: person_id, report_id: 1, person_id, filters, columns });

  it("of the subscription stand where it has some, and no view is asked", async () => {
    await view(1, '{"roles":["learner"]}', '["username"]');
    await subscribe({ audience: "person", person_id: 1, filters: '{"roles":["supervisor"]}' });
    await stage.play();
    expect(await linesOf(7, 1)).toEqual(['"Username";"Role"', '"bo";"supervisor"']);
  });

  it("are else those of each recipient's default view, as it is when the run comes by", async () => {
    await view(1, '{"roles":["supervisor","client_admin"]}', '["role",{"column":"username","heading":"Who"}]');
    await view(2, "{}");
    await subscribe({ audience: "client", filters: null });
    await stage.play();
    expect(await linesOf(7, 1)).toEqual(['"Role";"Who"', '"client_admin";"ada"', '"supervisor";"bo"']);
    expect(await linesOf(7, 2)).toEqual(['"Username";"Role"', '"cy";"learner"']);
    expect(await linesOf(7, 3)).toEqual(['"Username";"Role"', '"cy";"learner"']);
    await stage.sleep();
    await stage.database.execute(
      `UPDATE report_views SET filters = '{"roles":["supervisor"]}', columns = '[]' WHERE id = 1`,
    );
    await stage.play();
    const bytes = await stage.file(key(7, 1, "2026-03-03"));
    expect(new TextDecoder().decode(bytes ?? new Uint8Array())).toBe('"Username";"Role"\r\n"bo";"supervisor"\r\n');
  });

  it("come on top of what the report's definition leaves out", async () => {
    await stage.database.execute(
      `UPDATE reports SET definition = '{"columns":["username"],"filters":{"roles":["learner"]}}'`,
    );
    await view(1, '{"roles":["supervisor","learner"]}');
    await subscribe({ audience: "person", person_id: 1, filters: null });
    await stage.play();
    expect((await linesOf(7, 1))?.slice(1)).not.toContain('"bo"');
  });

  it("of a view that cannot be read fail its owner, and no other owner", async () => {
    await view(1, '{"rols":[]}', '["salary"]');
    await view(2, "no");
    await stage.insert("report_views", { id: 50, client_id: 2, report_id: 2, person_id: 3, filters: "no" });
    await subscribe({ audience: "client", filters: null });
    const run = await stage.play();
    expect(run).toMatchObject({ state: "partial", counts: { reports: 2, failed: 2 } });
    expect(run.errors).toEqual([
      {
        ref: "subscription:7 person:1",
        code: "bad_report",
        message: expect.stringMatching(/view\.filters.*view\.columns\.0/s),
      },
      { ref: "subscription:7 person:2", code: "bad_report", message: expect.stringContaining("view.filters") },
    ]);
  });
});

describe("a report without rows", () => {
  it.each(["csv", "xlsx"])("is a %s file with headings all the same", async (format) => {
    await subscribe({ audience: "person", person_id: 2, format, filters: '{"roles":["tutor"]}' });
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { reports: 1, mails: 1 } });
    expect(await fileKeys()).toEqual([key(7, 2, TODAY, format)]);
  });

  it.each(["csv", "xlsx"])("with skip_when_empty is neither file (%s) nor mail, and is counted", async (format) => {
    await stage.database.execute("UPDATE persons SET email = 'ed@example.com' WHERE id = 5");
    const admins = '{"roles":["client_admin"]}';
    await subscribe({ audience: "client", format, skip_when_empty: 1, filters: admins });
    const rehearsal = await stage.play({ dryRun: true });
    expect(rehearsal.counts).toMatchObject({ reports: 1, mails: 1, empty: 3 });
    const run = await stage.play();
    expect(run).toMatchObject({ state: "ok", counts: { reports: 1, mails: 1, rows: 1, empty: 3, scanned: 4 } });
    expect(await fileKeys()).toEqual([key(7, 1, TODAY, format)]);
    for (const person of [2, 3, 5]) expect(await stage.file(key(7, person, TODAY, format))).toBeNull();
    expect(await stage.play()).toMatchObject({ state: "no_action", counts: { empty: 3 } });
  });

  it("with skip_when_empty is written and mailed where it has rows", async () => {
    await subscribe({ audience: "person", person_id: 2, skip_when_empty: 1 });
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { reports: 1, mails: 1, rows: 1 } });
  });
});

it("what an earlier run left goes out before any report is made", async () => {
  await stage.amount(undefined);
  await stage.add({ id: 90, kind: "report", to_address: "old@example.com", created_run_id: 77 });
  await subscribe({ audience: "person", person_id: 1 });
  const seen: string[] = [];
  const send = async ({ to }: { readonly to: string }) => {
    seen.push(`${to} ${(await fileKeys()).length}`);
    return { state: "sent", providerMessageId: null } as const;
  };
  expect(await stage.play({}, { connectorsFor: connectorsWith({ send }) })).toMatchObject({ counts: { sent: 2 } });
  expect(seen).toEqual(["old@example.com 0", "ada@example.com 1"]);
});

it("an address that is missing fails no run, however many there are", async () => {
  const silent = Array.from({ length: 150 }, (_, index) => 100 + index);
  await stage.insert("persons", ...silent.map((id) => ({ id, email: " " })));
  await subscribe({ audience: "client" });
  expect(await stage.play()).toMatchObject({ state: "partial", counts: { reports: 3, failed: 151 } });
});
