import { mayReadMailbox } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { type ArrivedMail, type Mailbox, MailboxUnreachableError } from "../../mailbox.ts";
import { notFound, PageError, require } from "../../page/page-error.ts";
import { type Column, Table } from "../../page/table.tsx";
import type { Ports } from "../../ports.ts";
import { Time } from "../../reader/time.tsx";
import { page } from "../parts/layout.tsx";

const SHOWN = 200;

function mailboxFor(c: PageContext, ports: Ports): Mailbox {
  require(mayReadMailbox(c.var.admin), notFound("page"));
  if (!ports.mailbox) throw notFound("mailbox; there is one in the demo only");
  return ports.mailbox;
}

/** An unreachable mailbox is a page of its own, not a fault of ours. */
async function reach<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof MailboxUnreachableError)
      throw new PageError(
        503,
        "Mailbox not reachable",
        "The demo mailbox does not answer; is the demo's mail server running?",
      );
    throw error;
  }
}

/** `/admin/mailbox`: the mails that arrived at the demo's mail server, newest first. */
export async function mailboxPage(c: PageContext, ports: Ports) {
  const { t } = c.var.reader;
  const { total, mails } = await reach(mailboxFor(c, ports).list(SHOWN));
  const columns: Column<ArrivedMail>[] = [
    {
      label: t("Subject"),
      head: true,
      cell: (mail) => <a href={`/admin/mailbox/${encodeURIComponent(mail.id)}`}>{mail.subject || t("(no subject)")}</a>,
    },
    { label: t("To"), cell: (mail) => mail.originalTo ?? mail.to },
    { label: t("From"), cell: (mail) => mail.from },
    { label: t("Arrived"), cell: (mail) => <Time at={mail.receivedAt} now={ports.now()} /> },
  ];
  return c.html(
    page(c, ports, {
      title: t("Demo mailbox"),
      section: "mailbox",
      lead: t("Every mail of the demo ends here. None leaves this machine."),
      aside: (
        <a class="button" href="/admin/mailbox">
          {t("Reload")}
        </a>
      ),
      children:
        mails.length === 0 ? (
          <div class="empty">
            <p>{t("No mail has arrived yet.")}</p>
            <p>{t("Start a job of MailMonitorStaggering to send those that wait.")}</p>
          </div>
        ) : (
          <>
            <p class="soft">
              {t.count(total, "{count} mail", "{count} mails")}
              {total > mails.length ? t(", the newest {shown} of them shown", { shown: mails.length }) : ""}
            </p>
            <Table caption={t("Mails, newest first")} columns={columns} rows={mails} />
          </>
        ),
    }),
  );
}

/** `/admin/mailbox/:id`: one mail, as text. */
export async function mailPage(c: PageContext, ports: Ports) {
  const { t } = c.var.reader;
  const mail = await reach(mailboxFor(c, ports).read(c.req.param("id") ?? ""));
  if (!mail) throw notFound("mail");
  return c.html(
    page(c, ports, {
      title: mail.subject || t("(no subject)"),
      section: "mailbox",
      crumbs: [{ label: t("Demo mailbox"), path: "/admin/mailbox" }],
      children: (
        <>
          <section class="panel">
            <dl class="facts">
              <dt>{t("From")}</dt>
              <dd>{mail.from}</dd>
              <dt>{t("To")}</dt>
              <dd>{mail.to}</dd>
              {mail.originalTo === null ? null : (
                <>
                  <dt>{t("Meant for")}</dt>
                  <dd>{mail.originalTo}</dd>
                </>
              )}
              <dt>{t("Arrived")}</dt>
              <dd>
                <Time at={mail.receivedAt} />
              </dd>
            </dl>
          </section>
          <section class="panel">
            <pre>{mail.body}</pre>
          </section>
        </>
      ),
    }),
  );
}
