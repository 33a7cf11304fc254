import { createMiddleware } from "hono/factory";
import type { Environment } from "../environment.ts";
import { PageError } from "../page/page-error.ts";
import type { Ports } from "../ports.ts";
import { readerOf } from "../reader/reader.ts";
import { localeOf } from "../reader/reader-choice.ts";
import { say } from "../words/text.ts";

/** Characters of an address (path and query, as sent), at most. */
export const LONGEST_ADDRESS = 8192;

/** Characters of a header without its own limit, at most. */
const LONGEST_HEADER = 8192;
const LONGEST_HEADERS: ReadonlyMap<string, number> = new Map([
  ["accept-language", 1000],
  ["content-type", 500],
  ["host", 300],
  ["origin", 500],
  ["sec-fetch-site", 100],
  ["user-agent", 2000],
]);

/** Characters of the value of a field without its own limit, at most. */
export const LONGEST_VALUE = 4000;
/** Lists, texts of several lines and JSON. A parameter's own schema usually allows less. */
const LONGEST_TEXT = 64 * 1024;
const LONG_FIELDS: ReadonlySet<string> = new Set(["days"]);
const LONG_PREFIXES = ["parameters.", "settings.", "seen.", "config.", "secret."];
/** Addresses to come back to: in a query they are limited by the address that they stand in. */
const ADDRESSES: ReadonlySet<string> = new Set(["back", "next", "draft.path", "draft.page"]);

/** Characters of the name of a field, at most. */
const LONGEST_NAME = 200;
/** Fields of a form or a query, at most; each value of a field that comes several times counts. */
const MOST_FIELDS = 1000;
/** Characters of a text that is too long that the message shows. */
const SHOWN = 80;

/** Characters that the value of a field may have. One that waits in the sign-in page has the limit that it had before. */
function longestValue(name: string): number {
  const plain = name.startsWith("draft.field.") ? name.slice("draft.field.".length) : name;
  if (ADDRESSES.has(plain)) return LONGEST_ADDRESS;
  const isLong = LONG_FIELDS.has(plain) || LONG_PREFIXES.some((prefix) => plain.startsWith(prefix));
  return isLong ? LONGEST_TEXT : LONGEST_VALUE;
}

/**
 * Refuses fields that are too long or too many, before anything else looks at their values.
 *
 * @param fields of a form or a query; a file counts by its name
 * @throws {PageError} 413, which names the field and its limit
 */
export function checkFields(fields: Iterable<readonly [string, string | File]>): void {
  let count = 0;
  for (const [name, value] of fields) {
    count += 1;
    if (count > MOST_FIELDS) {
      throw new PageError(413, "Too long", say("At most {most} fields are taken at once.", { most: MOST_FIELDS }));
    }
    const text = typeof value === "string" ? value : value.name;
    const tooLong =
      name.length > LONGEST_NAME
        ? { length: name.length, most: LONGEST_NAME }
        : { length: text.length, most: longestValue(name) };
    if (tooLong.length <= tooLong.most) continue;
    const { length, most } = tooLong;
    throw new PageError(
      413,
      "Too long",
      say("{field} has {length} characters; at most {most} are taken. Shorten it and send it again.", {
        field: name.slice(0, SHOWN),
        length,
        most,
      }),
    );
  }
}

/** What is too long of a request's address or headers; null: nothing. */
function excessOf(request: Request): PageError | null {
  const address = request.url.length - new URL(request.url).origin.length;
  if (address > LONGEST_ADDRESS) {
    const values = { length: address, most: LONGEST_ADDRESS };
    return new PageError(
      414,
      "Too long",
      say("The address has {length} characters; at most {most} are taken.", values),
    );
  }
  for (const [name, { length }] of request.headers) {
    const most = LONGEST_HEADERS.get(name) ?? LONGEST_HEADER;
    if (length <= most) continue;
    const values = { name: name.slice(0, SHOWN), length, most };
    return new PageError(
      431,
      "Too long",
      say("The header {name} has {length} characters; at most {most} are taken.", values),
    );
  }
  return null;
}

/**
 * Refuses addresses, headers and queries that are too long, before anything else reads them. It leaves a reader for the words of
 * the refusal, in the browser's language where that header is of a fair length.
 */
export function requestLimits(ports: Pick<Ports, "now">) {
  return createMiddleware<Environment>(async function requestLimits(c, next) {
    const languages = c.req.header("accept-language") ?? "";
    const isFair = languages.length <= (LONGEST_HEADERS.get("accept-language") ?? 0);
    c.set("reader", readerOf(localeOf(isFair ? languages : ""), "UTC", ports.now()));
    const excess = excessOf(c.req.raw);
    if (excess) throw excess;
    checkFields(new URL(c.req.url).searchParams);
    return next();
  });
}
