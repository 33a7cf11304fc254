import { type Run, readRun } from "../../../control/runs/runs.ts";
import { maySeeClient } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { readId } from "../../http/form-post.ts";
import { notFound } from "../../page/page-error.ts";
import type { Ports } from "../../ports.ts";

/**
 * The run that the address names.
 * @throws {PageError} 404 when there is none, or it is not this admin's to see
 */
export async function readRunFrom(c: PageContext, ports: Ports): Promise<Run> {
  const id = readId(c.req.param("id"));
  const run = id === null ? null : await readRun(ports.control, id);
  if (!run || !maySeeClient(c.var.admin, run.clientId)) throw notFound("run");
  return run;
}
