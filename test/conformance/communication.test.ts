import { CleanUpMailingNotificationMonitor } from "./scenarios/communication/CleanUpMailingNotificationMonitor.ts";
import { MailMonitorStaggering, MailMonitorStaggeringTwo } from "./scenarios/communication/MailMonitorStaggering.ts";
import { Notification, NotificationSending } from "./scenarios/communication/Notification.ts";
import { PushNotificationScheduler } from "./scenarios/communication/PushNotificationScheduler.ts";
import { WhatsNew, WhatsNewCatalogue } from "./scenarios/communication/WhatsNew.ts";
import { conformGroup } from "./suite/conform.ts";

conformGroup("communication", [
  CleanUpMailingNotificationMonitor,
  MailMonitorStaggering,
  MailMonitorStaggeringTwo,
  Notification,
  NotificationSending,
  WhatsNew,
  WhatsNewCatalogue,
  PushNotificationScheduler,
]);
