/** Bytes of an answer that are kept. */
export const EXCERPT_BYTES = 2048;

/** Every writing in which an answer may give a secret back: as it is, within JSON, within an address, without its scheme. */
function writingsOf(secret: string): string[] {
  const parts = [secret, secret.replace(/^whsec_/, ""), secret.replace(/^(Basic|Bearer|Digest|Token)\s+/i, "")];
  const writings = parts.flatMap((part) => [part, JSON.stringify(part).slice(1, -1), encodeURIComponent(part)]);
  return [...new Set(writings)].filter((one) => one !== "").sort((a, b) => b.length - a.length);
}

/** Bytes to read, so that no secret is cut in two by the excerpt's end. */
export function bytesToRead(secrets: readonly string[]): number {
  const longest = Math.max(0, ...secrets.flatMap(writingsOf).map((one) => one.length));
  return EXCERPT_BYTES + longest;
}

/**
 * The beginning of an answer for a log: at most {@link EXCERPT_BYTES} of text in which secrets are starred out, or how
 * much there was of something that is no text.
 *
 * @param body its first {@link bytesToRead} bytes, or fewer
 * @param more there was more of it
 * @param contentType of the answer; its charset is honoured, UTF-8 without one
 */
export function answerExcerpt(
  body: Uint8Array,
  more: boolean,
  contentType: string | null,
  secrets: readonly string[],
): string {
  if (body.length === 0) return "";
  const text = textOf(body, contentType);
  if (text === null) return `(${more ? "more than " : ""}${body.length} bytes that are no text)`;
  let clean = text;
  // Stars of the same length keep what stands behind them in its place, so that the cut stays behind the secret.
  for (const writing of secrets.flatMap(writingsOf)) clean = clean.replaceAll(writing, "*".repeat(writing.length));
  const bytes = new TextEncoder().encode(clean);
  return new TextDecoder().decode(bytes.subarray(0, EXCERPT_BYTES), { stream: true });
}

function textOf(body: Uint8Array, contentType: string | null): string | null {
  const charset = /charset="?([\w-]+)/i.exec(contentType ?? "")?.[1] ?? "utf-8";
  try {
    // A character that the end of the excerpt cuts is left out rather than wrong.
    const text = new TextDecoder(charset, { fatal: true }).decode(body, { stream: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters tell that it is no text
    return /[\u0000-\u0008\u000e-\u001f]/.test(text) ? null : text;
  } catch {
    return null;
  }
}
