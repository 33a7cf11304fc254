import { beforeEach, describe, expect, it } from "vitest";
import { messageChannels, type NewMessage, queuedAmong, queueMessage } from "../../src/learning/messages/messages.ts";
import { sql } from "../../src/store/sql.ts";
import { boundStatement, thisClient } from "../../src/store/statement.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { writeUnit } from "../harness/runner/units.ts";

let database: Awaited<ReturnType<typeof freshFileDatabase>>;
const NOW = 1_772_000_000_000;
const message: NewMessage = {
  kind: "notification",
  channel: "mail",
  personId: 7,
  toAddress: "ada@example.com",
  subject: "Hello",
  body: "Hello Ada",
  dedupeKey: "ntf|1|registration:2|2026-03-02|0|7",
};
const queue = (change: Partial<NewMessage> = {}, clientId = 1) =>
  database.execute(boundStatement(queueMessage({ ...message, ...change }, NOW), clientId, 33));

beforeEach(async () => {
  database = await freshFileDatabase(["store", "learning"]);
});

describe("queueing a message", () => {
  it.each([
    ["mail", "to_forward"],
    ["push", "to_forward"],
    ["internal", "internal"],
  ] as const)("by %s gives it the status %s, and names its run and instant", async (channel, status) => {
    await queue({ channel });
    const { rows } = await database.execute("SELECT * FROM messages");
    expect(rows).toMatchObject([
      {
        client_id: 1,
        created_run_id: 33,
        kind: "notification",
        channel,
        person_id: 7,
        to_address: "ada@example.com",
        subject: "Hello",
        body: "Hello Ada",
        dedupe_key: message.dedupeKey,
        status,
        attempts: 0,
        queued_at: NOW,
        created_at: NOW,
        claimed_run_id: null,
      },
    ]);
  });

  it("names whom it is about where that is another person", async () => {
    await queue({ aboutPersonId: 9 });
    await queue({ aboutPersonId: 7, dedupeKey: "own" });
    await queue({ dedupeKey: "nobody" });
    const { rows } = await database.execute("SELECT about_person_id FROM messages ORDER BY id");
    expect(rows.map((row) => row.about_person_id)).toEqual([9, null, null]);
  });

  it("matches nothing where the client has one with this key on this channel, whatever became of it", async () => {
    await queue();
    await database.execute("UPDATE messages SET status = 'sent'");
    expect((await queue({ subject: "Another" })).rowsAffected).toBe(0);
    expect((await queue({ channel: "push" })).rowsAffected).toBe(1);
    expect((await queue({ dedupeKey: "another" })).rowsAffected).toBe(1);
    expect((await queue({}, 2)).rowsAffected).toBe(1);
  });

  it.each([
    [1, 1],
    [0, 0],
  ])("behind another write of its unit (which changed %i rows) adds %i", async (changed, added) => {
    await queue({ dedupeKey: "other" });
    const lead = sql`UPDATE messages SET body = 'New' WHERE client_id = ${thisClient} AND dedupe_key = ${changed ? "other" : "none"}`;
    await writeUnit(database, lead, queueMessage(message, NOW, { ifLed: true }));
    const { rows } = await database.execute("SELECT count(*) AS count FROM messages");
    expect(rows[0]?.count).toBe(1 + added);
  });
});

describe("what is queued already", () => {
  it("is told by key and channel, of this client only", async () => {
    await queue();
    await queue({ channel: "push" });
    await queue({ dedupeKey: "b" }, 2);
    const ask = (keys: string[], channels: readonly ("mail" | "internal" | "push")[]) =>
      database.execute(boundStatement(queuedAmong(keys, channels), 1, 33)).then(({ rows }) => rows);
    expect(await ask([message.dedupeKey, "b", "c"], messageChannels)).toMatchObject([
      { channel: "mail", dedupe_key: message.dedupeKey },
      { channel: "push", dedupe_key: message.dedupeKey },
    ]);
    expect(await ask([message.dedupeKey], ["internal"])).toEqual([]);
  });

  it("is found by the index of the keys", async () => {
    const { sql, args } = boundStatement(queuedAmong(["a"], ["mail"]), 1, 33);
    const plan = await database.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
    const lines = plan.rows.map(({ detail }) => String(detail)).join("\n");
    expect(lines).toMatch(
      /SEARCH messages USING .*INDEX messages_dedupe \(client_id=\? AND channel=\? AND dedupe_key=\?\)/,
    );
  });
});
