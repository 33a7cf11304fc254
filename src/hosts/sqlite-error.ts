import type { Refusal } from "../store/writer/batch.ts";

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html), as `@libsql/client` names them. */
const NAMES = new Map([
  [5, "SQLITE_BUSY"],
  [6, "SQLITE_LOCKED"],
  [8, "SQLITE_READONLY"],
  [10, "SQLITE_IOERR"],
  [11, "SQLITE_CORRUPT"],
  [13, "SQLITE_FULL"],
  [14, "SQLITE_CANTOPEN"],
  [18, "SQLITE_TOOBIG"],
  [19, "SQLITE_CONSTRAINT"],
  [20, "SQLITE_MISMATCH"],
  [25, "SQLITE_RANGE"],
]);

/** What a database said of a statement that it refused: an error of the driver, in plain words. */
export function refusalOf(error: unknown, index: number): Refusal {
  const { code, rawCode, errcode, message } = error as Record<"code" | "rawCode" | "errcode" | "message", unknown>;
  // `rawCode` of `@libsql/client`, `errcode` of a runtime's own SQLite. In both the primary code is the lowest byte.
  const raw = rawCode ?? errcode;
  const name = typeof raw === "number" ? (NAMES.get(raw & 0xff) ?? "SQLITE_ERROR") : undefined;
  return {
    index,
    code: name ?? (typeof code === "string" && code !== "" ? code : "SQLITE_ERROR"),
    message: typeof message === "string" ? message : String(error),
  };
}
