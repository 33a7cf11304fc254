import { describe, expect, it } from "vitest";
import { parameterSchema } from "../../../src/processors/parameters.ts";
import { CreateSolrIndex as processor } from "../../../src/processors/search/CreateSolrIndex.ts";
import { plansFor } from "../../harness/plans.ts";
import { SearchStage } from "./stage.ts";

/** A catalogue of a folder with a course, and what must not be seen by anybody. */
async function catalogue(stage: SearchStage): Promise<void> {
  await stage.insert(
    "components",
    { id: 1, title: "Brandschutz für Büros", description: "Übung mit Löschgerät", language: "de", is_public: 1 },
    { id: 2, title: "First aid", is_public: 0 },
    { id: 3, title: "Planned", is_public: 1, planning_status: "planned" },
  );
  await stage.insert("media", { id: 7, title: "Café video" }, { id: 8, title: "Retired", status: "retired" });
  await stage.insert(
    "syllabus_items",
    { id: 1, component_id: 1, kind: "media", media_id: 7 },
    { id: 2, component_id: 1, kind: "folder", title: "Gone", removed_at: 1 },
  );
  await stage.insert(
    "catalogue_items",
    { id: 10, title: "Safety", is_public: 1 },
    { id: 11, title: "Brandschutz", component_id: 1, parent_id: 10, is_public: 1 },
    { id: 12, title: "First aid", component_id: 2, parent_id: 10, is_public: 1 },
    { id: 13, title: "Planned", component_id: 3, is_public: 1 },
    { id: 14, title: "Hidden", visible: 0, is_public: 1 },
    { id: 15, title: "In a hidden folder", parent_id: 14, is_public: 1 },
    { id: 16, title: "For members", is_public: 0 },
  );
  await stage.insert("catalogue_items", { id: 99, client_id: 2, title: "Another client's", is_public: 1 });
}

describe("CreateSolrIndex", () => {
  it("builds catalogue, courses, media and people, each with what is said of it, and says how far it has followed", async () => {
    const stage = await SearchStage.set(processor);
    await catalogue(stage);
    await stage.insert(
      "persons",
      { id: 5, given_name: "Zoë", family_name: "Müller", email: "zoe@example.com" },
      { id: 6, auth_status: "deleted" },
      { id: 66, client_id: 2 },
    );
    await stage.insert("groups", { id: 3 });
    await stage.insert("group_members", { group_id: 3, person_id: 5 }, { group_id: 3, person_id: 5, source: "rule" });
    for (const [id, entity] of ["catalogue", "component", "media", "person"].entries())
      await stage.insert("search_indexes", { id: id + 1, name: entity, entity });
    await stage.insert("search_indexes", { id: 8, name: "inactive", entity: "skill", active: 0 });
    await stage.insert("search_indexes", {
      id: 9,
      name: "report",
      kind: "report",
      entity: "person",
      collection: "other",
    });
    await stage.insert("search_indexes", { id: 20, client_id: 2 });
    await stage.insert("index_changes", { id: 40, entity: "person", entity_id: 5 });

    const run = await stage.play({ parameters: { chunkSize: 2 } });
    expect(run).toMatchObject({ state: "ok", counts: { indexes: 4, docs: 12 } });
    expect(await stage.shown(1)).toMatchObject([
      { entity_id: 10, title: "Safety", is_public: 1 },
      {
        entity_id: 11,
        title: "Brandschutz",
        text: "Brandschutz für Büros Übung mit Löschgerät Safety Café video",
        is_public: 1,
      },
      { entity_id: 12, is_public: 0 },
      { entity_id: 13, is_public: 0 },
      { entity_id: 14, is_public: 0 },
      { entity_id: 15, is_public: 0 },
      { entity_id: 16, is_public: 0 },
    ]);
    expect((await stage.shown(2)).map(({ entity_id, is_public }) => [entity_id, is_public])).toEqual([
      [1, 1],
      [2, 0],
      [3, 0],
    ]);
    expect((await stage.shown(3)).map(({ title }) => title)).toEqual(["Café video"]);
    expect(await stage.shown(4)).toMatchObject([{ entity_id: 5, title: "Zoë Müller", is_public: 0 }]);
    expect(await stage.rows("SELECT person_id, groups, columns FROM search_documents WHERE index_id = 4")).toEqual([
      { person_id: 5, groups: "[3]", columns: "{}" },
    ]);
    expect(await stage.index(1)).toMatchObject({
      state: "ready",
      expected_docs: 7,
      last_change_id: 40,
      built_with: "fts",
    });
    expect(await stage.index(1)).toMatchObject({ last_full_at: expect.any(Number) });
    for (const id of [8, 9, 20]) expect(await stage.index(id)).toMatchObject({ state: "never_built" });
    // Case and diacritics do not matter, and a word finds what begins with it.
    expect(await stage.found(1, "ubung* AND cafe*")).toEqual([11]);
    expect(await stage.found(4, "mull*")).toEqual([5]);
    // The changes that everybody has passed are gone.
    expect(await stage.rows("SELECT id FROM index_changes")).toEqual([]);
  });

  it("leaves an index alone about which nothing has changed, unless the job says otherwise", async () => {
    const stage = await SearchStage.set(processor);
    await catalogue(stage);
    await stage.insert("search_indexes", { id: 1 }, { id: 2, name: "people", entity: "person" });
    await stage.play();
    expect(await stage.play()).toMatchObject({ state: "no_action", counts: { unchanged: 2 } });
    await stage.insert("index_changes", { id: 50, entity: "registration", entity_id: 1 });
    expect(await stage.play()).toMatchObject({ counts: { unchanged: 2 } });
    expect(await stage.index(1)).toMatchObject({ last_change_id: 50 });
    await stage.insert("index_changes", { id: 60, entity: "media", entity_id: 7 });
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { unchanged: 1, indexes: 1, docs: 7 } });
    expect(await stage.play({ parameters: { skipUnchanged: false } })).toMatchObject({ counts: { indexes: 2 } });
    await stage.database.execute("UPDATE search_indexes SET state = 'full_build_requested' WHERE id = 2");
    expect(await stage.play()).toMatchObject({ counts: { unchanged: 1, indexes: 1 } });
  });

  it("removes what is no longer there, and nothing of another index or client", async () => {
    const stage = await SearchStage.set(processor);
    await catalogue(stage);
    await stage.insert(
      "search_indexes",
      { id: 1 },
      { id: 2, name: "people", entity: "person" },
      { id: 20, client_id: 2 },
    );
    await stage.insert("search_documents", { client_id: 2, index_id: 20, entity_id: 11, title: "Brand" });
    await stage.play();
    await stage.insert("search_documents", { index_id: 2, entity_id: 11 });
    await stage.database.execute("DELETE FROM catalogue_items WHERE id IN (13, 16)");
    await stage.insert("index_changes", { id: 70, entity: "catalogue", entity_id: 13, op: "delete" });
    expect(await stage.play({ parameters: { chunkSize: 1 } })).toMatchObject({
      state: "ok",
      counts: { removed: 2, docs: 5 },
    });
    expect((await stage.shown(1)).map(({ entity_id }) => entity_id)).toEqual([10, 11, 12, 14, 15]);
    expect(await stage.shown(2)).toHaveLength(1);
    expect(await stage.found(20, "brand")).toEqual([11]);
    expect(await stage.found(1, "planned")).toEqual([]);
  });

  it("lets a row that makes no document fail by itself", async () => {
    const stage = await SearchStage.set(processor);
    await catalogue(stage);
    await stage.database.execute("UPDATE catalogue_items SET title = x'00ff' WHERE id = 12");
    await stage.insert("search_indexes", { id: 1 });
    const run = await stage.play();
    expect(run).toMatchObject({ state: "partial", counts: { docs: 6, failed: 1, indexes: 1 } });
    expect(run.errors).toEqual([{ ref: "catalogue:12", code: "row_error", message: "title is no text" }]);
    expect(await stage.index(1)).toMatchObject({ state: "ready", expected_docs: 6 });
  });

  it("builds only the indexes that the job names, and says which names no index has", async () => {
    const stage = await SearchStage.set(processor);
    await stage.insert("search_indexes", { id: 1 }, { id: 2, name: "people", entity: "person" });
    const run = await stage.play({ parameters: { indexes: ["people", "poeple"] } });
    expect(run).toMatchObject({ state: "partial", counts: { indexes: 1, failed: 1 } });
    expect(run.errors).toMatchObject([{ ref: "index:poeple", code: "unknown_index" }]);
    expect(await stage.index(1)).toMatchObject({ state: "never_built" });
  });

  it("does not take back a full build that was asked for meanwhile", async () => {
    const stage = await SearchStage.set(processor);
    await catalogue(stage);
    await stage.insert("search_indexes", { id: 1 });
    await stage.database.execute(`CREATE TRIGGER asked AFTER INSERT ON search_documents
      BEGIN UPDATE search_indexes SET state = 'full_build_requested'; END`);
    expect(await stage.play()).toMatchObject({ counts: { docs: 7, skipped: 1 } });
    expect(await stage.index(1)).toMatchObject({ state: "full_build_requested", last_full_at: null });
  });

  it("has nothing to do without an active index, and costs one read where nothing has changed", async () => {
    const stage = await SearchStage.set(processor);
    expect(await stage.play()).toMatchObject({
      state: "no_action",
      message: expect.stringContaining("no active index"),
    });
  });

  it("cannot be planned oftener than every half hour", () => {
    expect(processor.minimumPeriodSeconds).toBe(1800);
    expect(parameterSchema(processor).safeParse({ indexes: "people" }).success).toBe(false);
  });

  it("reads rows, changes and documents by indexes, never another client's", async () => {
    const stage = await SearchStage.set(processor);
    await catalogue(stage);
    for (const [id, entity] of ["catalogue", "component", "media", "person"].entries())
      await stage.insert("search_indexes", { id: id + 1, name: entity, entity });
    for (const table of [
      "catalogue_items",
      "components",
      "media",
      "persons",
      "index_changes",
      "search_documents",
      "search_indexes",
    ]) {
      const plans = await plansFor(stage.database, table, () => stage.play({ parameters: { skipUnchanged: false } }));
      expect(
        plans.filter((plan) => /^SCAN (?!above)/.test(plan)),
        table,
      ).toEqual([]);
    }
  });
});

describe("at a Solr server CreateSolrIndex", () => {
  it("adds documents, makes them seen, and removes those of the build before", async () => {
    const stage = await SearchStage.set(processor);
    await catalogue(stage);
    const server = await stage.solr();
    await stage.insert("search_indexes", { id: 1, backend: "solr" });
    expect(await stage.play({ parameters: { chunkSize: 3 } })).toMatchObject({
      state: "ok",
      counts: { docs: 7, indexes: 1 },
    });
    expect(server.seen("suite")).toHaveLength(7);
    expect(server.seen("suite")[1]).toMatchObject({
      id: "1:catalogue:11",
      client_id: 1,
      entity: "catalogue",
      entity_id: 11,
      title: "Brandschutz",
      locale: "de",
      is_public: true,
      groups: [],
      updated_at: "1970-01-01T00:00:00.000Z",
    });
    expect(await stage.shown(1)).toEqual([]);
    expect(await stage.index(1)).toMatchObject({ state: "ready", expected_docs: 7, built_with: "solr" });

    await stage.database.execute("DELETE FROM catalogue_items WHERE id = 16");
    await stage.insert("index_changes", { id: 80, entity: "catalogue", entity_id: 16, op: "delete" });
    expect(await stage.play()).toMatchObject({ counts: { docs: 6, removed: 1 } });
    expect(server.seen("suite").map(({ entity_id }) => entity_id)).toEqual([10, 11, 12, 13, 14, 15]);
    expect(server.asked.some(({ body }) => body.includes("commitWithin"))).toBe(false);
  });

  it.each([false, true])("lets a refused document cost itself only; tolerant server: %s", async (tolerant) => {
    const stage = await SearchStage.set(processor);
    await catalogue(stage);
    const server = await stage.solr();
    server.tolerant = tolerant;
    server.refusedTitles.add("Planned").add("Safety");
    await stage.insert("search_indexes", { id: 1, backend: "solr" });
    const run = await stage.play();
    expect(run).toMatchObject({ state: "partial", counts: { docs: 5, failed: 2, indexes: 1 } });
    expect(run.errors).toMatchObject([
      { ref: "catalogue:10", code: "document_refused", message: "ERROR: [doc=1:catalogue:10] the title is refused" },
      { ref: "catalogue:13", code: "document_refused" },
    ]);
    expect(server.seen("suite").map(({ entity_id }) => entity_id)).toEqual([11, 12, 14, 15, 16]);
  });

  it("leaves the index building with its old documents when the server goes away, and goes on when it is back", async () => {
    const stage = await SearchStage.set(processor);
    await catalogue(stage);
    const server = await stage.solr();
    await stage.insert("search_indexes", { id: 1, backend: "solr" });
    await stage.play();
    server.down = true;
    await stage.insert("index_changes", { id: 80, entity: "catalogue", entity_id: 16 });
    const id = await stage.begin({ parameters: { chunkSize: 3 } });
    await stage.toEnd();
    expect(await stage.outcome(id)).toMatchObject({ state: "failed", reason: "remote_unavailable" });
    expect(await stage.index(1)).toMatchObject({ state: "building" });
    expect(server.seen("suite")).toHaveLength(7);
    server.down = false;
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { docs: 7, indexes: 1 } });
  });

  it("ends as invalid_configuration when the login is refused, and says no secret", async () => {
    const stage = await SearchStage.set(processor);
    const server = await stage.solr({ user: "suite", password: "wr0ng-pass" });
    server.login = "suite:right";
    await catalogue(stage);
    await stage.insert("search_indexes", { id: 1, backend: "solr" });
    const id = await stage.begin();
    await stage.toEnd();
    const run = await stage.outcome(id);
    expect(run).toMatchObject({ state: "failed", reason: "invalid_configuration" });
    expect(JSON.stringify(run)).not.toContain("wr0ng");
    server.login = "suite:wr0ng-pass";
    await stage.database.execute("UPDATE connectors SET state = 'ok'");
    expect(await stage.play()).toMatchObject({ state: "ok" });
  });

  it("keeps an index in the database while the client has no connector, and moves it to the server once it has", async () => {
    const stage = await SearchStage.set(processor);
    await catalogue(stage);
    await stage.insert("search_indexes", { id: 1, backend: "solr" });
    await stage.play();
    expect(await stage.shown(1)).toHaveLength(7);
    expect(await stage.index(1)).toMatchObject({ built_with: "fts" });
    const server = await stage.solr();
    expect(await stage.play()).toMatchObject({ counts: { indexes: 1, docs: 7, removed: 7 } });
    expect(server.seen("suite")).toHaveLength(7);
    expect(await stage.shown(1)).toEqual([]);
  });

  it("sends nothing in a dry run", async () => {
    const stage = await SearchStage.set(processor);
    await catalogue(stage);
    const server = await stage.solr();
    await stage.insert("search_indexes", { id: 1, backend: "solr" });
    expect(await stage.play({ dryRun: true })).toMatchObject({ counts: { docs: 7 } });
    expect(server.asked).toEqual([]);
    expect(await stage.index(1)).toMatchObject({ state: "never_built" });
  });
});
