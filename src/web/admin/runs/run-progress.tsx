import type { Run } from "../../../control/runs/runs.ts";
import { useReader } from "../../reader/reader.ts";

/**
 * How long a run still takes (ms), if it goes on at the pace of what it has done since its start; null when that cannot be told: it
 * is not at work, has done nothing yet, or does not know how much there is.
 */
export function timeLeft(run: Pick<Run, "state" | "startedAt" | "progress">, now: number): number | null {
  const { done, total } = run.progress;
  if (run.state !== "running" || run.startedAt === null || total === null || done <= 0 || done > total) return null;
  return (Math.max(0, now - run.startedAt) * (total - done)) / done;
}

/** What a run has done, of how much, and how long the rest takes. */
export function Progress(props: { run: Run; now: number; id?: string }) {
  const { t, duration } = useReader();
  const { run, now, id = "progress" } = props;
  const { done, total } = run.progress;
  if (done === 0 && total === null) return null;
  if (total === null) return <p>{t("{done} done", { done })}</p>;
  const left = timeLeft(run, now);
  return (
    <p>
      <label for={id}>{t("{done} of {total} done", { done, total })}</label>
      {run.state === "running" || run.state === "waiting" ? (
        <progress id={id} value={String(done)} max={String(Math.max(total, 1))} />
      ) : null}
      {left === null ? null : (
        <small class="soft"> {t("about {time} left", { time: duration(Math.max(1000, left)) })}</small>
      )}
    </p>
  );
}
