import { conformGroup } from "./conform.ts";
import {
  CreateOrUpdateShopifyCatalogItems,
  CreateOrUpdateShopifyCatalogItemsPush,
} from "./scenarios/commerce/CreateOrUpdateShopifyCatalogItems.ts";
import { PayPalStatusUpdate } from "./scenarios/commerce/PayPalStatusUpdate.ts";
import { ShopifyProcessWebhookJob } from "./scenarios/commerce/ShopifyProcessWebhookJob.ts";

conformGroup("commerce", [
  CreateOrUpdateShopifyCatalogItems,
  CreateOrUpdateShopifyCatalogItemsPush,
  ShopifyProcessWebhookJob,
  PayPalStatusUpdate,
]);
