import type { PausedJob } from "../../../control/jobs/pauses.ts";
import { type Column, Table } from "../../page/table.tsx";
import { useReader } from "../../reader/reader.ts";
import { Time } from "../../reader/time.tsx";

/**
 * The jobs that are paused, each until when, why, and with the way to let it go on.
 *
 * @param props.mayResume whether the reader may let a job go on
 */
export function PausedJobs(props: { jobs: readonly PausedJob[]; mayResume: (job: PausedJob) => boolean; now: number }) {
  const { t } = useReader();
  const { jobs, mayResume, now } = props;
  const until = (at: number | null) =>
    at === null ? t("until an administrator resumes it") : <Time at={at} now={now} />;
  const columns: readonly Column<PausedJob>[] = [
    { label: t("Job"), head: true, cell: ({ jobId, name }) => <a href={`/admin/jobs/${jobId}`}>{name}</a> },
    {
      label: t("Client"),
      cell: ({ sites, clientId, clientName }) =>
        sites > 1
          ? t("{count} clients or nodes", { count: sites })
          : clientId === 0
            ? t("Platform")
            : (clientName ?? t("client {id}", { id: String(clientId) })),
    },
    { label: t("Until"), cell: (job) => until(job.until) },
    { label: t("Note"), cell: ({ note }) => note },
    {
      label: t("Resume"),
      unseenLabel: true,
      right: true,
      cell: (job) =>
        mayResume(job) ? (
          <form method="post" action={`/admin/jobs/${job.jobId}/resume`}>
            {job.sites > 1 ? null : <input type="hidden" name="clientId" value={String(job.clientId)} />}
            <button class="button" type="submit">
              {t("Resume")}
              <span class="unseen"> {job.name}</span>
            </button>
          </form>
        ) : null,
    },
  ];
  return <Table caption={t("Paused jobs")} columns={columns} rows={jobs} />;
}
