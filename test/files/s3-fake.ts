import { createHash, createHmac } from "node:crypto";
import { FileChangedError, type FileEntry } from "../../src/files/files.ts";
import { readXml, textOf } from "../../src/files/s3-answers.ts";
import { memoryFiles } from "../harness/memory-files.ts";

/** What the fake knows of who may ask. */
export interface S3Login {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message = code) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Buffer, data: string) => createHmac("sha256", key).update(data).digest();
const strictly = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
const xml = (text: string) => text.replace(/[&<>]/g, (one) => `&#${one.charCodeAt(0)};`);
/** How Amazon encodes keys in listings. */
const listed = (key: string) => strictly(key).replaceAll("%2F", "/").replaceAll("%20", "+");

/** Checks a request's signature as the service does (AWS, "Create a signed AWS API request"). @throws {Refusal} */
function checkSignature(request: Request, body: Uint8Array, login: S3Login, now: number): void {
  const url = new URL(request.url);
  const header = request.headers.get("authorization") ?? "";
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
  const [, accessKeyId, day = "", region = "", names = "", signature] = parts.exec(header) ?? [];
  if (accessKeyId !== login.accessKeyId) throw new Refusal(403, "InvalidAccessKeyId");
  const datetime = request.headers.get("x-amz-date") ?? "";
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(datetime) ?? [];
  const at = Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s));
  if (!datetime.startsWith(day) || !(Math.abs(at - now) < 900_000)) throw new Refusal(403, "RequestTimeTooSkewed");
  const signed = names.split(";");
  for (const [name] of request.headers) {
    if ((name === "host" || name.startsWith("x-amz-")) && !signed.includes(name)) {
      throw new Refusal(403, "AccessDenied", `${name} is not signed`);
    }
  }
  const hash = request.headers.get("x-amz-content-sha256");
  if (hash !== sha256(body)) throw new Refusal(400, "XAmzContentSHA256Mismatch");
  const query = [...url.searchParams].map(([name, value]) => `${strictly(name)}=${strictly(value)}`).toSorted();
  const headerOf = (name: string) => (name === "host" ? url.host : (request.headers.get(name) ?? "").trim());
  const canonical = [
    request.method,
    url.pathname.split("/").map(decodeURIComponent).map(strictly).join("/"),
    query.join("&"),
    ...signed.map((name) => `${name}:${headerOf(name)}`),
    "",
    names,
    hash,
  ].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const key = ["s3", "aws4_request"].reduce(hmac, hmac(hmac(`AWS4${login.secretAccessKey}`, day), region));
  const expected = hmac(key, ["AWS4-HMAC-SHA256", datetime, scope, sha256(canonical)].join("\n")).toString("hex");
  if (expected !== signature) throw new Refusal(403, "SignatureDoesNotMatch");
}

/**
 * A service that speaks as much of S3 as a file store needs, and is strict about it: it verifies each signature (version 4, with
 * the content's hash), wants `Content-MD5` for deletions, refuses parts that are too small, and knows conditional requests.
 *
 * @param bucket the only one
 * @param now ms
 */
export function s3Fake(bucket: string, login: S3Login, now: () => number): (request: Request) => Promise<Response> {
  const files = memoryFiles(now);
  const uploads = new Map<string, Map<number, Uint8Array<ArrayBuffer>>>();
  const etags = new Map<string, string>();
  const etagOf = (entry: FileEntry) => etags.get(`${entry.key} ${entry.etag}`) ?? entry.etag;
  const answer = (root: string, content: string) =>
    new Response(
      `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${root}>`,
    );
  const find = async (key: string) => {
    const entry = await files.head(key);
    if (!entry) throw new Refusal(404, "NoSuchKey");
    return entry;
  };

  const list = async (query: URLSearchParams) => {
    const size = Number(query.get("max-keys") ?? 1000);
    if (query.get("list-type") !== "2" || size > 1000) throw new Refusal(400, "InvalidArgument");
    const token = query.get("continuation-token");
    const level = query.get("delimiter") === "/";
    const page = await files.list(query.get("prefix") ?? "", token && Buffer.from(token, "base64").toString(), {
      level,
    });
    const next = page.cursor === null ? "" : Buffer.from(page.cursor).toString("base64");
    const contents = page.entries.map(
      (entry) =>
        `<Contents><Key>${listed(entry.key)}</Key><LastModified>${new Date(entry.uploadedAt).toISOString()}</LastModified>` +
        `<ETag>&quot;${etagOf(entry)}&quot;</ETag><Size>${entry.size}</Size></Contents>`,
    );
    const folders = page.folders.map((name) => `<CommonPrefixes><Prefix>${listed(name)}</Prefix></CommonPrefixes>`);
    const more = next === "" ? "" : `<NextContinuationToken>${next}</NextContinuationToken>`;
    return answer(
      "ListBucketResult",
      `<IsTruncated>${next !== ""}</IsTruncated><EncodingType>url</EncodingType>${more}${contents.join("")}${folders.join("")}`,
    );
  };

  const read = async (request: Request, key: string) => {
    const entry = await find(key);
    const etag = `"${etagOf(entry)}"`;
    const wanted = request.headers.get("if-match");
    if (wanted !== null && wanted !== etag) throw new Refusal(412, "PreconditionFailed");
    const headers = { etag, "last-modified": new Date(entry.uploadedAt).toUTCString() };
    if (request.method === "HEAD")
      return new Response(null, { headers: { ...headers, "content-length": String(entry.size) } });
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("range") ?? "") ?? [];
    if (first === undefined) return new Response(await files.read(key), { headers });
    if (Number(first) >= entry.size) throw new Refusal(416, "InvalidRange");
    const offset = Number(first);
    const until = last ? { length: Number(last) - offset + 1 } : {};
    return new Response(await files.read(key, { offset, ...until }), { status: 206, headers });
  };

  const copy = async (request: Request, key: string, source: string) => {
    const from = decodeURIComponent(source).replace(`/${bucket}/`, "");
    const entry = await find(from);
    if (request.headers.get("x-amz-copy-source-if-match") !== `"${etagOf(entry)}"`)
      throw new Refusal(412, "PreconditionFailed");
    const content = await files.read(from);
    const { etag } = await files.write(key, content ?? "");
    return answer("CopyObjectResult", `<ETag>&quot;${etag}&quot;</ETag>`);
  };

  const complete = async (key: string, id: string, body: string) => {
    const parts = uploads.get(id);
    if (!parts) throw new Refusal(404, "NoSuchUpload");
    const named = readXml(body).children.map(
      (part) => [Number(textOf(part, "PartNumber")), textOf(part, "ETag")] as const,
    );
    const bytes = named.map(([number]) => parts.get(number) ?? new Uint8Array(0));
    const md5s = bytes.map((part) => createHash("md5").update(part).digest());
    if (named.some(([, etag], at) => etag !== `"${md5s[at]?.toString("hex")}"`)) throw new Refusal(400, "InvalidPart");
    if (bytes.slice(0, -1).some(({ length }) => length < 5 * 1024 * 1024)) throw new Refusal(400, "EntityTooSmall");
    const { etag } = await files.write(key, new Uint8Array(Buffer.concat(bytes)));
    etags.set(`${key} ${etag}`, `${createHash("md5").update(Buffer.concat(md5s)).digest("hex")}-${bytes.length}`);
    uploads.delete(id);
    return answer("CompleteMultipartUploadResult", "");
  };

  const remove = async (request: Request, body: Uint8Array) => {
    const md5 = createHash("md5").update(body).digest("base64");
    if (request.headers.get("content-md5") !== md5) throw new Refusal(400, "InvalidDigest");
    const keys = readXml(new TextDecoder().decode(body)).children.flatMap((one) => textOf(one, "Key") || []);
    if (keys.length > 1000) throw new Refusal(400, "MalformedXML");
    await files.delete(keys);
    return answer("DeleteResult", "");
  };

  const handle = async (request: Request, body: Uint8Array<ArrayBuffer>): Promise<Response> => {
    checkSignature(request, body, login, now());
    const { pathname, searchParams: query } = new URL(request.url);
    const [, named, ...rest] = pathname.split("/").map(decodeURIComponent);
    if (named !== bucket) throw new Refusal(404, "NoSuchBucket");
    const key = rest.join("/");
    const { method } = request;
    const id = query.get("uploadId");
    if (key === "") return method === "GET" ? list(query) : remove(request, body);
    if (method === "GET" || method === "HEAD") return read(request, key);
    if (method === "POST" && query.has("uploads")) {
      const uploadId = `upload ${uploads.size + 1}`;
      uploads.set(uploadId, new Map());
      return answer("InitiateMultipartUploadResult", `<UploadId>${xml(uploadId)}</UploadId>`);
    }
    if (method === "POST" && id !== null) return complete(key, id, new TextDecoder().decode(body));
    if (method === "DELETE" && id !== null) {
      uploads.delete(id);
      return new Response(null, { status: 204 });
    }
    if (method === "PUT" && id !== null) {
      uploads.get(id)?.set(Number(query.get("partNumber")), body);
      return new Response(null, { headers: { etag: `"${createHash("md5").update(body).digest("hex")}"` } });
    }
    if (method !== "PUT") throw new Refusal(405, "MethodNotAllowed");
    const source = request.headers.get("x-amz-copy-source");
    if (source !== null) return copy(request, key, source);
    const { etag } = await files.write(key, body);
    return new Response(null, { headers: { etag: `"${etag}"` } });
  };

  return async (request) => {
    try {
      return await handle(request, new Uint8Array(await request.arrayBuffer()));
    } catch (error) {
      if (!(error instanceof Refusal) && !(error instanceof FileChangedError)) throw error;
      const { status, code, message } = error instanceof Refusal ? error : new Refusal(412, "PreconditionFailed");
      return new Response(`<Error><Code>${code}</Code><Message>${xml(message)}</Message></Error>`, { status });
    }
  };
}
