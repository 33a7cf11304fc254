import { describe, expect, it } from "vitest";
import { addCrowd } from "../../bench/crowd/crowd.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";
import { demoShop } from "../stage/demo-shop.ts";
import { setStage } from "../stage/stage.ts";
import { fullReads } from "./asked.ts";
import { filteredAddresses, pageAddresses, type Visit, visitor } from "./visits.ts";
import { furnish } from "./walk.ts";

/** Every page with few rows and with many, and each of its filters with many. */
async function visitAll() {
  const mail = { id: "1", receivedAt: 0, from: "a", to: "b", originalTo: null, subject: "S", body: "B" };
  const stage = await setStage({
    mailbox: { list: async () => ({ total: 1, mails: [mail] }), read: async () => mail },
    demoShop,
  });
  const things = await furnish(stage);
  const focus = { jobId: things["own job"], clientId: stage.berlin, runId: things["own run"] };
  const visit = await visitor(stage);
  const visitEach = async (addresses: readonly string[]) => {
    const visits = new Map<string, Visit>();
    for (const address of addresses) visits.set(address, await visit(address));
    return visits;
  };
  const addresses = pageAddresses(stage, things);
  const crowd = { focus, clients: 4, jobs: 6, runs: 60, others: 60, from: 1000 };
  await addCrowd(stage.database, crowd, stage.now);
  const few = await visitEach(addresses);
  const filtered = [...few].flatMap(([address, { html }]) => filteredAddresses(address, html));
  const many = { ...crowd, clients: 400, jobs: 600, runs: 6000, others: 4000, from: 100_000 };
  await addCrowd(stage.database, many, stage.now);
  return { stage, few, many: await visitEach(addresses), filtered: await visitEach(filtered) };
}

describe("every page", () => {
  it("asks as many statements for many rows as for few, and reads no table in full that grows, however it is filtered", async () => {
    const { stage, few, many, filtered } = await visitAll();
    expect(stage.faults).toEqual([]);
    const counts = (visits: Map<string, Visit>) =>
      [...visits].map(([address, { status, statements }]) => [address, status, statements.length]);
    expect(counts(many)).toEqual(counts(few));
    expect(filtered.size).toBeGreaterThan(20);
    const seen = new Set<string>();
    const reads: string[] = [];
    for (const [address, { statements }] of [...many, ...filtered]) {
      for (const statement of statements) {
        if (seen.has(statement.sql)) continue;
        seen.add(statement.sql);
        const found = await fullReads(stage.database, statement);
        reads.push(...found.map((detail) => `${address}: ${detail} in ${statement.sql}`));
      }
    }
    expect(reads).toEqual([]);
  });
});

describe("a statement", () => {
  it.each([
    ["without an index", "SELECT count(*) FROM runs r WHERE r.message = 'x'", ["SCAN r"]],
    ["that sorts what it read", "SELECT id FROM jobs ORDER BY updated_at LIMIT 5", ["SCAN jobs"]],
    ["by an index", "SELECT id FROM runs WHERE job_id = 1", []],
    ["by the key as far as a page goes", "SELECT id FROM runs ORDER BY id DESC LIMIT 5", []],
    ["of a small table", "SELECT * FROM nodes", []],
  ])("%s is seen by its plan", async (_what, sql, reads) => {
    const database = await freshFileDatabase(["control"]);
    expect(await fullReads(database, { sql, args: [] })).toEqual(reads);
  });
});
