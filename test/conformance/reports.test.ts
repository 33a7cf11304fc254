import { conformGroup } from "./conform.ts";
import { OSReportSubscription } from "./scenarios/OSReportSubscription.ts";

conformGroup("reports", [OSReportSubscription]);
