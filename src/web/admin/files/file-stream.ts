import type { FileEntry } from "../../../files/files.ts";
import { mayUpload } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { BrokenStreamError, peek } from "../../http/peek.ts";
import { bytes } from "../../http/size.ts";
import { drain, UploadTooLargeError } from "../../http/upload.ts";
import { withNotice } from "../../page/notice.tsx";
import { forbidden, notFound, PageError, require } from "../../page/page-error.ts";
import type { Ports } from "../../ports.ts";
import type { Translate } from "../../words/translate.ts";
import { readClientFrom } from "../clients/client-entry.tsx";
import { fileChange } from "./client-files.ts";
import { isFull, LARGEST_STREAM } from "./import-files.ts";
import { filesOfFolders, importFolders } from "./import-folders.ts";
import { contentProblem, fullProblem, nameFor, SAMPLE } from "./import-upload.ts";

/** A stream that was refused, in the reader's language. */
class RefusedStream extends Error {
  readonly code = "refused_stream";
  readonly status: 409 | 413 | 422;
  constructor(status: 409 | 413 | 422, message: string) {
    super(message);
    this.status = status;
  }
}

/** Passes a stream on, counting; breaks it off behind `limit` bytes. */
function limited(limit: number): TransformStream<Uint8Array, Uint8Array> {
  let seen = 0;
  return new TransformStream({
    transform(chunk, controller) {
      seen += chunk.byteLength;
      if (seen > limit) throw new UploadTooLargeError(limit);
      controller.enqueue(chunk);
    },
  });
}

function tooLarge(t: Translate): RefusedStream {
  const limit = bytes(LARGEST_STREAM);
  return new RefusedStream(
    413,
    t("The file is larger than {limit}; split it into smaller files and upload one after the other", { limit }),
  );
}

/** Stores the body where the next import of the address's kind looks for it; nothing of it stays when it is refused on its way. */
async function storeStream(c: PageContext, ports: Ports): Promise<FileEntry> {
  const client = await readClientFrom(c, ports);
  require(mayUpload(c.var.admin, client.id), forbidden("putting in files for this client"));
  const { t } = c.var.reader;
  const [kindName, given = ""] = (c.req.param("path") ?? "").split(/\/(.*)/s);
  const folders = await importFolders(await ports.storeOf(client), client.id);
  const found = folders.find(({ kind }) => kind.kind === kindName);
  if (!found) throw notFound("folder");
  const { kind, folder } = found;
  const named = nameFor(t, given, kind);
  if ("problem" in named) throw new RefusedStream(422, named.problem);
  if (Number(c.req.header("content-length") ?? 0) > LARGEST_STREAM) throw tooLarge(t);
  const files = filesOfFolders(ports.files, folders);
  const key = folder + named.name;
  const isThere = (await files.head(key)) !== null;
  if (!isThere && (await isFull(files, folder))) throw new RefusedStream(422, fullProblem(t));
  if (c.req.query("replace") !== "true" && isThere) {
    throw new RefusedStream(
      409,
      t("A file {name} is waiting already; rename yours, or add ?replace=true to the address", named),
    );
  }
  const { sample, whole } = await peek(c.req.raw.body ?? new Blob([]).stream(), SAMPLE);
  if (sample.length === 0) throw new RefusedStream(422, t("The file {name} is empty; choose another", named));
  const problem = contentProblem(t, sample, kind);
  if (problem !== null) {
    await drain(whole);
    throw new RefusedStream(422, problem);
  }
  try {
    const entry = await files.write(key, whole.pipeThrough(limited(LARGEST_STREAM)), { contentType: kind.contentType });
    await ports.control.execute(fileChange(c, client.id, entry, "create", ports.now()));
    return entry;
  } catch (error) {
    throw error instanceof UploadTooLargeError ? tooLarge(t) : error;
  }
}

/**
 * `PUT /admin/files/:clientId/<kind>/<name>`: a file of an import as it is, up to 200 MB, on its way to the store without being
 * held in memory. `?replace=true` replaces one that waits under the same name. It answers in one line of text, for scripts; a
 * browser's script finds in `Location` where to go on.
 */
export async function streamUploadAction(c: PageContext, ports: Ports) {
  const { t, bytes: sizeOf } = c.var.reader;
  try {
    const { key, size } = await storeStream(c, ports);
    c.header("Location", withNotice(`/admin/files/${c.req.param("clientId")}`, "file-stored"));
    return c.text(`${t("Stored {key}, {size}.", { key, size: sizeOf(size) })}\n`, 201);
  } catch (thrown) {
    const error =
      thrown instanceof BrokenStreamError
        ? new PageError(400, "Broken upload", "The upload did not arrive whole. Send the file again.")
        : thrown;
    if (!(error instanceof RefusedStream || error instanceof PageError)) throw error;
    if (!c.req.raw.bodyUsed) await drain(c.req.raw.body);
    return c.text(`${error instanceof PageError ? t.said(error.words) : error.message}\n`, error.status);
  }
}
