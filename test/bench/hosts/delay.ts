import { connect, createServer, type Socket } from "node:net";
import { freePorts } from "../../../src/hosts/node/ports.ts";

/**
 * A TCP server that hands everything on to another port of this machine and holds each answer back for `delayMs`, as a longer
 * way to the database would. Answers keep their order.
 */
export async function startDelay(
  target: string,
  delayMs: number,
): Promise<{ url: string; close: () => Promise<void> }> {
  const { port: targetPort } = new URL(target);
  const [port = 0] = await freePorts(1);
  const open = new Set<Socket>();
  const server = createServer((caller) => {
    const callee = connect(Number(targetPort), "127.0.0.1");
    for (const socket of [caller, callee]) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => open.delete(socket));
    }
    caller.on("data", (part) => callee.write(part));
    caller.on("close", () => callee.destroy());
    // Timers of one length fire in the order in which they were set.
    callee.on("data", (part) => setTimeout(() => caller.write(part), delayMs));
    callee.on("close", () => setTimeout(() => caller.destroy(), delayMs));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
