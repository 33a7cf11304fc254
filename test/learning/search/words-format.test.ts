import { describe, expect, it, onTestFinished } from "vitest";
import { bundles } from "../../../drizzle/bundles.ts";
import { wordsOf } from "../../../src/learning/search/query.ts";
import { migrate } from "../../../src/store/migrations.ts";
import { VirtualClock } from "../../harness/clock.ts";
import { emptyDatabase } from "../../harness/database/database.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";
import { addClient } from "../../harness/runner/runner.ts";
import { ask, buildKilled, fillCatalogue, MARK } from "../../harness/search/catalogue.ts";

const LATER = bundles.learning.findIndex(({ name }) => name.includes("faster_words"));

describe("documents whose words a release before wrote", () => {
  it("are found as before, also while a full build writes them anew, which the new release asks for", async () => {
    const database = await emptyDatabase();
    onTestFinished(() => database.drop());
    for (const set of ["store", "control"] as const) await migrate(database, set, bundles[set], 0);
    await migrate(database, "learning", bundles.learning.slice(0, LATER), 0);
    await addClient(database, "north", "Europe/Berlin");
    await fillCatalogue(database, 150);
    await database.batch(
      [
        "UPDATE search_indexes SET state = 'ready', built_with = 'fts'",
        `INSERT INTO search_documents (client_id, index_id, entity_id, build_id, title, text, is_public, created_at, updated_at)
          SELECT 1, 1, i.id, 0, i.title, c.description, 1, 0, 0 FROM catalogue_items i JOIN components c ON c.id = i.component_id`,
        // One whose item is no more, and one that is not for everybody.
        `INSERT INTO search_documents (client_id, index_id, entity_id, build_id, title, text, is_public, created_at, updated_at)
          VALUES (1, 1, 900, 0, 'Weggefallen', '', 1, 0, 0), (1, 1, 901, 0, 'Geheim', '', 0, 0, 0)`,
      ],
      "write",
    );
    await migrate(database, "learning", bundles.learning, 0);
    const state = async () => (await database.execute("SELECT state FROM search_indexes")).rows[0]?.state;
    expect(await state()).toBe("full_build_requested");

    const questions = [MARK, "bestandig", "brand", "losch sicher", "fire"];
    const answers = () => Promise.all(questions.map((question) => ask(database, question)));
    const before = await answers();
    expect(before.every((found) => found.length > 0)).toBe(true);
    expect([await ask(database, "weggefallen"), await ask(database, "geheim")]).toEqual([[900], []]);
    // An earlier release that is still running writes as it did.
    await database.execute("UPDATE search_documents SET title = title || ' Nachtrag' WHERE entity_id = 50");
    expect(await ask(database, "nachtrag")).toEqual([50]);

    const seen: number[] = [];
    await buildKilled(database, new VirtualClock(0), [], 40, async () => {
      seen.push((await ask(database, MARK)).length);
    });
    expect(new Set(seen)).toEqual(new Set([3]));
    expect(await state()).toBe("ready");
    expect(await answers()).toEqual(before);
    expect([await ask(database, "weggefallen"), await ask(database, "nachtrag")]).toEqual([[], []]);
    const left = "SELECT count(*) AS n FROM search_words WHERE search_words MATCH 'scope : i1'";
    expect((await database.execute(left)).rows).toMatchObject([{ n: 0 }]);
  });
});

describe("words are cut by us as the full-text tables cut them", () => {
  it("every kind of letter, digit and mark belongs to a word", async () => {
    const database = await freshFileDatabase(["store", "learning"]);
    // All marks and digits, and one of seventeen letters and signs of private use.
    const characters = Array.from({ length: 0x110000 }, (_, code) => code)
      .filter((code) => code > 0x7f && (code < 0xd800 || code > 0xdfff))
      .map((code) => String.fromCodePoint(code))
      .filter((one, at) => /[\p{M}\p{N}]/u.test(one) || (at % 17 === 0 && /[\p{L}\p{Co}]/u.test(one)))
      .filter((one) => one === one.normalize("NFC"));
    expect(characters.length).toBeGreaterThan(15_000);
    await database.batch(
      [
        "CREATE VIRTUAL TABLE terms USING fts5vocab(search_words_all, 'row')",
        {
          sql: "INSERT INTO search_words_all (rowid, words) VALUES (1, ?)",
          args: [characters.map((one) => `q${one}z`).join(" ")],
        },
      ],
      "write",
    );
    const broken = "SELECT count(*) AS n FROM terms WHERE term IN ('q', 'z')";
    expect((await database.execute(broken)).rows).toMatchObject([{ n: 0 }]);
    for (const one of characters.slice(0, 3000)) expect(wordsOf(`q${one}z`)).toHaveLength(1);
  });
});
