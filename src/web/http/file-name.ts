/**
 * What any file system, key and header takes of a name: letters, digits, spaces and `._()+-`, anything else as `_`, no spaces or
 * dots at its ends.
 *
 * @param name at most a few thousand characters: composing accents (NFC) can take quadratic time
 */
export function plainName(name: string): string {
  return name
    .normalize("NFC")
    .replace(/[^\p{L}\p{N}\p{M} ._()+-]/gu, "_")
    .replace(/\s+/g, " ")
    .replace(/^[. ]+|(?<![. ])[. ]+$/g, "");
}

/** The beginning of a text that has at most `most` bytes in UTF-8. No character is cut in two. */
export function cutToBytes(text: string, most: number): string {
  const encoder = new TextEncoder();
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += encoder.encode(character).length;
    if (bytes > most) return text.slice(0, end);
    end += character.length;
  }
  return text;
}
