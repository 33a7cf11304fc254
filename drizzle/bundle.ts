import { readFile, writeFile } from "node:fs/promises";
import { type Migration, type MigrationSet, migrationSets } from "../src/store/migrations.ts";

/**
 * Writes `drizzle/<set>/migrations.ts` from the SQL files that drizzle-kit made, in the order of its journal. Run by
 * `npm run migrations`, after drizzle-kit.
 */

/** drizzle-kit's own mark between two statements of a file. */
const BREAKPOINT = "--> statement-breakpoint";

/** Does nothing inside a transaction, and each migration is one; `migrate` switches the checks off around it. */
const IDLE = /^PRAGMA foreign_keys\s*=/i;

/** Reads a set's SQL files. */
export async function readMigrations(set: MigrationSet): Promise<Migration[]> {
  const folder = new URL(`./${set}/`, import.meta.url);
  const journal = JSON.parse(await readFile(new URL("meta/_journal.json", folder), "utf8")) as {
    entries: { idx: number; tag: string }[];
  };
  const entries = journal.entries.toSorted((a, b) => a.idx - b.idx);
  return Promise.all(
    entries.map(async ({ tag }) => {
      const text = await readFile(new URL(`${tag}.sql`, folder), "utf8");
      const statements = text
        .split(BREAKPOINT)
        .map((statement) => statement.trim())
        .filter((statement) => statement !== "" && !IDLE.test(statement));
      return { name: tag, statements };
    }),
  );
}

/** The text of a set's bundle, formatted as Biome would. */
export function renderBundle(set: MigrationSet, migrations: readonly Migration[]): string {
  const quote = (statement: string) => `\`${statement.replaceAll(/[`\\]|\$\{/g, (found) => `\\${found}`)}\``;
  const blocks = migrations.map(
    ({ name, statements }) =>
      `  {\n    name: ${JSON.stringify(name)},\n    statements: [\n${statements.map((one) => `      ${quote(one)},\n`).join("")}    ],\n  },\n`,
  );
  return `// biome-ignore-all format: written by \`npm run migrations\` from the SQL files beside it
import type { Migration } from "../../src/store/migrations.ts";

/** The \`${set}\` set, in order. */
export const migrations: readonly Migration[] = [
${blocks.join("")}];
`;
}

if (import.meta.main) {
  for (const set of migrationSets) {
    await writeFile(new URL(`./${set}/migrations.ts`, import.meta.url), renderBundle(set, await readMigrations(set)));
  }
}
