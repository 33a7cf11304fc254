const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\u{80}-\\u{10FFFF}-]+";
const LABEL = "[A-Za-z0-9\\u{80}-\\u{10FFFF}](?:[A-Za-z0-9\\u{80}-\\u{10FFFF}-]{0,61}[A-Za-z0-9\\u{80}-\\u{10FFFF}])?";
const MAILBOX = new RegExp(`^(${ATOM}(?:\\.${ATOM})*)@(${LABEL}(?:\\.${LABEL})*)$`, "u");
const INVISIBLE = /[\p{C}\p{Z}]/u;

/**
 * True for one mailbox in the dot-atom form of RFC 5321 4.1.2, with the characters of RFC 6531: local part up to 64
 * octets, whole address up to 254. Quoted local parts, address literals, comments, white space and control characters are
 * refused, so that what passes can stand between `<` and `>` of an SMTP command.
 */
export function isMailbox(text: string): boolean {
  const match = MAILBOX.exec(text);
  if (!match || INVISIBLE.test(text)) return false;
  const encoder = new TextEncoder();
  return encoder.encode(text).length <= 254 && encoder.encode(match[1]).length <= 64;
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

/** True for a name or address of this machine itself: `localhost`, `127.0.0.0/8`, `::1`. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, "");
  return name === "localhost" || name === "::1" || /^127(\.\d{1,3}){3}$/.test(name);
}
