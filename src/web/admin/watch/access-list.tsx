import { type AccessKind, listAccess, type RecordedAccess } from "../../../control/access/access-log.ts";
import { onlyClient } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { readId } from "../../http/form-post.ts";
import { TextField } from "../../page/fields.tsx";
import { Identifier } from "../../page/identifier.tsx";
import { Table } from "../../page/table.tsx";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import { Time } from "../../reader/time.tsx";
import type { English } from "../../words/text.ts";
import { page } from "../parts/layout.tsx";

const PAGE_SIZE = 50;

const kindWords = {
  sign_in: "signed in",
  sign_in_failed: "failed to sign in",
  throttled: "was made to wait",
  sign_out: "signed out",
  download: "fetched a file",
  export: "fetched a report by its link",
  refused: "was refused",
} as const satisfies Record<AccessKind, English>;

/** What a client's own administrators see: who fetched the client's files. Accounts are the system administrators' affair. */
const OF_CLIENTS: readonly AccessKind[] = ["download", "export"];

/** The two lists of the audit. */
export function AuditLists(props: { shown: "changes" | "access" }) {
  const { t } = useReader();
  const link = (name: typeof props.shown, path: string, words: string) => (
    <a class="button plain" href={path} aria-current={props.shown === name ? "page" : undefined}>
      {words}
    </a>
  );
  return (
    <>
      {link("changes", "/admin/audit", t("Changes"))}
      {link("access", "/admin/audit?list=access", t("Sign-ins and files"))}
    </>
  );
}

function address(actor: string, before?: number): string {
  const query = new URLSearchParams({ list: "access" });
  if (actor !== "") query.set("actor", actor);
  if (before !== undefined) query.set("before", String(before));
  return `/admin/audit?${query}`;
}

/** `/admin/audit?list=access`: who came and went, newest first; what is alike within a minute is one row. */
export async function accessList(c: PageContext, ports: Ports) {
  const { admin, reader } = c.var;
  const { t } = reader;
  const actor = c.req.query("actor")?.trim().toLowerCase() ?? "";
  const before = readId(c.req.query("before")) ?? undefined;
  const found = await listAccess(ports.control, {
    clientId: onlyClient(admin),
    kinds: admin.role === "system_admin" ? undefined : OF_CLIENTS,
    actor: actor || undefined,
    before,
    limit: PAGE_SIZE + 1,
  });
  const rows = found.slice(0, PAGE_SIZE);
  const last = rows.at(-1);
  return c.html(
    page(c, ports, {
      title: t("Audit"),
      section: "audit",
      lead:
        admin.role === "system_admin"
          ? t(
              "Who signed in and out, failed to, fetched files or was refused. What is alike within a minute is one row.",
            )
          : t("Who fetched the client's files. What is alike within a minute is one row."),
      aside: <AuditLists shown="access" />,
      children: (
        <>
          <form class="filters" method="get" action="/admin/audit">
            <input type="hidden" name="list" value="access" />
            <TextField name="actor" label={t("Who (e-mail address)")} value={actor} spellcheck={false} />
            <button class="button" type="submit">
              {t("Filter")}
            </button>
            {actor === "" ? null : (
              <a class="button plain" href={address("")}>
                {t("Show all")}
              </a>
            )}
          </form>
          {rows.length === 0 ? (
            <div class="empty">
              <p>{before === undefined ? t("Nothing matches.") : t("Nothing more.")}</p>
            </div>
          ) : (
            <Rows rows={rows} />
          )}
          <nav class="pages" aria-label={t("Pages")}>
            {before === undefined ? <span /> : <a href={address(actor)}>{t("Newest")}</a>}
            {found.length > PAGE_SIZE && last ? <a href={address(actor, last.id)}>{t("Older")}</a> : null}
          </nav>
        </>
      ),
    }),
  );
}

function Rows(props: { rows: readonly RecordedAccess[] }) {
  const { t, number } = useReader();
  return (
    <Table
      caption={t("Newest first")}
      columns={[
        {
          label: t("Who"),
          head: true,
          cell: ({ actor }) =>
            actor === "" ? <span class="soft">{t("no account")}</span> : <Identifier name={actor} />,
        },
        {
          label: t("What"),
          wide: true,
          cell: ({ kind, subject, count }) => (
            <>
              {t(kindWords[kind])}
              {count === 1 ? null : ` ${t("({count} times)", { count: number(count) })}`}
              {subject === "" ? null : (
                <small>
                  <Identifier name={subject} />
                </small>
              )}
            </>
          ),
        },
        {
          label: t("Came from"),
          cell: ({ address: from }) => (from === "" ? <span class="soft">{t("not known")}</span> : from),
        },
        { label: t("When"), cell: ({ minute }) => <Time at={minute} bare /> },
      ]}
      rows={props.rows}
    />
  );
}
