import { createHash } from "node:crypto";
import { FileChangedError, type FileEntry, FileGoneError, type Files } from "../../src/files/files.ts";
import { checkKey, checkPrefix, compareKeys } from "../../src/files/keys.ts";

const PAGE = 1000;

/** An object as {@link memoryFiles} keeps it. */
interface StoredObject extends FileEntry {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A file store whose whole content can be kept and opened again. */
export interface MemoryFiles extends Files {
  /** Every object as it is now; hand it to {@link memoryFiles} to go on from here. */
  keep(): ReadonlyMap<string, StoredObject>;
}

/**
 * The file store in memory, for tests that run a processor hundreds of times: it keeps to the contract of `src/files/files.ts`
 * like the stores on a disk and in a bucket (test/files), and its etag is the MD5 of the content, as a bucket's is. Content
 * types are not kept.
 *
 * @param now clock (ms) of `uploadedAt`
 * @param objects what it holds at first
 */
export function memoryFiles(now: () => number, objects: ReadonlyMap<string, StoredObject> = new Map()): MemoryFiles {
  const stored = new Map(objects);
  let sorted: string[] | null = null;
  const keys = () => {
    sorted ??= [...stored.keys()].sort(compareKeys);
    return sorted;
  };
  const find = (key: string) => {
    checkKey(key);
    return stored.get(key) ?? null;
  };
  const entryOf = ({ key, size, etag, uploadedAt }: StoredObject): FileEntry => ({ key, size, etag, uploadedAt });
  const put = (key: string, bytes: Uint8Array<ArrayBuffer>) => {
    const etag = createHash("md5").update(bytes).digest("hex");
    const object = { key, size: bytes.length, etag, uploadedAt: now(), bytes };
    if (!stored.has(key)) sorted = null;
    stored.set(key, object);
    return entryOf(object);
  };
  const remove = (key: string) => {
    if (stored.delete(key)) sorted = null;
  };

  return {
    keep: () => new Map(stored),

    async list(prefix, cursor, { level = false } = {}) {
      checkPrefix(prefix);
      const entries: FileEntry[] = [];
      const folders: string[] = [];
      let last = cursor ?? "";
      for (const key of keys()) {
        if (!key.startsWith(prefix)) continue;
        const slash = level ? key.indexOf("/", prefix.length) : -1;
        const name = slash < 0 ? key : key.slice(0, slash + 1);
        if (compareKeys(name, last) <= 0) continue;
        if (entries.length + folders.length === PAGE) return { entries, folders, cursor: last };
        if (slash < 0) entries.push(entryOf(stored.get(key) as StoredObject));
        else folders.push(name);
        last = name;
      }
      return { entries, folders, cursor: null };
    },

    async head(key) {
      const object = find(key);
      return object && entryOf(object);
    },

    async read(key, range = {}) {
      const object = find(key);
      if (!object) return null;
      if (range.etag !== undefined && range.etag !== object.etag) throw new FileChangedError(key);
      const from = range.offset ?? 0;
      const bytes = object.bytes.slice(from, from + (range.length ?? object.size));
      return new ReadableStream({
        start(controller) {
          if (bytes.length > 0) controller.enqueue(bytes);
          controller.close();
        },
      });
    },

    async write(key, body) {
      checkKey(key);
      return put(key, new Uint8Array(await new Response(body as BodyInit).arrayBuffer()));
    },

    async move(from, to, options = {}) {
      checkKey(to);
      const source = find(from);
      if (!source) {
        if (find(to)) return;
        throw new FileGoneError(from);
      }
      if (options.etag !== undefined && options.etag !== source.etag) throw new FileChangedError(from);
      put(to, source.bytes);
      remove(from);
    },

    async delete(gone) {
      for (const key of gone) checkKey(key);
      for (const key of gone) remove(key);
    },
  };
}
