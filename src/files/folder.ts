import { createHash } from "node:crypto";
import type { BigIntStats, Dirent } from "node:fs";
import { constants, type FileHandle, lstat, mkdir, mkdtemp, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FileChangedError, type FileEntry, FileGoneError, type Files, ForbiddenKeyError } from "./files.ts";
import { FolderEtags } from "./folder-etags.ts";
import { checkKey, checkPrefix, compareKeys, isSafeKey } from "./keys.ts";

const PAGE = 1000;
const CHUNK_BYTES = 64 * 1024;
/** Objects on their way; renamed into place once they are whole. */
const WRITING = ".writing-";

/**
 * The file store in a folder on disk: a key is a path below `root`. An object appears in one piece (temporary file, fsync,
 * rename). Its etag is the MD5 of the content, also of files that other programs dropped into the folder: such a file is read once by each
 * process that names or lists it, and again when its time of change, size or inode differ. Content types are not kept. A write that was
 * killed leaves a `.writing-*` folder in `root`, which no listing shows. Symbolic links and names that are no safe keys do not
 * exist for it.
 *
 * Where a folder is stricter than a bucket: `a` and `a/b` cannot both exist, and a part of a key has at most 255 bytes.
 */
export function folderFiles(root: string): Files {
  const pathOf = (key: string): string => {
    checkKey(key);
    if (key.startsWith(WRITING)) throw new ForbiddenKeyError(key);
    return join(root, key);
  };
  const etags = new FolderEtags();
  const find = async (key: string): Promise<FileEntry | null> => {
    const stats = await found(lstat(pathOf(key), { bigint: true }));
    if (!stats?.isFile()) return null;
    const known = etags.known(stats);
    if (known !== null) return toEntry(key, stats, known);
    const handle = await found(open(pathOf(key), constants.O_RDONLY | constants.O_NOFOLLOW));
    if (!handle) return null;
    try {
      const read = await etags.of(handle);
      return toEntry(key, read.stats, read.etag);
    } finally {
      await handle.close();
    }
  };

  return {
    async list(prefix, cursor, { level = false } = {}) {
      checkPrefix(prefix);
      const entries: FileEntry[] = [];
      const folders: string[] = [];
      let last: string | null = null;
      const start = prefix.slice(0, prefix.lastIndexOf("/") + 1);
      const keys = level ? levelOf(root, start, prefix, cursor ?? "") : keysBelow(root, start, prefix, cursor ?? "");
      for await (const key of keys) {
        if (entries.length + folders.length === PAGE) return { entries, folders, cursor: last };
        const entry = key.endsWith("/") ? null : await find(key);
        if (key.endsWith("/")) folders.push(key);
        else if (entry) entries.push(entry);
        last = key;
      }
      return { entries, folders, cursor: null };
    },

    head: find,

    async read(key, range = {}) {
      const handle = await found(open(pathOf(key), constants.O_RDONLY | constants.O_NOFOLLOW));
      if (!handle) return null;
      try {
        const stats = await handle.stat();
        if (!stats.isFile()) {
          await handle.close();
          return null;
        }
        if (range.etag !== undefined && range.etag !== (await etags.of(handle)).etag) throw new FileChangedError(key);
        const from = range.offset ?? 0;
        return streamOf(handle, from, Math.min(stats.size, from + (range.length ?? stats.size)));
      } catch (error) {
        await handle.close();
        throw error;
      }
    },

    async write(key, body) {
      const path = pathOf(key);
      await mkdir(root, { recursive: true });
      const folder = await mkdtemp(join(root, WRITING));
      const hash = createHash("md5");
      let stats: BigIntStats;
      try {
        const temporary = join(folder, "object");
        const handle = await open(temporary, "wx");
        try {
          for await (const chunk of body instanceof ReadableStream ? body : [body]) {
            hash.update(chunk);
            await handle.appendFile(chunk);
          }
          await handle.sync();
          stats = await handle.stat({ bigint: true });
        } finally {
          await handle.close();
        }
        await mkdir(dirname(path), { recursive: true });
        await rename(temporary, path);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
      const etag = hash.digest("hex");
      etags.keep(stats, etag);
      return toEntry(key, stats, etag);
    },

    async move(from, to, options = {}) {
      const target = pathOf(to);
      const source = await find(from);
      if (!source) {
        if (await find(to)) return;
        throw new FileGoneError(from);
      }
      if (options.etag !== undefined && options.etag !== source.etag) throw new FileChangedError(from);
      await mkdir(dirname(target), { recursive: true });
      await rename(pathOf(from), target);
    },

    async delete(keys) {
      for (const path of keys.map(pathOf)) await rm(path, { force: true });
    },
  };
}

/** What `promise` answers, or null when there is no such file. */
async function found<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw error;
  }
}

function toEntry(key: string, stats: BigIntStats, etag: string): FileEntry {
  return {
    key,
    size: Number(stats.size),
    etag,
    uploadedAt: Number(stats.mtimeNs / 1_000_000n),
  };
}

interface Child {
  /** Ends with `/` for a folder. */
  readonly key: string;
  readonly file: boolean;
  readonly folder: boolean;
}

/** What lies directly in a folder, in the order of a listing. */
async function childrenOf(root: string, folder: string): Promise<Child[]> {
  const children = (await found(readdir(join(root, folder), { withFileTypes: true }))) ?? [];
  const nameOf = (child: Dirent) => `${folder}${child.name}${child.isDirectory() ? "/" : ""}`;
  return children
    .map((child) => ({ key: nameOf(child), file: child.isFile(), folder: child.isDirectory() }))
    .filter(({ key }) => !key.startsWith(WRITING))
    .sort((a, b) => compareKeys(a.key, b.key));
}

/** One level: files, and folders with anything in them (on a disk a folder outlives its last file). */
async function* levelOf(root: string, folder: string, prefix: string, after: string): AsyncGenerator<string, void> {
  for (const child of await childrenOf(root, folder)) {
    if (!child.key.startsWith(prefix) || compareKeys(child.key, after) <= 0) continue;
    if (child.file && isSafeKey(child.key)) yield child.key;
    if (child.folder && !(await keysBelow(root, child.key, child.key, "").next()).done) yield child.key;
  }
}

/** Keys of regular files in the order of a listing: those that start with `prefix` and come behind `after`. */
async function* keysBelow(root: string, folder: string, prefix: string, after: string): AsyncGenerator<string, void> {
  for (const child of await childrenOf(root, folder)) {
    const passed = compareKeys(child.key, after) <= 0;
    if (child.file && !passed && child.key.startsWith(prefix) && isSafeKey(child.key)) yield child.key;
    const onTheWay = child.key.startsWith(prefix) || prefix.startsWith(child.key);
    if (child.folder && onTheWay && (!passed || after.startsWith(child.key))) {
      yield* keysBelow(root, child.key, prefix, after);
    }
  }
}

function streamOf(handle: FileHandle, from: number, until: number): ReadableStream<Uint8Array> {
  let at = from;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const chunk = new Uint8Array(Math.max(0, Math.min(CHUNK_BYTES, until - at)));
          const { bytesRead } = chunk.length > 0 ? await handle.read(chunk, 0, chunk.length, at) : { bytesRead: 0 };
          if (bytesRead === 0) {
            await handle.close();
            controller.close();
            return;
          }
          at += bytesRead;
          controller.enqueue(chunk.subarray(0, bytesRead));
        } catch (error) {
          await handle.close();
          throw error;
        }
      },
      cancel: () => handle.close(),
    },
    { highWaterMark: 0 },
  );
}
