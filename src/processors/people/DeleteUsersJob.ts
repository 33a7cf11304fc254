import { z } from "zod";
import type { HistoryPosition, HistorySubjects } from "../../control/runs/run-history.ts";
import { KeyNames } from "../../learning/erasure/key-names.ts";
import { eraseOwnRow } from "../../learning/erasure/own-row.ts";
import { type ErasedPerson, readErased, selectDue } from "../../learning/erasure/person.ts";
import { References } from "../../learning/erasure/references.ts";
import { type ErasedRows, type Erasure, nextRows, ROWS_START, type RowPosition } from "../../learning/erasure/rows.ts";
import { independent } from "../../store/change.ts";
import { addDays, type Day } from "../../time/day.ts";
import { defineProcessor, effect, type RunContext, type Unit, type Yielded } from "../contract.ts";
import { phaseCursor, phases, withCursors } from "../patterns/phases.ts";
import { type Block, eraseLines, linePosition } from "./erasing/erase-lines.ts";
import { eraseObjects } from "./erasing/erase-objects.ts";
import { listMentions, listPosition, putListTogether } from "./erasing/list-mentions.ts";

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

/** Where a run is in each of the phases of some people; `person` is an index among them. */
const at = {
  lines: linePosition,
  history: z.strictObject({ part: z.int(), after: z.int() }),
  each: z.union([
    z.strictObject({ person: z.int(), objects: z.int() }),
    z.strictObject({ person: z.int(), rows: z.strictObject({ binding: z.int(), after: z.int() }) }),
  ]),
  mentions: listPosition,
};

const cursor = z.strictObject({
  /** Id of the last person before these. */
  after: z.int(),
  /** Ids of those who are being deleted. */
  people: z.array(z.int()),
  /** Those of them who stay, and why. */
  blocked: z.array(z.strictObject({ personId: z.int(), code: z.string(), message: z.string() })),
  /** Null: at the start. */
  within: phaseCursor(at).nullable(),
});
type Cursor = z.output<typeof cursor>;

type Context = RunContext<z.output<typeof parameters>, Cursor>;
type EachPosition = z.output<typeof at.each>;
type Steps<At, R = void> = AsyncGenerator<Yielded<At, Count>, R, unknown>;

const counts = ["anonymised", "removed", "objects", "mentions"] as const;
type Count = (typeof counts)[number];

/**
 * Finally deletes people whose day of deletion is over, as `clients.deletion_mode` says. It goes by provenance: the fixed table
 * `bindings` says what is bound to a person and how, and nothing else is changed. No text of others is searched to be changed, so a
 * username that is an ordinary word or a number harms no person.
 *
 * A few people at a time: first the lines that are theirs in import files, then what runs have written about them; then for each
 * the objects, and the rows in small steps; then, reading only, where others' rows name them. Last each person's own row, which
 * until then says that there is something to do: a run that ends early is made up for by the next. The own rows come after the
 * look for mentions since they alone hold the names, and those are kept nowhere else.
 *
 * Costs: import files, run history and (unless `mentions` is `ignore`) the client's texts are read once for every 25 people;
 * everything else grows with the rows of the person.
 */
export const DeleteUsersJob = defineProcessor({
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
  cursor,
  cursorVersion: 3,
  counts,
  async *run(context) {
    const { rows, today, parameters } = context;
    const cutoff = addDays(today, -parameters.graceDays);
    const atOnce = Math.min(PEOPLE_AT_ONCE, parameters.chunkSize);
    let from = context.cursor;
    for (;;) {
      if (!from || from.people.length === 0) {
        const after: number = from?.after ?? 0;
        const next = await rows.all<{ id: number }>(selectDue(cutoff, after, atOnce));
        if (next.length === 0) break;
        from = { after, people: next.map(({ id }) => id), blocked: [], within: null };
        // Before anything else, since the keys of their effects are true of just these people.
        yield { cursor: from };
      }
      from = yield* eraseTogether(context, cutoff, from);
    }
    if (parameters.mentions === "report" && from) yield* putListTogether(context, from);
    return undefined;
  },
});

/** Deletes the people of a cursor from its phase on. Returns the cursor for those behind them. */
async function* eraseTogether(context: Context, cutoff: Day, from: Cursor): Steps<Cursor, Cursor> {
  const { rows, parameters } = context;
  const blocked = new Map(from.blocked.map((one) => [one.personId, one]));
  const block: Block = (personId, { code, message }) => {
    if (!blocked.has(personId)) blocked.set(personId, { personId, code, message });
  };
  // Without those who are no longer due: they were spared, or deleted by hand, meanwhile. Always all of them, since what two of
  // them share has another owner only while one stays.
  const leaving = () =>
    readErased(
      rows,
      cutoff,
      from.people.filter((id) => !blocked.has(id)),
    );
  const steps = phases(from.within, at, {
    lines: async function* (position): Steps<z.output<typeof at.lines>> {
      yield* eraseLines(context, await leaving(), position, block);
    },
    history: async function* (position): Steps<HistoryPosition> {
      yield* eraseHistory(context, await leaving(), `history:${from.people[0]}`, position);
    },
    each: async function* (position): Steps<EachPosition> {
      for (let index = position?.person ?? 0; index < from.people.length; index += 1) {
        const person = (await leaving()).find(({ id }) => id === from.people[index]);
        const start = position?.person === index ? position : { person: index, objects: 0 };
        if (person) yield* eraseOne(context, erasureOf(context, person, cutoff), start, block);
      }
    },
    mentions: async function* (position): Steps<z.output<typeof listPosition>> {
      if (parameters.mentions === "ignore") return;
      yield* listMentions(context, await leaving(), from.people[0] ?? 0, position);
    },
  });
  yield* withCursors(steps, (within): Cursor => ({ ...from, blocked: [...blocked.values()], within }));

  const stay = [...blocked.values()].map(
    ({ personId, ...failure }): Unit<Count> => ({ ref: `person:${personId}`, writes: [], failure }),
  );
  const units = [...stay, ...(await ownRows(context, cutoff, await leaving()))];
  const next: Cursor = { after: from.people.at(-1) ?? from.after, people: [], blocked: [], within: null };
  yield { units, cursor: next };
  return next;
}

async function* eraseHistory(
  { history, rows, erasedKeys }: Context,
  people: readonly ErasedPerson[],
  key: string,
  from: HistoryPosition | null,
): Steps<HistoryPosition> {
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
  for (let position = from; people.length > 0; ) {
    const here = position;
    const outcome = yield* effect<HistoryPosition | null, HistoryPosition>({
      key: `${key}:${here?.part ?? 0}:${here?.after ?? 0}`,
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
    if (position === null) return;
    yield { cursor: position };
  }
}

/** The objects of a person, then the rows, `chunkSize` in a step; neither where the objects could not be deleted. */
async function* eraseOne(context: Context, erasure: Erasure, from: EachPosition, block: Block): Steps<EachPosition> {
  const { rows, erasedKeys, parameters } = context;
  const { person } = from;
  const behind = { person: person + 1, objects: 0 };
  if ("objects" in from) {
    const objects = eraseObjects(context, erasure, from.objects);
    const found = yield* withCursors(objects, (after): EachPosition => ({ person, objects: after }));
    if (found === "spared") return;
    if (found !== null) {
      block(erasure.person.id, found);
      yield { cursor: behind };
      return;
    }
  }
  let position: RowPosition | null = "rows" in from ? from.rows : ROWS_START;
  while (position) {
    const { writes, next }: ErasedRows = await nextRows(rows, erasedKeys, erasure, position, parameters.chunkSize);
    yield { followUp: writes, cursor: next ? { person, rows: next } : behind };
    position = next;
  }
}

function erasureOf({ configuration, now }: Context, person: ErasedPerson, cutoff: Day): Erasure {
  return { person, mode: configuration.client.deletionMode, cutoff, now };
}

/** The people's own rows. */
async function ownRows(context: Context, cutoff: Day, people: readonly ErasedPerson[]): Promise<Unit<Count>[]> {
  const { erasedKeys, configuration } = context;
  const count = configuration.client.deletionMode === "remove" ? "removed" : "anonymised";
  const units: Unit<Count>[] = [];
  for (const person of people) {
    const writes = await eraseOwnRow(erasedKeys, erasureOf(context, person, cutoff));
    units.push({ ref: `person:${person.id}`, writes: independent(writes), counts: { [count]: 1 } });
  }
  return units;
}
