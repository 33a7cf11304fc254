import { FileChangedError, type FileEntry, FileGoneError, type Files } from "../../files/files.ts";
import { claimKey, forgetFile, hashOf, selectFileId, settleFile } from "../../learning/imports/claims.ts";
import type { ImportConfiguration } from "../../learning/imports/configuration.ts";
import { resultLines } from "../../learning/imports/problems.ts";
import { effect, type RunContext, type Yielded } from "../contract.ts";
import type { FileCount } from "./import-counts.ts";
import type { FileCursor, ImportCursor } from "./import-cursor.ts";

/** Attempts after which a file that is replaced again and again while it is being read is left for the next run. */
export const MOST_ATTEMPTS = 3;

/**
 * The end of a file whose verdict is known: writes its result file, moves the object to `done/` or `failed/`, and lets its row
 * and the keys seen follow. Returns the cursor for what comes next.
 *
 * @param name below the configuration's location
 */
export async function* finishFile<P>(
  context: RunContext<P, ImportCursor>,
  { location }: Pick<ImportConfiguration, "location">,
  cursor: ImportCursor & { readonly file: FileCursor },
  name: string,
): AsyncGenerator<Yielded<ImportCursor, FileCount>, ImportCursor, unknown> {
  const { run, rows, files, now } = context;
  const { entry, verdict, failures } = cursor.file;
  const state = verdict === "failed" ? "failed" : "done";
  const target = `${location}${state}/${stamp(now)}_${name}`;
  const key = claimKey(entry, run);
  const claimed = verdict === "known" ? null : await rows.first<{ id: number }>(selectFileId(key));
  const outcome = yield* effect({
    // A file can be named after a person, and effects are kept for long.
    key: `move ${await hashOf([entry.key, entry.etag])}`,
    description: `move ${name} to ${state}/ and write its result file`,
    repeatable: true,
    cursor,
    call: async () => {
      if (claimed) {
        const lines = resultLines(rows, { id: Number(claimed.id), name, failures });
        await files.write(`${target}.result.csv`, encoded(lines), { contentType: "text/csv; charset=utf-8" });
      }
      return { replaced: !(await moved(files, entry, target)) };
    },
  });
  const replaced = outcome.state === "done" && outcome.value.replaced && cursor.anew < MOST_ATTEMPTS;
  // What was read is done with; what stands there now is another file, and is taken next.
  const next: ImportCursor = replaced
    ? { ...cursor, file: null, anew: cursor.anew + 1 }
    : { ...cursor, after: entry.key, file: null, anew: 0 };
  if (verdict === "known") yield { units: [{ ref: name, writes: [] }], cursor: next };
  else if (run.dryRun) yield { also: forgetFile(key), counts: { files: 1 }, cursor: next };
  else yield { also: settleFile(key, target, state, failures, now), counts: { files: 1 }, cursor: next };
  return next;
}

/** Moves an object as it was read; false when another stands there meanwhile. One that somebody deleted counts as moved. */
async function moved(files: Files, entry: FileEntry, target: string): Promise<boolean> {
  try {
    await files.move(entry.key, target, { etag: entry.etag });
    return true;
  } catch (error) {
    if (error instanceof FileGoneError) return true;
    if (error instanceof FileChangedError) return false;
    throw error;
  }
}

/** `yyyyMMddHHmmss` in UTC. @param now ms */
function stamp(now: number): string {
  return new Date(now).toISOString().replace(/[-:T]|\..*$/g, "");
}

/** Lines as a stream of UTF-8, made as they are read. */
function encoded(lines: AsyncGenerator<string, void>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const line = await lines.next();
        if (line.done) controller.close();
        else controller.enqueue(encoder.encode(line.value));
      },
      cancel: async () => {
        await lines.return();
      },
    },
    { highWaterMark: 0 },
  );
}
