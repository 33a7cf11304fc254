import { cutToBytes, plainName } from "./file-name.ts";

const TYPES: ReadonlyMap<string, string> = new Map([
  ["csv", "text/csv; charset=utf-8"],
  ["xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
  // An XML file says its encoding itself.
  ["xml", "application/xml"],
]);

/** Characters that are looked at: what follows could not be kept anyway. */
const LOOKED_AT = 1000;

/** Bytes of UTF-8 that a name may have before its ending. */
const LONGEST_NAME = 150;

/** A name that any file system takes: letters, digits, spaces and `._()+-`, no longer than 150 bytes and its ending. */
export function fileName(stem: string, ending: string): string {
  const cut = cutToBytes(plainName(stem.slice(0, LOOKED_AT)), LONGEST_NAME);
  return `${cut === "" ? "file" : cut}.${ending}`;
}

/**
 * Headers of a file that is to be saved and never shown as a page: its type by its ending, and its name for old and new
 * browsers (RFC 6266, RFC 8187).
 */
export function attachmentHeaders(name: string): Record<string, string> {
  const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  const plain = name.replace(/[^\x20-\x7e]|["\\]/g, "_");
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return {
    "Content-Type": TYPES.get(ending) ?? "application/octet-stream",
    "Content-Disposition": `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`,
  };
}
