import type { TextPosition } from "../../control/client-texts.ts";
import { csvLine } from "../../learning/csv-write.ts";
import { MENTIONS_START, type Mention, MentionFinder, type MentionPosition } from "../../learning/erasure/mentions.ts";
import type { ErasedPerson } from "../../learning/erasure/person.ts";
import { effect, type RunContext, type Yielded } from "../contract.ts";
import { problemOf } from "./erase-lines.ts";

/** Where the look for mentions goes on, and what was found and is not in the list yet. */
export interface ListPosition {
  /** In the client's rows; null: those are done. */
  readonly rows: MentionPosition | null;
  /** In the client's configuration; null: from the start, once the rows are done. */
  readonly texts: TextPosition | null;
  readonly found: readonly Mention[];
  /** How many parts of the list were written. */
  readonly parts: number;
}

export const LIST_START: ListPosition = { rows: MENTIONS_START, texts: null, found: [], parts: 0 };

type Context = Pick<RunContext, "run" | "rows" | "files" | "clientTexts" | "log">;

/** Windows of rows in one step, and mentions that are written to the list at once. */
const WINDOWS_A_STEP = 50;
const MENTIONS_A_PART = 1000;
const HEADER = csvLine(["person", "table", "id", "column"]);

/** Where the mentions that a run has found are listed. */
export function mentionKey(clientId: number, runId: number): string {
  return `c/${clientId}/data/log/erasure/${runId}.csv`;
}

/**
 * Looks where some people are named in what is not theirs and changes nothing: other people's rows, rules, contents, wordings,
 * settings. Each place goes to a list for the administrator (person, table, id, column; never the text), and is counted.
 *
 * @param batch tells these people's parts of the list from others' of the run
 * @param at gives the cursor of a step
 */
export async function* listMentions<C>(
  context: Context,
  people: readonly ErasedPerson[],
  batch: number,
  from: ListPosition,
  at: (position: ListPosition) => C,
): AsyncGenerator<Yielded<C>, void, unknown> {
  if (people.length === 0) return;
  const finder = new MentionFinder(people);
  let position = from;
  let windows = 0;
  let counted = 0;
  for (let more = true; more; ) {
    const window = await nextWindow(context, finder, position);
    more = window.more;
    position = { ...position, ...window.at, found: [...position.found, ...window.mentions] };
    counted += window.mentions.length;
    windows += 1;
    const full = position.found.length >= MENTIONS_A_PART;
    if (more && !full && windows < WINDOWS_A_STEP) continue;
    // What is counted here stands in the cursor, so that it is counted once.
    yield { cursor: at(position), counts: { mentions: counted } };
    [windows, counted] = [0, 0];
    if (position.found.length === 0 || (more && !full)) continue;
    const written: ListPosition = { ...position, found: [], parts: position.parts + 1 };
    yield* write(context, position.found, `mentions:${batch}:${position.parts}`, at(written));
    position = written;
  }
}

async function nextWindow({ rows, clientTexts }: Context, finder: MentionFinder, position: ListPosition) {
  if (position.rows) {
    const { mentions, next } = await finder.next(rows, position.rows);
    return { mentions, at: { rows: next, texts: null }, more: true };
  }
  const { texts, next } = await clientTexts.read(position.texts);
  const mentions = texts.flatMap(({ table, id, column, text }) =>
    finder.find(text).map((personId): Mention => ({ personId, table, id, column })),
  );
  return { mentions, at: { rows: null, texts: next }, more: next !== null };
}

/** Adds to the run's list. Repeated, it adds nothing twice. */
async function* write<C>(
  { run, files, log }: Context,
  mentions: readonly Mention[],
  key: string,
  cursor: C,
): AsyncGenerator<Yielded<C>, void, unknown> {
  const lines = mentions.map(({ personId, table, id, column }) =>
    csvLine([String(personId), table, String(id), column]),
  );
  const file = mentionKey(run.clientId, run.id);
  const outcome = yield* effect<{ problem: string | null }>({
    key,
    description: `list ${mentions.length} places that name a deleted person`,
    repeatable: true,
    call: async () => {
      try {
        const stream = await files.read(file);
        const before = stream ? await new Response(stream).text() : HEADER;
        const known = new Set(before.split(/(?<=\n)/));
        await files.write(file, before + lines.filter((line) => !known.has(line)).join(""), {
          contentType: "text/csv",
        });
        return { problem: null };
      } catch (error) {
        return { problem: problemOf(error) };
      }
    },
    cursor,
  });
  if (outcome.state === "done" && outcome.value.problem !== null)
    log.warn(`Places that name a deleted person could not be listed: ${outcome.value.problem}`, {
      mentions: mentions.length,
    });
}
