import { createApp } from "../../web/app.ts";
import { shopAt } from "../../web/demo-shop.ts";
import { HealthMemory } from "../../web/health.ts";
import { Rate } from "../../web/http/rate.ts";
import { Tally } from "../../web/http/tally.ts";
import { mailboxAt } from "../../web/mailbox.ts";
import { createWebhookApp, isWebhook } from "../../web/webhooks/app.ts";
import { WebhookMemory } from "../../web/webhooks/memory.ts";
import { pagePorts } from "../assemble.ts";
import { withBearer } from "../bearer.ts";
import { SECRET_HEADER } from "../local-secret.ts";
import { openIdOf } from "../openid.ts";
import { tickNow } from "./Clock.ts";
import { type Environment, platformOf } from "./environment.ts";

export { ClientRunner } from "./ClientRunner.ts";
export { Clock } from "./Clock.ts";
export { DatabaseReader } from "./DatabaseReader.ts";
export { DatabaseWriter } from "./DatabaseWriter.ts";
export { NodeCache } from "./NodeCache.ts";
export { PasswordCheck } from "./PasswordCheck.ts";

/** Slips in the provider's settings lock no account out: there is still the password. */
function openIdFor(environment: Environment) {
  try {
    return openIdOf(environment);
  } catch (error) {
    console.error("Sign-in by OpenID Connect is off:", error instanceof Error ? error.message : "");
    return null;
  }
}

/** The application is made anew for each request, which keeps no socket of another's; these hold values only. */
const kept = {
  healthMemory: new HealthMemory(),
  liveStreams: new Tally(),
  downloads: new Tally(),
  lookups: new Rate(),
  webhookMemory: new WebhookMemory(),
};

/** The endpoints of shops: a shop sends many at once, and waits for none longer than five seconds. */
function webhookApp(environment: Environment) {
  return createWebhookApp({ ...pagePorts(platformOf(environment)), webhookMemory: kept.webhookMemory });
}

function app(environment: Environment) {
  const { DEMO_MAILBOX_URL, DEMO_MAILBOX_TOKEN, DEMO_SHOP_URL, DEMO_SHOP_TOKEN } = environment;
  return createApp({
    ...pagePorts(platformOf(environment)),
    hashPassword: (password, salt) => {
      const { PASSWORD_CHECK } = environment;
      return PASSWORD_CHECK.get(PASSWORD_CHECK.idFromName(String((salt[0] ?? 0) % 16))).hash(password, salt);
    },
    openId: openIdFor(environment),
    verifyPassword: (password, hash) => {
      // One object for each of 16 first characters, so that one slow check does not hold up all the others.
      const { PASSWORD_CHECK } = environment;
      return PASSWORD_CHECK.get(PASSWORD_CHECK.idFromName(hash.slice(-1))).verify(password, hash);
    },
    clientAddress: (request) => request.headers.get("cf-connecting-ip") ?? "",
    ...kept,
    healthToken: environment.HEALTH_TOKEN ?? "",
    mailbox: DEMO_MAILBOX_URL ? mailboxAt(DEMO_MAILBOX_URL, withBearer(DEMO_MAILBOX_TOKEN)) : null,
    demoShop: DEMO_SHOP_URL ? shopAt(DEMO_SHOP_URL, withBearer(DEMO_SHOP_TOKEN)) : null,
  });
}

export default {
  fetch(request, environment, context) {
    const { LOCAL_SECRET } = environment;
    if (LOCAL_SECRET && request.headers.get(SECRET_HEADER) !== LOCAL_SECRET) {
      return new Response("Open the address that npm start printed.\n", { status: 421 });
    }
    const answering = isWebhook(request.url) ? webhookApp(environment) : app(environment);
    return answering.fetch(request, environment, context);
  },

  async scheduled({ cron, scheduledTime }, environment) {
    const { CLOCK, LOCAL_SECRET } = environment;
    if (LOCAL_SECRET && cron !== LOCAL_SECRET) return;
    try {
      await CLOCK.get(CLOCK.idFromName("clock")).tick("cron", scheduledTime);
    } catch (error) {
      console.error("The Clock object did not answer; the Worker ticks by itself", String(error));
      await tickNow(environment, "worker", scheduledTime);
    }
  },
} satisfies ExportedHandler<Environment>;
