import { OSReportSubscription, OSReportSubscriptionSending } from "./scenarios/reports/OSReportSubscription.ts";
import { OSReportSubscriptionFileDeletion } from "./scenarios/reports/OSReportSubscriptionFileDeletion.ts";
import { RemoveOutdatedReportsJob } from "./scenarios/reports/RemoveOutdatedReportsJob.ts";
import { ReportCallCleanUp } from "./scenarios/reports/ReportCallCleanUp.ts";
import { TrackingCalculation } from "./scenarios/reports/TrackingCalculation.ts";
import { conformGroup } from "./suite/conform.ts";

conformGroup("reports", [
  OSReportSubscription,
  OSReportSubscriptionSending,
  OSReportSubscriptionFileDeletion,
  RemoveOutdatedReportsJob,
  ReportCallCleanUp,
  TrackingCalculation,
]);
