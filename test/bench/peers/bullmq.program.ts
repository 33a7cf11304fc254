import { Queue, Worker } from "bullmq";
import { counted, peerProgram } from "./program.ts";

const QUEUE = "nothing";

/** One worker with 100 at once; finished jobs are removed. */
await peerProgram(async ({ jobs, server }) => {
  const connection = { path: server, maxRetriesPerRequest: null } as const;
  const queue = new Queue(QUEUE, { connection, defaultJobOptions: { removeOnComplete: true } });
  for (let added = 0; added < jobs; added += 1000) {
    const page = Math.min(1000, jobs - added);
    await queue.addBulk(Array.from({ length: page }, () => ({ name: "nothing", data: {} })));
  }
  await queue.close();
  const { done, all } = counted(jobs);
  const worker = new Worker(QUEUE, async () => undefined, { connection, concurrency: 100, autorun: false });
  worker.on("completed", done);
  worker.on("error", (error) => console.error(error));
  return {
    async work() {
      void worker.run();
      await all;
    },
    close: () => worker.close(),
  };
});
