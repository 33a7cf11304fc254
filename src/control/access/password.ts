import { Buffer } from "node:buffer";
import { scrypt, timingSafeEqual } from "node:crypto";

/**
 * The product's one password hash: scrypt with N=2^15, r=8, p=3, the OWASP password storage cheat sheet's minimum for
 * that N (about 0.2 s of CPU). Stored as `scrypt$15$8$3$<salt>$<hash>`, base64url.
 */
const LOG_N = 15;
const BLOCK_SIZE = 8;
const PARALLEL = 3;
const KEY_LENGTH = 32;

function derive(password: string, salt: Uint8Array, logN: number, r: number, p: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const options = { N: 2 ** logN, r, p, maxmem: 256 * 1024 * 1024 };
    scrypt(password.normalize("NFKC"), salt, KEY_LENGTH, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

/** Hashes a password with 16 bytes of salt. */
export async function hashPassword(password: string, salt: Uint8Array): Promise<string> {
  const key = await derive(password, salt, LOG_N, BLOCK_SIZE, PARALLEL);
  return [
    "scrypt",
    LOG_N,
    BLOCK_SIZE,
    PARALLEL,
    Buffer.from(salt).toString("base64url"),
    Buffer.from(key).toString("base64url"),
  ].join("$");
}

/** True if the password belongs to the hash. Takes the same time whatever differs; false for a hash it cannot read. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const [name, logN, r, p, salt, key] = hash.split("$");
  if (name !== "scrypt" || !salt || !key) return false;
  const expected = Buffer.from(key, "base64url");
  const actual = await derive(password, Buffer.from(salt, "base64url"), Number(logN), Number(r), Number(p));
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
