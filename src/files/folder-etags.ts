import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import type { FileHandle } from "node:fs/promises";

const CHUNK_BYTES = 256 * 1024;

/** Files of which the etag is kept; about 10 MB of memory. */
const MOST_KEPT = 100_000;

/** How often a file is read anew that changes while it is read. */
const TRIES = 3;

/** What changes when a file's content does, short of a program that sets the time of change back. */
function stampOf({ dev, ino, size, mtimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs].map((part) => part.toString(36)).join("-");
}

/** The MD5 of files on a disk, each read once: kept by inode, size and time of change, the most recently asked for. */
export class FolderEtags {
  /** Stamp to etag, the least recently asked for first. */
  readonly #kept = new Map<string, string>();

  /** The etag of a file that was read or written before and has not changed; null: it has to be read. */
  known(stats: BigIntStats): string | null {
    const stamp = stampOf(stats);
    const etag = this.#kept.get(stamp);
    if (etag === undefined) return null;
    this.#kept.delete(stamp);
    this.#kept.set(stamp, etag);
    return etag;
  }

  keep(stats: BigIntStats, etag: string): void {
    this.#kept.set(stampOf(stats), etag);
    if (this.#kept.size <= MOST_KEPT) return;
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest);
      return;
    }
  }

  /** The etag of an open file, with what the file was like when its content was that. */
  async of(handle: FileHandle): Promise<{ readonly stats: BigIntStats; readonly etag: string }> {
    let stats = await handle.stat({ bigint: true });
    for (let tries = 1; ; tries += 1) {
      const etag = this.known(stats) ?? (await hashOf(handle));
      const after = await handle.stat({ bigint: true });
      const same = stampOf(after) === stampOf(stats);
      if (same) this.keep(stats, etag);
      if (same || tries === TRIES) return { stats: after, etag };
      stats = after;
    }
  }
}

/** Reads a file from its start, wherever its handle stands. */
async function hashOf(handle: FileHandle): Promise<string> {
  const hash = createHash("md5");
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (let at = 0; ; ) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return hash.digest("hex");
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}
