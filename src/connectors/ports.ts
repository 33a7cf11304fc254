import type { SecretBox } from "../control/secret.ts";
import type { Database } from "../store/database.ts";
import type { Clock } from "./clock.ts";
import type { EmailBinding } from "./mail/cloudflare.ts";
import { type HttpClient, httpClient } from "./outbound/http.ts";
import type { Connect } from "./outbound/socket.ts";
import { type Resolve, type TargetGuard, TargetListError, targetGuard } from "./outbound/target.ts";
import { ConnectorInvalidError } from "./stored.ts";

/** What the connectors of a run are made of; a host wires it to its platform. */
export interface ConnectorPorts {
  /** Where `connectors` stands. */
  readonly control: Database;
  /** Opens and seals the secrets. */
  readonly secrets: SecretBox;
  readonly connect: Connect;
  /** The Worker's `EMAIL` binding; null where there is none. */
  readonly email: EmailBinding | null;
  /** The way out for HTTP; absent: there is none. */
  readonly http?: HttpOut;
  readonly clock: Clock;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Takes calls from the run's budget. */
  readonly spend: (calls: number) => void;
  /** The run's attempt, from 1, the default. */
  readonly attempt?: number;
}

/** What requests to other systems need of a host. */
export interface HttpOut {
  readonly fetch: (request: Request) => Promise<Response>;
  /** The operator's list of private targets ({@link targetGuard}). Default: none. */
  readonly allowPrivateTargets?: string;
  /** All addresses of a name, where the host can ask. Default: names are judged by their writing only. */
  readonly resolve?: Resolve;
}

/**
 * What requests to other systems go through.
 *
 * @param kind of the connector that wants it, for the message
 * @throws {ConnectorInvalidError} when this host sends none, or its list of private targets cannot be read
 */
export function httpOut(
  kind: string,
  { http: out, clock, spend }: Pick<ConnectorPorts, "http" | "clock" | "spend">,
): { readonly http: HttpClient; readonly guard: TargetGuard; readonly clock: Clock } {
  if (!out) throw new ConnectorInvalidError(kind, "This installation sends no requests to other systems");
  try {
    const guard = targetGuard(out.allowPrivateTargets, out.resolve);
    return { http: httpClient({ fetch: out.fetch, clock, spend }), guard, clock };
  } catch (error) {
    if (error instanceof TargetListError) throw new ConnectorInvalidError(kind, error.message);
    throw error;
  }
}
