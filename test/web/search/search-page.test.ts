import { beforeEach, describe, expect, it } from "vitest";
import { MOST_QUESTIONS } from "../../../src/web/search/search-page.tsx";
import { insert } from "../../learning/rows.ts";
import { type Stage, setStage, textOf } from "../stage/stage.ts";

const HOST = "berlin.example.org";

let stage: Stage;
let address: string;
beforeEach(async () => {
  address = "192.0.2.1";
  stage = await setStage({ clientAddress: () => address });
  const client_id = stage.berlin;
  await stage.database.batch(
    [
      `UPDATE clients SET host = '${HOST}' WHERE id = ${stage.berlin}`,
      `UPDATE clients SET host = 'new-york.example.org' WHERE id = ${stage.newYork}`,
    ],
    "write",
  );
  await insert(stage.database, "search_indexes", { id: 1, client_id, built_with: "fts", state: "ready" });
  await insert(stage.database, "search_indexes", {
    id: 2,
    client_id,
    entity: "person",
    built_with: "fts",
    state: "ready",
  });
  await insert(stage.database, "search_indexes", {
    id: 3,
    client_id: stage.newYork,
    built_with: "fts",
    state: "ready",
  });
});

/** A document of an index. */
const document = (
  entity_id: number,
  title: string,
  text = "",
  values: Readonly<Record<string, string | number>> = {},
) =>
  insert(stage.database, "search_documents", {
    client_id: stage.berlin,
    index_id: 1,
    entity_id,
    title,
    text,
    is_public: 1,
    ...values,
  });

const ask = (path: string, { host = HOST, language = "en" } = {}) =>
  stage.app.request(`https://${host}${path}`, { headers: { "accept-language": language } });
const page = async (...args: Parameters<typeof ask>) => textOf(await (await ask(...args)).text());
const found = async (question: string, more = "") => {
  const answer = await ask(`/search.json?q=${encodeURIComponent(question)}${more}`);
  const { results } = (await answer.json()) as { results: { id: number }[] };
  return results.map(({ id }) => id);
};

describe("the search of a client's host", () => {
  it.each([
    ["a word's beginning", "bran", [1]],
    ["whole words in any order", "büros brandschutz", [1]],
    ["a word without diacritics", "burOs", [1]],
    ["diacritics where the text has them decomposed", "bu\u0308ros", [1]],
    ["ss where the text has ß", "strasse", [2]],
    ["ß where the text has it", "Straße", [2]],
    ["a word of the text", "losch", [1]],
    ["English words too", "safety at", [3]],
    ["two words of which one is missing", "brandschutz ladder", []],
    ["the middle of a word", "schutz", []],
    ["a single letter only itself", "b", [4]],
    ["nothing", "", []],
    ["marks without a letter", "\u0301", []],
    ["a word with marks of its own script", "हिन्दी", [5]],
    ["signs that mean something to the database", '"* NEAR( OR - scope : p1', []],
  ])("finds %s: %s", async (_, question, expected) => {
    await document(1, "Brandschutz für Büros", "Übung mit Löschgerät");
    await document(2, "Sicher auf der Straße");
    await document(3, "Safety at heights", "", { locale: "en" });
    await document(4, "Vitamin B");
    await document(5, "हिन्दी पाठ");
    expect(await found(question)).toEqual(expected);
  });

  it("shows those first that have every word in the title", async () => {
    await document(1, "First aid", "fire and safety");
    await document(2, "Fire safety");
    await document(3, "Fire", "safety");
    expect(await found("fire safety")).toEqual([2, 1, 3]);
  });

  it("finds only what is public, of the catalogue, of this client, in an active index of the database", async () => {
    await document(1, "Fire", "", { is_public: 0 });
    await document(2, "Fire", "", { index_id: 2 });
    await document(3, "Fire", "", { index_id: 3, client_id: stage.newYork });
    expect(await found("fire")).toEqual([]);
    await document(4, "Fire");
    expect(await found("fire")).toEqual([4]);
    await stage.database.execute("UPDATE search_indexes SET active = 0 WHERE id = 1");
    expect(await found("fire")).toEqual([]);
  });

  it("follows a document that is changed, hidden or removed", async () => {
    await document(1, "Fire");
    await document(2, "Fire");
    await stage.database.execute("UPDATE search_documents SET title = 'Water' WHERE entity_id = 1");
    expect(await found("fire")).toEqual([2]);
    expect(await found("water")).toEqual([1]);
    await stage.database.execute("UPDATE search_documents SET is_public = 0 WHERE entity_id = 1");
    await stage.database.execute("DELETE FROM search_documents WHERE entity_id = 2");
    expect(await found("water")).toEqual([]);
    expect(await found("fire")).toEqual([]);
    await stage.database.execute("DELETE FROM search_indexes WHERE id = 1");
    expect((await stage.database.execute("SELECT 1 FROM search_documents")).rows).toEqual([]);
  });

  it("shows 20 results on a page, and at most 200", async () => {
    await insert(
      stage.database,
      "search_documents",
      ...Array.from({ length: 230 }, (_, at) => ({
        client_id: stage.berlin,
        index_id: 1,
        entity_id: at + 1,
        title: "Fire",
        text: "",
        is_public: 1,
      })),
    );
    expect(await found("fire")).toHaveLength(20);
    expect((await found("fire", "&page=10")).at(-1)).toBe(200);
    expect(await found("fire", "&page=11")).toEqual([]);
    const text = await page("/search?q=fire&page=2");
    for (const part of ["More than 199 results", "Previous results", "Next results"]) expect(text).toContain(part);
  });

  it("is a form and a list that work without a script, in both languages", async () => {
    await document(1, "Brandschutz <Büro>", "x".repeat(300), { locale: "de" });
    const html = await (await ask("/search?q=brand")).text();
    expect(html).toContain('<form class="filters" method="get" action="/search">');
    expect(html).toContain('<a href="/catalogue/1">Brandschutz &lt;Büro&gt;</a>');
    expect(html).toContain('<li lang="de"');
    expect(await page("/search?q=brand")).toContain("1 result");
    expect(await page("/search?q=brand", { language: "de" })).toContain("1 Treffer");
    expect(await page("/search", { language: "de" })).toContain("Katalog durchsuchen");
    expect(await page("/search?q=none")).toContain("Nothing in the catalogue has all of these words");
    expect(await page("/search?q=brand")).not.toContain("A single letter");
    expect(await page("/search?q=b+brand")).toContain("A single letter finds only itself");
  });

  it("is not there at a host of no client, or of one that is not active", async () => {
    expect((await ask("/search", { host: "other.example.org" })).status).toBe(404);
    await stage.database.execute(`UPDATE clients SET status = 'inactive' WHERE id = ${stage.berlin}`);
    expect((await ask("/search?q=fire")).status).toBe(404);
    expect((await ask("/catalogue/1")).status).toBe(404);
  });

  it(`answers ${MOST_QUESTIONS} questions of an address in a minute`, async () => {
    for (let at = 0; at < MOST_QUESTIONS; at += 1) expect((await ask("/search.json?q=fire")).status).toBe(200);
    expect((await ask("/search.json?q=fire")).status).toBe(429);
    address = "192.0.2.2";
    expect((await ask("/search.json?q=fire")).status).toBe(200);
  });
});

describe("the page of an offer", () => {
  beforeEach(async () => {
    const client_id = stage.berlin;
    await insert(stage.database, "components", {
      id: 1,
      client_id,
      title: "Course",
      description: "About fire",
      is_public: 1,
      location: "Berlin",
      start_at: Date.parse("2026-03-29T12:00:00Z"),
      language: "de",
    });
    await insert(
      stage.database,
      "catalogue_items",
      { id: 10, client_id, title: "Safety", is_public: 1 },
      { id: 11, client_id, title: "Fire", component_id: 1, parent_id: 10, is_public: 1 },
      { id: 12, client_id, title: "For members", parent_id: 10 },
      { id: 13, client_id, title: "Hidden", visible: 0, is_public: 1 },
      { id: 14, client_id, title: "Below it", parent_id: 13, is_public: 1 },
      { id: 15, client_id: stage.newYork, title: "Another client's", is_public: 1 },
    );
  });

  it("shows a course with its time in the client's zone, and a folder with what is public in it", async () => {
    const course = await page("/catalogue/11");
    for (const part of ["Fire", "About fire", "Berlin", "March 29, 2026 at 2:00"]) expect(course).toContain(part);
    const folder = await page("/catalogue/10");
    expect(folder).toContain("Fire");
    expect(folder).not.toContain("For members");
    expect(await page("/catalogue/11", { language: "de" })).toContain("29. März 2026 um 14:00");
  });

  it.each([12, 13, 14, 15, 99, "x", "1e3", "-1"])("does not show %s", async (id) => {
    expect((await ask(`/catalogue/${id}`)).status).toBe(404);
  });

  it("does not show a course once it is no longer public, whatever the index says", async () => {
    for (const change of ["planning_status = 'planned'", "planning_status = 'released', is_public = 0"]) {
      await stage.database.execute(`UPDATE components SET ${change}`);
      expect((await ask("/catalogue/11")).status).toBe(404);
    }
  });
});
