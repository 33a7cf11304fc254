import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { thisClient } from "../../store/statement.ts";
import { csvEncodings } from "../csv-encoding.ts";

/** The options of an import of CSV files (spec 2.1): `import_configs.options`. Unknown names are refused. */
export const csvOptions = z.strictObject({
  encoding: z.enum(csvEncodings).default("utf-8"),
  delimiter: z
    .string()
    .regex(/^[\t!#-~]$/, "must be one ASCII character other than a quote, a space or a line end")
    .default(";"),
});
export type CsvOptions = z.output<typeof csvOptions>;

/** One row of `import_configs`, ready to be worked. `O` are the options of its kind. */
export interface ImportConfiguration<O = CsvOptions> {
  readonly id: number;
  readonly name: string;
  /** Prefix in the file store; ends with `/`. */
  readonly location: string;
  readonly options: O;
}

/** A row of `import_configs` as it is read. */
export interface ImportConfigurationRow {
  readonly id: number;
  readonly name: string;
  readonly location: string;
  readonly options: string;
  readonly scheduler_active: number;
}

/** A stored import configuration cannot be used (spec 0.4). Names the configuration, the field and what it must be. */
export class ImportConfigurationError extends Error {
  readonly code = "invalid_configuration";
}

/** The import configurations of one kind, oldest first. */
export function selectImportConfigurations(kind: string): SQL {
  return sql`SELECT id, name, location, options, scheduler_active FROM import_configs
    WHERE client_id = ${thisClient} AND kind = ${kind} ORDER BY id`;
}

/**
 * Checks a stored configuration. An empty location is `c/<clientId>/import/<kind>/`.
 * @param options what its kind knows
 * @throws {ImportConfigurationError}
 */
export function readImportConfiguration<O>(
  row: ImportConfigurationRow,
  clientId: number,
  kind: string,
  options: z.ZodType<O>,
): ImportConfiguration<O> {
  const location = row.location === "" ? `c/${clientId}/import/${kind}/` : row.location.replace(/\/?$/, "/");
  if (!location.startsWith(`c/${clientId}/`)) {
    throw new ImportConfigurationError(
      `The import configuration ${row.name} has the location ${location}; it must lie below c/${clientId}/`,
    );
  }
  return { id: row.id, name: row.name, location, options: readOptions(row, options) };
}

function readOptions<O>(row: ImportConfigurationRow, schema: z.ZodType<O>): O {
  let options: unknown;
  try {
    options = JSON.parse(row.options);
  } catch {
    throw new ImportConfigurationError(`The options of the import configuration ${row.name} are no JSON`);
  }
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => [...path, message].join(": "));
  throw new ImportConfigurationError(
    `The options of the import configuration ${row.name} cannot be used: ${problems.join("; ")}`,
  );
}
