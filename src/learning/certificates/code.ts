const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Random bytes that a code is made of. */
export const CODE_BYTES = 10;

/** A certificate's verification code: 16 characters of base32 (RFC 4648), 80 random bits. */
export function verificationCode(random: Uint8Array): string {
  if (random.length !== CODE_BYTES) throw new RangeError(`A code is made of ${CODE_BYTES} random bytes`);
  let bits = 0n;
  for (const byte of random) bits = (bits << 8n) | BigInt(byte);
  return Array.from({ length: 16 }, (_, at) => ALPHABET[Number((bits >> BigInt(75 - 5 * at)) & 31n)]).join("");
}

/** A code as people type it: in small letters, with blanks or hyphens. Null for what can be no code. */
export function readVerificationCode(text: string): string | null {
  const code = text.replace(/[\s-]/g, "").toUpperCase();
  return /^[A-Z2-7]{16}$/.test(code) ? code : null;
}
