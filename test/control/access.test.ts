import { beforeEach, describe, expect, it } from "vitest";
import {
  type AdminRole,
  accessRules,
  addAdmin,
  keepSession,
  openSession,
  readAccount,
  readSession,
} from "../../src/control/access/access.ts";
import type { Database } from "../../src/store/database.ts";
import { freshDatabase } from "../harness/database/database.ts";

const START = Date.UTC(2026, 10, 23, 12);
const MINUTE = 60_000;

let control: Database;
beforeEach(async () => {
  control = await freshDatabase(["control"]);
});

describe("a session", () => {
  async function opened(role = "read_only") {
    await addAdmin(
      control,
      { email: "Ada@Example.com", name: "Ada", role: role as AdminRole, clientId: 7, passwordHash: null },
      START,
    );
    const account = await readAccount(control, "ada@example.COM");
    await openSession(
      control,
      { adminId: account?.id ?? 0, tokenHash: "hash", replacesHash: null, userAgent: "x" },
      START,
    );
  }

  it("says whose it is, without the password's hash", async () => {
    await opened();
    const session = await readSession(control, "hash", START);
    expect(session?.admin).toEqual({ id: 1, email: "ada@example.com", name: "Ada", role: "read_only", clientId: 7 });
  });

  it.each([
    ["read_only", 120],
    ["client_admin", 120],
    ["system_admin", 30],
  ])("of a %s ends %i minutes after its last use", async (role, minutes) => {
    await opened(role);
    expect(await readSession(control, "hash", START + minutes * MINUTE - 1)).not.toBeNull();
    expect(await readSession(control, "hash", START + minutes * MINUTE)).toBeNull();
  });

  it.each([
    ["read_only", "manager.idleMinutes"],
    ["system_admin", "manager.systemIdleMinutes"],
  ])("of a %s ends as the setting %s says, at once when it is lowered", async (role, key) => {
    const set = (minutes: number) =>
      control.execute({
        sql: `INSERT INTO settings (client_id, key, value, created_at, updated_at) VALUES (0, ?, ?, 0, 0)
          ON CONFLICT (client_id, key) DO UPDATE SET value = excluded.value`,
        args: [key, JSON.stringify(minutes)],
      });
    await set(240);
    await opened(role);
    expect(await readSession(control, "hash", START + 239 * MINUTE)).not.toBeNull();
    await set(5);
    expect(await readSession(control, "hash", START + 4 * MINUTE)).not.toBeNull();
    expect(await readSession(control, "hash", START + 5 * MINUTE)).toBeNull();
  });

  it("goes on while it is used, but not beyond twelve hours", async () => {
    await opened();
    let now = START;
    while (now < START + 24 * 60 * MINUTE) {
      now += 30 * MINUTE;
      const session = await readSession(control, "hash", now);
      if (!session) break;
      await keepSession(control, "hash", session, now);
    }
    expect((now - START) / MINUTE).toBe(12 * 60);
  });

  it("is not written down at each of many uses within a minute", async () => {
    await opened();
    const session = await readSession(control, "hash", START);
    if (!session) throw new Error("no session");
    await keepSession(control, "hash", session, START + accessRules.seenEveryMs - 1);
    expect((await readSession(control, "hash", START))?.lastSeenAt).toBe(START);
  });

  it("that has expired is cleared away at the next sign-in", async () => {
    await opened();
    await openSession(
      control,
      { adminId: 1, tokenHash: "other", replacesHash: null, userAgent: "" },
      START + 120 * MINUTE,
    );
    const stored = await control.execute("SELECT token_hash FROM admin_sessions");
    expect(stored.rows.map((row) => row.token_hash)).toEqual(["other"]);
  });
});

it("An account's address is taken once, in any case", async () => {
  const admin = {
    email: "ada@example.com",
    name: "Ada",
    role: "system_admin",
    clientId: 0,
    passwordHash: null,
  } as const;
  expect(await addAdmin(control, admin, START)).toBe(true);
  expect(await addAdmin(control, { ...admin, email: "ADA@example.com" }, START)).toBe(false);
});
