import { isTerminal } from "../../control/run-state.ts";
import type { Run } from "../../control/runs.ts";
import { duration, localTime, Time } from "../time.tsx";
import { kindWords, runTime } from "./run-table.tsx";

/** What is known of a run, as a list of terms. Times are in the run's own zone. */
export function RunFacts(props: { run: Run; clientName: string; now: number }) {
  const { run, now } = props;
  const took = runTime(run, now);
  const moment = (label: string, at: number | null) =>
    at === null ? null : (
      <>
        <dt>{label}</dt>
        <dd>
          <Time at={at} zone={run.timeZone} bare />
        </dd>
      </>
    );
  return (
    <dl class="facts">
      <dt>Processor</dt>
      <dd>{run.processor}</dd>
      <dt>Client</dt>
      <dd>
        {props.clientName}
        {run.nodeId === "" ? "" : `, node ${run.nodeId}`}
      </dd>
      <dt>Came to be</dt>
      <dd>
        {kindWords[run.kind]}
        {run.requestedBy ? `, asked for by ${run.requestedBy}` : ""}
      </dd>
      <dt>Time zone</dt>
      <dd>{run.timeZone}</dd>
      {moment("Planned for", run.scheduledAt)}
      {run.occurrences > 1 ? (
        <>
          <dt>Stands for</dt>
          <dd>
            {run.occurrences >= 10_000 ? "at least " : ""}
            {run.occurrences.toLocaleString("en-GB")} planned moments
            {run.untilAt === null ? "" : `, the last on ${localTime(run.untilAt, run.timeZone)}`}
          </dd>
        </>
      ) : null}
      {run.asOf === null ? null : (
        <>
          <dt>Works on the day</dt>
          <dd>{run.asOf}</dd>
        </>
      )}
      {isTerminal(run.state) ? null : moment("Not before", run.notBeforeAt)}
      {moment("Started", run.startedAt)}
      {moment("Ended", run.endedAt)}
      {took === null ? null : (
        <>
          <dt>Took</dt>
          <dd>{duration(took)}</dd>
        </>
      )}
      {run.attempt > 1 ? (
        <>
          <dt>Attempt</dt>
          <dd>{run.attempt}</dd>
        </>
      ) : null}
      {run.reason === null ? null : (
        <>
          <dt>Reason</dt>
          <dd>
            <code>{run.reason}</code>
          </dd>
        </>
      )}
      <dt>Parameters</dt>
      <dd>
        <code>{JSON.stringify(run.parameters)}</code>
      </dd>
    </dl>
  );
}
