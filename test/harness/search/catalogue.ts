import { startRuns } from "../../../src/control/runs/runs.ts";
import { selectHits, wordsOf } from "../../../src/learning/search/query.ts";
import { CreateSolrIndex } from "../../../src/processors/search/CreateSolrIndex.ts";
import { Runner } from "../../../src/runner/runner.ts";
import type { Database } from "../../../src/store/database.ts";
import { boundStatement } from "../../../src/store/statement.ts";
import { killing, over, ProcessGone } from "../../conformance/suite/faults.ts";
import type { VirtualClock } from "../clock.ts";
import { runnerPorts } from "../runner/runner.ts";

/** Numbers of a test that are the same each time (a linear congruential generator): the next whole number below `below`. */
export function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const BEGINNINGS = [
  "Brand",
  "Lösch",
  "Straßen",
  "Büro",
  "Arbeits",
  "Sicher",
  "Über",
  "Fire",
  "Safe",
  "Data",
  "Team",
  "Café",
  "Führungs",
  "Kunden",
  "Work",
  "Lift",
];
const MIDDLES = [
  "schutz",
  "übung",
  "schaden",
  "ordnung",
  "wissen",
  "lehre",
  "ing",
  "ment",
  "kurs",
  "größe",
  "skill",
  "practice",
  "prüfung",
  "recht",
  "plan",
  "naïve",
];
const ENDS = ["", "en", "s", "heit", "er", "e", "ung", "2"];
/** Some 2,000 words of two languages, with and without diacritics. */
export const vocabulary: readonly string[] = BEGINNINGS.flatMap((one) =>
  MIDDLES.flatMap((two) => ENDS.map((three) => `${one}${two}${three}`)),
);
/** A word that every fiftieth item has, and no other. */
export const MARK = "Beständigkeit";

/** Words, some of which are far more frequent than others, as in any language. */
function phrase(next: (below: number) => number, length: number): string {
  return Array.from(
    { length },
    () => vocabulary[Math.min(next(vocabulary.length), next(vocabulary.length), next(vocabulary.length))],
  ).join(" ");
}

/**
 * Adds items to client 1's catalogue, each with a course of the same id; and an index of it, id 1, with the first ones.
 *
 * @param from the first id
 * @param length words of a course's description
 */
export async function fillCatalogue(
  database: Pick<Database, "batch">,
  count: number,
  from = 1,
  seed = 7,
  length = 6,
): Promise<void> {
  const next = numbers(seed);
  for (let at = 0; at < count; at += 1000) {
    const rows = Array.from({ length: Math.min(1000, count - at) }, (_, index) => {
      const id = from + at + index;
      return {
        id,
        title: `${phrase(next, 3)}${id % 50 === 0 ? ` ${MARK}` : ""}`,
        text: phrase(next, length),
        language: id % 2 === 0 ? "de" : "en",
      };
    });
    const json = JSON.stringify(rows);
    await database.batch(
      [
        {
          sql: `INSERT INTO components (id, client_id, kind, title, description, language, planning_status, is_public, created_at, updated_at)
            SELECT value ->> 'id', 1, 'course', value ->> 'title', value ->> 'text', value ->> 'language', 'released', 1, 0, 0 FROM json_each(?)`,
          args: [json],
        },
        {
          sql: `INSERT INTO catalogue_items (id, client_id, component_id, title, visible, is_public, added_at, created_at, updated_at)
            SELECT value ->> 'id', 1, value ->> 'id', value ->> 'title', 1, 1, 0, 0, 0 FROM json_each(?)`,
          args: [json],
        },
      ],
      "write",
    );
  }
  await database.batch(
    [
      {
        sql: `INSERT INTO search_indexes (id, client_id, name, kind, entity, backend, collection, created_at, updated_at)
          VALUES (1, 1, 'Catalogue', 'search', 'catalogue', 'fts', 'suite', 0, 0) ON CONFLICT DO NOTHING`,
        args: [],
      },
    ],
    "write",
  );
}

/** Rows that a question finds in index 1 among what anybody may see, at most `limit`. */
export async function ask(database: Pick<Database, "execute">, question: string, limit = 200): Promise<number[]> {
  const query = selectHits({ indexes: [1], words: wordsOf(question), publicOnly: true, limit, excerpt: 241 });
  if (!query) return [];
  const { rows } = await database.execute(boundStatement(query, 1, 0));
  return rows.map(({ entityId }) => Number(entityId));
}

/** What a build has come to. */
export interface BuiltIndex {
  /** Processes that were indeed killed in it. */
  readonly kills: number;
  /** Writes of all processes. */
  readonly writes: number;
}

/**
 * Builds the catalogue's index anew, in a process that is killed at each of some of its writes, and then in one that lives.
 *
 * @param kills numbers of writes (from 1, of each process) at which it is killed, before and after the write in turn
 * @param watch called at each write
 */
export async function buildKilled(
  database: Database,
  clock: VirtualClock,
  kills: readonly number[],
  chunkSize: number,
  watch: () => Promise<void> = async () => undefined,
): Promise<BuiltIndex> {
  await clock.advance(1000);
  const { id: processor, load } = CreateSolrIndex;
  await startRuns(
    database,
    [
      {
        jobId: 1,
        processor,
        jobName: processor,
        load,
        parameters: { chunkSize, skipUnchanged: false },
        clientId: 1,
        nodeId: "",
        timeZone: "UTC",
        asOf: null,
        dryRun: false,
        requestedBy: "test",
      },
    ],
    clock.now(),
  );
  let writes = 0;
  const watched: Database = {
    execute: database.execute,
    transaction: database.transaction,
    async batch(statements, mode) {
      const answer = await database.batch(statements, mode);
      if (mode === "write") {
        writes += 1;
        await watch();
      }
      return answer;
    },
  };
  let killed = 0;
  for (const [at, fatal] of kills.entries()) {
    const kill = killing(fatal, at % 2 === 0 ? "before" : "after");
    let isGone = false;
    const through = over(watched, async (call) => {
      try {
        return await kill(call);
      } catch (error) {
        isGone ||= error instanceof ProcessGone;
        throw error;
      }
    });
    const runner = new Runner(runnerPorts(through, [CreateSolrIndex], clock), 1);
    await toEnd(runner, clock, () => isGone).catch((error: unknown) => {
      if (!isGone) throw error;
    });
    if (isGone) killed += 1;
  }
  await toEnd(new Runner(runnerPorts(watched, [CreateSolrIndex], clock), 1), clock);
  const { rows } = await database.execute("SELECT state, message FROM runs ORDER BY id DESC LIMIT 1");
  if (rows[0]?.state !== "ok" && rows[0]?.state !== "partial")
    throw new Error(`The build ended ${rows[0]?.state}: ${rows[0]?.message}`);
  return { kills: killed, writes };
}

async function toEnd(runner: Runner, clock: VirtualClock, isGone = () => false): Promise<void> {
  for (let next: number | null = clock.now(); next !== null && !isGone(); ) {
    await clock.advanceTo(Math.max(next, clock.now()));
    next = await runner.work();
  }
}
