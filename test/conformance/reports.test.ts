import { conformGroup } from "./conform.ts";
import { OSReportSubscription, OSReportSubscriptionSending } from "./scenarios/reports/OSReportSubscription.ts";
import { OSReportSubscriptionFileDeletion } from "./scenarios/reports/OSReportSubscriptionFileDeletion.ts";
import { RemoveOutdatedReportsJob } from "./scenarios/reports/RemoveOutdatedReportsJob.ts";

conformGroup("reports", [
  OSReportSubscription,
  OSReportSubscriptionSending,
  OSReportSubscriptionFileDeletion,
  RemoveOutdatedReportsJob,
]);
