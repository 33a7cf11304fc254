import { type ClientChoice, readClientChoices } from "../../../control/clients/client-records.ts";
import { readJob } from "../../../control/jobs/jobs.ts";
import { type QuietRange, readQuietRanges } from "../../../control/quiet/quiet-ranges.ts";
import { type RunListFilter, type RunPosition, readRunPage } from "../../../control/runs/run-list.ts";
import { type RunKind, type RunState, runKinds, runStates } from "../../../control/runs/run-state.ts";
import type { Run } from "../../../control/runs/runs.ts";
import { addDays, isDay, startOfDay } from "../../../time/day.ts";
import { maySeeClient, maySeeJob, onlyClient } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { readId } from "../../http/form-post.ts";
import { ChoiceField, TextField } from "../../page/fields.tsx";
import { notFound, require } from "../../page/page-error.ts";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import { page } from "../parts/layout.tsx";
import { ClientKeyFilter, namedClient } from "../parts/named-client.tsx";
import { kindWords } from "../parts/run-columns.tsx";
import { stateWords } from "../parts/run-state.tsx";
import { RunTable } from "../parts/run-table.tsx";

const PAGE_SIZE = 50;

/** What the list is limited to, as its address says it. '' and null: not. */
interface Filter {
  readonly job: number | null;
  /** An id, a key, or 0 for the platform. */
  readonly client: string;
  readonly state: RunState | "overdue" | null;
  readonly kind: RunKind | null;
  /** A day in the reader's zone. */
  readonly day: string;
}

function readFilter(c: PageContext): Filter {
  const state = c.req.query("state");
  const kind = c.req.query("kind");
  const day = c.req.query("day") ?? "";
  return {
    job: readId(c.req.query("job")),
    client: c.req.query("client")?.trim() ?? "",
    state: state === "overdue" ? state : (runStates.find((one) => one === state) ?? null),
    kind: runKinds.find((one) => one === kind) ?? null,
    day: isDay(day) ? day : "",
  };
}

/** A position in the list as an address holds it: an id, with an instant before it where the list is ordered by one. */
function readPosition(text: string | undefined): RunPosition | undefined {
  const [, at, id] = /^(?:(\d{1,15})-)?([1-9]\d{0,14})$/.exec(text ?? "") ?? [];
  return id === undefined ? undefined : { at: at === undefined ? null : Number(at), id: Number(id) };
}

/** The address of the list with this filter, from a position on. */
function address(filter: Filter, after: RunPosition | null = null): string {
  const query = new URLSearchParams();
  const before = after && (after.at === null ? String(after.id) : `${after.at}-${after.id}`);
  for (const [name, value] of Object.entries({ ...filter, before })) {
    if (value !== null && value !== "") query.set(name, String(value));
  }
  return query.size === 0 ? "/admin/runs" : `/admin/runs?${query}`;
}

/** `/admin/runs`: runs, newest first, by state, job, client, kind and day. */
export async function runsPage(c: PageContext, ports: Ports) {
  const { admin, reader } = c.var;
  const { t } = reader;
  const filter = readFilter(c);
  const after = readPosition(c.req.query("before"));
  const own = onlyClient(admin);
  const [clients, found, named] = await Promise.all([
    own === undefined ? readClientChoices(ports.control) : [],
    filter.job === null ? null : readJob(ports.control, filter.job),
    filter.client === "" ? null : namedClient(ports.control, filter.client),
  ]);
  // Another client's job is none at all.
  const job = found && maySeeJob(admin, found.clientId) ? found : null;
  const wanted = typeof named === "object" ? named?.id : named;
  if (filter.client !== "") require(wanted !== undefined && maySeeClient(admin, wanted), notFound("client"));
  const asked: RunListFilter = {
    jobId: filter.job ?? undefined,
    clientId: own ?? wanted,
    kind: filter.kind ?? undefined,
    state: filter.state ?? undefined,
    day: dayIn(filter.day, reader.zone),
    after,
    limit: PAGE_SIZE,
  };
  const { runs, next, lookedAt } = await readRunPage(ports.control, asked, ports.now());
  const quiet = await quietAmong(ports, asked, runs, next !== null);
  const names = new Map([...runs, ...quiet].map((line) => [line.clientId, line.clientName]));
  const clientName = (id: number) =>
    id === 0 ? t("Platform") : (names.get(id) ?? t("client {id}", { id: String(id) }));
  const shownJob = job ? job.name : (runs[0]?.jobName ?? t("job {id}", { id: String(filter.job) }));

  return c.html(
    page(c, ports, {
      title: filter.job === null ? t("Runs") : t("Runs of {job}", { job: shownJob }),
      section: "runs",
      ...(filter.job === null || !job
        ? {}
        : {
            crumbs: [
              { label: t("Jobs"), path: "/admin/jobs" },
              { label: shownJob, path: `/admin/jobs/${filter.job}` },
            ],
          }),
      children: (
        <>
          <Filters filter={filter} clients={own === undefined ? clients : []} anyClient={own === undefined} />
          {runs.length + quiet.length === 0 ? (
            <div class="empty">
              <p>{after === undefined && lookedAt === null ? t("No run matches.") : t("No more runs.")}</p>
            </div>
          ) : (
            <RunTable
              caption={t("Runs, newest first")}
              runs={runs}
              quiet={quiet}
              now={ports.now()}
              clientName={clientName}
              withoutJob={filter.job !== null}
            />
          )}
          {lookedAt === null ? null : (
            <p class="soft">
              {t("{count} runs were looked at. There may be more among the older ones.", { count: lookedAt })}
            </p>
          )}
          <nav class="pages" aria-label={t("Pages")}>
            {after === undefined ? <span /> : <a href={address(filter)}>{t("Newest")}</a>}
            {next ? <a href={address(filter, next)}>{t("Older")}</a> : null}
          </nav>
        </>
      ),
    }),
  );
}

/**
 * The quiet ranges of a client that belong to a page of its runs: those that end between its newest run and its oldest. None where the
 * list is limited to runs of a state or a kind.
 *
 * @param goesOn whether there are older runs than those of the page
 */
async function quietAmong(
  ports: Ports,
  { clientId, jobId, state, kind, day, after }: RunListFilter,
  runs: readonly Run[],
  goesOn: boolean,
): Promise<readonly QuietRange[]> {
  if (clientId === undefined || clientId === 0 || state !== undefined || (kind ?? "schedule") !== "schedule") return [];
  const instants = runs.map(({ scheduledAt }) => scheduledAt);
  const from = goesOn ? Math.min(...instants) : (day?.from ?? 0);
  const until = after === undefined ? day?.until : Math.max(...instants);
  const ranges = await readQuietRanges(ports.control, { clientId, jobId, from, until });
  return ranges.filter(({ last }) => last >= from && (until === undefined || last < until));
}

/** The instants of a local day. */
function dayIn(day: string, zone: string): RunListFilter["day"] {
  if (day === "") return undefined;
  return { from: startOfDay(day, zone), until: startOfDay(addDays(day, 1), zone) };
}

function Filters(props: { filter: Filter; clients: readonly ClientChoice[] | null; anyClient: boolean }) {
  const { t, zone } = useReader();
  const { filter, clients, anyClient } = props;
  const all = { value: "", label: t("All") };
  const isFiltered = address(filter) !== "/admin/runs";
  return (
    <form class="filters" method="get" action="/admin/runs">
      {filter.job === null ? null : <input type="hidden" name="job" value={String(filter.job)} />}
      <ChoiceField
        name="state"
        label={t("State")}
        value={filter.state ?? ""}
        choices={[
          all,
          ...runStates.map((state) => ({ value: state, label: t(stateWords(state)) })),
          { value: "overdue", label: t("overdue") },
        ]}
      />
      {anyClient ? <ClientKeyFilter value={filter.client} clients={clients} /> : null}
      <ChoiceField
        name="kind"
        label={t("Started by")}
        value={filter.kind ?? ""}
        choices={[all, ...runKinds.map((kind) => ({ value: kind, label: t(kindWords[kind]) }))]}
      />
      <TextField name="day" type="date" label={t("Planned on the day ({zone})", { zone })} value={filter.day} />
      <button class="button" type="submit">
        {t("Filter")}
      </button>
      {isFiltered ? (
        <a class="button plain" href="/admin/runs">
          {t("Show all")}
        </a>
      ) : null}
    </form>
  );
}
