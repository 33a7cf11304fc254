import type { Context } from "hono";
import { openSession, type SignInMethod } from "../../control/access/access.ts";
import { readPasswordHash } from "../../control/access/admins.ts";
import type { Ports } from "../ports.ts";
import { roughAddress } from "./address-group.ts";
import { readToken, writeToken } from "./cookie.ts";
import { writeDevice } from "./device-cookie.ts";
import { sessionToken, storedHash } from "./token.ts";

/**
 * Gives the browser a session of its own under a fresh token, and remembers that it signed in to this account. The session that it
 * came with, if any, ends.
 *
 * @returns the token
 * @param provedAt when its owner proved who it is (ms); default: just now
 */
export async function startSession(
  c: Context,
  ports: Ports,
  adminId: number,
  method: SignInMethod,
  provedAt: number = ports.now(),
): Promise<string> {
  const earlier = readToken(c);
  const token = sessionToken(ports.randomBytes(32));
  await openSession(
    ports.control,
    {
      adminId,
      tokenHash: await storedHash(token),
      replacesHash: earlier === null ? null : await storedHash(earlier),
      userAgent: c.req.header("user-agent") ?? "",
      address: roughAddress(ports.clientAddress(c.req.raw)),
      method,
      provedAt,
    },
    ports.now(),
  );
  writeToken(c, token);
  await writeDevice(c, ports, { id: adminId, passwordHash: await readPasswordHash(ports.control, adminId) });
  return token;
}
