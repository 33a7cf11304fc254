import { createServer } from "node:net";

/** A port that was asked for by name is taken. */
export class PortTakenError extends Error {
  readonly code = "port_taken";
  readonly port: number;
  constructor(port: number) {
    super(`Port ${port} is taken; choose another with PORT=<number>`);
    this.port = port;
  }
}

/** Listens on a loopback port (0: any) and says which it got; null when it is taken. The caller closes it. */
function occupy(port: number): Promise<{ port: number; release: () => Promise<void> } | null> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" || error.code === "EACCES" ? resolve(null) : reject(error),
    );
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") return reject(new TypeError("A TCP server without a port"));
      resolve({ port: address.port, release: () => new Promise((done) => server.close(() => done())) });
    });
  });
}

/** Asks the system for `count` different free TCP ports on the loopback interface. */
export async function freePorts(count: number): Promise<number[]> {
  const taken = await Promise.all(Array.from({ length: count }, () => occupy(0)));
  const found = taken.filter((one) => one !== null);
  await Promise.all(found.map((one) => one.release()));
  return found.map((one) => one.port);
}

/**
 * The port for the application: `wanted` if given, else `preferred` where it is free, else any.
 * @throws {PortTakenError} when `wanted` is given and taken.
 */
export async function choosePort(wanted: number | null, preferred: number): Promise<number> {
  const taken = await occupy(wanted ?? preferred);
  if (taken) {
    await taken.release();
    return taken.port;
  }
  if (wanted !== null) throw new PortTakenError(wanted);
  const [port = 0] = await freePorts(1);
  return port;
}
