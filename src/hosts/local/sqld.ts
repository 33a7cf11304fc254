import { openSync } from "node:fs";
import { delimiter } from "node:path";
import { freePorts } from "../node/ports.ts";
import { type Child, startChild } from "./child.ts";

/** A running libSQL server. */
export interface Sqld {
  readonly child: Child;
  /** For `@libsql/client`. */
  readonly url: string;
  /** Creates and deletes namespaces; only with `namespaces`. */
  readonly adminUrl: string;
}

const binaries = new URL("../../../node_modules/.bin", import.meta.url).pathname;

/** The environment of our programs: ours, with the project's own binaries first on the PATH. */
export function programEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH ?? ""}` };
}

/**
 * Starts sqld on loopback ports and returns once it answers.
 *
 * @param options.folder where its data lies
 * @param options.log file that takes its output
 * @param options.namespaces serve many databases, chosen by the header `x-namespace-bin`; default false
 * @param options.port where it serves; default: a free port
 * @param options.publicKey tokens of {@link makeSqldAccess} are asked for; without it every program that reaches the port may do
 *   everything, any page in a browser of this machine too: for tests only
 * @throws Error when it ends before it answers; its log says why.
 */
export async function startSqld(options: {
  folder: string;
  log: string;
  namespaces?: boolean;
  port?: number;
  publicKey?: string;
}): Promise<Sqld> {
  const [freePort, adminPort] = await freePorts(2);
  const port = options.port ?? freePort;
  const url = `http://127.0.0.1:${port}`;
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  const output = openSync(options.log, "w", 0o600);
  const args = ["--db-path", options.folder, "--http-listen-addr", `127.0.0.1:${port}`];
  if (options.namespaces) {
    args.push("--admin-listen-addr", `127.0.0.1:${adminPort}`, "--enable-namespaces", "--max-active-namespaces", "500");
  }
  const child = await startChild("sqld", "sqld", [...args, "--disable-metrics", "--no-welcome"], {
    env: {
      ...programEnvironment(),
      RUST_LOG: "warn",
      ...(options.publicKey === undefined ? {} : { SQLD_AUTH_JWT_KEY: options.publicKey }),
    },
    stdio: [output, output],
  });
  let ended = false;
  child.exited.then(() => {
    ended = true;
  });
  while (!(await answers(`${url}/health`))) {
    if (ended) throw new Error(`sqld ended before it answered; see ${options.log}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { child, url, adminUrl };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
