import { Buffer } from "node:buffer";

/** The keys of a web push subscription, as a browser gave them. */
export interface SubscriptionKeys {
  /** An uncompressed point of P-256: 65 bytes. */
  readonly p256dh: Uint8Array<ArrayBuffer>;
  /** 16 bytes. */
  readonly auth: Uint8Array<ArrayBuffer>;
}

/** What makes a message one of a kind: a key pair (ECDH, P-256, public key extractable) and 16 random bytes, neither of them used before. */
export interface OnceOnly {
  readonly sender: CryptoKeyPair;
  readonly salt: Uint8Array<ArrayBuffer>;
}

/** Bytes of one record. A message is a single one (RFC 8291, 4). */
const RECORD_SIZE = 4096;
/** Says in the last record that padding follows, of which there is none (RFC 8188, 2). */
const LAST_RECORD = 2;
const CURVE = { name: "ECDH", namedCurve: "P-256" } as const;
const text = new TextEncoder();

/** Bytes of text that a message can have: 4096 less header, delimiter and tag (RFC 8291, 4). */
export const LONGEST_PLAINTEXT = 3993;

/** A key pair for one message. */
export async function senderKeys(): Promise<CryptoKeyPair> {
  return (await crypto.subtle.generateKey(CURVE, true, ["deriveBits"])) as CryptoKeyPair;
}

/**
 * Encrypts a message for a subscription: `aes128gcm` (RFC 8188) with the keys of web push (RFC 8291). By hand, since the libraries that do it
 * make salt and keys by themselves, so that the example of the RFC could not be tried with them, and take the time from the machine.
 *
 * @param plaintext at most {@link LONGEST_PLAINTEXT} bytes
 * @returns the body of the request
 * @throws when `p256dh` is no point of the curve
 */
export async function encryptPush(
  plaintext: Uint8Array<ArrayBuffer>,
  { p256dh, auth }: SubscriptionKeys,
  { sender, salt }: OnceOnly,
): Promise<Uint8Array<ArrayBuffer>> {
  const { subtle } = crypto;
  const receiver = await subtle.importKey("raw", p256dh, CURVE, false, []);
  const shared = await subtle.deriveBits({ name: "ECDH", public: receiver }, sender.privateKey, 256);
  const publicKey = new Uint8Array((await subtle.exportKey("raw", sender.publicKey)) as ArrayBuffer);
  const material = await derive(shared, auth, joined(text.encode("WebPush: info\0"), p256dh, publicKey), 32);
  const key = await derive(material, salt, text.encode("Content-Encoding: aes128gcm\0"), 16);
  const nonce = await derive(material, salt, text.encode("Content-Encoding: nonce\0"), 12);
  const aes = await subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  const record = joined(plaintext, Uint8Array.of(LAST_RECORD));
  const sealed = new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv: nonce }, aes, record));
  const size = new DataView(new ArrayBuffer(4));
  size.setUint32(0, RECORD_SIZE);
  return joined(salt, new Uint8Array(size.buffer), Uint8Array.of(publicKey.length), publicKey, sealed);
}

/** HKDF with SHA-256 (RFC 5869). @param length bytes */
async function derive(
  material: BufferSource,
  salt: BufferSource,
  info: BufferSource,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey("raw", material, "HKDF", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, key, length * 8));
}

function joined(...parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts));
}
