import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { erasedKeyHash, erasedKeySecret } from "../../../src/learning/erasure/erased-key.ts";

const bytes = Buffer.alloc(32, 7);
const secret = await erasedKeySecret(bytes);

describe("the hash of a deleted person's key", () => {
  it("is HMAC-SHA256 over kind, client and value, base64url", async () => {
    const expected = createHmac("sha256", bytes).update("external_id\n17\nP-17").digest("base64url");
    expect(await erasedKeyHash(secret, 17, "external_id", "P-17")).toBe(expected);
  });

  it("is the same however the key is written: blanks around it, composed or not, and a username in any case", async () => {
    const known = await erasedKeyHash(secret, 1, "username", "zo\u00eb");
    for (const written of [" Zo\u00eb ", "ZOE\u0308", "zoe\u0308\t"])
      expect(await erasedKeyHash(secret, 1, "username", written)).toBe(known);
  });

  it("is another one for another client, kind, case of an external id, or secret", async () => {
    const known = await erasedKeyHash(secret, 1, "external_id", "p-17");
    const others = [
      erasedKeyHash(secret, 2, "external_id", "p-17"),
      erasedKeyHash(secret, 1, "username", "p-17"),
      erasedKeyHash(secret, 1, "external_id", "P-17"),
      erasedKeyHash(await erasedKeySecret(Buffer.alloc(32, 8)), 1, "external_id", "p-17"),
    ];
    for (const other of others) expect(await other).not.toBe(known);
  });

  it("is made with 32 bytes and no fewer", async () => {
    await expect(erasedKeySecret(Buffer.alloc(31))).rejects.toThrow(RangeError);
  });
});
