import { type SQL, sql } from "drizzle-orm";
import { beforeEach, describe, expect, it } from "vitest";
import { catalogue } from "../../src/processors/all.ts";
import type { QuietQuestion } from "../../src/processors/contract.ts";
import { parameterSchema } from "../../src/processors/parameters.ts";
import type { Database } from "../../src/store/database.ts";
import { read, statement } from "../../src/store/statement.ts";
import { Stage } from "../harness/stage.ts";
import { insert } from "../learning/rows.ts";

const NOON = Date.parse("2026-03-02T12:00:00Z");
const MINUTE = 60_000;
const DAY = 86_400_000;

let database: Database;
beforeEach(async () => {
  database = await Stage.fresh();
});

const add = (table: string, ...rows: Parameters<typeof insert>[2][]) => insert(database, table, ...rows);

type Asked = Partial<QuietQuestion> & { readonly given?: Record<string, unknown> };

/** What a processor is asked of clients 1 (Berlin) and 2 (São Paulo), at noon, with the parameters that are given. */
function questionOf(id: string, { given = {}, ...rest }: Asked = {}): SQL {
  const processor = catalogue.find(id);
  if (!processor?.quiet) throw new Error(`${id} declares no quiet`);
  const parameters = parameterSchema(processor).parse(given) as QuietQuestion["parameters"];
  const clients = sql`SELECT members.id AS client_id FROM clients members`;
  return processor.quiet({ now: NOON, timeZone: "Europe/Berlin", parameters, clients, ...rest });
}

/** The clients that a processor names. */
async function named(id: string, asked?: Asked): Promise<number[]> {
  const rows = await read<{ client_id: number }>(database, questionOf(id, asked));
  return rows.map(({ client_id }) => client_id).sort();
}

describe("quiet", () => {
  it("is declared only by processors for clients, as one query with one column", async () => {
    const polling = catalogue.all().filter((processor) => processor.quiet);
    expect(polling.map(({ id }) => id).sort()).toEqual([
      "BuddyListHisotry",
      "MailMonitorStaggering",
      "PayPalStatusUpdate",
      "ShopifyProcessWebhookJob",
    ]);
    for (const { id, scope } of polling) {
      expect(scope).toBe("client");
      expect(await named(id)).toBeInstanceOf(Array);
    }
  });

  it.each(["BuddyListHisotry", "MailMonitorStaggering", "PayPalStatusUpdate", "ShopifyProcessWebhookJob"])(
    "of %s gets at everything but the clients themselves by an index",
    async (id) => {
      const { sql: text, args } = statement(questionOf(id));
      const plan = await database.execute({ sql: `EXPLAIN QUERY PLAN ${text}`, args });
      const details = plan.rows.map(({ detail }) => String(detail));
      expect(details.filter((detail) => detail.startsWith("SEARCH")).length).toBeGreaterThan(2);
      expect(details.filter((detail) => /^SCAN (?!members )/.test(detail))).toEqual([]);
    },
  );
});

describe("MailMonitorStaggering names a client", () => {
  const amount = (value: unknown, client_id = 1) =>
    add("settings", { client_id, key: "mailMonitorStaggeringAmount", value: JSON.stringify(value) });
  const connector = (client_id: number, values: Record<string, unknown> = {}) =>
    add("connectors", { client_id, kind: "mail", name: "Mail", ...values } as never);
  let mails = 0;
  const mail = (client_id: number, status: string, values: Record<string, unknown> = {}) => {
    mails += 1;
    return add("messages", { client_id, status, channel: "mail", dedupe_key: `mail ${mails}`, ...values } as never);
  };
  const ask = () => named("MailMonitorStaggering");

  it("with a mail that waits, or is on its way", async () => {
    await amount(5, 0);
    await connector(1);
    await connector(2);
    expect(await ask()).toEqual([]);
    await mail(1, "to_forward");
    expect(await ask()).toEqual([1]);
    await mail(2, "sending");
    expect(await ask()).toEqual([1, 2]);
  });

  it("with neither a mail that was sent nor a message on another channel", async () => {
    await amount(0, 0);
    await connector(1);
    await connector(2);
    for (const status of ["sent", "error", "internal"]) await mail(1, status);
    await mail(1, "to_forward", { channel: "push" });
    expect(await ask()).toEqual([]);
  });

  it("only where the setting is given: without it every run sends its own mail", async () => {
    await connector(1);
    await mail(1, "to_forward");
    expect(await ask()).toEqual([]);
    await amount(1);
    expect(await ask()).toEqual([1]);
  });

  it.each([-1, 1.5, "5", null, 1_000_001])("whose setting is %j, which no run can use", async (value) => {
    await connector(1);
    await amount(5, 0);
    await amount(value);
    await connector(2);
    expect(await ask()).toEqual([1]);
  });

  it.each([
    ["none", null],
    ["one that is switched off", { active: 0 }],
    ["a disabled one", { state: "disabled" }],
  ])("with the setting and, of mail connectors, %s", async (_, values) => {
    await amount(5);
    if (values) await connector(1, values);
    expect(await ask()).toEqual([1]);
  });
});

describe("BuddyListHisotry names a client", () => {
  const count = (client_id: number, takenAt: number, user_count: number) =>
    add("online_user_stats", { client_id, taken_at: takenAt, user_count });
  const session = async (client_id: number, lastSeenAt: number, values: Record<string, unknown> = {}) => {
    await add("persons", { id: client_id, client_id } as never);
    const row = { client_id, person_id: client_id, started_at: 0, last_seen_at: lastSeenAt, ...values };
    await add("person_sessions", row as never);
  };
  const ask = (asked: Asked = {}) => named("BuddyListHisotry", asked);
  const both = async (takenAt: number, users: number) => {
    await count(1, takenAt, users);
    await count(2, takenAt, users);
  };

  it("that was never counted, or whose last count is not 0", async () => {
    expect(await ask()).toEqual([1, 2]);
    await both(NOON - 15 * MINUTE, 0);
    expect(await ask()).toEqual([]);
    await count(2, NOON - MINUTE, 3);
    expect(await ask()).toEqual([2]);
  });

  it("where somebody is online by the client's setting", async () => {
    await both(NOON - 15 * MINUTE, 0);
    await session(1, NOON - 30 * MINUTE);
    expect(await ask()).toEqual([1]);
    await add("settings", { client_id: 1, key: "session.timeoutMinutes", value: "29" } as never);
    expect(await ask()).toEqual([]);
    await session(2, NOON - MINUTE, { ended_at: NOON });
    expect(await ask()).toEqual([]);
  });

  it("whose setting no run can use", async () => {
    await both(NOON - 15 * MINUTE, 0);
    await add("settings", { client_id: 2, key: "session.timeoutMinutes", value: "0" } as never);
    expect(await ask()).toEqual([2]);
  });

  it("with a count that is as old as the job keeps it", async () => {
    await both(NOON - MINUTE, 0);
    await both(NOON - 10 * DAY, 0);
    expect(await ask({ given: { keepDays: 10 } })).toEqual([2]);
    expect(await ask({ given: { keepDays: 10 }, now: NOON + 1 })).toEqual([1, 2]);
    expect(await ask({ given: { keepDays: 12 } })).toEqual([]);
  });
});
