import { parentPort } from "node:worker_threads";
import { simulate } from "./batch.ts";
import { defects } from "./defects.ts";
import type { Share } from "./pool.ts";

/** Lives through the share that it is sent and answers with its report; ends when its parent does. */
parentPort?.on("message", ({ from, count, defect: name }: Share) => {
  const defect = defects.find((one) => one.name === name) ?? null;
  void simulate(from, count, defect).then((report) => parentPort?.postMessage(report));
});
