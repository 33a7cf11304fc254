import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { compareStatements } from "./harness/vitest/compare-statements.ts";
import { LAST_RESORT_MS } from "./harness/vitest/last-resort.ts";
import { LongestFirst } from "./harness/vitest/longest-first.ts";
import { memoryFolder } from "./harness/vitest/memory-folder.ts";

const root = new URL("..", import.meta.url).pathname;

/** Temporary files of this process and of all that it starts. */
const folder = memoryFolder();
if (folder) process.env.TMPDIR = folder;

/** Own authority of the tests' servers. workerd's host reads it when it is imported, so that has to come later. */
process.env.NODE_EXTRA_CA_CERTS = `${root}test/harness/certificates/ca.pem`;
const { cloudflareTest } = await import("@cloudflare/vitest-plugin");

const limits = { testTimeout: LAST_RESORT_MS, hookTimeout: LAST_RESORT_MS };

/**
 * How the conformance suite disturbs processors: `CONFORMANCE=full` (`npm run conformance`) tries every fault at every write.
 * Otherwise one at each, by a seed: the day (UTC, days since 1970), so that three days in a row try them all; `SEED=n` repeats one.
 */
const conformance = {
  seed: Number(process.env.SEED ?? Math.floor(Date.now() / 86_400_000)),
  sweep: process.env.CONFORMANCE === "full",
};

/**
 * Two projects: `node` runs everything in plain Node, `workerd` runs `*.workerd.test.ts` inside the edge runtime with the
 * bindings of wrangler.toml. One real libSQL server serves both.
 */
export default defineConfig({
  test: {
    root,
    globalSetup: ["test/harness/vitest/global-setup.ts"],
    provide: { conformance },
    // Some files wait for other processes much of their time; one more than there are cores keeps these busy.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        plugins: [compareStatements],
        test: {
          name: "node",
          // The modules keep no state of their own, so one worker may run many files.
          isolate: false,
          root,
          include: ["test/**/*.test.ts"],
          exclude: ["test/**/*.workerd.test.ts", "**/node_modules/**"],
          ...limits,
        },
      },
      {
        plugins: [
          cloudflareTest(({ inject }) => ({
            wrangler: { configPath: `${root}wrangler.toml` },
            miniflare: {
              bindings: {
                // sqld takes the first label of a host name with dots for a namespace; `localhost` has none, so it means the default one.
                LIBSQL_URL: inject("sqld").url.replace("127.0.0.1", "localhost"),
                SECRETS_KEY: Buffer.alloc(32, 7).toString("base64"),
                RELEASE_ID: "test",
              },
            },
          })),
        ],
        test: {
          name: "workerd",
          root,
          include: ["test/**/*.workerd.test.ts"],
          exclude: ["**/node_modules/**"],
          ...limits,
        },
      },
    ],
  },
});
