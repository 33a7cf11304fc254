import { readdir, readFile, readlink } from "node:fs/promises";

/** A process of this machine, zombies left out: they are gone and only wait for their parent to notice. */
export interface RunningProcess {
  readonly pid: number;
  readonly group: number;
  readonly command: string;
}

/** Every process that runs now. Linux only, as the tests are. */
export async function runningProcesses(): Promise<RunningProcess[]> {
  const names = await readdir("/proc");
  const found = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => {
        try {
          const stat = await readFile(`/proc/${name}/stat`, "utf8");
          const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
          const command = (await readFile(`/proc/${name}/cmdline`, "utf8")).replaceAll("\0", " ").trim();
          return state === "Z" ? null : { pid: Number(name), group: Number(group), command };
        } catch {
          // It ended while we looked.
          return null;
        }
      }),
  );
  return found.filter((one) => one !== null);
}

type Fits = (one: RunningProcess) => boolean;

/** Looks until `found` answers something, at most `within` ms. */
async function lookUntil<T>(
  within: number,
  found: (all: RunningProcess[]) => T | null,
  complaint: () => string,
): Promise<T> {
  const deadline = performance.now() + within;
  for (;;) {
    const answer = found(await runningProcesses());
    if (answer !== null) return answer;
    if (performance.now() > deadline) throw new Error(complaint());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Resolves once no process fits; rejects, naming them, when some still do after `within` ms. */
export async function untilGone(fits: Fits, within: number): Promise<void> {
  let left: RunningProcess[] = [];
  const none = (all: RunningProcess[]) => {
    left = all.filter(fits);
    return left.length === 0 ? true : null;
  };
  await lookUntil(within, none, () => `Still there: ${JSON.stringify(left)}`);
}

/** The first process that fits, once there is one; rejects when there is none after `within` ms. */
export function untilThere(fits: Fits, within: number): Promise<RunningProcess> {
  return lookUntil(
    within,
    (all) => all.find(fits) ?? null,
    () => "There is no such process",
  );
}

/** TCP ports that processes listen on (IPv4 and IPv6), from the system's own tables. */
export async function listeningPorts(pids: readonly number[]): Promise<number[]> {
  const tables = await Promise.all(
    ["tcp", "tcp6"].map((name) => readFile(`/proc/net/${name}`, "utf8").catch(() => "")),
  );
  const ports = new Map<string, number>();
  for (const line of tables.join("\n").split("\n")) {
    const fields = line.trim().split(/\s+/);
    // 0A: it listens (proc(5), include/net/tcp_states.h).
    if (fields[3] === "0A") ports.set(`socket:[${fields[9]}]`, Number.parseInt(fields[1]?.split(":").at(-1) ?? "", 16));
  }
  const found = new Set<number>();
  for (const pid of pids) {
    for (const name of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const port = ports.get(await readlink(`/proc/${pid}/fd/${name}`).catch(() => ""));
      if (port !== undefined) found.add(port);
    }
  }
  return [...found];
}
