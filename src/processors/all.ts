import { type Catalogue, createCatalogue } from "./catalogue.ts";
import { MailMonitorStaggering } from "./communication/MailMonitorStaggering.ts";
import { ExpiredCoursesToCompleted } from "./courses/ExpiredCoursesToCompleted.ts";
import { CloudSynchronization } from "./platform/CloudSynchronization.ts";

/** The product's processors. */
export const catalogue: Catalogue = createCatalogue([CloudSynchronization, ExpiredCoursesToCompleted, MailMonitorStaggering]);
