import type { ListedJob } from "../../../../control/jobs/job-list.ts";
import { useReader } from "../../../reader/reader.ts";

/** Whether a job works as it should, in words with a mark; the gravest first. */
export function JobCondition(props: { job: Pick<ListedJob, "active" | "pause" | "failing" | "cron" | "after"> }) {
  const { t, moment } = useReader();
  const { active, pause, failing, cron, after } = props.job;
  const marks = [
    ...(failing > 0 ? [{ state: "failed", words: t("failing, {count} in a row", { count: failing }) }] : []),
    ...(pause
      ? [
          {
            state: "waiting",
            words: pause.partly
              ? t("paused for some clients")
              : pause.until === null
                ? t("paused")
                : t("paused until {time}", { time: moment(pause.until) }),
          },
        ]
      : []),
    ...(active ? [] : [{ state: "inactive", words: t("inactive") }]),
  ];
  if (marks.length === 0) {
    const words = cron !== null ? t("active") : after ? t("after another job") : t("manual");
    marks.push({ state: cron === null && !after ? "inactive" : "active", words });
  }
  return (
    <>
      {marks.map(({ state, words }, index) => (
        <>
          {index === 0 ? null : " "}
          <span class={`state ${state}`}>{words}</span>
        </>
      ))}
    </>
  );
}
