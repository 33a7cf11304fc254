import { z } from "zod";
import { settings } from "../../control/clients/setting-definitions.ts";
import { compareKeys } from "../../files/keys.ts";
import { certificateFolder } from "../../learning/certificates/file-name.ts";
import { deleteFiles, selectFilesOfKeys } from "../../learning/certificates/renames.ts";
import { auditOnly } from "../../store/audit.ts";
import { addLocalDays } from "../../time/day.ts";
import { nowAsOf } from "../as-of.ts";
import { defineProcessor, effect, noAction, type RunContext, type Unit, type Yielded } from "../contract.ts";

const counts = ["deleted", "bytes"] as const;
type Count = (typeof counts)[number];

/** An object that is to be deleted. */
const doomed = z.strictObject({ key: z.string(), size: z.int() });
type Doomed = z.output<typeof doomed>;

/**
 * A page of the listing (null: the first) is dealt with up to a key, and `doomed` are being deleted: a run that is taken up in between
 * finds them in no listing any more.
 */
const cursor = z.strictObject({ page: z.string().nullable(), after: z.string(), doomed: z.array(doomed) });
type Cursor = z.output<typeof cursor>;
type Context = RunContext<object, Cursor>;

/**
 * Handbook, catalogue: DeleteCreatedCertificatesJob. It goes through the objects, not through the rows: an object that no row tells
 * of is deleted too. The certificates stay, and are never made again.
 */
export const DeleteCreatedCertificatesJob = defineProcessor({
  id: "DeleteCreatedCertificatesJob",
  group: "skills",
  title: "Delete old certificate files",
  summary: "Deletes the files of certificates that are older than the client keeps them; the certificates stay.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 30 3 ? * 1",
  after: [],
  confirm: "destructive",
  dryRun: "exact",
  parameters: z.strictObject({}),
  cursor,
  // What was deleted is listed no more, and a page of one listing means nothing to another.
  nextRunFrom: () => null,
  counts,
  async *run(context) {
    const { configuration, timeZone } = context;
    const setting = settings.certificateExportDeleteAfterDays;
    const days = await configuration.read(setting);
    if (days === undefined)
      return noAction(`Setting ${setting.key} is undefined: files of certificates are kept for good`);
    return yield* deleteOlder(context, addLocalDays(nowAsOf(context), -days, timeZone));
  },
});

/** @param limit instant (ms): what was written before it goes */
async function* deleteOlder(context: Context, limit: number): AsyncGenerator<Yielded<Cursor, Count>, undefined> {
  const { run, files, parameters } = context;
  const { chunkSize } = parameters;
  const folder = certificateFolder(run.clientId);
  let at: Cursor = context.cursor ?? { page: null, after: "", doomed: [] };
  if (at.doomed.length > 0) {
    yield* deletePage(context, folder, at);
    at = { ...at, doomed: [] };
  }
  for (;;) {
    const listed = await files.list(folder, at.page);
    const old = listed.entries.filter(({ key, uploadedAt }) => uploadedAt < limit && compareKeys(key, at.after) > 0);
    for (let from = 0; from < old.length; from += chunkSize) {
      const chosen = old.slice(from, from + chunkSize).map(({ key, size }) => ({ key, size }));
      const next = { page: at.page, after: chosen.at(-1)?.key ?? "", doomed: chosen };
      yield { cursor: next };
      yield* deletePage(context, folder, next);
      at = { ...next, doomed: [] };
    }
    if (listed.cursor === null) return undefined;
    at = { page: listed.cursor, after: "", doomed: [] };
    yield { cursor: at };
  }
}

async function* deletePage(
  { rows, files, now }: Context,
  folder: string,
  at: Cursor,
): AsyncGenerator<Yielded<Cursor, Count>, void> {
  const old = at.doomed;
  const known = await rows.all(selectFilesOfKeys(old.map(({ key }) => key)));
  const ids = new Map(known.map(({ id, key }) => [key, id]));
  const ours = old.filter(({ key }) => ids.has(key));
  const others = old.filter(({ key }) => !ids.has(key));
  const nameOf = (key = "") => key.slice(folder.length);
  const bytesOf = (entries: readonly Doomed[]) => entries.reduce((sum, { size }) => sum + size, 0);
  const ref = `${nameOf(old[0]?.key)} – ${nameOf(old.at(-1)?.key)}`;
  const deleted = (): Unit<Count>[] => {
    const changes = deleteFiles(
      ours.map(({ key }) => ids.get(key) ?? 0),
      now,
    );
    const recorded: Unit<Count> = {
      ref,
      rows: ours.length,
      writes: [{ write: changes.files, count: "deleted" }, changes.certificates],
      counts: { bytes: bytesOf(ours) },
    };
    return [
      ...(ours.length > 0 ? [recorded] : []),
      ...others.map(({ key, size }) => ({
        ref: nameOf(key),
        writes: [auditOnly({ entity: "file", id: 0, action: "delete" })],
        counts: { deleted: 1, bytes: size },
      })),
    ];
  };
  yield* effect<{ readonly problem: string | null }, Cursor, Count>({
    key: `delete:${old[0]?.key}`,
    description: `delete ${old.length} files of certificates: ${ref}`,
    repeatable: true,
    call: async () => {
      try {
        await files.delete(old.map(({ key }) => key));
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
      return [{ ref, rows: old.length, writes: [], failure: { code: "files_unavailable", message } }];
    },
    cursor: { ...at, doomed: [] },
  });
}
