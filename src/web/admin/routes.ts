import { Hono } from "hono";
import type { Environment, PageContext } from "../environment.ts";
import type { Ports } from "../ports.ts";
import { signedIn } from "../sign-in/session.ts";
import { accountPage, changePasswordAction } from "./account.tsx";
import {
  adminPage,
  createAdminAction,
  newAdminPage,
  renewPasswordAction,
  switchAdminAction,
  untieAdminAction,
  updateAdminAction,
} from "./admin.tsx";
import { adminsPage } from "./admins.tsx";
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
import { endOtherSessionsAction, endSessionAction, sessionsPage } from "./sessions.tsx";

type Answer = (c: PageContext, ports: Ports) => Response | Promise<Response>;

const home: Answer = (c) => c.redirect("/admin/jobs", 303);

/** Addresses that answer a GET. */
const pathsOf = (routes: typeof adminRoutes) =>
  new Set(routes.filter(([method]) => method === "GET").map(([, path]) => `/admin${path}`));

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
  ["GET", "/account", accountPage],
  ["POST", "/account", changePasswordAction],
  ["GET", "/sessions", sessionsPage],
  ["POST", "/sessions/end-others", endOtherSessionsAction],
  ["POST", "/sessions/:id/end", endSessionAction],
  ["GET", "/admins", adminsPage],
  ["GET", "/admins/new", newAdminPage],
  ["POST", "/admins/new", createAdminAction],
  ["GET", "/admins/:id", adminPage],
  ["POST", "/admins/:id", updateAdminAction],
  ["POST", "/admins/:id/switch", switchAdminAction],
  ["POST", "/admins/:id/password", renewPasswordAction],
  ["POST", "/admins/:id/untie", untieAdminAction],
];

/** The manager. All of it is behind the sign-in. */
export function adminApp(ports: Ports): Hono<Environment> {
  const app = new Hono<Environment>();
  const paths = pathsOf(adminRoutes);
  app.use(signedIn(ports));
  app.use(async function navigable(c, next) {
    c.set("paths", paths);
    return next();
  });
  for (const [method, path, answer] of adminRoutes) app.on(method, path, (c) => answer(c, ports));
  return app;
}
