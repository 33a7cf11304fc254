import type { Run } from "../../../control/runs/runs.ts";
import { Identifier } from "../../page/identifier.tsx";
import { type Column, Table } from "../../page/table.tsx";
import { type Reader, useReader } from "../../reader/reader.ts";
import type { English } from "../../words/text.ts";
import { runColumns } from "./run-columns.tsx";
import { RunMessage } from "./run-message.tsx";
import { State } from "./run-state.tsx";

/** What every processor counts, in the order of its work (handbook, rules: counts). */
const commonCounts = ["scanned", "changed", "skipped", "failed"];

/** A run's counts: those that every processor has first, then its own. */
export function orderedCounts(counts: Run["counts"]): [string, number][] {
  const position = (name: string) => (commonCounts.includes(name) ? commonCounts.indexOf(name) : commonCounts.length);
  return Object.entries(counts).toSorted(([a], [b]) => position(a) - position(b));
}

/** What every processor counts, as a dry run says it. */
const rehearsedCounts: Readonly<Record<string, English>> = {
  scanned: "looked at",
  changed: "would be changed",
  skipped: "would be skipped",
  failed: "would fail",
};

/** The name of a counter; those of single processors stay as the processor names them. */
export function counterName(reader: Reader, name: string, dryRun: boolean): string {
  const rehearsed = dryRun && Object.hasOwn(rehearsedCounts, name) ? rehearsedCounts[name] : undefined;
  return rehearsed === undefined ? reader.t.told(name) : reader.t.said(rehearsed);
}

/** What a run counted, in a line; '' when nothing was. */
export function countWords(reader: Reader, { counts, dryRun }: Pick<Run, "counts" | "dryRun">): string {
  const said = orderedCounts(counts).filter(([, count]) => count !== 0);
  const words = said.map(([name, count]) => `${reader.number(count)} ${counterName(reader, name, dryRun)}`).join(", ");
  return dryRun && words !== "" ? reader.t("A real run: {counts}", { counts: words }) : words;
}

/** Runs, newest first. `clientName` names the client of a run; a table of one job leaves the job out. */
export function RunTable(props: {
  caption: string;
  runs: readonly Run[];
  now: number;
  clientName: (clientId: number) => string;
  withoutJob?: boolean;
}) {
  const reader = useReader();
  const { t } = reader;
  const { now, clientName } = props;
  const job: Column<Run> = {
    label: t("Job"),
    wide: true,
    cell: (run) => (
      <>
        <a href={`/admin/jobs/${run.jobId}`}>{run.jobName}</a>
        <small>
          <Identifier name={run.processor} />
        </small>
      </>
    ),
  };
  const { run, client, planned, took } = runColumns<Run>(reader, now, ({ clientId }) => clientName(clientId));
  const state: Column<Run> = {
    label: t("State"),
    cell: ({ state: reached, message }) => (
      <>
        <State state={reached} />
        {message ? (
          <small>
            <RunMessage message={message} longest={90} />
          </small>
        ) : null}
      </>
    ),
  };
  const counts: Column<Run> = { label: t("Counts"), cell: (one) => countWords(reader, one) || null };
  const columns = [run, ...(props.withoutJob ? [] : [job]), client, state, planned, took, counts];
  return <Table caption={props.caption} columns={columns} rows={props.runs} />;
}
