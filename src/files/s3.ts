import { createHash } from "node:crypto";
import { FileChangedError, type FileEntry, FileGoneError, type FilePage, type Files } from "./files.ts";
import { checkKey, checkPrefix, isSafeKey } from "./keys.ts";
import { PART_BYTES, partsOf } from "./parts.ts";
import { childrenOf, escapeXml, readXml, textOf, type XmlElement } from "./s3-answers.ts";
import { S3Error, type S3Settings, s3Path, s3Requests } from "./s3-requests.ts";

const PAGE = 1000;
/** Keys that one deletion may name (AWS, "DeleteObjects"). */
const MOST_DELETED = 1000;

type Send = ReturnType<typeof s3Requests>;

/**
 * The file store in a bucket of a service that speaks S3 (Amazon S3, MinIO, Garage, R2 from outside). A stream of unknown length is taken
 * in parts of 8 MiB; an object of one part has the MD5 of its content as etag, one of several has one of its parts. Times are whole
 * seconds, as the service's `Last-Modified` is. There is no rename in S3, so a move copies and deletes. The condition on an etag is also
 * checked here, since not every service knows conditional requests; keys that are not safe, such as the `folder/` that consoles
 * make, are in no listing.
 */
export function s3Files(settings: S3Settings): Files {
  const send = s3Requests(settings);

  const head = async (key: string): Promise<FileEntry | null> => {
    checkKey(key);
    const answer = await send({ method: "HEAD", key, what: `look at ${key}`, also: [404] });
    if (answer.status === 404) return null;
    return {
      key,
      size: Number(answer.headers.get("content-length")),
      etag: bareEtag(answer.headers.get("etag")),
      uploadedAt: Date.parse(answer.headers.get("last-modified") ?? ""),
    };
  };

  /** An empty read: of an object that is there and, where an etag is given, has it. */
  const nothingOf = async (key: string, etag: string | undefined) => {
    const entry = await head(key);
    if (entry && etag !== undefined && entry.etag !== etag) throw new FileChangedError(key);
    return entry && new Blob([]).stream();
  };

  return {
    async list(prefix, cursor, { level = false } = {}) {
      checkPrefix(prefix);
      const query = {
        "list-type": "2",
        "max-keys": String(PAGE),
        "encoding-type": "url",
        ...(prefix === "" ? {} : { prefix }),
        ...(level ? { delimiter: "/" } : {}),
        ...(cursor ? { "continuation-token": cursor } : {}),
      };
      const answer = await send({ method: "GET", query, what: `list ${prefix}` });
      return toPage(readXml(await answer.text()));
    },

    head,

    async read(key, { offset = 0, length, etag } = {}) {
      checkKey(key);
      if (length === 0) return nothingOf(key, etag);
      const last = length === undefined ? "" : offset + length - 1;
      const headers = {
        ...(offset > 0 || length !== undefined ? { range: `bytes=${offset}-${last}` } : {}),
        ...(etag === undefined ? {} : { "if-match": `"${etag}"` }),
      };
      const answer = await send({ method: "GET", key, headers, what: `read ${key}`, also: [404, 412, 416] });
      const { status, body } = answer;
      const other = status < 300 && etag !== undefined && bareEtag(answer.headers.get("etag")) !== etag;
      if (status < 300 && !other) return body ?? new Blob([]).stream();
      await body?.cancel();
      if (status === 404) return null;
      if (status === 416) return nothingOf(key, etag);
      throw new FileChangedError(key);
    },

    async write(key, body, { contentType } = {}) {
      checkKey(key);
      const headers = contentType === undefined ? {} : { "content-type": contentType };
      if (body instanceof ReadableStream) await putStream(send, key, body, headers);
      else await put(send, key, toBytes(body), headers);
      const entry = await head(key);
      if (!entry) throw new FileGoneError(key);
      return entry;
    },

    async move(from, to, { etag } = {}) {
      checkKey(to);
      const source = await head(from);
      if (!source) {
        if (await head(to)) return;
        throw new FileGoneError(from);
      }
      if (etag !== undefined && source.etag !== etag) throw new FileChangedError(from);
      const headers = {
        "x-amz-copy-source": s3Path(settings.bucket, from),
        "x-amz-copy-source-if-match": `"${source.etag}"`,
      };
      const what = `move ${from}`;
      const answer = await send({ method: "PUT", key: to, headers, what, also: [412] });
      if (answer.status === 412) throw new FileChangedError(from);
      await checkLateError(what, answer);
      await deleteKeys(send, [from]);
    },

    async delete(keys) {
      for (const key of keys) checkKey(key);
      for (let at = 0; at < keys.length; at += MOST_DELETED) await deleteKeys(send, keys.slice(at, at + MOST_DELETED));
    },
  };
}

const bareEtag = (etag: string | null) => (etag ?? "").replaceAll('"', "");

const toBytes = (body: string | Uint8Array): Uint8Array<ArrayBuffer> =>
  typeof body === "string" ? new TextEncoder().encode(body) : new Uint8Array(body);

/** A page of ListObjectsV2. Keys are percent-encoded where the answer says so, with `+` for a space at Amazon. */
function toPage(answer: XmlElement): FilePage {
  const encoded = textOf(answer, "EncodingType") === "url";
  const plain = (text: string) => (encoded ? decodeURIComponent(text.replaceAll("+", " ")) : text);
  const entries = childrenOf(answer, "Contents").map((object) => ({
    key: plain(textOf(object, "Key")),
    size: Number(textOf(object, "Size")),
    etag: bareEtag(textOf(object, "ETag")),
    uploadedAt: Math.floor(Date.parse(textOf(object, "LastModified")) / 1000) * 1000,
  }));
  return {
    entries: entries.filter(({ key }) => isSafeKey(key)),
    folders: childrenOf(answer, "CommonPrefixes").map((folder) => plain(textOf(folder, "Prefix"))),
    cursor: textOf(answer, "IsTruncated") === "true" ? textOf(answer, "NextContinuationToken") : null,
  };
}

async function put(send: Send, key: string, body: Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>>) {
  const answer = await send({ method: "PUT", key, body, headers, what: `write ${key}` });
  await answer.body?.cancel();
}

async function putStream(
  send: Send,
  key: string,
  stream: ReadableStream<Uint8Array>,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const parts = partsOf(stream);
  const first = await parts.next();
  if (first.done || first.value.length < PART_BYTES) return put(send, key, first.value ?? new Uint8Array(0), headers);
  const what = `write ${key}`;
  const begun = await send({ method: "POST", key, query: { uploads: "" }, headers, what });
  const uploadId = textOf(readXml(await begun.text()), "UploadId");
  const etags: string[] = [];
  const upload = async (body: Uint8Array<ArrayBuffer>) => {
    const query = { partNumber: String(etags.length + 1), uploadId };
    const answer = await send({ method: "PUT", key, query, body, what });
    await answer.body?.cancel();
    etags.push(answer.headers.get("etag") ?? "");
  };
  try {
    await upload(first.value);
    for await (const part of parts) await upload(part);
    const list = etags.map(
      (etag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`,
    );
    const body = `<CompleteMultipartUpload>${list.join("")}</CompleteMultipartUpload>`;
    await checkLateError(what, await send({ method: "POST", key, query: { uploadId }, body, what }));
  } catch (error) {
    // Else the parts would be kept, and paid for. What broke the upload says more than that this failed too.
    const what = `give up writing ${key}`;
    await send({ method: "DELETE", key, query: { uploadId }, what, also: [404] }).catch(() => undefined);
    throw error;
  }
}

async function deleteKeys(send: Send, keys: readonly string[]): Promise<void> {
  const objects = keys.map((key) => `<Object><Key>${escapeXml(key)}</Key></Object>`).join("");
  const body = `<Delete><Quiet>true</Quiet>${objects}</Delete>`;
  const headers = { "content-md5": createHash("md5").update(body).digest("base64"), "content-type": "application/xml" };
  const what = `delete ${keys.length} objects from ${keys[0]} on`;
  const answer = await send({ method: "POST", query: { delete: "" }, headers, body, what });
  const text = await answer.text();
  const [error] = text === "" ? [] : childrenOf(readXml(text), "Error");
  if (!error) return;
  throw new S3Error(
    `delete ${textOf(error, "Key")}`,
    answer.status,
    `${textOf(error, "Code")}: ${textOf(error, "Message")}`,
  );
}

/** A copy and the end of an upload may fail after their answer has begun with 200 (AWS, "CopyObject"). */
async function checkLateError(what: string, answer: Response): Promise<void> {
  const text = await answer.text();
  const result = text.trim() === "" ? null : readXml(text);
  if (result?.name !== "Error") return;
  throw new S3Error(what, answer.status, `${textOf(result, "Code")}: ${textOf(result, "Message")}`);
}
