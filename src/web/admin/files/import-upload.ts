import type { FileEntry, Files } from "../../../files/files.ts";
import type { PageContext } from "../../environment.ts";
import { bytes } from "../../http/size.ts";
import { readUpload, UploadTooLargeError } from "../../http/upload.ts";
import type { FieldProblem } from "../../page/fields.tsx";
import type { Translate } from "../../words/translate.ts";
import {
  type ImportKind,
  importKinds,
  isFull,
  isResult,
  LARGEST_UPLOAD,
  MOST_WAITING,
  safeName,
} from "./import-files.ts";
import { filesOfFolders, type ImportFolder } from "./import-folders.ts";

/** Bytes of a file that tell what it is. */
export const SAMPLE = 1024;

/** What is wrong with a name for its kind, for a name that {@link safeName} refuses. */
function nameProblem(t: Translate, given: string, kind: ImportKind): string {
  const other = importKinds.find((one) => one !== kind && given.toLowerCase().endsWith(one.ending));
  if (other)
    return t("The name ends with {ending}; choose the kind {kind} for it", {
      ending: other.ending,
      kind: t(other.label),
    });
  return kind.kind === "user_csv"
    ? t("The name must end with {ending}; save the file as CSV and upload that", { ending: kind.ending })
    : t("The name must end with {ending}; choose an XML file in the format IMS Enterprise", { ending: kind.ending });
}

/** The name under which a file of a kind is stored, or what is wrong with the one that was given. */
export function nameFor(t: Translate, given: string, kind: ImportKind): { name: string } | { problem: string } {
  const name = safeName(given, kind);
  if (name === null) return { problem: nameProblem(t, given, kind) };
  if (!isResult(name)) return { name };
  return { problem: t("This is the result of an earlier import; choose the file that is to be imported") };
}

/** As many files wait already as may wait; no further one is taken. */
export function fullProblem(t: Translate): string {
  return t("{most} files wait here already; let them be imported, or delete some, before you put in more", {
    most: MOST_WAITING,
  });
}

/** What is wrong with a file's beginning for its kind; null: nothing. The import itself reads it whole and judges the rest. */
export function contentProblem(t: Translate, sample: Uint8Array, kind: ImportKind): string | null {
  const text = new TextDecoder("windows-1252").decode(sample).replace(/^ï»¿/, "").trimStart();
  if (text.startsWith("PK\u0003\u0004") || text.startsWith("ÐÏ\u0011à")) {
    return t("This is a workbook or an archive, whatever its name says; save it as {kind} and upload that", {
      kind: t(kind.label),
    });
  }
  if (text.includes("\u0000"))
    return t("This is no text in UTF-8 or a Latin encoding; save it as UTF-8 and upload that");
  if (kind.kind === "xml_group")
    return text.startsWith("<") ? null : t("This is no XML: it does not begin with <; choose another file");
  return text.startsWith("<") ? t("This is no CSV: it begins with <; choose another file or the kind for XML") : null;
}

/** The stored file; or what was chosen in the form, and what has to be mended. */
export type UploadOutcome =
  | { readonly stored: FileEntry }
  | {
      /** `kind` of the form; the first where none was posted. */
      readonly kind: string;
      readonly problem: FieldProblem;
    };

/**
 * Stores the file of a posted form where the next import of its kind looks for it. It is refused whole and before anything is
 * written: by size, by name, by its first bytes, and when a file of its name waits already.
 */
export async function storeUpload(
  c: PageContext,
  store: Files,
  folders: readonly ImportFolder[],
): Promise<UploadOutcome> {
  const { t } = c.var.reader;
  const limit = bytes(LARGEST_UPLOAD);
  let form: FormData;
  try {
    form = await readUpload(c.req.raw, LARGEST_UPLOAD);
  } catch (error) {
    if (!(error instanceof UploadTooLargeError)) throw error;
    const message = t("The file is larger than {limit}; split it into smaller files and upload one after the other", {
      limit,
    });
    return { kind: importKinds[0].kind, problem: { field: "file", message } };
  }
  const chosen = form.getAll("kind").at(-1) ?? importKinds[0].kind;
  const chosenFolder = folders.find(({ kind }) => kind.kind === chosen);
  const kind = typeof chosen === "string" ? chosen : "";
  if (!chosenFolder) return { kind, problem: { field: "kind", message: t("Choose one of the list") } };
  const stored = await storeFrom(t, form, chosenFolder, filesOfFolders(store, folders));
  return typeof stored === "string" ? { kind, problem: { field: "file", message: stored, said: true } } : { stored };
}

/** The stored file, or what is wrong with it. */
async function storeFrom(
  t: Translate,
  form: FormData,
  { kind, folder }: ImportFolder,
  files: Files,
): Promise<string | FileEntry> {
  const file = form.get("file");
  if (!(file instanceof File) || file.name === "") return t("Choose a file first");
  if (file.size > LARGEST_UPLOAD) {
    const [size, limit] = [bytes(file.size), bytes(LARGEST_UPLOAD)];
    return t("The file has {size}, more than {limit}; split it into smaller files", { size, limit });
  }
  if (file.size === 0) return t("The file {name} is empty; choose another", { name: file.name });
  const named = nameFor(t, file.name, kind);
  if ("problem" in named) return named.problem;
  const content = new Uint8Array(await file.arrayBuffer());
  const problem = contentProblem(t, content.subarray(0, SAMPLE), kind);
  if (problem !== null) return problem;
  const key = folder + named.name;
  const isThere = (await files.head(key)) !== null;
  if (!isThere && (await isFull(files, folder))) return fullProblem(t);
  if (form.getAll("replace").at(-1) !== "true" && isThere) {
    return t('A file {name} is waiting already; rename yours, or tick "Replace" and choose it again', named);
  }
  return files.write(key, content, { contentType: kind.contentType });
}
