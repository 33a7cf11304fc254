import { env } from "cloudflare:test";
import { assetFonts } from "../../../src/hosts/cloudflare/fonts.ts";
import { describePrinting } from "./print-cases.ts";

// The Worker's own assets, as wrangler.toml has them.
describePrinting(() => assetFonts((env as unknown as { ASSETS: Fetcher }).ASSETS));
