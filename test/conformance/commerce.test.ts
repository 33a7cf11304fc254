import { conformGroup } from "./conform.ts";
import { PayPalStatusUpdate } from "./scenarios/commerce/PayPalStatusUpdate.ts";
import { ShopifyProcessWebhookJob } from "./scenarios/commerce/ShopifyProcessWebhookJob.ts";

conformGroup("commerce", [ShopifyProcessWebhookJob, PayPalStatusUpdate]);
