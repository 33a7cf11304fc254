import {
  type IpAddress,
  type IpRange,
  inRange,
  parseIpAddress,
  parseIpRange,
} from "../../connectors/outbound/ip-address.ts";

/** `TRUSTED_PROXIES` cannot be read. */
export class TrustedProxiesError extends Error {
  readonly code = "trusted_proxies_unreadable";
  constructor(entry: string) {
    super(
      `TRUSTED_PROXIES holds ${JSON.stringify(entry)}; give addresses or networks with commas between them, e.g. TRUSTED_PROXIES=10.0.0.0/8,2001:db8::1`,
    );
  }
}

/** Proxies contradict each other about where a request comes from, so nothing that they say is believed. */
export class ForwardedError extends Error {
  readonly code = "forwarded_contradiction";
  constructor() {
    super("Forwarded and X-Forwarded-For name different senders; let the proxy remove the one that it does not write");
  }
}

/** A request as it was sent to the outermost trusted proxy. */
export interface OuterRequest {
  readonly request: Request;
  /** Who sent it there; '' where it is not known. */
  readonly address: string;
}

/** `TRUSTED_PROXIES`: addresses or networks (CIDR), IPv4 or IPv6, separated by commas; '': none. @throws {TrustedProxiesError} */
export function readTrustedProxies(text: string): readonly IpRange[] {
  const entries = text.split(",").map((entry) => entry.trim());
  return entries
    .filter((entry) => entry !== "")
    .map((entry) => {
      const range = parseIpRange(entry);
      if (range === null) throw new TrustedProxiesError(entry);
      return range;
    });
}

/** An IPv4 address written as an IPv6 one (RFC 4291, 2.5.5.2) is the IPv4 address. */
function plain(address: IpAddress): IpAddress {
  const isMapped =
    address.length === 16 && address.every((byte, index) => index > 11 || byte === (index < 10 ? 0 : 255));
  return isMapped ? address.slice(12) : address;
}

/** A node as proxies write it, with or without a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`. */
function nodeAddress(node: string): string | null {
  const [, bracketed, ipv4] = /^(?:\[([^\]]+)\](?::\d{1,5})?|(\d+\.\d+\.\d+\.\d+)(?::\d{1,5})?)$/.exec(node) ?? [];
  const written = bracketed ?? ipv4 ?? node;
  return parseIpAddress(written) === null ? null : written;
}

/** What one proxy says of the request that it was sent. */
interface Hop {
  /** Null: it does not say, or hides it. */
  readonly address: string | null;
  readonly scheme: string | null;
  readonly host: string | null;
}

/** A parameter, plain or quoted, or none, and what ends it. One look at each place: a field may be long. */
const PARAMETER = /[ \t]*(?:([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*))[ \t]*)?([;,]|$)/y;

/** It cannot be known who wrote what in a field that is not well formed. */
const UNREADABLE: Hop = { address: null, scheme: null, host: null };

/** The elements of a `Forwarded` field (RFC 7239, 4): `;` between parameters and `,` between elements. */
function forwardedHops(field: string): Hop[] {
  const hops: Map<string, string>[] = [new Map()];
  const parameter = new RegExp(PARAMETER);
  while (parameter.lastIndex < field.length) {
    const found = parameter.exec(field);
    if (found === null) return [UNREADABLE];
    const [, name, quoted, token = "", end] = found;
    const value = quoted === undefined ? token : quoted.replaceAll(/\\(.)/g, "$1");
    if (name !== undefined) hops.at(-1)?.set(name.toLowerCase(), value);
    if (end === ",") hops.push(new Map());
  }
  return hops.map((hop) => ({
    address: nodeAddress(hop.get("for") ?? ""),
    scheme: hop.get("proto") ?? null,
    host: hop.get("host") ?? null,
  }));
}

const listOf = (field: string | null): string[] => (field === null ? [] : field.split(",").map((one) => one.trim()));

/** The `X-Forwarded-*` fields, read from the right beside each other; one value for all proxies is the outermost one's. */
function xForwardedHops(headers: Headers): Hop[] {
  const addresses = listOf(headers.get("x-forwarded-for"));
  const schemes = listOf(headers.get("x-forwarded-proto"));
  const hosts = listOf(headers.get("x-forwarded-host"));
  return addresses.map((address, index) => {
    const fromRight = addresses.length - index;
    const beside = (list: readonly string[]) => list.at(-Math.min(fromRight, list.length)) ?? null;
    return { address: nodeAddress(address), scheme: beside(schemes), host: beside(hosts) };
  });
}

/** The hops from the right as far as each is named by a trusted proxy; the last one is what the outermost trusted proxy says. */
function outermost(hops: readonly Hop[], isTrusted: (address: string) => boolean): Hop | null {
  let found: Hop | null = null;
  for (const hop of hops.toReversed()) {
    found = hop;
    if (hop.address === null || !isTrusted(hop.address)) break;
  }
  return found;
}

const HOST = /^[a-z0-9.-]+(:\d{1,5})?$|^\[[0-9a-f:.]+\](:\d{1,5})?$/i;

/** The address that the browser used, as far as the hop says it in a way that can be true. */
function outerUrl(written: string, hop: Hop): string {
  const url = new URL(written);
  const scheme = hop.scheme?.toLowerCase();
  if (scheme === "https" || scheme === "http") url.protocol = `${scheme}:`;
  if (hop.host !== null && HOST.test(hop.host) && URL.canParse(`http://${hop.host}/`)) {
    // The port belongs to the host that is replaced.
    url.port = "";
    url.host = hop.host;
  }
  return url.href;
}

/**
 * What a request was before proxies that we trust passed it on: its sender, its scheme and its host, by `Forwarded` (RFC 7239) or
 * `X-Forwarded-For`, `-Proto` and `-Host`. Entries are read from the right, each only while a trusted proxy wrote it; what stands
 * further left may come from any sender. From a peer that is not trusted the fields mean nothing.
 *
 * Where both kinds of fields are there they must name the same sender: a proxy that writes one kind may pass the other on as it
 * came.
 *
 * @param peer the address at the other end of the connection
 * @param trusted of {@link readTrustedProxies}
 * @throws {ForwardedError} the fields contradict each other
 */
export function outerRequest(request: Request, peer: string, trusted: readonly IpRange[]): OuterRequest {
  const isTrusted = (address: string) => {
    const parsed = parseIpAddress(address);
    return parsed !== null && trusted.some((range) => inRange(plain(parsed), range));
  };
  if (!isTrusted(peer)) return { request, address: peer };
  const { headers } = request;
  const field = headers.get("forwarded");
  const standard = field === null ? null : outermost(forwardedHops(field), isTrusted);
  const customary = outermost(xForwardedHops(headers), isTrusted);
  if (standard !== null && customary !== null && !isSame(standard.address, customary.address))
    throw new ForwardedError();
  const hop = standard ?? customary;
  if (hop === null) return { request, address: peer };
  const url = outerUrl(request.url, hop);
  return { request: url === request.url ? request : new Request(url, request), address: hop.address ?? "" };
}

function isSame(one: string | null, other: string | null): boolean {
  const [a, b] = [one, other].map((written) => (written === null ? null : parseIpAddress(written)));
  return String(a && plain(a)) === String(b && plain(b));
}
