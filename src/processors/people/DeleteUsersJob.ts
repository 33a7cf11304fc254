import { z } from "zod";
import type { HistoryPosition, HistorySubjects } from "../../control/runs/run-history.ts";
import { KeyNames } from "../../learning/erasure/key-names.ts";
import { eraseOwnRow } from "../../learning/erasure/own-row.ts";
import { type ErasedPerson, readErased, selectDue } from "../../learning/erasure/person.ts";
import { References } from "../../learning/erasure/references.ts";
import { type Erasure, nextRows, ROWS_START, type RowPosition } from "../../learning/erasure/rows.ts";
import { independent } from "../../store/change.ts";
import { addDays, type Day } from "../../time/day.ts";
import { defineProcessor, effect, type RunContext, type Unit, type Yielded } from "../contract.ts";
import { type Blocked, eraseLines, type LinePosition } from "./erase-lines.ts";
import { eraseObjects } from "./erase-objects.ts";
import { LIST_START, type ListPosition, listMentions, putListTogether } from "./list-mentions.ts";

const parameters = z.strictObject({
  graceDays: z
    .int()
    .min(0)
    .max(3650)
    .default(0)
    .describe("Days after the day of deletion before the person is deleted"),
  mentions: z
    .enum(["report", "ignore"])
    .default("report")
    .describe("report: list where deleted people are named in what is not theirs; ignore: do not look"),
});

/** People dealt with together, since import files, logs and mentions are read once for all of them. */
const PEOPLE_AT_ONCE = 25;
/** Windows of run history in one effect. */
const HISTORY_AT_ONCE = 12;

/** Where a run is with the people it is deleting; `person` is an index among them. */
type Phase =
  | { readonly name: "lines"; readonly position: LinePosition | null }
  | { readonly name: "history"; readonly position: HistoryPosition | null }
  | { readonly name: "objects"; readonly person: number; readonly after: number }
  | { readonly name: "rows"; readonly person: number; readonly position: RowPosition }
  | { readonly name: "mentions"; readonly position: ListPosition }
  | { readonly name: "own" };

interface Cursor {
  /** Id of the last person before these. */
  readonly after: number;
  /** Ids of those who are being deleted. */
  readonly people: readonly number[];
  readonly phase: Phase;
  /** Those of them who stay. */
  readonly blocked: readonly Blocked[];
}

type Context = RunContext<z.output<typeof parameters>, Cursor>;
type Yields = AsyncGenerator<Yielded<Cursor, Count>, Cursor, unknown>;

const counts = ["anonymised", "removed", "objects", "mentions"] as const;
type Count = (typeof counts)[number];

/**
 * Finally deletes people whose day of deletion is over, as `clients.deletion_mode` says. It goes by provenance: the fixed table
 * `bindings` says what is bound to a person and how, and nothing else is changed. No text of others is searched to be changed, so a
 * username that is an ordinary word or a number harms nobody.
 *
 * A few people at a time: first the lines that are theirs in import files, then what runs have written about them; then for each
 * the objects, and the rows in small steps; then, reading only, where others' rows name them. Last each person's own row, which
 * until then says that there is something to do: a run that ends early is made up for by the next. The own rows come after the
 * look for mentions since they alone hold the names, and those are kept nowhere else.
 *
 * Costs: import files, run history and (unless `mentions` is `ignore`) the client's texts are read once for every 25 people;
 * everything else grows with the rows of the person.
 */
export const DeleteUsersJob = defineProcessor<typeof parameters, Cursor, Count>({
  id: "DeleteUsersJob",
  group: "people",
  title: "Delete people for good",
  summary: "Finally deletes people whose day of deletion has passed, with everything that is theirs.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 2 0 * * ?",
  after: [],
  confirm: "destructive",
  dryRun: "exact",
  parameters,
  cursorVersion: 2,
  counts,
  async *run(context) {
    const { rows, today, parameters } = context;
    const cutoff = addDays(today, -parameters.graceDays);
    const atOnce = Math.min(PEOPLE_AT_ONCE, parameters.chunkSize);
    let at = context.cursor;
    for (;;) {
      if (!at || at.people.length === 0) {
        const after: number = at?.after ?? 0;
        const next = await rows.all<{ id: number }>(selectDue(cutoff, after, atOnce));
        if (next.length === 0) break;
        at = { after, people: next.map(({ id }) => id), phase: { name: "lines", position: null }, blocked: [] };
      }
      at = yield* eraseTogether(context, cutoff, at);
    }
    if (parameters.mentions === "report" && at) yield* putListTogether(context, at);
    return undefined;
  },
});

/** Deletes the people of a cursor from its phase on. Returns the cursor for those behind them. */
async function* eraseTogether(context: Context, cutoff: Day, from: Cursor): Yields {
  const { rows, parameters } = context;
  let at = from;
  // A person who is no longer due was spared, or deleted by hand, meanwhile.
  const leaving = () => {
    const stay = new Set(at.blocked.map(({ personId }) => personId));
    return readErased(
      rows,
      cutoff,
      at.people.filter((id) => !stay.has(id)),
    );
  };
  if (at.phase.name === "lines") {
    const { position } = at.phase;
    const blocked = yield* eraseLines<Cursor>(
      context,
      await leaving(),
      { position, blocked: at.blocked },
      (next, stay) => ({
        ...from,
        phase: { name: "lines", position: next },
        blocked: stay,
      }),
    );
    at = { ...at, phase: { name: "history", position: null }, blocked };
    yield { cursor: at };
  }
  if (at.phase.name === "history") at = yield* eraseHistory(context, await leaving(), at, at.phase.position);
  while (at.phase.name === "objects" || at.phase.name === "rows")
    at = yield* at.phase.name === "objects"
      ? objectsOf(context, cutoff, await leaving(), at, at.phase.person, at.phase.after)
      : rowsOf(context, cutoff, await leaving(), at, at.phase.person, at.phase.position);
  if (at.phase.name === "mentions") {
    if (parameters.mentions === "report") {
      const batch = at.people[0] ?? 0;
      const here = at;
      yield* listMentions<Cursor>(context, await leaving(), batch, at.phase.position, (position) => ({
        ...here,
        phase: { name: "mentions", position },
      }));
    }
    at = { ...at, phase: { name: "own" } };
    yield { cursor: at };
  }
  return yield* ownRows(context, cutoff, await leaving(), at);
}

async function* eraseHistory(
  { history, rows, erasedKeys }: Context,
  people: readonly ErasedPerson[],
  at: Cursor,
  from: HistoryPosition | null,
): Yields {
  const references = new References(rows, people);
  const names = new KeyNames(people);
  const subjects: HistorySubjects = {
    personsOf: (some) => references.personsOf(some),
    async hashesOf(keys) {
      const hashes = new Map<string, string>();
      for (const key of keys) if (names.names(key)) hashes.set(key, await erasedKeys.hash("reference", key));
      return hashes;
    },
  };
  const done: Cursor = { ...at, phase: { name: "objects", person: 0, after: 0 } };
  for (let position = from; people.length > 0; ) {
    const here = position;
    const outcome = yield* effect<HistoryPosition | null, Cursor>({
      key: `history:${at.people[0]}:${here?.part ?? 0}:${here?.after ?? 0}`,
      description: `take ${people.length} people out of errors and logs of runs`,
      repeatable: true,
      call: async () => {
        let next = here;
        for (let windows = 0; windows < HISTORY_AT_ONCE; windows += 1) {
          next = await history.redact(subjects, next);
          if (next === null) return null;
        }
        return next;
      },
    });
    position = outcome.state === "done" ? outcome.value : null;
    if (position === null) break;
    yield { cursor: { ...at, phase: { name: "history", position } } };
  }
  yield { cursor: done };
  return done;
}

/** The objects of the person at an index among those of the cursor; the rows come next, or the next person where this one stays. */
async function* objectsOf(
  context: Context,
  cutoff: Day,
  people: readonly ErasedPerson[],
  at: Cursor,
  index: number,
  after: number,
): Yields {
  const person = people.find(({ id }) => id === at.people[index]);
  if (!person) return nextPerson(at, index);
  const found = yield* eraseObjects<Cursor>(context, erasureOf(context, person, cutoff), after, (last) => ({
    ...at,
    phase: { name: "objects", person: index, after: last },
  }));
  if (found === null) return { ...at, phase: { name: "rows", person: index, position: ROWS_START } };
  if (found === "spared") return nextPerson(at, index);
  const next = nextPerson({ ...at, blocked: [...at.blocked, { personId: person.id, ...found }] }, index);
  yield { cursor: next };
  return next;
}

/** The rows of a person, `chunkSize` in a step. */
async function* rowsOf(
  context: Context,
  cutoff: Day,
  people: readonly ErasedPerson[],
  at: Cursor,
  index: number,
  from: RowPosition,
): Yields {
  const person = people.find(({ id }) => id === at.people[index]);
  const { rows, erasedKeys, parameters } = context;
  for (let position: RowPosition | null = from; person && position; ) {
    const { writes, next } = await nextRows(
      rows,
      erasedKeys,
      erasureOf(context, person, cutoff),
      position,
      parameters.chunkSize,
    );
    position = next;
    const cursor: Cursor = next
      ? { ...at, phase: { name: "rows", person: index, position: next } }
      : nextPerson(at, index);
    yield { followUp: writes, cursor };
  }
  return nextPerson(at, index);
}

function erasureOf({ configuration, now }: Context, person: ErasedPerson, cutoff: Day): Erasure {
  return { person, mode: configuration.client.deletionMode, cutoff, now };
}

function nextPerson(at: Cursor, index: number): Cursor {
  return index + 1 < at.people.length
    ? { ...at, phase: { name: "objects", person: index + 1, after: 0 } }
    : { ...at, phase: { name: "mentions", position: LIST_START } };
}

/** The people's own rows, and the failures of those who stay. */
async function* ownRows(context: Context, cutoff: Day, people: readonly ErasedPerson[], at: Cursor): Yields {
  const { erasedKeys, configuration } = context;
  const count = configuration.client.deletionMode === "remove" ? "removed" : "anonymised";
  const units: Unit<Count>[] = at.blocked.map(({ personId, code, message }) => ({
    ref: `person:${personId}`,
    writes: [],
    failure: { code, message },
  }));
  for (const person of people) {
    const writes = await eraseOwnRow(erasedKeys, erasureOf(context, person, cutoff));
    units.push({ ref: `person:${person.id}`, writes: independent(writes), counts: { [count]: 1 } });
  }
  const next: Cursor = { after: at.people.at(-1) ?? at.after, people: [], phase: { name: "own" }, blocked: [] };
  yield { units, cursor: next };
  return next;
}
