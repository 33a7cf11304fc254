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
  const { code, rawCode, message } = error as { code?: unknown; rawCode?: unknown; message?: unknown };
  const name = typeof rawCode === "number" ? NAMES.get(rawCode & 0xff) : undefined;
  return {
    index,
    code: name ?? (typeof code === "string" && code !== "" ? code : "SQLITE_ERROR"),
    message: typeof message === "string" ? message : String(error),
  };
}
