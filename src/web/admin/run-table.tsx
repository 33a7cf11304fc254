import { isTerminal } from "../../control/run-state.ts";
import type { Run } from "../../control/runs.ts";
import { type Column, Table } from "../table.tsx";
import { duration, Time } from "../time.tsx";
import { State } from "./run-state.tsx";

/** How a run came to be, in words. */
export const kindWords: Readonly<Record<Run["kind"], string>> = {
  schedule: "by schedule",
  manual: "by hand",
  after: "after another job",
  event: "by an event",
  backfill: "backfill",
};

/** What every processor counts, in the order of its work (spec 0.4). */
const commonCounts = ["scanned", "changed", "skipped", "failed"];

/** A run's counts: those that every processor has first, then its own. */
export function orderedCounts(counts: Run["counts"]): [string, number][] {
  const place = (name: string) => (commonCounts.includes(name) ? commonCounts.indexOf(name) : commonCounts.length);
  return Object.entries(counts).toSorted(([a], [b]) => place(a) - place(b));
}

/** What a run counted, in a line; '' when nothing was. */
export function countWords(counts: Run["counts"]): string {
  const said = orderedCounts(counts).filter(([, count]) => count !== 0);
  return said.map(([name, count]) => `${count.toLocaleString("en-GB")} ${name}`).join(", ");
}

/** How long a run took, or has taken so far (ms); null before its start. */
export function runTime(run: Pick<Run, "state" | "startedAt" | "endedAt">, now: number): number | null {
  if (run.startedAt === null) return null;
  return (run.endedAt ?? (isTerminal(run.state) ? run.startedAt : now)) - run.startedAt;
}

/** Runs, newest first. `clientName` names the client of a run; a table of one job leaves the job out. */
export function RunTable(props: {
  caption: string;
  runs: readonly Run[];
  now: number;
  clientName: (clientId: number) => string;
  withoutJob?: boolean;
}) {
  const { now, clientName } = props;
  const job: Column<Run> = {
    label: "Job",
    wide: true,
    cell: (run) => (
      <>
        <a href={`/admin/jobs/${run.jobId}`}>{run.jobName}</a>
        <small>{run.processor}</small>
      </>
    ),
  };
  const columns: Column<Run>[] = [
    {
      label: "Run",
      head: true,
      cell: (run) => (
        <>
          <a href={`/admin/runs/${run.id}`}>
            <span class="unseen">Run </span>#{run.id}
          </a>
          {run.dryRun ? <span class="tag">dry run</span> : null}
        </>
      ),
    },
    ...(props.withoutJob ? [] : [job]),
    {
      label: "Client",
      cell: (run) => (
        <>
          {clientName(run.clientId)}
          {run.nodeId === "" ? null : <small>node {run.nodeId}</small>}
        </>
      ),
    },
    {
      label: "State",
      cell: (run) => (
        <>
          <State state={run.state} />
          {run.message ? <small>{run.message.length > 90 ? `${run.message.slice(0, 89)}…` : run.message}</small> : null}
        </>
      ),
    },
    {
      label: "Planned for",
      cell: (run) => (
        <>
          <Time at={run.scheduledAt} zone={run.timeZone} bare />
          <small>
            {run.timeZone} · {kindWords[run.kind]}
          </small>
        </>
      ),
    },
    {
      label: "Took",
      right: true,
      cell: (run) => {
        const took = runTime(run, now);
        return took === null ? null : <span class="number">{duration(took)}</span>;
      },
    },
    { label: "Counts", cell: (run) => countWords(run.counts) || null },
  ];
  return <Table caption={props.caption} columns={columns} rows={props.runs} />;
}
