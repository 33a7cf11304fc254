import { describe, expect, it } from "vitest";
import { erasedKeyHash, erasedKeySecret } from "../../../../src/learning/erasure/erased-key.ts";
import { csv, type ImportStage, importStage, people } from "../stage.ts";
import { addPerson, codes, HEADER, person } from "./people-stage.ts";

describe("a person who was deleted for good", () => {
  async function erased(kind: "external_id" | "username", value: string): Promise<ImportStage> {
    const stage = await importStage();
    const hash = await erasedKeyHash(await erasedKeySecret(new Uint8Array(32).fill(7)), 1, kind, value);
    await stage.database.execute({
      sql: "INSERT INTO erased_people (client_id, key_hash) VALUES (1, ?)",
      args: [hash],
    });
    return stage;
  }

  it.each([
    ["external_id", "P-1"],
    ["username", "p-1"],
  ] as const)("is not created again, known by %s", async (kind, value) => {
    const stage = await erased(kind, value);
    await stage.put("a.csv", csv(HEADER, "P-1;P-1;Given;Family", person("P-2")));
    expect(await stage.run()).toMatchObject({
      state: "ok",
      failures: [],
      counts: { scanned: 2, created: 1, skipped: 1, erasedSkipped: 1 },
    });
    expect(await stage.person("P-1")).toBeUndefined();
    expect((await stage.result("done/a.csv"))[1]).toMatch(/^2;P-1;warning;The person with this sourcedId/);
  });

  it("is created again with recreateErased; a person there with that key goes on being updated", async () => {
    const stage = await erased("external_id", "P-1");
    await stage.put("a.csv", csv(HEADER, person("P-1")));
    expect(await stage.run({ recreateErased: true })).toMatchObject({ counts: { created: 1 } });
    await stage.put("b.csv", csv(HEADER, "P-1;p-1;New;Family"));
    expect(await stage.run()).toMatchObject({ counts: { updated: 1 } });
  });
});

describe("a whole run", () => {
  it("changes one row for one changed byte of a file, and skips the others", async () => {
    const stage = await importStage();
    const text = people(1, 500);
    await stage.put("people.csv", text);
    expect((await stage.run()).counts).toMatchObject({ created: 500 });
    await stage.put("people.csv", text.replace("Given250", "Gaven250"));
    const outcome = await stage.run();
    expect(outcome).toMatchObject({ state: "ok", counts: { scanned: 500, changed: 1, updated: 1, skipped: 499 } });
    expect(await stage.person("P-250")).toMatchObject({ given_name: "Gaven250" });
  });

  it("leaves another client's people alone, though they have the same ids and names", async () => {
    const stage = await importStage();
    await addPerson(stage, { client_id: 2, external_id: "P-1", username: "user1", import_source: "csv" });
    await addPerson(stage, { client_id: 2, external_id: "P-99", username: "user99", import_source: "csv" });
    const before = await stage.rows("SELECT * FROM persons WHERE client_id = 2");
    await stage.put("full_a.csv", people(1, 3));
    expect((await stage.run({ missing: "passive", maxDeactivatePct: 100 })).counts).toMatchObject({ created: 3 });
    expect(await stage.rows("SELECT * FROM persons WHERE client_id = 2")).toEqual(before);
  });

  it("rehearsed changes nothing, finds what is wrong and leaves no trace of its own", async () => {
    const stage = await importStage();
    await stage.put("a.csv", people(1, 20));
    await stage.run();
    await stage.put(
      "full_b.csv",
      `${people(1, 19).replace("Given5", "Changed")}P-30;user30;A;B\nP-30;x;A;B\nP-31;y;;B\n`,
    );
    const before = await stage.rows("SELECT * FROM persons");
    const filesBefore = await stage.rows("SELECT * FROM files");
    const outcome = await stage.run({ missing: "passive", chunkSize: 4 }, { dryRun: true });
    expect(outcome.counts).toMatchObject({
      scanned: 23,
      created: 1,
      updated: 1,
      skipped: 18,
      failed: 2,
      deactivated: 1,
      files: 1,
    });
    expect(codes(outcome)).toEqual([
      ["full_b.csv:22 P-30", "duplicate"],
      ["full_b.csv:23 P-31", "missing_cell"],
    ]);
    expect(await stage.rows("SELECT * FROM persons")).toEqual(before);
    expect(await stage.rows("SELECT * FROM files")).toEqual(filesBefore);
    expect(await stage.rows("SELECT * FROM import_seen")).toEqual([]);
    expect(await stage.names()).toContain("full_b.csv");
    const real = await stage.run({ missing: "passive", chunkSize: 4 });
    expect(real.counts).toEqual(outcome.counts);
  });

  it("of maxRows rows goes on behind the last row of the one before, until all is done", async () => {
    const stage = await importStage();
    await stage.put(
      "a.csv",
      csv(`${HEADER};supervisorSourcedId`, ...[1, 2, 3, 4, 5].map((n) => person(`P-${n}`, ";P-5"))),
    );
    await stage.put("b.csv", csv(HEADER, "P-6;p-6;;B", person("P-7"), "P-8;p-8;;B"));
    const created: unknown[] = [];
    for (let run = 0; run < 4; run += 1) {
      const { state, counts } = await stage.run({ maxRows: 2 });
      created.push([state, counts.scanned ?? 0, counts.created ?? 0, counts.files ?? 0]);
    }
    expect(created).toEqual([
      ["partial", 2, 2, 0],
      ["partial", 2, 2, 0],
      ["partial", 2, 1, 1],
      ["partial", 2, 1, 0],
    ]);
    expect(await stage.run({ maxRows: 2 })).toMatchObject({ counts: { files: 1 } });
    expect(await stage.names()).toEqual(["done/a.csv", "done/a.csv.result.csv", "done/b.csv", "done/b.csv.result.csv"]);
    // What failed in another run stands in the result of the file all the same.
    expect(await stage.result("done/b.csv")).toHaveLength(3);
    expect(await stage.rows("SELECT count(*) AS n FROM persons WHERE supervisor_id IS NOT NULL")).toEqual([{ n: 4 }]);
    expect(await stage.rows("SELECT * FROM import_seen")).toEqual([]);
  });
});
