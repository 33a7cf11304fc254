import { describe, expect, it } from "vitest";
import { signingKey, webhookSignature } from "../../../src/connectors/webhook/signature.ts";

/** The published secrets are shorter than what is taken for a new one. */
const key = (secret: string) => new Uint8Array(Buffer.from(secret.slice("whsec_".length), "base64"));

describe("a signature of Standard Webhooks", () => {
  it.each([
    [
      "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
      { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1614265330, body: '{"test": 2432232314}' },
      "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ],
    [
      "whsec_plJ3nmyCDGBKInavdOK15jsl",
      { id: "msg_loFOjxBNrRLzqYUf", timestamp: 1731705121, body: '{"event_type":"ping","data":{"success":true}}' },
      "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
    ],
  ])("is the published one for %s", async (secret, message, expected) => {
    expect(await webhookSignature(message, [key(secret)])).toBe(expected);
  });

  it("stands once for each secret, separated by spaces", async () => {
    const secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_plJ3nmyCDGBKInavdOK15jsl"];
    const message = { id: "a", timestamp: 1, body: "" };
    const [both = "", ...each] = await Promise.all([
      webhookSignature(message, secrets.map(key)),
      ...secrets.map((secret) => webhookSignature(message, [key(secret)])),
    ]);
    expect(both.split(" ")).toEqual(each);
  });

  it("is made with the bytes of a secret", () => {
    expect(signingKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).toEqual(key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
  });

  it.each([
    ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "without its beginning"],
    ["whsec_", "empty"],
    [`whsec_${Buffer.alloc(23).toString("base64")}`, "of 23 bytes"],
    [`whsec_${Buffer.alloc(65).toString("base64")}`, "of 65 bytes"],
    ["whsec_MfKQ9r8GKYqrTwj*PD8ILPZIo2LaLaSw", "with another character"],
  ])("is not made with %s, a secret %s", (secret) => {
    expect(signingKey(secret)).toBeNull();
  });
});
