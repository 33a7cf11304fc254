import { z } from "zod";
import { boundFiles } from "../../../files/bound.ts";
import type { FileEntry, Files } from "../../../files/files.ts";
import {
  ImportConfigurationError,
  type ImportConfigurationRow,
  readImportConfiguration,
  selectImportConfigurations,
} from "../../../learning/imports/configuration.ts";
import type { Database } from "../../../store/database.ts";
import { clientRows } from "../../../store/rows.ts";
import { type ImportKind, type ImportListing, importFolder, importKinds, listImportFiles } from "./import-files.ts";

/** The folder for a client's uploads of one kind. */
export interface ImportFolder {
  readonly kind: ImportKind;
  /** Prefix in the file store; ends with `/`. */
  readonly folder: string;
  /** An active import configuration takes the files there. */
  readonly watched: boolean;
}

function locationOf(row: ImportConfigurationRow, clientId: number, kind: string): string | null {
  if (row.schedulerActive !== 1) return null;
  try {
    return readImportConfiguration(row, clientId, kind, z.unknown()).location;
  } catch (error) {
    if (error instanceof ImportConfigurationError) return null;
    throw error;
  }
}

/**
 * One folder for each kind: the default folder if an active configuration takes it, else the location of the oldest active one;
 * without any the default folder, where files wait until there is one.
 *
 * @param store that holds the client's learning data
 */
export async function importFolders(store: Database, clientId: number): Promise<ImportFolder[]> {
  const queries = importKinds.map(({ kind }) => selectImportConfigurations(kind));
  const stored = await clientRows(store, clientId, 0).each(queries);
  return importKinds.map((kind, index) => {
    const usual = importFolder(clientId, kind);
    const locations = (stored[index] ?? []).flatMap((row) => locationOf(row, clientId, kind.kind) ?? []);
    const folder = locations.includes(usual) ? usual : (locations[0] ?? usual);
    return { kind, folder, watched: locations.length > 0 };
  });
}

/** The part of the file store below these folders, and nothing else of it. */
export function filesOfFolders(files: Files, folders: readonly ImportFolder[]): Files {
  return boundFiles(
    files,
    folders.map(({ folder }) => folder),
  );
}

const nameOf = ({ key }: FileEntry) => key.slice(key.lastIndexOf("/") + 1);
const newestFirst = (a: FileEntry, b: FileEntry) => (nameOf(a) < nameOf(b) ? 1 : -1);

/** The files of all folders together, at most `limit` of each state. */
export async function listFolders(
  files: Files,
  folders: readonly ImportFolder[],
  limit: number,
): Promise<ImportListing> {
  const bound = filesOfFolders(files, folders);
  const found = await Promise.all(folders.map(({ folder }) => listImportFiles(bound, folder, limit)));
  return {
    waiting: found.flatMap(({ waiting }) => waiting),
    done: found
      .flatMap(({ done }) => done)
      .sort(newestFirst)
      .slice(0, limit),
    failed: found
      .flatMap(({ failed }) => failed)
      .sort(newestFirst)
      .slice(0, limit),
  };
}
