import { parentPort } from "node:worker_threads";
import { simulate } from "./batch.ts";

/** Lives through the share that it is sent and answers with its report; ends when its parent does. */
parentPort?.on("message", ({ from, count }: { from: number; count: number }) => {
  void simulate(from, count).then((report) => parentPort?.postMessage(report));
});
