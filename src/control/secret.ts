import { Buffer } from "node:buffer";
import { InvalidConfigurationError } from "./invalid-configuration.ts";

/** A sealed secret cannot be opened: another key sealed it, it was changed, or it was sealed for another row. Says so without the secret. */
export class SecretUnreadableError extends InvalidConfigurationError {
  constructor(message = "A stored secret cannot be read with the present SECRETS_KEY; enter it again") {
    super(message);
  }
}

/** The bytes of `SECRETS_KEY`. @throws RangeError for anything but 32 bytes, base64. */
export function readSecretsKey(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Buffer.from(text, "base64"));
  if (bytes.length !== 32) throw new RangeError("SECRETS_KEY must be 32 bytes, base64");
  return bytes;
}

/** The cell that a sealed text is stored in. It opens there and nowhere else. */
export interface SecretCell {
  readonly table: string;
  readonly column: string;
  /** The row's key. */
  readonly row: number;
}

/** The cell of a connector's secret, or of one of the tokens that were got with it. */
export const connectorSecret = (
  connectorId: number,
  column: "secret_enc" | "access_token_enc" | "refresh_token_enc" = "secret_enc",
): SecretCell => ({ table: "connectors", column, row: connectorId });

/**
 * The cell of the token of a client's own database. While the client is moved, the same sealed text stands in `client_moves` too,
 * and is copied from there, so it is bound to the client and not to that row.
 */
export const databaseToken = (clientId: number): SecretCell => ({
  table: "clients",
  column: "database_token_enc",
  row: clientId,
});

/** Begins a sealed text that is bound to its cell. Those without were sealed by a release that bound nothing. */
const BOUND = "2";

interface Key {
  readonly id: string;
  readonly key: CryptoKey;
}

/**
 * Opens and seals the `*_enc` columns: AES-256-GCM with 12 random bytes of IV, and the cell as additional data, so that a sealed
 * text copied to another row does not open there. The text is `2.<key id>.<iv>.<ciphertext>`, base64url; one without the `2` was
 * sealed by an earlier release without a cell and opens anywhere until `npm run secrets:rotate` has sealed it again.
 */
export class SecretBox {
  readonly #keys: Promise<readonly [current: Key, ...previous: Key[]]>;

  /**
   * @param secretsKey `SECRETS_KEY`: 32 bytes, base64; seals and opens
   * @param previousKey `SECRETS_KEY_PREVIOUS`: only opens, while the key is being changed; null: there is none
   * @throws RangeError for another length
   */
  constructor(secretsKey: string, previousKey: string | null = null) {
    const current = readSecretsKey(secretsKey);
    const previous = previousKey === null ? [] : [readSecretsKey(previousKey)];
    this.#keys = Promise.all([importKey(current), ...previous.map(importKey)]);
    // A failure reaches the caller that seals or opens.
    this.#keys.catch(() => undefined);
  }

  /** Seals a text for one cell. @param iv 12 random bytes, never used twice */
  async seal(text: string, iv: Uint8Array, cell: SecretCell): Promise<string> {
    const [{ id, key }] = await this.#keys;
    const data = new TextEncoder().encode(text);
    const algorithm = { name: "AES-GCM", iv: iv as Uint8Array<ArrayBuffer>, additionalData: additional(cell) };
    const sealed = await crypto.subtle.encrypt(algorithm, key, data);
    const parts = [Buffer.from(iv), Buffer.from(sealed)].map((bytes) => bytes.toString("base64url"));
    return [BOUND, id, ...parts].join(".");
  }

  /** Opens a text that is stored in a cell. @throws {SecretUnreadableError} */
  async open(sealed: string, cell: SecretCell): Promise<string> {
    const parts = sealed.split(".");
    const isBound = parts.length === 4 && parts[0] === BOUND;
    const [keyId, iv, data] = isBound ? parts.slice(1) : parts;
    const found = (await this.#keys).find(({ id }) => id === keyId);
    if (!iv || !data || !found) throw new SecretUnreadableError();
    try {
      const bound = isBound ? { additionalData: additional(cell) } : {};
      const algorithm = { name: "AES-GCM", iv: Buffer.from(iv, "base64url"), ...bound };
      const opened = await crypto.subtle.decrypt(algorithm, found.key, Buffer.from(data, "base64url"));
      return new TextDecoder().decode(opened);
    } catch {
      throw new SecretUnreadableError();
    }
  }

  /** How every text begins that this box seals now. Others want to be sealed again. */
  async sealedNow(): Promise<string> {
    const [{ id }] = await this.#keys;
    return `${BOUND}.${id}.`;
  }
}

const additional = ({ table, column, row }: SecretCell) => new TextEncoder().encode(`${table}/${column}/${row}`);

async function importKey(bytes: Uint8Array<ArrayBuffer>): Promise<Key> {
  const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return { id: Buffer.from(digest).subarray(0, 4).toString("hex"), key };
}
