import { settings } from "../../../control/clients/setting-definitions.ts";
import {
  type FileNames,
  forgetFiles,
  isReportFor,
  selectFilesOf,
  selectSubscriptionsOf,
} from "../../../learning/erasure/own-files.ts";
import { touchDue } from "../../../learning/erasure/person.ts";
import type { Erasure } from "../../../learning/erasure/rows.ts";
import { filePrefix } from "../../../learning/reports/subscription.ts";
import { independent } from "../../../store/change.ts";
import type { Failure } from "../../../store/step/step.ts";
import { effect, type RunContext, type Unit, type Yielded } from "../../contract.ts";
import { problemOf } from "./erase-lines.ts";
import { keysBelow } from "./streams.ts";

/** Rows of files, and keys that the file store takes in one call. */
const AT_ONCE = 1000;

type Context = Pick<RunContext, "run" | "rows" | "files" | "configuration">;

/**
 * Deletes a person's own objects: those of the files that refer to the person's rows, and what lies under names that only the
 * person's files have, whether or not a row still tells of it. `objects` counts those that had a row.
 *
 * @param after id of the last row of files that was dealt with; it is the cursor
 * @returns why the person stays: the file store could not be reached; `spared`: an administrator took the deletion back; null: all are gone
 */
export async function* eraseObjects(
  context: Context,
  erasure: Erasure,
  after: number,
): AsyncGenerator<Yielded<number, "objects">, Failure | "spared" | null, unknown> {
  const { rows, files } = context;
  const { person, cutoff, now, mode } = erasure;
  const ref = `person:${person.id}`;
  const names = await namesOf(context, person.id);
  for (let from = after; ; ) {
    const own = await rows.all<{ id: number; key: string }>(selectFilesOf(person.id, names, from, AT_ONCE));
    const named =
      own.length < AT_ONCE ? await namedObjects(files, person.id, names) : { keys: [] as readonly string[] };
    if ("code" in named) return named;
    const found = named.keys;
    if (own.length + found.length === 0) return null;
    const keys = [...new Set([...own.map(({ key }) => key), ...found])];
    const last = own.at(-1)?.id ?? from;
    const outcome = yield* effect<{ problem: string | null }, number, "objects">({
      key: `person:${person.id}:${from}-${last}`,
      description: `${mode} person ${person.id}: delete ${keys.length} files`,
      // A person who is spared at the last moment keeps the files too.
      before: [touchDue(person.id, cutoff)],
      repeatable: true,
      call: async () => {
        try {
          for (let done = 0; done < keys.length; done += AT_ONCE) await files.delete(keys.slice(done, done + AT_ONCE));
          return { problem: null };
        } catch (error) {
          return { problem: problemOf(error) };
        }
      },
      settle: (result): Unit<"objects">[] =>
        result.state === "done" && result.value.problem !== null
          ? []
          : [
              {
                ref,
                writes: independent(
                  forgetFiles(
                    person.id,
                    cutoff,
                    own.map(({ id }) => id),
                    now,
                  ),
                ),
                counts: { objects: own.length },
              },
            ],
    });
    if (outcome.state === "refused") return "spared";
    if (outcome.state === "done" && outcome.value.problem !== null) return unavailable(outcome.value.problem);
    // Behind the effect: a person whose files could not be deleted must not be gone on with.
    yield { cursor: last };
    if (own.length < AT_ONCE) return null;
    from = last;
  }
}

/** A person's files could not be deleted. @param problem as {@link problemOf} has it */
function unavailable(problem: string): Failure {
  return { code: "files_unavailable", message: `The person's files could not be deleted: ${problem}` };
}

/**
 * How a person's own objects are called: everything in the folders of the person's own report subscriptions, reports made for the
 * person by those of groups, and certificates exported under the person's id.
 */
async function namesOf({ rows, run, configuration }: Context, personId: number): Promise<FileNames> {
  const subscriptions = await rows.all<{ id: number }>(selectSubscriptionsOf(personId));
  const reports = filePrefix(run.clientId);
  const exports = `c/${run.clientId}/data/certificate/job/`;
  const byId = (await configuration.read(settings.certificateExportPersonAttribute)) === "personID";
  return {
    reports,
    prefixes: [
      ...subscriptions.map(({ id }) => `${reports}${id}/`),
      ...(byId ? [`${exports}${personId}_`, `${exports}rev_${personId}_`] : []),
    ],
  };
}

/** Keys of the objects with such names, whether or not a row tells of them. */
async function namedObjects(
  files: Context["files"],
  personId: number,
  { reports, prefixes }: FileNames,
): Promise<{ readonly keys: readonly string[] } | Failure> {
  try {
    const keys: string[] = [];
    for (const prefix of prefixes) for await (const key of keysBelow(files, prefix)) keys.push(key);
    for await (const key of keysBelow(files, reports)) if (isReportFor(personId, key)) keys.push(key);
    return { keys };
  } catch (error) {
    return unavailable(problemOf(error));
  }
}
