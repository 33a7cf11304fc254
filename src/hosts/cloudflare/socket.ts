import { connect } from "cloudflare:sockets";
import { type Connect, type Socket, type SocketAddress, SocketError } from "../../connectors/outbound/socket.ts";

type PlatformSocket = ReturnType<typeof connect>;

/**
 * The socket seam on Cloudflare Workers (`cloudflare:sockets`). The platform refuses port 25 and its own addresses, and
 * checks certificates against the public authorities. A connection belongs to the invocation that opened it.
 */
export const cloudflareConnect: Connect = async (address) => {
  try {
    const socket = connect(
      { hostname: address.hostname, port: address.port },
      { secureTransport: address.tls, allowHalfOpen: false },
    );
    await socket.opened;
    return wrap(socket, address);
  } catch (error) {
    throw new SocketError(address, error);
  }
};

function wrap(socket: PlatformSocket, address: SocketAddress): Socket {
  // The platform reports a broken connection here too; the reading or writing side learns of it there.
  socket.closed.catch(() => undefined);
  return {
    readable: socket.readable,
    writable: socket.writable,
    async startTls() {
      try {
        const secured = socket.startTls();
        await secured.opened;
        return wrap(secured, address);
      } catch (error) {
        throw new SocketError(address, error);
      }
    },
    async close() {
      await socket.close().catch(() => undefined);
    },
  };
}
