import type { InStatement } from "@libsql/client";
import { expect, it } from "vitest";
import type { Database } from "../../../src/store/database.ts";
import { csv, importStage, people } from "./stage.ts";

/** Tables that grow with the client's people, files and runs. */
const GROWING = [
  "persons",
  "erased_people",
  "groups",
  "group_members",
  "files",
  "import_seen",
  "failures",
  "audit_log",
  "index_changes",
  "checkpoints",
];

it("no statement of an import reads a growing table from end to end", async () => {
  const stage = await importStage();
  const seen = new Map<string, InStatement>();
  const note = (statement: InStatement | string) => {
    const sql = typeof statement === "string" ? statement : statement.sql;
    if (!/\b(runs|run_logs|clients|jobs|job_stats|triggers)\b/.test(sql)) seen.set(sql, statement as InStatement);
  };
  const through: Database = {
    transaction: stage.database.transaction.bind(stage.database),
    execute: (statement: InStatement | string) => {
      note(statement);
      return stage.database.execute(statement as InStatement);
    },
    batch: (statements, mode) => {
      for (const statement of statements) note(statement as InStatement);
      return stage.database.batch(statements, mode);
    },
  };
  const header = "sourcedId;username;givenName;familyName;supervisorSourcedId;groups";
  await stage.put("a.csv", csv(header, "P-1;a;A;B;P-2;X|Y", "P-2;b;A;B;;Y", "P-3;c;;B;;"));
  await stage.run({ createGroups: true }, { through });
  await stage.put("b.csv", csv(header, "P-1;a;A;New;;X", "P-2;b;A;B;P-1;X", "P-4;b;A;B;;Z"));
  await stage.run({}, { through });
  // Usernames that are passed on, and a person who was deleted for good.
  await stage.put("c.csv", csv(header, "P-1;b;A;New;;X", "P-2;a;A;B;P-1;X", "P-9;new;A;B;;"));
  await stage.database.execute("INSERT INTO erased_people (client_id, key_hash) VALUES (1, 'some'), (1, 'other')");
  await stage.run({}, { through });
  await stage.put("d.csv", people(100, 130));
  await stage.run({}, { through });
  await stage.put("full_e.csv", people(1, 1));
  await stage.run({ missing: "passive", maxDeactivatePct: 100, minOverlapPct: 1 }, { through });
  await stage.put("full_f.csv", people(100, 130));
  await stage.run({ missing: "passive", maxDeactivatePct: 100 }, { through });
  expect(seen.size).toBeGreaterThan(30);

  const scans: string[] = [];
  for (const [sql, statement] of seen) {
    const args = typeof statement === "object" && "args" in statement ? statement.args : [];
    const plan = await stage.database.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args: args as [] });
    for (const row of plan.rows) {
      const detail = String(row.detail);
      // The check of the table's own foreign key, which SQLite makes only while a violation is pending (opcode FkIfZero).
      if (sql.startsWith("INSERT INTO groups") && detail.endsWith("groups_parent")) continue;
      const table = /^SCAN (\w+)/.exec(detail)?.[1];
      if (table && (GROWING.includes(table) || table === "gone") && !detail.includes("VIRTUAL TABLE")) {
        scans.push(`${detail}: ${sql.slice(0, 300)}`);
      }
      // A search by the client alone reads all of the client's rows, one by the file alone all keys of the file.
      const wide =
        /^SEARCH persons .*\(client_id=\?\)$/.test(detail) || /^SEARCH import_seen .*file_id=\?\)$/.test(detail);
      if (wide && /^(SELECT|WITH)/.test(sql)) scans.push(`${detail}: ${sql.slice(0, 300)}`);
    }
  }
  expect(scans).toEqual([]);
});
