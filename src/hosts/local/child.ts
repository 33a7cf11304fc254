import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";

/** How a child process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program that runs beside us, with everything that it starts itself. */
export interface Child {
  readonly name: string;
  readonly process: ChildProcess;
  /** Settles when the program has ended, for whatever reason; whatever it had started is ended too. */
  readonly exited: Promise<Exit>;
  /** Asks it to end (SIGTERM) and makes it end after `graceMs` (default 5,000). Returns once it is gone. */
  stop(graceMs?: number): Promise<void>;
}

/** A program that we need is not there. */
export class ProgramMissingError extends Error {
  readonly code = "program_missing";
  readonly program: string;
  constructor(program: string, cause: unknown) {
    super(`${program} is not on the PATH; npm installs it on Linux x64, elsewhere bring your own`, { cause });
    this.program = program;
  }
}

/** Sent to a whole process group; one that is gone already is fine. */
function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/**
 * A shell that does nothing but wait for our end of its pipe to close, which the system does for us even after SIGKILL,
 * and then ends the group, within 3 s. It has a session of its own, so that a Ctrl-C in the terminal does not reach it.
 */
function leash(leader: number): ChildProcess {
  // Without `--`, which dash does not know: after a signal's name a negative number means a group everywhere.
  const script = `read -r _
    kill -TERM "-$0"
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
      kill -0 "-$0" || exit
      sleep 0.2
    done
    kill -KILL "-$0"`;
  const shell = spawn("sh", ["-c", script, String(leader)], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  shell.unref();
  return shell;
}

const running = new Set<Child>();

/** Stops every program that {@link startChild} started and that still runs. */
export async function stopChildren(): Promise<void> {
  await Promise.all([...running].map((child) => child.stop()));
}

/**
 * Starts a program as leader of its own process group, which ends with it, and on a leash, so that it ends with us.
 *
 * @param options.stdio as `spawn` takes it, from standard output on; standard input is closed
 * @throws {ProgramMissingError}
 */
export async function startChild(
  name: string,
  program: string,
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; cwd?: string; stdio: Extract<StdioOptions, unknown[]> },
): Promise<Child> {
  const child = spawn(program, args, {
    detached: true,
    env: options.env,
    stdio: ["ignore", ...options.stdio],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error) => reject(new ProgramMissingError(program, error)));
  });
  const leader = child.pid ?? 0;
  const guard = leash(leader);
  const exited = new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) => {
      running.delete(started);
      guard.kill("SIGKILL");
      signalGroup(leader, "SIGKILL");
      resolve({ code, signal });
    });
  });
  const started: Child = {
    name,
    process: child,
    exited,
    async stop(graceMs = 5000) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      signalGroup(leader, "SIGTERM");
      const force = setTimeout(() => signalGroup(leader, "SIGKILL"), graceMs);
      await exited;
      clearTimeout(force);
    },
  };
  running.add(started);
  return started;
}
