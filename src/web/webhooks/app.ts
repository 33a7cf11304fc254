import { Hono } from "hono";
import type { Environment } from "../environment.ts";
import { protectiveHeaders } from "../http/headers.ts";
import { requestLimits } from "../http/limits.ts";
import { PageError } from "../page/page-error.ts";
import type { WebhookPorts } from "./ports.ts";
import { webhookRoutes } from "./routes.ts";

/** Whether an address is one of the endpoints of shops. */
export const isWebhook = (url: string): boolean => new URL(url).pathname.startsWith("/webhooks/");

/**
 * The endpoints of shops alone, for a host that makes its application anew for each request: that of the pages has a hundred addresses
 * more to get ready.
 */
export function createWebhookApp(ports: WebhookPorts): Hono<Environment> {
  const app = new Hono<Environment>();
  app.use(protectiveHeaders);
  app.use(requestLimits(ports));
  app.route("/", webhookRoutes(ports));
  app.onError((error, c) => {
    if (error instanceof PageError) return c.text(`${error.title}\n`, error.status);
    (ports.reportError ?? console.error)(error);
    return c.text("This is a fault of Minutehand and was recorded\n", 500);
  });
  return app;
}
