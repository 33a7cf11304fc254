import type { Connect, Socket, SocketAddress } from "../../src/connectors/outbound/socket.ts";

/** Connections that stand ready. */
const SPARES = 12;

/**
 * Opens connections ahead of need: the SMTP server lets each wait 100 ms before it greets, and a night with a restart after
 * every mail opens hundreds. @returns what connects, and what closes the spares.
 */
export function spareSockets(connect: Connect): { readonly connect: Connect; close(): Promise<void> } {
  const spares = new Map<string, Promise<Socket>[]>();
  const listOf = (address: SocketAddress): Promise<Socket>[] => {
    const key = JSON.stringify(address);
    const list = spares.get(key) ?? [];
    spares.set(key, list);
    while (list.length < SPARES) list.push(connect(address));
    return list;
  };
  return {
    connect(address) {
      const taken = listOf(address).shift() ?? connect(address);
      listOf(address);
      return taken;
    },
    async close() {
      const open = [...spares.values()].flat();
      spares.clear();
      for (const socket of open) await (await socket).close();
    },
  };
}
