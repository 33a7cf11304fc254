import { beforeEach, describe, expect, it } from "vitest";
import {
  accessRules,
  addAdmin,
  countSignIn,
  forgiveAttempt,
  keepSession,
  openSession,
  readAccount,
  readSession,
} from "../../src/control/access.ts";
import type { Database } from "../../src/store/database.ts";
import { freshDatabase } from "../harness/database.ts";

const START = Date.UTC(2026, 10, 23, 12);
const MINUTE = 60_000;
const keys = { account: "account", address: "address" };

let control: Database;
beforeEach(async () => {
  control = await freshDatabase(["control"]);
});

/** Fails to sign in `times` times from different addresses. */
async function fail(times: number, now: number, account = keys.account) {
  for (let attempt = 0; attempt < times; attempt += 1) {
    await countSignIn(control, { account, address: `address ${now} ${attempt}` }, now);
  }
}

describe("the throttle", () => {
  it.each([
    { failures: 4, waitMs: 0 },
    { failures: 5, waitMs: 15_000 },
  ])("makes an account wait $waitMs ms after $failures failures", async ({ failures, waitMs }) => {
    await fail(failures, START);
    const verdict = await countSignIn(control, keys, START);
    expect(verdict).toEqual(waitMs === 0 ? { allowed: true } : { allowed: false, until: START + waitMs });
  });

  it("doubles the wait with each further failure, up to a quarter of an hour", async () => {
    await fail(5, START);
    const waits: number[] = [];
    let now = START;
    for (let failures = 0; failures < 8; failures += 1) {
      const verdict = await countSignIn(control, { account: keys.account, address: `later ${failures}` }, now);
      if (verdict.allowed) continue;
      waits.push(verdict.until - now);
      now = verdict.until;
      await fail(1, now);
    }
    expect(waits.map((wait) => wait / 1000)).toEqual([15, 30, 60, 120, 240, 480, 900, 900]);
  });

  it("counts nothing while it refuses, so that asking again does not lengthen the wait", async () => {
    await fail(5, START);
    for (let again = 0; again < 10; again += 1) await countSignIn(control, keys, START + 1000);
    expect(await countSignIn(control, keys, START + 15_000)).toEqual({ allowed: true });
  });

  it("blocks an address after twenty failures with any accounts, and then no account is counted from there", async () => {
    for (let attempt = 0; attempt < 20; attempt += 1) {
      await countSignIn(control, { account: `account ${attempt}`, address: keys.address }, START);
    }
    expect(await countSignIn(control, { account: "fresh", address: keys.address }, START)).toEqual({
      allowed: false,
      until: START + 15_000,
    });
    const counted = await control.execute("SELECT 1 FROM sign_in_attempts WHERE key = 'fresh'");
    expect(counted.rows).toEqual([]);
  });

  it("lets attempts side by side not slip through", async () => {
    const verdicts = await Promise.all(Array.from({ length: 12 }, () => countSignIn(control, keys, START)));
    expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(accessRules.freeFailures.account);
  });

  it("forgives an account at the right password, and an address that one attempt", async () => {
    await fail(4, START);
    expect(await countSignIn(control, keys, START)).toEqual({ allowed: true });
    await forgiveAttempt(control, keys);
    const stored = await control.execute(
      "SELECT key, failures, blocked_until FROM sign_in_attempts WHERE key IN ('account', 'address')",
    );
    expect(stored.rows.map((row) => ({ ...row }))).toEqual([{ key: "address", failures: 0, blocked_until: 0 }]);
  });

  it("forgets failures after a day", async () => {
    await fail(7, START);
    await fail(3, START + accessRules.forgetMs + MINUTE);
    expect(await countSignIn(control, keys, START + accessRules.forgetMs + MINUTE)).toEqual({ allowed: true });
  });
});

describe("a session", () => {
  async function opened() {
    await addAdmin(
      control,
      { email: "Ada@Example.com", name: "Ada", role: "read_only", clientId: 7, passwordHash: null },
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

  it("ends two hours after its last use", async () => {
    await opened();
    expect(await readSession(control, "hash", START + accessRules.idleMs - 1)).not.toBeNull();
    expect(await readSession(control, "hash", START + accessRules.idleMs)).toBeNull();
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
      START + accessRules.idleMs,
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
