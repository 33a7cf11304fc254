import { z } from "zod";
import { csvLine } from "../../../learning/csv/write.ts";
import { MENTIONS_START, type Mention, MentionFinder } from "../../../learning/erasure/mentions.ts";
import type { ErasedPerson } from "../../../learning/erasure/person.ts";
import { effect, type RunContext, type Yielded } from "../../contract.ts";
import { problemOf } from "./erase-lines.ts";
import { keysBelow, streamOf } from "./streams.ts";

const rowPosition = z.strictObject({ table: z.int(), after: z.int() });

/** Where the look for mentions goes on, and what was found and is not in the list yet. */
export const listPosition = z.strictObject({
  /** In the client's rows, then in its configuration (null: from the start); `done`: all was looked at. */
  at: z.union([
    z.strictObject({ rows: rowPosition }),
    z.strictObject({ texts: rowPosition.nullable() }),
    z.literal("done"),
  ]),
  found: z.array(z.strictObject({ personId: z.int(), table: z.string(), id: z.int(), column: z.string() })).readonly(),
  /** How many parts of the list were written. */
  parts: z.int(),
});
type ListPosition = z.output<typeof listPosition>;

const LIST_START: ListPosition = { at: { rows: MENTIONS_START }, found: [], parts: 0 };

type Context = Pick<RunContext, "run" | "rows" | "files" | "clientTexts" | "log">;

/** Windows of rows in one step, and mentions that are written to the list at once. */
const WINDOWS_A_STEP = 50;
const MENTIONS_A_PART = 1000;
/** Keys that the file store takes in one call. */
const KEYS_AT_ONCE = 1000;
const HEADER = csvLine(["person", "table", "id", "column"]);

/** Where the mentions that a run has found are listed. */
export function mentionKey(clientId: number, runId: number): string {
  return `c/${clientId}/data/log/erasure/${runId}.csv`;
}

/** Below it lie the parts of the list until the run puts them together. */
function partsPrefix(clientId: number, runId: number): string {
  return `c/${clientId}/data/log/erasure/${runId}/`;
}

/**
 * Looks where some people are named in what is not theirs and changes nothing: other people's rows, rules, contents, wordings,
 * settings. Each place goes to a list for the administrator (person, table, id, column; never the text), and is counted.
 *
 * @param batch tells these people's parts of the list from others' of the run; rises
 * @param from where an earlier slice stopped; null: from the start
 */
export async function* listMentions(
  context: Context,
  people: readonly ErasedPerson[],
  batch: number,
  from: ListPosition | null,
): AsyncGenerator<Yielded<ListPosition, "mentions">, void, unknown> {
  if (people.length === 0) return;
  const finder = new MentionFinder(people);
  let position = from ?? LIST_START;
  let windows = 0;
  let counted = 0;
  while (position.at !== "done" || position.found.length > 0) {
    if (position.at !== "done" && position.found.length < MENTIONS_A_PART) {
      const window = await nextWindow(context, finder, position.at);
      position = { ...position, at: window.next, found: [...position.found, ...window.mentions] };
      counted += window.mentions.length;
      windows += 1;
      if (position.at !== "done" && position.found.length < MENTIONS_A_PART && windows < WINDOWS_A_STEP) continue;
      // What is counted here stands in the cursor, so that it is counted once.
      yield { cursor: position, counts: { mentions: counted } };
      [windows, counted] = [0, 0];
      continue;
    }
    const written: ListPosition = { ...position, found: [], parts: position.parts + 1 };
    const part = [batch, position.parts].map((number) => String(number).padStart(10, "0")).join("-");
    yield* write(context, position.found, part, written);
    position = written;
  }
}

async function nextWindow(
  { rows, clientTexts }: Context,
  finder: MentionFinder,
  at: Exclude<ListPosition["at"], "done">,
): Promise<{ readonly mentions: readonly Mention[]; readonly next: ListPosition["at"] }> {
  if ("rows" in at) {
    const { mentions, next } = await finder.next(rows, at.rows);
    return { mentions, next: next ? { rows: next } : { texts: null } };
  }
  const { texts, next } = await clientTexts.read(at.texts);
  const mentions = texts.flatMap(({ table, id, column, text }) =>
    finder.find(text).map((personId): Mention => ({ personId, table, id, column })),
  );
  return { mentions, next: next ? { texts: next } : "done" };
}

/** Writes a part of the run's list. */
async function* write(
  { run, files, log }: Context,
  mentions: readonly Mention[],
  part: string,
  cursor: ListPosition,
): AsyncGenerator<Yielded<ListPosition, "mentions">, void, unknown> {
  const lines = mentions.map(({ personId, table, id, column }) =>
    csvLine([String(personId), table, String(id), column]),
  );
  const outcome = yield* effect({
    key: `mentions:${part}`,
    description: `list ${mentions.length} places that name a deleted person`,
    repeatable: true,
    call: () =>
      attempt(() =>
        files.write(`${partsPrefix(run.clientId, run.id)}${part}.csv`, lines.join(""), { contentType: "text/csv" }),
      ),
    cursor,
  });
  if (outcome.state === "done" && outcome.value.problem !== null)
    log.warn(`Sites that name a deleted person could not be listed: ${outcome.value.problem}`, {
      mentions: mentions.length,
    });
}

async function attempt(work: () => Promise<unknown>): Promise<{ problem: string | null }> {
  try {
    await work();
    return { problem: null };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

/**
 * Puts the parts of the run's list together, in their order, and says where it is. Nothing where no person is mentioned.
 *
 * @param cursor of the end of the run
 */
export async function* putListTogether<C>(
  { run, files, log }: Context,
  cursor: C,
): AsyncGenerator<Yielded<C, "mentions">, void, unknown> {
  if (run.dryRun) return;
  const prefix = partsPrefix(run.clientId, run.id);
  const list = mentionKey(run.clientId, run.id);
  const some = await files.list(prefix).catch(() => null);
  if (some !== null && some.entries.length === 0 && (await files.head(list).catch(() => null)) === null) return;
  const outcome = yield* effect({
    key: "mentions",
    description: "put the list of places that name a deleted person together",
    repeatable: true,
    call: () =>
      attempt(async () => {
        const parts: string[] = [];
        for await (const key of keysBelow(files, prefix)) parts.push(key);
        // It is written at this place only: once it is there, only parts can be left over.
        if (parts.length > 0 && (await files.head(list)) === null)
          await files.write(list, concatenated(files, parts), { contentType: "text/csv" });
        for (let done = 0; done < parts.length; done += KEYS_AT_ONCE)
          await files.delete(parts.slice(done, done + KEYS_AT_ONCE));
      }),
    cursor,
  });
  const told =
    outcome.state === "done" && outcome.value.problem !== null
      ? { file: prefix, problem: outcome.value.problem }
      : { file: list };
  log.warn("Deleted people are named in what is not theirs. It was left as it is; the places are listed", told);
}

function concatenated(files: Context["files"], keys: readonly string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const pieces = (async function* () {
    yield encoder.encode(HEADER);
    for (const key of keys) {
      const stream = await files.read(key);
      if (stream) for await (const piece of stream) yield piece;
    }
  })();
  return streamOf(pieces);
}
