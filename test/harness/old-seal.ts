import { createCipheriv, createHash } from "node:crypto";

/**
 * A secret as the first release sealed it: bound to no row, `<key id>.<iv>.<ciphertext>`. What is stored so must stay readable.
 *
 * @param byte the key is 32 of it
 */
export function sealAsBefore(text: string, iv: Uint8Array = new Uint8Array(12), byte = 7): string {
  const key = Buffer.alloc(32, byte);
  const cipher = createCipheriv("aes-256-gcm", key, iv);
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  const id = createHash("sha256").update(key).digest().subarray(0, 4).toString("hex");
  return [id, Buffer.from(iv).toString("base64url"), sealed.toString("base64url")].join(".");
}
