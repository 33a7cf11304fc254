import { describe, expect, it } from "vitest";
import { Signer } from "../../src/control/access/signer.ts";
import { connectorSecret, databaseToken, SecretBox, SecretUnreadableError } from "../../src/control/secret.ts";
import { sealAsBefore } from "../harness/old-seal.ts";

const key = (byte: number) => Buffer.alloc(32, byte).toString("base64");
const iv = new Uint8Array(12);
const cell = connectorSecret(5);

describe("a sealed secret", () => {
  it("opens where it was sealed for, and says nothing of itself", async () => {
    const box = new SecretBox(key(7));
    const sealed = await box.seal("correct horse", iv, cell);
    expect(sealed).toMatch(/^2\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]+$/);
    expect(await box.open(sealed, cell)).toBe("correct horse");
  });

  it.each([
    ["another row", connectorSecret(6)],
    ["another column", { ...cell, column: "access_token_enc" }],
    ["another table", databaseToken(5)],
  ])("copied to %s does not open", async (_name, elsewhere) => {
    const box = new SecretBox(key(7));
    const sealed = await box.seal("correct horse", iv, cell);
    await expect(box.open(sealed, elsewhere)).rejects.toThrow(SecretUnreadableError);
    // Nor when it is passed off as one of an earlier release.
    await expect(box.open(sealed.replace(/^2\./, ""), elsewhere)).rejects.toThrow(SecretUnreadableError);
    await expect(box.open(sealed.replace(/^2\./, ""), cell)).rejects.toThrow(SecretUnreadableError);
  });

  it("of an earlier release opens, bound to nothing, and cannot be passed off as bound", async () => {
    const box = new SecretBox(key(7));
    const old = sealAsBefore("correct horse");
    expect(await box.open(old, cell)).toBe("correct horse");
    await expect(box.open(`2.${old}`, cell)).rejects.toThrow(SecretUnreadableError);
  });

  it("opens with the previous key while there is one, and is sealed with the present one", async () => {
    const old = await new SecretBox(key(7)).seal("correct horse", iv, cell);
    const both = new SecretBox(key(8), key(7));
    expect(await both.open(old, cell)).toBe("correct horse");
    const fresh = await both.seal("correct horse", iv, cell);
    expect(fresh.startsWith(await both.sealedNow())).toBe(true);
    expect(await new SecretBox(key(8)).open(fresh, cell)).toBe("correct horse");
    await expect(new SecretBox(key(8)).open(old, cell)).rejects.toThrow(SecretUnreadableError);
  });

  it.each(["", ".", "2...", "2.aaaaaaaa.b.c", "a.b.c", "3.a.b.c", "2.a.b.c.d", "🔑"])(
    "that is %j opens nothing",
    async (text) => {
      await expect(new SecretBox(key(7)).open(text, cell)).rejects.toThrow(SecretUnreadableError);
    },
  );

  it("wants a key of 32 bytes", () => {
    expect(() => new SecretBox(Buffer.alloc(16).toString("base64"))).toThrow(RangeError);
    expect(() => new SecretBox(key(7), "short")).toThrow(RangeError);
  });
});

describe("a signature", () => {
  it("belongs to its text and its use", async () => {
    const signer = new Signer("device", key(7));
    const signature = await signer.sign("text");
    expect(signature).toMatch(/^[\w-]{43}$/);
    expect(await signer.verify("text", signature)).toBe(true);
    expect(await signer.verify("texts", signature)).toBe(false);
    expect(await new Signer("other", key(7)).verify("text", signature)).toBe(false);
    expect(await new Signer("device", key(8)).verify("text", signature)).toBe(false);
    for (const wrong of ["", "x", "🔑", signature.slice(1)]) expect(await signer.verify("text", wrong)).toBe(false);
  });

  it("of the previous key is known while there is one", async () => {
    const signature = await new Signer("device", key(7)).sign("text");
    const both = new Signer("device", key(8), key(7));
    expect(await both.verify("text", signature)).toBe(true);
    expect(await both.sign("text")).not.toBe(signature);
  });
});
