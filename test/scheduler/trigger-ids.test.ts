import { describe, expect, it } from "vitest";
import { bundles } from "../../drizzle/bundles.ts";
import { setClientActive } from "../../src/administration/clients/clients.ts";
import { createJob } from "../../src/administration/jobs/jobs.ts";
import { createCatalogue } from "../../src/processors/catalogue.ts";
import { tick } from "../../src/scheduler/tick.ts";
import type { Database } from "../../src/store/database.ts";
import { migrate } from "../../src/store/migrations.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { completing } from "../harness/runner/processors.ts";
import { addClient } from "../harness/runner/runner.ts";

const NOON = Date.parse("2026-03-02T12:00:00Z");
const BY = "ada@example.com";
const catalogue = createCatalogue([completing({ id: "Work" })]);

/** Saves a job for all clients that fires at 12:01. */
async function addJob(control: Database): Promise<number> {
  const job = { name: "Job", processor: "Work", cron: "0 1 12 * * ?" };
  const saved = await createJob({ control, catalogue }, job, BY, NOON - 1000);
  if (saved.state !== "saved") throw new Error("The job was not saved");
  return saved.jobId;
}

/** A client that comes when there are jobs already. */
async function joinClient(control: Database, key: string): Promise<number> {
  const id = await addClient(control, key);
  const ports = { control, catalogue };
  await setClientActive(ports, id, false, BY, NOON - 1000);
  await setClientActive(ports, id, true, BY, NOON - 1000);
  return id;
}

/** Pages that the tick changes which plans a job, as the write-ahead log counts them. */
async function pagesOfTick(control: Database, jobId: number): Promise<number> {
  await control.execute("UPDATE triggers SET next_fire_at = next_fire_at + 86400000");
  await control.execute({ sql: "UPDATE triggers SET next_fire_at = ? WHERE job_id = ?", args: [NOON + 60_000, jobId] });
  await control.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  const { planned } = await tick({ control }, NOON, "cron");
  if (planned === 0) throw new Error("Nothing was planned");
  const { rows } = await control.execute("PRAGMA wal_checkpoint(PASSIVE)");
  return Number(rows[0]?.log);
}

describe("the triggers of a job", () => {
  it("lie together, in whatever order jobs and clients came", async () => {
    const control = await freshFileDatabase();
    await joinClient(control, "north");
    await addJob(control);
    await joinClient(control, "south");
    await addJob(control);
    await joinClient(control, "west");
    await setClientActive({ control, catalogue }, 1, false, BY, NOON);
    await setClientActive({ control, catalogue }, 1, true, BY, NOON);
    const { rows } = await control.execute("SELECT job_id, client_id FROM triggers ORDER BY id");
    expect(rows.map((row) => [row.job_id, row.client_id])).toEqual([
      [1, 2],
      [1, 3],
      [1, 1],
      [2, 2],
      [2, 3],
      [2, 1],
    ]);
  });

  it("change a tick's pages by their own number, not by that of all triggers", async () => {
    const pages: number[] = [];
    for (const jobs of [2, 200]) {
      const control = await freshFileDatabase();
      for (let job = 0; job < jobs; job += 1) await addJob(control);
      for (let client = 0; client < 40; client += 1) await joinClient(control, `client-${client}`);
      pages.push(await pagesOfTick(control, 1));
    }
    const [few = 0, many = 0] = pages;
    expect(many).toBeLessThan(few * 1.3);
  });

  it("of an earlier release are laid together by its migration, and go on as they stood", async () => {
    const control = await freshFileDatabase([]);
    const later = bundles.control.findIndex(({ name }) => name.includes("lie_together"));
    await migrate(control, "control", bundles.control.slice(0, later), 0);
    await control.execute(`INSERT INTO triggers (job_id, client_id, revision, time_zone, next_fire_at, created_at, updated_at)
      VALUES (1, 1, 4, 'UTC', 10, 0, 0), (2, 1, 5, 'UTC', 20, 0, 0), (1, 2, 6, 'UTC', 30, 0, 0)`);
    await migrate(control, "control", bundles.control, 0);
    const { rows } = await control.execute(
      "SELECT job_id, client_id, revision, next_fire_at FROM triggers WHERE id >= 268435456 ORDER BY id",
    );
    expect(rows.map((row) => [row.job_id, row.client_id, row.revision, row.next_fire_at])).toEqual([
      [1, 1, 4, 10],
      [1, 2, 6, 30],
      [2, 1, 5, 20],
    ]);
  });
});
