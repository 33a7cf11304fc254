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
import { Table } from "../table.tsx";
import { clockTime, localTime } from "../time.tsx";
import { downloadPath, resultFiles } from "./import-files.ts";
import { page } from "./layout.tsx";
import { RunFacts } from "./run-facts.tsx";
import { State } from "./run-state.tsx";
import { orderedCounts } from "./run-table.tsx";

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
      title: `Run #${run.id}: ${run.jobName}`,
      section: "runs",
      refresh: isWatched ? { seconds: WATCH_SECONDS, path: `${path}?watch=on` } : undefined,
      crumbs: [
        { label: "Runs", path: "/admin/runs" },
        { label: run.jobName, path: `/admin/runs?job=${run.jobId}` },
      ],
      lead: (
        <>
          <State state={run.state} />
          {run.dryRun ? <span class="tag">dry run</span> : null}
          {run.message ? <span> · {run.message}</span> : null}
        </>
      ),
      aside: (
        <>
          {isOpen ? (
            <a class="button" href={isWatched ? path : `${path}?watch=on`}>
              {isWatched ? "Stop reloading" : "Reload by itself"}
            </a>
          ) : null}
          {isOpen && mayCancelRun(c.var.admin, run.clientId) && run.cancelRequestedAt === null ? (
            <form method="post" action={`${path}/cancel`}>
              <button class="button danger" type="submit">
                Cancel run
              </button>
            </form>
          ) : null}
        </>
      ),
      children: (
        <>
          {isOpen && run.cancelRequestedAt !== null ? (
            <div class="notice warn" role="status">
              <p>Asked to stop at {localTime(run.cancelRequestedAt, run.timeZone)}; it ends after its current step.</p>
            </div>
          ) : null}
          <Progress run={run} />
          <Counts counts={run.counts} />
          <div class="side">
            <section class="panel">
              <h2>Details</h2>
              <RunFacts
                run={run}
                clientName={run.clientId === 0 ? "Platform" : (client?.name ?? `client ${run.clientId}`)}
                now={now}
              />
            </section>
            {results.length > 0 ? (
              <section class="panel">
                <h2>Result files</h2>
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
          <h2>Log</h2>
          {lines.length === 0 ? (
            <p class="soft">{after === 0 ? "Nothing was logged." : "No more lines."}</p>
          ) : (
            <Log lines={lines} zone={run.timeZone} />
          )}
          <nav class="pages" aria-label="Pages of the log">
            {after > 0 ? <a href={path}>First lines</a> : <span />}
            {log.length > LOG_PAGE && lastLine ? <a href={`${path}?after=${lastLine.id}`}>More lines</a> : null}
          </nav>
        </>
      ),
    }),
  );
}

function Progress(props: { run: Run }) {
  const { progress, state } = props.run;
  if (progress.done === 0 && progress.total === null) return null;
  const done = progress.done.toLocaleString("en-GB");
  return (
    <p>
      {progress.total === null ? (
        <>{done} done</>
      ) : (
        <>
          <label for="progress">
            {done} of {progress.total.toLocaleString("en-GB")} done
          </label>
          {state === "running" || state === "waiting" ? (
            <progress id="progress" value={String(progress.done)} max={String(Math.max(progress.total, 1))} />
          ) : null}
        </>
      )}
    </p>
  );
}

function Counts(props: { counts: Run["counts"] }) {
  const entries = orderedCounts(props.counts);
  if (entries.length === 0) return null;
  return (
    <dl class="figures">
      {entries.map(([name, count]) => (
        <div>
          <dt>{name}</dt>
          <dd>{count.toLocaleString("en-GB")}</dd>
        </div>
      ))}
    </dl>
  );
}

function Failures(props: { errors: Run["errors"]; failed: number }) {
  if (props.errors.length === 0) return null;
  const more = props.failed - props.errors.length;
  return (
    <section>
      <h2>Failures</h2>
      <Table
        caption="Failures"
        columns={[
          { label: "What", head: true, cell: (failure) => failure.ref },
          { label: "Code", cell: (failure) => <code>{failure.code}</code> },
          { label: "Message", cell: (failure) => failure.message },
        ]}
        rows={props.errors}
      />
      {more > 0 ? <p class="soft">{more.toLocaleString("en-GB")} more are not shown here.</p> : null}
    </section>
  );
}

function Log(props: { lines: readonly (LogLine & { id: number })[]; zone: string }) {
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
              {clockTime(line.at, props.zone)}
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
