import type { OpenIdProvider } from "../connectors/openid/provider.ts";
import type { TrialPorts } from "../connectors/trial.ts";
import type { Signer } from "../control/access/signer.ts";
import type { ClientFacts } from "../control/clients/clients.ts";
import type { Files } from "../files/files.ts";
import type { Catalogue } from "../processors/catalogue.ts";
import type { Database } from "../store/database.ts";
import type { ShopWindow } from "./demo-shop.ts";
import type { HealthMemory } from "./health.ts";
import type { Rate } from "./http/rate.ts";
import type { Tally } from "./http/tally.ts";
import type { Mailbox } from "./mailbox.ts";
import type { WebhookMemory } from "./webhooks/memory.ts";

/** Everything that the pages need from a host. */
export interface Ports {
  readonly control: Database;
  /** The database that holds a client's learning data. */
  storeOf(client: ClientFacts): Promise<Database>;
  /** The whole file store. Pages touch only keys of the client that the address names. */
  readonly files: Files;
  readonly catalogue: Catalogue;
  /** The present instant, ms. */
  now(): number;
  randomBytes(length: number): Uint8Array;
  /** Tells a client's runner (0: the platform's) that there is something to take. A lost call is made good by the next tick. */
  wakeRunner(clientId: number): Promise<void>;
  /** Checks a password where there is CPU time for it: in an object at the edge. */
  verifyPassword(password: string, hash: string): Promise<boolean>;
  /** Hashes a new password, in the same place. @param salt 16 random bytes */
  hashPassword(password: string, salt: Uint8Array): Promise<string>;
  /** Signs the cookies by which devices that signed in before are known, and forms that wait in the sign-in page. */
  readonly devices: Signer;
  /** The provider through which administrators may sign in besides; null: none is configured. */
  readonly openId: OpenIdProvider | null;
  /** The network address that a request comes from, as the host knows it; '' when it does not. Never from a header that every client can set. */
  clientAddress(request: Request): string;
  /** Takes a fault that no page expected, for the host's own log. Default: `console.error`. */
  readonly reportError?: (error: unknown) => void;
  /** Takes a line about a delivery of a shop that was refused; it holds no secret and nothing about a person. Default: `console.warn`. */
  readonly reportRefusal?: (line: string) => void;
  /** What the endpoints of shops keep from one request to the next. Default: of this application. */
  readonly webhookMemory?: WebhookMemory;
  /** PEM: who may vouch for the certificates of PayPal's deliveries. Default: the authority that PayPal has them from. */
  readonly payPalRoots?: readonly string[];
  /** Seals the secrets of connectors, and the way out to the services that are tried with them. */
  readonly remote: Omit<TrialPorts, "control">;
  /** What `GET /health` asks for before it says more than whether all is well; none, or empty: it never does. */
  readonly healthToken?: string;
  /** What is kept from one request to the next, where a host makes the application anew for each. Default: of this application. */
  readonly healthMemory?: HealthMemory;
  readonly liveStreams?: Tally;
  readonly downloads?: Tally;
  /** Lookups of verification codes, and calls with API tokens, by network address. */
  readonly lookups?: Rate;
  /** The demo's mailbox; null outside a demo. */
  readonly mailbox: Mailbox | null;
  /** The demo's shop; none, or null, outside a demo. */
  readonly demoShop?: ShopWindow | null;
  /** No database was named, so what is shown is the demo: every page says so. Default: no. */
  readonly isDemo?: boolean;
}
