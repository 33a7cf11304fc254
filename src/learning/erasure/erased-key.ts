import { Buffer } from "node:buffer";
import { usernameKey } from "../username.ts";

/**
 * What is hashed: a key by which imports know a person and of which a trace is kept after the person is deleted, or (`reference`)
 * a text of ours that held such a key and must stay unique, such as `registrations.source_ref`.
 */
export type ErasedKeyKind = "external_id" | "username" | "reference";

/** The platform's key for {@link erasedKeyHash}: HMAC-SHA256, cannot be read out of the object. */
export type ErasedKeySecret = CryptoKey;

/** What a run can do with keys of deleted people: never more than compare. */
export interface ErasedKeys {
  /** The hash of a key of one of the run's client's people, as it stands in `erased_people.key_hash`: {@link erasedKeyHash}. */
  hash(kind: ErasedKeyKind, value: string): Promise<string>;
}

/** The platform's secret as {@link erasedKeyHash} takes it. @param bytes 32 random bytes. @throws RangeError for another length. */
export async function erasedKeySecret(bytes: Uint8Array): Promise<ErasedKeySecret> {
  if (bytes.length !== 32) throw new RangeError("The key for deleted people's keys must have 32 bytes");
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", bytes as Uint8Array<ArrayBuffer>, algorithm, false, ["sign"]);
}

/**
 * Tells whether a person with this key was deleted, without keeping the key: base64url of the HMAC-SHA256 (RFC 2104) over
 * `<kind>\n<client>\n<value>`. Equal keys of two clients, and an external id that is another person's username, have different hashes.
 *
 * @param value trimmed and composed (NFC) before; a username in lower case too, as usernames are compared
 */
export async function erasedKeyHash(
  secret: ErasedKeySecret,
  clientId: number,
  kind: ErasedKeyKind,
  value: string,
): Promise<string> {
  const normalised = kind === "username" ? usernameKey(value.trim()) : value.trim().normalize("NFC");
  const signed = await crypto.subtle.sign(
    "HMAC",
    secret,
    new TextEncoder().encode(`${kind}\n${clientId}\n${normalised}`),
  );
  return Buffer.from(signed).toString("base64url");
}
