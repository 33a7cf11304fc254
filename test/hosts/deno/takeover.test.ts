import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@libsql/client";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startSqld } from "../../../src/hosts/local/sqld.ts";
import { migrateAll } from "../../harness/database/database.ts";
import { patient } from "../../harness/database/patient.ts";
import { LAST_RESORT_MS } from "../../harness/vitest/last-resort.ts";
import { expectedOf, type ImportResult, importUndisturbed, preparePeople } from "./people.ts";
import { type DenoProcess, startDeno } from "./process.ts";

/** `STALE_AFTER_SECONDS=45` measures the host's default. */
const STALE_AFTER = Number(process.env.STALE_AFTER_SECONDS ?? 3);
/** So long that no process takes a run from a silent owner: what is taken over was handed over, or taken up at once. */
const NEVER_STALE = 3_600;

const ROWS = 6_000;

/** An empty, migrated database for one test. */
interface Scene {
  readonly folder: string;
  readonly address: string;
  readonly database: Client;
}

async function onServer(): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), "minutehand-takeover-"));
  const sqld = await startSqld({ folder: join(folder, "sqld"), log: join(folder, "sqld.log") });
  return sceneAt(folder, sqld.url, () => sqld.child.stop());
}

async function onFile(): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), "minutehand-takeover-"));
  return sceneAt(folder, `file:${folder}/suite.db`, async () => undefined);
}

async function sceneAt(folder: string, address: string, stop: () => Promise<void>): Promise<Scene> {
  const database = patient(createClient({ url: address, intMode: "number", timeout: LAST_RESORT_MS }));
  onTestFinished(async () => {
    database.close();
    await stop();
    await rm(folder, { recursive: true, force: true });
  });
  await migrateAll(database);
  return { folder, address, database };
}

async function processOn(scene: Scene, name: string, staleAfterSeconds = STALE_AFTER): Promise<DenoProcess> {
  const started = await startDeno({
    folder: scene.folder,
    database: scene.address,
    staleAfterSeconds,
    name,
  });
  onTestFinished(() => started.child.stop());
  return started;
}

interface Progress {
  readonly state: string;
  readonly lease: number;
  readonly step: number;
}

/** Resolves once a run has come as far as `fits` says. */
async function until({ database }: Scene, runId: number, fits: (progress: Progress) => boolean): Promise<Progress> {
  for (;;) {
    const { rows } = await database.execute({
      sql: "SELECT r.state, r.lease, coalesce(c.step, 0) AS step FROM runs r LEFT JOIN checkpoints c ON c.run_id = r.id WHERE r.id = ?",
      args: [runId],
    });
    const progress = { state: String(rows[0]?.state), lease: Number(rows[0]?.lease), step: Number(rows[0]?.step) };
    if (fits(progress)) return progress;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const ended = ({ state }: Progress) => !["planned", "queued", "waiting", "running"].includes(state);

describe("an import whose owner goes away", () => {
  let undisturbed: ImportResult;
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "minutehand-undisturbed-"));
    undisturbed = await importUndisturbed(folder, ROWS);
    await rm(folder, { recursive: true, force: true });
  });

  it("is measured against an undisturbed one, which agrees with the file itself", async () => {
    expect(undisturbed).toMatchObject(expectedOf(ROWS));
  });

  it("by SIGKILL, of two processes on one server, is taken over by the other and ends as if nothing had been", async () => {
    const scene = await onServer();
    const people = await preparePeople(scene.database, scene.folder, ROWS);
    const owner = await processOn(scene, "owner");
    const runId = await people.start();
    await until(scene, runId, ({ step }) => step >= 1);
    const other = await processOn(scene, "other");
    const before = await until(scene, runId, ({ step }) => step >= 3);
    expect(before).toMatchObject({ state: "running", lease: 1 });
    const killedAt = performance.now();
    await owner.kill();
    await until(scene, runId, ({ lease }) => lease > 1);
    const took = performance.now() - killedAt;
    console.log(`taken over after ${(took / 1000).toFixed(1)} s (stale after ${STALE_AFTER} s)`);
    expect(took).toBeGreaterThan(STALE_AFTER * 1000 * 0.8);
    expect(await until(scene, runId, ended)).toMatchObject({ lease: 2 });
    expect(await people.found(runId)).toEqual(undisturbed);
    expect(await other.output()).not.toMatch(/fail|interrupt/i);
  });

  it("by SIGTERM hands it over behind its step, and no process has to wait", async () => {
    const scene = await onServer();
    const people = await preparePeople(scene.database, scene.folder, ROWS);
    const owner = await processOn(scene, "owner");
    const runId = await people.start();
    await until(scene, runId, ({ step }) => step >= 1);
    await processOn(scene, "other", NEVER_STALE);
    owner.child.process.kill("SIGTERM");
    await until(scene, runId, ({ lease }) => lease > 1);
    expect(await owner.child.exited).toEqual({ code: 0, signal: null });
    expect(await until(scene, runId, ended)).toMatchObject({ lease: 2 });
    expect(await people.found(runId)).toEqual(undisturbed);
  });

  it("by SIGKILL, of the only process on a file, is taken up at once by the next one", async () => {
    const scene = await onFile();
    const people = await preparePeople(scene.database, scene.folder, ROWS);
    const first = await processOn(scene, "first");
    const runId = await people.start();
    await until(scene, runId, ({ step }) => step >= 3);
    await first.kill();
    const { lease } = await until(scene, runId, () => true);
    expect(lease).toBe(1);
    await processOn(scene, "second", NEVER_STALE);
    await until(scene, runId, (progress) => progress.lease > 1);
    expect(await until(scene, runId, ended)).toMatchObject({ lease: 2 });
    expect(await people.found(runId)).toEqual(undisturbed);
  });
});
