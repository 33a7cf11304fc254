import { isTerminal } from "../../../control/runs/run-state.ts";
import type { Run } from "../../../control/runs/runs.ts";
import type { Column } from "../../page/table.tsx";
import type { Reader } from "../../reader/reader.ts";
import { Time } from "../../reader/time.tsx";
import type { English } from "../../words/text.ts";

/** What started a run, in words, for `t`: below "Started by", or alone. */
export const kindWords = {
  schedule: "schedule",
  manual: "administrator",
  after: "another job",
  event: "event",
  backfill: "backfill",
} as const satisfies Record<Run["kind"], English>;

/** How long a run took, or has taken so far (ms); null before its start. */
export function runTime(run: Pick<Run, "state" | "startedAt" | "endedAt">, now: number): number | null {
  if (run.startedAt === null) return null;
  return (run.endedAt ?? (isTerminal(run.state) ? run.startedAt : now)) - run.startedAt;
}

/** What a column of runs shows of each. */
type Shown = Pick<
  Run,
  "id" | "dryRun" | "nodeId" | "scheduledAt" | "timeZone" | "kind" | "state" | "startedAt" | "endedAt"
>;

/**
 * The columns that every table of runs has.
 *
 * @param now instant (ms) up to which a run at work has taken its time
 * @param clientName names the client of a run
 */
export function runColumns<R extends Shown>(
  { t, duration }: Reader,
  now: number,
  clientName: (run: R) => string,
): Readonly<Record<"run" | "client" | "planned" | "took", Column<R>>> {
  return {
    run: {
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
    client: {
      label: t("Client"),
      cell: (run) => (
        <>
          {clientName(run)}
          {run.nodeId === "" ? null : <small>{t("node {id}", { id: run.nodeId })}</small>}
        </>
      ),
    },
    planned: {
      label: t("Planned for"),
      cell: (run) => (
        <>
          <Time at={run.scheduledAt} zone={run.timeZone} bare />
          <small>{t(kindWords[run.kind])}</small>
        </>
      ),
    },
    took: {
      label: t("Took"),
      right: true,
      cell: (run) => {
        const took = runTime(run, now);
        return took === null ? null : <span class="number">{duration(took)}</span>;
      },
    },
  };
}
