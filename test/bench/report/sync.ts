import type { HostKind } from "../hosts/measured-host.ts";

const LEVELS = ["OFF", "NORMAL", "FULL", "EXTRA"];

/**
 * How durable a host's database is, in words: what it says of its own journal and of waiting for the disk. In WAL mode FULL waits for
 * the disk at each commit, NORMAL at checkpoints only: a power cut can then take back the last commits, though never tear one.
 */
export async function syncWords(kind: HostKind): Promise<string> {
  const host = await kind.open();
  try {
    const [journal, synchronous] = await Promise.all(
      ["journal_mode", "synchronous"].map(async (name) => {
        const result = await host.database.execute(`PRAGMA ${name}`);
        return String(Object.values(result.rows[0] ?? {})[0]);
      }),
    );
    return `${journal?.toUpperCase()}, synchronous ${LEVELS[Number(synchronous)] ?? synchronous}`;
  } finally {
    await host.close();
  }
}
