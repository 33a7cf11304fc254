import { conformGroup } from "./conform.ts";
import { OSReportSubscription, OSReportSubscriptionSending } from "./scenarios/reports/OSReportSubscription.ts";

conformGroup("reports", [OSReportSubscription, OSReportSubscriptionSending]);
