import { type Job, readDeletedJob, readJob } from "../../../control/jobs/jobs.ts";
import type { Processor } from "../../../processors/contract.ts";
import { maySeeJob } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { readId } from "../../http/form-post.ts";
import { notFound, PageError } from "../../page/page-error.ts";
import type { Ports } from "../../ports.ts";
import { say } from "../../words/text.ts";
import type { Translate } from "../../words/translate.ts";

/** The address of a job's own page. */
export const jobPath = (job: Pick<Job, "id">) => `/admin/jobs/${job.id}`;

/** Where a page stands that does something with one job: its section and the way there. */
export function beneathJob(t: Translate, job: Pick<Job, "id" | "name">) {
  return {
    section: "jobs",
    crumbs: [
      { label: t("Jobs"), path: "/admin/jobs" },
      { label: job.name, path: jobPath(job) },
    ],
  } as const;
}

/**
 * The job that the address names, with its processor where the catalogue knows it.
 * @throws {PageError} 404 when there is none, or it is not this admin's to see; 410, with the way to its runs, when it was deleted
 */
export async function readJobFrom(c: PageContext, ports: Ports): Promise<{ job: Job; processor: Processor | null }> {
  const id = readId(c.req.param("id"));
  const job = id === null ? null : await readJob(ports.control, id);
  if (id !== null && !job) await refuseDeleted(c, ports, id);
  if (!job || !maySeeJob(c.var.admin, job.clientId)) throw notFound("job");
  return { job, processor: ports.catalogue.find(job.processor) };
}

/** Runs, mails and the audit lead to the job long after it was deleted. */
async function refuseDeleted(c: PageContext, ports: Ports, id: number): Promise<void> {
  const job = await readDeletedJob(ports.control, id);
  if (!job || !maySeeJob(c.var.admin, job.clientId)) return;
  const time = c.var.reader.moment(job.deletedAt);
  throw new PageError(
    410,
    "Deleted",
    say("The job {name} was deleted on {time}. Its runs are kept as long as all others.", { name: job.name, time }),
    { path: `/admin/runs?job=${job.id}`, label: "Its runs" },
  );
}
