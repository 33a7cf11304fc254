import type { ContentfulStatusCode } from "hono/utils/http-status";

/** A request that ends with a page which says what is wrong and what to do next. */
export class PageError extends Error {
  readonly status: ContentfulStatusCode;
  readonly title: string;
  constructor(status: ContentfulStatusCode, title: string, message: string) {
    super(message);
    this.status = status;
    this.title = title;
  }
}

/** There is no such thing, or it is another client's: nobody learns which. */
export function notFound(what: string): PageError {
  return new PageError(404, "Not found", `There is no such ${what}, or it is not among those that you may see.`);
}

/** It is there, it can be seen, and this admin may not do that. */
export function forbidden(what: string): PageError {
  return new PageError(403, "Not allowed", `Your role does not include this: ${what}. Ask a system administrator.`);
}

/** Ends the request unless it is allowed. */
export function require(allowed: boolean, otherwise: PageError): void {
  if (!allowed) throw otherwise;
}
