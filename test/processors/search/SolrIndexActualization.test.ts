import { describe, expect, it } from "vitest";
import { SolrIndexActualization as processor } from "../../../src/processors/search/SolrIndexActualization.ts";
import { plansFor } from "../../harness/plans.ts";
import { SearchStage } from "./stage.ts";

type Entity =
  | "registration"
  | "person"
  | "skill"
  | "certification"
  | "learning_path"
  | "catalogue"
  | "component"
  | "media";

/** Two people with a registration each, a skill and a certification, and one of another client. */
async function people(stage: SearchStage): Promise<void> {
  await stage.insert(
    "persons",
    { id: 1 },
    { id: 2, given_name: "Zoë", family_name: "Müller" },
    { id: 3, client_id: 2 },
  );
  await stage.insert("components", { id: 1 }, { id: 2, title: "Path", kind: "learning_path" });
  await stage.insert(
    "registrations",
    { id: 11, person_id: 1, component_id: 1 },
    { id: 12, person_id: 2, component_id: 1, status: "passed", completed_at: 1000 },
    { id: 13, person_id: 2, component_id: 2 },
    { id: 14, client_id: 2, person_id: 3, component_id: 1 },
  );
  await stage.insert("skills", { id: 5 });
  await stage.insert("person_skills", { id: 21, person_id: 1, skill_id: 5 }, { id: 22, person_id: 2, skill_id: 5 });
  await stage.insert("certifications", { id: 6 });
  await stage.insert("person_certifications", { id: 31, person_id: 2, certification_id: 6, is_current: 1 });
}

/** An index that is ready and has followed nothing. */
const ready = (stage: SearchStage, id: number, entity: Entity, more: Record<string, string | number> = {}) =>
  stage.insert("search_indexes", {
    id,
    kind: "report",
    entity,
    name: entity,
    state: "ready",
    built_with: "fts",
    ...more,
  });
const changed = (stage: SearchStage, ...changes: readonly [string, number, string?][]) =>
  stage.insert(
    "index_changes",
    ...changes.map(([entity, entity_id, op = "upsert"]) => ({ entity, entity_id, op, at: stage.clock.now() })),
  );
const ids = async (stage: SearchStage, index: number) => (await stage.shown(index)).map(({ entity_id }) => entity_id);

describe("SolrIndexActualization", () => {
  it.each([
    ["registration", [["registration", 12]], [12]],
    ["registration", [["person", 2]], [12, 13]],
    ["registration", [["component", 1]], [11, 12]],
    [
      "registration",
      [
        ["media", 1],
        ["skill", 5],
      ],
      [],
    ],
    [
      "person",
      [
        ["person", 2],
        ["registration", 11],
      ],
      [2],
    ],
    ["skill", [["skill", 5]], [21, 22]],
    ["skill", [["person", 1]], [21]],
    ["certification", [["certification", 6]], [31]],
    [
      "certification",
      [
        ["person", 2],
        ["person", 3],
      ],
      [31],
    ],
  ] as const)("writes documents of %s for changes of %j: %j", async (entity, changes, expected) => {
    const stage = await SearchStage.set(processor);
    await people(stage);
    await ready(stage, 1, entity);
    await changed(stage, ...(changes as unknown as [string, number][]));
    const run = await stage.play({ parameters: { chunkSize: 1 } });
    expect(run.counts.upserts ?? 0).toBe(expected.length);
    expect(await ids(stage, 1)).toEqual(expected);
    expect(await stage.index(1)).toMatchObject({ last_change_id: changes.length, last_delta_at: stage.clock.now() });
  });

  it.each([
    ["catalogue", [["component", 1]], [41]],
    ["catalogue", [["catalogue", 40]], [40, 41]],
    ["catalogue", [["media", 7]], [41]],
    ["component", [["media", 7]], [1]],
    ["media", [["media", 7]], [7]],
  ] as const)("writes documents of %s for changes of %j: %j", async (entity, changes, expected) => {
    const stage = await SearchStage.set(processor);
    await people(stage);
    await stage.insert("media", { id: 7 });
    await stage.insert("syllabus_items", { id: 1, component_id: 1, kind: "media", media_id: 7 });
    await stage.insert("catalogue_items", { id: 40 }, { id: 41, component_id: 1, parent_id: 40 }, { id: 42 });
    await ready(stage, 1, entity);
    await changed(stage, ...(changes as unknown as [string, number][]));
    await stage.play();
    expect(await ids(stage, 1)).toEqual(expected);
  });

  it("shows a report's columns, the person and its groups", async () => {
    const stage = await SearchStage.set(processor);
    await people(stage);
    await stage.insert("groups", { id: 9 });
    await stage.insert("group_members", { group_id: 9, person_id: 2 });
    await ready(stage, 1, "registration");
    await changed(stage, ["registration", 12]);
    await stage.play();
    const [row] = await stage.rows<{ columns: string; groups: string; person_id: number }>(
      "SELECT columns, groups, person_id FROM search_documents",
    );
    expect(row).toMatchObject({ groups: "[9]", person_id: 2 });
    expect(JSON.parse(row?.columns ?? "{}")).toMatchObject({
      component: "Fire safety",
      status: "passed",
      completed_at: 1000,
      family_name: "Müller",
    });
    expect(await stage.found(1, "fire* AND muller")).toEqual([12]);
  });

  it("takes the latest of several changes of a row, and deletes what is no longer there", async () => {
    const stage = await SearchStage.set(processor);
    await people(stage);
    await ready(stage, 1, "registration");
    await ready(stage, 2, "skill");
    await changed(stage, ["component", 1], ["person", 2]);
    await stage.play();
    await stage.database.execute("DELETE FROM registrations WHERE id = 11");
    await stage.database.execute("DELETE FROM person_skills WHERE id = 22");
    await changed(
      stage,
      ["registration", 11],
      ["registration", 11, "delete"],
      ["registration", 12, "delete"],
      ["person", 2],
    );
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { deletes: 2, upserts: 2, changes: 5 } });
    // A registration that is there after all is shown.
    expect(await ids(stage, 1)).toEqual([12, 13]);
    // What had no change of its own is found by its person.
    expect(await ids(stage, 2)).toEqual([]);
  });

  it("shows nothing of a person who was deleted", async () => {
    const stage = await SearchStage.set(processor);
    await people(stage);
    await ready(stage, 1, "registration");
    await changed(stage, ["person", 2]);
    await stage.play();
    await stage.database.execute("UPDATE persons SET auth_status = 'deleted' WHERE id = 2");
    await changed(stage, ["person", 2, "delete"]);
    expect(await stage.play()).toMatchObject({ counts: { deletes: 2 } });
    expect(await ids(stage, 1)).toEqual([]);
  });

  it("leaves indexes alone that are not ready, not active, of learning paths or of the search", async () => {
    const stage = await SearchStage.set(processor);
    await people(stage);
    for (const [at, state] of ["never_built", "building", "full_build_requested", "unavailable"].entries())
      await ready(stage, at + 1, "person", { state, collection: state });
    await ready(stage, 5, "person", { active: 0 });
    await ready(stage, 6, "learning_path", { kind: "report_learning_path" });
    await ready(stage, 7, "person", { kind: "search", collection: "search" });
    await changed(stage, ["person", 1], ["registration", 13]);
    expect(await stage.play()).toMatchObject({ state: "no_action" });
    expect(await stage.rows("SELECT id FROM search_documents")).toEqual([]);
  });

  it("takes up no further changes once it has dealt with maxChanges, and the next run goes on there", async () => {
    const stage = await SearchStage.set(processor);
    await people(stage);
    await ready(stage, 1, "person");
    await changed(stage, ["person", 1], ["person", 2], ["person", 1], ["person", 2]);
    const run = await stage.play({ parameters: { maxChanges: 3, chunkSize: 1 } });
    expect(run).toMatchObject({ state: "ok", counts: { changes: 2, upserts: 2 } });
    expect(run.log.join()).toContain("the next run goes on");
    expect(await stage.index(1)).toMatchObject({ last_change_id: 2 });
    expect(await stage.play({ parameters: { chunkSize: 1 } })).toMatchObject({ counts: { changes: 2 } });
    expect(await stage.index(1)).toMatchObject({ last_change_id: 4 });
  });

  it("finishes a change that touches more documents than that", async () => {
    const stage = await SearchStage.set(processor);
    await people(stage);
    await ready(stage, 1, "registration");
    await changed(stage, ["component", 1], ["person", 2]);
    expect(await stage.play({ parameters: { maxChanges: 1, chunkSize: 1 } })).toMatchObject({
      counts: { changes: 1, upserts: 2 },
    });
    expect(await stage.index(1)).toMatchObject({ last_change_id: 1 });
  });

  it("trims the changes that every index and learning logic have passed", async () => {
    const stage = await SearchStage.set(processor);
    await people(stage);
    await ready(stage, 1, "person");
    await ready(stage, 2, "skill", { state: "full_build_requested" });
    await changed(stage, ["person", 1], ["person", 2], ["component", 1]);
    const watermark = (value: string) =>
      stage.insert("processor_state", {
        processor: "ProgrammeCurriculumLevelStatusUpdateJob",
        node_id: "",
        key: "watermark",
        value,
      });
    await watermark("2");
    await stage.play();
    expect(await stage.rows("SELECT id FROM index_changes")).toEqual([{ id: 3 }]);
  });

  it("drops changes older than 30 days in any case: an index behind them is built anew, and learning logic begins anew", async () => {
    const stage = await SearchStage.set(processor);
    await people(stage);
    await ready(stage, 1, "person", { last_change_id: 1 });
    await ready(stage, 2, "catalogue", { kind: "search", last_change_id: 0 });
    await ready(stage, 3, "media", { kind: "search", last_change_id: 1 });
    const DAY = 86_400_000;
    const now = stage.clock.now() + 1000;
    await stage.insert(
      "index_changes",
      { id: 1, entity: "person", entity_id: 1, at: now - 30 * DAY - 1 },
      { id: 2, entity: "person", entity_id: 1, at: now - 30 * DAY },
    );
    await stage.insert("processor_state", {
      processor: "ProgrammeCurriculumLevelStatusUpdateJob",
      node_id: "",
      key: "watermark",
      value: "0",
    });
    await stage.play();
    expect(await stage.rows("SELECT id FROM index_changes")).toEqual([{ id: 2 }]);
    expect(await stage.index(1)).toMatchObject({ state: "ready" });
    expect(await stage.index(2)).toMatchObject({ state: "full_build_requested" });
    expect(await stage.index(3)).toMatchObject({ state: "ready" });
    expect(await stage.rows("SELECT key FROM processor_state")).toEqual([]);
  });

  it("reads changes and what they touch by indexes", async () => {
    for (const entity of ["registration", "skill", "certification", "catalogue", "component"] as const) {
      const stage = await SearchStage.set(processor);
      await people(stage);
      await ready(stage, 1, entity);
      await changed(
        stage,
        ["registration", 11],
        ["person", 2],
        ["component", 1],
        ["skill", 5],
        ["certification", 6],
        ["media", 1],
      );
      for (const table of [
        "index_changes",
        "registrations",
        "person_skills",
        "person_certifications",
        "syllabus_items",
        "catalogue_items",
        "search_documents",
      ]) {
        await stage.database.execute("UPDATE search_indexes SET last_change_id = 0");
        const plans = await plansFor(stage.database, table, () => stage.play());
        expect(
          plans.filter((plan) => plan.startsWith("SCAN ")),
          `${entity}: ${table}`,
        ).toEqual([]);
      }
    }
  });
});

describe("at a Solr server SolrIndexActualization", () => {
  const atServer = { backend: "solr", built_with: "solr" };

  it("adds, deletes and makes seen; what is left of a person's skills is found by the person", async () => {
    const stage = await SearchStage.set(processor);
    await people(stage);
    const server = await stage.solr();
    await ready(stage, 1, "skill", atServer);
    await ready(stage, 2, "registration", atServer);
    await changed(stage, ["skill", 5], ["component", 1]);
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { upserts: 4 } });
    expect(server.seen("suite").map(({ id }) => id)).toEqual([
      "1:registration:11",
      "1:registration:12",
      "1:skill:21",
      "1:skill:22",
    ]);
    expect(server.seen("suite")[1]).toMatchObject({ completed_at: "1970-01-01T00:00:01.000Z", person_id: 2 });
    await stage.database.execute("DELETE FROM person_skills WHERE id = 22");
    await stage.database.execute("DELETE FROM registrations WHERE id = 11");
    await changed(stage, ["person", 2], ["registration", 11, "delete"]);
    expect(await stage.play()).toMatchObject({ state: "ok" });
    expect(server.seen("suite").map(({ id }) => id)).toEqual(["1:registration:12", "1:registration:13", "1:skill:21"]);
  });

  it("fails while the server is down, stays where it was, and gives the index up after the third run in a row", async () => {
    const stage = await SearchStage.set(processor);
    await people(stage);
    const server = await stage.solr();
    await ready(stage, 1, "person", atServer);
    await changed(stage, ["person", 1]);
    server.down = true;
    for (const _ of [1, 2, 3]) {
      expect(await stage.play()).toMatchObject({ state: "failed", reason: "remote_unavailable" });
      expect(await stage.index(1)).toMatchObject({ state: "ready", last_change_id: 0 });
    }
    const run = await stage.play();
    expect(run.log.join()).toContain("Index person could not be updated by 3 runs in a row");
    expect(await stage.index(1)).toMatchObject({ state: "unavailable", last_change_id: 0 });
    server.down = false;
    expect(await stage.play()).toMatchObject({ state: "no_action" });
  });

  it("counts failed runs anew after one that could work", async () => {
    const stage = await SearchStage.set(processor);
    await people(stage);
    const server = await stage.solr();
    await ready(stage, 1, "person", atServer);
    await changed(stage, ["person", 1]);
    for (const down of [true, true, false, true, true, true]) {
      server.down = down;
      await changed(stage, ["person", 2]);
      await stage.play();
    }
    expect(await stage.index(1)).toMatchObject({ state: "ready" });
  });
});
