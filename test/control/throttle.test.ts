import { beforeEach, describe, expect, it } from "vitest";
import { type AttemptKeys, countSignIn, forgiveAttempt, throttleRules } from "../../src/control/access/throttle.ts";
import type { Database } from "../../src/store/database.ts";
import { freshDatabase } from "../harness/database/database.ts";

const START = Date.UTC(2026, 10, 23, 12);
const MINUTE = 60_000;

let control: Database;
beforeEach(async () => {
  control = await freshDatabase(["control"]);
});

const keysOf = (account: string, address: string): AttemptKeys => ({ account, address, pair: `${account} ${address}` });
const keys = keysOf("account", "address");
const device: AttemptKeys = { device: "device" };

/** Fails to sign in `times` times. */
async function fail(times: number, now: number, of: AttemptKeys = keys) {
  for (let attempt = 0; attempt < times; attempt += 1) await countSignIn(control, of, now);
}

/** Fails to sign in to an account once from each of a number of addresses. */
async function failFrom(addresses: number, now: number, account = "account") {
  for (let address = 0; address < addresses; address += 1)
    await countSignIn(control, keysOf(account, `${address}`), now);
}

describe.each([
  ["an account from an address", keys],
  ["a known device", device],
])("failures of %s", (_name, of) => {
  it.each([
    { failures: 4, waitMs: 0 },
    { failures: 5, waitMs: 15_000 },
  ])("make it wait $waitMs ms after $failures of them", async ({ failures, waitMs }) => {
    await fail(failures, START, of);
    const verdict = await countSignIn(control, of, START);
    expect(verdict).toEqual(waitMs === 0 ? { allowed: true } : { allowed: false, until: START + waitMs });
  });

  it("double the wait with each further one, up to a quarter of an hour", async () => {
    await fail(5, START, of);
    const waits: number[] = [];
    let now = START;
    while (waits.length < 8) {
      const verdict = await countSignIn(control, of, now);
      if (verdict.allowed) continue;
      waits.push((verdict.until - now) / 1000);
      now = verdict.until;
    }
    expect(waits).toEqual([15, 30, 60, 120, 240, 480, 900, 900]);
  });

  it("are not counted while it must wait, so that asking again does not lengthen the wait", async () => {
    await fail(5, START, of);
    await fail(10, START + 1000, of);
    expect(await countSignIn(control, of, START + 15_000)).toEqual({ allowed: true });
  });

  it("side by side do not slip through", async () => {
    const verdicts = await Promise.all(Array.from({ length: 12 }, () => countSignIn(control, of, START)));
    expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(throttleRules.freeFailures);
  });

  it("are forgotten after a day", async () => {
    await fail(7, START, of);
    const later = START + throttleRules.forgetMs + MINUTE;
    await fail(3, later, of);
    expect(await countSignIn(control, of, later)).toEqual({ allowed: true });
  });

  it("are forgiven at the right password", async () => {
    await fail(4, START, of);
    await forgiveAttempt(control, of);
    await fail(4, START, of);
    expect(await countSignIn(control, of, START)).toEqual({ allowed: true });
  });
});

describe("an account", () => {
  it("that was guessed at from one address only makes no other address wait", async () => {
    let now = START;
    for (let guess = 0; guess < 200; guess += 1) {
      const verdict = await countSignIn(control, keys, now);
      if (!verdict.allowed) now = verdict.until;
    }
    expect(await countSignIn(control, keysOf("account", "elsewhere"), now)).toEqual({ allowed: true });
  });

  it.each([
    { failures: 19, delay: 0 },
    { failures: 20, delay: 5_000 },
    { failures: 25, delay: 10_000 },
    { failures: 45, delay: 120_000 },
    { failures: 120, delay: 120_000 },
  ])("makes a new address wait $delay ms after $failures failures from as many", async ({ failures, delay }) => {
    // Each waits until its place has come.
    let now = START;
    for (let address = 0; address < failures; address += 1) {
      const of = keysOf("account", `${address}`);
      const verdict = await countSignIn(control, of, now);
      if (verdict.allowed) continue;
      now = verdict.until;
      await countSignIn(control, of, now);
    }
    const verdict = await countSignIn(control, keysOf("account", "new"), now);
    expect(verdict).toEqual(delay === 0 ? { allowed: true } : { allowed: false, until: now + delay });
  });

  it("keeps a place that was given, whatever others do meanwhile", async () => {
    await failFrom(20, START);
    await countSignIn(control, keysOf("account", "new"), START);
    await failFrom(500, START + 4_000);
    expect(await countSignIn(control, keysOf("account", "new"), START + 5_000)).toEqual({ allowed: true });
  });

  it("gets back what a pair had cost it when its password was right, and no more", async () => {
    await failFrom(18, START);
    await fail(3, START);
    await forgiveAttempt(control, keys);
    const stored = await control.execute("SELECT failures FROM sign_in_attempts WHERE key = 'account'");
    expect(stored.rows.map((row) => row.failures)).toEqual([18]);
  });
});

describe("an address", () => {
  it("has thirty guesses of any accounts in a minute, and then no account is counted from there", async () => {
    for (let account = 0; account < 30; account += 1) {
      expect(await countSignIn(control, keysOf(`${account}`, "address"), START + account)).toEqual({ allowed: true });
    }
    const refused = await countSignIn(control, keysOf("fresh", "address"), START + 50_000);
    expect(refused).toEqual({ allowed: false, until: START + MINUTE });
    const counted = await control.execute("SELECT 1 FROM sign_in_attempts WHERE key LIKE 'fresh%'");
    expect(counted.rows).toEqual([]);
    expect(await countSignIn(control, keysOf("fresh", "address"), START + MINUTE)).toEqual({ allowed: true });
  });

  it("gets a guess back when it was right", async () => {
    for (let account = 0; account < 100; account += 1) {
      expect(await countSignIn(control, keysOf(`${account}`, "address"), START)).toEqual({ allowed: true });
      await forgiveAttempt(control, keysOf(`${account}`, "address"));
    }
  });
});
