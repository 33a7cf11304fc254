/** How a socket is to be secured: not at all, from the first byte, or when the protocol says so. */
export type SocketSecurity = "off" | "on" | "starttls";

export interface SocketAddress {
  /** Name or address; with TLS the name that the certificate must have. */
  readonly hostname: string;
  readonly port: number;
  readonly tls: SocketSecurity;
}

/** An open connection, both ways, as bytes. */
export interface Socket {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  /**
   * Goes on encrypted, for an address with `tls: "starttls"`. Both streams must be unlocked; this socket is used up. A
   * certificate that does not fit shows here or at the first read.
   * @throws {SocketError}
   */
  startTls(): Promise<Socket>;
  /** Ends both directions at once. Never throws; closing twice is fine. */
  close(): Promise<void>;
}

/** The seam to the network: `cloudflare:sockets`, `Deno.connect`, `node:net`. @throws {SocketError} when there is no connection. */
export type Connect = (address: SocketAddress) => Promise<Socket>;

/** No connection, or none that could be secured. */
export class SocketError extends Error {
  readonly code = "socket";
  readonly address: SocketAddress;
  constructor(address: SocketAddress, reason: unknown) {
    super(reason instanceof Error ? reason.message : String(reason), { cause: reason });
    this.address = address;
  }
}
