import { type Account, accountName, countSignIn, forgiveAttempt, readAccount } from "../../control/access.ts";
import type { Ports } from "../ports.ts";
import { addressGroup } from "./address-group.ts";
import { storedHash } from "./token.ts";

/** A well-formed hash that belongs to no password: an unknown account costs the same time as a known one. */
const NOBODY = "scrypt$15$8$3$Zm9yIG5vYm9keSBhdCBhbA$q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA";

/** Whose password it is, or how long (s) nobody may try. */
export type PasswordVerdict =
  | { readonly state: "right"; readonly account: Account }
  | { readonly state: "wrong" }
  | { readonly state: "blocked"; readonly seconds: number };

/** Checks the password of an active account, counted and throttled for the account and for the address that asks. */
export async function checkPassword(
  ports: Ports,
  request: Request,
  email: string,
  password: string,
): Promise<PasswordVerdict> {
  const now = ports.now();
  const keys = {
    account: await storedHash(`account ${accountName(email)}`),
    // Where the host knows no address, all would share one; then the account alone is counted.
    address: await storedHash(`address ${addressGroup(ports.clientAddress(request)) || accountName(email)}`),
  };
  const verdict = await countSignIn(ports.control, keys, now);
  if (!verdict.allowed) return { state: "blocked", seconds: Math.max(1, Math.ceil((verdict.until - now) / 1000)) };
  const account = await readAccount(ports.control, email);
  const right = await ports.verifyPassword(password, account?.passwordHash ?? NOBODY);
  if (!right || !account?.active || account.passwordHash === null) return { state: "wrong" };
  await forgiveAttempt(ports.control, keys);
  return { state: "right", account };
}
