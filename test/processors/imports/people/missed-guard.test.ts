import { describe, expect, it } from "vitest";
import type { Database } from "../../../../src/store/database.ts";
import { csv, type ImportStage, importStage, NOW } from "../stage.ts";

const HEADER = "sourcedId;username;givenName;familyName";

/** The stage's database; `change` is executed just before the first batch that contains `text`. */
function changedBefore(stage: ImportStage, text: string, change: string): Database {
  let done = false;
  return {
    execute: stage.database.execute.bind(stage.database),
    transaction: stage.database.transaction.bind(stage.database),
    async batch(statements, mode) {
      if (!done && JSON.stringify(statements).includes(text)) {
        done = true;
        await stage.database.execute(change);
      }
      return stage.database.batch(statements, mode);
    },
  };
}

describe("a person whose guarded write matches nothing", () => {
  it("gets no second audit entry and index change, although an earlier step of the run wrote the same row", async () => {
    const stage = await importStage();
    await stage.put(
      "a.csv",
      csv(`${HEADER};supervisorSourcedId`, "P-1;a;A;B;BOSS-1", "P-2;b;A;B;BOSS-1", "BOSS-1;c;A;B;"),
    );
    const gone = "UPDATE persons SET auth_status = 'deleted' WHERE external_id = 'P-1'";
    const outcome = await stage.run({}, { through: changedBefore(stage, "SET supervisor_id", gone) });
    expect(await stage.rows("SELECT entity_id, action FROM audit_log ORDER BY id")).toEqual([
      { entity_id: 1, action: "create" },
      { entity_id: 2, action: "create" },
      { entity_id: 3, action: "create" },
      { entity_id: 2, action: "update" },
    ]);
    expect(await stage.rows("SELECT entity_id FROM index_changes ORDER BY id")).toEqual([
      { entity_id: 1 },
      { entity_id: 2 },
      { entity_id: 3 },
      { entity_id: 2 },
    ]);
    expect(outcome.counts).toEqual({ scanned: 3, changed: 3, skipped: 0, created: 3, files: 1 });
  });

  it("joins and leaves no group, and none is created for that person, even where the row bears the run's time", async () => {
    const stage = await importStage();
    await stage.put("a.csv", csv(`${HEADER};groups`, "P-1;a;A;B;OLD", "P-2;b;A;B;OLD"));
    await stage.run({ createGroups: true });
    const [before] = await stage.rows(
      "SELECT count(*) AS audited, (SELECT count(*) FROM index_changes) AS told FROM audit_log",
    );
    await stage.put("b.csv", csv(`${HEADER};groups`, "P-1;a;A;New;FIRST|BOTH", "P-2;b;A;New;BOTH"));
    const gone = `UPDATE persons SET auth_status = 'deleted', updated_at = ${NOW + 1000} WHERE external_id = 'P-1'`;
    const outcome = await stage.run(
      { createGroups: true },
      { through: changedBefore(stage, "UPDATE persons SET", gone) },
    );
    expect(outcome.counts).toEqual({ scanned: 2, changed: 1, skipped: 1, updated: 1, files: 1 });
    expect(
      await stage.rows(
        "SELECT person_id, groups.external_id AS name FROM group_members JOIN groups ON groups.id = group_id ORDER BY person_id",
      ),
    ).toEqual([
      { person_id: 1, name: "OLD" },
      { person_id: 2, name: "BOTH" },
    ]);
    expect(await stage.rows("SELECT external_id FROM groups ORDER BY id")).toEqual([
      { external_id: "OLD" },
      { external_id: "BOTH" },
    ]);
    // The person who was written, and the group.
    const [after] = await stage.rows(
      "SELECT count(*) AS audited, (SELECT count(*) FROM index_changes) AS told FROM audit_log",
    );
    expect(after).toEqual({ audited: Number(before?.audited) + 2, told: Number(before?.told) + 2 });
  });
});
