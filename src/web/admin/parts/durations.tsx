import { percentile } from "../../../control/jobs/job-figures.ts";
import type { Run } from "../../../control/runs/runs.ts";
import { Table } from "../../page/table.tsx";
import { useReader } from "../../reader/reader.ts";
import { Time } from "../../reader/time.tsx";
import { runTime } from "./run-columns.tsx";
import { State } from "./run-state.tsx";

interface Took {
  readonly run: Run;
  readonly took: number;
}

/** Width of a bar with its gap, in the chart's own units; its height is 100. */
const STEP = 10;

/** Runs that did all that they were to do have a full bar; the outline of the others tells them apart without colour. */
const isWhole = ({ run }: Took) => run.state === "ok" || run.state === "no_action";

function bar(took: number, longest: number, index: number, whole: boolean): string {
  const inset = whole ? 1 : 1.5;
  const height = Math.max(1, Math.round((took / longest) * 98));
  return `M${index * STEP + inset} 100V${100 - height}h${STEP - 2 * inset}V100z`;
}

/**
 * How long the newest runs took, oldest first: a bar each, with an axis, and the same as a table. Dry runs and runs that never
 * started are left out.
 *
 * @param props.runs newest first
 */
export function Durations(props: { runs: readonly Run[]; now: number }) {
  const { t, duration, moment } = useReader();
  const shown: Took[] = props.runs
    .filter((run) => run.endedAt !== null && !run.dryRun)
    .flatMap((run) => {
      const took = runTime(run, props.now);
      return took === null ? [] : [{ run, took }];
    })
    .toReversed();
  const [first] = shown;
  const last = shown.at(-1);
  if (!first || !last || shown.length < 2) return null;
  const lengths = shown.map(({ took }) => took);
  const longest = Math.max(...lengths, 1);
  const paths = (whole: boolean) =>
    shown.map((one, index) => (isWhole(one) === whole ? bar(one.took, longest, index, whole) : "")).join("");
  const summary = t("{count} runs: median {median}, p95 {p95}, longest {longest}", {
    count: shown.length,
    median: duration(percentile(lengths, 0.5) ?? 0),
    p95: duration(percentile(lengths, 0.95) ?? 0),
    longest: duration(longest),
  });
  return (
    <section>
      <h2>{t("Durations")}</h2>
      <figure class="chart panel">
        <figcaption class="soft small">
          {summary}.{shown.every(isWhole) ? null : ` ${t("An outline: partial, failed or cancelled.")}`}
        </figcaption>
        <div class="axis" aria-hidden="true">
          <span>{duration(longest)}</span>
          <span>{duration(longest / 2)}</span>
          <span>0</span>
        </div>
        <svg viewBox={`0 0 ${shown.length * STEP} 100`} preserveAspectRatio="none" role="img" aria-label={summary}>
          <path class="grid" d={`M0 2H${shown.length * STEP}M0 51H${shown.length * STEP}`} />
          <path class="ok" d={paths(true)} />
          <path class="failed" d={paths(false)} />
        </svg>
        <div class="span small soft">
          <span>{moment(first.run.scheduledAt)}</span>
          <span>{moment(last.run.scheduledAt)}</span>
        </div>
      </figure>
      <details>
        <summary>{t("The durations as a table")}</summary>
        <Table
          caption={t("Durations")}
          columns={[
            { label: t("Run"), head: true, cell: ({ run }) => <a href={`/admin/runs/${run.id}`}>#{run.id}</a> },
            { label: t("Planned for"), cell: ({ run }) => <Time at={run.scheduledAt} bare /> },
            { label: t("State"), bare: true, cell: ({ run }) => <State state={run.state} /> },
            { label: t("Took"), right: true, cell: ({ took }) => <span class="number">{duration(took)}</span> },
          ]}
          rows={shown.toReversed()}
        />
      </details>
    </section>
  );
}
