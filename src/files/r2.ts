import { FileChangedError, type FileEntry, FileGoneError, type Files } from "./files.ts";
import { checkKey, checkPrefix } from "./keys.ts";
import { PART_BYTES, partsOf } from "./parts.ts";

const PAGE = 1000;

interface StoredObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly uploaded: Date;
  readonly httpMetadata?: { readonly contentType?: string } | undefined;
}

interface StoredBody extends StoredObject {
  readonly body: ReadableStream;
}

interface PutOptions {
  readonly httpMetadata?: { readonly contentType?: string };
}

interface GetOptions {
  readonly range?: { readonly offset: number; readonly length?: number };
  readonly onlyIf?: { readonly etagMatches: string };
}

interface MultipartUpload<Part> {
  uploadPart(number: number, value: Uint8Array): Promise<Part>;
  complete(parts: Part[]): Promise<StoredObject>;
  abort(): Promise<void>;
}

/** The part of an R2 bucket binding that is used here (Cloudflare docs, R2 Workers API). */
export interface Bucket<Part = unknown> {
  head(key: string): Promise<StoredObject | null>;
  get(key: string, options?: GetOptions): Promise<StoredBody | StoredObject | null>;
  put(key: string, value: ReadableStream | Uint8Array | string, options?: PutOptions): Promise<StoredObject | null>;
  delete(keys: string[]): Promise<void>;
  list(options: { prefix: string; limit: number; cursor?: string; delimiter?: string }): Promise<{
    objects: StoredObject[];
    delimitedPrefixes?: string[];
    truncated: boolean;
    cursor?: string;
  }>;
  createMultipartUpload(key: string, options?: PutOptions): Promise<MultipartUpload<Part>>;
}

/**
 * The file store in an R2 bucket. A stream of unknown length is taken in parts of 8 MiB: R2 puts only streams whose length it
 * knows. There is no rename in R2, so a move copies and deletes; the copy of an object that was written in parts has another
 * etag.
 */
export function r2Files<Part>(bucket: Bucket<Part>): Files {
  const get = async (key: string, options: GetOptions): Promise<StoredBody | null> => {
    const object = await bucket.get(key, options);
    if (object && !("body" in object)) throw new FileChangedError(key);
    return object;
  };

  return {
    async list(prefix, cursor, { level = false } = {}) {
      checkPrefix(prefix);
      const options = { ...(cursor ? { cursor } : {}), ...(level ? { delimiter: "/" } : {}) };
      const page = await bucket.list({ prefix, limit: PAGE, ...options });
      return {
        entries: page.objects.map(toEntry),
        folders: page.delimitedPrefixes ?? [],
        cursor: page.truncated ? (page.cursor ?? null) : null,
      };
    },

    async head(key) {
      checkKey(key);
      const object = await bucket.head(key);
      return object && toEntry(object);
    },

    async read(key, { offset = 0, length, etag } = {}) {
      checkKey(key);
      const onlyIf = etag === undefined ? {} : { onlyIf: { etagMatches: etag } };
      const range = { offset, ...(length === undefined ? {} : { length }) };
      try {
        if (length !== 0)
          return (await get(key, { ...onlyIf, ...(offset > 0 || length ? { range } : {}) }))?.body ?? null;
      } catch (error) {
        // R2 refuses a range that begins at or behind the end; only the size can tell that from a real fault.
        const object = error instanceof FileChangedError ? null : await bucket.head(key);
        if (!object || offset < object.size) throw error;
      }
      const object = await bucket.head(key);
      if (object && etag !== undefined && object.etag !== etag) throw new FileChangedError(key);
      return object && new Blob([]).stream();
    },

    async write(key, body, { contentType } = {}) {
      checkKey(key);
      const options = contentType === undefined ? {} : { httpMetadata: { contentType } };
      const object =
        body instanceof ReadableStream
          ? await putStream(bucket, key, body, options)
          : await bucket.put(key, body, options);
      if (!object) throw new FileChangedError(key);
      return toEntry(object);
    },

    async move(from, to, { etag } = {}) {
      checkKey(from);
      checkKey(to);
      const source = await get(from, etag === undefined ? {} : { onlyIf: { etagMatches: etag } });
      if (source) {
        await bucket.put(to, source.body, source.httpMetadata ? { httpMetadata: source.httpMetadata } : {});
        await bucket.delete([from]);
      } else if (!(await bucket.head(to))) throw new FileGoneError(from);
    },

    async delete(keys) {
      for (const key of keys) checkKey(key);
      if (keys.length > 0) await bucket.delete([...keys]);
    },
  };
}

function toEntry(object: StoredObject): FileEntry {
  return { key: object.key, size: object.size, etag: object.etag, uploadedAt: object.uploaded.getTime() };
}

async function putStream<Part>(
  bucket: Bucket<Part>,
  key: string,
  stream: ReadableStream<Uint8Array>,
  options: PutOptions,
): Promise<StoredObject | null> {
  const parts = partsOf(stream);
  const first = await parts.next();
  if (first.done) return bucket.put(key, new Uint8Array(0), options);
  if (first.value.length < PART_BYTES) return bucket.put(key, first.value, options);
  const upload = await bucket.createMultipartUpload(key, options);
  try {
    const uploaded = [await upload.uploadPart(1, first.value)];
    for await (const part of parts) uploaded.push(await upload.uploadPart(uploaded.length + 1, part));
    return await upload.complete(uploaded);
  } catch (error) {
    await upload.abort();
    throw error;
  }
}
