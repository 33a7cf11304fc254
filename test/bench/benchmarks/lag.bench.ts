import { createJob } from "../../../src/administration/jobs/jobs.ts";
import { peopleFile } from "../../../src/demo/demo-people.ts";
import { catalogue } from "../../../src/processors/all.ts";
import { openEdgeSystem } from "../../harness/edge/edge-system.ts";
import { signIn } from "../../harness/edge/manager.ts";

const SECONDS = 75;

/** The value below which a share of the sorted numbers lie. */
const at = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;

/**
 * How late runs start on the real edge runtime: a job each ten seconds, beside an import of 50,000 people for the same
 * client. Beside it, as the peer in the same run, how late a bare timer of this process fires.
 */
export default async function bench(): Promise<void> {
  const { system, close } = await openEdgeSystem();
  try {
    const { database } = system;
    await database.execute(
      "INSERT INTO clients (key, name, time_zone, created_at, updated_at) VALUES ('north', 'North', 'Europe/Berlin', 0, 0)",
    );
    await database.execute(
      "INSERT INTO import_configs (client_id, kind, name, created_at, updated_at) VALUES (1, 'user_csv', 'People', 0, 0)",
    );
    const ports = { control: database, catalogue };
    await createJob(
      ports,
      { name: "Often", processor: "ExpiredCoursesToCompleted", clientId: 1, cron: "*/10 * * * * ?" },
      "bench",
      Date.now(),
    );
    await createJob(ports, { name: "People", processor: "UserImport", clientId: 1 }, "bench", Date.now());
    await system.start();
    const manager = await signIn(system);
    await manager.upload(1, "people.csv", peopleFile(50_000, 20).text);
    await system.tick();
    const ticked = Date.now();
    await manager.post("/admin/jobs/2/start", { clientId: "1" });

    const timers: number[] = [];
    const until = Date.now() + SECONDS * 1000;
    while (Date.now() < until) {
      const due = Math.floor(Date.now() / 1000) * 1000 + 1000;
      await new Promise((resolve) => setTimeout(resolve, due - Date.now()));
      timers.push(Date.now() - due);
      if (due % 60_000 === 0) await system.tick();
    }
    const runs = await database.execute({
      // What came due before the first tick had planned it says nothing about the runner.
      sql: "SELECT started_at - due_at AS lag FROM runs WHERE job_id = 1 AND started_at IS NOT NULL AND due_at > ? ORDER BY lag",
      args: [ticked + 5000],
    });
    const lags = runs.rows.map((row) => Number(row.lag));
    const beside = await database.execute(
      "SELECT state, progress_done, ended_at - started_at AS took FROM runs WHERE job_id = 2",
    );
    timers.sort((a, b) => a - b);
    console.log(
      `A job with */10 * * * * ? beside an import of 50,000 people for the same client (${JSON.stringify(beside.rows[0])})`,
    );
    console.log(
      `started late by     median ${at(lags, 0.5)} ms   p95 ${at(lags, 0.95)} ms   most ${lags.at(-1)} ms   (${lags.length} runs)`,
    );
    console.log(
      `a bare timer here   median ${at(timers, 0.5)} ms   p95 ${at(timers, 0.95)} ms   most ${timers.at(-1)} ms`,
    );
  } finally {
    await close();
  }
}
