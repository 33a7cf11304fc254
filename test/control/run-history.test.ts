import { beforeEach, describe, expect, it } from "vitest";
import {
  type HistoryPosition,
  type HistorySubjects,
  historyParts,
  redactRunHistory,
} from "../../src/control/runs/run-history.ts";
import type { Database } from "../../src/store/database.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";

/** Person 1 is known by three references and by the name of one file. */
const own = ["users.csv:2 P-17", "registration:5", "mail:110:1"];
const subjects: HistorySubjects = {
  personsOf: async (some) => new Map(some.filter((one) => own.includes(one)).map((one) => [one, 1])),
  hashesOf: async (keys) => new Map(keys.filter((key) => key.includes("abyron")).map((key) => [key, "HASH"])),
};

let control: Database;
let store: Database;
beforeEach(async () => {
  control = await freshFileDatabase();
  store = await freshFileDatabase(["store", "learning"]);
});

async function redact(clientId = 1): Promise<number> {
  let calls = 0;
  for (let position: HistoryPosition | null | undefined; position !== null; calls += 1)
    position = await redactRunHistory(control, store, clientId, subjects, position ?? null);
  return calls;
}

const run = (id: number, clientId: number, message: string | null, errors: unknown = []) => ({
  sql: `INSERT INTO runs (id, job_id, client_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, time_zone, state,
      message, errors, created_at) VALUES (?, ?, ?, 'manual', ?, 0, 'P', 'Job', 'light', '{}', 'UTC', 'ok', ?, ?, 0)`,
  args: [id, id, clientId, id, message, JSON.stringify(errors)],
});
const line = (runId: number, message: string, data: unknown = null) => ({
  sql: "INSERT INTO run_logs (run_id, at, level, message, data) VALUES (?, 0, 'info', ?, ?)",
  args: [runId, message, data === null ? null : JSON.stringify(data)],
});
const failure = (runId: number, ref: string, message: string) => ({
  sql: "INSERT INTO failures (run_id, step, ref, code, message) VALUES (?, 1, ?, 'x', ?)",
  args: [runId, ref, message],
});
const effect = (runId: number, key: string, outcome: unknown) => ({
  sql: "INSERT INTO effects (run_id, key, state, outcome, intended_at) VALUES (?, ?, 'done', ?, 0)",
  args: [runId, key, JSON.stringify(outcome)],
});
const checkpoint = (runId: number, done: boolean) => ({
  sql: "INSERT INTO checkpoints (run_id, lease, done, now_at) VALUES (?, 1, ?, 0)",
  args: [runId, done ? 1 : 0],
});
const texts = async (database: Database, sql: string) =>
  (await database.execute(sql)).rows.map((row) => Object.values(row));

describe("a person in what is kept of a client's runs", () => {
  it("goes with the whole text of errors, log lines and failures whose reference is the person's; nothing else is touched", async () => {
    const error = (ref: string) => ({ ref, code: "bad_email", message: `Ada Byron: ${ref}` });
    await control.batch(
      [
        run(1, 1, "2 of 2 failed. The first: users.csv:2 P-17: Ada Byron", [
          error("users.csv:2 P-17"),
          error("users.csv:3 P-170"),
        ]),
        run(2, 1, "P-17 and Ada Byron", [error("users.csv:3 P-170")]),
        line(1, "users.csv:2 P-17: Ada Byron"),
        line(1, "cannot be booked: Ada Byron", { ref: "registration:5", code: "full" }),
        line(1, "Would do: mail to ada@example.com", { ref: "mail:110:1" }),
        line(1, "Ended: partial – 2 of 2 failed. The first: users.csv:2 P-17: Ada Byron", { failed: 2 }),
        line(1, "users.csv:3 P-170: Ada Byron", { ref: "users.csv:3 P-170" }),
        line(1, "Ada Byron of P-17", { note: "registration:5" }),
      ],
      "write",
    );
    await store.batch(
      [
        failure(1, "users.csv:2 P-17", "Ada Byron"),
        failure(1, "users.csv:3 P-170", "Ada Byron"),
        failure(1, "registration:5", "Ada"),
      ],
      "write",
    );
    await redact();
    const kept = error("users.csv:3 P-170");
    const gone = { ref: "person:1", code: "bad_email", message: "deleted" };
    // The message quotes the reference as it is written.
    expect(await texts(control, "SELECT message, errors FROM runs ORDER BY id")).toEqual([
      ["deleted", JSON.stringify([gone, kept])],
      ["P-17 and Ada Byron", JSON.stringify([kept])],
    ]);
    expect(await texts(control, "SELECT message, data FROM run_logs ORDER BY id")).toEqual([
      ["deleted", null],
      ["deleted", null],
      ["deleted", null],
      ["deleted", null],
      ["users.csv:3 P-170: Ada Byron", '{"ref":"users.csv:3 P-170"}'],
      ["Ada Byron of P-17", '{"note":"registration:5"}'],
    ]);
    expect(await texts(store, "SELECT ref, message FROM failures ORDER BY id")).toEqual([
      ["person:1", "deleted"],
      ["users.csv:3 P-170", "Ada Byron"],
      ["person:1", "deleted"],
    ]);
  });

  it("goes from the effects of runs that have ended: outcomes are emptied, and a key with the person's name becomes its hash", async () => {
    await control.batch([run(1, 1, null), run(2, 1, null)], "write");
    const rows = (id: number) => [
      effect(id, "mail:110:1", { message: "550 <ada@example.com>" }),
      effect(id, "mail:111:1", { message: "250 ok" }),
      effect(id, "move c/1/import/user_csv/abyron.csv 0a", { replaced: false }),
    ];
    await store.batch([checkpoint(1, true), checkpoint(2, false), ...rows(1), ...rows(2)], "write");
    await redact();
    const of = (id: number) => texts(store, `SELECT key, outcome FROM effects WHERE run_id = ${id} ORDER BY rowid`);
    expect(await of(1)).toEqual([
      ["mail:110:1", null],
      ["mail:111:1", '{"message":"250 ok"}'],
      ["deleted:HASH", null],
    ]);
    // A run that is taken up again asks for its effects by their keys.
    expect(await of(2)).toEqual([
      ["mail:110:1", '{"message":"550 <ada@example.com>"}'],
      ["mail:111:1", '{"message":"250 ok"}'],
      ["move c/1/import/user_csv/abyron.csv 0a", '{"replaced":false}'],
    ]);
  });

  it("stays in another client's, also where both share a store", async () => {
    await control.batch(
      [
        run(1, 1, null),
        run(2, 2, "Ada Byron", [{ ref: "registration:5", code: "x", message: "Ada Byron" }]),
        line(2, "Ada Byron", { ref: "registration:5" }),
      ],
      "write",
    );
    await store.batch([failure(1, "registration:5", "Ada Byron"), failure(2, "registration:5", "Ada Byron")], "write");
    await redact();
    expect(await texts(control, "SELECT errors FROM runs WHERE id = 2")).toEqual([
      ['[{"ref":"registration:5","code":"x","message":"Ada Byron"}]'],
    ]);
    expect(await texts(control, "SELECT message FROM run_logs")).toEqual([["Ada Byron"]]);
    expect(await texts(store, "SELECT message FROM failures ORDER BY run_id")).toEqual([["deleted"], ["Ada Byron"]]);
  });

  it("is looked for in 5,000 rows a call", async () => {
    await control.execute(run(1, 1, null));
    await control.execute(`INSERT INTO run_logs (run_id, at, level, message, data)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001)
      SELECT 1, 0, 'info', 'abyron', '{"ref":"registration:5"}' FROM n`);
    expect(await redact()).toBe(historyParts.length + 2);
    expect(await texts(control, "SELECT DISTINCT message FROM run_logs")).toEqual([["deleted"]]);
  });
});
