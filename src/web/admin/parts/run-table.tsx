import type { Child } from "hono/jsx";
import type { QuietRange } from "../../../control/quiet/quiet-ranges.ts";
import type { Run } from "../../../control/runs/runs.ts";
import { Identifier } from "../../page/identifier.tsx";
import { type Column, Table } from "../../page/table.tsx";
import { type Reader, useReader } from "../../reader/reader.ts";
import { Time } from "../../reader/time.tsx";
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

/** A line of the table: a run, or planned moments in a row at which nothing was to do. */
type Line = Run | QuietRange;

const isQuiet = (line: Line): line is QuietRange => "lookedAt" in line;

/** Each range before the first run that was planned no later than its last moment; both keep their order. */
function merge(runs: readonly Run[], quiet: readonly QuietRange[]): Line[] {
  const left = [...quiet];
  const lines: Line[] = [];
  for (const run of runs) {
    while (left[0] && left[0].last >= run.scheduledAt) lines.push(left.shift() as QuietRange);
    lines.push(run);
  }
  return [...lines, ...left];
}

/** A column of runs, with what it shows of a quiet range. */
const also = (column: Column<Run>, quiet: (range: QuietRange) => Child): Column<Line> => ({
  ...column,
  cell: (line) => (isQuiet(line) ? quiet(line) : column.cell(line)),
});

/** From the first planned moment of a range to the last. */
function Moments(props: { range: QuietRange }) {
  const { first, last, timeZone, occurrences } = props.range;
  const { t } = useReader();
  return (
    <>
      <Time at={last} zone={timeZone} bare />
      {first === last ? null : (
        <small>
          {t("back to")} <Time at={first} zone={timeZone} bare />
        </small>
      )}
      <small>{t("{count} planned moments", { count: occurrences })}</small>
    </>
  );
}

/**
 * Runs, newest first, and the client's quiet ranges between them, newest first too. `clientName` names the client of a run; a table of
 * one job leaves the job out.
 */
export function RunTable(props: {
  caption: string;
  runs: readonly Run[];
  quiet?: readonly QuietRange[];
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
  const columns = [
    also(run, () => <span class="soft">{t("no run")}</span>),
    ...(props.withoutJob
      ? []
      : [
          also(job, ({ jobId, jobName, processor }) => (
            <>
              <a href={`/admin/jobs/${jobId}`}>{jobName}</a>
              <small>
                <Identifier name={processor} />
              </small>
            </>
          )),
        ]),
    also(client, ({ clientId }) => clientName(clientId)),
    also(state, ({ lookedAt }) => (
      <>
        <span class="state no_action">{t("nothing to do")}</span>
        <small>{t("Looked at last at {time}", { time: reader.moment(lookedAt) })}</small>
      </>
    )),
    also(planned, (range) => <Moments range={range} />),
    also(took, () => null),
    also(counts, () => null),
  ];
  return <Table caption={props.caption} columns={columns} rows={merge(props.runs, props.quiet ?? [])} />;
}
