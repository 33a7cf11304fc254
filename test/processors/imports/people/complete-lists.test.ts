import { describe, expect, it } from "vitest";
import { csv, type ImportStage, importStage, LOCATION, NOW, people } from "../stage.ts";
import { addPerson, HEADER } from "./people-stage.ts";

describe("a complete list", () => {
  const active = async (stage: ImportStage) =>
    (await stage.rows("SELECT external_id FROM persons WHERE auth_status = 'active' ORDER BY id")).map(
      (row) => row.external_id,
    );

  /** P-1 … P-20 from csv, and others whom no list concerns. */
  async function populated(): Promise<ImportStage> {
    const stage = await importStage();
    await stage.put("a.csv", people(1, 20));
    await stage.run();
    await addPerson(stage, { external_id: "L-1", username: "l-1", import_source: "ldap" });
    await addPerson(stage, { external_id: "M-1", username: "m-1" });
    return stage;
  }

  it.each([
    ["delta.csv", "passive", 0],
    ["full_a.csv", "ignore", 0],
    ["Full_a.csv", "passive", 0],
    ["full_a.csv", "passive", 2],
  ])("named %s with missing=%s makes %i people passive", async (name, missing, deactivated) => {
    const stage = await populated();
    await stage.put(name, people(1, 18));
    const outcome = await stage.run({ missing });
    expect(outcome).toMatchObject({ state: deactivated > 0 ? "ok" : "no_action" });
    expect(outcome.counts.deactivated ?? 0).toBe(deactivated);
    expect(await active(stage)).toHaveLength(22 - deactivated);
    if (deactivated === 0) return;
    expect(await stage.person("P-19")).toMatchObject({ auth_status: "passive", updated_at: NOW + 1000 });
    expect(await stage.rows("SELECT entity_id, before, after FROM audit_log WHERE action = 'deactivate'")).toEqual([
      {
        entity_id: 19,
        before: '{"auth_status":"active"}',
        after: '{"auth_status":"passive","passive_reason":"missing"}',
      },
      {
        entity_id: 20,
        before: '{"auth_status":"active"}',
        after: '{"auth_status":"passive","passive_reason":"missing"}',
      },
    ]);
    expect(await stage.rows("SELECT entity_id FROM index_changes WHERE at > ?", NOW)).toEqual([
      { entity_id: 19 },
      { entity_id: 20 },
    ]);
    await stage.put(`full_b.csv`, people(1, 18));
    expect(await stage.run({ missing })).toMatchObject({ state: "no_action" });
  });

  it("in which more are missing than maxDeactivatePct allows deactivates no person, keeps its rows and fails the run", async () => {
    const stage = await populated();
    await stage.put("full_a.csv", `${people(1, 17)}P-50;user50;New;Person\nP-51;user51;New;Person\n`);
    await stage.put("later.csv", people(60, 60));
    const outcome = await stage.run({ missing: "passive" });
    expect(outcome).toMatchObject({
      state: "failed",
      reason: "too_many_deactivations",
      counts: { created: 3, files: 2 },
    });
    expect(outcome.message).toContain("full_a.csv: 3 of 20 people are missing from this list, more than 10 %");
    expect(await active(stage)).toHaveLength(25);
    expect(await stage.names()).toEqual([
      "done/a.csv",
      "done/a.csv.result.csv",
      "done/later.csv",
      "done/later.csv.result.csv",
      "failed/full_a.csv",
      "failed/full_a.csv.result.csv",
    ]);
    expect(await stage.result("failed/full_a.csv")).toEqual([
      "line;ref;result;message",
      expect.stringMatching(/^;;failed;3 of 20 people/),
    ]);
    // Brought again with a higher limit, the same content is read again.
    await stage.put("full_a.csv", `${people(1, 17)}P-50;user50;New;Person\nP-51;user51;New;Person\n`);
    const again = await stage.run({ missing: "passive", maxDeactivatePct: 20 });
    // P-60 came in between and is missing, too.
    expect(again).toMatchObject({ state: "ok", counts: { deactivated: 4, skipped: 19 } });
  });

  it.each([
    [20, 10, 2, true],
    [20, 10, 3, false],
    [10, 0, 0, true],
    [10, 0, 1, false],
    [10, 100, 10, true],
  ])("of %i people with a limit of %i %% may miss %i: %s", async (count, maxDeactivatePct, missing, allowed) => {
    const stage = await importStage();
    await stage.put("a.csv", people(1, count));
    await stage.run();
    await stage.put("full_b.csv", people(1, count - missing));
    const outcome = await stage.run({ missing: "passive", maxDeactivatePct });
    expect(outcome.reason).toBe(allowed ? null : "too_many_deactivations");
    expect(outcome.counts.deactivated ?? 0).toBe(allowed ? missing : 0);
  });

  it("names people also by rows that fail", async () => {
    const stage = await populated();
    await stage.put(
      "full_a.csv",
      csv(
        `${HEADER};email`,
        ...Array.from({ length: 17 }, (_, n) => `P-${n + 1};user${n + 1};Given${n + 1};Family${n + 1};`),
        "P-18;user18;;;",
        ";user19;A;B;",
        "P-20;user20;A;B;bad",
      ),
    );
    const outcome = await stage.run({ missing: "passive" });
    expect(outcome).toMatchObject({ state: "partial", counts: { failed: 3, skipped: 17 } });
    expect(await active(stage)).toHaveLength(22);
  });

  it("counts neither people who are passive already nor those of other sources", async () => {
    const stage = await populated();
    await stage.put(
      "b.csv",
      csv(
        `${HEADER};status`,
        ...[11, 12, 13, 14, 15, 16, 17, 18, 19, 20].map((n) => `P-${n};user${n};G;F;tobedeleted`),
      ),
    );
    await stage.run();
    await stage.put("full_c.csv", people(1, 9));
    expect(await stage.run({ missing: "passive" })).toMatchObject({ state: "ok", counts: { deactivated: 1 } });
  });

  it("is measured against the people there were before it, not against those it brings", async () => {
    const stage = await importStage();
    await stage.put("a.csv", people(1, 50));
    await stage.run();
    await stage.put("full_b.csv", people(1001, 1600));
    const outcome = await stage.run({ missing: "passive", minOverlapPct: 0 });
    expect(outcome).toMatchObject({ state: "failed", reason: "too_many_deactivations", counts: { created: 600 } });
    expect(outcome.message).toContain("50 of 50 people are missing");
    expect(await active(stage)).toHaveLength(650);
  });

  it.each([
    [20, 9, false],
    [20, 10, true],
    [19, 1, true],
  ])("of %i people that names %i of them is read: %s", async (count, named, read) => {
    const stage = await importStage();
    await stage.put("a.csv", people(1, count));
    await stage.run();
    await stage.put("full_b.csv", people(count - named + 1, count + 50));
    await stage.put("later.csv", people(900, 900));
    const before = await stage.rows("SELECT * FROM persons");
    const outcome = await stage.run({ chunkSize: 7 });
    if (read) {
      expect(outcome).toMatchObject({ state: "ok", failures: [] });
      return;
    }
    expect(outcome).toMatchObject({ state: "failed", reason: "suspicious_file", counts: { created: 1 } });
    expect(outcome.message).toContain(`full_b.csv: The list names ${named} of the ${count} people of earlier files`);
    expect((await stage.rows("SELECT * FROM persons")).slice(0, -1)).toEqual(before);
    expect(await stage.names()).toContain("failed/full_b.csv");
  });

  it("by usernames overlaps as well as by sourcedIds", async () => {
    const stage = await importStage();
    await stage.put("a.csv", people(1, 20));
    await stage.run();
    const rows = Array.from({ length: 20 }, (_, n) => `NEW-${n};USER${n + 1};A;B`);
    await stage.put("full_b.csv", csv(HEADER, ...rows));
    expect(await stage.run()).toMatchObject({ state: "partial", counts: { failed: 20 } });
  });

  it("A, then B, then A again leaves exactly the people of A active", async () => {
    const stage = await importStage();
    const [a, b] = [people(1, 19), people(3, 25)];
    const bring = async (text: string) => {
      await stage.put("full_people.csv", text);
      const outcome = await stage.run({ missing: "passive", maxDeactivatePct: 100 });
      expect(outcome).toMatchObject({ state: "ok", failures: [] });
      return outcome;
    };
    await bring(a);
    const [first] = (await stage.files.list(`${LOCATION}done/`)).entries;
    expect((await bring(b)).counts).toMatchObject({ deactivated: 2, created: 6 });
    expect(await active(stage)).toEqual(Array.from({ length: 23 }, (_, n) => `P-${n + 3}`));
    // The very same object: key, size and etag.
    await stage.files.move(first?.key ?? "", `${LOCATION}full_people.csv`);
    const again = await stage.run({ missing: "passive", maxDeactivatePct: 100 });
    expect(again).toMatchObject({ state: "ok", counts: { reactivated: 2, deactivated: 6 } });
    expect(await active(stage)).toEqual(Array.from({ length: 19 }, (_, n) => `P-${n + 1}`));
    expect(await stage.person("P-1")).toMatchObject({ passive_reason: null, activated_on: "2026-03-02" });
  });

  it("works through many missing people in chunks", async () => {
    const stage = await populated();
    await stage.put("full_a.csv", people(1, 7));
    const outcome = await stage.run({ missing: "passive", maxDeactivatePct: 90, minOverlapPct: 0, chunkSize: 3 });
    expect(outcome.counts).toMatchObject({ scanned: 20, deactivated: 13 });
    expect(await active(stage)).toHaveLength(9);
  });
});
