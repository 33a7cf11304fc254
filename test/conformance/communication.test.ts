import { conformGroup } from "./conform.ts";
import { CleanUpMailingNotificationMonitor } from "./scenarios/CleanUpMailingNotificationMonitor.ts";
import { MailMonitorStaggering, MailMonitorStaggeringTwo } from "./scenarios/MailMonitorStaggering.ts";
import { Notification, NotificationSending } from "./scenarios/Notification.ts";

conformGroup("communication", [
  CleanUpMailingNotificationMonitor,
  MailMonitorStaggering,
  MailMonitorStaggeringTwo,
  Notification,
  NotificationSending,
]);
