import { FontMissingError, type Fonts } from "../../files/fonts.ts";

/** The fonts that come with the release, from the Worker's static assets (wrangler.toml: assets). */
export function assetFonts(assets: Pick<Fetcher, "fetch">): Fonts {
  return {
    async read(file) {
      // The host of the address is not looked at.
      const answer = await assets.fetch(`https://assets.local/${file}`);
      if (!answer.ok) {
        await answer.body?.cancel();
        throw new FontMissingError(file, `the assets answered ${answer.status}`);
      }
      return new Uint8Array(await answer.arrayBuffer());
    },
  };
}
