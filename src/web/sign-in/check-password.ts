import type { Context } from "hono";
import { type Account, accountName, readAccount } from "../../control/access/access.ts";
import { type AttemptKeys, countSignIn, forgiveAttempt } from "../../control/access/throttle.ts";
import { noteAccess } from "../access-record.ts";
import type { Environment } from "../environment.ts";
import type { Ports } from "../ports.ts";
import { addressGroup } from "./address-group.ts";
import { readDevice } from "./device-cookie.ts";
import { storedHash } from "./token.ts";

/** A well-formed hash that belongs to no password: an unknown account costs the same time as a known one. */
const NO_HASH = "scrypt$15$8$3$Zm9yIG5vYm9keSBhdCBhbA$q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA";

/** Whose password it is, or how long (s) no attempt is allowed. */
export type PasswordVerdict =
  | { readonly state: "right"; readonly account: Account }
  | { readonly state: "wrong" }
  | { readonly state: "blocked"; readonly seconds: number };

/**
 * Whom an attempt is counted for. A browser with a session of the very account is a known device: strangers who guess elsewhere must
 * not keep its owner from changing the password.
 */
async function keysOf(c: Context, ports: Ports, email: string, account: Account | null): Promise<AttemptKeys> {
  const { admin, session } = c.var as Partial<Environment["Variables"]>;
  if (account && session && admin?.id === account.id) {
    return { device: await storedHash(`session ${session.id} of ${account.id}`) };
  }
  const device = account === null ? null : await readDevice(c, ports, account);
  if (device !== null) return { device: await storedHash(`device ${device} of ${account?.id}`) };
  const name = accountName(email);
  // Where the host knows no address, all would share one; then each account has its own.
  const address = addressGroup(ports.clientAddress(c.req.raw)) || name;
  const [ofAccount, ofAddress, ofPair] = await Promise.all(
    [`account ${name}`, `address ${address}`, `account ${name} address ${address}`].map(storedHash),
  );
  return { account: ofAccount ?? "", address: ofAddress ?? "", pair: ofPair ?? "" };
}

/** Checks the password of an active account, counted and throttled as {@link ../../control/throttle.ts} says. */
export async function checkPassword(
  c: Context,
  ports: Ports,
  email: string,
  password: string,
): Promise<PasswordVerdict> {
  const now = ports.now();
  const account = await readAccount(ports.control, email);
  const keys = await keysOf(c, ports, email, account);
  const verdict = await countSignIn(ports.control, keys, now);
  // An address that no account has is not written down: it may be a password, typed into the wrong field.
  const whose = { actor: account?.email ?? "", clientId: account?.clientId ?? 0 };
  if (!verdict.allowed) {
    await noteAccess(c, ports, { kind: "throttled", ...whose });
    return { state: "blocked", seconds: Math.max(1, Math.ceil((verdict.until - now) / 1000)) };
  }
  const right = await ports.verifyPassword(password, account?.passwordHash ?? NO_HASH);
  if (!right || !account?.active || account.passwordHash === null) {
    await noteAccess(c, ports, { kind: "sign_in_failed", ...whose });
    return { state: "wrong" };
  }
  await forgiveAttempt(ports.control, keys);
  return { state: "right", account };
}
