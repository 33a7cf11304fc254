import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { z } from "zod";
import { bundles } from "../../../../drizzle/bundles.ts";
import { startRuns } from "../../../../src/control/runs/runs.ts";
import type { OpenedDatabase } from "../../../../src/hosts/assemble.ts";
import { openFileDatabase } from "../../../../src/hosts/deno/file-database.ts";
import { Loops } from "../../../../src/hosts/deno/loops.ts";
import { systemClock } from "../../../../src/hosts/system-clock.ts";
import { defineProcessor } from "../../../../src/processors/contract.ts";
import { migrate, migrationSets } from "../../../../src/store/migrations.ts";
import { sql } from "../../../../src/store/sql.ts";
import { thisClient } from "../../../../src/store/statement.ts";
import { VirtualClock } from "../../../harness/clock.ts";
import { addClient, runnerPorts } from "../../../harness/runner/runner.ts";
import { LAST_RESORT_MS } from "../../../harness/vitest/last-resort.ts";

/** An owner that is silent for so long (ms) is gone. */
const STALE_AFTER = 900;

/** A door in a processor's way. */
interface Door {
  readonly passed: Promise<void>;
  open(): void;
}

function door(): Door {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

/** A processor of two steps, of which the second waits at a door. */
function waiting(at: Door) {
  return defineProcessor<z.ZodObject, number, string, string>({
    id: "Waiting",
    group: "platform",
    title: "For tests",
    summary: "Waits.",
    scope: "client",
    store: "learning",
    load: "light",
    suggestedCron: null,
    after: [],
    dryRun: "exact",
    parameters: z.strictObject({}),
    async *run({ cursor }) {
      const write = (day: string) => ({
        ref: day,
        writes: [sql`INSERT INTO calendars (client_id, day, name) VALUES (${thisClient}, ${day}, '')`],
      });
      if (cursor === null) yield { units: [write("2026-01-01")], cursor: 1 };
      if (cursor === 2) return undefined;
      await at.passed;
      yield { units: [write("2026-01-02")], cursor: 2 };
      return undefined;
    },
  });
}

interface Scene {
  readonly database: OpenedDatabase;
  readonly clientId: number;
  /** The loops of one process on the database. */
  process(at: Door): Loops;
  queue(): Promise<number>;
  /** The run, once it is as `fits` says. */
  run(fits: (run: { state: string; lease: number; reason: string | null }) => boolean): Promise<void>;
  days(): Promise<string[]>;
}

async function withScene(play: (scene: Scene) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "minutehand-loops-"));
  const database = openFileDatabase(`${folder}/loops.db`, LAST_RESORT_MS);
  for (const set of migrationSets) await migrate(database, set, bundles[set], 0);
  const clientId = await addClient(database, "north");
  const processes: Loops[] = [];
  const doors: Door[] = [];
  try {
    await play({
      database,
      clientId,
      process(at) {
        const ports = runnerPorts(database, [waiting(at)], new VirtualClock(0), { clock: systemClock });
        const loops = new Loops(ports, { takesOver: "when silent", staleAfterMs: STALE_AFTER });
        processes.push(loops);
        doors.push(at);
        return loops;
      },
      async queue() {
        const start = { jobId: 1, processor: "Waiting", jobName: "Waiting", load: "light", parameters: {} } as const;
        const place = { clientId, nodeId: "", timeZone: "UTC", asOf: null, dryRun: false, requestedBy: "test" };
        const [id] = await startRuns(database, [{ ...start, ...place }], Date.now());
        return Number(id);
      },
      async run(fits) {
        for (const until = performance.now() + LAST_RESORT_MS; ; ) {
          const { rows } = await database.execute("SELECT state, lease, reason FROM runs");
          const [row] = rows;
          const run = {
            state: String(row?.state),
            lease: Number(row?.lease),
            reason: row?.reason as string | null,
          };
          if (fits(run)) return;
          if (performance.now() > until) throw new Error(`The run is still ${JSON.stringify(run)}`);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      },
      days: async () =>
        (await database.execute("SELECT day FROM calendars ORDER BY day")).rows.map(({ day }) => String(day)),
    });
  } finally {
    for (const one of doors) one.open();
    await Promise.all(processes.map((loops) => loops.stop()));
    database.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("the runners of two processes on one database", () => {
  it("leave a run to the one that has it, however long its step takes", async () => {
    await withScene(async (scene) => {
      const at = door();
      const owner = scene.process(at);
      const other = scene.process(door());
      await scene.queue();
      owner.start();
      await scene.run(({ state }) => state === "running");
      other.start();
      await pass(3 * STALE_AFTER);
      await scene.run(({ state, lease }) => state === "running" && lease === 1);
      at.open();
      await scene.run(({ state, lease }) => state === "ok" && lease === 1);
      assert.deepEqual(await scene.days(), ["2026-01-01", "2026-01-02"]);
    });
  });

  it("take it over from one that fell silent, whose late step is then refused", async () => {
    await withScene(async (scene) => {
      const late = door();
      const quick = door();
      const silent = scene.process(late);
      const other = scene.process(quick);
      await scene.queue();
      // Woken, but it never says that it lives.
      silent.wake(scene.clientId);
      await scene.run(({ state }) => state === "running");
      other.start();
      await scene.run(({ lease }) => lease === 2);
      late.open();
      quick.open();
      await scene.run(({ state, lease }) => state === "ok" && lease === 2);
      await silent.stop();
      assert.deepEqual(await scene.days(), ["2026-01-01", "2026-01-02"]);
    });
  });

  it("hand it over when they are asked to end", async () => {
    await withScene(async (scene) => {
      const at = door();
      const owner = scene.process(at);
      const quick = door();
      const other = scene.process(quick);
      await scene.queue();
      owner.start();
      await scene.run(({ state }) => state === "running");
      // It ends behind the step that it stands in; what comes after that is another's.
      const stopped = owner.stop();
      at.open();
      await stopped;
      await scene.run(({ state, reason }) => state === "waiting" && reason === "handed_over");
      quick.open();
      other.start();
      await scene.run(({ state, lease }) => state === "ok" && lease === 2);
      assert.deepEqual(await scene.days(), ["2026-01-01", "2026-01-02"]);
    });
  });
});
