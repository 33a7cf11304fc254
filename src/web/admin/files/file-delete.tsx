import type { ClientFacts } from "../../../control/clients/clients.ts";
import type { FileEntry } from "../../../files/files.ts";
import type { PageContext } from "../../environment.ts";
import { lastValue, readForm } from "../../http/form-post.ts";
import { HiddenField } from "../../page/fields.tsx";
import { withNotice } from "../../page/notice.tsx";
import { forbidden, notFound, require } from "../../page/page-error.ts";
import { SheetActions } from "../../page/sheet-actions.tsx";
import type { Ports } from "../../ports.ts";
import { Time } from "../../reader/time.tsx";
import { readClientFrom } from "../clients/client-entry.tsx";
import { page } from "../parts/layout.tsx";
import { fileAddress, fileChange, fileKey, filesOf, mayDelete, nameOf, pathOf } from "./client-files.ts";

/** The client and the key that the address names, if this admin may delete it. */
async function deletable(c: PageContext, ports: Ports): Promise<{ client: ClientFacts; key: string }> {
  const client = await readClientFrom(c, ports);
  const key = fileKey(client.id, c.req.query("path"));
  if (key === null) throw notFound("file");
  require(mayDelete(c, client.id, key), forbidden("deleting files of this client"));
  return { client, key };
}

function draw(c: PageContext, ports: Ports, client: ClientFacts, entry: FileEntry, replaced = false) {
  const { t, bytes } = c.var.reader;
  const name = nameOf(entry.key);
  return page(c, ports, {
    title: t("Delete the file {file}?", { file: name }),
    section: "files",
    crumbs: [{ label: client.name, path: `/admin/files/${client.id}` }],
    hasProblems: replaced,
    children: (
      <form class="sheet panel" method="post" action={fileAddress(client.id, "delete", pathOf(entry.key))}>
        {replaced ? (
          <div class="notice bad" role="alert">
            <p>{t("The file was replaced meanwhile. This is what it is now.")}</p>
          </div>
        ) : null}
        <dl class="facts">
          <dt>{t("File")}</dt>
          <dd>
            <code>{entry.key}</code>
          </dd>
          <dt>{t("Size")}</dt>
          <dd>{bytes(entry.size)}</dd>
          <dt>{t("Stored")}</dt>
          <dd>
            <Time at={entry.uploadedAt} zone={client.timeZone} />
          </dd>
        </dl>
        <p>{t("No import will take it any more. This cannot be undone.")}</p>
        <HiddenField name="etag" value={entry.etag} />
        <SheetActions submit={t("Delete file")} back={`/admin/files/${client.id}`} leave={t("Keep it")} danger />
      </form>
    ),
  });
}

/** `GET /admin/files/:clientId/delete?path=…`: asks before it deletes. */
export async function deleteFilePage(c: PageContext, ports: Ports) {
  const { client, key } = await deletable(c, ports);
  const entry = await filesOf(ports, client.id).head(key);
  if (!entry) throw notFound("file");
  return c.html(draw(c, ports, client, entry));
}

/** `POST /admin/files/:clientId/delete?path=…`: deletes the file that was asked about; one that replaced it meanwhile stays. */
export async function deleteFileAction(c: PageContext, ports: Ports) {
  const { client, key } = await deletable(c, ports);
  const files = filesOf(ports, client.id);
  const etag = lastValue(await readForm(c.req.raw), "etag");
  const entry = await files.head(key);
  const overview = `/admin/files/${client.id}`;
  if (!entry) return c.redirect(withNotice(overview, "file-gone"), 303);
  if (entry.etag !== etag) return c.html(draw(c, ports, client, entry, true), 409);
  await files.delete([key]);
  await ports.control.execute(fileChange(c, client.id, entry, "delete", ports.now()));
  return c.redirect(withNotice(overview, "file-deleted"), 303);
}
