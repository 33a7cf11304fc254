import { connect as connectPlain, isIP, type Socket as PlainSocket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type Connect, type Socket, type SocketAddress, SocketError } from "../../connectors/outbound/socket.ts";

/**
 * The socket seam over `node:net` and `node:tls`, for hosts and tests that run in Node.
 *
 * @param authority PEM of further certificate authorities to trust; those of NODE_EXTRA_CA_CERTS are trusted anyway
 */
export function nodeConnect(authority?: string): Connect {
  const trust = (address: SocketAddress) => ({
    ...(isIP(address.hostname) ? { host: address.hostname } : { servername: address.hostname }),
    ...(authority === undefined ? {} : { ca: authority }),
  });
  const opened = (socket: PlainSocket, event: "connect" | "secureConnect", address: SocketAddress): Promise<Socket> =>
    new Promise((resolve, reject) => {
      // Short lines, each waiting for its answer: Nagle's algorithm would cost 40 ms a mail.
      socket.setNoDelay(true);
      socket.once("error", (error) => reject(new SocketError(address, error)));
      // A server may hang up in the middle of the handshake without an error.
      socket.once("close", () => reject(new SocketError(address, "The server closed the connection")));
      socket.once(event, () => resolve(wrap(socket, address)));
    });
  const wrap = (socket: PlainSocket, address: SocketAddress): Socket => {
    const streams = bytes(socket);
    return {
      readable: streams.readable,
      writable: streams.writable,
      startTls() {
        streams.release();
        return opened(connectTls({ socket, ...trust(address) }), "secureConnect", address);
      },
      async close() {
        socket.destroy();
      },
    };
  };
  return (address) => {
    const endpoint = { host: address.hostname, port: address.port };
    return address.tls === "on"
      ? opened(connectTls({ ...trust(address), ...endpoint }), "secureConnect", address)
      : opened(connectPlain(endpoint), "connect", address);
  };
}

/** A Node socket as web streams that can be taken off again, which `Duplex.toWeb` cannot. */
function bytes(socket: PlainSocket): {
  readable: ReadableStream<Uint8Array>;
  writable: WritableStream<Uint8Array>;
  release(): void;
} {
  let controller: ReadableStreamDefaultController<Uint8Array>;
  let ended = false;
  const onData = (chunk: Uint8Array) => {
    controller.enqueue(new Uint8Array(chunk));
    if ((controller.desiredSize ?? 0) <= 0) socket.pause();
  };
  const onEnd = () => {
    if (ended) return;
    ended = true;
    controller.close();
  };
  const onError = (error: Error) => {
    if (ended) return;
    ended = true;
    controller.error(error);
  };
  const readable = new ReadableStream<Uint8Array>({
    start(own) {
      controller = own;
      socket.on("data", onData).on("end", onEnd).on("close", onEnd).on("error", onError);
    },
    pull() {
      socket.resume();
    },
  });
  const writable = new WritableStream<Uint8Array>({
    write: (chunk) =>
      new Promise((resolve, reject) => {
        socket.write(chunk, (error) => (error ? reject(error) : resolve()));
      }),
  });
  return {
    readable,
    writable,
    release() {
      socket.off("data", onData).off("end", onEnd).off("close", onEnd).off("error", onError);
    },
  };
}
