import { conformGroup } from "./conform.ts";
import { MailMonitorStaggering, MailMonitorStaggeringTwo } from "./scenarios/MailMonitorStaggering.ts";
import { Notification, NotificationSending } from "./scenarios/Notification.ts";

conformGroup("communication", [MailMonitorStaggering, MailMonitorStaggeringTwo, Notification, NotificationSending]);
