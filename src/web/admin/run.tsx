import { readClient } from "../../control/clients.ts";
import { type LogLine, readLog } from "../../control/run-logs.ts";
import { isTerminal } from "../../control/run-state.ts";
import { type Run, readRun, requestCancel } from "../../control/runs.ts";
import { mayCancelRun, maySeeClient } from "../access.ts";
import type { PageContext } from "../environment.ts";
import { readId } from "../form-post.ts";
import { type NoticeKey, withNotice } from "../notice.tsx";
import { forbidden, notFound, require } from "../page-error.ts";
import type { Ports } from "../ports.ts";
import { useReader } from "../reader.ts";
import { Table } from "../table.tsx";
import { clockTime } from "../time-words.ts";
import { downloadPath, resultFiles } from "./import-files.ts";
import { page } from "./layout.tsx";
import { RunFacts } from "./run-facts.tsx";
import { State } from "./run-state.tsx";
import { counterName, orderedCounts } from "./run-table.tsx";

/** Log lines on one page. */
const LOG_PAGE = 500;
/** Seconds between two reloads of a page that is being watched. */
const WATCH_SECONDS = 4;

async function readRunFrom(c: PageContext, ports: Ports): Promise<Run> {
  const id = readId(c.req.param("id"));
  const run = id === null ? null : await readRun(ports.control, id);
  if (!run || !maySeeClient(c.var.admin, run.clientId)) throw notFound("run");
  return run;
}

/** `/admin/runs/:id`: one run with its progress, counts, failures, files and log. */
export async function runPage(c: PageContext, ports: Ports) {
  const { reader } = c.var;
  const { t } = reader;
  const run = await readRunFrom(c, ports);
  const now = ports.now();
  const after = readId(c.req.query("after")) ?? 0;
  const isImport = ports.catalogue.find(run.processor)?.group === "imports";
  const [log, client, results] = await Promise.all([
    readLog(ports.control, run.id, after, LOG_PAGE + 1),
    readClient(ports.control, run.clientId),
    isImport ? resultFiles(ports.files, run) : [],
  ]);
  const lines = log.slice(0, LOG_PAGE);
  const lastLine = lines.at(-1);
  const path = `/admin/runs/${run.id}`;
  const isOpen = !isTerminal(run.state);
  const isWatched = isOpen && c.req.query("watch") === "on";

  return c.html(
    page(c, ports, {
      title: t("Run #{id}: {job}", { id: String(run.id), job: run.jobName }),
      section: "runs",
      refresh: isWatched ? { seconds: WATCH_SECONDS, path: `${path}?watch=on` } : undefined,
      crumbs: [
        { label: t("Runs"), path: "/admin/runs" },
        { label: run.jobName, path: `/admin/runs?job=${run.jobId}` },
      ],
      lead: (
        <>
          <State state={run.state} />
          {run.dryRun ? <span class="tag">{t("dry run")}</span> : null}
          {run.message ? <span> · {run.message}</span> : null}
        </>
      ),
      aside: (
        <>
          {isOpen ? (
            <a class="button" href={isWatched ? path : `${path}?watch=on`}>
              {isWatched ? t("Stop reloading") : t("Reload by itself")}
            </a>
          ) : null}
          {isOpen && mayCancelRun(c.var.admin, run.clientId) && run.cancelRequestedAt === null ? (
            <form method="post" action={`${path}/cancel`}>
              <button class="button danger" type="submit">
                {t("Cancel run")}
              </button>
            </form>
          ) : null}
        </>
      ),
      children: (
        <>
          {isOpen && run.cancelRequestedAt !== null ? (
            <div class="notice warn" role="status">
              <p>
                {t("Asked to stop at {time}; it ends after its current step.", {
                  time: reader.moment(run.cancelRequestedAt),
                })}
              </p>
            </div>
          ) : null}
          <Progress run={run} />
          <Counts counts={run.counts} />
          <div class="side">
            <section class="panel">
              <h2>{t("Details")}</h2>
              <RunFacts
                run={run}
                clientName={
                  run.clientId === 0 ? t("Platform") : (client?.name ?? t("client {id}", { id: String(run.clientId) }))
                }
                now={now}
              />
            </section>
            {results.length > 0 ? (
              <section class="panel">
                <h2>{t("Result files")}</h2>
                <ul>
                  {results.map(({ key }) => {
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
            ) : null}
          </div>
          <Failures errors={run.errors} failed={run.counts.failed ?? 0} />
          <h2>{t("Log")}</h2>
          {lines.length === 0 ? (
            <p class="soft">{after === 0 ? t("Nothing was logged.") : t("No more lines.")}</p>
          ) : (
            <Log lines={lines} />
          )}
          <nav class="pages" aria-label={t("Pages of the log")}>
            {after > 0 ? <a href={path}>{t("First lines")}</a> : <span />}
            {log.length > LOG_PAGE && lastLine ? <a href={`${path}?after=${lastLine.id}`}>{t("More lines")}</a> : null}
          </nav>
        </>
      ),
    }),
  );
}

function Progress(props: { run: Run }) {
  const { t } = useReader();
  const { progress, state } = props.run;
  if (progress.done === 0 && progress.total === null) return null;
  const { done, total } = progress;
  return (
    <p>
      {total === null ? (
        t("{done} done", { done })
      ) : (
        <>
          <label for="progress">{t("{done} of {total} done", { done, total })}</label>
          {state === "running" || state === "waiting" ? (
            <progress id="progress" value={String(done)} max={String(Math.max(total, 1))} />
          ) : null}
        </>
      )}
    </p>
  );
}

function Counts(props: { counts: Run["counts"] }) {
  const reader = useReader();
  const entries = orderedCounts(props.counts);
  if (entries.length === 0) return null;
  return (
    <dl class="figures">
      {entries.map(([name, count]) => (
        <div>
          <dt>{counterName(reader, name)}</dt>
          <dd>{reader.number(count)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Failures(props: { errors: Run["errors"]; failed: number }) {
  const { t } = useReader();
  if (props.errors.length === 0) return null;
  const more = props.failed - props.errors.length;
  return (
    <section>
      <h2>{t("Failures")}</h2>
      <Table
        caption={t("Failures")}
        columns={[
          { label: t("What"), head: true, cell: (failure) => failure.ref },
          { label: t("Code"), cell: (failure) => <code>{failure.code}</code> },
          { label: t("Message"), cell: (failure) => failure.message },
        ]}
        rows={props.errors}
      />
      {more > 0 ? <p class="soft">{t("{count} more are not shown here.", { count: more })}</p> : null}
    </section>
  );
}

function Log(props: { lines: readonly (LogLine & { id: number })[] }) {
  const { zone } = useReader();
  return (
    <div class="rows">
      <ol class="log">
        {props.lines.map((line) => (
          <li>
            <time
              class="soft number"
              datetime={new Date(line.at).toISOString()}
              title={new Date(line.at).toISOString()}
            >
              {clockTime(line.at, zone)}
            </time>
            <span class={line.level}>{line.level}</span>
            <p>
              {line.message}
              {line.data === null || Object.keys(line.data).length === 0 ? null : (
                <>
                  {" "}
                  <code class="soft">{JSON.stringify(line.data)}</code>
                </>
              )}
            </p>
          </li>
        ))}
      </ol>
    </div>
  );
}

const cancelNotices = {
  cancelled: "run-cancelled",
  requested: "run-cancelling",
  ended: "run-ended",
} as const satisfies Record<string, NoticeKey>;

/** `POST /admin/runs/:id/cancel`: at once before its start, at its next step after it. */
export async function cancelRunAction(c: PageContext, ports: Ports) {
  const run = await readRunFrom(c, ports);
  require(mayCancelRun(c.var.admin, run.clientId), forbidden("cancelling this run"));
  const result = await requestCancel(ports.control, run.id, c.var.admin.email, ports.now());
  if (result === "requested") await ports.wakeRunner(run.clientId);
  return c.redirect(withNotice(`/admin/runs/${run.id}`, cancelNotices[result]), 303);
}
