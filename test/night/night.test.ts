import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { playAgain, playNight } from "../../src/demo/night/play.ts";
import { type NightStage, setNightStage } from "../../src/demo/night/stage.ts";
import { special } from "../../src/demo/night/world/people.ts";
import { nodeConnect } from "../../src/hosts/node/socket.ts";
import { catalogue } from "../../src/processors/all.ts";
import { takeSnapshot, without } from "../conformance/suite/snapshot.ts";
import { type Expectation, expectNight } from "./expectation/night.ts";
import { readNight } from "./facts.ts";
import { endingAfterEachStep } from "./restarts.ts";
import { spareSockets } from "./spare-sockets.ts";

const DAY = "2026-03-02";
const has = (processor: string) => catalogue.find(processor) !== null;

/** What is not the night's work: when a group was looked at, a connector's health, port and seal. */
const MARKS = [
  "groups.evaluated_at",
  "connectors.last_ok_at",
  "connectors.updated_at",
  "connectors.config",
  "connectors.secret_enc",
];
/** What a build of a search index leaves each time. */
const BUILT = [
  "search_documents.build_id",
  "search_indexes.last_full_at",
  "search_indexes.last_delta_at",
  "search_indexes.last_change_id",
  "search_indexes.updated_at",
];
/** When this disk took an uploaded file. */
const DISK = ["files.etag", "files.stored_at"];

const mailLine = (mail: object) => Object.values(mail).join(" · ");

/** A night is thousands of statements; a machine that is busy with other tests may take its time. */

async function stageOf(seed: number): Promise<{ stage: NightStage; end(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "minutehand-night-"));
  const spares = spareSockets(nodeConnect());
  const stage = await setNightStage({ folder, day: DAY, seed, catalogue, connect: spares.connect });
  return {
    stage,
    async end() {
      await spares.close();
      await stage.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

describe("the demo's night", () => {
  let first: Awaited<ReturnType<typeof stageOf>>;
  let second: Awaited<ReturnType<typeof stageOf>>;
  const clients = [
    [0, "North Academy, Europe/Berlin"],
    [1, "South Academy, America/Sao_Paulo"],
  ] as const;
  const left: { expected: Expectation; found: Expectation }[] = [];
  const leftOf = (index: number) => {
    const one = left[index];
    if (!one) throw new RangeError("no such client");
    return one;
  };
  const worldOf = ({ stage }: { stage: NightStage }, index: number) => {
    const world = stage.worlds[index];
    if (!world) throw new RangeError("no such client");
    return world;
  };

  beforeAll(async () => {
    first = await stageOf(7);
    second = await stageOf(7);
    await playNight(first.stage);
    for (const world of first.stage.worlds) {
      left.push({ expected: expectNight(world, has), found: await readNight(first.stage, world) });
    }
  });
  afterAll(async () => {
    await first.end();
    await second.end();
  });

  it("has two clients in different zones with 500 people, 40 groups and 60 components each", () => {
    const { worlds } = first.stage;
    expect(new Set(worlds.map(({ client }) => client.timeZone)).size).toBe(2);
    for (const { people, groups, components } of worlds) {
      expect([people.length, groups.length, components.length]).toEqual([500, 40, 60]);
    }
  });

  it("starts every job at its time of the timetable, on its client's clocks, and lets none fail", async () => {
    const result = await first.stage.database.execute(
      "SELECT processor, client_id, state, message, scheduled_at, started_at FROM runs WHERE state NOT IN ('ok', 'no_action', 'partial', 'planned') OR started_at <> scheduled_at",
    );
    expect(result.rows.map((row) => ({ ...row }))).toEqual([]);
  });

  describe.each(clients)("leaves client %i (%s) as the expectation says:", (index) => {
    it("its people", () => {
      const { expected, found } = leftOf(index);
      expect(found.people).toEqual(expected.people);
    });
    it("nothing by which the deleted people were known", async () => {
      const { people } = worldOf(first, index);
      const { tables, files } = await takeSnapshot(first.stage.database, first.stage.files);
      const left = JSON.stringify([tables, files]);
      for (const number of special.toDelete) {
        const { username = "", externalId = "" } = people.find((one) => one.number === number) ?? {};
        expect([username, externalId, left.match(new RegExp(`\\b(${username}|${externalId})\\b`))]).toEqual([
          expect.stringMatching(/./),
          expect.stringMatching(/./),
          null,
        ]);
      }
    });
    it("every membership", () => {
      const { expected, found } = leftOf(index);
      expect(expected.memberships.length).toBeGreaterThan(2000);
      expect(found.memberships).toEqual(expected.memberships);
    });
    it("the units of the file of groups", () => {
      const { expected, found } = leftOf(index);
      expect(found.units).toEqual(expected.units);
    });
    it("the state of every component", () => {
      const { expected, found } = leftOf(index);
      expect(found.planning).toEqual(expected.planning);
    });
    it("the people whose password expired", () => {
      const { expected, found } = leftOf(index);
      expect(expected.expired.length).toBeGreaterThan(5);
      expect(found.expired).toEqual(expected.expired);
    });
    it("every registration with its due day", () => {
      const { expected, found } = leftOf(index);
      expect(expected.registrations.length).toBeGreaterThan(1000);
      expect(found.registrations).toEqual(expected.registrations);
    });
    it("the files of the reports, row by row", () => {
      const { expected, found } = leftOf(index);
      expect(found.reports.map(({ key }) => key)).toEqual(expected.reports.map(({ key }) => key));
      for (const [at, report] of found.reports.entries()) expect(report).toEqual(expected.reports[at]);
    });
    it("every mail with recipient, subject and day, and the messages that stay in the suite", () => {
      const { expected, found } = leftOf(index);
      expect(expected.mails.length).toBeGreaterThan(100);
      expect(found.mails.map(mailLine).sort()).toEqual(expected.mails.map(mailLine).sort());
      expect(found.internal).toEqual(expected.internal);
    });
  });

  it("fills every search index of both clients", async () => {
    const indexes = await first.stage.database.execute(
      "SELECT client_id, state, expected_docs > 0 AS filled FROM search_indexes ORDER BY id",
    );
    expect(indexes.rows).toHaveLength(10);
    for (const index of indexes.rows) expect(index).toMatchObject({ state: "ready", filled: 1 });
  });

  it("leaves the same when the runner is restarted after every single step", async () => {
    const restarts = { count: 0 };
    await playNight(second.stage, endingAfterEachStep(restarts));
    expect(restarts.count).toBeGreaterThan(500);
    for (const [index] of clients) {
      expect(await readNight(second.stage, worldOf(second, index))).toEqual(leftOf(index).found);
    }
    const snapshots = await Promise.all(
      [first, second].map(async ({ stage }) =>
        without(await takeSnapshot(stage.database, stage.files), [...MARKS, ...DISK]),
      ),
    );
    expect(snapshots[1]?.tables).toEqual(snapshots[0]?.tables);
  });

  it("changes nothing when it is played again", async () => {
    const { stage } = first;
    const before = without(await takeSnapshot(stage.database, stage.files), [...MARKS, ...BUILT]);
    const mails = (await stage.mails()).length;
    await playAgain(stage);
    const after = without(await takeSnapshot(stage.database, stage.files), [...MARKS, ...BUILT]);
    // That the jobs were started by hand is on record.
    const audit_log = (after.tables.audit_log ?? []).filter(
      ({ entity, action }) => entity !== "job" || action !== "start",
    );
    // What the learning logic has read of the changes is trimmed, and it goes on behind it.
    const { index_changes = [], processor_state: _, ...kept } = before.tables;
    const { index_changes: changes = [], processor_state = [], ...tables } = { ...after.tables, audit_log };
    expect({ ...after, tables }).toEqual({ ...before, tables: kept });
    expect(index_changes).toEqual(expect.arrayContaining(changes));
    expect(new Set(processor_state.map(({ key }) => key))).toEqual(
      new Set(["watermark", "checkedRelease", "openBatch"]),
    );
    expect((await stage.mails()).length).toBe(mails);
    const runs = await stage.database.execute(
      "SELECT processor, counts FROM runs WHERE kind = 'manual' AND state NOT IN ('no_action', 'partial', 'ok')",
    );
    expect(runs.rows).toEqual([]);
  });
});
