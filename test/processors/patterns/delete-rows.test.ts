import { beforeEach, describe, expect, it } from "vitest";
import { messages } from "../../../src/learning/schema.ts";
import type { Step } from "../../../src/processors/contract.ts";
import { deleteRows } from "../../../src/processors/patterns/delete-rows.ts";
import { leadHit } from "../../../src/store/change.ts";
import type { Database } from "../../../src/store/database.ts";
import { clientRows } from "../../../src/store/rows.ts";
import { select } from "../../../src/store/select.ts";
import { sql } from "../../../src/store/sql.ts";
import { thisClient } from "../../../src/store/statement.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";
import { writeUnits } from "../../harness/runner/units.ts";
import { insert } from "../../learning/rows.ts";

interface Key {
  readonly queuedAt: number;
  readonly id: number;
}
let database: Database;
/** Five old messages, of which the later ones have the lower numbers, and two of them one instant; a young one, and one of client 2. */
beforeEach(async () => {
  database = await freshFileDatabase(["store", "learning"]);
  const message = (id: number, queued_at: number, client_id = 1) => ({ id, queued_at, client_id, dedupe_key: `${id}` });
  const old = [message(1, 40), message(2, 30), message(3, 20), message(4, 20), message(5, 10)];
  await insert(database, "messages", ...old, message(6, 100), message(7, 1, 2));
});

const old = sql`client_id = ${thisClient} AND queued_at < 50 AND status = 'sent'`;
/** The steps of a run that is never written: the rows stay, as in a dry run. */
const stepsFrom = (cursor: Key | null): Promise<Step<Key, "deleted">[]> =>
  Array.fromAsync(
    deleteRows<Key>(
      { rows: clientRows(database, 1, 7), cursor, parameters: { chunkSize: 2 } },
      {
        entity: "message",
        find: (after, limit) =>
          select(
            messages,
            ["queuedAt", "id"],
            sql`WHERE ${old} AND (queued_at, id) > (${after?.queuedAt ?? -1}, ${after?.id ?? 0})
              ORDER BY queued_at, id LIMIT ${limit}`,
          ),
        remove: (ids) => sql`DELETE FROM messages WHERE ${old} AND id IN ${ids}`,
      },
    ),
  );
const write = (steps: readonly Step<Key, "deleted">[]) =>
  writeUnits(
    database,
    steps.flatMap(({ units }) => [...(units ?? [])]),
  );
const left = async () => (await database.execute("SELECT id FROM messages ORDER BY id")).rows.map(({ id }) => id);

describe("rows that are old", () => {
  it("are deleted a page at a time, in the order of their key, with one statement each", async () => {
    const steps = await stepsFrom(null);
    expect(steps.map(({ units, cursor }) => [units?.[0]?.ref, units?.[0]?.rows, cursor])).toEqual([
      ["message:5–3", 2, { queuedAt: 20, id: 3 }],
      ["message:4–2", 2, { queuedAt: 30, id: 2 }],
      ["message:1–1", 1, { queuedAt: 40, id: 1 }],
    ]);
    expect(steps.flatMap(({ units }) => units?.flatMap(({ writes }) => writes) ?? [])).toHaveLength(3);
    expect((await write(steps)).counts).toEqual({ scanned: 5, changed: 5, deleted: 5, skipped: 0 });
    expect(await left()).toEqual([6, 7]);
  });

  it("are gone through from each cursor as if there had been no interruption, whether or not the first are gone", async () => {
    const whole = await stepsFrom(null);
    const cursors = whole.map(({ cursor }) => cursor);
    for (const [index, cursor] of cursors.entries()) {
      expect((await stepsFrom(cursor)).map((step) => step.cursor)).toEqual(cursors.slice(index + 1));
    }
    await write(whole.slice(0, 1));
    expect((await stepsFrom(cursors[0] ?? null)).map((step) => step.cursor)).toEqual(cursors.slice(1));
  });

  it("come to an end where none is deleted, as in a dry run", async () => {
    expect(await stepsFrom({ queuedAt: 40, id: 1 })).toEqual([]);
    expect(await left()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it("stay where they have changed since they were found, and count as skipped", async () => {
    const steps = await stepsFrom(null);
    await database.execute("UPDATE messages SET status = 'to_forward' WHERE id = 4");
    expect((await write(steps)).counts).toEqual({ scanned: 5, changed: 4, deleted: 4, skipped: 1 });
    expect(await left()).toEqual([4, 6, 7]);
  });
});

it("What hangs on the rows goes with those that went, and they are counted by the name that is given", async () => {
  await insert(database, "push_devices", {
    id: 1,
    person_id: 5,
    transport: "fcm",
    target_kind: "token",
    token: "a",
    keys: "{}",
  });
  await insert(database, "push_devices", {
    id: 2,
    person_id: 6,
    transport: "fcm",
    target_kind: "token",
    token: "b",
    keys: "{}",
  });
  const steps = await Array.fromAsync(
    deleteRows<{ readonly id: number }, "forgotten">(
      { rows: clientRows(database, 1, 7), cursor: null, parameters: { chunkSize: 9 } },
      {
        entity: "message",
        count: "forgotten",
        find: (after, limit) =>
          select(messages, ["id"], sql`WHERE ${old} AND id > ${after?.id ?? 0} ORDER BY id LIMIT ${limit}`),
        remove: (ids) => sql`DELETE FROM messages WHERE ${old} AND id IN ${ids}`,
        also: (ids) =>
          sql`DELETE FROM push_devices WHERE client_id = ${thisClient} AND person_id IN ${ids} AND ${leadHit}`,
      },
    ),
  );
  expect(steps[0]?.units?.[0]?.writes[0]).toMatchObject({ count: "forgotten" });
  await writeUnits(database, [...(steps[0]?.units ?? [])]);
  expect(await left()).toEqual([6, 7]);
  expect((await database.execute("SELECT token FROM push_devices")).rows.map(({ token }) => token)).toEqual(["b"]);
});
