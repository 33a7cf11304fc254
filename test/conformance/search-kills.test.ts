import { expect, inject, it } from "vitest";
import { VirtualClock } from "../harness/clock.ts";
import { ask, buildKilled, fillCatalogue, MARK } from "../harness/search/catalogue.ts";
import { Stage } from "../harness/stage.ts";

const { sweep } = inject("conformance");
/** The whole quantity in `npm run conformance`, the same in small otherwise. */
const ITEMS = sweep ? 100_000 : 2000;
const CHUNK = sweep ? 1000 : 100;
/** Of builds whose steps do not matter: the most that a run reads at once. */
const LARGEST_CHUNK = 1000;
/** The full-text tables: words of titles, and of title and text. */
const WORDS = ["search_words_titles", "search_words_all"];

it(`a build of ${ITEMS} documents goes on after ten kills: none is missing, none is left over, and it can be searched throughout`, async () => {
  const database = await Stage.fresh();
  const clock = new VirtualClock(Date.parse("2026-03-02T00:30:00Z"));
  await fillCatalogue(database, ITEMS);
  await buildKilled(database, clock, [], LARGEST_CHUNK);
  const first = await ask(database, MARK);
  expect(first).toHaveLength(Math.min(200, ITEMS / 50));

  // Every seventh goes, every eleventh is called otherwise, a tenth is new, some cannot be shown; those with the mark stay.
  await database.batch(
    [
      "DELETE FROM catalogue_items WHERE id % 7 = 3 AND id % 50 <> 0",
      "UPDATE catalogue_items SET title = 'Otherwise ' || id WHERE id % 11 = 3 AND id % 50 <> 0",
      `UPDATE catalogue_items SET title = x'00ff' WHERE id % ${5 * CHUNK - 1} = 5 AND id % 50 <> 0`,
    ],
    "write",
  );
  await fillCatalogue(database, ITEMS / 10 - 1, ITEMS + 1, 8);
  let looks = 0;
  const kills = [2, 3, 4, 2, 3, 5, 4, 3, 2, 4];
  const built = await buildKilled(database, clock, kills, CHUNK, async () => {
    looks += 1;
    expect((await ask(database, "bestandig")).slice(0, first.length)).toEqual(first);
  });
  expect(built.kills).toBe(10);
  expect(looks).toBeGreaterThan(20);

  const rows = async (sql: string) => (await database.execute(sql)).rows;
  const shown = "FROM catalogue_items i WHERE typeof(i.title) = 'text'";
  expect(await rows("SELECT state, expected_docs AS documents FROM search_indexes")).toEqual(
    await rows(`SELECT 'ready' AS state, count(*) AS documents ${shown}`),
  );
  // A row that makes no document costs itself only.
  expect(await rows("SELECT ref, code FROM failures ORDER BY ref")).toEqual(
    await rows(
      "SELECT 'catalogue:' || id AS ref, 'row_error' AS code FROM catalogue_items WHERE typeof(title) <> 'text' ORDER BY 1",
    ),
  );
  expect((await rows("SELECT 1 FROM failures")).length).toBeGreaterThan(2);
  const differing = `SELECT (SELECT count(*) FROM catalogue_items i LEFT JOIN search_documents d
      ON d.client_id = 1 AND d.index_id = 1 AND d.entity_id = i.id WHERE typeof(i.title) = 'text' AND d.title IS NOT i.title)
    + (SELECT count(*) FROM search_documents d WHERE NOT EXISTS (SELECT 1 ${shown} AND i.id = d.entity_id)) AS n`;
  expect(await rows(differing)).toEqual([{ n: 0 }]);
  // The words are those of the documents.
  expect(await ask(database, "otherwise 14")).toContain(14);
  for (const table of WORDS) {
    const words = `SELECT count(*) AS n FROM ${table} WHERE ${table} MATCH 'scope : i1'`;
    expect(await rows(words)).toEqual(await rows("SELECT count(*) AS n FROM search_documents"));
  }
});

it("what is deleted leaves no word in the database", async () => {
  const database = await Stage.fresh();
  await fillCatalogue(database, 200);
  await buildKilled(database, new VirtualClock(0), [], 500);
  const left = (table: string) =>
    database.execute(
      `SELECT count(*) AS n FROM ${table}_data WHERE instr(block, CAST('tandigkei' AS BLOB)) > 0 OR instr(block, CAST('standig' AS BLOB)) > 0`,
    );
  const all = async () => (await Promise.all(WORDS.map(left))).map(({ rows }) => Number(rows[0]?.n));
  for (const n of await all()) expect(n).toBeGreaterThan(0);
  await database.execute("DELETE FROM search_documents WHERE entity_id % 50 = 0");
  expect(await all()).toEqual([0, 0]);
  expect((await ask(database, "brand")).length).toBeGreaterThan(0);
});
