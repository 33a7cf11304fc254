import { Buffer } from "node:buffer";
import { PageError } from "../page/page-error.ts";
import { say } from "../words/text.ts";
import { readBody } from "./body.ts";
import { checkFields } from "./limits.ts";

/** Size of a form without files, at most (bytes). */
const LONGEST_FORM = 256 * 1024;

/**
 * The fields of a form as the browser posted it.
 * @throws {PageError} for another kind of body, or one that is too long or has a field that is (`limits.ts`).
 */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get("content-type") ?? "";
  if (!type.startsWith("application/x-www-form-urlencoded")) {
    throw new PageError(415, "Not a form", "This address takes a form, sent as application/x-www-form-urlencoded.");
  }
  const body = await readBody(request, LONGEST_FORM);
  if (body === null) {
    throw new PageError(413, "Too long", say("A form may have at most {size} kB.", { size: LONGEST_FORM / 1024 }));
  }
  const form = new URLSearchParams(Buffer.from(body.buffer).toString("utf8"));
  checkFields(form);
  return form;
}

/** The last value of a field, '' when it was not posted. A check box posts `false` and, when ticked, `true` after it. */
export function lastValue(form: URLSearchParams, name: string): string {
  return form.getAll(name).at(-1) ?? "";
}

/** The id in an address; null for anything but a whole number above 0. */
export function readId(text: string | undefined): number | null {
  return text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
}
