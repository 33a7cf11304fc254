import { readFile } from "node:fs/promises";
import { FontMissingError, type Fonts } from "../../files/fonts.ts";

/** The fonts that come with the release, from its folder. */
export function folderFonts(folder = new URL("../fonts/", import.meta.url)): Fonts {
  return {
    async read(file) {
      try {
        return new Uint8Array(await readFile(new URL(file, folder)));
      } catch (error) {
        throw new FontMissingError(file, error instanceof Error ? error.message : String(error));
      }
    },
  };
}
