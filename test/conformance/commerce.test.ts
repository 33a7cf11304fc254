import { conformGroup } from "./conform.ts";
import { ShopifyProcessWebhookJob } from "./scenarios/commerce/ShopifyProcessWebhookJob.ts";

conformGroup("commerce", [ShopifyProcessWebhookJob]);
