import { listBlackouts } from "../../../administration/pauses/blackouts.ts";
import { TICK_OVERDUE_MS } from "../../../control/health.ts";
import {
  COUNTED_AT_MOST,
  type FailingJob,
  type NextStart,
  type Present,
  readPresent,
} from "../../../control/present.ts";
import { maySeeHealth, onlyClient } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { Identifier } from "../../page/identifier.tsx";
import { Table } from "../../page/table.tsx";
import type { Ports } from "../../ports.ts";
import { useReader } from "../../reader/reader.ts";
import { Relative, Time } from "../../reader/time.tsx";
import type { English } from "../../words/text.ts";
import { page } from "../parts/layout.tsx";
import { runTime } from "../parts/run-columns.tsx";
import { State } from "../parts/run-state.tsx";
import { Progress } from "../runs/run-progress.tsx";

/** `/admin` and `/admin/now`: what happens at this moment, and what should be looked at. */
export async function nowPage(c: PageContext, ports: Ports) {
  const { admin, reader } = c.var;
  const { t } = reader;
  const now = ports.now();
  const own = onlyClient(admin);
  const [present, blackouts] = await Promise.all([
    readPresent(ports.control, own, now),
    listBlackouts(ports.control, now, own, 1),
  ]);
  const stopped = c.var.stop !== null;
  const underWay = blackouts.find(({ startsAt }) => startsAt <= now);
  return c.html(
    page(c, ports, {
      title: t("Now"),
      section: "now",
      aside: (
        <a class="button" href="/admin/now">
          {t("Reload")}
        </a>
      ),
      children: (
        <>
          <Verdict present={present} now={now} linked={maySeeHealth(admin)} />
          <Figures present={present} />
          {present.failingJobs.length === 0 ? null : (
            <section>
              <h2>{t("Failing")}</h2>
              <FailingJobs jobs={present.failingJobs} now={now} />
            </section>
          )}
          <section>
            <h2>{t("Running now")}</h2>
            <AtWork present={present} now={now} />
          </section>
          <section>
            <h2>{t("Upcoming")}</h2>
            {underWay ? (
              <p class="notice">
                {underWay.note === ""
                  ? t("A blackout is under way.")
                  : t("A blackout is under way: {note}", { note: underWay.note })}{" "}
                <a href="/admin/pauses">{t("Pauses")}</a>
              </p>
            ) : null}
            <NextStarts present={present} stopped={stopped} now={now} />
          </section>
        </>
      ),
    }),
  );
}

/** Whether the clock ticks, in a sentence. */
function Verdict(props: { present: Present; now: number; linked: boolean }) {
  const { t } = useReader();
  const { present, now, linked } = props;
  const { lastTick } = present;
  const isLate = lastTick === null || now - lastTick.at > TICK_OVERDUE_MS;
  const health = linked ? (
    <>
      {" "}
      <a href="/admin/health">{t("Health")}</a>
    </>
  ) : null;
  return (
    <div class={isLate ? "notice bad" : "notice good"}>
      <p>
        {lastTick === null
          ? t("The clock has not ticked yet: nothing is planned.")
          : t.rich(
              isLate
                ? "The clock has not ticked for too long: the last time {time}. Nothing new is planned."
                : "The clock ticked {time}.",
              { time: <Relative at={lastTick.at} now={now} /> },
            )}
        {lastTick === null ? null : <span class="soft"> {t.said(sourceWords(lastTick.source))}</span>}
        {health}
      </p>
    </div>
  );
}

const sources: Readonly<Record<string, English>> = {
  cron: "(Cron Trigger)",
  alarm: "(the clock's own alarm)",
  timer: "(timer)",
};

/** Where a tick came from. */
export function sourceWords(source: string): English {
  return sources[source] ?? "(another source)";
}

function Figures(props: { present: Present }) {
  const { t, number } = useReader();
  const { present } = props;
  const figures: readonly (readonly [English, number, string])[] = [
    ["running", present.running, "/admin/runs?state=running"],
    ["waiting", present.waiting, "/admin/runs?state=waiting"],
    ["overdue", present.overdue, "/admin/runs?state=overdue"],
    ["failing", present.failing, "/admin/jobs?state=failing"],
    ["paused", present.paused, "/admin/jobs?state=paused"],
  ];
  return (
    <ul class="figures">
      {figures.map(([label, count, path]) => (
        <li>
          <a href={path}>
            <strong>{number(count)}</strong> {t.said(label)}
          </a>
        </li>
      ))}
    </ul>
  );
}

function ClientOf(props: { clientId: number; clientName: string | null }) {
  const { t } = useReader();
  const { clientId, clientName } = props;
  return <>{clientId === 0 ? t("Platform") : (clientName ?? t("client {id}", { id: String(clientId) }))}</>;
}

function FailingJobs(props: { jobs: readonly FailingJob[]; now: number }) {
  const { t } = useReader();
  return (
    <Table
      caption={t("Jobs that fail, the most failures first")}
      columns={[
        { label: t("Client"), head: true, cell: (one) => <ClientOf {...one} /> },
        { label: t("Job"), wide: true, cell: (one) => <a href={`/admin/jobs/${one.jobId}`}>{one.jobName}</a> },
        {
          label: t("Failed"),
          cell: (one) => t.count(one.failuresInARow, "{count} time", "{count} times in a row"),
        },
        {
          label: t("Last failure"),
          cell: (one) => (
            <a
              href={
                one.lastRunId === null ? `/admin/runs?job=${one.jobId}&state=failed` : `/admin/runs/${one.lastRunId}`
              }
            >
              {one.lastFailedAt === null ? t("Last run") : <Relative at={one.lastFailedAt} now={props.now} />}
              <span class="unseen"> {one.jobName}</span>
            </a>
          ),
        },
      ]}
      rows={props.jobs}
    />
  );
}

function AtWork(props: { present: Present; now: number }) {
  const { t, duration } = useReader();
  const { present, now } = props;
  const { atWork, running } = present;
  if (atWork.length === 0) {
    return (
      <div class="empty">
        <p>{t("Nothing runs at this moment.")}</p>
      </div>
    );
  }
  return (
    <>
      <Table
        caption={t("Runs at work, newest first")}
        columns={[
          {
            label: t("Job"),
            head: true,
            cell: (run) => (
              <>
                <a href={`/admin/runs/${run.id}`}>{run.jobName}</a>
                {run.dryRun ? <span class="tag">{t("dry run")}</span> : null}
                <small>
                  <Identifier name={run.processor} />
                </small>
              </>
            ),
          },
          { label: t("Client"), cell: (run) => <ClientOf {...run} /> },
          { label: t("State"), cell: (run) => <State state={run.state} /> },
          { label: t("For"), right: true, cell: (run) => duration(runTime(run, now) ?? 0) },
          {
            label: t("Progress"),
            wide: true,
            cell: (run) => <Progress run={run} now={now} id={`progress-${run.id}`} />,
          },
        ]}
        rows={atWork}
      />
      {running > atWork.length ? (
        <p>
          <a href="/admin/runs?state=running">{t("All {count} that run", { count: running })}</a>
        </p>
      ) : null}
    </>
  );
}

function NextStarts(props: { present: Present; stopped: boolean; now: number }) {
  const { t } = useReader();
  const { nextStarts, startsWithinAnHour: count } = props.present;
  if (nextStarts.length === 0) return <p class="soft">{t("Nothing is planned within an hour.")}</p>;
  return (
    <>
      <p>
        {props.stopped
          ? t.count(
              count,
              "One start would be to come, were everything not stopped:",
              "{count} starts would be to come, were everything not stopped; the first of them:",
            )
          : count >= COUNTED_AT_MOST
            ? t("At least {count} starts are to come; the first of them:", { count })
            : t.count(count, "One start is to come:", "{count} starts are to come; the first of them:")}
      </p>
      <Table
        caption={t("The next starts")}
        columns={[
          {
            label: t("Job"),
            head: true,
            cell: (one: NextStart) =>
              one.runId === null ? (
                <a href={`/admin/jobs/${one.jobId}`}>{one.jobName}</a>
              ) : (
                <a href={`/admin/runs/${one.runId}`}>{one.jobName}</a>
              ),
          },
          { label: t("Client"), cell: (one) => <ClientOf {...one} /> },
          {
            label: props.stopped ? t("Would start") : t("Starts"),
            cell: (one) => <Time at={one.at} zone={one.timeZone} now={props.now} />,
          },
        ]}
        rows={nextStarts}
      />
    </>
  );
}
