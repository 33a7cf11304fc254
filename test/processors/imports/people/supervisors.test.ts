import { describe, expect, it } from "vitest";
import { csv, type ImportStage, importStage } from "../stage.ts";
import { addPerson, HEADER, person } from "./people-stage.ts";

describe("a supervisor", () => {
  const supervisors = (stage: ImportStage) =>
    stage.rows(
      "SELECT p.external_id AS person, s.external_id AS supervisor FROM persons p LEFT JOIN persons s ON s.id = p.supervisor_id ORDER BY p.external_id",
    );

  it("may come later in the file, and is counted with the row", async () => {
    for (const chunkSize of [1, 200]) {
      const stage = await importStage();
      await addPerson(stage, { external_id: "P-4", username: "p-4", given_name: "Given", import_source: "csv" });
      await stage.put(
        "a.csv",
        csv(
          `${HEADER};supervisorSourcedId`,
          person("P-1", ";P-3"),
          person("P-4", ";P-3"),
          person("P-2", ";P-1"),
          person("P-3", ";"),
        ),
      );
      const outcome = await stage.run({ chunkSize });
      expect(outcome).toMatchObject({
        state: "ok",
        counts: { scanned: 4, created: 3, updated: 1, changed: 4, skipped: 0 },
      });
      expect(await supervisors(stage)).toEqual([
        { person: "P-1", supervisor: "P-3" },
        { person: "P-2", supervisor: "P-1" },
        { person: "P-3", supervisor: null },
        { person: "P-4", supervisor: "P-3" },
      ]);
    }
  });

  it("who is unknown or deleted is left out with a warning, and the present one stays", async () => {
    const stage = await importStage();
    const boss = await addPerson(stage, { external_id: "BOSS", username: "boss" });
    await addPerson(stage, { external_id: "GONE", username: "gone", auth_status: "deleted" });
    await addPerson(stage, { external_id: "P-1", username: "p-1", supervisor_id: boss, import_source: "csv" });
    await addPerson(stage, { external_id: "OTHER", username: "other", client_id: 2 });
    await stage.put("a.csv", csv(`${HEADER};supervisorSourcedId`, person("P-1", ";GONE"), person("P-2", ";OTHER")));
    expect(await stage.run()).toMatchObject({ state: "ok", counts: { scanned: 2, skipped: 1, created: 1 } });
    expect(await stage.person("P-1")).toMatchObject({ supervisor_id: boss });
    expect(await stage.person("P-2")).toMatchObject({ supervisor_id: null });
    const message = "supervisorSourcedId: no person has this sourcedId; the supervisor was left as it is";
    expect(await stage.result("done/a.csv")).toEqual([
      "line;ref;result;message",
      `2;P-1;warning;${message}`,
      `3;P-2;warning;${message}`,
    ]);
  });

  it("is not set by a row that failed", async () => {
    const stage = await importStage();
    for (const name of ["P-1", "P-2"])
      await addPerson(stage, { external_id: name, username: name, import_source: "csv" });
    await stage.put(
      "a.csv",
      csv(
        `${HEADER};email;supervisorSourcedId`,
        "P-1;P-1;Given;Family;bad;P-9",
        "P-2;P-2;Given;Family;;",
        "P-2;x;Given;Family;;P-9",
        "P-9;p-9;A;B;;",
      ),
    );
    expect((await stage.run()).counts).toMatchObject({ failed: 2, created: 1, skipped: 1 });
    expect((await supervisors(stage)).every(({ supervisor }) => supervisor === null)).toBe(true);
  });

  it("who is the person itself is none, with a note", async () => {
    const stage = await importStage();
    const boss = await addPerson(stage, { external_id: "BOSS", username: "boss" });
    await addPerson(stage, { external_id: "P-1", username: "p-1", supervisor_id: boss, import_source: "csv" });
    await stage.put("a.csv", csv(`${HEADER};supervisorSourcedId`, person("P-1", ";P-1"), person("P-2", ";P-2")));
    expect(await stage.run()).toMatchObject({ state: "ok", failures: [], counts: { updated: 1, created: 1 } });
    expect(await stage.person("P-1")).toMatchObject({ supervisor_id: null });
    expect(await stage.person("P-2")).toMatchObject({ supervisor_id: null });
    const message = "supervisorSourcedId: a person cannot be their own supervisor; none was set";
    expect((await stage.result("done/a.csv")).slice(1)).toEqual([
      `2;P-1;warning;${message}`,
      `3;P-2;warning;${message}`,
    ]);
  });

  it("in a circle is stored, and all of the circle who stand in the file are told", async () => {
    for (const chunkSize of [1, 200]) {
      const stage = await importStage();
      const old = await addPerson(stage, { external_id: "OLD", username: "old", import_source: "csv" });
      await addPerson(stage, { external_id: "TOP", username: "top", supervisor_id: old });
      await stage.put(
        "a.csv",
        csv(
          `${HEADER};supervisorSourcedId`,
          person("P-1", ";P-2"),
          person("P-2", ";P-1"),
          person("P-3", ";P-1"),
          "OLD;old;Given;Family;TOP",
        ),
      );
      expect(await stage.run({ chunkSize })).toMatchObject({ state: "ok", failures: [] });
      const told = (await stage.result("done/a.csv")).slice(1).map((line) => line.split(";").slice(0, 3).join(";"));
      expect(told).toEqual(["2;P-1;warning", "3;P-2;warning", "5;OLD;warning"]);
      expect(await supervisors(stage)).toContainEqual({ person: "P-1", supervisor: "P-2" });
      expect(await supervisors(stage)).toContainEqual({ person: "P-2", supervisor: "P-1" });
    }
  });

  it("can be removed", async () => {
    const stage = await importStage();
    const boss = await addPerson(stage, { external_id: "BOSS", username: "boss" });
    await addPerson(stage, { external_id: "P-1", username: "p-1", supervisor_id: boss });
    await stage.put("a.csv", csv(`${HEADER};supervisorSourcedId`, person("P-1", ";\\N")));
    expect((await stage.run()).counts).toMatchObject({ updated: 1, scanned: 1 });
    expect(await stage.person("P-1")).toMatchObject({ supervisor_id: null });
  });
});
