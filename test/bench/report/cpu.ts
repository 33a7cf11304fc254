import { readdirSync, readFileSync } from "node:fs";

/** One tick of the kernel's clock for CPU times (ms): USER_HZ is 100 on every Linux that Node runs on. */
const TICK_MS = 10;

/** What the kernel says of a process in /proc/<pid>/stat. */
interface Stat {
  readonly pid: number;
  readonly parent: number;
  /** Time (ms) on the processor, in user and system mode, that of children which have ended included. */
  readonly cpuMs: number;
}

function readStat(pid: number): Stat | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    // It has ended between the two looks.
    return null;
  }
  // The name in brackets may hold spaces and brackets; numbers follow the last one.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const ticks = [11, 12, 13, 14].map((field) => Number(fields[field])).reduce((a, b) => a + b, 0);
  return { pid, parent: Number(fields[1]), cpuMs: ticks * TICK_MS };
}

function allStats(): Stat[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStat(Number(name)) ?? []);
}

/** A process and everything below it. */
function family(root: number): Stat[] {
  const stats = allStats();
  const known = new Set([root]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const { pid, parent } of stats) {
      if (!known.has(parent) || known.has(pid)) continue;
      known.add(pid);
      grown = true;
    }
  }
  return stats.filter(({ pid }) => known.has(pid));
}

/** Ids of a process and of everything below it. Linux only. */
export function familyOf(root: number): number[] {
  return family(root).map(({ pid }) => pid);
}

/**
 * Time (ms) that a process and everything below it have spent on the processor since they started, in steps of 10 ms. Linux only.
 *
 * @param root its id; null: none, 0 ms
 */
export function cpuOf(root: number | null): number {
  return root === null ? 0 : family(root).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

/** Share of the machine's processors, 0 to 1, that was busy since this was called, with our work or with other work. Linux only. */
export function busyShare(): () => number {
  const read = () => {
    const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n");
    const ticks = line.split(/\s+/).slice(1, 9).map(Number);
    const all = ticks.reduce((a, b) => a + b, 0);
    return { all, idle: (ticks[3] ?? 0) + (ticks[4] ?? 0) };
  };
  const before = read();
  return () => {
    const after = read();
    return 1 - (after.idle - before.idle) / Math.max(1, after.all - before.all);
  };
}
