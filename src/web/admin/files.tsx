import { type ClientFacts, listClients, readClient } from "../../control/clients.ts";
import { boundFiles } from "../../files/bound.ts";
import type { FileEntry } from "../../files/files.ts";
import { mayDownload, maySeeClient, mayUpload, onlyClient } from "../access.ts";
import { attachmentHeaders } from "../attachment.ts";
import type { PageContext } from "../environment.ts";
import { CheckField, ChoiceField, type FieldProblem, ProblemSummary } from "../fields.tsx";
import { readId } from "../form-post.ts";
import { withNotice } from "../notice.tsx";
import { forbidden, notFound, require } from "../page-error.ts";
import type { Ports } from "../ports.ts";
import { useReader } from "../reader.ts";
import { bytes } from "../size.ts";
import { type Column, Table } from "../table.tsx";
import { Time } from "../time.tsx";
import type { Translate } from "../words/translate.ts";
import { downloadPath, importKey, importKinds, isResult, LARGEST_UPLOAD } from "./import-files.ts";
import { type ImportPlace, importPlaces, listPlaces } from "./import-places.ts";
import { storeUpload } from "./import-upload.ts";
import { page } from "./layout.tsx";

/** Files of each kind that one page shows. */
const SHOWN = 200;

const labels = (t: Translate) =>
  new Map([
    ["kind", t("Kind of file")],
    ["file", t("File")],
    ["replace", t("Replace")],
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
  const { t } = c.var.reader;
  const own = onlyClient(c.var.admin);
  const chosen = own ?? readId(c.req.query("client"));
  if (chosen !== null) return c.redirect(`/admin/files/${chosen}`, 303);
  const clients = await listClients(ports.control);
  const [only] = clients;
  if (only && clients.length === 1) return c.redirect(`/admin/files/${only.id}`, 303);
  return c.html(
    page(c, ports, {
      title: t("Files"),
      section: "files",
      lead: t("Files that wait for an import, and what became of earlier ones."),
      children:
        clients.length === 0 ? (
          <div class="empty">{t("There is no client yet.")}</div>
        ) : (
          <ClientChoice clients={clients} />
        ),
    }),
  );
}

function ClientChoice(props: { clients: readonly ClientFacts[] }) {
  const { t } = useReader();
  return (
    <form class="filters" method="get" action="/admin/files">
      <ChoiceField
        name="client"
        label={t("Client")}
        value={String(props.clients[0]?.id ?? "")}
        choices={props.clients.map(({ id, name }) => ({ value: String(id), label: name }))}
      />
      <button class="button primary" type="submit">
        {t("Show files")}
      </button>
    </form>
  );
}

/** Kinds whose files nothing would take. */
function unwatched(t: Translate, places: readonly ImportPlace[]): string | undefined {
  const kinds = places.filter(({ watched }) => !watched).map(({ kind }) => t(kind.label));
  if (kinds.length === 0) return undefined;
  return t("This client has no active import configuration for {kinds}; such files wait until there is one.", {
    kinds: kinds.join(", "),
  });
}

async function draw(
  c: PageContext,
  ports: Ports,
  client: ClientFacts,
  places: readonly ImportPlace[],
  problems: readonly FieldProblem[] = [],
  chosen = "",
) {
  const { admin } = c.var;
  const { t } = c.var.reader;
  const found = await listPlaces(ports.files, places, SHOWN);
  return page(c, ports, {
    title: t("Files of {client}", { client: client.name }),
    section: "files",
    crumbs: onlyClient(admin) === undefined ? [{ label: t("Files"), path: "/admin/files" }] : [],
    lead: t("Files for {processors}", { processors: importKinds.map(({ processor }) => processor).join(", ") }),
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
            <ProblemSummary problems={problems} labels={labels(t)} title={t("The file was not stored:")} />
            <ChoiceField
              name="kind"
              label={t("Kind of file")}
              hint={unwatched(t, places)}
              value={chosen || importKinds[0].kind}
              choices={importKinds.map(({ kind, label }) => ({ value: kind, label: t(label) }))}
              problems={problems}
            />
            <div class={problems.some(({ field }) => field === "file") ? "field wrong" : "field"}>
              <label for="field-file">{t("File")}</label>
              <p class="hint" id="field-file-hint">
                {t.rich(
                  "At most {size}. People: a name that starts with {prefix} is a complete list; any other is a delta. Groups: IMS Enterprise.",
                  { size: bytes(LARGEST_UPLOAD), prefix: <code>full_</code> },
                )}
              </p>
              <input
                type="file"
                id="field-file"
                name="file"
                accept={importKinds.map(({ ending, contentType }) => `${ending},${contentType}`).join(",")}
                aria-describedby="field-file-hint"
                aria-invalid={problems.some(({ field }) => field === "file") ? "true" : undefined}
              />
            </div>
            <CheckField
              name="replace"
              label={t("Replace a waiting file of the same name")}
              checked={false}
              problems={problems}
            />
            <button class="button primary" type="submit">
              {t("Upload")}
            </button>
          </form>
        ) : null}
        <FileTable
          title={t("Waiting")}
          empty={t("No file is waiting.")}
          entries={found.waiting}
          c={c}
          client={client}
        />
        <FileTable
          title={t("Imported")}
          empty={t("Nothing was imported yet.")}
          entries={found.done}
          c={c}
          client={client}
        />
        <FileTable
          title={t("Refused")}
          empty={t("Nothing was refused.")}
          entries={found.failed}
          c={c}
          client={client}
        />
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
  const reader = useReader();
  const { t } = reader;
  const { client } = props;
  const columns: Column<FileEntry>[] = [
    {
      label: t("File"),
      head: true,
      cell: ({ key }) => {
        const name = key.slice(key.lastIndexOf("/") + 1);
        const mark = isResult(name) ? <span class="tag">{t("result")}</span> : null;
        // An import may look elsewhere; what lies there is shown, and not sent.
        const here = key.startsWith(`c/${client.id}/import/`);
        return here && mayDownload(props.c.var.admin, client.id, isResult(name)) ? (
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
    { label: t("Size"), right: true, cell: ({ size }) => <span class="number">{reader.bytes(size)}</span> },
    { label: t("Stored"), cell: ({ uploadedAt }) => <Time at={uploadedAt} zone={client.timeZone} bare /> },
  ];
  return (
    <section>
      <h2>{props.title}</h2>
      {props.entries.length === 0 ? (
        <p class="soft">{props.empty}</p>
      ) : (
        <Table caption={t("{state} files", { state: props.title })} columns={columns} rows={props.entries} />
      )}
    </section>
  );
}

/** `GET /admin/files/:clientId`: a client's import files, and the form to put one in. */
export async function filesPage(c: PageContext, ports: Ports) {
  const client = await clientOfAddress(c, ports);
  return c.html(await draw(c, ports, client, await importPlaces(await ports.storeOf(client), client.id)));
}

/** `POST /admin/files/:clientId`: puts a file where the client's next import finds it. */
export async function uploadAction(c: PageContext, ports: Ports) {
  const client = await clientOfAddress(c, ports);
  require(mayUpload(c.var.admin, client.id), forbidden("putting in files for this client"));
  const places = await importPlaces(await ports.storeOf(client), client.id);
  const { kind, problem } = await storeUpload(c, ports.files, places);
  if (problem === null) return c.redirect(withNotice(`/admin/files/${client.id}`, "file-stored"), 303);
  return c.html(await draw(c, ports, client, places, [problem], kind), 422);
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
  return c.body(content, 200, { ...attachmentHeaders(name), "Content-Length": String(entry.size) });
}
