import type { MailTransport } from "./mail.ts";

/** A connector is there but cannot be used: its configuration or secret is wrong. Names what to mend, never the secret. */
export class ConnectorInvalidError extends Error {
  readonly code = "invalid_configuration";
  readonly kind: string;
  constructor(kind: string, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** The remote services of a run's client. Each answers null when the client has no active connector of that kind. */
export interface Connectors {
  /** @throws {ConnectorInvalidError} when its configuration does not validate. */
  mail(): Promise<MailTransport | null>;
  /** Closes whatever the run opened. */
  close(): Promise<void>;
}
