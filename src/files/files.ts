/** One stored object. */
export interface FileEntry {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Changes whenever the content is written again. */
  readonly etag: string;
  /** Instant (ms) of the last write. */
  readonly uploadedAt: number;
}

/** A page of a listing; `cursor` is null on the last one. */
export interface FilePage {
  readonly entries: readonly FileEntry[];
  /** Of a level: what lies deeper, by its next part, each once: `c/1/import/`. Else empty. */
  readonly folders: readonly string[];
  readonly cursor: string | null;
}

/** What can be stored. */
export type FileBody = string | Uint8Array | ReadableStream<Uint8Array>;

/** A key outside what the handle may touch (another client's files, `..`). A bug or an attack; nothing was done. */
export class ForbiddenKeyError extends Error {
  readonly code = "forbidden_key";
  readonly key: string;
  constructor(key: string) {
    super(`This run may not touch the file key ${key}`);
    this.key = key;
  }
}

/** The object was replaced while it was being read by ranges. */
export class FileChangedError extends Error {
  readonly code = "file_changed";
  readonly key: string;
  constructor(key: string) {
    super(`The file ${key} was replaced while it was being read`);
    this.key = key;
  }
}

/** The object is not there (any more). */
export class FileGoneError extends Error {
  readonly code = "file_gone";
  readonly key: string;
  constructor(key: string) {
    super(`The file ${key} is no longer there`);
    this.key = key;
  }
}

/**
 * The file store (handbook, rules: files): an R2 bucket or a folder. Keys are `c/<clientId>/…`, `g/…`, `n/<nodeId>/tmp/…`, `temp/…`.
 * Within a run it is bound to what that run may touch and throws {@link ForbiddenKeyError} otherwise.
 */
export interface Files {
  /** The installation has no file store: each call throws. Default: it has one. */
  readonly missing?: true;
  /**
   * Objects below a prefix in the order of their keys, at most 1,000 a page. With `level`, only those whose key has no further `/`
   * behind the prefix, and the folders beside them, at most 1,000 of both a page: what lies in the folders is not walked.
   *
   * @param cursor of the page before, of a listing of the same kind
   */
  list(prefix: string, cursor?: string | null, options?: { level?: boolean }): Promise<FilePage>;
  head(key: string): Promise<FileEntry | null>;
  /**
   * A stream of bytes `[offset, offset + length)`, to the end without `length`; empty from the end on; null when there is no
   * such object. Read it to its end or cancel it.
   * @throws {FileChangedError} when `etag` is given and the object has another.
   */
  read(
    key: string,
    range?: { offset?: number; length?: number; etag?: string },
  ): Promise<ReadableStream<Uint8Array> | null>;
  /** Creates or replaces an object. A stream without a known length is taken in full. */
  write(key: string, body: FileBody, options?: { contentType?: string }): Promise<FileEntry>;
  /**
   * Copies, then deletes. Repeating it after a crash is harmless: a source that is gone with a target that is there counts as moved.
   * @throws {FileChangedError} when `etag` is given and the source has another; it stays where it is.
   * @throws {FileGoneError} when neither source nor target is there.
   */
  move(from: string, to: string, options?: { etag?: string }): Promise<void>;
  /** Deletes up to 1,000 keys; a missing one is no error. */
  delete(keys: readonly string[]): Promise<void>;
}
