import type { Admin } from "../../../control/access/access.ts";
import type { Job } from "../../../control/jobs/jobs.ts";
import type { Processor } from "../../../processors/contract.ts";
import { mayCreateJob, mayEditJob, mayStartSomewhere } from "../../access.ts";
import { useReader } from "../../reader/reader.ts";

/** What this admin may do with a job, as links to the page that asks for the rest. */
export function JobActions(props: { admin: Admin; job: Job; processor: Processor | null }) {
  const { t } = useReader();
  const { admin, job, processor } = props;
  const path = `/admin/jobs/${job.id}`;
  const subject = { clientId: job.clientId, processor };
  const mayStart = processor !== null && mayStartSomewhere(admin, subject);
  const mayEdit = mayEditJob(admin, subject);
  return (
    <>
      {mayStart ? (
        <a class="button primary" href={`${path}/start`}>
          {t("Start")}
        </a>
      ) : null}
      {mayEdit && processor !== null ? (
        <a class="button" href={`${path}/edit`}>
          {t("Edit")}
        </a>
      ) : null}
      {processor !== null && mayCreateJob(admin, processor) ? (
        <a class="button" href={`/admin/jobs/new/${processor.id}?copy=${job.id}`}>
          {t("Copy")}
        </a>
      ) : null}
      {mayEdit && job.cron !== null ? (
        <a class="button" href={`${path}/pause`}>
          {t("Pause")}
        </a>
      ) : null}
      {mayStart && job.cron !== null ? (
        <a class="button" href={`${path}/backfill`}>
          {t("Backfill")}
        </a>
      ) : null}
      {mayEdit ? (
        <a class="button danger" href={`${path}/delete`}>
          {t("Delete")}
        </a>
      ) : null}
    </>
  );
}
