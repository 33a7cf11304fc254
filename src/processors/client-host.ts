import type { ClientConfiguration } from "../control/clients/configuration.ts";
import { InvalidConfigurationError } from "../control/invalid-configuration.ts";

/**
 * The host name at which the client's people reach the learning suite, for links in messages; null: the client has none.
 *
 * @throws {InvalidConfigurationError} when it is more than a host name, with or without a port
 */
export function clientHost({ client }: Pick<ClientConfiguration, "client">): string | null {
  const host = client.host?.trim() ?? "";
  if (host === "") return null;
  if (/^[\w.-]+(:\d{1,5})?$/.test(host)) return host;
  throw new InvalidConfigurationError(
    `The client's host is "${host}"; enter a host name only, such as learn.example.com`,
  );
}
