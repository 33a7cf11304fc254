import { openSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { type Child, startChild } from "../../../src/hosts/local/child.ts";
import { programEnvironment } from "../../../src/hosts/local/sqld.ts";
import { projectFolder } from "../../../src/hosts/node/folder.ts";
import { freePorts } from "../../../src/hosts/node/ports.ts";

/** Deno itself, which the package's script only starts: signals have to reach it. */
export const denoBinary = `${projectFolder}node_modules/@deno/linux-x64-glibc/deno`;

/** Seals what these tests store. */
export const SECRETS_KEY = Buffer.alloc(32, 7).toString("base64");

/** The Deno host in a process of its own. */
export interface DenoProcess {
  readonly child: Child;
  readonly url: string;
  /** Everything that it has printed so far. */
  output(): Promise<string>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
}

/** What `GET /health` of every process asks for. */
export const HEALTH_TOKEN = "seen";

/**
 * Starts the Deno host and returns once it serves.
 *
 * @param options.folder its data folder, and the place of its log
 * @param options.database `LIBSQL_URL`; default: the file in its folder, with the demo
 * @param options.staleAfterSeconds default: the host's own
 * @param options.trustedProxies `TRUSTED_PROXIES`; default: none
 * @param options.name of its log; several processes may share a folder
 * @param options.flags of Deno itself, before the program; default: none
 */
export async function startDeno(options: {
  folder: string;
  database?: string;
  staleAfterSeconds?: number;
  trustedProxies?: string;
  name?: string;
  flags?: readonly string[];
}): Promise<DenoProcess> {
  const [port = 0] = await freePorts(1);
  await mkdir(options.folder, { recursive: true });
  const log = `${options.folder}/${options.name ?? "deno"}.log`;
  const output = openSync(log, "w", 0o600);
  // The npm package's own program: its `deno` is a script that starts this one and hides its process.
  const main = `${projectFolder}src/hosts/deno/main.ts`;
  const child = await startChild("deno", denoBinary, ["run", "-A", ...(options.flags ?? []), main], {
    cwd: projectFolder,
    stdio: [output, output],
    env: {
      ...programEnvironment(),
      NO_COLOR: "1",
      PORT: String(port),
      DATA_FOLDER: options.folder,
      SECRETS_KEY,
      HEALTH_TOKEN,
      LIBSQL_URL: options.database ?? "",
      TRUSTED_PROXIES: options.trustedProxies ?? "",
      STALE_AFTER_SECONDS: options.staleAfterSeconds === undefined ? "" : String(options.staleAfterSeconds),
    },
  });
  const url = `http://127.0.0.1:${port}`;
  const started: DenoProcess = {
    child,
    url,
    output: () => readFile(log, "utf8"),
    async kill() {
      if (child.process.exitCode !== null || child.process.signalCode !== null) return;
      child.process.kill("SIGKILL");
      await child.exited;
    },
  };
  let ended = false;
  child.exited.then(() => {
    ended = true;
  });
  while (!(await started.output()).includes("Minutehand is ready")) {
    if (ended) throw new Error(`The Deno host ended before it was ready:\n${await started.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return started;
}
