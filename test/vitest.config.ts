import { existsSync } from "node:fs";
import { defineConfig } from "vitest/config";

const root = new URL("..", import.meta.url).pathname;

/** Own authority of the tests' servers. workerd's host reads it when it is imported, so that has to come later. */
process.env.NODE_EXTRA_CA_CERTS = `${root}test/harness/certificates/ca.pem`;
const { cloudflareTest } = await import("@cloudflare/vitest-plugin");

/** The edge host with wrangler.toml's bindings; until it exists, a bare workerd. */
const edge = existsSync(`${root}src/hosts/cloudflare/worker.ts`)
  ? { wrangler: { configPath: `${root}wrangler.toml` } }
  : { miniflare: { compatibilityDate: "2026-06-01", compatibilityFlags: ["nodejs_compat"] } };

const limits = { testTimeout: 60_000, hookTimeout: 60_000 };

/**
 * Two projects: `node` runs everything in plain Node, `workerd` runs `*.workerd.test.ts` inside the edge runtime with the
 * bindings of wrangler.toml. One real libSQL server serves both.
 */
export default defineConfig({
  test: {
    root,
    globalSetup: ["test/harness/global-setup.ts"],
    projects: [
      {
        test: {
          name: "node",
          root,
          include: ["test/**/*.test.ts"],
          exclude: ["test/**/*.workerd.test.ts", "node_modules/**"],
          ...limits,
        },
      },
      {
        plugins: [cloudflareTest(edge)],
        test: {
          name: "workerd",
          root,
          include: ["test/**/*.workerd.test.ts"],
          exclude: ["node_modules/**"],
          ...limits,
        },
      },
    ],
  },
});
