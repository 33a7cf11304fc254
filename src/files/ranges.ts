import { FileChangedError, type FileEntry, FileGoneError, type Files } from "./files.ts";

/** Bytes read in one go: small enough to hold, large enough that 200 MB are 200 calls. */
export const RANGE_BYTES = 1024 * 1024;

/**
 * The bytes of one object from `offset` on, in ranges of `rangeBytes`, each read to its end before it is handed out. So no
 * connection stays open while the caller works, and the memory does not grow with the file.
 *
 * @throws {FileChangedError} when the object was replaced since `entry` was taken
 * @throws {FileGoneError} when it was deleted
 */
export async function* readRanges(
  files: Files,
  entry: FileEntry,
  offset = 0,
  rangeBytes = RANGE_BYTES,
): AsyncGenerator<Uint8Array, void> {
  for (let at = offset; at < entry.size; at += rangeBytes) {
    const length = Math.min(rangeBytes, entry.size - at);
    const stream = await files.read(entry.key, { offset: at, length, etag: entry.etag });
    if (!stream) throw new FileGoneError(entry.key);
    const range = new Uint8Array(length);
    let filled = 0;
    for await (const chunk of stream) {
      // A store that answers more than was asked for would shift every offset behind it.
      if (filled + chunk.length > length) throw new FileChangedError(entry.key);
      range.set(chunk, filled);
      filled += chunk.length;
    }
    if (filled < length) throw new FileChangedError(entry.key);
    yield range;
  }
}
