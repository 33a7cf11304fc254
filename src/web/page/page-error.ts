import type { ContentfulStatusCode } from "hono/utils/http-status";
import { type English, type Said, say } from "../words/text.ts";
import { translators } from "../words/translate.ts";

/**
 * A request that ends with a page which says what is wrong and what to do next, in the reader's language. `message` is English.
 *
 * @example throw new PageError(409, "Not allowed", say("{name} is running", { name }));
 */
export class PageError extends Error {
  readonly status: ContentfulStatusCode;
  readonly title: English;
  readonly words: English | Said;
  /** Where to go on from here, before the jobs; null: nowhere in particular. */
  readonly link: { readonly path: string; readonly label: English } | null;
  constructor(status: ContentfulStatusCode, title: English, words: English | Said, link: PageError["link"] = null) {
    super(translators.en.said(words));
    this.link = link;
    this.status = status;
    this.title = title;
    this.words = words;
  }
}

const saidOf = (what: English | Said): Said => (typeof what === "string" ? { text: what, values: {} } : what);

/** There is no such thing, or it is another client's: the answer does not tell which. @param what `"job"`; its German needs no article */
export function notFound(what: English | Said): PageError {
  return new PageError(
    404,
    "Not found",
    say("There is no such {what}, or it is not among those that you may see.", { what: saidOf(what) }),
  );
}

/** It is there, it can be seen, and this admin may not do that. @param what `"creating jobs"` */
export function forbidden(what: English | Said): PageError {
  return new PageError(
    403,
    "Not allowed",
    say("Your role does not include this: {what}. Ask a system administrator.", { what: saidOf(what) }),
  );
}

/** Ends the request unless it is allowed. */
export function require(allowed: boolean, otherwise: PageError): void {
  if (!allowed) throw otherwise;
}
