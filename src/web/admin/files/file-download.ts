import { noteAccess } from "../../access-record.ts";
import type { PageContext } from "../../environment.ts";
import { attachmentHeaders } from "../../http/attachment.ts";
import { forbidden, notFound, require } from "../../page/page-error.ts";
import type { Ports } from "../../ports.ts";
import { readClientFrom } from "../clients/client-entry.tsx";
import { fileKey, filesOf, mayFetch, nameOf } from "./client-files.ts";
import { importKey } from "./import-files.ts";

/**
 * `GET /admin/files/:clientId/<kind>/…` for files of imports and `GET /admin/files/:clientId/download?path=…` for any of the client's:
 * sends a file for saving; a browser never shows it as a page.
 */
export async function downloadAction(c: PageContext, ports: Ports) {
  const client = await readClientFrom(c, ports);
  const ofImport = c.req.param("path");
  const key = ofImport === undefined ? fileKey(client.id, c.req.query("path")) : importKey(client.id, ofImport);
  if (key === null) throw notFound("file");
  require(mayFetch(c, client.id, key), forbidden("fetching import files"));
  const files = filesOf(ports, client.id);
  const entry = await files.head(key);
  const content = entry && (await files.read(key, { etag: entry.etag }));
  if (!entry || !content) throw notFound("file");
  if (c.req.method === "GET") await noteAccess(c, ports, { kind: "download", clientId: client.id, subject: key });
  return c.body(content, 200, { ...attachmentHeaders(nameOf(key)), "Content-Length": String(entry.size) });
}
