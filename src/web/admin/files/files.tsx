import type { ClientFacts } from "../../../control/clients/clients.ts";
import type { FileEntry } from "../../../files/files.ts";
import { mayUpload, onlyClient } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { bytes } from "../../http/size.ts";
import { CheckField, ChoiceField, type FieldProblem, ProblemSummary } from "../../page/fields.tsx";
import { withNotice } from "../../page/notice.tsx";
import { forbidden, require } from "../../page/page-error.ts";
import { type Column, Table } from "../../page/table.tsx";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import { Time } from "../../reader/time.tsx";
import type { Translate } from "../../words/translate.ts";
import { clientEntry, readClientFrom } from "../clients/client-entry.tsx";
import { page } from "../parts/layout.tsx";
import { fileAddress, fileChange, mayFetch, nameOf, pathOf } from "./client-files.ts";
import { deleteLink } from "./file-folder.tsx";
import { importKinds, isResult, LARGEST_STREAM, LARGEST_UPLOAD } from "./import-files.ts";
import { type ImportFolder, importFolders, listFolders } from "./import-folders.ts";
import { storeUpload } from "./import-upload.ts";

/** Files of each kind that one page shows. */
const SHOWN = 200;

const labels = (t: Translate) =>
  new Map([
    ["kind", t("Kind of file")],
    ["file", t("File")],
    ["replace", t("Replace")],
  ]);

/** `/admin/files`: leads to the files of a client. */
export async function filesEntryPage(c: PageContext, ports: Ports) {
  const { t } = c.var.reader;
  return clientEntry(c, ports, {
    path: "/admin/files",
    section: "files",
    title: t("Files"),
    lead: t("Files that wait for an import, and the results of earlier ones."),
    show: t("Show files"),
  });
}

/** Kinds whose files nothing would take. */
function unwatched(t: Translate, folders: readonly ImportFolder[]): string | undefined {
  const kinds = folders.filter(({ watched }) => !watched).map(({ kind }) => t(kind.label));
  if (kinds.length === 0) return undefined;
  return t("This client has no active import configuration for {kinds}; such files wait until there is one.", {
    kinds: kinds.join(", "),
  });
}

async function draw(
  c: PageContext,
  ports: Ports,
  client: ClientFacts,
  folders: readonly ImportFolder[],
  problems: readonly FieldProblem[] = [],
  chosen = "",
) {
  const { admin } = c.var;
  const { t } = c.var.reader;
  const found = await listFolders(ports.files, folders, SHOWN);
  return page(c, ports, {
    title: t("Files of {client}", { client: client.name }),
    section: "files",
    crumbs: onlyClient(admin) === undefined ? [{ label: t("Files"), path: "/admin/files" }] : [],
    lead: t("Files for {processors}", { processors: importKinds.map(({ processor }) => processor).join(", ") }),
    hasProblems: problems.length > 0,
    aside: (
      <a class="button" href={fileAddress(client.id, "folder", "")}>
        {t("All files")}
      </a>
    ),
    children: (
      <>
        {mayUpload(admin, client.id) ? (
          <form
            class="sheet panel"
            method="post"
            action={`/admin/files/${client.id}`}
            enctype="multipart/form-data"
            novalidate
            data-stream={`/admin/files/${client.id}`}
            data-stream-above={String(LARGEST_UPLOAD)}
          >
            <ProblemSummary problems={problems} labels={labels(t)} title={t("The file was not stored:")} />
            <ChoiceField
              name="kind"
              label={t("Kind of file")}
              hint={unwatched(t, folders)}
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
            <div data-stream-state="" hidden>
              <label for="field-sent">{t("Sent so far")}</label>
              <progress id="field-sent" max="1" value="0"></progress>
            </div>
            <p
              class="problem"
              role="alert"
              data-stream-problem={t("The upload did not arrive whole. Send the file again.")}
            ></p>
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
        {mayUpload(admin, client.id) ? <LargerFiles address={new URL(c.req.url).origin} client={client} /> : null}
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
  const { c, client } = props;
  const columns: Column<FileEntry>[] = [
    {
      label: t("File"),
      head: true,
      cell: ({ key }) => {
        const name = nameOf(key);
        const mark = isResult(name) ? <span class="tag">{t("result")}</span> : null;
        if (!mayFetch(c, client.id, key)) return [name, mark];
        return (
          <>
            <a href={fileAddress(client.id, "download", pathOf(key))} download={name}>
              {name}
            </a>
            {mark}
          </>
        );
      },
    },
    { label: t("Size"), right: true, cell: ({ size }) => <span class="number">{reader.bytes(size)}</span> },
    { label: t("Stored"), cell: ({ uploadedAt }) => <Time at={uploadedAt} zone={client.timeZone} bare /> },
    { label: t("Actions"), unseenLabel: true, cell: ({ key }) => deleteLink(c, client.id, key) },
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

/** How files go in that are too large for the form. */
function LargerFiles(props: { address: string; client: ClientFacts }) {
  const { t, bytes: sizeOf } = useReader();
  const target = `${props.address}/admin/files/${props.client.id}/user_csv/full_people.csv`;
  return (
    <details class="panel">
      <summary>{t("Files of more than {size}", { size: sizeOf(LARGEST_UPLOAD) })}</summary>
      <p>
        {t(
          "With JavaScript the form above sends them as a stream, up to {limit}. Without it, and from scripts, this command does the same; the variable holds your session's cookie.",
          { limit: sizeOf(LARGEST_STREAM) },
        )}
      </p>
      <pre>{`curl --cookie "$MINUTEHAND_COOKIE" --upload-file full_people.csv "${target}"`}</pre>
      <p class="hint">{t("Cloudflare itself takes 100 MB in one request, or more in larger plans.")}</p>
    </details>
  );
}

/** `GET /admin/files/:clientId`: a client's import files, and the form to put one in. */
export async function filesPage(c: PageContext, ports: Ports) {
  const client = await readClientFrom(c, ports);
  return c.html(await draw(c, ports, client, await importFolders(await ports.storeOf(client), client.id)));
}

/** `POST /admin/files/:clientId`: puts a file where the client's next import finds it. */
export async function uploadAction(c: PageContext, ports: Ports) {
  const client = await readClientFrom(c, ports);
  require(mayUpload(c.var.admin, client.id), forbidden("putting in files for this client"));
  const folders = await importFolders(await ports.storeOf(client), client.id);
  const outcome = await storeUpload(c, ports.files, folders);
  if ("problem" in outcome) return c.html(await draw(c, ports, client, folders, [outcome.problem], outcome.kind), 422);
  await ports.control.execute(fileChange(c, client.id, outcome.stored, "create", ports.now()));
  return c.redirect(withNotice(`/admin/files/${client.id}`, "file-stored"), 303);
}
