import { endOtherSessions, endSession, listSessions, type OwnSession } from "../../../control/access/sessions.ts";
import { noteAccess } from "../../access-record.ts";
import type { PageContext } from "../../environment.ts";
import { readId } from "../../http/form-post.ts";
import { withNotice } from "../../page/notice.tsx";
import { notFound } from "../../page/page-error.ts";
import { type Column, Table } from "../../page/table.tsx";
import type { Ports } from "../../ports.ts";
import { browserNames } from "../../reader/browser-words.ts";
import { useReader } from "../../reader/reader.ts";
import { Time } from "../../reader/time.tsx";
import { page } from "../parts/layout.tsx";

/** `GET /admin/sessions`: the browsers in which the reader is signed in. */
export async function sessionsPage(c: PageContext, ports: Ports) {
  const { admin, session, reader } = c.var;
  const { t, now } = reader;
  const sessions = await listSessions(ports.control, admin.id, now);
  const columns: Column<OwnSession>[] = [
    {
      label: t("Browser"),
      head: true,
      cell: ({ id, userAgent, method }) => (
        <>
          <BrowserWords userAgent={userAgent} />
          {id === session.id ? <strong> {t("(this one)")}</strong> : null}
          <small>{method === "openid" ? t("signed in through the sign-in service") : t("signed in by password")}</small>
        </>
      ),
    },
    {
      label: t("Came from"),
      cell: ({ address }) => (address === "" ? <span class="soft">{t("not known")}</span> : address),
    },
    { label: t("Signed in"), cell: ({ createdAt }) => <Time at={createdAt} now={now} /> },
    { label: t("Last used"), cell: ({ lastSeenAt }) => <Time at={lastSeenAt} now={now} /> },
    {
      label: t("End session"),
      unseenLabel: true,
      right: true,
      cell: ({ id }) =>
        id === session.id ? null : (
          <form method="post" action={`/admin/sessions/${id}/end`}>
            <button class="button" type="submit">
              {t("End session")}
            </button>
          </form>
        ),
    },
  ];
  return c.html(
    page(c, ports, {
      title: t("Your sessions"),
      section: null,
      crumbs: [{ label: t("Your account"), path: "/admin/account" }],
      lead: t("A session ends {idle} after its last use, and twelve hours after the sign-in at the latest.", {
        idle: reader.duration(session.idleMs),
      }),
      aside:
        sessions.length < 2 ? null : (
          <form method="post" action="/admin/sessions/end-others">
            <button class="button danger" type="submit">
              {t("End all other sessions")}
            </button>
          </form>
        ),
      children: <Table caption={t("Your sessions")} columns={columns} rows={sessions} />,
    }),
  );
}

function BrowserWords(props: { userAgent: string }) {
  const { t } = useReader();
  const { browser, system } = browserNames(props.userAgent);
  if (browser === null) return <>{system ?? t("Unknown browser")}</>;
  return <>{system === null ? browser : t("{browser} on {system}", { browser, system })}</>;
}

/** `POST /admin/sessions/:id/end`: signs one of the reader's browsers out. */
export async function endSessionAction(c: PageContext, ports: Ports) {
  const id = readId(c.req.param("id"));
  if (id === null || !(await endSession(ports.control, c.var.admin.id, id))) throw notFound("session");
  await noteAccess(c, ports, { kind: "sign_out", subject: "another session" });
  return c.redirect(withNotice("/admin/sessions", "session-ended"), 303);
}

/** `POST /admin/sessions/end-others`: signs the reader out everywhere but here. */
export async function endOtherSessionsAction(c: PageContext, ports: Ports) {
  const ended = await endOtherSessions(ports.control, c.var.admin.id, c.var.session.id);
  if (ended > 0) await noteAccess(c, ports, { kind: "sign_out", subject: "all other sessions" });
  return c.redirect(withNotice("/admin/sessions", "sessions-ended"), 303);
}
