import { readForm } from "../../http/form-post.ts";
import { readUpload, UploadTooLargeError } from "../../http/upload.ts";
import { PageError } from "../../page/page-error.ts";
import type { Ports } from "../../ports.ts";
import { pageOf, returnPath } from "../return-path.ts";

/** What signs a draft, so that none is taken but as it was written down here. */
type DraftPorts = { readonly devices: Pick<Ports["devices"], "sign" | "verify"> };

/** A form that was posted when the session had expired. It is kept in the sign-in page, never on the server. */
export interface Draft {
  /** The account that filled it in and alone gets it back; 0: not known, because the browser had forgotten its session. */
  readonly owner: number;
  /** Where it was posted to: an address of ours. */
  readonly path: string;
  /** The page that it stood on. */
  readonly page: string;
  /** Without passwords, secrets and files. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** What was left out. */
  readonly withoutFiles: boolean;
  readonly withoutSecrets: boolean;
  /** It was larger than is carried along. */
  readonly tooLarge: boolean;
}

/** A form of more bytes than this, as it would be posted, is not carried along. */
const LARGEST_DRAFT = 64 * 1024;

/** Names of inputs whose values are shown on no page and kept in none. */
const SECRET = /passw|passphrase|secret|token|credential|(private|api|access)[._-]?key/i;

/** Keeps the form of a request as a draft; null when there is nothing to keep. @param owner the account whose session it was; 0: not known */
export async function readDraft(request: Request, owner: number): Promise<Draft | null> {
  const path = returnPath(new URL(request.url).pathname + new URL(request.url).search);
  const empty = {
    owner,
    path,
    page: pageOf(request),
    fields: [],
    withoutFiles: false,
    withoutSecrets: false,
    tooLarge: false,
  };
  const isUpload = (request.headers.get("content-type") ?? "").startsWith("multipart/form-data");
  try {
    if (isUpload) {
      const form = await readUpload(request, LARGEST_DRAFT);
      const texts = [...form].filter((entry): entry is [string, string] => typeof entry[1] === "string");
      return limited({ ...empty, ...withoutSecrets(texts), withoutFiles: true });
    }
    const fields = [...(await readForm(request))];
    return fields.length === 0 ? null : limited({ ...empty, ...withoutSecrets(fields) });
  } catch (error) {
    if (error instanceof UploadTooLargeError) return { ...empty, withoutFiles: true };
    if (error instanceof PageError) return error.status === 413 ? { ...empty, tooLarge: true } : null;
    throw error;
  }
}

function withoutSecrets(all: readonly (readonly [string, string])[]) {
  const fields = all.filter(([name]) => !SECRET.test(name));
  return { fields, withoutSecrets: fields.length < all.length };
}

function limited(draft: Draft): Draft {
  const size = new URLSearchParams(draft.fields.map(([name, value]) => [name, value])).toString().length;
  return size > LARGEST_DRAFT ? { ...draft, fields: [], tooLarge: true } : draft;
}

const FIELD = "draft.field.";
const marks = { files: "withoutFiles", secrets: "withoutSecrets", size: "tooLarge" } as const;

/** Everything of a draft as its hidden inputs have it, but for the signature. */
function inputsOf(draft: Draft): readonly (readonly [name: string, value: string])[] {
  return [
    ["draft.owner", String(draft.owner)],
    ["draft.path", draft.path],
    ["draft.page", draft.page],
    ...Object.entries(marks).flatMap(([name, key]) => (draft[key] ? [[`draft.without.${name}`, "true"] as const] : [])),
    ...draft.fields.map(([name, value]) => [`${FIELD}${name}`, value] as const),
  ];
}

/** A browser posts line ends as CR LF, and may have been handed others. */
const signedText = (inputs: readonly (readonly [string, string])[]) =>
  `draft\n${JSON.stringify(inputs.map(([name, value]) => [name, value.replace(/\r\n?/g, "\n")]))}`;

/** The hidden inputs that carry a draft through the sign-in, signed: it comes back as it is, or not at all. */
export async function draftInputs(
  { devices }: DraftPorts,
  draft: Draft,
): Promise<readonly (readonly [name: string, value: string])[]> {
  const inputs = inputsOf(draft);
  return [...inputs, ["draft.signature", await devices.sign(signedText(inputs))]];
}

/** The draft that a sign-in form carries; null: none, or not one that was written down here. */
export async function carriedDraft({ devices }: DraftPorts, form: URLSearchParams): Promise<Draft | null> {
  const signature = form.get("draft.signature");
  if (signature === null) return null;
  const inputs = [...form].filter(([name]) => name.startsWith("draft.") && name !== "draft.signature");
  if (!(await devices.verify(signedText(inputs), signature))) return null;
  return {
    owner: Number(form.get("draft.owner")),
    path: returnPath(form.get("draft.path")),
    page: returnPath(form.get("draft.page")),
    fields: inputs.flatMap(([name, value]) =>
      name.startsWith(FIELD) ? [[name.slice(FIELD.length), value] as const] : [],
    ),
    withoutFiles: form.has("draft.without.files"),
    withoutSecrets: form.has("draft.without.secrets"),
    tooLarge: form.has("draft.without.size"),
  };
}

/** Whether a draft is this account's to see. */
export function isDraftOf(draft: Draft, adminId: number): boolean {
  return draft.owner === 0 || draft.owner === adminId;
}
