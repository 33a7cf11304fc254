import { JobSchedulerDuplicateCheck as processor } from "../../../../src/processors/platform/JobSchedulerDuplicateCheck.ts";
import { NOW, type Scenario } from "../../suite/scenario.ts";

const MINUTE = 60_000;

const atWork = (id: number, jobId: number, since: number, silent: number) => ({
  sql: `INSERT INTO runs (id, job_id, client_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, time_zone, state, lease,
      started_at, heartbeat_at, created_at)
    VALUES (?, ?, 1, 'schedule', ?, ?, 'Gone', 'Gone', 'light', '{}', 'UTC', 'running', 1, ?, ?, 0)`,
  args: [id, jobId, NOW - since * MINUTE, NOW - since * MINUTE, NOW - since * MINUTE, NOW - silent * MINUTE],
});

export const JobSchedulerDuplicateCheck: Scenario = {
  processor,
  name: "duplicates, runs that no runner takes up, and triggers left behind",
  parameters: {},
  badParameters: [
    [{ lateMinutes: 0 }, "lateMinutes"],
    [{ lateMinute: 5 }, "lateMinute"],
  ],
  async seed({ database }, bystanders) {
    const job = (id: number, cron: string | null) => ({
      sql: "INSERT INTO jobs (id, name, processor, client_id, cron, created_at, updated_at) VALUES (?, ?, 'Gone', 1, ?, 0, 0)",
      args: [id, `Job ${id}`, cron],
    });
    const trigger = (id: number, jobId: number, next: number | null) => ({
      sql: "INSERT INTO triggers (id, job_id, client_id, time_zone, next_fire_at, created_at, updated_at) VALUES (?, ?, 1, 'UTC', ?, 0, 0)",
      args: [id, jobId, next],
    });
    const heard = NOW - 30 * MINUTE;
    await database.batch(
      [
        atWork(1001, 21, 9, 0),
        atWork(1002, 21, 5, 0),
        atWork(1003, 21, 3, 0),
        atWork(1004, 22, 40, 30),
        {
          sql: "INSERT INTO processor_state (processor, client_id, node_id, key, value) VALUES (?, 0, '', 'silent:1004', ?)",
          args: [processor.id, JSON.stringify({ lease: 1, heartbeat: heard, wakes: 3 })],
        },
        job(11, "0 0 5 * * ?"),
        job(12, "0 0 5 * * ?"),
        job(13, "0 0 5 * * ?"),
        job(14, null),
        trigger(1, 11, null),
        trigger(2, 12, NOW - 60 * MINUTE),
        trigger(3, 13, NOW + 60 * MINUTE),
        trigger(4, 14, null),
        ...Array.from({ length: bystanders }, (_, index) =>
          job(100 + index, `0 ${index % 60} ${Math.floor(index / 60)} * * ?`),
        ),
        ...Array.from({ length: bystanders }, (_, index) => trigger(100 + index, 100 + index, NOW + 60 * MINUTE)),
      ],
      "write",
    );
  },
};

/** A run without a runner, whose runner is woken, each time it is looked at. */
export const JobSchedulerDuplicateCheckWaking: Scenario = {
  processor,
  name: "a run that gives no sign of life",
  parameters: {},
  badParameters: [],
  again: "ok",
  goesOn: true,
  async seed({ database }, bystanders) {
    await database.batch([atWork(1001, 21, 40, 30), atWork(1002, 22, 40, 30), atWork(1003, 23, 5, 0)], "write");
    const heard = Array.from({ length: bystanders }, (_, index) => atWork(2000 + index, 100 + index, 2, 0));
    if (heard.length > 0) await database.batch(heard, "write");
  },
};
