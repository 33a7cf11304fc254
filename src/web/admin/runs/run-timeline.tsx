import type { Child } from "hono/jsx";
import { isTerminal } from "../../../control/runs/run-state.ts";
import type { Run } from "../../../control/runs/runs.ts";
import { useReader } from "../../reader/reader.ts";
import { Time } from "../../reader/time.tsx";
import { State } from "../parts/run-state.tsx";

interface Mark {
  readonly at: number;
  readonly what: Child;
}

/** The way of a run, in the order of time: planned, started, tried again, ended. */
export function Timeline(props: { run: Run; now: number }) {
  const reader = useReader();
  const { t } = reader;
  const { run, now } = props;
  const marks: Mark[] = [];
  const open = !isTerminal(run.state);
  marks.push({
    at: run.createdAt,
    what: run.requestedBy ? t("Asked for by {name}", { name: run.requestedBy }) : t("Planned"),
  });
  if (run.kind !== "manual") marks.push({ at: run.scheduledAt, what: t("Planned for this moment") });
  if (run.dueAt !== run.scheduledAt) marks.push({ at: run.dueAt, what: t("Due, spread over the clients") });
  if (run.startedAt !== null) {
    const late = run.startedAt - run.dueAt;
    marks.push({
      at: run.startedAt,
      what:
        late >= 1000 && run.kind !== "backfill"
          ? t("Started, {time} late", { time: reader.duration(late) })
          : t("Started"),
    });
  }
  if (run.attempt > 1 || run.reopened > 0) {
    const attempts = t("Attempt {attempt} of {attempts}", { attempt: run.attempt, attempts: run.policies.attempts });
    const reopened = t.count(run.reopened, "taken up again by hand once", "taken up again by hand {count} times");
    marks.push({
      at: run.heartbeatAt ?? run.startedAt ?? run.createdAt,
      what: run.reopened > 0 ? `${attempts}, ${reopened}` : attempts,
    });
  }
  if (run.cancelRequestedAt !== null) marks.push({ at: run.cancelRequestedAt, what: t("Asked to stop") });
  if (open && run.state === "running" && run.heartbeatAt !== null && run.attempt <= 1) {
    marks.push({ at: run.heartbeatAt, what: t("Last heard of") });
  }
  if (open && run.notBeforeAt !== null && run.notBeforeAt > now) {
    marks.push({ at: run.notBeforeAt, what: t("Not before this moment") });
  }
  if (open && run.startedAt !== null && run.deadlineAt !== null) {
    marks.push({ at: run.deadlineAt, what: t("Ended at the latest") });
  }
  if (run.endedAt !== null) marks.push({ at: run.endedAt, what: <State state={run.state} /> });
  return (
    <ol class="timeline" aria-label={t("The way of the run")}>
      {marks
        .toSorted((a, b) => a.at - b.at)
        .map(({ at, what }) => (
          <li class={at > now ? "soft" : undefined}>
            <span>{what}</span>
            <span>
              <Time at={at} zone={run.timeZone} bare />
            </span>
          </li>
        ))}
    </ol>
  );
}
