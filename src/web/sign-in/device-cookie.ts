import { Buffer } from "node:buffer";
import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { Ports } from "../ports.ts";
import { transportOf } from "./cookie.ts";

/** An account that this browser may have signed in to. */
export interface DeviceAccount {
  readonly id: number;
  /** As stored. It is signed with the rest, so that another password forgets all devices. Null: no password, no device. */
  readonly passwordHash: string | null;
}

/** Time (ms) for which a device is known after its last sign-in. */
const LIFE_MS = 90 * 86_400_000;

/** One for each account: several people may share a browser. The number says nothing that an audit entry does not. */
const nameOf = (adminId: number) => `minutehand-device-${adminId}`;

const signed = ({ id, passwordHash }: DeviceAccount, expires: string, device: string) =>
  ["device", id, expires, device, passwordHash].join("\n");

/**
 * Lets the browser remember that it signed in to an account, so that strangers' wrong passwords do not make it wait. It opens
 * nothing. The cookie is `<expires>.<device>.<signature>`: the expiry in ms to the base of 36, 16 random bytes that name the
 * device, and the HMAC of both with the account and its password's hash.
 */
export async function writeDevice(c: Context, ports: Ports, account: DeviceAccount): Promise<void> {
  if (account.passwordHash === null) return;
  const expires = (ports.now() + LIFE_MS).toString(36);
  const device = Buffer.from(ports.randomBytes(16)).toString("base64url");
  const signature = await ports.devices.sign(signed(account, expires, device));
  const options = { httpOnly: true, sameSite: "Lax", path: "/", maxAge: LIFE_MS / 1000 } as const;
  const value = `${expires}.${device}.${signature}`;
  if (transportOf(c.req.raw) === "secure")
    setCookie(c, nameOf(account.id), value, { ...options, secure: true, prefix: "host" });
  else setCookie(c, nameOf(account.id), value, options);
}

/** The device that signed in to this account before; null: it did not, or too long ago, or the password is another one since. */
export async function readDevice(c: Context, ports: Ports, account: DeviceAccount): Promise<string | null> {
  const name = nameOf(account.id);
  const value = transportOf(c.req.raw) === "secure" ? getCookie(c, name, "host") : getCookie(c, name);
  const [, expires, device, signature] = /^([0-9a-z]{8,9})\.([\w-]{22})\.([\w-]{43})$/.exec(value ?? "") ?? [];
  if (!expires || !device || !signature || account.passwordHash === null) return null;
  if (Number.parseInt(expires, 36) <= ports.now()) return null;
  return (await ports.devices.verify(signed(account, expires, device), signature)) ? device : null;
}
