import { beforeEach, describe, expect, it } from "vitest";
import { checkJob } from "../../../src/administration/jobs/job-input.ts";
import { createCatalogue } from "../../../src/processors/catalogue.ts";
import { type Nodes, RunFailure } from "../../../src/processors/contract.ts";
import { CloudSynchronization as processor } from "../../../src/processors/platform/CloudSynchronization.ts";
import { readSites } from "../../../src/scheduler/align.ts";
import { killedAt } from "../../conformance/suite/faults.ts";
import { NIGHT, Stage, type Start } from "../../harness/stage.ts";

type Message = Parameters<Nodes["push"]>[1];

let stage: Stage;
/** What arrived at the nodes, in this order: `weur 11-12: a b`. */
let arrived: string[];
/** Nodes that do not answer. */
let away: Set<string>;

beforeEach(async () => {
  arrived = [];
  away = new Set();
  const push = async (node: string, { version, items }: Message) => {
    if (away.has(node)) throw new RunFailure("remote_unavailable", `The node ${node} does not answer`, { retry: true });
    arrived.push(`${node} ${version}: ${items.map((item) => (item as { key: string }).key).join(" ")}`);
  };
  stage = new Stage(await Stage.fresh(), [processor], { ports: { nodes: { push } } });
  await stage.database.execute(
    "INSERT INTO nodes (id, location_hint, text_version) VALUES ('weur', 'weur', 10), ('enam', 'enam', 0)",
  );
});

/** Adds wordings `key: version`, for all clients unless another is named. */
async function texts(versions: Readonly<Record<string, number>>, client = 0): Promise<void> {
  for (const [key, version] of Object.entries(versions))
    await stage.database.execute({
      sql: `INSERT INTO texts (client_id, key, locale, value, version, created_at, updated_at) VALUES (?, ?, 'en', 'Hello', ?, 0, 0)`,
      args: [client, key, version],
    });
}

const nodes = () => stage.rows("SELECT id, text_version, last_seen_at FROM nodes ORDER BY id");

/** A run for a node, from its start to its end or to the end of its first attempt. */
async function synchronise(nodeId = "weur", { parameters = {}, dryRun = false }: Start = {}) {
  const id = await stage.start({ nodeId, parameters, dryRun });
  await stage.toEnd({ until: stage.clock.now() });
  return stage.outcome(id);
}

describe("changed texts are made visible on a node", () => {
  it("pushes those that it lacks, in the order of their versions, and raises its version and when it was seen", async () => {
    await texts({ old: 10, b: 12, a: 11 });
    await texts({ own: 13 }, 1);
    expect(await synchronise()).toMatchObject({ state: "ok", counts: { texts: 3 } });
    expect(arrived).toEqual(["weur 13: a b own"]);
    expect(await nodes()).toEqual([
      { id: "enam", text_version: 0, last_seen_at: null },
      { id: "weur", text_version: 13, last_seen_at: NIGHT + 1000 },
    ]);
  });

  it("does nothing for a node that has them all", async () => {
    await texts({ old: 10 });
    expect(await synchronise()).toMatchObject({ state: "no_action", counts: {} });
    expect(arrived).toEqual([]);
  });

  it("compares versions, so that a second run sends nothing twice", async () => {
    await texts({ a: 11 });
    await synchronise();
    expect((await synchronise()).state).toBe("no_action");
    expect(arrived).toEqual(["weur 11: a"]);
  });

  it("goes a chunk at a time, and keeps the texts of one version together", async () => {
    await texts({ a: 11, b: 11, c: 11, d: 12, e: 13, f: 14 });
    expect((await synchronise("weur", { parameters: { chunkSize: 2 } })).counts).toMatchObject({ texts: 6 });
    expect(arrived).toEqual(["weur 11: a b c", "weur 13: d e", "weur 14: f"]);
  });

  it("sends all of them again where the job says so, and the node's version does not fall meanwhile", async () => {
    await texts({ a: 5, b: 9 });
    expect(await synchronise("weur", { parameters: { full: true, chunkSize: 1 } })).toMatchObject({
      state: "ok",
      counts: { texts: 2 },
    });
    expect(arrived).toEqual(["weur 5: a", "weur 9: b"]);
    expect((await nodes())[1]?.text_version).toBe(10);
  });

  it("pushes nothing in a dry run, and counts what it would push", async () => {
    await texts({ a: 11, b: 12 });
    expect(await synchronise("weur", { dryRun: true })).toMatchObject({ state: "ok", counts: { texts: 2 } });
    expect(arrived).toEqual([]);
    expect((await nodes())[1]).toEqual({ id: "weur", text_version: 10, last_seen_at: null });
  });
});

describe("each node has a run of its own", () => {
  it("one that does not answer fails its own run alone", async () => {
    await texts({ a: 11 });
    away.add("weur");
    expect(await synchronise("weur")).toMatchObject({ state: "waiting", reason: "retry", attempt: 1 });
    expect(await synchronise("enam")).toMatchObject({ state: "ok", counts: { texts: 1 } });
    expect(arrived).toEqual(["enam 11: a"]);
    expect((await nodes())[1]?.text_version).toBe(10);
  });

  it("and one that stays away for all its tries ends as failed", async () => {
    await texts({ a: 11 });
    away.add("weur");
    const id = await stage.start({ nodeId: "weur" });
    await stage.toEnd();
    expect(await stage.outcome(id)).toMatchObject({ state: "failed", reason: "remote_unavailable", attempt: 3 });
  });

  it("one that comes back gets what it lacks, and no chunk twice that it has", async () => {
    await texts({ a: 11, b: 12 });
    const push = stage.ports.nodes?.push as Nodes["push"];
    let calls = 0;
    const id = await stage.start({ nodeId: "weur", parameters: { chunkSize: 1 } });
    await stage.toEnd({
      ports: {
        nodes: {
          push: async (node, message) => {
            calls += 1;
            if (calls === 2) throw new RunFailure("remote_unavailable", "The node does not answer", { retry: true });
            await push(node, message);
          },
        },
      },
    });
    expect(await stage.outcome(id)).toMatchObject({ state: "ok", attempt: 2, counts: { texts: 2 } });
    expect(arrived).toEqual(["weur 11: a", "weur 12: b"]);
  });

  it("a push whose process was killed before it was recorded is made again", async () => {
    await texts({ a: 11 });
    const id = await stage.start({ nodeId: "weur" });
    // Behind the claim with its checkpoint, and the intent.
    const recorded = 3;
    await stage.runner({ through: killedAt(stage.database, recorded, "before") }).work();
    expect(arrived).toEqual(["weur 11: a"]);
    await stage.toEnd();
    expect(await stage.outcome(id)).toMatchObject({ state: "ok", counts: { texts: 1 } });
    expect(arrived).toEqual(["weur 11: a", "weur 11: a"]);
  });

  it.each([
    ["", "There is no node yet"],
    ["weur", "The node weur is gone"],
  ])("without its node (%j) there is nothing to do: %s", async (nodeId, message) => {
    await stage.database.execute("DELETE FROM nodes");
    expect(await synchronise(nodeId)).toMatchObject({ state: "no_action", message });
  });

  it("a run for no node in particular takes the first", async () => {
    await texts({ a: 11 });
    expect((await synchronise("")).state).toBe("ok");
    expect(arrived).toEqual(["enam 11: a"]);
  });
});

describe("a job of it", () => {
  const problems = async (executeOnEachNode: boolean) => {
    const places = await readSites(stage.database);
    const job = { name: "Texts", processor: processor.id, parameters: {}, executeOnEachNode };
    const checked = checkJob(job, createCatalogue([processor]), places, 10, NIGHT);
    return checked.ok ? [] : checked.problems.map(({ field }) => field);
  };

  it("is refused unless it is executed on each node, once there is more than one", async () => {
    expect(await problems(true)).toEqual([]);
    expect(await problems(false)).toEqual(["executeOnEachNode"]);
    await stage.database.execute("DELETE FROM nodes WHERE id = 'enam'");
    expect(await problems(false)).toEqual([]);
  });

  it("runs every quarter of an hour, behind imported translations, and makes up for nothing that it missed", () => {
    expect(processor).toMatchObject({ scope: "node", load: "light", suggestedCron: "0 0/15 * * * ?", misfire: "skip" });
    expect(processor.after).toEqual(["TranslationImport"]);
  });
});
