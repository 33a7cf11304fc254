import { describe, expect, it } from "vitest";
import { hashPassword, verifyPassword } from "../../../../src/control/access/password.ts";
import type { Database } from "../../../../src/store/database.ts";
import { csv, importStage, NOW } from "../stage.ts";
import { addPerson, HEADER, person } from "./people-stage.ts";

describe("a password", () => {
  it("is stored as a hash only, and no change of it is asked for", async () => {
    const stage = await importStage();
    await stage.put("a.csv", csv(`${HEADER};password`, person("P-1", "; spaced out ")));
    await stage.run();
    const stored = await stage.person("P-1");
    expect(stored).toMatchObject({ must_change_password: 0, password_changed_at: NOW });
    expect(await verifyPassword(" spaced out ", String(stored?.password_hash))).toBe(true);
    const traces = JSON.stringify([
      await stage.rows("SELECT * FROM audit_log"),
      await stage.rows("SELECT * FROM checkpoints"),
      await stage.rows("SELECT * FROM run_logs"),
      await stage.result("done/a.csv"),
    ]);
    expect(traces).not.toContain("spaced out");
    expect(traces).not.toContain("scrypt");
  });

  it("given again to a person who has it changes nothing; another one is set; \\N removes it", async () => {
    const stage = await importStage();
    const hash = await hashPassword("first", new Uint8Array(16));
    await addPerson(stage, { external_id: "P-1", username: "p-1", password_hash: hash, import_source: "csv" });
    await stage.put("a.csv", csv(`${HEADER};password`, person("P-1", ";first")));
    expect((await stage.run()).counts).toMatchObject({ skipped: 1 });
    await stage.put("b.csv", csv(`${HEADER};password`, person("P-1", ";second")));
    expect((await stage.run()).counts).toMatchObject({ updated: 1 });
    expect(await verifyPassword("second", String((await stage.person("P-1"))?.password_hash))).toBe(true);
    await stage.put("c.csv", csv(`${HEADER};password`, person("P-1", ";\\N")));
    await stage.run();
    expect(await stage.person("P-1")).toMatchObject({
      password_hash: null,
      password_changed_at: null,
      must_change_password: 1,
    });
    const after = await stage.rows("SELECT after FROM audit_log ORDER BY id");
    expect(after.map((row) => JSON.parse(String(row.after)))).toEqual([
      { password_hash: "set" },
      { password_hash: "removed" },
    ]);
  });

  it("is refused for people who sign in elsewhere", async () => {
    const stage = await importStage();
    await addPerson(stage, { external_id: "P-1", username: "p-1", auth_source: "ldap" });
    await stage.put(
      "a.csv",
      csv(`${HEADER};authSource;password`, person("P-1", ";;secret"), person("P-2", ";oidc;secret")),
    );
    expect((await stage.run()).failures).toMatchObject([{ code: "bad_value" }, { code: "bad_value" }]);
  });

  it("makes steps of five rows", async () => {
    const stage = await importStage();
    const rows = Array.from({ length: 12 }, (_, n) => person(`P-${n}`, n < 7 ? ";secret" : ";"));
    await stage.put("a.csv", csv(`${HEADER};password`, ...rows));
    const steps: number[] = [];
    const through: Database = {
      execute: stage.database.execute.bind(stage.database),
      transaction: stage.database.transaction.bind(stage.database),
      async batch(statements, mode) {
        const created = JSON.stringify(statements).split("INSERT INTO persons").length - 1;
        if (created > 0) steps.push(created);
        return stage.database.batch(statements, mode);
      },
    };
    await stage.run({}, { through });
    expect(steps).toEqual([5, 7]);
  });
});
