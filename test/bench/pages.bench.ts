import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createViteServer } from "vitest/node";

/**
 * What each page of the manager costs with 2,000 clients, 20,000 jobs and 1,000,000 runs: the time until the server has the whole
 * page, the statements and the round trips to the database. Pages are JSX, which Node does not read by itself.
 */
export default async function bench(): Promise<void> {
  const loader = await createViteServer({
    root: join(import.meta.dirname, "../.."),
    configFile: false,
    appType: "custom",
    logLevel: "warn",
    optimizeDeps: { noDiscovery: true },
    server: { middlewareMode: true, watch: null, ws: false },
  });
  try {
    const { measurePages } = (await loader.ssrLoadModule(
      "/test/bench/measure-pages.ts",
    )) as typeof import("./measure-pages.ts");
    await measurePages(await mkdtemp(join(tmpdir(), "minutehand-bench-")));
  } finally {
    await loader.close();
  }
}
