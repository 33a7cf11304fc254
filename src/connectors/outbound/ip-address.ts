/** An IP address as its bytes: 4 of IPv4, 16 of IPv6. */
export type IpAddress = readonly number[];

/** Addresses that begin with the same `bits` bits. */
export interface IpRange {
  readonly address: IpAddress;
  readonly bits: number;
}

function parseIpv4(text: string): IpAddress | null {
  const parts = text.split(".");
  const bytes = parts.map((part) => (/^(0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256));
  return bytes.length === 4 && bytes.every((byte) => byte < 256) ? bytes : null;
}

function parseGroups(text: string): number[] | null {
  if (text === "") return [];
  const groups = text.split(":").map((group) => (/^[0-9a-f]{1,4}$/i.test(group) ? Number.parseInt(group, 16) : -1));
  return groups.some((group) => group < 0) ? null : groups.flatMap((group) => [group >> 8, group & 255]);
}

function parseIpv6(text: string): IpAddress | null {
  const embedded = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const ipv4 = embedded ? parseIpv4(embedded[2] ?? "") : [];
  if (ipv4 === null) return null;
  const tail = ipv4.length === 4 ? `${hex(ipv4, 0)}:${hex(ipv4, 2)}` : "";
  const halves = (embedded ? `${embedded[1]}${tail}` : text).split("::");
  const [head, rest] = halves.map(parseGroups);
  if (halves.length > 2 || !head || rest === null) return null;
  if (rest === undefined) return head.length === 16 ? head : null;
  const gap = 16 - head.length - rest.length;
  return gap >= 2 ? [...head, ...new Array<number>(gap).fill(0), ...rest] : null;
}

function hex(bytes: IpAddress, at: number): string {
  return (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16);
}

/**
 * An address in its usual writing: IPv4 with four decimal parts, IPv6 (RFC 4291 2.2) with or without brackets; null for
 * anything else. The shorter, octal and hexadecimal writings of IPv4 are not read here: `URL` has turned them into this one.
 */
export function parseIpAddress(text: string): IpAddress | null {
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  return bare.includes(":") ? parseIpv6(bare.replace(/%.*$/, "")) : parseIpv4(bare);
}

/** A range written `address/bits`, or one address; null for anything else. */
export function parseIpRange(text: string): IpRange | null {
  const [, written = "", length] = /^(.*?)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseIpAddress(written);
  if (!address) return null;
  const bits = length === undefined ? address.length * 8 : Number(length);
  return bits <= address.length * 8 ? { address, bits } : null;
}

/** Whether an address lies in a range; one of the other family never does. */
export function inRange(address: IpAddress, range: IpRange): boolean {
  if (address.length !== range.address.length) return false;
  return address.every((byte, index) => {
    const left = Math.min(8, Math.max(0, range.bits - index * 8));
    return byte >> (8 - left) === (range.address[index] ?? 0) >> (8 - left);
  });
}

/** True for a name or address that always means this very machine (RFC 6761 6.3, RFC 1122 3.2.1.3): `localhost`, `127.0.0.0/8`, `::1`. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, "");
  return name === "localhost" || name === "::1" || /^127(\.\d{1,3}){3}$/.test(name);
}
