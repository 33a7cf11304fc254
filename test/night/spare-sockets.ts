import type { Connect, Socket, SocketAddress } from "../../src/connectors/outbound/socket.ts";

/** Connections that stand ready. */
const SPARES = 12;

/** Time (ms) for which one is kept: the server closes one that has been silent for a minute, as on a busy machine it may be. */
const FRESH_MS = 20_000;

interface Spare {
  readonly socket: Promise<Socket>;
  /** By the process's stopwatch, ms. */
  readonly openedAt: number;
}

/**
 * Opens connections ahead of need: the SMTP server lets each wait 100 ms before it greets, and a night with a restart after
 * every mail opens hundreds. @returns what connects, and what closes the spares.
 */
export function spareSockets(connect: Connect): { readonly connect: Connect; close(): Promise<void> } {
  const spares = new Map<string, Spare[]>();
  const closing: Promise<void>[] = [];
  const listOf = (address: SocketAddress): Spare[] => {
    const key = JSON.stringify(address);
    const list = spares.get(key) ?? [];
    spares.set(key, list);
    const now = performance.now();
    while (list[0] && now - list[0].openedAt > FRESH_MS) {
      const stale = list.shift()?.socket;
      // One that the server has closed already needs no closing.
      closing.push((async () => (await stale)?.close())().catch(() => undefined));
    }
    while (list.length < SPARES) list.push({ socket: connect(address), openedAt: now });
    return list;
  };
  return {
    connect(address) {
      const taken = listOf(address).shift()?.socket ?? connect(address);
      listOf(address);
      return taken;
    },
    async close() {
      const open = [...spares.values()].flat();
      spares.clear();
      for (const { socket } of open) await (await socket).close();
      await Promise.all(closing);
    },
  };
}
