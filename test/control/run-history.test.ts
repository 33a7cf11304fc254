import type { Client } from "@libsql/client";
import { beforeEach, describe, expect, it } from "vitest";
import { type HistoryPosition, historyParts, redactRunHistory } from "../../src/control/run-history.ts";
import type { Traces } from "../../src/control/traces.ts";
import { freshFileDatabase } from "../harness/file-database.ts";

const ada: Traces = {
  personId: 1,
  username: "abyron",
  email: "ada.byron@example.com",
  givenName: "Ada",
  familyName: "Byron",
  externalId: null,
};

let control: Client;
let store: Client;
beforeEach(async () => {
  control = await freshFileDatabase();
  store = await freshFileDatabase(["store", "learning"]);
});

async function redact(clientId = 1): Promise<number> {
  let calls = 0;
  for (let position: HistoryPosition | null | undefined; position !== null; calls += 1)
    position = await redactRunHistory(control, store, clientId, [ada], position ?? null);
  return calls;
}

const run = (id: number, clientId: number, message: string | null, errors: unknown = []) => ({
  sql: `INSERT INTO runs (id, job_id, client_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, time_zone, state,
      message, errors, created_at) VALUES (?, ?, ?, 'manual', ?, 0, 'P', 'Job', 'light', '{}', 'UTC', 'ok', ?, ?, 0)`,
  args: [id, id, clientId, id, message, JSON.stringify(errors)],
});
const texts = async (database: Client, sql: string) =>
  (await database.execute(sql)).rows.map((row) => Object.values(row));

describe("the traces of people in what is kept of a client's runs", () => {
  it("go from messages, errors and logs, and from failures and outcomes in the client's own store", async () => {
    await control.batch(
      [
        run(1, 1, "Tries again later: 550 <ada.byron@example.com>", [
          { ref: "message:1", code: "refused", message: "abyron" },
        ]),
        "INSERT INTO run_logs (run_id, at, level, message, data) VALUES (1, 0, 'info', 'Would do: mail to ada.byron@example.com: Hi', '{\"to\":\"Ada Byron\"}')",
        "INSERT INTO connectors (client_id, kind, name, last_error, created_at, updated_at) VALUES (1, 'mail', 'Mail', 'refused abyron', 0, 0)",
      ],
      "write",
    );
    await store.batch(
      [
        "INSERT INTO failures (run_id, step, ref, code, message) VALUES (1, 1, 'users.csv:2 abyron', 'x', 'Ada Byron')",
        `INSERT INTO effects (run_id, key, state, outcome, intended_at) VALUES (1, 'mail:1:1', 'done', '{"message":"<ada.byron@example.com> unknown"}', 0)`,
        `INSERT INTO checkpoints (run_id, lease, done, now_at, cursor, outcome) VALUES (1, 1, 1, 0, '{"file":"abyron"}', '{"message":"Ada Byron"}')`,
        `INSERT INTO checkpoints (run_id, lease, done, now_at, cursor) VALUES (2, 1, 0, 0, '{"file":"abyron"}')`,
      ],
      "write",
    );
    await redact();
    expect(await texts(control, "SELECT message, errors FROM runs")).toEqual([
      ["Tries again later: 550 <deleted>", '[{"ref":"message:1","code":"refused","message":"deleted"}]'],
    ]);
    expect(await texts(control, "SELECT message, data FROM run_logs")).toEqual([
      ["Would do: mail to deleted: Hi", '{"to":"deleted deleted"}'],
    ]);
    expect(await texts(control, "SELECT last_error FROM connectors")).toEqual([["refused deleted"]]);
    expect(await texts(store, "SELECT ref, message FROM failures")).toEqual([
      ["users.csv:2 deleted", "deleted deleted"],
    ]);
    expect(await texts(store, "SELECT outcome FROM effects")).toEqual([['{"message":"<deleted> unknown"}']]);
    expect(await texts(store, "SELECT cursor, outcome FROM checkpoints ORDER BY run_id")).toEqual([
      ['{"file":"deleted"}', '{"message":"deleted deleted"}'],
      ['{"file":"abyron"}', null],
    ]);
  });

  it("stay in another client's, also where both share a store", async () => {
    await control.batch(
      [
        run(1, 1, null),
        run(2, 2, "Ada Byron"),
        "INSERT INTO run_logs (run_id, at, level, message) VALUES (2, 0, 'info', 'Ada Byron')",
      ],
      "write",
    );
    await store.execute(
      "INSERT INTO failures (run_id, step, ref, code, message) VALUES (1, 1, 'r', 'x', 'Ada Byron'), (2, 1, 'r', 'x', 'Ada Byron')",
    );
    await redact();
    expect(await texts(control, "SELECT message FROM runs ORDER BY id")).toEqual([[null], ["Ada Byron"]]);
    expect(await texts(control, "SELECT message FROM run_logs")).toEqual([["Ada Byron"]]);
    expect(await texts(store, "SELECT message FROM failures ORDER BY run_id")).toEqual([
      ["deleted deleted"],
      ["Ada Byron"],
    ]);
  });

  it("are looked for in 5,000 rows a call", async () => {
    await control.execute(run(1, 1, null));
    await control.execute(`INSERT INTO run_logs (run_id, at, level, message)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001) SELECT 1, 0, 'info', 'abyron' FROM n`);
    expect(await redact()).toBe(historyParts.length + 2);
    expect(await texts(control, "SELECT DISTINCT message FROM run_logs")).toEqual([["deleted"]]);
  });
});
