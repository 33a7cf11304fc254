import { Hono } from "hono";
import type { Environment, PageContext } from "../environment.ts";
import type { Ports } from "../ports.ts";
import { signedIn } from "../sign-in/session.ts";
import { downloadAction, filesEntryPage, filesPage, uploadAction } from "./files.tsx";
import { jobPage } from "./job.tsx";
import { deleteJobAction, deleteJobPage } from "./job-delete.tsx";
import { createJobAction, editJobPage, newJobPage, updateJobAction } from "./job-edit.tsx";
import { startJobAction, startJobPage } from "./job-start.tsx";
import { jobsPage } from "./jobs.tsx";
import { mailboxPage, mailPage } from "./mailbox.tsx";
import { processorChoicePage } from "./processor-choice.tsx";
import { cancelRunAction, runPage } from "./run.tsx";
import { runsPage } from "./runs.tsx";

type Answer = (c: PageContext, ports: Ports) => Response | Promise<Response>;

const home: Answer = (c) => c.redirect("/admin/jobs", 303);

/** Every address of the manager, below `/admin`, and who answers it. `m_jobs` is the identifier of its menu entry (spec 3.1, M13). */
export const adminRoutes: readonly (readonly ["GET" | "POST", string, Answer])[] = [
  ["GET", "/", home],
  ["GET", "/m_jobs", home],
  ["GET", "/jobs", jobsPage],
  ["GET", "/jobs/new", processorChoicePage],
  ["GET", "/jobs/new/:processor", newJobPage],
  ["POST", "/jobs/new/:processor", createJobAction],
  ["GET", "/jobs/:id", jobPage],
  ["GET", "/jobs/:id/edit", editJobPage],
  ["POST", "/jobs/:id/edit", updateJobAction],
  ["GET", "/jobs/:id/start", startJobPage],
  ["POST", "/jobs/:id/start", startJobAction],
  ["GET", "/jobs/:id/delete", deleteJobPage],
  ["POST", "/jobs/:id/delete", deleteJobAction],
  ["GET", "/runs", runsPage],
  ["GET", "/runs/:id", runPage],
  ["POST", "/runs/:id/cancel", cancelRunAction],
  ["GET", "/files", filesEntryPage],
  ["GET", "/files/:clientId", filesPage],
  ["POST", "/files/:clientId", uploadAction],
  ["GET", "/files/:clientId/:path{.+}", downloadAction],
  ["GET", "/mailbox", mailboxPage],
  ["GET", "/mailbox/:id", mailPage],
];

/** The manager. All of it is behind the sign-in. */
export function adminApp(ports: Ports): Hono<Environment> {
  const app = new Hono<Environment>();
  app.use(signedIn(ports));
  for (const [method, path, answer] of adminRoutes) app.on(method, path, (c) => answer(c, ports));
  return app;
}
