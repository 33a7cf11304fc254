import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createViteServer } from "vitest/node";

/**
 * Works with a module that draws pages: they are JSX, which Node does not read by itself.
 *
 * @param path from the project's folder, with a slash in front
 * @param work gets the module, and a folder that is removed afterwards
 */
export async function withJsxModule<Module, Result>(
  path: string,
  work: (module: Module, folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "minutehand-bench-"));
  const loader = await createViteServer({
    root: join(import.meta.dirname, "../../.."),
    configFile: false,
    appType: "custom",
    logLevel: "warn",
    optimizeDeps: { noDiscovery: true },
    server: { middlewareMode: true, watch: null, ws: false },
  });
  try {
    return await work((await loader.ssrLoadModule(path)) as Module, folder);
  } finally {
    await loader.close();
    await rm(folder, { recursive: true, force: true });
  }
}
