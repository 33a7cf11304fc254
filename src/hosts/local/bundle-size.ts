import { readdir, readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

/** A Worker of the free plan may have this much after compression (Cloudflare's documentation, Workers limits). Bytes. */
const LARGEST_GZIP = 3_000_000;

const inKilobytes = (bytes: number) => `${Math.round(bytes / 1000).toLocaleString("en")} kB`;

/**
 * Prints how large the Worker in `dist` is, raw and after gzip, and ends with 1 when it is too large. Part of
 * `npm run deploy:check`.
 */
async function main(): Promise<void> {
  const dist = new URL("../../../dist/", import.meta.url);
  const names = (await readdir(dist)).filter((name) => /\.(js|mjs|wasm|sql)$/.test(name));
  const files = await Promise.all(names.map((name) => readFile(new URL(name, dist))));
  const raw = files.reduce((sum, file) => sum + file.length, 0);
  const gzip = files.reduce((sum, file) => sum + gzipSync(file).length, 0);
  console.log(`Worker: ${inKilobytes(raw)}, after gzip ${inKilobytes(gzip)} of at most ${inKilobytes(LARGEST_GZIP)}`);
  if (gzip > LARGEST_GZIP) {
    console.error(
      "The Worker is too large for the free plan; look at what was added with wrangler deploy --dry-run --metafile",
    );
    process.exitCode = 1;
  }
}

await main();
