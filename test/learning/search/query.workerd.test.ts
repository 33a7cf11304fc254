import { expect, it } from "vitest";
import { selectHits, wordsOf } from "../../../src/learning/search/query.ts";
import { clientRows } from "../../../src/store/rows.ts";
import { freshDatabase } from "../../harness/database/database.ts";
import { insert } from "../rows.ts";

it("at the edge, a search in a libSQL server finds by beginnings, without diacritics, in both languages", async () => {
  const database = await freshDatabase(["store", "learning"]);
  await insert(database, "search_indexes", { id: 1 });
  await insert(
    database,
    "search_documents",
    { index_id: 1, entity_id: 1, title: "Brandschutz für Büros", text: "Übung auf der Straße", is_public: 1 },
    { index_id: 1, entity_id: 2, title: "Fire safety", text: "In offices, büros and streets", is_public: 1 },
    { index_id: 1, entity_id: 3, title: "Büroleitung", text: "Nicht für alle" },
  );
  const rows = clientRows(database, 1, 0);
  const found = async (question: string, publicOnly = true) => {
    const query = selectHits({ indexes: [1], words: wordsOf(question), publicOnly, limit: 10, excerpt: 8 });
    return query ? (await rows.all(query)).map(({ entityId, inTitle, text }) => [entityId, inTitle, text]) : null;
  };
  expect(await found("buro")).toEqual([
    [1, 1, "Übung au"],
    [2, 0, "In offic"],
  ]);
  expect(await found("buro", false)).toHaveLength(3);
  expect(await found("ubung strasse")).toEqual([[1, 0, "Übung au"]]);
  expect(await found("safe fir")).toEqual([[2, 1, "In offic"]]);
  await database.execute("DELETE FROM search_documents WHERE entity_id = 2");
  expect(await found("fire")).toEqual([]);
});
