import { Hono } from "hono";
import type { Admin } from "../../control/access/access.ts";
import { mayConfigure, mayManageAdmins } from "../access.ts";
import type { Environment, PageContext } from "../environment.ts";
import { handbookPage } from "../handbook/handbook.tsx";
import type { Ports } from "../ports.ts";
import { proveAction, proven, provePage } from "../sign-in/prove.tsx";
import { signedIn } from "../sign-in/session.ts";
import { accountPage, changePasswordAction } from "./accounts/account.tsx";
import {
  adminPage,
  createAdminAction,
  newAdminPage,
  renewPasswordAction,
  switchAdminAction,
  untieAdminAction,
  updateAdminAction,
} from "./accounts/admin.tsx";
import { adminsPage } from "./accounts/admins.tsx";
import { endOtherSessionsAction, endSessionAction, sessionsPage } from "./accounts/sessions.tsx";
import {
  clientPage,
  createClientAction,
  newClientPage,
  switchClientAction,
  updateClientAction,
} from "./clients/client.tsx";
import { clientsPage } from "./clients/clients.tsx";
import { changeHolidaysAction, holidaysPage } from "./clients/holidays.tsx";
import { resetSettingAction, saveSettingsAction, settingsPage } from "./clients/settings.tsx";
import {
  connectorPage,
  createConnectorAction,
  deleteConnectorAction,
  newConnectorPage,
  testConnectorAction,
  updateConnectorAction,
} from "./connectors/connector.tsx";
import { connectorsPage } from "./connectors/connectors.tsx";
import { deleteFileAction, deleteFilePage } from "./files/file-delete.tsx";
import { downloadAction } from "./files/file-download.ts";
import { folderPage } from "./files/file-folder.tsx";
import { streamUploadAction } from "./files/file-stream.ts";
import { filesEntryPage, filesPage, uploadAction } from "./files/files.tsx";
import { deliveryPage, giveOrderAction, settleDeliveryAction } from "./inbox/delivery.tsx";
import { inboxEntryPage, inboxPage } from "./inbox/inbox.tsx";
import { createJobAction, editJobPage, newJobPage, updateJobAction } from "./jobs/edit/job-edit.tsx";
import { jobPage } from "./jobs/job.tsx";
import { backfillJobAction, backfillJobPage } from "./jobs/job-backfill.tsx";
import { deleteJobAction, deleteJobPage } from "./jobs/job-delete.tsx";
import { pauseJobAction, pauseJobPage, resumeJobAction } from "./jobs/job-pause.tsx";
import { startJobAction, startJobPage } from "./jobs/job-start.tsx";
import { jobsPage } from "./jobs/list/jobs.tsx";
import { bulkJobsAction, bulkJobsPage } from "./jobs/list/jobs-bulk.tsx";
import { nowPage } from "./now/now.tsx";
import { resumeAction, stopAction, stopPage } from "./now/stop.tsx";
import { createBlackoutAction, deleteBlackoutAction, pausesPage } from "./plan/pauses.tsx";
import { planPage } from "./plan/plan.tsx";
import { processorPage } from "./processors/processor.tsx";
import { processorChoicePage } from "./processors/processor-choice.tsx";
import { processorsPage } from "./processors/processors.tsx";
import { createTokenAction, reportCallsPage, revokeTokenAction } from "./reports/calls.tsx";
import {
  createSubscriptionAction,
  deleteSubscriptionAction,
  newSubscriptionPage,
  subscriptionPage,
  updateSubscriptionAction,
} from "./reports/subscription.tsx";
import { reportsEntryPage, subscriptionsPage } from "./reports/subscriptions.tsx";
import { runPage } from "./runs/run.tsx";
import { cancelRunAction, retryRunAction } from "./runs/run-actions.ts";
import { runLiveAction } from "./runs/run-live.tsx";
import { runsPage } from "./runs/runs.tsx";
import { auditPage } from "./watch/audit.tsx";
import { demoShopAction, demoShopPage } from "./watch/demo-shop.tsx";
import { healthPage } from "./watch/health.tsx";
import { mailboxPage, mailPage } from "./watch/mailbox.tsx";
import { mailsEntryPage, mailsPage } from "./watch/mails.tsx";

type Answer = (c: PageContext, ports: Ports) => Response | Promise<Response>;

const home: Answer = (c) => c.redirect("/admin/now", 303);
const jobs: Answer = (c) => c.redirect("/admin/jobs", 303);

/** Addresses that answer a GET, for the navigation. */
const pathsOf = (routes: typeof adminRoutes): ReadonlySet<string> =>
  new Set(["/handbook", ...routes.filter(([method]) => method === "GET").map(([, path]) => `/admin${path}`)]);

/**
 * Every address of the manager, below `/admin`, and who answers it. `m_jobs` is the identifier of its menu entry (handbook,
 * manager: navigation).
 */
export const adminRoutes: readonly (readonly ["GET" | "POST" | "PUT", string, Answer])[] = [
  ["GET", "/", home],
  ["GET", "/m_jobs", jobs],
  ["GET", "/now", nowPage],
  ["GET", "/jobs", jobsPage],
  ["GET", "/jobs/bulk", bulkJobsPage],
  ["POST", "/jobs/bulk", bulkJobsAction],
  ["GET", "/jobs/new", processorChoicePage],
  ["GET", "/jobs/new/:processor", newJobPage],
  ["POST", "/jobs/new/:processor", createJobAction],
  ["GET", "/jobs/:id", jobPage],
  ["GET", "/jobs/:id/edit", editJobPage],
  ["POST", "/jobs/:id/edit", updateJobAction],
  ["GET", "/jobs/:id/start", startJobPage],
  ["POST", "/jobs/:id/start", startJobAction],
  ["GET", "/jobs/:id/pause", pauseJobPage],
  ["POST", "/jobs/:id/pause", pauseJobAction],
  ["POST", "/jobs/:id/resume", resumeJobAction],
  ["GET", "/jobs/:id/backfill", backfillJobPage],
  ["POST", "/jobs/:id/backfill", backfillJobAction],
  ["GET", "/jobs/:id/delete", deleteJobPage],
  ["POST", "/jobs/:id/delete", deleteJobAction],
  ["GET", "/plan", planPage],
  ["GET", "/runs", runsPage],
  ["GET", "/runs/:id", runPage],
  ["GET", "/runs/:id/live", runLiveAction],
  ["POST", "/runs/:id/cancel", cancelRunAction],
  ["POST", "/runs/:id/retry", retryRunAction],
  ["GET", "/files", filesEntryPage],
  ["GET", "/files/:clientId", filesPage],
  ["POST", "/files/:clientId", uploadAction],
  ["GET", "/files/:clientId/folder", folderPage],
  ["GET", "/files/:clientId/download", downloadAction],
  ["GET", "/files/:clientId/delete", deleteFilePage],
  ["POST", "/files/:clientId/delete", deleteFileAction],
  ["GET", "/files/:clientId/:path{.+}", downloadAction],
  ["PUT", "/files/:clientId/:path{.+}", streamUploadAction],
  ["GET", "/mail", mailsEntryPage],
  ["GET", "/mail/:clientId", mailsPage],
  ["GET", "/inbox", inboxEntryPage],
  ["GET", "/inbox/:clientId", inboxPage],
  ["GET", "/inbox/:clientId/:id", deliveryPage],
  ["POST", "/inbox/:clientId/:id/settle", settleDeliveryAction],
  ["POST", "/inbox/:clientId/:id/give", giveOrderAction],
  ["GET", "/reports", reportsEntryPage],
  ["GET", "/reports/:clientId", subscriptionsPage],
  ["GET", "/reports/:clientId/new", newSubscriptionPage],
  ["POST", "/reports/:clientId/new", createSubscriptionAction],
  ["GET", "/reports/:clientId/:id", subscriptionPage],
  ["POST", "/reports/:clientId/:id", updateSubscriptionAction],
  ["POST", "/reports/:clientId/:id/delete", deleteSubscriptionAction],
  ["GET", "/report-calls/:clientId", reportCallsPage],
  ["POST", "/report-calls/:clientId", createTokenAction],
  ["POST", "/report-calls/:clientId/:id/revoke", revokeTokenAction],
  ["GET", "/processors", processorsPage],
  ["GET", "/processors/:processor", processorPage],
  ["GET", "/health", healthPage],
  ["GET", "/audit", auditPage],
  ["GET", "/mailbox", mailboxPage],
  ["GET", "/mailbox/:id", mailPage],
  ["GET", "/shop", demoShopPage],
  ["POST", "/shop", demoShopAction],
  ["GET", "/clients", clientsPage],
  ["GET", "/clients/new", newClientPage],
  ["POST", "/clients/new", createClientAction],
  ["GET", "/clients/:clientId", clientPage],
  ["POST", "/clients/:clientId", updateClientAction],
  ["POST", "/clients/:clientId/switch", switchClientAction],
  ["GET", "/clients/:clientId/holidays", holidaysPage],
  ["POST", "/clients/:clientId/holidays", changeHolidaysAction],
  ["GET", "/pauses", pausesPage],
  ["GET", "/pauses/stop", stopPage],
  ["POST", "/pauses/stop", stopAction],
  ["POST", "/pauses/resume", resumeAction],
  ["POST", "/pauses/blackouts", createBlackoutAction],
  ["POST", "/pauses/blackouts/:id/delete", deleteBlackoutAction],
  ["GET", "/connectors", connectorsPage],
  ["GET", "/connectors/new", newConnectorPage],
  ["POST", "/connectors/new", createConnectorAction],
  ["GET", "/connectors/:id", connectorPage],
  ["POST", "/connectors/:id", updateConnectorAction],
  ["POST", "/connectors/:id/test", testConnectorAction],
  ["POST", "/connectors/:id/delete", deleteConnectorAction],
  ["GET", "/settings", settingsPage],
  ["POST", "/settings", saveSettingsAction],
  ["POST", "/settings/reset", resetSettingAction],
  ["GET", "/prove", provePage],
  ["POST", "/prove", proveAction],
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

/** What only those see and change who proved within the last minutes who they are: API tokens, accounts and connectors, but for the lists of these two. */
const provenFirst = [
  ["/admins/", mayManageAdmins],
  ["/connectors/", mayConfigure],
  ["/report-calls/", ({ role }: Admin) => role !== "read_only"],
] as const;

/** An application whose pages are for those who are signed in, with the navigation of the manager. */
function signedInApp(ports: Ports): Hono<Environment> {
  const app = new Hono<Environment>();
  const paths = pathsOf(adminRoutes);
  app.use(signedIn(ports));
  app.use(async function navigable(c, next) {
    c.set("paths", paths);
    return next();
  });
  return app;
}

/** The handbook, below `/handbook`. It is behind the sign-in too, since its pages are drawn in the manager's frame. */
export function handbookApp(ports: Ports): Hono<Environment> {
  const app = signedInApp(ports);
  app.get("/", (c) => handbookPage(c, ports));
  app.get("/:section", (c) => handbookPage(c, ports));
  app.get("/:section/:page", (c) => handbookPage(c, ports));
  return app;
}

/** The manager. All of it is behind the sign-in. */
export function adminApp(ports: Ports): Hono<Environment> {
  const app = signedInApp(ports);
  for (const [method, path, answer] of adminRoutes) {
    const [, isTheirs] = provenFirst.find(([front]) => path.startsWith(front)) ?? [];
    if (isTheirs)
      app.on(
        method,
        path,
        proven(ports, (c) => isTheirs(c.var.admin)),
      );
    app.on(method, path, (c) => answer(c, ports));
  }
  return app;
}
