import { requestCancel, retryRun } from "../../../control/runs/runs.ts";
import { mayCancelRun, mayRetryRun } from "../../access.ts";
import type { PageContext } from "../../environment.ts";
import { type NoticeKey, withNotice } from "../../page/notice.tsx";
import { forbidden, require } from "../../page/page-error.ts";
import type { Ports } from "../../ports.ts";
import { readRunFrom } from "./run-of-address.ts";

const cancelNotices = {
  cancelled: "run-cancelled",
  requested: "run-cancelling",
  ended: "run-ended",
} as const satisfies Record<string, NoticeKey>;

/** `POST /admin/runs/:id/cancel`: at once before its start, at its next step after it. */
export async function cancelRunAction(c: PageContext, ports: Ports) {
  const run = await readRunFrom(c, ports);
  require(mayCancelRun(c.var.admin, run.clientId), forbidden("cancelling this run"));
  const result = await requestCancel(ports.control, run.id, c.var.admin.email, ports.now());
  if (result === "requested") await ports.wakeRunner(run.clientId);
  return c.redirect(withNotice(`/admin/runs/${run.id}`, cancelNotices[result]), 303);
}

/** `POST /admin/runs/:id/retry`: takes a failed run up again, from where it stopped. */
export async function retryRunAction(c: PageContext, ports: Ports) {
  const run = await readRunFrom(c, ports);
  const subject = { clientId: run.clientId, processor: ports.catalogue.find(run.processor) };
  require(mayRetryRun(c.var.admin, subject), forbidden("retrying this run"));
  const retried = await retryRun(ports.control, run.id, c.var.admin.email, ports.now());
  if (retried) await ports.wakeRunner(run.clientId);
  return c.redirect(withNotice(`/admin/runs/${run.id}`, retried ? "run-retried" : "run-not-retried"), 303);
}
