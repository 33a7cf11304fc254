import {
  type ApiToken,
  apiTokenRules,
  createApiToken,
  listApiTokens,
  revokeApiToken,
} from "../../../control/access/api-tokens.ts";
import type { ClientFacts } from "../../../control/clients/clients.ts";
import { listReports, type OfferedReport } from "../../../learning/reports/subscription-list.ts";
import { mayCallReports } from "../../access.ts";
import { apiToken } from "../../api/api-token.ts";
import { REPORT_CALLS } from "../../api/report-calls.ts";
import type { PageContext } from "../../environment.ts";
import { lastValue, readForm, readId } from "../../http/form-post.ts";
import { ChoiceField, type FieldProblem, ProblemSummary, TextField } from "../../page/fields.tsx";
import { withNotice } from "../../page/notice.tsx";
import { forbidden, notFound, require } from "../../page/page-error.ts";
import { Table } from "../../page/table.tsx";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import { Time } from "../../reader/time.tsx";
import { storedHash } from "../../sign-in/token.ts";
import { readClientFrom } from "../clients/client-entry.tsx";
import { page } from "../parts/layout.tsx";
import { reachStore } from "../parts/reach-store.ts";
import { aboveReports, CALLS } from "./subscriptions.tsx";

const DAY_MS = 86_400_000;
/** Days for which a token lasts unless the form says otherwise. */
const USUAL_DAYS = 90;
const LONGEST_NAME = 100;

interface Sent {
  readonly form: URLSearchParams;
  readonly problems: readonly FieldProblem[];
}

/** The client that the address names, for those who may let other systems call its reports. */
async function clientOfCalls(c: PageContext, ports: Ports): Promise<ClientFacts> {
  const client = await readClientFrom(c, ports);
  require(mayCallReports(c.var.admin, client.id), forbidden("letting other systems call reports"));
  return client;
}

async function draw(c: PageContext, ports: Ports, client: ClientFacts, sent: Sent) {
  const { t } = c.var.reader;
  const [tokens, reports] = await Promise.all([
    listApiTokens(ports.control, client.id),
    reachStore(ports.storeOf(client).then((store) => listReports(store, client.id))),
  ]);
  return page(c, ports, {
    title: t("Report calls of {client}", { client: client.name }),
    section: "reports",
    crumbs: aboveReports(c, client),
    lead: t(
      "Other systems fetch a report with a token instead of a sign-in. A token opens one report, with all of its rows.",
    ),
    hasProblems: sent.problems.length > 0,
    children: (
      <>
        {tokens.length === 0 ? (
          <div class="empty">
            <p>{t("No other system may call a report of this client.")}</p>
          </div>
        ) : (
          <Tokens path={`${CALLS}/${client.id}`} tokens={tokens} reports={reports} now={ports.now()} />
        )}
        {reports.length === 0 ? (
          <p class="soft">{t("This client has no report yet.")}</p>
        ) : (
          <TokenForm path={`${CALLS}/${client.id}`} reports={reports} {...sent} />
        )}
      </>
    ),
  });
}

function Tokens(props: { path: string; tokens: readonly ApiToken[]; reports: readonly OfferedReport[]; now: number }) {
  const { t } = useReader();
  const { path, tokens, reports, now } = props;
  const state = ({ works, expiresAt }: ApiToken) => {
    if (expiresAt <= now) return t("expired");
    return works ? t("opens the report") : t("opens nothing: its maker's account may not call this client's reports");
  };
  return (
    <Table
      caption={t("API tokens, the latest first")}
      columns={[
        { label: t("For what"), head: true, cell: ({ name }) => name },
        {
          label: t("Report"),
          cell: ({ reportId }) => reports.find(({ id }) => id === reportId)?.name ?? t("The report was deleted"),
        },
        { label: t("Made by"), cell: ({ madeBy }) => madeBy ?? t("no longer there") },
        { label: t("Valid until"), cell: ({ expiresAt }) => <Time at={expiresAt} /> },
        {
          label: t("Last used"),
          cell: ({ lastUsedAt }) => (lastUsedAt === null ? t("never") : <Time at={lastUsedAt} />),
        },
        { label: t("State"), cell: state },
        {
          label: t("Revoke"),
          unseenLabel: true,
          right: true,
          cell: ({ id, name }) => (
            <form method="post" action={`${path}/${id}/revoke`}>
              <button class="button" type="submit">
                {t("Revoke")}
                <span class="unseen"> {name}</span>
              </button>
            </form>
          ),
        },
      ]}
      rows={tokens}
    />
  );
}

function TokenForm(props: Sent & { path: string; reports: readonly OfferedReport[] }) {
  const { t } = useReader();
  const { path, reports, form, problems } = props;
  const labels = new Map([
    ["name", t("For what")],
    ["reportId", t("Report")],
    ["days", t("Valid for days")],
  ]);
  const field = (name: string) => ({ name, label: labels.get(name) ?? name, value: lastValue(form, name), problems });
  return (
    <form class="sheet panel" method="post" action={path} novalidate>
      <h2>{t("New API token")}</h2>
      <ProblemSummary problems={problems} labels={labels} />
      <TextField {...field("name")} hint={t("The system that will use it; shown here and in the audit.")} />
      <ChoiceField
        {...field("reportId")}
        choices={reports.map(({ id, name }) => ({ value: String(id), label: `${name} (#${id})` }))}
      />
      <TextField
        {...field("days")}
        hint={t("From 1 to {most}. After that the system needs a new one.", { most: apiTokenRules.longestDays })}
        inputmode="numeric"
        class="short"
      />
      <div class="actions">
        <button class="button primary" type="submit">
          {t("Make token")}
        </button>
      </div>
    </form>
  );
}

const freshForm = () => new URLSearchParams({ days: String(USUAL_DAYS) });

/** `GET /admin/report-calls/:clientId`: the tokens with which other systems call reports of a client. */
export async function reportCallsPage(c: PageContext, ports: Ports) {
  const client = await clientOfCalls(c, ports);
  return c.html(await draw(c, ports, client, { form: freshForm(), problems: [] }));
}

/** `POST /admin/report-calls/:clientId`: makes a token and shows it, once. */
export async function createTokenAction(c: PageContext, ports: Ports) {
  const client = await clientOfCalls(c, ports);
  const { admin, reader } = c.var;
  const { t } = reader;
  const form = await readForm(c.req.raw);
  const refuse = async (problems: readonly FieldProblem[]) =>
    c.html(await draw(c, ports, client, { form, problems }), 422);
  const name = lastValue(form, "name").trim();
  const reportId = readId(lastValue(form, "reportId").trim());
  const days = readId(lastValue(form, "days").trim()) ?? 0;
  const reports = await reachStore(ports.storeOf(client).then((store) => listReports(store, client.id)));
  const report = reports.find(({ id }) => id === reportId);
  const problems: FieldProblem[] = [];
  const most = apiTokenRules.longestDays;
  if (name === "" || name.length > LONGEST_NAME) {
    problems.push({ field: "name", message: t("Enter a text of 1 to {most} characters", { most: LONGEST_NAME }) });
  }
  if (!report) problems.push({ field: "reportId", message: t("The client has no such report; choose another") });
  if (days < 1 || days > most) {
    problems.push({ field: "days", message: t("Enter a whole number from 1 to {most}", { most }) });
  }
  if (!report || problems.length > 0) return refuse(problems);
  const token = apiToken(ports.randomBytes(32));
  const now = ports.now();
  const made = {
    clientId: client.id,
    reportId: report.id,
    adminId: admin.id,
    name,
    tokenHash: await storedHash(token),
    expiresAt: now + days * DAY_MS,
  };
  if ((await createApiToken(ports.control, made, admin.email, now)) === null) {
    const message = t("This client has {most} tokens already. Revoke one first", { most: apiTokenRules.perClient });
    return refuse([{ field: "name", message }]);
  }
  return c.html(tokenPage(c, ports, client, { token, report, expiresAt: made.expiresAt }));
}

/** Shows a token that was just made. It is stored nowhere, so this is the only page that can. */
function tokenPage(
  c: PageContext,
  ports: Ports,
  client: ClientFacts,
  made: { readonly token: string; readonly report: OfferedReport; readonly expiresAt: number },
) {
  const { t } = c.var.reader;
  const call = `curl -X POST ${new URL(REPORT_CALLS, c.req.url)} \\
  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
  -d '{"filters":{},"format":"csv"}'`;
  return page(c, ports, {
    title: t("API token for {report}", { report: made.report.name }),
    section: "reports",
    crumbs: aboveReports(c, client),
    children: (
      <div class="sheet panel">
        <dl class="facts">
          <dt>{t("API token")}</dt>
          <dd>
            <code>{made.token}</code>
          </dd>
          <dt>{t("Valid until")}</dt>
          <dd>
            <Time at={made.expiresAt} />
          </dd>
        </dl>
        <p>{t("It is shown this once. Hand it over by a safe way: it opens every row of the report.")}</p>
        <h2>{t("How it is used")}</h2>
        <pre tabindex={0}>{call}</pre>
        <a class="button primary" href={`${CALLS}/${client.id}`}>
          {t("Done")}
        </a>
      </div>
    ),
  });
}

/** `POST /admin/report-calls/:clientId/:id/revoke`: takes a token back. */
export async function revokeTokenAction(c: PageContext, ports: Ports) {
  const client = await clientOfCalls(c, ports);
  const id = readId(c.req.param("id"));
  if (id === null) throw notFound("API token");
  await revokeApiToken(ports.control, client.id, id, c.var.admin.email, ports.now());
  return c.redirect(withNotice(`${CALLS}/${client.id}`, "token-revoked"), 303);
}
