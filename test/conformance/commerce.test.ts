import {
  CreateOrUpdateShopifyCatalogItems,
  CreateOrUpdateShopifyCatalogItemsPush,
} from "./scenarios/commerce/CreateOrUpdateShopifyCatalogItems.ts";
import { PayPalStatusUpdate } from "./scenarios/commerce/PayPalStatusUpdate.ts";
import { ShopifyProcessWebhookJob } from "./scenarios/commerce/ShopifyProcessWebhookJob.ts";
import { conformGroup } from "./suite/conform.ts";

conformGroup("commerce", [
  CreateOrUpdateShopifyCatalogItems,
  CreateOrUpdateShopifyCatalogItemsPush,
  ShopifyProcessWebhookJob,
  PayPalStatusUpdate,
]);
