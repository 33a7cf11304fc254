import { lookup } from "node:dns/promises";

/** All addresses of a host name, as this machine's own resolver knows them. Throws when there are none. */
export async function allAddresses(hostname: string): Promise<string[]> {
  const found = await lookup(hostname, { all: true, verbatim: true });
  return found.map(({ address }) => address);
}
