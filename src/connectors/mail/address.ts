const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\u{80}-\\u{10FFFF}-]+";
const LABEL = "[A-Za-z0-9\\u{80}-\\u{10FFFF}](?:[A-Za-z0-9\\u{80}-\\u{10FFFF}-]{0,61}[A-Za-z0-9\\u{80}-\\u{10FFFF}])?";
const MAILBOX = new RegExp(`^(${ATOM}(?:\\.${ATOM})*)@(${LABEL}(?:\\.${LABEL})*)$`, "u");
/** Octets, with the `<` and `>` of a path at most 256 (RFC 5321, 4.5.3.1.3). */
const LONGEST_MAILBOX = 254;
const INVISIBLE = /[\p{C}\p{Z}]/u;

/**
 * True for one mailbox in the dot-atom form of RFC 5321 4.1.2, with the characters of RFC 6531: local part up to 64
 * octets, whole address up to 254, a domain that has an ASCII form. Quoted local parts, address literals, comments, white space and control characters are
 * refused, so that what passes can stand between `<` and `>` of an SMTP command. The one check of mailer and imports: an address
 * that an import takes is one that mail is sent to.
 */
export function isMailbox(text: string): boolean {
  if (text.length > LONGEST_MAILBOX) return false;
  const match = MAILBOX.exec(text);
  if (!match || INVISIBLE.test(text)) return false;
  const encoder = new TextEncoder();
  if (encoder.encode(text).length > LONGEST_MAILBOX || encoder.encode(match[1]).length > 64) return false;
  return wireMailbox(text) !== null;
}

/**
 * The mailbox as it goes over the wire: an international domain in its ASCII form (RFC 5891). The local part stays as it
 * is; it is ASCII unless the server takes SMTPUTF8.
 * @returns null when the domain has no ASCII form.
 */
export function wireMailbox(mailbox: string): string | null {
  const at = mailbox.lastIndexOf("@");
  const domain = mailbox.slice(at + 1);
  if (isAscii(domain)) return mailbox;
  const url = URL.parse(`http://${domain}`);
  return url && isAscii(url.hostname) ? `${mailbox.slice(0, at)}@${url.hostname}` : null;
}

/** True if every character is below 128. */
export function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 127) return false;
  return true;
}
