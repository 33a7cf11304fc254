import { Buffer } from "node:buffer";
import type { Connect } from "../../../src/connectors/outbound/socket.ts";
import { SecretBox } from "../../../src/control/secret.ts";
import { systemClock } from "../../../src/hosts/system-clock.ts";
import type { Ports } from "../../../src/web/ports.ts";

/** A way out that may reach this machine. @param connect default: nothing can be connected to */
export function testRemote(
  connect: Connect = () => Promise.reject(new Error("This test connects to nothing")),
): Ports["remote"] {
  return {
    secrets: new SecretBox(Buffer.alloc(32, 7).toString("base64")),
    connect,
    email: null,
    http: { fetch: (request) => fetch(request), allowPrivateTargets: "127.0.0.1" },
    clock: systemClock,
    randomBytes: (length) => new Uint8Array(length),
  };
}
