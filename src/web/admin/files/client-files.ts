import { recordChanges } from "../../../control/audit-trail.ts";
import { boundFiles } from "../../../files/bound.ts";
import type { FileEntry } from "../../../files/files.ts";
import { isSafeKey } from "../../../files/keys.ts";
import type { Statement } from "../../../store/database.ts";
import { mayDeleteFile, mayDownload } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import type { Ports } from "../../ports.ts";
import { isResult } from "./import-files.ts";

/** All that a client has in the file store, and nothing else of it. */
export function filesOf(ports: Ports, clientId: number) {
  return boundFiles(ports.files, [`c/${clientId}/`]);
}

/** The key of a file that an address names by its path below the client's files; null for what is no plain path. */
export function fileKey(clientId: number, path: string | undefined): string | null {
  const key = `c/${clientId}/${path}`;
  return path !== undefined && isSafeKey(key) ? key : null;
}

/** The path of a key below its client's files: `import/user_csv/people.csv`. */
export function pathOf(key: string): string {
  return key.split("/").slice(2).join("/");
}

/** The last part of a key. */
export function nameOf(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

/** A page below a client's files, with a path in its query: what belongs to a path can hold anything. */
export function fileAddress(clientId: number, page: "folder" | "download" | "delete", path: string): string {
  return `/admin/files/${clientId}/${page}?path=${encodeURIComponent(path)}`;
}

/** Whether a file may be fetched. Of import files read-only accounts get the results only. */
export function mayFetch(c: PageContext, clientId: number, key: string): boolean {
  return mayDownload(c.var.admin, clientId, isResult(nameOf(key)));
}

/** Whether a file may be deleted: files of imports only, since others belong to rows that would then lead nowhere. */
export function mayDelete(c: PageContext, clientId: number, key: string): boolean {
  return mayDeleteFile(c.var.admin, clientId) && key.startsWith(`c/${clientId}/import/`);
}

/** Records that a file was put in or taken away. The file store takes no part in the database's batches: call it once that is done. */
export function fileChange(
  c: PageContext,
  clientId: number,
  entry: FileEntry,
  action: "create" | "delete",
  now: number,
): Statement {
  const facts = { key: entry.key, size: entry.size };
  const change = action === "create" ? { after: facts } : { before: facts };
  return recordChanges([{ clientId, actor: c.var.admin.email, entity: "file", entityId: 0, action, ...change }], now);
}
