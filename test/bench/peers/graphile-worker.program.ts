import { EventEmitter } from "node:events";
import { Logger, makeWorkerUtils, run } from "graphile-worker";
import { counted, peerProgram } from "./program.ts";

/** 24 at once, each job fetched and completed by itself; or with a local queue and completions in batches, as its page on performance says. */
await peerProgram(async ({ jobs, setting, server }) => {
  const options = { connectionString: server, logger: new Logger(() => () => undefined) };
  const tools = await makeWorkerUtils(options);
  await tools.migrate();
  for (let added = 0; added < jobs; added += 1000) {
    const page = Math.min(1000, jobs - added);
    await tools.addJobs(Array.from({ length: page }, () => ({ identifier: "nothing", payload: {} })));
  }
  await tools.release();
  const { done, all } = counted(jobs);
  const events = new EventEmitter();
  events.on("job:complete", done);
  let runner: Awaited<ReturnType<typeof run>> | null = null;
  return {
    async work() {
      runner = await run({
        ...options,
        taskList: { nothing: async () => undefined },
        events,
        noHandleSignals: true,
        preset: {
          worker: {
            concurrentJobs: 24,
            maxPoolSize: 26,
            ...(setting === "batched" ? { localQueue: { size: 500 }, completeJobBatchDelay: 0 } : {}),
          },
        },
      });
      await all;
    },
    close: async () => {
      await runner?.stop();
    },
  };
});
