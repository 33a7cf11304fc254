import { generateKeyPairSync, sign } from "node:crypto";

/** Who may use a libSQL server. */
export interface SqldAccess {
  /** What the server judges tokens by: an Ed25519 public key, URL-safe base64. */
  readonly publicKey: string;
  /** For `authToken` of `@libsql/client`: a JSON Web Token (RFC 7519), signed with a key that is not kept. */
  readonly token: string;
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Makes access for one start of a server. The token holds as long as the server runs with this key. */
export function makeSqldAccess(): SqldAccess {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const signed = `${part({ alg: "EdDSA", typ: "JWT" })}.${part({ a: "rw" })}`;
  return {
    publicKey: String(publicKey.export({ format: "jwk" }).x),
    token: `${signed}.${sign(null, Buffer.from(signed), privateKey).toString("base64url")}`,
  };
}
