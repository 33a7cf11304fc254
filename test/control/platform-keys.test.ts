import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { PlatformKeyUnreadableError, platformKey } from "../../src/control/platform-keys.ts";
import { SecretBox } from "../../src/control/secret.ts";
import { reseal, sealedInControl } from "../../src/hosts/reseal.ts";
import type { Database } from "../../src/store/database.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";

let control: Database;
const boxOf = (byte: number) => new SecretBox(Buffer.alloc(32, byte).toString("base64"));
const ports = (byte = 1) => ({ control, secrets: boxOf(byte), randomBytes, now: () => 5 });

beforeEach(async () => {
  control = await freshFileDatabase(["control"]);
});

describe("a key that the platform makes for itself", () => {
  it("is 32 random bytes, made once, and stands nowhere unsealed", async () => {
    const [one, other] = await Promise.all([
      platformKey(ports(), "erased_people"),
      platformKey(ports(), "erased_people"),
    ]);
    expect(one).toHaveLength(32);
    expect(other).toEqual(one);
    expect(await platformKey(ports(), "erased_people")).toEqual(one);
    const stored = await control.execute("SELECT * FROM platform_keys");
    expect(stored.rows).toHaveLength(1);
    const text = JSON.stringify(stored.rows);
    for (const form of ["base64", "base64url", "hex"] as const)
      expect(text).not.toContain(Buffer.from(one).toString(form));
  });

  it("is the same once SECRETS_KEY is another one and it was sealed anew", async () => {
    const before = await platformKey(ports(1), "erased_people");
    const both = new SecretBox(Buffer.alloc(32, 2).toString("base64"), Buffer.alloc(32, 1).toString("base64"));
    expect(await reseal(control, sealedInControl, both, randomBytes)).toEqual({ count: 1, unreadable: [] });
    expect(await platformKey(ports(2), "erased_people")).toEqual(before);
  });

  it("is not replaced when it cannot be read: what was marked with it would be forgotten", async () => {
    const before = await platformKey(ports(1), "erased_people");
    await expect(platformKey(ports(2), "erased_people")).rejects.toThrow(PlatformKeyUnreadableError);
    await expect(platformKey(ports(2), "erased_people")).rejects.toMatchObject({ code: "invalid_configuration" });
    expect(await platformKey(ports(1), "erased_people")).toEqual(before);
  });
});
