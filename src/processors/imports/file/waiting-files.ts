import type { z } from "zod";
import type { FileEntry, Files } from "../../../files/files.ts";
import { compareKeys } from "../../../files/keys.ts";
import {
  type ImportConfiguration,
  readImportConfiguration,
  selectImportConfigurations,
} from "../../../learning/imports/configuration.ts";
import type { RunContext } from "../../contract.ts";

/** Which configurations an import works. */
export interface ConfigurationChoice<O> {
  /** `import_configs.kind`. */
  readonly kind: string;
  /** The schema of `import_configs.options`. */
  readonly options: z.ZodType<O>;
  /** Only these; all of the kind if null or undefined. */
  readonly configurationIds?: readonly number[] | null;
}

/**
 * The active configurations of one kind, oldest first, one for each location. An inactive one, and one with the location of an
 * older one, is named in the log and left alone.
 *
 * @throws {ImportConfigurationError} for one that cannot be used
 */
export async function activeConfigurations<O>(
  { rows, run, log }: Pick<RunContext, "rows" | "run" | "log">,
  { kind, options, configurationIds }: ConfigurationChoice<O>,
): Promise<ImportConfiguration<O>[]> {
  const stored = await rows.all(selectImportConfigurations(kind));
  const found: ImportConfiguration<O>[] = [];
  const absent = (configurationIds ?? []).filter((id) => !stored.some((row) => row.id === id));
  if (absent.length > 0) {
    log.warn(`There is no import configuration of the kind ${kind} with the id ${absent.join(", ")}`);
  }
  for (const row of stored) {
    if (configurationIds && !configurationIds.includes(row.id)) continue;
    if (row.schedulerActive !== 1) {
      log.info(`The import configuration ${row.name} is not active; its files are left alone`);
      continue;
    }
    const configuration = readImportConfiguration(row, run.clientId, kind, options);
    const twin = found.find(({ location }) => location === configuration.location);
    if (twin) log.warn(`${row.name} has the location of ${twin.name}, which imports the files there`);
    else found.push(configuration);
  }
  return found;
}

/** The first file directly under `location` behind the key `after` whose name is `wanted`. */
export async function nextFile(
  files: Files,
  location: string,
  after: string,
  wanted: (name: string) => boolean,
): Promise<FileEntry | null> {
  for (let page: string | null | undefined; page !== null; ) {
    const found = await files.list(location, page ?? null, { level: true });
    for (const entry of found.entries) {
      const name = entry.key.slice(location.length);
      if (name !== "" && !name.includes("/") && compareKeys(entry.key, after) > 0 && wanted(name)) return entry;
    }
    page = found.cursor;
  }
  return null;
}
