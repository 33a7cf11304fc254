import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundles } from "../../../drizzle/bundles.ts";
import { openFileDatabase } from "../../../src/hosts/deno/file-database.ts";
import type { Database } from "../../../src/store/database.ts";
import { migrate, migrationSets } from "../../../src/store/migrations.ts";
import { VirtualClock } from "../../harness/clock.ts";
import { addClient } from "../../harness/runner/runner.ts";
import { ask, buildKilled, fillCatalogue, MARK, numbers, vocabulary } from "../../harness/search/catalogue.ts";

const ITEMS = 100_000;
/** Words of a course's description. */
const LENGTH = 20;
const CHUNK = 1000;
const KILLS = [5, 9, 14, 3, 20, 11, 7, 16, 2, 12];
/** Questions of each kind. */
const QUESTIONS = 500;

/**
 * The search of a catalogue of 100,000 items in a file: a first build, a second one whose process is killed ten times, and questions.
 * What should be seen: no document missing or left over, every question in the second build answered in full, and 95 of 100 questions
 * answered within 20 ms (on an idle machine of each kind).
 */
export default async function bench(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "minutehand-bench-"));
  const database = openFileDatabase(join(folder, "search.db"), 5_000);
  try {
    for (const set of migrationSets) await migrate(database, set, bundles[set], 0);
    await addClient(database, "north", "Europe/Berlin");
    await fillCatalogue(database, ITEMS, 1, 7, LENGTH);
    const clock = new VirtualClock(Date.parse("2026-03-02T00:30:00Z"));
    const say: Say = (what, value) => console.log(`${what.padEnd(62)} ${value}`);

    const first = await timed(() => buildKilled(database, clock, [], CHUNK));
    say("First build", `${seconds(first.ms)}, ${first.result.writes} writes`);

    await database.batch(
      [
        "DELETE FROM catalogue_items WHERE id % 50 = 7",
        "UPDATE catalogue_items SET title = 'Otherwise ' || id WHERE id % 50 = 9",
      ],
      "write",
    );
    await fillCatalogue(database, 1999, ITEMS + 1, 8, LENGTH);
    const marked = await ask(database, MARK);
    let looks = 0;
    let short = 0;
    const again = await timed(() =>
      buildKilled(database, clock, KILLS, CHUNK, async () => {
        looks += 1;
        if ((await ask(database, "bestandig")).length !== marked.length) short += 1;
      }),
    );
    say("Second build, 4 % changed, ten kills", `${seconds(again.ms)}, ${again.result.writes} writes`);
    say("Searched meanwhile, and fewer found", `${looks}, ${short}`);
    const [wrong] = (
      await database.execute(`SELECT (SELECT count(*) FROM catalogue_items i LEFT JOIN search_documents d
          ON d.client_id = 1 AND d.index_id = 1 AND d.entity_id = i.id WHERE d.title IS NOT i.title)
        + (SELECT count(*) FROM search_documents d WHERE NOT EXISTS (SELECT 1 FROM catalogue_items i WHERE i.id = d.entity_id)) AS n`)
    ).rows;
    say("Documents missing, left over or wrong", String(wrong?.n));

    const [sizes] = (
      await database.execute(`SELECT (SELECT sum(length(block)) FROM search_words_titles_data) AS titles,
        (SELECT sum(length(block)) FROM search_words_all_data) AS words, (SELECT sum(length(title) + length(text)) FROM search_documents) AS texts`)
    ).rows;
    const megabytes = (bytes: unknown) => `${(Number(bytes) / 1e6).toFixed(1)} MB`;
    say(
      "Words of titles, words of all, and their texts",
      `${megabytes(sizes?.titles)}, ${megabytes(sizes?.words)}, ${megabytes(sizes?.texts)}`,
    );
    await questions(database, say);
  } finally {
    database.close();
    await rm(folder, { recursive: true, force: true });
  }
}

type Say = (what: string, value: string) => void;

/**
 * What people type. A word of the catalogue is the likelier the oftener it stands there; each kind is asked as often as every other, and
 * none is left out for being slow: a beginning that nearly every document has, a word that none has, two words of which each is common and
 * that seldom meet. One letter finds only itself, here nothing.
 */
function kindsOf(next: (below: number) => number): Readonly<Record<string, () => string>> {
  const any = () => vocabulary[Math.min(next(vocabulary.length), next(vocabulary.length))] ?? "";
  const common = () => vocabulary[next(40)] ?? "";
  const rare = () => vocabulary[vocabulary.length - 1 - next(100)] ?? "";
  const beginning = () => {
    const word = any();
    return word.slice(0, 2 + next(word.length - 1));
  };
  const several = (count: number, one: () => string) => Array.from({ length: count }, one).join(" ");
  return {
    "One letter": () => any().slice(0, 1),
    "Two letters": () => any().slice(0, 2),
    "Three letters": () => any().slice(0, 3),
    "Four to nine letters": () => any().slice(0, 4 + next(6)),
    "A common word": common,
    "A rare word": rare,
    "A word that no document has": () => `xylo${beginning()}`,
    "Without diacritics": () => any().normalize("NFD").replace(/\p{M}/gu, "").replaceAll("ß", "ss"),
    "Two beginnings": () => several(2, beginning),
    "Three beginnings": () => several(3, beginning),
    "Twice two letters": () => several(2, () => any().slice(0, 2)),
    "A common and a rare word": () => `${common()} ${rare()}`,
    "Eight common words": () => several(8, common),
  };
}

/** Questions of each kind, and all of them together. */
async function questions(database: Database, say: Say): Promise<void> {
  const all: number[] = [];
  const tell = (what: string, times: number[], found: number) => {
    times.sort((one, other) => one - other);
    const at = (share: number) => (times[Math.floor(times.length * share)] ?? 0).toFixed(1);
    const figures = `${at(0.5)}, ${at(0.95)}, ${at(0.99)}, ${(times.at(-1) ?? 0).toFixed(1)} ms`;
    say(`${what}: p50, p95, p99, slowest`, `${figures}; ${found} of ${times.length} found something`);
  };
  let foundInAll = 0;
  for (const [kind, question] of Object.entries(kindsOf(numbers(11)))) {
    const times: number[] = [];
    let found = 0;
    for (let at = 0; at < QUESTIONS; at += 1) {
      const asked = question();
      const { ms, result } = await timed(() => ask(database, asked));
      times.push(ms);
      found += result.length > 0 ? 1 : 0;
    }
    all.push(...times);
    foundInAll += found;
    tell(kind, times, found);
  }
  tell("All", all, foundInAll);
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; result: T }> {
  const start = performance.now();
  const result = await work();
  return { ms: performance.now() - start, result };
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
