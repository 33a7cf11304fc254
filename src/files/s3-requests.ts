import { createHash } from "node:crypto";
import { AwsV4Signer } from "aws4fetch";
import { readXml, textOf } from "./s3-answers.ts";

/** A bucket of a service that speaks S3, and how it is reached. */
export interface S3Settings {
  /** Where the service is: `https://s3.eu-central-1.amazonaws.com`. The bucket is named in the path. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly fetch: (request: Request) => Promise<Response>;
  /** The present instant, ms: signatures hold for some minutes. */
  readonly now: () => number;
  /** Waits before a request is made again, ms. */
  readonly wait: (ms: number) => Promise<void>;
}

/** The service refused a request, or did not answer it. */
export class S3Error extends Error {
  readonly code = "file_store_unavailable";
  /** HTTP status; 0: no answer. */
  readonly status: number;
  constructor(what: string, status: number, reason: string) {
    super(`The file store did not ${what}: ${status === 0 ? reason : `${status} ${reason}`}`);
    this.status = status;
  }
}

/** A request to the bucket. */
export interface S3Request {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** '' is the bucket itself. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** For the words of an error: `read c/1/a.csv`. */
  readonly what: string;
  /** Statuses from 300 on that are answers and no errors. */
  readonly also?: readonly number[];
}

/** Waits (ms) between the tries of a request that was not answered, or with 429 or 5xx. */
const WAITS_MS = [200, 1000];

/** A path of S3: all but the unreserved characters percent-encoded (AWS, "Signature calculations: UriEncode"). */
export function s3Path(bucket: string, key: string): string {
  const encode = (part: string) =>
    encodeURIComponent(part).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  return `/${[bucket, ...(key === "" ? [] : key.split("/"))].map(encode).join("/")}`;
}

/** Makes signed requests (AWS Signature Version 4). Each is complete in memory, so it can be made again. */
export function s3Requests(settings: S3Settings): (request: S3Request) => Promise<Response> {
  const { accessKeyId, secretAccessKey, region, endpoint, bucket } = settings;
  const base = endpoint.replace(/(?<!\/)\/+$/, "");
  const cache = new Map<string, ArrayBuffer>();

  const attempt = async ({ method, key = "", query = {}, headers = {}, body }: S3Request): Promise<Response> => {
    const url = `${base}${s3Path(bucket, key)}?${new URLSearchParams(query)}`.replace(/\?$/, "").replaceAll("+", "%20");
    // To the second, without separators: 20261201T021500Z.
    const datetime = new Date(settings.now()).toISOString().replace(/[:-]|\.\d{3}/g, "");
    const signed = await new AwsV4Signer({
      method,
      url,
      headers: {
        ...headers,
        "x-amz-content-sha256": createHash("sha256")
          .update(body ?? "")
          .digest("hex"),
      },
      ...(body === undefined ? {} : { body }),
      accessKeyId,
      secretAccessKey,
      region,
      service: "s3",
      cache,
      datetime,
    }).sign();
    const sent = new Headers(signed.headers);
    // Behind the signature, since proxies change it; a compressed answer would have another length.
    sent.set("accept-encoding", "identity");
    return settings.fetch(new Request(signed.url, { method, headers: sent, ...(body === undefined ? {} : { body }) }));
  };

  return async (request) => {
    for (let tries = 0; ; tries += 1) {
      const wait = WAITS_MS[tries];
      let response: Response;
      try {
        response = await attempt(request);
      } catch (error) {
        if (wait === undefined)
          throw new S3Error(request.what, 0, error instanceof Error ? error.message : "no answer");
        await settings.wait(wait);
        continue;
      }
      const { status } = response;
      if (status < 300 || request.also?.includes(status)) return response;
      const reason = await reasonOf(response);
      if (wait === undefined || (status < 500 && status !== 429)) throw new S3Error(request.what, status, reason);
      await settings.wait(wait);
    }
  };
}

/** What an answer that is an error says: its code and message, nothing of what was sent. */
export async function reasonOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const error = readXml(text);
    return [textOf(error, "Code"), textOf(error, "Message")].filter(Boolean).join(": ") || response.statusText;
  } catch {
    return response.statusText;
  }
}
