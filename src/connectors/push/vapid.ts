import { Buffer } from "node:buffer";
import { importJWK, SignJWT } from "jose";

/** Life of a signature (ms): services accept at most 24 hours (RFC 8292, 2). */
const LIFE_MS = 12 * 3_600_000;
/** A signature is used no longer than this before its end (ms). */
const SPARE_MS = 3_600_000;

/** A pair of VAPID keys as they are handed round: base64url of 65 and 32 bytes. */
export interface VapidKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** Signs requests to push services (RFC 8292). */
export interface Vapid {
  /** The value of `Authorization` for an endpoint. @param now ms */
  authorization(endpoint: URL, now: number): Promise<string>;
}

/** Thrown when the two keys of a pair do not belong together, or are none. */
export class VapidKeysError extends Error {
  readonly code = "vapid_keys";
}

/**
 * Takes up a pair of keys.
 *
 * @param subject `mailto:` or `https:` address of who sends, for the services
 * @throws {VapidKeysError}
 */
export async function vapid({ publicKey, privateKey }: VapidKeys, subject: string): Promise<Vapid> {
  const point = Buffer.from(publicKey, "base64url");
  const curve = { kty: "EC", crv: "P-256", x: part(point, 1), y: part(point, 33) } as const;
  const key = await signingKey({ ...curve, d: privateKey }, curve);
  /** By origin: a signature is for one. */
  const known = new Map<string, { readonly value: string; readonly until: number }>();
  return {
    async authorization({ origin }, now) {
      const kept = known.get(origin);
      if (kept && now < kept.until) return kept.value;
      const jwt = await new SignJWT({ sub: subject })
        .setProtectedHeader({ typ: "JWT", alg: "ES256" })
        .setAudience(origin)
        .setExpirationTime(Math.floor((now + LIFE_MS) / 1000))
        .sign(key);
      const value = `vapid t=${jwt}, k=${publicKey}`;
      known.set(origin, { value, until: now + LIFE_MS - SPARE_MS });
      return value;
    },
  };
}

const part = (point: Buffer, from: number) => point.subarray(from, from + 32).toString("base64url");

/** The private key, once it is certain that the public one is its own: some runtimes take any pair. */
async function signingKey(secret: object, open: object): Promise<CryptoKey> {
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  try {
    const key = (await importJWK(secret, "ES256")) as CryptoKey;
    const sample = Uint8Array.of(1);
    const signature = await crypto.subtle.sign(algorithm, key, sample);
    const verifier = (await importJWK(open, "ES256")) as CryptoKey;
    if (await crypto.subtle.verify(algorithm, verifier, signature, sample)) return key;
  } catch {
    // Not even keys.
  }
  throw new VapidKeysError("The public key and the private key do not belong together; enter both of one pair");
}
