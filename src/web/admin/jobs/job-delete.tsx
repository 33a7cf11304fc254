import { deleteJob } from "../../../administration/jobs/jobs.ts";
import { mayEditJob } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { withNotice } from "../../page/notice.tsx";
import { forbidden, notFound, require } from "../../page/page-error.ts";
import { SheetActions } from "../../page/sheet-actions.tsx";
import type { Ports } from "../../ports.ts";
import type { English } from "../../words/text.ts";
import { page } from "../parts/layout.tsx";
import { beneathJob, jobPath, readJobFrom } from "./job-of-address.ts";

async function deletable(c: PageContext, ports: Ports) {
  const { job, processor } = await readJobFrom(c, ports);
  require(mayEditJob(c.var.admin, { clientId: job.clientId, processor }), forbidden("deleting this job"));
  return job;
}

async function draw(c: PageContext, ports: Ports, problem?: English) {
  const { t } = c.var.reader;
  const job = await deletable(c, ports);
  const path = jobPath(job);
  return page(c, ports, {
    title: t("Delete {job}?", { job: job.name }),
    ...beneathJob(t, job),
    hasProblems: problem !== undefined,
    children: (
      <form class="sheet panel" method="post" action={`${path}/delete`}>
        {problem ? (
          <div class="notice bad" role="alert">
            <p>{t.said(problem)}</p>
          </div>
        ) : null}
        <p>
          {t(
            "The job stops firing, and runs of it that have not started are withdrawn. Runs that ended stay in the list. This cannot be undone.",
          )}
        </p>
        <SheetActions submit={t("Delete job")} back={path} leave={t("Keep it")} danger />
      </form>
    ),
  });
}

/** `GET /admin/jobs/:id/delete`: asks before it deletes. */
export async function deleteJobPage(c: PageContext, ports: Ports) {
  return c.html(await draw(c, ports));
}

/** `POST /admin/jobs/:id/delete`: deletes, unless one of its runs is running (handbook, manager: jobs). */
export async function deleteJobAction(c: PageContext, ports: Ports) {
  const job = await deletable(c, ports);
  const result = await deleteJob(ports, job.id, c.var.admin.email, ports.now());
  switch (result.state) {
    case "saved":
      return c.redirect(withNotice("/admin/jobs", "job-deleted"), 303);
    case "running":
      return c.html(
        await draw(
          c,
          ports,
          "A run of this job is running. Cancel it or wait until it has ended, then delete the job.",
        ),
        409,
      );
    case "missing":
    case "conflict":
    case "invalid":
      throw notFound("job");
  }
}
