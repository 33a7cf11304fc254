import { conformGroup } from "./conform.ts";
import { OSReportSubscription, OSReportSubscriptionSending } from "./scenarios/OSReportSubscription.ts";

conformGroup("reports", [OSReportSubscription, OSReportSubscriptionSending]);
