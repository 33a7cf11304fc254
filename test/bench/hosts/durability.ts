import { figure } from "../report/figures.ts";
import { burst } from "./burst.ts";
import type { HostKind } from "./measured-host.ts";

const LEVELS = ["OFF", "NORMAL", "FULL", "EXTRA"];

/**
 * How durable a host's database is, in words. First what a new connection to it has: in WAL mode FULL waits for the disk at each
 * commit, NORMAL at checkpoints only: a power cut can then take back the last commits, though never tear one. Then what its processes
 * were seen to do: how often they asked the disk to keep what was written, for each of 40 runs that were due at once.
 */
export async function durabilityWords(kind: HostKind): Promise<string> {
  const host = await kind.open();
  let settings: (string | undefined)[];
  try {
    settings = await Promise.all(
      ["journal_mode", "synchronous"].map(async (name) => {
        const result = await host.database.execute(`PRAGMA ${name}`);
        return String(Object.values(result.rows[0] ?? {})[0]);
      }),
    );
  } finally {
    await host.close();
  }
  const [journal = "", synchronous = ""] = settings;
  const { syncsPerRun } = await burst(kind, { clients: 10, perClient: 4 }, { limitMs: 20_000, countSyncs: true });
  const seen = Number.isNaN(syncsPerRun) ? "fsyncs not counted (no strace)" : `${figure(syncsPerRun)} fsyncs/run`;
  return `${journal.toUpperCase()}, ${LEVELS[Number(synchronous)] ?? synchronous}; ${seen}`;
}
