import type { FileEntry } from "../../../files/files.ts";
import { isSafeKey } from "../../../files/keys.ts";
import { onlyClient } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { notFound } from "../../page/page-error.ts";
import { type Column, Table } from "../../page/table.tsx";
import type { Ports } from "../../ports.ts";
import { Time } from "../../reader/time.tsx";
import { readClientFrom } from "../clients/client-entry.tsx";
import { page } from "../parts/layout.tsx";
import { fileAddress, filesOf, mayDelete, mayFetch, nameOf, pathOf } from "./client-files.ts";

/** A folder or a file of a level. */
type Item = { readonly folder: string } | { readonly file: FileEntry };

/** The path of a folder below a client's files; null for what is none. '' is all of them. */
function folderPath(text: string): string | null {
  return text === "" || (text.endsWith("/") && isSafeKey(`c/1/${text.slice(0, -1)}`)) ? text : null;
}

/** `GET /admin/files/:clientId/folder?path=…`: one level of a client's files. It reads that level only, however much lies below. */
export async function folderPage(c: PageContext, ports: Ports) {
  const client = await readClientFrom(c, ports);
  const { t, bytes } = c.var.reader;
  const path = folderPath(c.req.query("path") ?? "");
  if (path === null) throw notFound("folder");
  const after = c.req.query("after") ?? null;
  const found = await filesOf(ports, client.id).list(`c/${client.id}/${path}`, after, { level: true });
  const items: Item[] = [...found.folders.map((folder) => ({ folder })), ...found.entries.map((file) => ({ file }))];
  const parts = path.split("/").slice(0, -1);
  const above = parts.slice(0, -1).map((part, index) => ({
    label: part,
    path: fileAddress(client.id, "folder", `${parts.slice(0, index + 1).join("/")}/`),
  }));
  const columns: Column<Item>[] = [
    {
      label: t("Name"),
      head: true,
      wide: true,
      cell: (item) => {
        if ("folder" in item) {
          const below = pathOf(item.folder);
          return <a href={fileAddress(client.id, "folder", below)}>{`${below.slice(path.length, -1)}/`}</a>;
        }
        const { key } = item.file;
        if (!mayFetch(c, client.id, key)) return nameOf(key);
        return (
          <a href={fileAddress(client.id, "download", pathOf(key))} download={nameOf(key)}>
            {nameOf(key)}
          </a>
        );
      },
    },
    {
      label: t("Size"),
      right: true,
      cell: (item) => ("file" in item ? <span class="number">{bytes(item.file.size)}</span> : null),
    },
    {
      label: t("Stored"),
      cell: (item) => ("file" in item ? <Time at={item.file.uploadedAt} zone={client.timeZone} bare /> : null),
    },
    {
      label: t("Actions"),
      unseenLabel: true,
      cell: (item) => ("file" in item ? deleteLink(c, client.id, item.file.key) : null),
    },
  ];
  return c.html(
    page(c, ports, {
      title: parts.at(-1) ?? t("All files of {client}", { client: client.name }),
      section: "files",
      crumbs: [
        ...(onlyClient(c.var.admin) === undefined ? [{ label: t("Files"), path: "/admin/files" }] : []),
        { label: client.name, path: `/admin/files/${client.id}` },
        ...(path === "" ? [] : [{ label: t("All files"), path: fileAddress(client.id, "folder", "") }]),
        ...above,
      ],
      lead: <code>{`c/${client.id}/${path}`}</code>,
      children: (
        <>
          {items.length === 0 ? (
            <div class="empty">
              <p>{t("Nothing lies here.")}</p>
            </div>
          ) : (
            <Table caption={t("Folders and files")} columns={columns} rows={items} />
          )}
          <nav class="pages" aria-label={t("Pages")}>
            {after === null ? <span /> : <a href={fileAddress(client.id, "folder", path)}>{t("From the beginning")}</a>}
            {found.cursor === null ? null : (
              <a href={`${fileAddress(client.id, "folder", path)}&after=${encodeURIComponent(found.cursor)}`}>
                {t("Further files")}
              </a>
            )}
          </nav>
        </>
      ),
    }),
  );
}

/** Leads to the question whether a file is to go; null where this admin may not. */
export function deleteLink(c: PageContext, clientId: number, key: string) {
  if (!mayDelete(c, clientId, key)) return null;
  const { t } = c.var.reader;
  return (
    <div class="actions">
      <a href={fileAddress(clientId, "delete", pathOf(key))}>
        {t("Delete")} <span class="unseen">{nameOf(key)}</span>
      </a>
    </div>
  );
}
