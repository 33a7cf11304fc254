import { join } from "node:path";
import { createViteServer } from "vitest/node";

/**
 * `npm run screenshots`: a picture of each page, by day and by night, in `.screenshots`, which git ignores. Pages are JSX, which Node
 * does not read by itself.
 */
const root = join(import.meta.dirname, "../../..");
const loader = await createViteServer({
  root,
  configFile: false,
  appType: "custom",
  logLevel: "warn",
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, watch: null, ws: false },
});
try {
  const load = loader.ssrLoadModule("/test/browser/screenshots/take-screenshots.ts");
  const { takeScreenshots } = (await load) as typeof import("./take-screenshots.ts");
  const folder = join(root, ".screenshots");
  console.log(`${await takeScreenshots(folder)} pictures in ${folder}`);
} finally {
  await loader.close();
}
