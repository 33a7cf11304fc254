import { beforeEach, describe, expect, it } from "vitest";
import { parameterSchema } from "../../../src/processors/parameters.ts";
import { OIDCAuthNonceCleanerJob as processor } from "../../../src/processors/people/OIDCAuthNonceCleanerJob.ts";
import { plansFor } from "../../harness/plans.ts";
import { Stage, type StageRun } from "../stage.ts";

const AT = Date.parse("2026-03-02T22:20:00Z");
const MINUTE = 60_000;
const DAY = 86_400_000;
let stage: Stage;
beforeEach(async () => {
  stage = await Stage.set(processor);
});

/** A nonce of client 1 that has not expired. */
const nonce = (id: number, values: Readonly<Record<string, number | null>> = {}) =>
  stage.database.execute({
    sql: `INSERT INTO oidc_nonces (id, client_id, nonce_hash, issuer, issued_at, used_at, expires_at)
      VALUES (?, ?, ?, 'https://id.example', 0, ?, ?)`,
    args: [id, values.client_id ?? 1, `hash ${id}`, values.used_at ?? null, values.expires_at ?? AT + DAY],
  });
const run = async (options: StageRun = {}) => {
  await stage.clock.advanceTo(AT - 1000);
  return stage.play(options);
};
const left = async () => (await stage.rows("SELECT id FROM oidc_nonces ORDER BY id")).map(({ id }) => id);

describe("a used nonce is deleted once it was used longer ago than retainMinutes", () => {
  it.each([
    ["a millisecond longer than the 60 minutes of the default", {}, 60 * MINUTE + 1, []],
    ["exactly as long", {}, 60 * MINUTE, [1]],
    ["longer than the 10 minutes that a job says", { retainMinutes: 10 }, 10 * MINUTE + 1, []],
    ["as long as a job says", { retainMinutes: 10 }, 10 * MINUTE, [1]],
  ])("%s", async (_, parameters, age, expected) => {
    await nonce(1, { used_at: AT - age });
    await run({ parameters });
    expect(await left()).toEqual(expected);
  });

  it("and not for its expiry: it has to outlive the ID token", async () => {
    await nonce(1, { used_at: AT - MINUTE, expires_at: 1 });
    await run();
    expect(await left()).toEqual([1]);
  });
});

describe("an unused nonce is deleted 24 hours after its expiry", () => {
  it.each([
    ["a millisecond more", DAY + 1, []],
    ["exactly", DAY, [1]],
    ["just expired", 1, [1]],
  ])("%s", async (_, age, expected) => {
    await nonce(1, { expires_at: AT - age });
    await run();
    expect(await left()).toEqual(expected);
  });

  it("unless the job says that unused ones stay", async () => {
    await nonce(1, { expires_at: 1 });
    await nonce(2, { used_at: 1 });
    await run({ parameters: { deleteUnused: false } });
    expect(await left()).toEqual([1]);
  });
});

describe("deleted are", () => {
  it("the client's own nonces: no other client's, and none of the manager's", async () => {
    for (const [id, client_id] of [0, 1, 2].entries()) {
      await nonce(10 + id, { client_id, used_at: 1 });
      await nonce(20 + id, { client_id, expires_at: 1 });
    }
    await run();
    expect(await left()).toEqual([10, 12, 20, 22]);
  });

  it("all, however small the chunks, counted by what they were, and once", async () => {
    for (let id = 1; id <= 5; id += 1) await nonce(id, { used_at: id % 2 });
    for (let id = 6; id <= 8; id += 1) await nonce(id, { expires_at: 1 });
    const { state, counts } = await run({ parameters: { chunkSize: 2 } });
    expect({ state, counts }).toMatchObject({ state: "ok", counts: { scanned: 8, changed: 8, used: 5, stale: 3 } });
    expect(await left()).toEqual([]);
    expect(await stage.play()).toMatchObject({ state: "no_action", counts: {} });
  });

  it("none in a dry run, which counts them", async () => {
    await nonce(1, { used_at: 1 });
    await nonce(2, { expires_at: 1 });
    expect(await run({ dryRun: true })).toMatchObject({ counts: { used: 1, stale: 1 } });
    expect(await left()).toEqual([1, 2]);
  });

  it("those of the end of the day that the run is for, where that is an earlier one", async () => {
    const endOfDay = Date.parse("2026-02-20T23:00:00Z") - 1;
    await nonce(1, { used_at: endOfDay - 60 * MINUTE - 1 });
    await nonce(2, { used_at: endOfDay - 60 * MINUTE });
    await run({ asOf: "2026-02-20" });
    expect(await left()).toEqual([2]);
  });
});

it("retainMinutes below 10 is refused", () => {
  const given = (retainMinutes: number) => parameterSchema(processor).safeParse({ retainMinutes }).success;
  expect([9, 10, 10.5].map(given)).toEqual([false, true, false]);
});

it("nonces are found by the indexes of when they were used and when they expire", async () => {
  await nonce(1, { used_at: 1 });
  await nonce(2, { expires_at: 1 });
  expect(await plansFor(stage.database, "oidc_nonces", run)).toEqual([
    "SEARCH oidc_nonces USING COVERING INDEX oidc_nonces_used (client_id=? AND used_at>? AND used_at<?)",
    "SEARCH oidc_nonces USING INTEGER PRIMARY KEY (rowid=?)",
    "SEARCH oidc_nonces USING INDEX oidc_nonces_expiry (client_id=? AND expires_at>? AND expires_at<?)",
  ]);
});
