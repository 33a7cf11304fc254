import type { Connectors } from "../../../src/connectors/connectors.ts";
import type { Files } from "../../../src/files/files.ts";
import { erasedKeySecret } from "../../../src/learning/erasure/erased-key.ts";
import { TOKEN_BYTES } from "../../../src/learning/reports/access-token.ts";
import { createCatalogue } from "../../../src/processors/catalogue.ts";
import type { Processor } from "../../../src/processors/contract.ts";
import type { RunnerPorts } from "../../../src/runner/ports.ts";
import { Runner } from "../../../src/runner/runner.ts";
import type { Database } from "../../../src/store/database.ts";
import { withOutages } from "../../../src/store/outage.ts";
import type { VirtualClock } from "../clock.ts";

/** What a test hands in instead of the platform; the rest has plain defaults. */
export type RunnerOverrides = Partial<RunnerPorts>;

/** The connectors of a client that has none. */
export const noConnectors: Connectors = {
  open: async () => null,
  mail: async () => null,
  webhook: async () => null,
  close: async () => undefined,
};

/** Random bytes made so far. */
let made = 0;

/** Random bytes for a test: a token's are always the same, so that a run that is repeated leaves the same rows; no two others are. */
function testBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length).fill(7);
  if (length === TOKEN_BYTES) return bytes;
  made += 1;
  return bytes.with(0, (made >> 8) % 256).with(1, made % 256);
}

/** Ports of a runner on one database, in virtual time, whose files, connectors and nodes refuse every call. */
export function runnerPorts(
  database: Database,
  processors: readonly Processor[],
  clock: VirtualClock,
  overrides: RunnerOverrides = {},
): RunnerPorts {
  const control = withOutages(database);
  const absent = (what: string) => () => {
    throw new Error(`This test has no ${what}`);
  };
  return {
    control,
    storeOf: async () => control,
    catalogue: createCatalogue(processors),
    clock,
    random: () => 0,
    randomBytes: testBytes,
    filesFor: () => new Proxy({} as Files, { get: () => absent("files") }),
    // Only where they are read: the edge runtime has no folder.
    fonts: { read: async (file) => (await import("../../../src/hosts/node/fonts.ts")).folderFonts().read(file) },
    connectorsFor: () => noConnectors,
    nodes: { push: async () => undefined },
    erasedKeySecret: () => erasedKeySecret(new Uint8Array(32).fill(7)),
    wakeRunner: async () => undefined,
    report: () => undefined,
    ...overrides,
  };
}

/** A runner for one client, as {@link runnerPorts} has it. */
export function testRunner(
  database: Database,
  processors: readonly Processor[],
  clock: VirtualClock,
  clientId: number,
  overrides: RunnerOverrides = {},
): Runner {
  return new Runner(runnerPorts(database, processors, clock, overrides), clientId);
}

/** Adds a client. Returns its id. */
export async function addClient(database: Pick<Database, "execute">, key: string, timeZone = "UTC"): Promise<number> {
  const result = await database.execute({
    sql: "INSERT INTO clients (key, name, time_zone, created_at, updated_at) VALUES (?, ?, ?, 0, 0) RETURNING id",
    args: [key, key, timeZone],
  });
  return Number(result.rows[0]?.id);
}
