import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import { readRunLive } from "../../../control/runs/run-detail.ts";
import type { StoredLine } from "../../../control/runs/run-logs.ts";
import { isTerminal } from "../../../control/runs/run-state.ts";
import type { Run } from "../../../control/runs/runs.ts";
import { maySeeClient } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { fragment } from "../../page/document.tsx";
import { PageError } from "../../page/page-error.ts";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import { stillSignedIn } from "../../sign-in/session.ts";
import { say } from "../../words/text.ts";
import { RunMessage } from "../parts/run-message.tsx";
import { reasonWords } from "../parts/run-reason.ts";
import { State } from "../parts/run-state.tsx";
import { counterName, orderedCounts } from "../parts/run-table.tsx";
import { LogLines } from "./run-log.tsx";
import { readRunFrom } from "./run-of-address.ts";
import { Progress } from "./run-progress.tsx";
import { Timeline } from "./run-timeline.tsx";

/** Time between two reads of a run's row for an administrator who watches it (ms). */
const POLL_MS = 2000;

/**
 * Then the stream ends, and the browser comes back for another: after 40 s, so that an invocation on the free plan stays within its
 * 50 external calls, of which each look takes two.
 */
const MOST_POLLS = 20;

/** Streams that one administrator may have open at the same time, each a reader of the database; counted by process. */
export const MOST_STREAMS = 10;

/** What a browser comes back after (ms). */
const BACK_AFTER_MS = 1000;

/** The part of a run's page that changes while it is at work. */
export function RunPresent(props: { run: Run; newest: readonly StoredLine[]; now: number }) {
  const reader = useReader();
  const { t } = reader;
  const { run, newest, now } = props;
  const reason = reasonWords(run);
  const counts = orderedCounts(run.counts);
  return (
    <>
      <p class="lead">
        <State state={run.state} />
        {run.dryRun ? <span class="tag">{t("dry run")}</span> : null}
        {run.message ? (
          <span>
            {" "}
            · <RunMessage message={run.message} />
          </span>
        ) : null}
      </p>
      {reason === null ? null : <p>{t.said(reason)}</p>}
      {!isTerminal(run.state) && run.cancelRequestedAt !== null ? (
        <p>
          {t("Asked to stop at {time}; it ends after its current step.", {
            time: reader.moment(run.cancelRequestedAt),
          })}
        </p>
      ) : null}
      <Progress run={run} now={now} />
      {run.dryRun && counts.length > 0 ? <h2>{t("What a real run would do")}</h2> : null}
      {counts.length === 0 ? null : (
        <dl class="figures">
          {counts.map(([name, count]) => (
            <div>
              <dt>{counterName(reader, name, run.dryRun)}</dt>
              <dd>{reader.number(count)}</dd>
            </div>
          ))}
        </dl>
      )}
      <Timeline run={run} now={now} />
      {isTerminal(run.state) || newest.length === 0 ? null : (
        <section>
          <h2>{t("Last lines of the log")}</h2>
          <LogLines lines={newest} />
        </section>
      )}
    </>
  );
}

/**
 * `/admin/runs/:id/live`: what {@link RunPresent} shows, as often as it changes, until the run has ended; then the page is to be
 * read again. The session is looked at each time: when it is over, or the run is not this administrator's to see any more, the page is
 * read again too, which leads to the sign-in.
 */
export async function runLiveAction(c: PageContext, ports: Ports) {
  const { id } = await readRunFrom(c, ports);
  const close = ports.liveStreams?.take(String(c.var.admin.id), MOST_STREAMS, ports.now(), 2 * MOST_POLLS * POLL_MS);
  if (close === null) {
    throw new PageError(
      429,
      "Too many at once",
      say("You watch {most} runs already; close a window first.", { most: MOST_STREAMS }),
    );
  }
  return streamSSE(
    c,
    async (stream) => {
      stream.onAbort(() => close?.());
      await watch(stream).finally(() => close?.());
    },
    async (error) => (ports.reportError ?? console.error)(error),
  );

  async function watch(stream: SSEStreamingApi): Promise<void> {
    await stream.writeSSE({ event: "ready", data: "", retry: BACK_AFTER_MS });
    let shown = "";
    for (let polls = 0; polls < MOST_POLLS && !stream.aborted; polls += 1) {
      const reader = await stillSignedIn(c, ports);
      const now = ports.now();
      const found = reader === null ? null : await readRunLive(ports.control, id, now);
      if (!reader || !found || !maySeeClient(reader, found.run.clientId) || isTerminal(found.run.state)) {
        await stream.writeSSE({ event: "reload", data: "" });
        return;
      }
      const html = String(await fragment(c.var.reader, <RunPresent {...found} now={now} />));
      if (html !== shown) await stream.writeSSE({ event: "message", data: html.replaceAll("\n", " ") });
      shown = html;
      await stream.sleep(POLL_MS);
    }
  }
}
