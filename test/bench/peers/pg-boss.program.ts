import { PgBoss } from "pg-boss";
import { peerProgram } from "./program.ts";

const QUEUE = "nothing";

/** Fetch and complete, as its workers do, without their pauses: 24 loops with a job each, or two loops with a hundred each. */
await peerProgram(async ({ jobs, setting, server }) => {
  const [loops, batchSize] = setting === "batched" ? [2, 100] : [24, 1];
  const boss = new PgBoss({ connectionString: server, max: loops + 2, supervise: false, schedule: false });
  boss.on("error", (error) => console.error(error));
  await boss.start();
  await boss.createQueue(QUEUE);
  for (let added = 0; added < jobs; added += 1000) {
    const page = Math.min(1000, jobs - added);
    await boss.insert(
      QUEUE,
      Array.from({ length: page }, () => ({ data: {} })),
    );
  }
  let left = jobs;
  const loop = async () => {
    for (;;) {
      const fetched = await boss.fetch(QUEUE, { batchSize });
      if (!fetched || fetched.length === 0) {
        if (left <= 0) return;
        continue;
      }
      left -= fetched.length;
      await boss.complete(
        QUEUE,
        fetched.map(({ id }) => id),
      );
    }
  };
  return {
    work: async () => {
      await Promise.all(Array.from({ length: loops }, loop));
    },
    close: () => boss.stop({ graceful: false }),
  };
});
