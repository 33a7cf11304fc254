import { isTerminal } from "../../../control/runs/run-state.ts";
import type { Run } from "../../../control/runs/runs.ts";
import { Identifier } from "../../page/identifier.tsx";
import { type Column, Table } from "../../page/table.tsx";
import { type Reader, useReader } from "../../reader/reader.ts";
import { Time } from "../../reader/time.tsx";
import type { English } from "../../words/text.ts";
import { RunMessage } from "./run-message.tsx";
import { State } from "./run-state.tsx";

/** What started a run, in words, for `t`: below "Started by", or alone. */
export const kindWords = {
  schedule: "schedule",
  manual: "administrator",
  after: "another job",
  event: "event",
  backfill: "backfill",
} as const satisfies Record<Run["kind"], English>;

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
  const columns: Column<Run>[] = [
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
    ...(props.withoutJob ? [] : [job]),
    {
      label: t("Client"),
      cell: (run) => (
        <>
          {clientName(run.clientId)}
          {run.nodeId === "" ? null : <small>{t("node {id}", { id: run.nodeId })}</small>}
        </>
      ),
    },
    {
      label: t("State"),
      cell: (run) => (
        <>
          <State state={run.state} />
          {run.message ? (
            <small>
              <RunMessage message={run.message} longest={90} />
            </small>
          ) : null}
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
      label: t("Took"),
      right: true,
      cell: (run) => {
        const took = runTime(run, now);
        return took === null ? null : <span class="number">{reader.duration(took)}</span>;
      },
    },
    { label: t("Counts"), cell: (run) => countWords(reader, run) || null },
  ];
  return <Table caption={props.caption} columns={columns} rows={props.runs} />;
}
