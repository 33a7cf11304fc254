import { beforeEach, describe, expect, it } from "vitest";
import { startByEvent } from "../../../src/control/runs/event-runs.ts";
import type { Database } from "../../../src/store/database.ts";
import { Stage } from "../../harness/stage.ts";
import { insert } from "../../learning/rows.ts";

const NOW = 1_000_000;
const run = { id: 77, clientId: 1 };

let database: Database;
beforeEach(async () => {
  database = await Stage.fresh();
});

const job = (
  id: number,
  values: Readonly<Record<string, string | number>> = {},
  trigger: Readonly<Record<string, string | number>> = {},
) =>
  Promise.all([
    insert(database, "jobs", { id, client_id: 0, name: `Job ${id}`, processor: "CreateSolrIndex", ...values }),
    insert(database, "triggers", { job_id: id, time_zone: "Europe/Berlin", ...trigger }),
  ]);
const started = async () =>
  (await database.execute("SELECT job_id, client_id, kind, state, parameters, due_at, time_zone FROM runs ORDER BY id"))
    .rows;

describe("a start by an event", () => {
  it("queues a run of each active job of the processor that serves the client, with its parameters on top of the job's", async () => {
    await job(1, { parameters: '{"chunkSize":5,"indexes":["a"]}' });
    await job(2, { active: 0 });
    await job(3, { deleted_at: 5 });
    await job(4, { processor: "License" });
    await job(5, {}, { client_id: 2 });
    await job(6, {}, { paused_until: NOW + 1 });
    await job(7, {}, { paused_until: NOW });
    expect(await startByEvent(database, run, "CreateSolrIndex", { indexes: ["b"] }, NOW)).toBe(2);
    expect(await started()).toMatchObject([
      {
        job_id: 1,
        client_id: 1,
        kind: "event",
        state: "queued",
        parameters: '{"chunkSize":5,"indexes":["b"]}',
        due_at: NOW,
        time_zone: "Europe/Berlin",
      },
      { job_id: 7 },
    ]);
  });

  it("adds nothing when the same run asks again, and says how many there are", async () => {
    await job(1);
    for (const _ of [1, 2]) expect(await startByEvent(database, run, "CreateSolrIndex", {}, NOW)).toBe(1);
    expect(await started()).toHaveLength(1);
    expect(await startByEvent(database, { ...run, id: 78 }, "CreateSolrIndex", {}, NOW + 1)).toBe(1);
    expect(await started()).toHaveLength(2);
  });
});
