import { z } from "zod";
import type { HistoryPosition } from "../../control/run-history.ts";
import { PeopleFinder, type Traces } from "../../control/traces.ts";
import { addDays, type Day } from "../../learning/day.ts";
import { SEARCH_START, type SearchPosition, searchWindow } from "../../learning/erasure/search.ts";
import {
  type DuePerson,
  eraseWrites,
  selectDue,
  selectFilesOf,
  selectStillDue,
  selectSubscriptionsOf,
  touchDue,
} from "../../learning/erasure/writes.ts";
import { filePrefix } from "../../learning/reports/subscription.ts";
import type { Failure } from "../../store/step.ts";
import { defineProcessor, effect, type RunContext, type Unit, type Yielded } from "../contract.ts";
import { type Blocked, eraseFromFiles, type FilePosition, problemOf } from "./erase-from-files.ts";

const parameters = z.strictObject({
  graceDays: z
    .int()
    .min(0)
    .max(3650)
    .default(0)
    .describe("Days after the day of deletion before the person is deleted"),
});

/** So many people are looked for at once in files, texts and logs, however long those are. */
const PEOPLE_AT_ONCE = 25;
/** Keys that the file store takes in one call (spec 0.6). */
const KEYS_AT_ONCE = 1000;
/** Windows of run history in one effect, windows of rows in one step, and cleaned rows in one step. */
const HISTORY_AT_ONCE = 12;
const WINDOWS_A_STEP = 50;
const ROWS_A_STEP = 100;

/** Where a run is with the people it is deleting. */
type Phase =
  | { readonly name: "files"; readonly position: FilePosition | null }
  | { readonly name: "history"; readonly position: HistoryPosition | null }
  | { readonly name: "texts"; readonly position: SearchPosition }
  | { readonly name: "rows" };

interface Cursor {
  /** Id of the last person who was dealt with. */
  readonly after: number;
  /** Ids of those who are being deleted; empty: the next ones are to be chosen. */
  readonly people: readonly number[];
  readonly phase: Phase;
  /** Those of them who stay. */
  readonly blocked: readonly Blocked[];
}

const FILES: Phase = { name: "files", position: null };
const START: Cursor = { after: 0, people: [], phase: FILES, blocked: [] };

type Context = RunContext<z.output<typeof parameters>, Cursor>;
type Yields = AsyncGenerator<Yielded<Cursor>, Cursor, unknown>;

/**
 * Spec 2.2.3. A few people at a time, so that whoever is looked for costs one reading: first the files in which they are listed
 * with others, then what is kept of runs, then the texts in which rows of others name them, and last, each person by itself, the
 * person's own files and then the rows. Until that last unit a person keeps the day of deletion and is found by the next run.
 *
 * What counts as a trace, and is in no column and no file of the client afterwards: the address; the user name; given and family
 * name together. Where that says nothing by itself it stays: a name that somebody else of the client has too, a user name of one
 * or two letters or one that is a name of somebody else, of a group or a word of a component's title. It goes even then where the
 * row is the person's own, or where something else in the same text tells who is meant. Not searched are the administrators' own
 * accounts and what they have set up (`administration` in facts.ts), keys of other systems, and files that nobody can list people
 * in (`closed` in look-into-file.ts). What others write while the run is at work is found by no later run.
 *
 * Costs: a run with somebody to delete reads all lists and texts among the client's files and rows once for every 25 people.
 * `objects` counts files that were cleaned, and those deleted that had a row.
 */
export const DeleteUsersJob = defineProcessor<typeof parameters, Cursor>({
  id: "DeleteUsersJob",
  group: "people",
  summary: "Finally deletes people whose day of deletion has passed, with their files and every trace of them.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 2 0 * * ?",
  after: [],
  confirm: "destructive",
  dryRun: "exact",
  parameters,
  counts: ["anonymised", "removed", "objects"],
  async *run(context) {
    const { rows, today, parameters } = context;
    const cutoff = addDays(today, -parameters.graceDays);
    const atOnce = Math.min(PEOPLE_AT_ONCE, parameters.chunkSize);
    let at = context.cursor ?? START;
    for (;;) {
      if (at.people.length === 0) {
        const next = await rows.all<{ id: number }>(selectDue(cutoff, at.after, atOnce));
        if (next.length === 0) return undefined;
        at = { ...START, after: at.after, people: next.map(({ id }) => id) };
      }
      // Whoever is no longer due was spared, or deleted by hand, meanwhile.
      const due = await rows.all<DuePerson>(selectStillDue(cutoff, at.people));
      if (at.phase.name === "files") at = yield* cleanFiles(context, due.map(tracesOf), at, at.phase.position);
      const blocked = at.blocked.filter(({ personId }) => due.some(({ id }) => id === personId));
      const people = due.filter(({ id }) => !blocked.some(({ personId }) => personId === id)).map(tracesOf);
      if (at.phase.name === "history") at = yield* cleanHistory(context, people, at, at.phase.position);
      if (at.phase.name === "texts") at = yield* cleanTexts(context, people, at, at.phase.position);
      for (const id of at.people) {
        at = after(at, id);
        yield* deletePerson(context, id, blocked, cutoff, at);
      }
    }
  },
});

/** Where to go on once the first of the people is dealt with. */
function after(at: Cursor, id: number): Cursor {
  const people = at.people.slice(1);
  return people.length > 0 ? { ...at, after: id, people } : { ...START, after: id };
}

function tracesOf(person: DuePerson): Traces {
  return {
    personId: person.id,
    username: person.username,
    email: person.email,
    givenName: person.given_name,
    familyName: person.family_name,
    externalId: person.external_id,
    namesake: person.namesake === 1,
    usernameIsWord: person.username_is_word === 1,
  };
}

async function* cleanFiles(
  context: Context,
  people: readonly Traces[],
  at: Cursor,
  position: FilePosition | null,
): Yields {
  const blocked = yield* eraseFromFiles<Cursor>(context, people, { position, blocked: at.blocked }, (next, stay) => ({
    ...at,
    phase: { name: "files", position: next },
    blocked: stay,
  }));
  const next: Cursor = { ...at, phase: { name: "history", position: null }, blocked };
  yield { cursor: next };
  return next;
}

async function* cleanHistory(
  { history }: Context,
  people: readonly Traces[],
  at: Cursor,
  from: HistoryPosition | null,
): Yields {
  for (let position = from; people.length > 0; ) {
    const here = position;
    const outcome = yield* effect<HistoryPosition | null>({
      key: `history:${at.people[0]}:${here?.part ?? 0}:${here?.after ?? 0}`,
      description: `take ${people.length} people out of messages, errors and logs of runs`,
      repeatable: true,
      call: async () => {
        let next = here;
        for (let windows = 0; windows < HISTORY_AT_ONCE; windows += 1) {
          next = await history.redact(people, next);
          if (next === null) return null;
        }
        return next;
      },
    });
    position = outcome.state === "done" ? outcome.value : null;
    if (position === null) break;
    yield { cursor: { ...at, phase: { name: "history", position } } };
  }
  return { ...at, phase: { name: "texts", position: SEARCH_START } };
}

async function* cleanTexts(
  { rows, now }: Context,
  people: readonly Traces[],
  at: Cursor,
  from: SearchPosition,
): Yields {
  const finder = new PeopleFinder(people);
  const rest: Cursor = { ...at, phase: { name: "rows" } };
  let units: Unit[] = [];
  let windows = 0;
  for (let position: SearchPosition | null = people.length > 0 ? from : null; position; ) {
    const found = await searchWindow(rows, finder, position, now);
    units.push(...found.cleaned);
    windows += 1;
    position = found.next;
    if (!position || (units.length < ROWS_A_STEP && windows < WINDOWS_A_STEP)) continue;
    yield { units, cursor: { ...at, phase: { name: "texts", position } } };
    [units, windows] = [[], 0];
  }
  yield { units, cursor: rest };
  return rest;
}

/**
 * The person's own files, then the rows, in one step with what became of the files.
 *
 * @param next where to go on afterwards
 */
async function* deletePerson(
  context: Context,
  id: number,
  blocked: readonly Blocked[],
  cutoff: Day,
  next: Cursor,
): AsyncGenerator<Yielded<Cursor>, void, unknown> {
  const { rows, files, configuration, now } = context;
  const ref = `person:${id}`;
  const stays = ({ code, message }: Failure): Unit => ({ ref, writes: [], failure: { code, message } });
  const reason = blocked.find(({ personId }) => personId === id);
  if (reason) {
    yield { units: [stays(reason)], cursor: next };
    return;
  }
  const own = await rows.all<{ id: number; key: string }>(selectFilesOf(id));
  const reports = await reportsOf(context, id);
  if ("problem" in reports) {
    yield { units: [stays(unavailable(reports.problem))], cursor: next };
    return;
  }
  const keys = [...new Set([...own.map(({ key }) => key), ...reports.keys])];
  const mode = configuration.client.deletionMode;
  const fileIds = own.map((file) => file.id);
  const outcome = yield* effect<{ problem: string | null }>({
    key: `person:${id}`,
    description: `${mode} person ${id} and delete ${keys.length} files`,
    // Whoever is spared at the last moment keeps the files too.
    before: [touchDue(id, cutoff)],
    repeatable: true,
    call: async () => {
      try {
        for (let done = 0; done < keys.length; done += KEYS_AT_ONCE)
          await files.delete(keys.slice(done, done + KEYS_AT_ONCE));
        return { problem: null };
      } catch (error) {
        return { problem: problemOf(error) };
      }
    },
    settle: (result) =>
      result.state === "done" && result.value.problem !== null
        ? [stays(unavailable(result.value.problem))]
        : [
            {
              ref,
              writes: eraseWrites(id, mode, cutoff, fileIds, now),
              counts: { [mode === "remove" ? "removed" : "anonymised"]: 1, objects: own.length },
            },
          ],
    cursor: next,
  });
  if (outcome.state === "refused") yield { cursor: next };
}

/** Keys of everything that was ever reported to a person, also where no row tells of it any more. */
async function reportsOf(
  { rows, run, files }: Context,
  personId: number,
): Promise<{ readonly keys: readonly string[] } | { readonly problem: string }> {
  const keys: string[] = [];
  const subscriptions = await rows.all<{ id: number }>(selectSubscriptionsOf(personId));
  try {
    for (const { id } of subscriptions) {
      for (let page: string | null | undefined; page !== null; ) {
        const found = await files.list(`${filePrefix(run.clientId)}${id}/`, page ?? null);
        keys.push(...found.entries.map(({ key }) => key));
        page = found.cursor;
      }
    }
    return { keys };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

function unavailable(problem: string): Failure {
  return { code: "files_unavailable", message: `The person's files could not be deleted: ${problem}` };
}
