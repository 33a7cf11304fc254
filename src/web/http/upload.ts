import { PageError } from "../page/page-error.ts";
import { checkFields } from "./limits.ts";

/** Room for what a multipart body has beside the file itself. */
const ENVELOPE = 64 * 1024;

/** A body of more than this is not even read to its end (bytes): the platform in front refuses such requests anyway. */
const DRAINED_AT_MOST = 110 * 1024 * 1024;

/** The body is longer than a form upload may be. */
export class UploadTooLargeError extends Error {
  readonly code = "upload_too_large";
  /** Bytes allowed. */
  readonly limit: number;
  constructor(limit: number) {
    super(`An upload may have at most ${limit} bytes`);
    this.limit = limit;
  }
}

/**
 * Reads a body to its end without keeping it. A browser shows an answer only once it has sent everything; closing the
 * connection in the middle would show it an error page of its own instead of our words.
 */
export async function drain(body: ReadableStream<Uint8Array> | null): Promise<void> {
  if (!body) return;
  let seen = 0;
  for await (const chunk of body) {
    seen += chunk.byteLength;
    if (seen > DRAINED_AT_MOST) return;
  }
}

/**
 * The form of a multipart upload. It is held in memory, so `limit` counts for the file and its envelope, whether the request
 * says its length or not.
 *
 * @param limit bytes that a file may have
 * @throws {UploadTooLargeError} when the body is longer
 * @throws {PageError} for another kind of body, one that is no well-formed form, or one with a field that is too long (`limits.ts`)
 */
export async function readUpload(request: Request, limit: number): Promise<FormData> {
  const type = request.headers.get("content-type") ?? "";
  if (!type.startsWith("multipart/form-data")) {
    await drain(request.body);
    throw new PageError(415, "Not an upload", "This address takes a file, sent as multipart/form-data.");
  }
  const longest = limit + ENVELOPE;
  if (Number(request.headers.get("content-length") ?? 0) > longest) {
    await drain(request.body);
    throw new UploadTooLargeError(limit);
  }
  let seen = 0;
  const counted = request.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        seen += chunk.byteLength;
        // What is too long is swallowed, not passed on: the form below then fails for lack of its end.
        if (seen <= longest) controller.enqueue(chunk);
      },
    }),
  );
  try {
    const form = await new Response(counted ?? null, { headers: { "content-type": type } }).formData();
    if (seen > longest) throw new UploadTooLargeError(limit);
    checkFields(form);
    return form;
  } catch (error) {
    if (seen > longest) throw new UploadTooLargeError(limit);
    if (error instanceof UploadTooLargeError || error instanceof PageError) throw error;
    throw new PageError(400, "Broken upload", "The upload did not arrive whole. Send the file again.");
  }
}
