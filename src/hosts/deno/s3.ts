import type { S3Settings } from "../../files/s3-requests.ts";
import { StartOptionError } from "../node/options.ts";

/** Where the bucket is and who asks; what a process adds is in {@link s3Ports}. */
export type S3Address = Omit<S3Settings, "fetch" | "now" | "wait">;

/** How long (ms) the head of an answer may take; a part of 8 MiB is sent before it. */
const PATIENCE_MS = 60_000;

/**
 * Reads `S3_BUCKET` and what belongs to it. Null: no bucket is named, and files lie in the data folder.
 *
 * @throws {StartOptionError} when something is missing; no value of a key is in its message
 */
export function readS3(environment: Readonly<Record<string, string | undefined>>): S3Address | null {
  const { S3_BUCKET: bucket, S3_ENDPOINT: endpoint = "", S3_REGION: region } = environment;
  if (!bucket) return null;
  if (!/^https?:\/\/[^/?#@]+(\/[^?#]*)?$/.test(endpoint) || !URL.canParse(endpoint)) {
    throw new StartOptionError(
      `S3_ENDPOINT is ${JSON.stringify(endpoint)}; give the address of the service without the bucket, e.g. S3_ENDPOINT=https://s3.eu-central-1.amazonaws.com`,
    );
  }
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  if (!accessKeyId || !secretAccessKey) {
    throw new StartOptionError("S3_BUCKET is given; give S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY too");
  }
  return { bucket, endpoint, region: region || "us-east-1", accessKeyId, secretAccessKey };
}

/** Network and time for a bucket. A request is given up whose answer has not begun after a minute; its content may take longer. */
export function s3Ports(): Pick<S3Settings, "fetch" | "now" | "wait"> {
  return {
    async fetch(request) {
      const patience = new AbortController();
      const timer = setTimeout(() => patience.abort(new Error("no answer within a minute")), PATIENCE_MS);
      try {
        return await fetch(request, { signal: patience.signal });
      } finally {
        clearTimeout(timer);
      }
    },
    now: Date.now,
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
}
