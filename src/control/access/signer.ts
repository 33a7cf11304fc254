import { Buffer } from "node:buffer";
import { readSecretsKey } from "../secret.ts";

/** A signature is made by `SECRETS_KEY` and known by it and, while the key is being changed, by the one before it. */
export class Signer {
  readonly #use: string;
  readonly #secrets: readonly string[];
  #keys: Promise<readonly CryptoKey[]> | null = null;

  /**
   * @param use what is signed, in a word: each use has a key of its own, derived by HKDF (RFC 5869), so that a signature for one
   *   use proves nothing for another, and a signature never helps to open what the key seals
   * @param secretsKey `SECRETS_KEY`: 32 bytes, base64
   * @param previousKey `SECRETS_KEY_PREVIOUS`; null: none
   */
  constructor(use: string, secretsKey: string, previousKey: string | null = null) {
    this.#use = use;
    this.#secrets = previousKey === null ? [secretsKey] : [secretsKey, previousKey];
  }

  /** HMAC-SHA-256 of a text, base64url: 43 characters. */
  async sign(text: string): Promise<string> {
    const [current] = await this.#derived();
    const signature = await crypto.subtle.sign("HMAC", current as CryptoKey, new TextEncoder().encode(text));
    return Buffer.from(signature).toString("base64url");
  }

  /** Whether a signature belongs to a text. The comparison takes the same time whatever differs. */
  async verify(text: string, signature: string): Promise<boolean> {
    const given = Buffer.from(signature, "base64url");
    const data = new TextEncoder().encode(text);
    for (const key of await this.#derived()) {
      if (await crypto.subtle.verify("HMAC", key, given, data)) return true;
    }
    return false;
  }

  /** Derived when first needed: most requests sign nothing. */
  #derived(): Promise<readonly CryptoKey[]> {
    this.#keys ??= Promise.all(this.#secrets.map((secret) => derive(secret, this.#use)));
    return this.#keys;
  }
}

async function derive(secret: string, use: string): Promise<CryptoKey> {
  const master = await crypto.subtle.importKey("raw", readSecretsKey(secret), "HKDF", false, ["deriveKey"]);
  const info = new TextEncoder().encode(`minutehand ${use}`);
  return await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(32), info },
    master,
    { name: "HMAC", hash: "SHA-256", length: 256 },
    false,
    ["sign", "verify"],
  );
}
