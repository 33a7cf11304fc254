/**
 * What of a network address stands for one household or company: an IPv4 address as it is, of an IPv6 address the first 64
 * bits, since a holder of one has 2^64 of them (RFC 6177).
 */
export function addressGroup(address: string): string {
  if (!address.includes(":")) return address;
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (mapped !== undefined) return mapped;
  const [front = "", back] = address.toLowerCase().split("::");
  const parts = front.split(":").filter((part) => part !== "");
  const rest = back === undefined ? [] : back.split(":").filter((part) => part !== "");
  const zeros = Array.from({ length: Math.max(0, 8 - parts.length - rest.length) }, () => "0");
  const all = [...parts, ...zeros, ...rest];
  return all
    .slice(0, 4)
    .map((part) => part.replace(/^0+(?=.)/, ""))
    .join(":");
}

/**
 * Roughly where an address is, enough to know one's own again and too little to find a person: three of an IPv4 address's four
 * numbers, the first 48 bits of an IPv6 address. '' for an unknown one.
 */
export function roughAddress(address: string): string {
  const group = addressGroup(address);
  if (/^\d+\.\d+\.\d+\.\d+$/.test(group)) return `${group.slice(0, group.lastIndexOf("."))}.x`;
  const parts = group.split(":");
  return parts.length === 4 ? `${parts.slice(0, 3).join(":")}::` : "";
}
