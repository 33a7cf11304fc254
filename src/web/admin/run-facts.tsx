import { isTerminal } from "../../control/run-state.ts";
import type { Run } from "../../control/runs.ts";
import { useReader } from "../reader.ts";
import { Time } from "../time.tsx";
import type { English } from "../words/text.ts";
import { kindWords, runTime } from "./run-table.tsx";

/** What is known of a run, as a list of terms. Times are in the run's own zone. */
export function RunFacts(props: { run: Run; clientName: string; now: number }) {
  const reader = useReader();
  const { t } = reader;
  const { run, now } = props;
  const took = runTime(run, now);
  const moment = (label: English, at: number | null) =>
    at === null ? null : (
      <>
        <dt>{t.said(label)}</dt>
        <dd>
          <Time at={at} zone={run.timeZone} bare />
        </dd>
      </>
    );
  return (
    <dl class="facts">
      <dt>{t("Processor")}</dt>
      <dd>{run.processor}</dd>
      <dt>{t("Client")}</dt>
      <dd>
        {props.clientName}
        {run.nodeId === "" ? "" : `, ${t("node {id}", { id: run.nodeId })}`}
      </dd>
      <dt>{t("Came to be")}</dt>
      <dd>
        {t(kindWords[run.kind])}
        {run.requestedBy ? t(", asked for by {name}", { name: run.requestedBy }) : ""}
      </dd>
      <dt>{t("Time zone")}</dt>
      <dd>{run.timeZone}</dd>
      {moment("Planned for", run.scheduledAt)}
      {run.occurrences > 1 ? (
        <>
          <dt>{t("Stands for")}</dt>
          <dd>
            {run.occurrences >= 10_000
              ? t("at least {count} planned moments", { count: run.occurrences })
              : t("{count} planned moments", { count: run.occurrences })}
            {run.untilAt === null ? "" : t(", the last on {time}", { time: reader.moment(run.untilAt) })}
          </dd>
        </>
      ) : null}
      {run.asOf === null ? null : (
        <>
          <dt>{t("Works on the day")}</dt>
          <dd>{run.asOf}</dd>
        </>
      )}
      {isTerminal(run.state) ? null : moment("Not before", run.notBeforeAt)}
      {moment("Started", run.startedAt)}
      {moment("Ended", run.endedAt)}
      {took === null ? null : (
        <>
          <dt>{t("Took")}</dt>
          <dd>{reader.duration(took)}</dd>
        </>
      )}
      {run.attempt > 1 ? (
        <>
          <dt>{t("Attempt")}</dt>
          <dd>{run.attempt}</dd>
        </>
      ) : null}
      {run.reason === null ? null : (
        <>
          <dt>{t("Reason")}</dt>
          <dd>
            <code>{run.reason}</code>
          </dd>
        </>
      )}
      <dt>{t("Parameters")}</dt>
      <dd>
        <code>{JSON.stringify(run.parameters)}</code>
      </dd>
    </dl>
  );
}
