import { describe, expect, it } from "vitest";
import type { Database } from "../../../../src/store/database.ts";
import { csv, importStage } from "../stage.ts";
import { addPerson, codes, HEADER, person } from "./people-stage.ts";

describe("a username", () => {
  it("lets a row adopt a person without a sourcedId, once", async () => {
    const stage = await importStage();
    const id = await addPerson(stage, { username: "jdoe" });
    await stage.put("a.csv", csv(HEADER, "P-1;jdoe;Jane;Doe"));
    expect((await stage.run()).counts).toMatchObject({ updated: 1 });
    expect(await stage.person("P-1")).toMatchObject({ id, given_name: "Jane", import_source: "csv" });
    await stage.put("b.csv", csv(HEADER, "P-2;jdoe;Other;Doe"));
    expect(codes(await stage.run())).toEqual([["b.csv:2 P-2", "username_taken"]]);
    expect(await stage.person("P-1")).toMatchObject({ id, given_name: "Jane" });
  });

  it("of another person fails the row, whether that person is known, new in this file or deleted", async () => {
    const stage = await importStage();
    await addPerson(stage, { external_id: "P-1", username: "known" });
    await addPerson(stage, { external_id: "P-2", username: "p-2" });
    await addPerson(stage, { username: "gone", auth_status: "deleted" });
    await stage.put(
      "a.csv",
      csv(HEADER, "P-2;known;A;B", "P-3;new;A;B", "P-4;new;A;B", "P-5;gone;A;B", "P-6;free;A;B"),
    );
    const outcome = await stage.run();
    expect(codes(outcome)).toEqual([
      ["a.csv:4 P-4", "duplicate"],
      ["a.csv:2 P-2", "username_taken"],
      ["a.csv:5 P-5", "username_taken"],
    ]);
    expect(outcome.counts).toMatchObject({ scanned: 5, failed: 3, created: 2 });
  });

  it("that an earlier row gave up can be taken by a later one, in one chunk or across two", async () => {
    for (const chunkSize of [1, 200]) {
      const stage = await importStage();
      await addPerson(stage, { external_id: "P-1", username: "old" });
      await stage.put("a.csv", csv(HEADER, "P-1;new;A;B", "P-2;old;A;B"));
      expect(await stage.run({ chunkSize })).toMatchObject({ state: "ok", failures: [] });
      expect(await stage.person("P-2")).toMatchObject({ username: "old" });
    }
  });

  it("is compared without case and however its letters are composed", async () => {
    const stage = await importStage();
    await addPerson(stage, { external_id: "P-9", username: "Ren\u00e9" });
    await addPerson(stage, { username: "Adopted" });
    await stage.put("a.csv", csv(HEADER, "P-1;jdoe;A;B", "P-2;JDoe;A;B", "P-3;rene\u0301;A;B", "P-4;ADOPTED;A;B"));
    expect(codes(await stage.run())).toEqual([
      ["a.csv:3 P-2", "duplicate"],
      ["a.csv:4 P-3", "username_taken"],
    ]);
    expect(await stage.person("P-4")).toMatchObject({ id: 2, username: "ADOPTED", username_key: "adopted" });
    await stage.put("b.csv", csv(HEADER, "P-1;JDOE;A;B"));
    expect((await stage.run()).counts).toMatchObject({ updated: 1 });
    expect(await stage.person("P-1")).toMatchObject({ username: "JDOE", username_key: "jdoe" });
  });

  it.each([
    ["two people", { "P-1": "b", "P-2": "a" }],
    ["three people", { "P-1": "b", "P-2": "c", "P-3": "a" }],
    ["three people, backwards", { "P-1": "c", "P-2": "a", "P-3": "b" }],
    ["a row of people, the last of whom takes a new one", { "P-1": "b", "P-2": "c", "P-3": "e" }],
    ["a row of people that a new person begins", { "P-9": "a", "P-1": "b", "P-2": "new" }],
    ["two and two", { "P-1": "c", "P-3": "a", "P-2": "d", "P-4": "b" }],
  ])("can be passed on in one file, among %s, in one chunk or across several", async (_who, wanted) => {
    for (const chunkSize of [1, 2, 200]) {
      const stage = await importStage();
      const before = { "P-1": "a", "P-2": "b", "P-3": "c", "P-4": "d" };
      for (const [id, username] of Object.entries(before)) {
        await addPerson(stage, { external_id: id, username, import_source: "csv" });
      }
      const rows = Object.entries(wanted).map(([id, username]) => `${id};${username};Given;Family`);
      await stage.put("a.csv", csv(HEADER, ...rows));
      const outcome = await stage.run({ chunkSize });
      expect(outcome).toMatchObject({
        state: "ok",
        failures: [],
        counts: { scanned: rows.length, changed: rows.length },
      });
      const found = await stage.rows("SELECT external_id, username, username_key FROM persons");
      expect(Object.fromEntries(found.map((one) => [one.external_id, one.username]))).toEqual({ ...before, ...wanted });
      expect(found.every((one) => one.username === one.username_key)).toBe(true);
      expect(await stage.rows("SELECT DISTINCT entity_id FROM audit_log")).toHaveLength(rows.length);
      await stage.put("b.csv", csv(HEADER, ...rows));
      expect(await stage.run({ chunkSize })).toMatchObject({ state: "no_action", counts: { skipped: rows.length } });
    }
  });

  it("of a person who keeps it fails the row, and all who wait behind it", async () => {
    for (const chunkSize of [1, 200]) {
      const stage = await importStage();
      for (const one of ["a", "b", "c"]) await addPerson(stage, { external_id: `P-${one}`, username: one });
      await stage.put("a.csv", csv(HEADER, "P-a;b;Given;Family", "P-b;c;Given;Family", "P-z;z;Given;Family"));
      const outcome = await stage.run({ chunkSize });
      expect(codes(outcome)).toEqual([
        ["a.csv:2 P-a", "username_taken"],
        ["a.csv:3 P-b", "username_taken"],
      ]);
      expect(await stage.rows("SELECT username FROM persons ORDER BY id")).toEqual(
        ["a", "b", "c", "z"].map((username) => ({ username })),
      );
    }
  });

  it("exchanged in a dry run changes nothing and fails nothing", async () => {
    const stage = await importStage();
    for (const one of ["a", "b"]) await addPerson(stage, { external_id: `P-${one}`, username: one });
    await stage.put("a.csv", csv(HEADER, "P-a;b;Given;Family", "P-b;a;Given;Family"));
    expect(await stage.run({}, { dryRun: true })).toMatchObject({ failures: [] });
    expect(await stage.rows("SELECT username FROM persons ORDER BY id")).toEqual([
      { username: "a" },
      { username: "b" },
    ]);
  });

  it("taken by another person while the step is on its way fails that row alone", async () => {
    const stage = await importStage();
    await stage.put("a.csv", csv(HEADER, person("P-1"), person("P-2"), person("P-3")));
    let raced = false;
    const through: Database = {
      execute: stage.database.execute.bind(stage.database),
      transaction: stage.database.transaction.bind(stage.database),
      async batch(statements, mode) {
        if (!raced && JSON.stringify(statements).includes("INSERT INTO persons")) {
          raced = true;
          await addPerson(stage, { username: "p-2" });
        }
        return stage.database.batch(statements, mode);
      },
    };
    const outcome = await stage.run({}, { through });
    expect(outcome).toMatchObject({ state: "partial", counts: { scanned: 3, created: 2, failed: 1 } });
    expect(codes(outcome)).toEqual([["a.csv:3 P-2", "constraint"]]);
    expect(await stage.result("done/a.csv")).toEqual([
      "line;ref;result;message",
      expect.stringMatching(/^3;P-2;failed;/),
    ]);
  });
});
