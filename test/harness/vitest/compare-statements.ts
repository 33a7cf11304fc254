import type { Plugin } from "vitest/config";

const comparing = new URL("compared-compile.ts", import.meta.url).pathname;

/** Lets every statement that a test sends go through `compared-compile.ts`, whichever room has drawn it up. */
export const compareStatements: Plugin = {
  name: "compare-statements",
  enforce: "pre",
  resolveId: (source, importer) =>
    source === "./compile.ts" && importer?.endsWith("/src/store/statement.ts") ? comparing : null,
};
