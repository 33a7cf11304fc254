import type { OpenIdProvider } from "../../connectors/openid/provider.ts";
import type { IpRange } from "../../connectors/outbound/ip-address.ts";
import { hashPassword, verifyPassword } from "../../control/access/password.ts";
import { createApp } from "../../web/app.ts";
import { shopAt } from "../../web/demo-shop.ts";
import { mailboxAt } from "../../web/mailbox.ts";
import { type Platform, pagePorts } from "../assemble.ts";
import { withBearer } from "../bearer.ts";
import { ForwardedError, outerRequest } from "./proxy.ts";
import { denoRuntime } from "./runtime.ts";

/** Where the pages are served, and the demo's mailbox if there is one. */
export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  /** Null outside a demo. */
  readonly mailbox: { readonly url: string; readonly token: string } | null;
  /** The demo's shop; null outside a demo. */
  readonly shop: { readonly url: string; readonly token: string } | null;
  /** The database is the demo's, since no other was named. */
  readonly isDemo: boolean;
  /** `HEALTH_TOKEN`: asked for before `GET /health` says more than whether all is well; '': it never does. */
  readonly healthToken: string;
  /** Null: sign-in by password only. */
  readonly openId: OpenIdProvider | null;
  /** Proxies whose word about a request's sender, scheme and host is taken. */
  readonly trustedProxies: readonly IpRange[];
}

/** Serves the web application. Returns once it listens, with a function that ends it behind the requests under way. */
export async function serveApp(platform: Platform, options: ServerOptions): Promise<() => Promise<void>> {
  const { mailbox, shop } = options;
  const addresses = new WeakMap<Request, string>();
  const app = createApp({
    ...pagePorts(platform),
    verifyPassword,
    hashPassword,
    openId: options.openId,
    isDemo: options.isDemo,
    clientAddress: (request) => addresses.get(request) ?? "",
    healthToken: options.healthToken,
    mailbox: mailbox && mailboxAt(mailbox.url, withBearer(mailbox.token)),
    demoShop: shop && shopAt(shop.url, withBearer(shop.token)),
  });
  const runtime = denoRuntime();
  return await new Promise((resolve) => {
    const server = runtime.serve(
      { hostname: options.host, port: options.port, onListen: () => resolve(() => server.shutdown()) },
      (received, { remoteAddr }) => {
        try {
          const { request, address } = outerRequest(received, remoteAddr.hostname ?? "", options.trustedProxies);
          addresses.set(request, address);
          return app.fetch(request);
        } catch (error) {
          if (error instanceof ForwardedError) return new Response(`${error.message}\n`, { status: 400 });
          throw error;
        }
      },
    );
  });
}
