import { z } from "zod";
import { InvalidConfigurationError } from "../../control/invalid-configuration.ts";
import { type RowOf, select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { csvEncodings } from "../csv/encoding.ts";
import { importConfigs } from "../schema/people.ts";

/** The delimiters that `auto` chooses from, the first one where two would do. */
export const commonDelimiters = [";", ",", "\t"] as const;

/** The options of an import of CSV files: `import_configs.options`. Unknown names are refused. */
export const csvOptions = z.strictObject({
  encoding: z.enum(csvEncodings).default("utf-8"),
  /** One character; `tab`; or `auto`: of `;`, `,` and tab the one that splits the header best. */
  delimiter: z
    .string()
    .regex(
      /^(?:[\t!#-~]|tab|auto)$/,
      "must be tab, auto, or one ASCII character other than a quote, a space or a line end",
    )
    .default(";"),
  /** Separates several values in one cell; a backslash in front of it makes it part of a value. */
  listSeparator: z
    .string()
    .regex(/^[\t!#-[\]-~]$/, "must be one ASCII character other than a quote, a backslash, a space or a line end")
    .default("|"),
  /** What is done about a column that has no meaning here: the file is refused, or the column ignored with one note. */
  unknownColumns: z.enum(["refuse", "ignore"]).default("refuse"),
});
export type CsvOptions = z.output<typeof csvOptions>;

/** `import_configs.mapping`: a column of the file → our column, or null for one that is passed over. */
const columnMapping = z.record(z.string().max(1000), z.string().min(1).max(1000).nullable());

/** One row of `import_configs`, ready to be worked. `O` are the options of its kind. */
export interface ImportConfiguration<O = CsvOptions> {
  readonly id: number;
  readonly name: string;
  /** Prefix in the file store; ends with `/`. */
  readonly location: string;
  readonly options: O;
  readonly mapping: ReadonlyMap<string, string | null>;
}

/** A row of `import_configs` as it is read. */
export type ImportConfigurationRow = RowOf<ReturnType<typeof selectImportConfigurations>>;

/**
 * A stored import configuration cannot be used (handbook, rules: configuration). Names the configuration, the field and what it
 * must be.
 */
export class ImportConfigurationError extends InvalidConfigurationError {}

/** The import configurations of one kind, oldest first. */
export function selectImportConfigurations(kind: string) {
  return select(
    importConfigs,
    ["id", "name", "location", "options", "mapping", "schedulerActive"],
    sql`WHERE client_id = ${thisClient} AND kind = ${kind} ORDER BY id`,
  );
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
  const mapping = readJson(row, "mapping", columnMapping);
  return {
    id: row.id,
    name: row.name,
    location,
    options: readJson(row, "options", options),
    mapping: new Map(Object.entries(mapping)),
  };
}

function readJson<O>(row: ImportConfigurationRow, column: "options" | "mapping", schema: z.ZodType<O>): O {
  const where = column === "options" ? "The options" : "The mapping";
  let value: unknown;
  try {
    value = JSON.parse(row[column]);
  } catch {
    throw new ImportConfigurationError(
      `${where} of the import configuration ${row.name} ${column === "options" ? "are" : "is"} no JSON`,
    );
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => [...path, message].join(": "));
  throw new ImportConfigurationError(
    `${where} of the import configuration ${row.name} cannot be used: ${problems.join("; ")}`,
  );
}
