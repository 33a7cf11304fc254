import { type ClientFacts, listClients, readClient } from "../../control/clients.ts";
import { boundFiles } from "../../files/bound.ts";
import type { FileEntry } from "../../files/files.ts";
import { mayDownload, maySeeClient, mayUpload, onlyClient } from "../access.ts";
import type { PageContext } from "../environment.ts";
import { CheckField, ChoiceField, type FieldProblem, ProblemSummary } from "../fields.tsx";
import { readId } from "../form-post.ts";
import { withNotice } from "../notice.tsx";
import { forbidden, notFound, require } from "../page-error.ts";
import type { Ports } from "../ports.ts";
import { bytes } from "../size.ts";
import { type Column, Table } from "../table.tsx";
import { Time } from "../time.tsx";
import { readUpload, UploadTooLargeError } from "../upload.ts";
import {
  downloadPath,
  type ImportKind,
  importFolder,
  importKey,
  importKinds,
  isResult,
  LARGEST_UPLOAD,
  listImportFiles,
  safeName,
} from "./import-files.ts";
import { page } from "./layout.tsx";

/** Files of each kind that one page shows. */
const SHOWN = 200;

const labels = new Map([
  ["file", "File"],
  ["replace", "Replace"],
]);

/** Where a client's import files lie, and nothing else of the store. */
function filesOf(ports: Ports, clientId: number) {
  return boundFiles(ports.files, [`c/${clientId}/import/`]);
}

async function clientOfAddress(c: PageContext, ports: Ports): Promise<ClientFacts> {
  const id = readId(c.req.param("clientId"));
  const client = id === null || !maySeeClient(c.var.admin, id) ? null : await readClient(ports.control, id);
  if (!client) throw notFound("client");
  return client;
}

/** `/admin/files`: leads to the files of a client. */
export async function filesEntryPage(c: PageContext, ports: Ports) {
  const own = onlyClient(c.var.admin);
  const chosen = own ?? readId(c.req.query("client"));
  if (chosen !== null) return c.redirect(`/admin/files/${chosen}`, 303);
  const clients = await listClients(ports.control);
  const [only] = clients;
  if (only && clients.length === 1) return c.redirect(`/admin/files/${only.id}`, 303);
  return c.html(
    page(c, ports, {
      title: "Files",
      section: "files",
      lead: "Files that wait for an import, and what became of earlier ones.",
      children:
        clients.length === 0 ? <div class="empty">There is no client yet.</div> : <ClientChoice clients={clients} />,
    }),
  );
}

function ClientChoice(props: { clients: readonly ClientFacts[] }) {
  return (
    <form class="filters" method="get" action="/admin/files">
      <ChoiceField
        name="client"
        label="Client"
        value={String(props.clients[0]?.id ?? "")}
        choices={props.clients.map(({ id, name }) => ({ value: String(id), label: name }))}
      />
      <button class="button primary" type="submit">
        Show files
      </button>
    </form>
  );
}

async function draw(c: PageContext, ports: Ports, client: ClientFacts, problems: readonly FieldProblem[]) {
  const { admin } = c.var;
  const [kind] = importKinds;
  const found = await listImportFiles(filesOf(ports, client.id), importFolder(client.id, kind), SHOWN);
  return page(c, ports, {
    title: `Files of ${client.name}`,
    section: "files",
    crumbs: onlyClient(admin) === undefined ? [{ label: "Files", path: "/admin/files" }] : [],
    lead: `${kind.label} for UserImport`,
    hasProblems: problems.length > 0,
    children: (
      <>
        {mayUpload(admin, client.id) ? (
          <form
            class="sheet panel"
            method="post"
            action={`/admin/files/${client.id}`}
            enctype="multipart/form-data"
            novalidate
          >
            <ProblemSummary problems={problems} labels={labels} title="The file was not stored:" />
            <div class={problems.some(({ field }) => field === "file") ? "field wrong" : "field"}>
              <label for="field-file">File</label>
              <p class="hint" id="field-file-hint">
                A {kind.ending} file of at most {bytes(LARGEST_UPLOAD)}. A name that starts with <code>full_</code> is a
                complete list; any other is a delta.
              </p>
              <input
                type="file"
                id="field-file"
                name="file"
                accept={`${kind.ending},text/csv`}
                aria-describedby="field-file-hint"
                aria-invalid={problems.length > 0 ? "true" : undefined}
              />
            </div>
            <CheckField
              name="replace"
              label="Replace a waiting file of the same name"
              checked={false}
              problems={problems}
            />
            <button class="button primary" type="submit">
              Upload
            </button>
          </form>
        ) : null}
        <FileTable title="Waiting" empty="No file is waiting." entries={found.waiting} c={c} client={client} />
        <FileTable title="Imported" empty="Nothing was imported yet." entries={found.done} c={c} client={client} />
        <FileTable title="Refused" empty="Nothing was refused." entries={found.failed} c={c} client={client} />
      </>
    ),
  });
}

function FileTable(props: {
  title: string;
  empty: string;
  entries: readonly FileEntry[];
  c: PageContext;
  client: ClientFacts;
}) {
  const { client } = props;
  const columns: Column<FileEntry>[] = [
    {
      label: "File",
      head: true,
      cell: ({ key }) => {
        const name = key.slice(key.lastIndexOf("/") + 1);
        const mark = isResult(name) ? <span class="tag">result</span> : null;
        return mayDownload(props.c.var.admin, client.id, isResult(name)) ? (
          <>
            <a href={downloadPath(key)} download={name}>
              {name}
            </a>
            {mark}
          </>
        ) : (
          <>
            {name}
            {mark}
          </>
        );
      },
    },
    { label: "Size", right: true, cell: ({ size }) => <span class="number">{bytes(size)}</span> },
    { label: "Stored", cell: ({ uploadedAt }) => <Time at={uploadedAt} zone={client.timeZone} bare /> },
  ];
  return (
    <section>
      <h2>{props.title}</h2>
      {props.entries.length === 0 ? (
        <p class="soft">{props.empty}</p>
      ) : (
        <Table caption={`${props.title} files`} columns={columns} rows={props.entries} />
      )}
    </section>
  );
}

/** `GET /admin/files/:clientId`: a client's import files, and the form to put one in. */
export async function filesPage(c: PageContext, ports: Ports) {
  const client = await clientOfAddress(c, ports);
  return c.html(await draw(c, ports, client, []));
}

async function store(
  c: PageContext,
  ports: Ports,
  client: ClientFacts,
  kind: ImportKind,
): Promise<FieldProblem | null> {
  const problem = (message: string): FieldProblem => ({ field: "file", message });
  let form: FormData;
  try {
    form = await readUpload(c.req.raw, LARGEST_UPLOAD);
  } catch (error) {
    if (!(error instanceof UploadTooLargeError)) throw error;
    return problem(
      `The file is larger than ${bytes(LARGEST_UPLOAD)}; split it into smaller files and upload one after the other`,
    );
  }
  const file = form.get("file");
  if (!(file instanceof File) || file.name === "") return problem("Choose a file first");
  if (file.size > LARGEST_UPLOAD) {
    return problem(`The file has ${bytes(file.size)}, more than ${bytes(LARGEST_UPLOAD)}; split it into smaller files`);
  }
  if (file.size === 0) return problem(`The file ${file.name} is empty; choose another`);
  const name = safeName(file.name, kind);
  if (name === null) return problem(`The name must end with ${kind.ending}; save the file as CSV and upload that`);
  if (isResult(name)) return problem("This is the result of an earlier import; choose the file with the people");
  const files = filesOf(ports, client.id);
  const key = importFolder(client.id, kind) + name;
  if (form.getAll("replace").at(-1) !== "true" && (await files.head(key)) !== null) {
    return problem(`A file ${name} is waiting already; rename yours, or tick "Replace" and choose it again`);
  }
  await files.write(key, new Uint8Array(await file.arrayBuffer()), { contentType: "text/csv" });
  return null;
}

/** `POST /admin/files/:clientId`: puts a file where the client's next import finds it. */
export async function uploadAction(c: PageContext, ports: Ports) {
  const client = await clientOfAddress(c, ports);
  require(mayUpload(c.var.admin, client.id), forbidden("putting in files for this client"));
  const [kind] = importKinds;
  const problem = await store(c, ports, client, kind);
  if (problem === null) return c.redirect(withNotice(`/admin/files/${client.id}`, "file-stored"), 303);
  return c.html(await draw(c, ports, client, [problem]), 422);
}

/** `GET /admin/files/:clientId/<kind>/…`: sends a file for saving; a browser never shows it as a page. */
export async function downloadAction(c: PageContext, ports: Ports) {
  const client = await clientOfAddress(c, ports);
  const key = importKey(client.id, c.req.param("path") ?? "");
  if (key === null) throw notFound("file");
  const name = key.slice(key.lastIndexOf("/") + 1);
  require(mayDownload(c.var.admin, client.id, isResult(name)), forbidden("fetching import files"));
  const files = filesOf(ports, client.id);
  const entry = await files.head(key);
  const content = entry && (await files.read(key, { etag: entry.etag }));
  if (!entry || !content) throw notFound("file");
  return c.body(content, 200, {
    "Content-Type": "text/csv; charset=utf-8",
    "Content-Length": String(entry.size),
    "Content-Disposition": `attachment; filename="${name.replace(/[^\x20-\x7e]|["\\]/g, "_")}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)}`,
  });
}
