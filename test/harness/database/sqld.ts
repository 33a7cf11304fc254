import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Sqld, startSqld } from "../../../src/hosts/local/sqld.ts";

/** A real libSQL server with namespaces and its data in a temporary folder. Node only. */
export async function startTestSqld(): Promise<Sqld & { stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "minutehand-sqld-"));
  const sqld = await startSqld({ folder: join(folder, "data"), log: join(folder, "log"), namespaces: true });
  return {
    ...sqld,
    async stop() {
      await sqld.child.stop(0);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
