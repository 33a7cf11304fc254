import type { ListedRun } from "../../../control/runs/run-list.ts";
import { Table } from "../../page/table.tsx";
import { useReader } from "../../reader/reader.ts";
import { Time } from "../../reader/time.tsx";
import { RunMessage } from "../parts/run-message.tsx";
import { reasonWords } from "../parts/run-reason.ts";
import { State } from "../parts/run-state.tsx";
import { kindWords, runTime } from "../parts/run-table.tsx";

/** The newest runs of a job, each that was skipped, waits or failed with its reason in words. */
export function JobHistory(props: {
  jobName: string;
  runs: readonly ListedRun[];
  now: number;
  clientName: (run: ListedRun) => string;
}) {
  const { t, duration } = useReader();
  return (
    <Table
      caption={t("Newest runs of {job}", { job: props.jobName })}
      columns={[
        {
          label: t("Run"),
          head: true,
          cell: (run) => (
            <>
              <a href={`/admin/runs/${run.id}`}>
                <span class="unseen">{t("Run")} </span>#{run.id}
              </a>
              {run.dryRun ? <span class="tag">{t("dry run")}</span> : null}
            </>
          ),
        },
        {
          label: t("Client"),
          cell: (run) => (
            <>
              {props.clientName(run)}
              {run.nodeId === "" ? null : <small>{t("node {id}", { id: run.nodeId })}</small>}
            </>
          ),
        },
        {
          label: t("Planned for"),
          cell: (run) => (
            <>
              <Time at={run.scheduledAt} zone={run.timeZone} bare />
              <small>{t(kindWords[run.kind])}</small>
            </>
          ),
        },
        {
          label: t("State"),
          cell: (run) => (
            <>
              <State state={run.state} />
              <Why run={run} />
            </>
          ),
        },
        {
          label: t("Took"),
          right: true,
          cell: (run) => {
            const took = runTime(run, props.now);
            return took === null ? null : <span class="number">{duration(took)}</span>;
          },
        },
      ]}
      rows={props.runs}
    />
  );
}

/** The reason in the reader's language, and the run's own words, which say the details. */
function Why(props: { run: ListedRun }) {
  const { t } = useReader();
  const { run } = props;
  const words = reasonWords(run);
  return (
    <>
      {words === null ? null : <small>{t.said(words)}</small>}
      {run.occurrences > 1 ? <small>{t("{count} planned moments", { count: run.occurrences })}</small> : null}
      {run.message ? (
        <small>
          <RunMessage message={run.message} />
        </small>
      ) : null}
    </>
  );
}
