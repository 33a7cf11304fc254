import { listClients } from "../../control/clients.ts";
import { readJob } from "../../control/jobs.ts";
import { type RunState, runStates } from "../../control/run-state.ts";
import { listRuns } from "../../control/runs.ts";
import { maySeeClient, maySeeJob, onlyClient } from "../access.ts";
import type { PageContext } from "../environment.ts";
import { ChoiceField } from "../fields.tsx";
import { readId } from "../form-post.ts";
import { notFound, require } from "../page-error.ts";
import type { Ports } from "../ports.ts";
import { clientNames } from "./client-names.ts";
import { page } from "./layout.tsx";
import { stateWords } from "./run-state.tsx";
import { RunTable } from "./run-table.tsx";

const PAGE_SIZE = 50;

interface Filter {
  readonly job: number | null;
  readonly client: number | null;
  readonly state: RunState | null;
}

function readFilter(c: PageContext): Filter {
  const client = c.req.query("client");
  const state = c.req.query("state");
  return {
    job: readId(c.req.query("job")),
    client: client === "0" ? 0 : readId(client),
    state: runStates.find((one) => one === state) ?? null,
  };
}

/** The address of the list with this filter; `before` is the id of the last run of the page before. */
function address(filter: Filter, before?: number): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...filter, before })) {
    if (value !== null && value !== undefined) query.set(name, String(value));
  }
  return query.size === 0 ? "/admin/runs" : `/admin/runs?${query}`;
}

/** `/admin/runs`: runs, newest first, by job, client and state. */
export async function runsPage(c: PageContext, ports: Ports) {
  const { admin, reader } = c.var;
  const { t } = reader;
  const filter = readFilter(c);
  const before = readId(c.req.query("before")) ?? undefined;
  const own = onlyClient(admin);
  if (filter.client !== null) require(maySeeClient(admin, filter.client), notFound("client"));
  const [found, clients, job] = await Promise.all([
    listRuns(ports.control, {
      jobId: filter.job ?? undefined,
      clientId: own ?? filter.client ?? undefined,
      state: filter.state ?? undefined,
      before,
      limit: PAGE_SIZE + 1,
    }),
    listClients(ports.control),
    filter.job === null ? null : readJob(ports.control, filter.job),
  ]);
  const runs = found.slice(0, PAGE_SIZE);
  const last = runs.at(-1);
  const shownJob =
    job && maySeeJob(admin, job.clientId) ? job.name : (runs[0]?.jobName ?? t("job {id}", { id: String(filter.job) }));
  const filtered = filter.job !== null || filter.client !== null || filter.state !== null;

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
          <form class="filters" method="get" action="/admin/runs">
            {filter.job === null ? null : <input type="hidden" name="job" value={String(filter.job)} />}
            {own === undefined ? (
              <ChoiceField
                name="client"
                label={t("Client")}
                value={filter.client === null ? "" : String(filter.client)}
                choices={[
                  { value: "", label: t("All") },
                  { value: "0", label: t("Platform") },
                  ...clients.map(({ id, name }) => ({ value: String(id), label: name })),
                ]}
              />
            ) : null}
            <ChoiceField
              name="state"
              label={t("State")}
              value={filter.state ?? ""}
              choices={[
                { value: "", label: t("All") },
                ...runStates.map((state) => ({ value: state, label: t(stateWords(state)) })),
              ]}
            />
            <button class="button" type="submit">
              {t("Filter")}
            </button>
            {filtered ? (
              <a class="button plain" href="/admin/runs">
                {t("Show all")}
              </a>
            ) : null}
          </form>
          {runs.length === 0 ? (
            <div class="empty">
              <p>{before === undefined ? t("No run matches.") : t("No more runs.")}</p>
            </div>
          ) : (
            <RunTable
              caption={t("Runs, newest first")}
              runs={runs}
              now={ports.now()}
              clientName={clientNames(t, clients)}
              withoutJob={filter.job !== null}
            />
          )}
          <nav class="pages" aria-label={t("Pages")}>
            {before === undefined ? <span /> : <a href={address(filter)}>{t("Newest")}</a>}
            {found.length > PAGE_SIZE && last ? <a href={address(filter, last.id)}>{t("Older")}</a> : null}
          </nav>
        </>
      ),
    }),
  );
}
