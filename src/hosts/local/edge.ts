import { openSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { projectFolder } from "../node/folder.ts";
import { type Child, startChild } from "./child.ts";
import { programEnvironment } from "./sqld.ts";

/** The Worker in the local edge runtime. */
export interface Edge {
  readonly child: Child;
  readonly url: string;
}

/** The Worker did not start; its log says why. */
export class EdgeStartError extends Error {
  readonly code = "edge_not_started";
  constructor(log: string) {
    super(`The edge runtime ended before the Worker was ready; see ${log}`);
  }
}

/**
 * Starts the Worker of wrangler.toml in wrangler's local runtime, without network, and returns once it serves.
 *
 * @param options.port loopback port
 * @param options.folder where Durable Objects and R2 keep their data
 * @param options.variables variables and secrets; they win over those of wrangler.toml. Written to `options.variablesFile`,
 *   readable by its owner only, since arguments and environments of a process can be seen by others
 * @param options.log file that takes the runtime's and the Worker's output
 * @param options.bucket name of the bucket of files; default: the one of wrangler.toml. The runtime hands out its files to every caller that
 *   knows the name, under `/cdn-cgi/`
 * @param options.configuration another wrangler.toml, for tests
 * @throws {EdgeStartError}
 */
export async function startEdge(options: {
  port: number;
  folder: string;
  variables: Readonly<Record<string, string>>;
  variablesFile: string;
  log: string;
  bucket?: string;
  configuration?: string;
}): Promise<Edge> {
  const lines = Object.entries(options.variables).map(([name, value]) => `${name}=${JSON.stringify(value)}\n`);
  await writeFile(options.variablesFile, lines.join(""), { mode: 0o600 });
  const output = openSync(options.log, "w", 0o600);
  const child = await startChild(
    "edge",
    process.execPath,
    [
      new URL("edge-runtime.ts", import.meta.url).pathname,
      "--config",
      options.configuration ?? `${projectFolder}wrangler.toml`,
      "--env-file",
      options.variablesFile,
      "--port",
      String(options.port),
      "--folder",
      options.folder,
    ],
    {
      cwd: projectFolder,
      stdio: [output, output, "ipc"],
      env: {
        ...programEnvironment(),
        WRANGLER_SEND_METRICS: "false",
        CLOUDFLARE_CF_FETCH_ENABLED: "false",
        WRANGLER_HIDE_BANNER: "true",
        // A page that lists and hands out all data of the local runtime, on the Worker's own port.
        X_LOCAL_EXPLORER: "false",
        X_LOCAL_OBSERVABILITY: "false",
        CI: "true",
        NO_COLOR: "1",
      },
    },
  );
  child.process.send({ bucket: options.bucket ?? null });
  const ready = new Promise<void>((resolve) => {
    child.process.on("message", (message) => {
      if (message === "ready") resolve();
    });
  });
  const ended = child.exited.then(() => {
    throw new EdgeStartError(options.log);
  });
  await Promise.race([ready, ended]);
  ended.catch(() => {});
  return { child, url: `http://127.0.0.1:${options.port}` };
}
