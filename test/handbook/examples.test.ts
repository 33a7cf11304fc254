import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { readStop } from "../../src/administration/pauses/stop.ts";
import { QuartzExpression } from "../../src/quartz/index.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";

const page = (name: string) => readFile(new URL(`../../src/handbook/${name}.md`, import.meta.url), "utf8");

it("a database that is brought back as the handbook says begins stopped", async () => {
  const [insert = ""] = /INSERT INTO settings [^`]+/.exec(await page("operators/data")) ?? [];
  const database = await freshFileDatabase();
  await database.execute(insert);
  expect(await readStop(database)).toEqual({ at: 0, by: null, note: "Restored" });
});

it("every expression of the handbook is a schedule that fires", async () => {
  const rows = [...(await page("administrators/schedules")).matchAll(/^\| `(0 [^`]+)` +\|/gm)].map(
    ([, text = ""]) => text,
  );
  expect(rows.length).toBeGreaterThan(5);
  for (const text of rows)
    expect(QuartzExpression.parse(text).next(Date.UTC(2026, 0, 1), "Europe/Berlin"), text).not.toBeNull();
});
