import { openSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { type Child, startChild } from "./child.ts";
import { projectFolder } from "./folder.ts";
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
 * @param options.configuration another wrangler.toml, for tests
 * @throws {EdgeStartError}
 */
export async function startEdge(options: {
  port: number;
  folder: string;
  variables: Readonly<Record<string, string>>;
  variablesFile: string;
  log: string;
  configuration?: string;
}): Promise<Edge> {
  const lines = Object.entries(options.variables).map(([name, value]) => `${name}=${JSON.stringify(value)}\n`);
  await writeFile(options.variablesFile, lines.join(""), { mode: 0o600 });
  const output = openSync(options.log, "w", 0o600);
  const child = await startChild(
    "edge",
    process.execPath,
    [
      `${projectFolder}node_modules/wrangler/bin/wrangler.js`,
      "dev",
      "--config",
      options.configuration ?? `${projectFolder}wrangler.toml`,
      "--env-file",
      options.variablesFile,
      "--ip",
      "127.0.0.1",
      "--port",
      String(options.port),
      "--inspector-port",
      "0",
      "--persist-to",
      options.folder,
      "--show-interactive-dev-session=false",
      // Its words on each request would hold the tokens of reports' links.
      "--log-level",
      "warn",
    ],
    {
      cwd: projectFolder,
      stdio: [output, output, "ipc"],
      env: {
        ...programEnvironment(),
        WRANGLER_SEND_METRICS: "false",
        CLOUDFLARE_CF_FETCH_ENABLED: "false",
        WRANGLER_HIDE_BANNER: "true",
        CI: "true",
        NO_COLOR: "1",
      },
    },
  );
  const ready = new Promise<void>((resolve) => {
    // wrangler's own word to a parent process: {"event":"DEV_SERVER_READY","ip":...,"port":...}.
    child.process.on("message", (message) => {
      if (String(message).includes("DEV_SERVER_READY")) resolve();
    });
  });
  const ended = child.exited.then(() => {
    throw new EdgeStartError(options.log);
  });
  await Promise.race([ready, ended]);
  ended.catch(() => {});
  return { child, url: `http://127.0.0.1:${options.port}` };
}
