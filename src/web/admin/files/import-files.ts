import type { FileEntry, Files } from "../../../files/files.ts";
import { isSafeKey } from "../../../files/keys.ts";
import { cutToBytes, plainName } from "../../http/file-name.ts";

/**
 * The kinds of import that take uploaded files (handbook, data: classrooms and imports; rules: import files). `ending` is what a
 * name must end with.
 */
export const importKinds = [
  { kind: "user_csv", label: "People (CSV)", ending: ".csv", contentType: "text/csv", processor: "UserImport" },
  {
    kind: "xml_group",
    label: "Groups (XML)",
    ending: ".xml",
    contentType: "application/xml",
    processor: "XMLGroupImport",
  },
] as const;
export type ImportKind = (typeof importKinds)[number];

/** Size of an upload by form, at most (bytes): it is in memory. */
export const LARGEST_UPLOAD = 20 * 1024 * 1024;

/** Size of a streamed upload, at most (bytes): no import takes a larger file (handbook, rules: import files). */
export const LARGEST_STREAM = 200 * 1024 * 1024;

/** Names longer than this (bytes of UTF-8) are cut before their ending: `done/<time>_<name>.result.csv` must fit a folder's 255. */
const LONGEST_NAME = 180;

/** Characters of a name that are looked at: the last ones, which hold the ending. */
const LOOKED_AT = 1000;

/** Pages of a listing (1,000 files each) that are looked through for the newest. */
const MOST_PAGES = 10;

const RESULT_ENDING = ".result.csv";

/** Where files of a kind wait for a client's import. */
export function importFolder(clientId: number, kind: Pick<ImportKind, "kind">): string {
  return `c/${clientId}/import/${kind.kind}/`;
}

/** Whether a file tells the result of an import, line by line. */
export function isResult(name: string): boolean {
  return name.endsWith(RESULT_ENDING);
}

/**
 * A file name that is safe in a key, a folder and a header: the last part of a path, without control characters and without
 * anything but letters, digits, spaces and `._()+-`; null when nothing is left or the ending is not the kind's.
 */
export function safeName(given: string, kind: Pick<ImportKind, "ending">): string | null {
  const cleaned = plainName(
    given.slice(Math.max(given.lastIndexOf("/"), given.lastIndexOf("\\")) + 1).slice(-LOOKED_AT),
  );
  if (!cleaned.toLowerCase().endsWith(kind.ending)) return null;
  const stem = cutToBytes(cleaned.slice(0, -kind.ending.length).trim(), LONGEST_NAME);
  return stem === "" ? null : `${stem}${kind.ending}`;
}

/** Files of one kind that may wait for a client's import; well within one page of a listing. */
export const MOST_WAITING = 500;

/** Whether a folder of {@link importFolder} takes no further file. A file that replaces another needs no room. */
export async function isFull(files: Files, folder: string): Promise<boolean> {
  const { entries } = await files.list(folder, null, { level: true });
  return entries.length >= MOST_WAITING;
}

/** What lies in a client's import folder. */
export interface ImportListing {
  /** Waiting for the next import, by name. */
  readonly waiting: readonly FileEntry[];
  /** Imported, and refused, the newest first, at most `limit`. */
  readonly done: readonly FileEntry[];
  readonly failed: readonly FileEntry[];
}

async function listAll(files: Files, prefix: string): Promise<FileEntry[]> {
  const entries: FileEntry[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const found = await files.list(prefix, cursor);
    entries.push(...found.entries);
    cursor = found.cursor;
    if (cursor === null) break;
  }
  return entries;
}

/** Lists a client's import folder. The names of handled files begin with their time, so the last of them are the newest. */
export async function listImportFiles(files: Files, folder: string, limit: number): Promise<ImportListing> {
  const entries = await listAll(files, folder);
  const below = (part: string) => entries.filter(({ key }) => key.startsWith(`${folder}${part}/`));
  return {
    waiting: entries.filter(({ key }) => !key.slice(folder.length).includes("/")).slice(0, limit),
    done: below("done").toReversed().slice(0, limit),
    failed: below("failed").toReversed().slice(0, limit),
  };
}

/** The page that sends a stored file. `key` is `c/<clientId>/import/…`. */
export function downloadPath(key: string): string {
  const [, clientId, , ...rest] = key.split("/");
  return `/admin/files/${clientId}/${rest.map(encodeURIComponent).join("/")}`;
}

/** The key that an address names below a client's import folder; null for anything that is not plainly below it. */
export function importKey(clientId: number, path: string): string | null {
  const key = `c/${clientId}/import/${path}`;
  return path.includes("/") && isSafeKey(key) ? key : null;
}

/**
 * The result files that an import run wrote: their names begin with the run's start, `yyyyMMddHHmmss` in UTC (handbook, rules:
 * import files).
 * Only the default folders are looked into, not a location that an import configuration names.
 */
export async function resultFiles(
  files: Files,
  run: { readonly clientId: number; readonly startedAt: number | null },
): Promise<FileEntry[]> {
  const { clientId, startedAt } = run;
  if (clientId === 0 || startedAt === null) return [];
  const stamp = new Date(startedAt).toISOString().replace(/[-:T]|\..*$/g, "");
  const prefixes = importKinds.flatMap((kind) =>
    ["done", "failed"].map((part) => `${importFolder(clientId, kind)}${part}/${stamp}_`),
  );
  const pages = await Promise.all(prefixes.map((prefix) => files.list(prefix)));
  return pages.flatMap(({ entries }) => entries).filter(({ key }) => isResult(key));
}
