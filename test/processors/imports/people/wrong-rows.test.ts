import { describe, expect, it } from "vitest";
import { csv, importStage } from "../stage.ts";
import { addPerson, codes, HEADER, person } from "./people-stage.ts";

describe("a row that is wrong", () => {
  it.each([
    ["sourcedId", " ", "missing_cell"],
    ["sourcedId", "\\N", "missing_cell"],
    ["username", "", "missing_cell"],
    ["givenName", "", "missing_cell"],
    ["familyName", "\\N", "missing_cell"],
    ["familyName", "x".repeat(256), "too_long"],
    ["familyName", '"two\nlines"', "bad_value"],
    ["email", "nobody", "bad_email"],
    ["email", "a@b@c.example", "bad_email"],
    ["email", "a@b.example,c@d.example", "bad_email"],
    ["email", "Jane <jane@example.com>", "bad_email"],
    ["email", "a@-b.example", "bad_email"],
    ["email", `${"x".repeat(250)}@b.example`, "bad_email"],
    ["status", "Active", "bad_value"],
    ["status", "\\N", "bad_value"],
    ["locale", "deutsch!", "bad_value"],
    ["enabledUser", "yes", "bad_value"],
    ["timeZone", "Mars/Olympus", "unknown_time_zone"],
    ["timeZone", "+02:00", "unknown_time_zone"],
    ["timeZone", "UTC+2", "unknown_time_zone"],
    ["authSource", "kerberos", "bad_value"],
    ["authSource", "\\N", "bad_value"],
    ["enrolledOn", "2026-02-30", "bad_value"],
    ["enrolledOn", "31.01.2026", "bad_value"],
    ["enrolledOn", "\\N", "bad_value"],
    ["terminationOn", "2026-1-1", "bad_value"],
    ["groups", " | ", "bad_value"],
    ["groups", "x".repeat(256), "too_long"],
    ["password", "x".repeat(257), "too_long"],
    ["attr.note", "x".repeat(4001), "too_long"],
    ["attr.note", "x".repeat(64 * 1024 + 1), "too_long"],
    ["attr.note", "one;two", "cell_count"],
  ])("in %s (%j) fails with %s, by its line, and the others are imported", async (column, cell, code) => {
    const stage = await importStage();
    const required = HEADER.split(";");
    const header = required.includes(column) ? HEADER : `${HEADER};${column}`;
    const row = (id: string, value: string) => {
      const cells = new Map(header.split(";").map((name) => [name, { sourcedId: id, username: id }[name] ?? "x"]));
      if (!required.includes(column)) cells.set(column, "");
      if (id === "P-2") cells.set(column, value);
      return [...cells.values()].join(";");
    };
    await stage.put("a.csv", csv(header, row("P-1", cell), row("P-2", cell), row("P-3", cell)));
    const outcome = await stage.run();
    const ref = column === "sourcedId" ? "a.csv:3" : "a.csv:3 P-2";
    expect(outcome).toMatchObject({ state: "partial", counts: { scanned: 3, created: 2, failed: 1 } });
    expect(codes(outcome)).toEqual([[ref, code]]);
    expect(await stage.names()).toEqual(["done/a.csv", "done/a.csv.result.csv"]);
    const lines = await stage.result("done/a.csv");
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(new RegExp(`^3;${column === "sourcedId" ? "" : "P-2"};failed;`));
    if (code !== "cell_count") expect(lines[1]).toContain(`;${column}: `);
  });

  it("is told without the person's own data", async () => {
    const stage = await importStage();
    await addPerson(stage, { external_id: "X", username: "secret.name" });
    await stage.put(
      "a.csv",
      csv(
        `${HEADER};email;password`,
        "P-1;secret.name;Secret;Name;;",
        "P-2;p;Secret;Name;secret.name;",
        "P-3;q;Secret;;;secret",
      ),
    );
    const outcome = await stage.run();
    expect(outcome.failures).toHaveLength(3);
    expect(JSON.stringify(outcome).toLowerCase()).not.toContain("secret");
  });

  it("is named by the line on which it begins", async () => {
    const stage = await importStage();
    await stage.put("a.csv", csv(`${HEADER};attr.note`, '\nP-1;a;A;B;"one\ntwo"', "P-2;b;A;;", "\r\nP-3;c;A;;"));
    expect(codes(await stage.run())).toEqual([
      ["a.csv:5 P-2", "missing_cell"],
      ["a.csv:7 P-3", "missing_cell"],
    ]);
  });

  it("twice is wrong: the first row of a sourcedId or username counts, within a chunk and across chunks", async () => {
    for (const chunkSize of [1, 2, 200]) {
      const stage = await importStage();
      await stage.put(
        "a.csv",
        csv(HEADER, "P-1;a;First;X", "P-2;b;First;X", "P-1;c;Second;X", "P-3;b;Second;X", "P-4;d;;X", "P-4;e;Second;X"),
      );
      const outcome = await stage.run({ chunkSize });
      expect(codes(outcome)).toEqual([
        ["a.csv:4 P-1", "duplicate"],
        ["a.csv:5 P-3", "duplicate"],
        ["a.csv:6 P-4", "missing_cell"],
        ["a.csv:7 P-4", "duplicate"],
      ]);
      expect(await stage.rows("SELECT external_id, given_name FROM persons")).toEqual([
        { external_id: "P-1", given_name: "First" },
        { external_id: "P-2", given_name: "First" },
      ]);
      expect(await stage.rows("SELECT * FROM import_seen")).toEqual([]);
    }
  });

  it("never stops the run, however many rows fail", async () => {
    const stage = await importStage();
    await stage.put("a.csv", csv(HEADER, ...Array.from({ length: 6 }, (_, n) => `P-${n};u${n};;X`), person("P-9")));
    const outcome = await stage.run({ maxFailures: 0, chunkSize: 2 });
    expect(outcome).toMatchObject({ state: "partial", counts: { failed: 6, created: 1 } });
    expect(await stage.rows("SELECT * FROM import_seen")).toEqual([]);
  });
});
