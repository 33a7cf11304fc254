import { describe, expect, it } from "vitest";
import type { ClientFacts } from "../../src/control/clients/clients.ts";
import { requestCancel, startRuns } from "../../src/control/runs/runs.ts";
import { abandonMove, continueMove, startMove } from "../../src/moving/move-client.ts";
import { Runner } from "../../src/runner/runner.ts";
import { openCheckpoint, readCheckpoint } from "../../src/store/step/checkpoint.ts";
import { commitStep, LeaseLostError } from "../../src/store/step/step.ts";
import { VirtualClock } from "../harness/clock.ts";
import { completing } from "../harness/runner/processors.ts";
import { runnerPorts } from "../harness/runner/runner.ts";
import { moveTo, NORTH, setSuite, type Watch } from "./moving.ts";

const NOON = Date.parse("2026-03-02T12:00:00Z");
const OWN = { url: "own", tokenEnc: null };

/** North with nine courses that a run completes, three a step; `between` is called before each of them. */
async function setScene(between: (step: number) => Promise<void> = async () => undefined) {
  const watch: Watch = { now: NOON };
  const suite = await setSuite(watch);
  const { control } = suite;
  await control.batch(
    Array.from({ length: 9 }, (_, index) => ({
      sql: "INSERT INTO components (id, client_id, kind, title, created_at, updated_at) VALUES (?, 1, 'course', '', 0, 0)",
      args: [index + 1],
    })),
    "write",
  );
  const clock = new VirtualClock(NOON);
  const storeOf = async ({ databaseUrl }: ClientFacts) => (databaseUrl === null ? control : suite.at(databaseUrl));
  const processor = completing({ id: "Complete" }, between);
  return {
    suite,
    control,
    clock,
    watch,
    /** One invocation of a new runner. */
    work: () => new Runner(runnerPorts(control, [processor], clock, { storeOf }), NORTH).work(),
    async run(id: number) {
      const { rows } = await control.execute({ sql: "SELECT * FROM runs WHERE id = ?", args: [id] });
      return { ...rows[0] } as Record<string, unknown>;
    },
    async completed(url: string | null) {
      const database = url === null ? control : await suite.at(url);
      const { rows } = await database.execute(
        "SELECT count(*) AS rows FROM components WHERE client_id = 1 AND planning_status = 'completed'",
      );
      return Number(rows[0]?.rows);
    },
    async queue(): Promise<number> {
      const start = {
        jobId: 1,
        processor: "Complete",
        jobName: "Complete",
        load: "light",
        clientId: NORTH,
        nodeId: "",
      } as const;
      const [id] = await startRuns(
        control,
        [{ ...start, parameters: { chunkSize: 3 }, timeZone: "UTC", asOf: null, dryRun: false, requestedBy: "test" }],
        clock.now(),
      );
      return id ?? 0;
    },
    /** The run as an owner left it that was cut off: claimed, and perhaps opened in its store, and at work no more. */
    async cutOff(id: number, opened: boolean) {
      await control.execute({
        sql: "UPDATE runs SET state = 'running', lease = 1, attempt = 1, started_at = ?, heartbeat_at = ? WHERE id = ?",
        args: [NOON, NOON, id],
      });
      if (opened) await openCheckpoint(control, { id, lease: 1, cursorVersion: 1, clientId: NORTH }, NOON);
    },
  };
}

describe("a run at work when its client's data is to be moved", () => {
  it("stops at its next step, and goes on behind the move from its checkpoint, on the new database", async () => {
    const scene = await setScene(async (step) => {
      if (step !== 1 || (await scene.suite.client()).databaseUrl !== null) return;
      await startMove(scene.suite.ports(), await scene.suite.client(), OWN);
      await scene.clock.advance(1000);
    });
    const id = await scene.queue();
    await scene.work();
    expect(await scene.run(id)).toMatchObject({ state: "waiting", reason: "moving" });
    expect(await scene.completed(null)).toBe(6);
    await continueMove(scene.suite.ports(), NORTH);
    expect([await scene.completed(null), await scene.completed("own")]).toEqual([0, 6]);
    await scene.work();
    const run = await scene.run(id);
    expect(run).toMatchObject({ state: "ok", attempt: 1 });
    expect(JSON.parse(String(run.counts))).toMatchObject({ completed: 9, scanned: 9 });
    expect(await scene.completed("own")).toBe(9);
    const { rows } = await scene.control.execute("SELECT message FROM run_logs ORDER BY id");
    expect(rows.map(({ message }) => message)).toContain("Started from step 2");
  });

  it.each([
    ["had opened it in its store", true],
    ["had only claimed it", false],
  ])(
    "is taken from an owner that is silent for 45 s and %s; that owner writes nothing any more",
    async (_name, opened) => {
      const scene = await setScene();
      const id = await scene.queue();
      await scene.cutOff(id, opened);
      await moveTo(scene.suite, "own");
      expect(scene.watch.now - NOON).toBeGreaterThanOrEqual(45_000);
      expect(await scene.run(id)).toMatchObject({ state: "waiting", reason: "moving", lease: 2 });
      const late = { id, lease: 1, cursorVersion: 1, clientId: NORTH };
      await expect(openCheckpoint(scene.control, late, NOON)).rejects.toThrow(LeaseLostError);
      await expect(commitStep(scene.control, { runId: id, lease: 1, step: 0, units: [] })).rejects.toThrow(
        LeaseLostError,
      );
      expect(await readCheckpoint(scene.control, id)).toBeNull();
      await scene.work();
      expect(await scene.run(id)).toMatchObject({ state: "ok", attempt: 1 });
      expect(await readCheckpoint(await scene.suite.at("own"), id)).toMatchObject({ now: NOON, lease: 3 });
      expect(await scene.completed("own")).toBe(9);
    },
  );
});

describe("a run that is due while its client's data is being moved", () => {
  it("waits and says why, even to be cancelled, and starts behind the move", async () => {
    const scene = await setScene();
    await startMove(scene.suite.ports(), await scene.suite.client(), OWN);
    const started = await scene.queue();
    await scene.clock.advance(1);
    const queued = await scene.queue();
    await scene.control.execute({
      sql: "UPDATE runs SET state = 'waiting', reason = 'retry', started_at = ? WHERE id = ?",
      args: [NOON, started],
    });
    await requestCancel(scene.control, started, "test", NOON);
    await scene.work();
    const words = {
      state: "waiting",
      reason: "moving",
      message: "Waits until the client's data has been moved to another database",
    };
    expect(await scene.run(queued)).toMatchObject(words);
    expect(await scene.run(started)).toMatchObject({ state: "waiting" });
    await continueMove(scene.suite.ports(), NORTH);
    await scene.work();
    expect(await scene.run(started)).toMatchObject({ state: "cancelled" });
    expect(await scene.run(queued)).toMatchObject({ state: "ok" });
    expect(await scene.completed("own")).toBe(9);
  });

  it("starts where the data was when the move is given up, and where it came from when it is moved back", async () => {
    const scene = await setScene();
    await startMove(scene.suite.ports(), await scene.suite.client(), OWN);
    const first = await scene.queue();
    await scene.work();
    expect(await scene.run(first)).toMatchObject({ state: "waiting", reason: "moving" });
    await abandonMove(scene.suite.ports(), NORTH);
    await continueMove(scene.suite.ports(), NORTH);
    await scene.work();
    expect(await scene.run(first)).toMatchObject({ state: "ok" });
    expect(await scene.completed(null)).toBe(9);
    await moveTo(scene.suite, "own");
    await moveTo(scene.suite, null);
    await scene.clock.advance(1);
    const second = await scene.queue();
    await scene.work();
    expect(await scene.run(second)).toMatchObject({ state: "no_action" });
    expect(await readCheckpoint(scene.control, second)).toMatchObject({ ending: { state: "no_action" } });
  });
});
