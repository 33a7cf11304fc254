/**
 * A tag at the start of a text, blanks aside: an element, its end, a comment, a document type or an XML declaration. `<3` and
 * `<ada@example.com>` are none.
 */
const TAG_FIRST = /^\s*<(?:!--|!doctype\b|\?xml\b|\/?[a-z][a-z0-9-]*(?:[\s/][^>]*)?>)/i;

/** True for a mail's body that is HTML: its first characters that are not blank are a tag. Any other is plain text. */
export function isHtmlBody(body: string): boolean {
  return TAG_FIRST.test(body);
}
