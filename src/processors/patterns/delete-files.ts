import type { SQL } from "drizzle-orm";
import { z } from "zod";
import type { FileEntry } from "../../files/files.ts";
import { compareKeys } from "../../files/keys.ts";
import { keyList, markFilesDeleted, selectRecordedKeys } from "../../learning/file-rows.ts";
import { auditTimes } from "../../store/audit.ts";
import type { Query } from "../../store/statement.ts";
import { type CountsOf, effect, type RunContext, type Unit, type Write, type Yielded } from "../contract.ts";

/** What {@link deleteFiles} counts. */
export const fileCounts = ["deleted", "bytes"] as const;
export type FileCount = (typeof fileCounts)[number];

/**
 * The cursor of a processor that deletes files: a page of the listing (null: the first) is dealt with up to the key `after`, and
 * `doomed` are being deleted. They are kept, since a run that is taken up in between finds them in no listing any more.
 */
export const fileDeletion = z.strictObject({
  page: z.string().nullable(),
  after: z.string(),
  doomed: z.array(z.strictObject({ key: z.string(), size: z.int() })),
});
export type FileDeletion = z.output<typeof fileDeletion>;

/** An object that is to be deleted. */
export type DoomedFile = Pick<FileEntry, "key" | "size">;

/** What {@link DeleteFiles.choose} answers. */
export interface ChosenFiles<N extends string> {
  readonly files: readonly DoomedFile[];
  /** Added once for these candidates, in a dry run too. */
  readonly counts?: CountsOf<N>;
}

/** What {@link deleteFiles} takes. `N`: the processor's own counts. */
export interface DeleteFiles<N extends string = never> {
  /** What the objects are, in the words of a failure and of a dry run: `files of certificates`. */
  readonly what: string;
  /** Below it they lie. All objects there are listed. */
  readonly prefix: string;
  /** By what the listing says of an object alone: whether it may be deleted. */
  readonly isOld: (entry: FileEntry) => boolean;
  /** Which of up to `chunkSize` old ones are deleted, where that takes a look into the database. Default: all of them. */
  readonly choose?: (candidates: readonly FileEntry[]) => Promise<ChosenFiles<NoInfer<N>>>;
  /**
   * What follows in the database from the deletion of files that have a row (`key IN ${keys}`). It says `leadHit` in its
   * condition. Their rows themselves become `deleted` without it. Default: nothing.
   */
  readonly also?: (keys: SQL) => Query;
  /** True: no row of `files` tells of these objects, and none is looked for. Needed on the control store, which has no such table. */
  readonly unrecorded?: boolean;
  /** The counter of deleted objects without a row. Default `deleted`, as of the others. */
  readonly orphans?: NoInfer<N>;
  /** The counter of all objects that were listed. Default: they are not counted. */
  readonly listed?: NoInfer<N>;
}

/** What {@link deleteFiles} needs of a run. */
export type DeletingFiles = Pick<RunContext<object, FileDeletion>, "rows" | "files" | "cursor" | "now"> & {
  readonly parameters: { readonly chunkSize: number };
};

/**
 * A processor that deletes objects of the file store that are old. It goes through the objects, not through the rows, so that one
 * that no row tells of is found too. `chunkSize` objects are one effect: they are deleted with one call, and what follows from it in
 * the database is committed together with its outcome. An object that is gone already is a success. A call that fails is made
 * once more; after that its objects are failed rows, stay, and are tried by the next run.
 *
 * ```ts
 * cursor: fileDeletion,
 * nextRunFrom: () => null, // a page of one listing means nothing to another
 * counts: fileCounts,
 * run: (context) =>
 *   deleteFiles(context, {
 *     what: "temporary files",
 *     prefix: `c/${context.run.clientId}/data/temp/`,
 *     isOld: ({ uploadedAt }) => uploadedAt < limit,
 *   }),
 * ```
 *
 * Several folders are phases: `phases(cursor, { own: fileDeletion, shared: fileDeletion }, …)`, each with `{ ...context, cursor: from }`.
 * Where rows are at hand for everything that may go, {@link deleteRecordedFiles} spares the listing.
 */
export async function* deleteFiles<N extends string = never>(
  context: DeletingFiles,
  plan: DeleteFiles<N>,
): AsyncGenerator<Yielded<FileDeletion, FileCount | N>, undefined> {
  const { chunkSize } = context.parameters;
  let at: FileDeletion = context.cursor ?? { page: null, after: "", doomed: [] };
  if (at.doomed.length > 0) {
    yield* deleteChosen(context, plan, at);
    at = { ...at, doomed: [] };
  }
  for (;;) {
    const listed = await context.files.list(plan.prefix, at.page);
    let behind = listed.entries.filter(({ key }) => compareKeys(key, at.after) > 0);
    const countOf = (seen: number) => (plan.listed ? ({ [plan.listed]: seen } as CountsOf<FileCount | N>) : {});
    for (let old = behind.filter(plan.isOld); old.length > 0; old = old.slice(chunkSize)) {
      const candidates = old.slice(0, chunkSize);
      const last = candidates.at(-1) as FileEntry;
      const seen = behind.indexOf(last) + 1;
      behind = behind.slice(seen);
      const { files, counts } = plan.choose ? await plan.choose(candidates) : { files: candidates };
      at = { page: at.page, after: last.key, doomed: files.map(({ key, size }) => ({ key, size })) };
      yield { cursor: at, counts: { ...countOf(seen), ...counts } };
      if (at.doomed.length > 0) yield* deleteChosen(context, plan, at);
      at = { ...at, doomed: [] };
    }
    const rest = countOf(behind.length);
    if (listed.cursor === null) {
      const last = behind.at(-1);
      if (plan.listed && last) yield { cursor: { ...at, after: last.key }, counts: rest };
      return undefined;
    }
    at = { page: listed.cursor, after: "", doomed: [] };
    yield { cursor: at, counts: rest };
  }
}

async function* deleteChosen<N extends string>(
  { rows, files, now }: DeletingFiles,
  plan: DeleteFiles<N>,
  at: FileDeletion,
): AsyncGenerator<Yielded<FileDeletion, FileCount | N>, void> {
  const keys = at.doomed.map(({ key }) => key);
  const recorded = new Set(plan.unrecorded ? [] : (await rows.all(selectRecordedKeys(keys))).map(({ key }) => key));
  const known = at.doomed.filter(({ key }) => recorded.has(key));
  const orphans = at.doomed.filter(({ key }) => !recorded.has(key));
  const ref = refOf(plan.prefix, at.doomed);
  const counted = (doomed: readonly DoomedFile[], writes: Write<FileCount | N>[]): Unit<FileCount | N>[] =>
    doomed.length === 0 ? [] : [{ ref, rows: doomed.length, writes, counts: bytesOf(doomed) }];
  yield* deleteObjects<FileDeletion, FileCount | N>(files, {
    what: plan.what,
    ref,
    doomed: at.doomed,
    cursor: { ...at, doomed: [] },
    deleted: () => {
      const list = keyList(known.map(({ key }) => key));
      const mark = { write: markFilesDeleted(list, now), count: "deleted" as const };
      const audit = auditTimes({ entity: "file", action: "delete" }, orphans.length);
      return [
        ...counted(known, plan.also ? [mark, plan.also(list)] : [mark]),
        ...counted(orphans, [{ write: audit, count: plan.orphans ?? "deleted" }]),
      ];
    },
  });
}

/** A file whose row is at hand. */
export interface RecordedFile extends DoomedFile {
  readonly id: number;
}

/** What {@link deleteRecordedFiles} takes. `Key`: what the rows are ordered by; `Row`: what is read of each. */
export interface DeleteRecordedFiles<Key, Row extends Key & RecordedFile, N extends string> {
  /** What the objects are, in the words of a failure and of a dry run: `exports`. */
  readonly what: string;
  /** Up to `limit` rows behind a key (null: the first), in their order. */
  readonly find: (after: Key | null, limit: number) => SQL<Row>;
  /** Where a row stands in that order. */
  readonly keyOf: (row: Row) => Key;
  /**
   * What is written once the objects are gone. The first leads, is counted as `deleted`, and states again what makes the rows
   * deletable; the others say `leadHit`.
   */
  readonly record: (rows: readonly Row[]) => readonly [Query, ...Write<N>[]];
}

/**
 * A processor that deletes old files whose rows say all: it reads no listing, so its cost grows with what is due. Otherwise as
 * {@link deleteFiles}. The run's cursor is the key of the last row; order by what the index has.
 *
 * ```ts
 * // cursor: z.strictObject({ storedAt: z.int(), id: z.int() })
 * run: (context) =>
 *   deleteRecordedFiles(context, {
 *     what: "exports",
 *     find: (after, limit) => sql<Row>`SELECT id, key, size, stored_at AS storedAt FROM files WHERE … ORDER BY stored_at, id LIMIT ${limit}`,
 *     keyOf: ({ storedAt, id }) => ({ storedAt, id }),
 *     record: (old) => [markFilesDeleted(keyList(old.map(({ key }) => key)), context.now)],
 *   }),
 * ```
 */
export async function* deleteRecordedFiles<Key, Row extends Key & RecordedFile, N extends string = never>(
  context: Pick<RunContext<object, Key>, "rows" | "files" | "cursor"> & {
    readonly parameters: { readonly chunkSize: number };
  },
  plan: DeleteRecordedFiles<Key, Row, N>,
): AsyncGenerator<Yielded<Key, FileCount | N>, undefined> {
  const { rows, files, parameters } = context;
  for (let after = context.cursor; ; ) {
    const old = await rows.all<Row>(plan.find(after, parameters.chunkSize));
    const last = old.at(-1);
    if (!last) return undefined;
    after = plan.keyOf(last);
    const ref = refOf("", old);
    yield* deleteObjects<Key, FileCount | N>(files, {
      what: plan.what,
      ref,
      doomed: old,
      cursor: after,
      deleted: () => {
        const [mark, ...others] = plan.record(old);
        const writes: Write<FileCount | N>[] = [{ write: mark, count: "deleted" }, ...others];
        return [{ ref, rows: old.length, writes, counts: bytesOf(old) as CountsOf<FileCount | N> }];
      },
    });
  }
}

/** One deletion of several objects. */
interface Deletion<C, N extends string> {
  readonly what: string;
  readonly ref: string;
  readonly doomed: readonly DoomedFile[];
  /** Committed together with the outcome. */
  readonly cursor: C;
  /** What is written once they are gone. */
  readonly deleted: () => readonly Unit<N>[];
}

async function* deleteObjects<C, N extends string>(
  files: Pick<RunContext["files"], "delete">,
  { what, ref, doomed, cursor, deleted }: Deletion<C, N>,
): AsyncGenerator<Yielded<C, N>, void> {
  const keys = doomed.map(({ key }) => key);
  yield* effect<{ readonly problem: string | null }, C, N>({
    key: `delete:${keys[0]}`,
    description: `delete ${keys.length} ${what}: ${ref}`,
    repeatable: true,
    call: async () => {
      try {
        await files.delete(keys).catch(() => files.delete(keys));
        return { problem: null };
      } catch (error) {
        return { problem: error instanceof Error ? error.message : String(error) };
      }
    },
    settle: (outcome) => {
      if (outcome.state === "rehearsed") return deleted();
      if (outcome.state !== "done") return [];
      if (outcome.value.problem === null) return deleted();
      const message = `These files could not be deleted and stay: ${outcome.value.problem}`;
      return [{ ref, rows: keys.length, writes: [], failure: { code: "files_unavailable", message } }];
    },
    cursor,
  });
}

/** The first and the last of some objects, without the prefix. */
function refOf(prefix: string, doomed: readonly DoomedFile[]): string {
  const nameOf = (key = "") => key.slice(prefix.length);
  return `${nameOf(doomed[0]?.key)} – ${nameOf(doomed.at(-1)?.key)}`;
}

function bytesOf<N extends string>(doomed: readonly DoomedFile[]): CountsOf<FileCount | N> {
  return { bytes: doomed.reduce((sum, { size }) => sum + size, 0) } as CountsOf<FileCount | N>;
}
