import { parseArgs } from "node:util";
import { unstable_startWorker as startWorker } from "wrangler";

/**
 * A program of its own: the Worker in wrangler's local runtime, on a loopback port. It waits for a message
 * `{ bucket }` from its parent, sends `ready` once it serves, and ends with SIGTERM.
 *
 * It is started through wrangler's interface rather than its command line, because only there the debugger can be left out, whose
 * port lets pages of other local servers read the Worker's memory, and the registry that shares Workers between processes.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      config: { type: "string", default: "" },
      "env-file": { type: "string", default: "" },
      port: { type: "string", default: "0" },
      folder: { type: "string", default: "" },
    },
  });
  const { bucket } = await new Promise<{ bucket: string | null }>((resolve) => process.once("message", resolve));
  const worker = await startWorker({
    config: values.config,
    envFiles: [values["env-file"]],
    ...(bucket === null ? {} : { bindings: { FILES: { type: "r2_bucket", bucket_name: bucket } } }),
    dev: {
      server: { hostname: "127.0.0.1", port: Number(values.port) },
      inspector: false,
      registry: undefined,
      persist: values.folder,
      remote: false,
      liveReload: false,
      // Its words on each request would hold the tokens of reports' links.
      logLevel: "warn",
    },
  });
  process.on("SIGTERM", () => {
    void worker.dispose().finally(() => process.exit(0));
  });
  await worker.ready;
  process.send?.("ready");
}

await main();
