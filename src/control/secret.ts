import { Buffer } from "node:buffer";

/** A sealed secret cannot be opened: another key sealed it, or it was changed. Says so without the secret. */
export class SecretUnreadableError extends Error {
  readonly code = "invalid_configuration";
  constructor() {
    super("A stored secret cannot be read with the present SECRETS_KEY; enter it again");
  }
}

/** The bytes of `SECRETS_KEY`. @throws RangeError for anything but 32 bytes, base64. */
export function readSecretsKey(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Buffer.from(text, "base64"));
  if (bytes.length !== 32) throw new RangeError("SECRETS_KEY must be 32 bytes, base64");
  return bytes;
}

/**
 * Opens and seals the `*_enc` columns: AES-256-GCM, 12 random bytes of IV, prefixed by the key's id (spec 0.8).
 * The text is `<key id>.<iv>.<ciphertext>`, base64url.
 */
export class SecretBox {
  readonly #key: Promise<CryptoKey>;
  readonly #keyId: Promise<string>;

  /** @param secretsKey `SECRETS_KEY`: 32 bytes, base64. @throws RangeError for another length. */
  constructor(secretsKey: string) {
    const bytes = readSecretsKey(secretsKey);
    this.#key = crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
    this.#keyId = crypto.subtle
      .digest("SHA-256", bytes)
      .then((digest) => Buffer.from(digest).subarray(0, 4).toString("hex"));
  }

  /** Seals a text. @param iv 12 random bytes, never used twice. */
  async seal(text: string, iv: Uint8Array): Promise<string> {
    const data = new TextEncoder().encode(text);
    const sealed = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv: iv as Uint8Array<ArrayBuffer> },
      await this.#key,
      data,
    );
    return [await this.#keyId, Buffer.from(iv).toString("base64url"), Buffer.from(sealed).toString("base64url")].join(
      ".",
    );
  }

  /** Opens a sealed text. @throws {SecretUnreadableError} */
  async open(sealed: string): Promise<string> {
    const [keyId, iv, data] = sealed.split(".");
    if (!iv || !data || keyId !== (await this.#keyId)) throw new SecretUnreadableError();
    try {
      const algorithm = { name: "AES-GCM", iv: Buffer.from(iv, "base64url") };
      const opened = await crypto.subtle.decrypt(algorithm, await this.#key, Buffer.from(data, "base64url"));
      return new TextDecoder().decode(opened);
    } catch {
      throw new SecretUnreadableError();
    }
  }
}
