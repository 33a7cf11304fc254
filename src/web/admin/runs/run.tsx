import type { Child } from "hono/jsx";
import { REHEARSED_SHOWN, type RelatedRun, type RunDetail, readRunDetail } from "../../../control/runs/run-detail.ts";
import { isTerminal } from "../../../control/runs/run-state.ts";
import type { Run } from "../../../control/runs/runs.ts";
import type { Processor } from "../../../processors/contract.ts";
import { DatabaseOutageError } from "../../../store/outage.ts";
import { type RunTraces, readRunTraces } from "../../../store/step/run-traces.ts";
import { mayCancelRun, mayRetryRun, maySeeClient } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { readId } from "../../http/form-post.ts";
import { notFound } from "../../page/page-error.ts";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import { downloadPath, resultFiles } from "../files/import-files.ts";
import { dryRunWords } from "../jobs/start-fields.tsx";
import { page } from "../parts/layout.tsx";
import { RunMessage } from "../parts/run-message.tsx";
import { State } from "../parts/run-state.tsx";
import { RunFacts, RunParameters, RunPolicies } from "./run-facts.tsx";
import { FAILURE_PAGE, Failures } from "./run-failures.tsx";
import { RunPresent } from "./run-live.tsx";
import { RunLog, readLogFilter } from "./run-log.tsx";

/** Seconds between two reloads of a page that is being watched without JavaScript. */
const WATCH_SECONDS = 4;

/** What a run has left in its store; null when that does not answer, or the client is gone. */
async function tracesOf(ports: Ports, { run, client }: RunDetail, after: number): Promise<RunTraces | null> {
  const inControl = run.clientId === 0 || ports.catalogue.find(run.processor)?.store === "control";
  try {
    const store = inControl ? ports.control : client && (await ports.storeOf(client));
    return store ? await readRunTraces(store, run.id, after, FAILURE_PAGE + 1) : null;
  } catch (error) {
    if (error instanceof DatabaseOutageError) return null;
    throw error;
  }
}

/** `/admin/runs/:id`: one run on its way, with progress, counts, failures, files and log. */
export async function runPage(c: PageContext, ports: Ports) {
  const { admin, reader } = c.var;
  const { t } = reader;
  const id = readId(c.req.param("id"));
  const filter = readLogFilter(c);
  const detail = id === null ? null : await readRunDetail(ports.control, id, filter, ports.now());
  if (!detail || !maySeeClient(admin, detail.run.clientId)) throw notFound("run");
  const { run, client } = detail;
  const processor = ports.catalogue.find(run.processor);
  const failuresAfter = readId(c.req.query("failures")) ?? 0;
  const [traces, results] = await Promise.all([
    tracesOf(ports, detail, failuresAfter),
    processor?.group === "imports" ? resultFiles(ports.files, run) : [],
  ]);
  const now = ports.now();
  const path = `/admin/runs/${run.id}`;
  const isOpen = !isTerminal(run.state);
  const isWatched = isOpen && c.req.query("watch") === "on";
  const present = <RunPresent run={run} newest={detail.newest} now={now} />;
  const clientName =
    run.clientId === 0 ? t("Platform") : (client?.name ?? t("client {id}", { id: String(run.clientId) }));

  return c.html(
    page(c, ports, {
      title: t(run.dryRun ? "Dry run #{id}: {job}" : "Run #{id}: {job}", { id: String(run.id), job: run.jobName }),
      section: "runs",
      refresh: isWatched ? { seconds: WATCH_SECONDS, path: `${path}?watch=on` } : undefined,
      crumbs: [
        { label: t("Runs"), path: "/admin/runs" },
        { label: run.jobName, path: `/admin/runs?job=${run.jobId}` },
      ],
      aside: (
        <>
          {isOpen ? (
            <>
              <a class="button" href={path}>
                {t("Reload")}
              </a>
              <noscript>
                <a class="button" href={isWatched ? path : `${path}?watch=on`}>
                  {isWatched ? t("Stop reloading") : t("Reload by itself")}
                </a>
              </noscript>
            </>
          ) : null}
          {isOpen && mayCancelRun(admin, run.clientId) && run.cancelRequestedAt === null ? (
            <form method="post" action={`${path}/cancel`}>
              <button class="button danger" type="submit">
                {t("Cancel run")}
              </button>
            </form>
          ) : null}
          {isRetryable(run) && mayRetryRun(admin, { clientId: run.clientId, processor }) ? (
            <form method="post" action={`${path}/retry`}>
              <button class="button primary" type="submit">
                {t("Retry")}
              </button>
            </form>
          ) : null}
        </>
      ),
      children: (
        <>
          {run.dryRun ? <Rehearsal isOpen={isOpen} worth={processor?.dryRun ?? "exact"} /> : null}
          {isOpen ? (
            <div id="present" data-live={`${path}/live`}>
              {present}
            </div>
          ) : (
            present
          )}
          <div class="side">
            <section class="panel">
              <h2>{t("Details")}</h2>
              <RunFacts
                run={run}
                clientName={clientName}
                now={now}
                steps={traces?.steps ?? null}
                processor={processor}
              />
              <Related detail={detail} />
            </section>
            <section class="panel">
              <h2>{t("Parameters")}</h2>
              <RunParameters run={run} />
            </section>
            <section class="panel">
              <h2>{t("Policies when it was planned")}</h2>
              <RunPolicies run={run} />
            </section>
            {results.length > 0 ? <ResultFiles keys={results.map(({ key }) => key)} /> : null}
          </div>
          <Rehearsed lines={detail.rehearsed} />
          <Failures run={run} traces={traces} after={failuresAfter} path={path} />
          <RunLog path={path} filter={filter} log={detail.log} />
        </>
      ),
    }),
  );
}

/** That nothing is done, before anything is said of what would be. */
function Rehearsal(props: { isOpen: boolean; worth: Processor["dryRun"] }) {
  const { t } = useReader();
  return (
    <div class="notice">
      <p>
        {props.isOpen
          ? t("This is a dry run: nothing is changed, no mail is sent and no other system is called.")
          : t("This was a dry run: nothing was changed, no mail was sent and no other system was called.")}
        {props.worth === "lower_bound" ? ` ${t(dryRunWords.lower_bound)}` : ""}
      </p>
    </div>
  );
}

/** What a dry run would have sent, or called elsewhere. */
function Rehearsed(props: { lines: RunDetail["rehearsed"] }) {
  const { t } = useReader();
  const { lines } = props;
  if (lines.length === 0) return null;
  return (
    <section>
      <h2>{t("What it would have sent or called")}</h2>
      <ul>
        {lines.slice(0, REHEARSED_SHOWN).map(({ message }) => (
          <li>
            <RunMessage message={message} />
          </li>
        ))}
      </ul>
      {lines.length > REHEARSED_SHOWN ? <p class="soft">{t("The log below has all of them.")}</p> : null}
    </section>
  );
}

/** Only what has started and failed can be taken up again. */
function isRetryable(run: Run): boolean {
  return run.state === "failed" && run.startedAt !== null;
}

function ResultFiles(props: { keys: readonly string[] }) {
  const { t } = useReader();
  return (
    <section class="panel">
      <h2>{t("Result files")}</h2>
      <ul>
        {props.keys.map((key) => {
          const name = key.slice(key.lastIndexOf("/") + 1);
          return (
            <li>
              <a href={downloadPath(key)} download={name}>
                {name}
              </a>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** What caused the run, and what it caused. */
function Related(props: { detail: RunDetail }) {
  const { t } = useReader();
  const { cause, caused } = props.detail;
  if (cause === null && caused.length === 0) return null;
  const link = (run: RelatedRun): Child => (
    <>
      <a href={`/admin/runs/${run.id}`}>{t("Run #{id}: {job}", { id: String(run.id), job: run.jobName })}</a>{" "}
      <State state={run.state} />
    </>
  );
  return (
    <dl class="facts related">
      {cause ? (
        <>
          <dt>{t("Caused by")}</dt>
          <dd>{link(cause)}</dd>
        </>
      ) : null}
      {caused.length > 0 ? (
        <>
          <dt>{t("Caused")}</dt>
          {caused.map((run) => (
            <dd>{link(run)}</dd>
          ))}
        </>
      ) : null}
    </dl>
  );
}
