import { conformGroup } from "./conform.ts";
import { MailMonitorStaggering } from "./scenarios/MailMonitorStaggering.ts";
import { Notification } from "./scenarios/Notification.ts";

conformGroup("communication", [MailMonitorStaggering, Notification]);
