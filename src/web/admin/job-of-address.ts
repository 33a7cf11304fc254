import { type Job, readJob } from "../../control/jobs.ts";
import type { Processor } from "../../processors/contract.ts";
import { maySeeJob } from "../access.ts";
import type { PageContext } from "../environment.ts";
import { readId } from "../form-post.ts";
import { notFound } from "../page-error.ts";
import type { Ports } from "../ports.ts";

/**
 * The job that the address names, with its processor where the catalogue knows it.
 * @throws {PageError} 404 when there is none, it is deleted, or it is not this admin's to see
 */
export async function readJobFrom(c: PageContext, ports: Ports): Promise<{ job: Job; processor: Processor | null }> {
  const id = readId(c.req.param("id"));
  const job = id === null ? null : await readJob(ports.control, id);
  if (!job || !maySeeJob(c.var.admin, job.clientId)) throw notFound("job");
  return { job, processor: ports.catalogue.find(job.processor) };
}
