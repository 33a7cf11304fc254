import { beforeEach, describe, expect, it } from "vitest";
import { checkJob } from "../../../src/administration/jobs/job-input.ts";
import { createCatalogue } from "../../../src/processors/catalogue.ts";
import { type Nodes, RunFailure } from "../../../src/processors/contract.ts";
import { UpdatePersonSearches as processor } from "../../../src/processors/people/UpdatePersonSearches.ts";
import { readSites } from "../../../src/scheduler/align.ts";
import { plansFor } from "../../harness/plans.ts";
import { NIGHT, Stage, type Start } from "../../harness/stage.ts";
import { insert } from "../../learning/rows.ts";

type Message = Parameters<Nodes["push"]>[1];
interface Item {
  readonly client_id: number;
  readonly id: number;
  readonly name: string;
  readonly version: number;
  readonly config: string | null;
}

const CONFIG = JSON.stringify({ fields: ["family_name", "department"] });

let stage: Stage;
/** What arrived at the nodes, in this order: `weur 12: staff tutors-`; a minus is for a search that is to go. */
let arrived: string[];
let items: Item[];
/** Nodes that do not answer. */
let away: Set<string>;

beforeEach(async () => {
  arrived = [];
  items = [];
  away = new Set();
  const push = async (node: string, message: Message) => {
    if (away.has(node)) throw new RunFailure("remote_unavailable", `The node ${node} does not answer`, { retry: true });
    expect(message.kind).toBe("person_searches");
    const sent = message.items as readonly Item[];
    items.push(...sent);
    const names = sent.map(({ name, config }) => (config === null ? `${name}-` : name));
    arrived.push(`${node} ${message.version}: ${names.join(" ")}`);
  };
  stage = new Stage(await Stage.fresh(), [processor], { ports: { nodes: { push } } });
  await stage.database.execute(
    "INSERT INTO nodes (id, location_hint, search_config_version) VALUES ('weur', 'weur', 10), ('enam', 'enam', 0)",
  );
});

/** Adds a search of client 1, or changes what it says. */
const search = (id: number, name: string, version: number, values: Readonly<Record<string, string | number>> = {}) =>
  insert(stage.database, "person_searches", { id, name, version, config: CONFIG, ...values });
const nodes = () => stage.rows("SELECT id, search_config_version, last_seen_at FROM nodes ORDER BY id");

/** A run for a node, from its start to its end or to the end of its first attempt. */
async function update(nodeId = "weur", { parameters = {}, dryRun = false }: Start = {}) {
  const id = await stage.start({ nodeId, parameters, dryRun });
  await stage.toEnd({ until: stage.clock.now() });
  return stage.outcome(id);
}

describe("a node is brought up to the newest searches", () => {
  it("by those of all active clients that are above its version, in the order of their versions", async () => {
    await search(1, "old", 10);
    await search(2, "staff", 12);
    await search(3, "tutors", 11, { client_id: 2 });
    expect(await update()).toMatchObject({ state: "ok", counts: { configs: 2 } });
    expect(arrived).toEqual(["weur 12: tutors staff"]);
    expect(items[1]).toEqual({ client_id: 1, id: 2, name: "staff", version: 12, config: CONFIG });
    expect(await nodes()).toEqual([
      { id: "enam", search_config_version: 0, last_seen_at: null },
      { id: "weur", search_config_version: 12, last_seen_at: NIGHT + 1000 },
    ]);
  });

  it("by none of an inactive client", async () => {
    await stage.database.execute("UPDATE clients SET status = 'inactive' WHERE id = 2");
    await search(1, "staff", 11, { client_id: 2 });
    expect(await update()).toMatchObject({ state: "no_action", counts: {} });
    expect(arrived).toEqual([]);
  });

  it("by deleted ones too, which the node drops", async () => {
    await search(1, "staff", 11, { deleted: 1, config: "" });
    await search(2, "tutors", 12);
    expect(await update()).toMatchObject({ state: "ok", counts: { configs: 2 } });
    expect(arrived).toEqual(["weur 12: staff- tutors"]);
  });

  it("once: versions are compared", async () => {
    await search(1, "staff", 11);
    await update();
    expect(await update()).toMatchObject({ state: "no_action", counts: {} });
    expect(arrived).toEqual(["weur 11: staff"]);
  });

  it("a chunk at a time, with all of one version together", async () => {
    for (const [index, version] of [11, 11, 11, 12, 13, 14].entries()) await search(index + 1, `s${index}`, version);
    expect((await update("weur", { parameters: { chunkSize: 2 } })).counts).toMatchObject({ configs: 6 });
    expect(arrived).toEqual(["weur 11: s0 s1 s2", "weur 13: s3 s4", "weur 14: s5"]);
  });

  it("with force by all of them again, and its version does not fall meanwhile", async () => {
    await search(1, "staff", 5);
    await search(2, "tutors", 9);
    expect((await update("weur", { parameters: { force: true, chunkSize: 1 } })).counts).toMatchObject({ configs: 2 });
    expect(arrived).toEqual(["weur 5: staff", "weur 9: tutors"]);
    expect((await nodes())[1]?.search_config_version).toBe(10);
  });

  it("in a dry run by none, which counts them", async () => {
    await search(1, "staff", 11);
    await search(2, "bad", 12, { config: "{}" });
    expect(await update("weur", { dryRun: true })).toMatchObject({ counts: { configs: 1, failed: 1 } });
    expect(arrived).toEqual([]);
    expect((await nodes())[1]).toEqual({ id: "weur", search_config_version: 10, last_seen_at: null });
  });
});

describe("a search that cannot be compiled", () => {
  it.each([
    ["not json", "config: it is no JSON"],
    ["{}", "config.fields: "],
    ['{"fields":[]}', "config.fields: "],
    ['{"fields":["family_name"],"colour":"red"}', "config: "],
    ['{"fields":["a\\"b"]}', "config.fields.0: "],
    ['{"fields":["family_name"],"filter":{"attr":"x","op":"like","value":"y"}}', "config.filter"],
  ])("%s: the node drops it, the row fails and says why, and the others arrive", async (config, reason) => {
    await search(1, "bad", 11, { config });
    await search(2, "staff", 12);
    const { state, counts, errors } = await update();
    expect({ state, counts }).toMatchObject({ state: "partial", counts: { configs: 1, failed: 1 } });
    expect(errors).toMatchObject([{ ref: "person_search:1", code: "bad_search" }]);
    expect(errors[0]?.message).toContain(reason);
    expect(arrived).toEqual(["weur 12: bad- staff"]);
  });

  it("is not sent again until it changes: the version is raised all the same", async () => {
    await search(1, "bad", 11, { config: "{}" });
    await update();
    expect((await nodes())[1]?.search_config_version).toBe(11);
    expect(await update()).toMatchObject({ state: "no_action", counts: {} });
    await stage.database.execute({ sql: "UPDATE person_searches SET config = ?, version = 12", args: [CONFIG] });
    expect(await update()).toMatchObject({ state: "ok", counts: { configs: 1 } });
    expect(arrived).toEqual(["weur 11: bad-", "weur 12: bad"]);
  });
});

describe("each node has a run of its own", () => {
  it("one that does not answer fails its own run alone, and gets what it lacks later", async () => {
    await search(1, "staff", 11);
    away.add("weur");
    expect(await update("weur")).toMatchObject({ state: "waiting", reason: "retry", attempt: 1 });
    expect(await update("enam")).toMatchObject({ state: "ok", counts: { configs: 1 } });
    expect((await nodes())[1]?.search_config_version).toBe(10);
    away.clear();
    await stage.toEnd();
    expect(arrived).toEqual(["enam 11: staff", "weur 11: staff"]);
  });

  it.each([
    ["", "There is no node yet"],
    ["weur", "The node weur is gone"],
  ])("without its node (%j) there is nothing to do: %s", async (nodeId, message) => {
    await stage.database.execute("DELETE FROM nodes");
    expect(await update(nodeId)).toMatchObject({ state: "no_action", message });
  });

  it("a job of it is executed on each node, once there is more than one", async () => {
    const places = await readSites(stage.database);
    const problems = (executeOnEachNode: boolean) => {
      const job = { name: "Searches", processor: processor.id, parameters: {}, executeOnEachNode };
      const checked = checkJob(job, createCatalogue([processor]), places, 10, NIGHT);
      return checked.ok ? [] : checked.problems.map(({ field }) => field);
    };
    expect([problems(true), problems(false)]).toEqual([[], ["executeOnEachNode"]]);
    expect(processor).toMatchObject({ scope: "node", load: "light", suggestedCron: "0 5/15 * * * ?", misfire: "skip" });
  });
});

it("searches are found by their version", async () => {
  await search(1, "staff", 11);
  const plans = await plansFor(stage.database, "search", () => update());
  expect(plans.filter((plan) => plan.startsWith("SCAN"))).toEqual([]);
  expect(plans.join("\n")).toContain("person_searches_version (version>?");
});
