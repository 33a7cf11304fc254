/** A font's file that is not there, or cannot be had now. */
export class FontMissingError extends Error {
  readonly code = "font_missing";
  readonly file: string;
  /** @param reason what the host says of it */
  constructor(file: string, reason: string) {
    super(`The font file ${file} cannot be read: ${reason}`);
    this.file = file;
  }
}

/**
 * The fonts that documents are set in (handbook, rules: fonts): read-only files that come with the release. `faces.tsv` says which
 * file has which characters; see `src/hosts/fonts`.
 */
export interface Fonts {
  /** A file in full. @throws {FontMissingError} */
  read(file: string): Promise<Uint8Array>;
}
