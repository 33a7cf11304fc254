import { beforeEach, describe, expect, it } from "vitest";
import { accessTokenHash } from "../../../src/learning/reports/access-token.ts";
import { OSReportSubscription } from "../../../src/processors/reports/OSReportSubscription.ts";
import { countingDatabase, type DatabaseTally } from "../../../src/store/database.ts";
import { killedAt } from "../../conformance/suite/faults.ts";
import { Stage } from "../stage.ts";

/** Monday, 2 March 2026, 13:00 in Berlin. */
const TODAY = "2026-03-02";

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

describe("a subscription that cannot be served", () => {
  const good = { id: 50, report_id: 1, person_id: 1 };
  beforeEach(() => stage.amount(0));

  it.each([
    ["bad_report", { definition: '{"columns":["salary"]}' }, {}, "definition.columns.0"],
    ["bad_report", { definition: "" }, {}, "definition"],
    ["bad_report", {}, { filters: '{"rols":["learner"]}' }, "filters"],
    ["bad_report", {}, { filters: "no" }, "filters"],
    ["bad_subscription", {}, { weekdays: "monday" }, "weekdays"],
    ["bad_subscription", {}, { weekdays: '[2,"x"]' }, "weekdays"],
    ["bad_subscription", {}, { weekdays: "2" }, "weekdays"],
    ["bad_subscription", {}, { weekdays: "[]" }, "weekdays"],
    ["bad_subscription", {}, { schedule: "monthly", month_day: null }, "month_day"],
    ["bad_subscription", {}, { schedule: "monthly", month_day: 0 }, "month_day"],
    ["bad_subscription", {}, { schedule: "monthly", month_day: 32 }, "month_day"],
    ["bad_subscription", {}, { person_id: null }, "person_id"],
    ["bad_subscription", {}, { audience: "group" }, "group_id"],
    ["bad_report", { definition: '{"columns":["salary"]}' }, { audience: "client", person_id: null }, "definition"],
    ["no_report", {}, { report_id: 99 }, "report"],
    ["no_address", {}, { person_id: 5 }, "Person 5"],
    ["no_address", {}, { person_id: 6 }, "Person 6"],
  ])(
    "fails as %s (report %j, subscription %j) and costs its neighbours nothing",
    async (code, report, subscription, word) => {
      await stage.insert("persons", { id: 5, email: null }, { id: 6, email: " " });
      await stage.insert("reports", { id: 2, key: "persons", ...report });
      await stage.insert("report_subscriptions", { id: 40, report_id: 2, person_id: 1, ...subscription }, good);
      const run = await stage.play();
      expect(run).toMatchObject({ state: "partial", counts: { reports: 1, failed: 1, mails: 1 } });
      expect(run.errors).toEqual([{ ref: "subscription:40", code, message: expect.stringContaining(word) }]);
      expect(await fileKeys()).toEqual([key(50)]);
      expect(await stage.file(key(40))).toBeNull();
    },
  );

  it.each([
    ["{nobody} {link}", "{nobody}"],
    ["no way to it", "{link}"],
  ])("fails as bad_text when the client's own words are %j", async (body, word) => {
    await stage.texts("de", { "mail.report.subject": "Bericht", "mail.report.body": body });
    await stage.insert("report_subscriptions", { id: 40, report_id: 1, person_id: 1, locale: "de" }, good);
    const run = await stage.play();
    expect(run.errors).toEqual([{ ref: "subscription:40", code: "bad_text", message: expect.stringContaining(word) }]);
    expect(await fileKeys()).toEqual([key(50)]);
  });

  it("is tried again, with all behind it, when the file store does not take its file", async () => {
    await stage.insert("report_subscriptions", { id: 40, report_id: 1, person_id: 1 }, good);
    let refusals = 1;
    const overrides = stage.ports;
    const filesFor: typeof overrides.filesFor = (run) => {
      const store = overrides.filesFor?.(run) ?? stage.files;
      return {
        ...store,
        write: async (name, body, options) => {
          if (refusals-- > 0) throw new Error("The bucket is closed");
          return store.write(name, body, options);
        },
      };
    };
    const id = await stage.begin();
    await stage.work({ filesFor }, stage.clock.now());
    expect(await stage.run(id)).toMatchObject({
      state: "waiting",
      message: expect.stringContaining("The bucket is closed"),
    });
    await stage.work({ filesFor });
    expect(await stage.run(id)).toMatchObject({ state: "ok", attempt: 2, counts: { reports: 2 } });
    expect(await fileKeys()).toEqual([key(40), key(50)]);
  });
});

describe("a large report", () => {
  /** Adds people in one statement. */
  const crowd = (count: number) =>
    stage.database.execute({
      sql: `WITH RECURSIVE number (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM number WHERE value < ?)
        INSERT INTO persons (id, client_id, username, username_key, given_name, family_name, enrolled_on, created_at, updated_at)
        SELECT 1000 + value, 1, 'u' || value, 'u' || value, 'A', 'B', '2026-01-01', 0, 0 FROM number`,
      args: [count],
    });
  beforeEach(() => stage.amount(0));

  it.each([
    [49_997, "xlsx", 50_000],
    [49_998, "csv", 50_001],
  ])("of %i and 3 rows that was wanted as a workbook comes as %s", async (count, format, rows) => {
    await crowd(count);
    await stage.insert("report_subscriptions", { id: 1, report_id: 1, person_id: 1, format: "xlsx" });
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { reports: 1, rows } });
    expect(await fileKeys()).toEqual([key(1, 1, format)]);
    expect(await stage.file(key(1, 1, format === "csv" ? "xlsx" : "csv"))).toBeNull();
    const [message] = await messages();
    expect(String(message?.body).includes("more than 50,000 rows")).toBe(format === "csv");
    expect(await stage.play()).toMatchObject({ state: "no_action" });
  });

  it.each([
    [199_997, undefined, 200_000],
    [199_998, 1, 200_000],
  ])("of %i and 3 rows is cut after 200,000, and says so in the file and the mail", async (count, truncated, rows) => {
    await crowd(count);
    await stage.insert("report_subscriptions", { id: 1, report_id: 1, person_id: 1, locale: "de" });
    const run = await stage.play();
    expect(run).toMatchObject({ state: "ok", counts: { reports: 1, rows } });
    expect(run.counts.truncated || undefined).toBe(truncated);
    const lines = linesOf(await csv(1)) ?? [];
    const note = "Nach 200.000 Zeilen abgeschnitten; engere Filter zeigen den Rest.";
    expect(lines).toHaveLength(1 + 200_000 + (truncated ?? 0));
    expect(lines.at(-1) === `"${note}"`).toBe(truncated === 1);
    expect(String((await messages())[0]?.body).endsWith(`\n\n${note}\n`)).toBe(truncated === 1);
  });

  it("is read page by page while it is written: a store that stops taking it stops the reading", async () => {
    await crowd(20_000);
    await stage.insert("report_subscriptions", { id: 1, report_id: 1, person_id: 1 });
    const tally: DatabaseTally = { roundTrips: 0, statements: 0 };
    const chunks: number[] = [];
    const overrides = stage.ports;
    const filesFor: typeof overrides.filesFor = (run) => ({
      ...(overrides.filesFor?.(run) ?? stage.files),
      write: async (_, body) => {
        const reader = (body as ReadableStream<Uint8Array>).getReader();
        const before = tally.roundTrips;
        for (let read = 0; read < 3; read += 1) {
          await reader.read();
          chunks.push(tally.roundTrips - before);
        }
        throw new Error("Full");
      },
    });
    await stage.begin();
    await stage.work({ filesFor }, stage.clock.now(), countingDatabase(stage.database, tally));
    // The headings need no row; each further chunk is one page.
    expect(chunks).toEqual([0, 1, 2]);
  });
});

describe("a run that is disturbed", () => {
  beforeEach(async () => {
    await stage.insert(
      "report_subscriptions",
      { id: 1, report_id: 1, person_id: 1 },
      { id: 2, report_id: 99, person_id: 1 },
    );
    await stage.insert("report_subscriptions", { id: 3, report_id: 1, person_id: 2, format: "xlsx" });
  });

  it.each(
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].flatMap((fatal) => [[fatal, "before"] as const, [fatal, "after"] as const]),
  )("by a kill at write %i (%s it is in) leaves one token for each file, that of its one mail", async (fatal, when) => {
    const server = await stage.server();
    let seed = 0;
    const randomBytes = (length: number) => {
      seed += 1;
      return new Uint8Array(length).fill(seed);
    };
    const id = await stage.begin();
    await stage.work({ randomBytes }, stage.clock.now(), killedAt(stage.database, fatal, when)).catch(() => undefined);
    await stage.work({ randomBytes });
    expect(await stage.run(id)).toMatchObject({ state: "partial", counts: { reports: 2, mails: 2 } });
    const stored = await files();
    expect(stored.map((file) => file.key)).toEqual([key(1), key(3, 2, "xlsx")]);
    const mails = await messages();
    expect(mails.map(({ dedupe_key }) => dedupe_key)).toEqual([`rep|1|${TODAY}|1`, `rep|3|${TODAY}|2`]);
    for (const [index, mail] of mails.entries()) {
      expect(stored[index]?.access_token_hash).toBe(await accessTokenHash(tokenIn(mail.body)));
    }
    const arrived = (await server.traffic()).received.map(({ to }) => to[0]);
    expect(new Set(arrived).size).toBe(arrived.length);
    const unknown = mails.filter(({ error }) => String(error).startsWith("delivery_unknown: "));
    expect(mails.filter(({ status }) => status === "sent").length + unknown.length).toBe(2);
  });

  it("by slices that end after each call goes on where it was", async () => {
    const server = await stage.server();
    const run = await stage.play({}, { slice: { wallMs: 20_000, calls: 1 } });
    expect(run).toMatchObject({ state: "partial", counts: { reports: 2, mails: 2, sent: 2, failed: 1, scanned: 5 } });
    expect((await server.traffic(2)).received.map(({ to }) => to[0])).toEqual(["ada@example.com", "bo@example.com"]);
  });

  it("by another that made the same file writes neither row nor mail", async () => {
    await stage.amount(0);
    const overrides = stage.ports;
    const filesFor: typeof overrides.filesFor = (run) => {
      const store = overrides.filesFor?.(run) ?? stage.files;
      return {
        ...store,
        write: async (name, body, options) => {
          const entry = await store.write(name, body, options);
          if (name === key(1))
            await stage.insert("files", { key: name, kind: "report", size: 1, state: "ready", stored_at: 0 });
          return entry;
        },
      };
    };
    expect(await stage.play({}, { filesFor })).toMatchObject({ counts: { reports: 1, skipped: 1, mails: 1 } });
    expect((await messages()).map(({ dedupe_key }) => dedupe_key)).toEqual([`rep|3|${TODAY}|2`]);
  });
});
