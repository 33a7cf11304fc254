import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";

/** Where Linux keeps files in memory. */
const SHARED_MEMORY = "/dev/shm";

/** Of a run's folder; the number of its process follows. */
const PREFIX = "minutehand-tests-";

/** What the tests of a run may need at once, the unpacked browser included, and what has to remain besides. Bytes. */
const NEEDED = 3e9;
const SPARE = 3e9;

/**
 * A folder in memory for everything that the tests of a run write, gone when this process ends; null where there is no room. What was
 * written survives the kill of a program there too; that it survives the machine is no test's claim. An empty database is copied,
 * opened, written and closed there in 1 ms, on a slow disk in 10.
 */
export function memoryFolder(): string | null {
  const own = join(SHARED_MEMORY, `${PREFIX}${process.pid}-`);
  // The configuration is read once for each project.
  if (process.env.TMPDIR?.startsWith(own)) return process.env.TMPDIR;
  if (!hasRoom()) return null;
  removeLeftBehind();
  const folder = mkdtempSync(own);
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Folders of runs that were killed: memory is not to be had back otherwise. */
function removeLeftBehind(): void {
  for (const name of readdirSync(SHARED_MEMORY)) {
    const pid = name.startsWith(PREFIX) ? /^\d+/.exec(name.slice(PREFIX.length))?.[0] : undefined;
    if (pid && !existsSync(`/proc/${pid}`)) rmSync(join(SHARED_MEMORY, name), { recursive: true, force: true });
  }
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(SHARED_MEMORY);
    const available = Number(/^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1]) * 1024;
    return bavail * bsize >= NEEDED && available >= NEEDED + SPARE;
  } catch {
    return false;
  }
}
