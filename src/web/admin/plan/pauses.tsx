import {
  type Blackout,
  createBlackout,
  deleteBlackout,
  listBlackouts,
  readBlackout,
} from "../../../administration/pauses/blackouts.ts";
import { type ClientChoice, readClientChoices } from "../../../control/clients/client-records.ts";
import { listPausedJobs } from "../../../control/jobs/pauses.ts";
import { mayConfigure, mayEditJob, maySeeClient, onlyClient } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { lastValue, readForm, readId } from "../../http/form-post.ts";
import { type FieldProblem, ProblemSummary, TextField } from "../../page/fields.tsx";
import { withNotice } from "../../page/notice.tsx";
import { notFound } from "../../page/page-error.ts";
import { type Column, Table } from "../../page/table.tsx";
import type { Ports } from "../../ports.ts";
import { localInstant } from "../../reader/local-instant.ts";
import { useReader } from "../../reader/reader.ts";
import { Time } from "../../reader/time.tsx";
import { onlyConfigurers, StopPanel } from "../now/stop.tsx";
import { page } from "../parts/layout.tsx";
import { ClientChoiceField, ClientFilter, namedClient } from "../parts/named-client.tsx";
import { PausedJobs } from "./paused-jobs.tsx";

const PAUSES = "/admin/pauses";

/** Blackouts shown, at most: those that begin first. */
const MOST_SHOWN = 100;

/** What a form of a blackout was sent with. */
interface Sent {
  readonly form: URLSearchParams;
  readonly problems: readonly FieldProblem[];
}

async function draw(
  c: PageContext,
  ports: Ports,
  sent: Sent = { form: new URLSearchParams({ clientId: c.req.query("client") ?? "0" }), problems: [] },
) {
  const { admin, reader } = c.var;
  const { t } = reader;
  const mayChange = mayConfigure(admin);
  const chosen = onlyClient(admin) === undefined ? await namedClient(ports.control, c.req.query("client")) : 0;
  if (chosen === undefined) throw notFound("client");
  const only = onlyClient(admin) ?? (chosen === 0 ? undefined : chosen.id);
  const now = ports.now();
  const [paused, found, clients] = await Promise.all([
    listPausedJobs(ports.control, now, only, MOST_SHOWN + 1),
    listBlackouts(ports.control, now, only, MOST_SHOWN + 1),
    mayChange ? readClientChoices(ports.control) : [],
  ]);
  const blackouts = found.slice(0, MOST_SHOWN);
  return page(c, ports, {
    title: t("Pauses"),
    section: "pauses",
    lead: t(
      "What keeps the clock from starting anything: the switch that stops everything, paused jobs, and blackouts.",
    ),
    hasProblems: sent.problems.length > 0,
    children: (
      <>
        <StopPanel stop={c.var.stop} mayChange={mayChange} />
        <h2>{t("Paused jobs")}</h2>
        {paused.length === 0 ? (
          <div class="empty">
            <p>{t("No job is paused.")}</p>
          </div>
        ) : (
          <PausedJobs
            jobs={paused.slice(0, MOST_SHOWN)}
            mayResume={({ ownerId, processor }) =>
              mayEditJob(admin, { clientId: ownerId, processor: ports.catalogue.find(processor) })
            }
            now={now}
          />
        )}
        {paused.length > MOST_SHOWN ? (
          <p>
            <a href="/admin/jobs?state=paused">{t("All jobs that are paused")}</a>
          </p>
        ) : null}
        <h2>{t("Blackouts")}</h2>
        <p>
          {t(
            "In a blackout nothing starts by the clock. Runs at work go on, and a start by hand is possible. What falls due is skipped and says so.",
          )}
        </p>
        {mayChange ? (
          <ClientFilter
            action={PAUSES}
            value={chosen === 0 ? "0" : clients === null ? chosen.key : String(chosen.id)}
            clients={clients}
            none={t("All clients and the platform")}
          />
        ) : null}
        {blackouts.length === 0 ? (
          <div class="empty">
            <p>{t("No blackout is under way or to come.")}</p>
          </div>
        ) : (
          <BlackoutTable blackouts={blackouts} mayChange={mayChange} />
        )}
        {found.length > MOST_SHOWN ? (
          <p class="soft">
            {t("These are the first {count}; choose a client to see all of its own.", { count: MOST_SHOWN })}
          </p>
        ) : null}
        {mayChange ? <BlackoutForm clients={clients} {...sent} /> : null}
      </>
    ),
  });
}

function BlackoutTable(props: { blackouts: readonly Blackout[]; mayChange: boolean }) {
  const { t, now } = useReader();
  const moment = (at: number, zone: string | null) => <Time at={at} {...(zone === null ? {} : { zone })} now={now} />;
  const columns: Column<Blackout>[] = [
    {
      label: t("Client"),
      head: true,
      cell: ({ clientId, clientName }) =>
        clientId === 0 ? t("All clients") : (clientName ?? t("client {id}", { id: String(clientId) })),
    },
    {
      label: t("From"),
      cell: ({ startsAt, timeZone }) => moment(startsAt, timeZone),
    },
    { label: t("Until"), cell: ({ endsAt, timeZone }) => moment(endsAt, timeZone) },
    {
      label: t("Note"),
      cell: ({ note, createdBy }) => (
        <>
          {note === "" ? <span class="soft">–</span> : note}
          {createdBy === "" ? null : <small>{createdBy}</small>}
        </>
      ),
    },
    ...(props.mayChange
      ? [
          {
            label: t("Delete"),
            unseenLabel: true,
            right: true,
            cell: ({ id, startsAt }: Blackout) => (
              <form method="post" action={`${PAUSES}/blackouts/${id}/delete`}>
                <button class="button" type="submit">
                  {startsAt <= now ? t("End now") : t("Delete")}
                  <span class="unseen"> {String(id)}</span>
                </button>
              </form>
            ),
          },
        ]
      : []),
  ];
  return <Table caption={t("Blackouts")} columns={columns} rows={props.blackouts} />;
}

function BlackoutForm(props: Sent & { clients: readonly ClientChoice[] | null }) {
  const { t, zone } = useReader();
  const { form, problems, clients } = props;
  const labels = new Map([
    ["clientId", t("Client")],
    ["startsAt", t("From")],
    ["endsAt", t("Until")],
    ["note", t("Note")],
  ]);
  const moment = (name: "startsAt" | "endsAt") => (
    <TextField
      name={name}
      label={labels.get(name) ?? name}
      hint={t("In your time zone, {zone}.", { zone })}
      type="datetime-local"
      value={lastValue(form, name)}
      problems={problems}
    />
  );
  return (
    <form class="sheet panel" method="post" action={`${PAUSES}/blackouts`} novalidate>
      <h2>{t("New blackout")}</h2>
      <ProblemSummary problems={problems} labels={labels} />
      <ClientChoiceField
        name="clientId"
        label={t("Client")}
        value={lastValue(form, "clientId")}
        clients={clients}
        none={t("All clients and the platform")}
        problems={problems}
      />
      {moment("startsAt")}
      {moment("endsAt")}
      <TextField
        name="note"
        label={t("Note")}
        hint={t("Why; shown in the schedule.")}
        value={lastValue(form, "note")}
        problems={problems}
        optional
      />
      <div class="actions">
        <button class="button primary" type="submit">
          {t("Create blackout")}
        </button>
      </div>
    </form>
  );
}

/** `GET /admin/pauses`: the stop switch and the blackouts that concern this admin. */
export async function pausesPage(c: PageContext, ports: Ports) {
  return c.html(await draw(c, ports));
}

/** `POST /admin/pauses/blackouts`: lays a blackout; the same one twice is one. */
export async function createBlackoutAction(c: PageContext, ports: Ports) {
  onlyConfigurers(c);
  const { reader, admin } = c.var;
  const { t } = reader;
  const form = await readForm(c.req.raw);
  const refuse = async (problems: readonly FieldProblem[]) => c.html(await draw(c, ports, { form, problems }), 422);
  const client = await namedClient(ports.control, lastValue(form, "clientId"));
  const problems: FieldProblem[] = [];
  if (client === undefined) problems.push({ field: "clientId", message: t("There is no such client here.") });
  const instantOf = (name: "startsAt" | "endsAt") => {
    const at = localInstant(lastValue(form, name).trim(), reader.zone);
    if (at === null) problems.push({ field: name, message: t("Enter day and time such as 2026-12-24T18:00") });
    return at ?? 0;
  };
  const [startsAt, endsAt] = [instantOf("startsAt"), instantOf("endsAt")];
  if (client === undefined || problems.length > 0) return refuse(problems);
  const clientId = client === 0 ? 0 : client.id;
  const now = ports.now();
  const there = (await listBlackouts(ports.control, now, clientId)).some(
    (one) => one.clientId === clientId && one.startsAt === startsAt && one.endsAt === endsAt,
  );
  if (!there) {
    const input = { clientId, startsAt, endsAt, note: lastValue(form, "note") };
    const result = await createBlackout(ports.control, input, admin.email, now);
    if (result.state === "invalid") return refuse(result.problems);
  }
  return c.redirect(withNotice(PAUSES, "blackout-created"), 303);
}

/** `POST /admin/pauses/blackouts/:id/delete`: deletes a blackout; one under way ends now. */
export async function deleteBlackoutAction(c: PageContext, ports: Ports) {
  const id = readId(c.req.param("id"));
  const blackout = id === null ? null : await readBlackout(ports.control, id);
  const seen = blackout && (blackout.clientId === 0 || maySeeClient(c.var.admin, blackout.clientId));
  if (!seen && !mayConfigure(c.var.admin)) throw notFound("blackout");
  onlyConfigurers(c);
  // Another administrator was faster: what was asked for is so.
  if (blackout) await deleteBlackout(ports.control, blackout.id, c.var.admin.email, ports.now());
  return c.redirect(withNotice(PAUSES, "blackout-deleted"), 303);
}
