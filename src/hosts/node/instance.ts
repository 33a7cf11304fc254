import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { Child } from "../local/child.ts";

/** Another process works on this data folder. */
export class AlreadyRunningError extends Error {
  readonly code = "already_running";
  readonly pid: number;
  constructor(pid: number) {
    super(`Minutehand already runs here as process ${pid}; stop it first (Ctrl-C there)`);
    this.pid = pid;
  }
}

/** A process as the system knows it; the start tells it from a later one of the same number. */
interface KnownProcess {
  readonly pid: number;
  readonly startedAt: string;
}

interface Register {
  readonly owner: KnownProcess;
  readonly children: readonly KnownProcess[];
}

/** The claim of one `npm start` on its data folder. */
export interface Instance {
  /** Writes down a program, so that the next start can end it should this process and its guard both be killed. */
  register(child: Child): Promise<void>;
  release(): Promise<void>;
}

/**
 * Claims a data folder: two servers on one database file would spoil it. What an earlier start left running is ended.
 * @throws {AlreadyRunningError}
 */
export async function claimInstance(folder: string): Promise<Instance> {
  const path = `${folder}/processes.json`;
  const owner = await describe(process.pid);
  for (;;) {
    const mine: Register = { owner, children: [] };
    try {
      await writeFile(path, JSON.stringify(mine), { flag: "wx" });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const found = await read(path);
    if (found && (await runs(found.owner))) throw new AlreadyRunningError(found.owner.pid);
    for (const child of found?.children ?? []) await endGroup(child);
    await rm(path, { force: true });
  }
  const children: KnownProcess[] = [];
  return {
    async register(child) {
      if (child.process.pid === undefined) return;
      children.push(await describe(child.process.pid));
      await writeFile(path, JSON.stringify({ owner, children } satisfies Register));
    },
    release: () => rm(path, { force: true }),
  };
}

async function read(path: string): Promise<Register | null> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Register;
  } catch {
    // Gone meanwhile, or cut off by a crash while it was written: it names no process.
    return null;
  }
}

async function describe(pid: number): Promise<KnownProcess> {
  return { pid, startedAt: (await startOf(pid)) ?? "" };
}

async function runs(known: KnownProcess): Promise<boolean> {
  const startedAt = await startOf(known.pid);
  return startedAt !== null && startedAt === known.startedAt;
}

/** When a process started, in the system's own words; null when there is none. */
async function startOf(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold blanks; the state follows it, the start is the 20th field from there (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? null : (fields[19] ?? null);
  } catch {
    // No such process, or no /proc.
  }
  try {
    const { stdout } = await promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)]);
    return stdout.trim() || null;
  } catch {
    return null;
  }
}

async function endGroup(leader: KnownProcess): Promise<void> {
  while (await runs(leader)) {
    try {
      process.kill(-leader.pid, "SIGKILL");
    } catch {
      // Ended by itself meanwhile.
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
