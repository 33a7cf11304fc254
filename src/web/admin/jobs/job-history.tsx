import type { ListedRun } from "../../../control/runs/run-list.ts";
import { type Column, Table } from "../../page/table.tsx";
import { useReader } from "../../reader/reader.ts";
import { runColumns } from "../parts/run-columns.tsx";
import { RunMessage } from "../parts/run-message.tsx";
import { reasonWords } from "../parts/run-reason.ts";
import { State } from "../parts/run-state.tsx";

/** The newest runs of a job, each that was skipped, waits or failed with its reason in words. */
export function JobHistory(props: {
  jobName: string;
  runs: readonly ListedRun[];
  now: number;
  clientName: (run: ListedRun) => string;
}) {
  const reader = useReader();
  const { t } = reader;
  const { run, client, planned, took } = runColumns(reader, props.now, props.clientName);
  const state: Column<ListedRun> = {
    label: t("State"),
    cell: (one) => (
      <>
        <State state={one.state} />
        <Why run={one} />
      </>
    ),
  };
  return (
    <Table
      caption={t("Newest runs of {job}", { job: props.jobName })}
      columns={[run, client, planned, state, took]}
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
