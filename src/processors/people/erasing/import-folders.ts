import type { ListFormat } from "../../../learning/erasure/csv-lines.ts";
import { importConfigs } from "../../../learning/schema.ts";
import { select } from "../../../store/select.ts";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import type { RunContext } from "../../contract.ts";

/** A prefix below which files lie that were or will be imported. */
export interface ImportFolder {
  readonly prefix: string;
  /** Kind of the import; null: told by the folder's name. */
  readonly kind: string | null;
  readonly format: ListFormat;
}

const PLAIN: ListFormat = { delimiter: ";", mapping: {} };

/** The client's import folders in the order of their keys, none within another: the common one and those configured. */
export async function importFolders({ rows, run }: Pick<RunContext, "rows" | "run">): Promise<readonly ImportFolder[]> {
  const root = `c/${run.clientId}/`;
  const configured = await rows.all(
    select(importConfigs, ["kind", "location", "options", "mapping"], sql`WHERE client_id = ${thisClient} ORDER BY id`),
  );
  const folders = new Map<string, ImportFolder>([
    [`${root}import/`, { prefix: `${root}import/`, kind: null, format: PLAIN }],
  ]);
  for (const { kind, location, options, mapping } of configured) {
    const prefix = location === "" ? `${root}import/${kind}/` : location.replace(/\/?$/, "/");
    if (!prefix.startsWith(root) || prefix === root || folders.has(prefix)) continue;
    folders.set(prefix, { prefix, kind, format: { delimiter: delimiterOf(options), mapping: mappingOf(mapping) } });
  }
  return [...folders.values()];
}

/** The folder that a file belongs to: the innermost; null where it is in none. */
export function folderOf(folders: readonly ImportFolder[], key: string): ImportFolder | null {
  return folders.reduce<ImportFolder | null>(
    (best, folder) =>
      key.startsWith(folder.prefix) && folder.prefix.length > (best?.prefix.length ?? 0) ? folder : best,
    null,
  );
}

/** How a file is looked into; null: it is no list and no XML. */
export function formOf(folder: ImportFolder, key: string): "list" | "xml" | null {
  if (/\.(?:csv|tsv)$/i.test(key)) return "list";
  if (/\.xml$/i.test(key)) return "xml";
  if (/\.(?:zip|gz|xlsx?|pdf|png|jpe?g)$/i.test(key)) return null;
  const kind = folder.kind ?? key.slice(folder.prefix.length).split("/")[0];
  return kind === "xml_group" ? "xml" : "list";
}

/** An unusable configuration is the import's matter; here its file is read as well as can be. */
function parsed(json: string): Record<string, unknown> {
  try {
    const value = JSON.parse(json) as unknown;
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function delimiterOf(options: string): string {
  const { delimiter } = parsed(options);
  if (delimiter === "tab") return "\t";
  return typeof delimiter === "string" && delimiter.length === 1 ? delimiter : PLAIN.delimiter;
}

function mappingOf(json: string): ListFormat["mapping"] {
  return Object.fromEntries(
    Object.entries(parsed(json)).flatMap(([column, ours]) =>
      ours === null || typeof ours === "string" ? [[column, ours]] : [],
    ),
  );
}
