import { InvalidConfigurationError } from "../../control/invalid-configuration.ts";
import { type IpAddress, type IpRange, inRange, parseIpAddress, parseIpRange } from "./ip-address.ts";
import { RemoteUnavailableError } from "./remote-error.ts";

/** IPv4 that is no public address (IANA Special-Purpose Address Registry), each with what it is. */
const IPV4_REFUSED = ranges([
  ["0.0.0.0/8", "this network"],
  ["10.0.0.0/8", "private"],
  ["100.64.0.0/10", "carrier-grade NAT"],
  ["127.0.0.0/8", "loopback"],
  ["169.254.0.0/16", "link-local"],
  ["172.16.0.0/12", "private"],
  ["192.0.0.0/24", "reserved"],
  ["192.0.2.0/24", "documentation"],
  ["192.88.99.0/24", "6to4"],
  ["192.168.0.0/16", "private"],
  ["198.18.0.0/15", "benchmarking"],
  ["198.51.100.0/24", "documentation"],
  ["203.0.113.0/24", "documentation"],
  ["224.0.0.0/4", "multicast"],
  ["240.0.0.0/4", "reserved"],
]);

/** IPv6 is public only in 2000::/3; these are named for the message's sake, or lie within it. */
const IPV6_REFUSED = ranges([
  ["::/128", "unspecified"],
  ["::1/128", "loopback"],
  ["::ffff:0:0/96", "IPv4-mapped"],
  ["64:ff9b::/96", "NAT64"],
  ["64:ff9b:1::/48", "NAT64"],
  ["fc00::/7", "private"],
  ["fe80::/10", "link-local"],
  ["ff00::/8", "multicast"],
  ["2001::/23", "reserved"],
  ["2001:db8::/32", "documentation"],
  ["2002::/16", "6to4"],
  ["3fff::/20", "documentation"],
]);
const IPV6_PUBLIC = ranges([["2000::/3", "public"]]);

/** Names that lead into the own network or machine (RFC 6761, RFC 6762, RFC 8375, RFC 9476, ICANN's `internal`). */
const PRIVATE_ENDINGS = [
  "localhost",
  "local",
  "internal",
  "intranet",
  "lan",
  "home.arpa",
  "localdomain",
  "private",
  "alt",
];

function ranges(list: readonly (readonly [string, string])[]): readonly { range: IpRange; what: string }[] {
  return list.flatMap(([written, what]) => {
    const range = parseIpRange(written);
    return range ? [{ range, what }] : [];
  });
}

/** What an address is if it is not a public one; null: it is public. */
export function privateAddress(address: IpAddress): string | null {
  const known = address.length === 4 ? IPV4_REFUSED : IPV6_REFUSED;
  const found = known.find(({ range }) => inRange(address, range));
  if (found) return found.what;
  return address.length === 4 || IPV6_PUBLIC.some(({ range }) => inRange(address, range)) ? null : "reserved";
}

/** One entry of the operator's list. */
type Permission =
  | { readonly kind: "all" }
  | { readonly kind: "range"; readonly range: IpRange; readonly port: string | null }
  | { readonly kind: "name"; readonly name: string; readonly below: boolean; readonly port: string | null };

/** The operator's list cannot be read. Names the entry. */
export class TargetListError extends InvalidConfigurationError {
  readonly entry: string;
  constructor(entry: string) {
    super(
      `ALLOW_PRIVATE_TARGETS cannot be read at "${entry}"; write host names, *.names, addresses, or ranges such as 10.1.0.0/16, each with a :port if you like, separated by commas; or * for all`,
    );
    this.entry = entry;
  }
}

function readPermission(entry: string): Permission {
  if (entry === "*") return { kind: "all" };
  const whole = parseIpRange(entry);
  if (whole) return { kind: "range", range: whole, port: null };
  const [, host = "", port = null] = /^(.+?)(?::(\d{1,5}))?$/.exec(entry) ?? [];
  const range = parseIpRange(host);
  if (range) return { kind: "range", range, port };
  if (!/^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(host)) throw new TargetListError(entry);
  return { kind: "name", name: host.replace(/^\*\./, ""), below: host.startsWith("*."), port };
}

/** Which targets a request of a client's job may have. */
export interface TargetGuard {
  /**
   * Why a request may not go there, in words that name the host only; null: its name and address are fine. Looks at what is
   * written, not at what the name resolves to.
   */
  refusal(url: URL): string | null;
  /** Why none may go there because of what its name resolves to; null: fine, or the platform cannot ask. */
  resolvedRefusal(url: URL): Promise<string | null>;
}

/** Asks the host's resolver for all addresses of a name. Throws when there are none. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

const bareName = (hostname: string) => hostname.toLowerCase().replace(/(?<!\.)\.+$/, "");
const portOf = (url: URL) => url.port || (url.protocol === "https:" ? "443" : "80");

/**
 * Keeps requests that an administrator of a client writes away from what only the operator may reach: private, loopback,
 * link-local, shared (carrier-grade NAT), multicast and reserved addresses of IPv4 and IPv6, those that hide an IPv4 address
 * (mapped, 6to4, NAT64, Teredo), `localhost`, `*.internal` and its like, and names without a dot. Other writings of an IPv4
 * address (decimal, octal, hexadecimal, short) are the same address once `URL` has read them.
 *
 * A public name can resolve to a private address. Where the host hands in `resolve`, every address that it answers is judged
 * too. That is no proof: the connection asks again, and a hostile name server may answer otherwise (DNS rebinding). At the edge
 * there is no `resolve`; Cloudflare's `fetch` reaches public addresses only. On other hosts let a firewall say the last word.
 *
 * @param allowed the operator's list (`ALLOW_PRIVATE_TARGETS`), separated by commas or spaces: `erp.internal`,
 *   `*.corp.example`, `10.1.0.0/16`, `127.0.0.1:8080`, `[fd00::1]:8443`, or `*` for everything. Default: nothing
 * @throws {TargetListError}
 */
export function targetGuard(allowed = "", resolve: Resolve | null = null): TargetGuard {
  const permissions = allowed
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .map(readPermission);

  const permitted = (url: URL, address: IpAddress | null): boolean => {
    const name = bareName(url.hostname);
    return permissions.some((one) => {
      if (one.kind === "all") return true;
      if (one.port !== null && one.port !== portOf(url)) return false;
      if (one.kind === "range") return address !== null && inRange(address, one.range);
      return one.below ? name.endsWith(`.${one.name}`) : name === one.name;
    });
  };
  const advice = "; the operator can allow it in ALLOW_PRIVATE_TARGETS";

  return {
    refusal(url) {
      if (url.protocol !== "https:" && url.protocol !== "http:") return "Only https and http addresses can be called";
      if (url.username !== "" || url.password !== "") return "An address may not carry a user or password";
      const address = parseIpAddress(url.hostname);
      if (permitted(url, address)) return null;
      if (address) {
        const what = privateAddress(address);
        return what === null ? null : `${url.hostname} is no public address (${what})${advice}`;
      }
      const name = bareName(url.hostname);
      if (!name.includes(".") || PRIVATE_ENDINGS.some((ending) => name === ending || name.endsWith(`.${ending}`))) {
        return `${url.hostname} is no public name${advice}`;
      }
      return null;
    },

    async resolvedRefusal(url) {
      if (!resolve || parseIpAddress(url.hostname) || permitted(url, null)) return null;
      for (const written of await resolve(bareName(url.hostname))) {
        const address = parseIpAddress(written);
        const what = address ? privateAddress(address) : "not readable";
        if (what !== null && !(address && permitted(url, address))) {
          return `${url.hostname} leads to an address that is not public (${what})${advice}`;
        }
      }
      return null;
    },
  };
}

/**
 * {@link TargetGuard.resolvedRefusal}, for a request that is about to go out.
 * @throws {RemoteUnavailableError} when the name has no address
 */
export async function resolvedRefusal(guard: TargetGuard, url: URL): Promise<string | null> {
  try {
    return await guard.resolvedRefusal(url);
  } catch {
    throw new RemoteUnavailableError(`${url.hostname} has no address`);
  }
}
