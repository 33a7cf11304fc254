import { describe, expect, it } from "vitest";
import { CheckSolrAvailability as processor } from "../../../src/processors/search/CheckSolrAvailability.ts";
import { CreateSolrIndex } from "../../../src/processors/search/CreateSolrIndex.ts";
import { SearchStage } from "./stage.ts";

const MINUTE = 60_000;

const add = (stage: SearchStage, id: number, entity: string, more: Record<string, string | number> = {}) =>
  stage.insert("search_indexes", { id, entity, name: entity, state: "ready", built_with: "fts", ...more });
const documents = (stage: SearchStage, index: number, count: number) =>
  stage.insert(
    "search_documents",
    ...Array.from({ length: count }, (_, at) => ({ index_id: index, entity_id: at + 1 })),
  );
const checked = async (stage: SearchStage) =>
  (await stage.rows<{ value: string }>("SELECT value FROM processor_state WHERE key = 'checkedRelease'")).map(
    ({ value }) => value,
  );
const set = (...others: Parameters<typeof SearchStage.set> extends [unknown, ...infer Rest] ? Rest : never) =>
  SearchStage.set(processor, ...others);

describe("CheckSolrAvailability", () => {
  it("works once for each release", async () => {
    const stage = await set();
    await add(stage, 1, "media", { expected_docs: 1 });
    await documents(stage, 1, 1);
    expect(await stage.play()).toMatchObject({ counts: { indexes: 1 } });
    expect(await checked(stage)).toEqual(['"1.0"']);
    expect(await stage.play()).toMatchObject({
      state: "no_action",
      message: "The indexes of this release have been checked",
    });
    stage.ports = { ...stage.ports, release: "1.1" };
    expect(await stage.play()).toMatchObject({ counts: { indexes: 1 } });
    expect(await checked(stage)).toEqual(['"1.1"']);
  });

  it.each([
    ["as many as after the build", 10, 10, 50, false],
    ["exactly the percentage", 5, 10, 50, false],
    ["one below it", 4, 10, 50, true],
    ["none, though one would do", 0, 1, 1, true],
    ["none where none were expected", 0, 0, 50, false],
    ["a third where 30 are enough", 1, 3, 30, false],
  ])("has an index built anew that lost documents: %s", async (_, found, expected, minPct, isLost) => {
    const stage = await set();
    await add(stage, 1, "media", { kind: "report", expected_docs: expected });
    await documents(stage, 1, found);
    const run = await stage.play({ parameters: { minPct } });
    expect(run.counts.lost ?? 0).toBe(isLost ? 1 : 0);
    expect(run.counts.rebuildsRequested ?? 0).toBe(isLost ? 1 : 0);
    expect(await stage.index(1)).toMatchObject({ state: isLost ? "full_build_requested" : "ready" });
  });

  it("looks only at indexes that are ready, for what they lost", async () => {
    const stage = await set();
    for (const [at, state] of ["never_built", "building", "full_build_requested", "unavailable"].entries())
      await add(stage, at + 1, "media", { state, expected_docs: 5, collection: state });
    await add(stage, 9, "person", { active: 0, expected_docs: 5 });
    const run = await stage.play();
    expect(run.counts).toMatchObject({ indexes: 4 });
    expect(run.counts.lost ?? 0).toBe(0);
  });

  it("starts CreateSolrIndex at once for the search indexes that lost documents, and for these only", async () => {
    const stage = await set(CreateSolrIndex);
    await stage.insert("media", { id: 1 });
    await add(stage, 1, "media", { expected_docs: 9 });
    await add(stage, 2, "person", { expected_docs: 0 });
    await add(stage, 3, "skill", { kind: "report", expected_docs: 9 });
    await stage.insert(
      "jobs",
      {
        id: 2,
        client_id: 0,
        name: "Build",
        processor: "CreateSolrIndex",
        load: "heavy",
        parameters: '{"chunkSize":50}',
      },
      { id: 3, name: "Off", processor: "CreateSolrIndex", active: 0 },
      { id: 4, client_id: 2, name: "Another's", processor: "CreateSolrIndex" },
      { id: 5, name: "Paused", processor: "CreateSolrIndex" },
    );
    await stage.insert(
      "triggers",
      { job_id: 2, time_zone: "UTC" },
      { job_id: 3, time_zone: "UTC" },
      { job_id: 4, client_id: 2, time_zone: "UTC" },
      { job_id: 5, time_zone: "UTC", paused_until: stage.clock.now() + 10 * MINUTE },
    );
    const run = await stage.play();
    expect(run).toMatchObject({ state: "ok", counts: { lost: 2, rebuildsRequested: 2 } });
    const started = await stage.rows(
      "SELECT job_id, client_id, kind, state, parameters, caused_by_run_id, counts FROM runs WHERE processor = 'CreateSolrIndex'",
    );
    expect(started).toMatchObject([
      {
        job_id: 2,
        client_id: 1,
        kind: "event",
        state: "ok",
        parameters: '{"chunkSize":50,"indexes":["media"]}',
        caused_by_run_id: run.id,
      },
    ]);
    expect(JSON.parse(String(started[0]?.counts))).toMatchObject({ indexes: 1, docs: 1 });
    expect(await stage.index(1)).toMatchObject({ state: "ready", expected_docs: 1 });
    expect(await stage.index(3)).toMatchObject({ state: "full_build_requested" });
  });

  it("says so where no job could build them", async () => {
    const stage = await set();
    await add(stage, 1, "media", { expected_docs: 9 });
    expect((await stage.play()).log.join()).toContain("no active job of CreateSolrIndex");
  });

  it("has nothing to do without an active index", async () => {
    const stage = await set();
    await add(stage, 1, "media", { active: 0 });
    expect(await stage.play()).toMatchObject({ state: "no_action" });
    expect(await checked(stage)).toEqual([]);
  });
});

describe("with a Solr server CheckSolrAvailability", () => {
  const atServer = { backend: "solr", built_with: "solr", expected_docs: 2 };

  it("finds out that a collection was lost, with or without a ping handler", async () => {
    for (const pings of [true, false]) {
      const stage = await set(CreateSolrIndex);
      await stage.insert("media", { id: 1 }, { id: 2 });
      const server = await stage.solr();
      server.pings = pings;
      await add(stage, 1, "media", { ...atServer, state: "never_built" });
      const id = await stage.start({ processor: CreateSolrIndex });
      await stage.toEnd();
      expect(await stage.outcome(id)).toMatchObject({ state: "ok" });
      expect((await stage.play()).counts.lost ?? 0).toBe(0);
      server.lose("suite");
      stage.ports = { ...stage.ports, release: "1.1" };
      expect(await stage.play()).toMatchObject({ state: "ok", counts: { lost: 1, rebuildsRequested: 1 } });
    }
  });

  it("tries again while one does not answer, and fails once when the time is over", async () => {
    const stage = await set();
    const server = await stage.solr();
    await add(stage, 1, "media", atServer);
    server.down = true;
    const start = stage.clock.now();
    for (const minutes of [0, 5, 59]) {
      await stage.clock.advanceTo(start + minutes * MINUTE);
      expect(await stage.play()).toMatchObject({
        state: "no_action",
        message: "No answer from media; the next run tries again",
      });
    }
    expect(await checked(stage)).toEqual([]);
    await stage.clock.advanceTo(start + 61 * MINUTE);
    expect(await stage.play()).toMatchObject({ state: "failed", reason: "search_unavailable" });
    expect(await checked(stage)).toEqual(['"1.0"']);
    expect(await stage.play()).toMatchObject({ state: "no_action" });
    // The time of the next release begins with its own first try.
    stage.ports = { ...stage.ports, release: "1.1" };
    expect(await stage.play()).toMatchObject({ state: "no_action" });
    server.down = false;
    expect(await stage.play()).toMatchObject({ counts: { indexes: 1 } });
    expect(await stage.rows("SELECT value FROM processor_state WHERE key = 'firstTry'")).toEqual([]);
  });

  it("ends as invalid_configuration when the login is refused, and does not count the release as checked", async () => {
    const stage = await set();
    const server = await stage.solr({ token: "t0ken-of-ours" });
    server.login = "suite:right";
    await add(stage, 1, "media", atServer);
    const run = await stage.play();
    expect(run).toMatchObject({ state: "failed", reason: "invalid_configuration" });
    expect(JSON.stringify(run)).not.toContain("t0ken");
    expect(await checked(stage)).toEqual([]);
    expect(await stage.rows("SELECT state FROM connectors")).toEqual([{ state: "reauth_required" }]);
  });
});
