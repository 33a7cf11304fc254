import { conformGroup } from "./conform.ts";
import { CleanUpMailingNotificationMonitor } from "./scenarios/communication/CleanUpMailingNotificationMonitor.ts";
import { MailMonitorStaggering, MailMonitorStaggeringTwo } from "./scenarios/communication/MailMonitorStaggering.ts";
import { Notification, NotificationSending } from "./scenarios/communication/Notification.ts";

conformGroup("communication", [
  CleanUpMailingNotificationMonitor,
  MailMonitorStaggering,
  MailMonitorStaggeringTwo,
  Notification,
  NotificationSending,
]);
