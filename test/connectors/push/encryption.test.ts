import { createECDH } from "node:crypto";
import ece from "http_ece";
import { describe, expect, it } from "vitest";
import { encryptPush, LONGEST_PLAINTEXT, senderKeys } from "../../../src/connectors/push/encryption.ts";
import { fitNote, jsonBytes, plainText } from "../../../src/connectors/push/note.ts";
import { VapidKeysError, vapid } from "../../../src/connectors/push/vapid.ts";
import { vapidPair } from "./fake-web-push.ts";

const bytes = (text: string) => new Uint8Array(Buffer.from(text, "base64url"));
const utf8 = (text: string) => new Uint8Array(Buffer.from(text));

/** RFC 8291, appendix A. */
const example = {
  text: "When I grow up, I want to be a watermelon",
  p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  auth: "BTBZMqHH6r4Tts7J_aSIgg",
  senderPrivate: "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
  senderPublic: "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
  salt: "DGv6ra1nlYgDCS1FRnbzlw",
  body: "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
};

describe("a message of web push", () => {
  it("is encrypted as the example of RFC 8291 is, byte for byte", async () => {
    const point = bytes(example.senderPublic);
    const [x, y] = [point.slice(1, 33), point.slice(33)].map((part) => Buffer.from(part).toString("base64url"));
    const curve = { kty: "EC", crv: "P-256", x, y } as JsonWebKey;
    const algorithm = { name: "ECDH", namedCurve: "P-256" };
    const publicKey = await crypto.subtle.importKey("jwk", curve, algorithm, true, []);
    const secret = { ...curve, d: example.senderPrivate };
    const privateKey = await crypto.subtle.importKey("jwk", secret, algorithm, false, ["deriveBits"]);
    const keys = { p256dh: bytes(example.p256dh), auth: bytes(example.auth) };
    const once = { sender: { publicKey, privateKey }, salt: bytes(example.salt) };
    const body = await encryptPush(utf8(example.text), keys, once);
    expect(Buffer.from(body).toString("base64url")).toBe(example.body);
    expect(body).toHaveLength(144);
  });

  it.each(["", "a", "ä€😀", "x".repeat(LONGEST_PLAINTEXT)])("is opened by another implementation", async (text) => {
    const receiver = createECDH("prime256v1");
    const p256dh = new Uint8Array(receiver.generateKeys());
    const auth = crypto.getRandomValues(new Uint8Array(16));
    const once = { sender: await senderKeys(), salt: crypto.getRandomValues(new Uint8Array(16)) };
    const body = Buffer.from(await encryptPush(utf8(text), { p256dh, auth }, once));
    expect(body.length).toBeLessThanOrEqual(4096);
    const opened = ece.decrypt(body, { version: "aes128gcm", privateKey: receiver, authSecret: Buffer.from(auth) });
    expect(opened.toString("utf8")).toBe(text);
  });
});

describe("a text that is too long", () => {
  const shortened = (title: string, body: string, limit = 200) => fitNote({ id: "1", title, body }, jsonBytes, limit);

  it("stays as it is up to the last byte", () => {
    const note = { id: "1", title: "Title", body: "ä".repeat(50) };
    expect(fitNote(note, jsonBytes, jsonBytes(note))).toBe(note);
  });

  it.each(["x", "ä", "€", "😀", "👩‍👩‍👧‍👦", "é", "\n", '"'])(
    "is cut between two characters %j, and the JSON stays whole",
    (character) => {
      const note = shortened("Title", character.repeat(500));
      expect(jsonBytes(note)).toBeLessThanOrEqual(200);
      expect(JSON.parse(JSON.stringify(note))).toEqual(note);
      const rest = note.body.replace(/…$/, "");
      expect(rest).toBe(character.repeat(rest.length / character.length).trimEnd());
      // One character more would not fit.
      if (character !== "\n") expect(jsonBytes({ ...note, body: `${rest}${character}…` })).toBeGreaterThan(200);
    },
  );

  it("gives up its title only where the text is gone", () => {
    expect(shortened("t".repeat(500), "body")).toEqual({ id: "1", title: `${"t".repeat(166)}…`, body: "" });
  });
});

it.each([
  ["Plain & <simple>", "Plain & <simple>"],
  ["<p>One &amp; two</p><p>Three&nbsp;&#33;&#x1F600;</p>", "One & two\nThree !😀"],
  ["<html><head><style>p{}</style></head><body><ul><li>a</li><li>b</li></ul></body></html>", "a\nb"],
])("a device is shown %j as text", (body, expected) => {
  expect(plainText(body)).toBe(expected);
});

it("VAPID keys that do not belong together are refused", async () => {
  const [one, other] = [vapidPair(), vapidPair()];
  await expect(vapid({ ...one, privateKey: other.privateKey }, "mailto:a@b.example")).rejects.toThrow(VapidKeysError);
});

it("a VAPID signature is made once for each origin, and anew before it ends", async () => {
  const signer = await vapid(vapidPair(), "mailto:a@b.example");
  const at = (url: string, now: number) => signer.authorization(new URL(url), now);
  const first = await at("https://one.example/a", 0);
  expect(await at("https://one.example/b", 11 * 3_600_000 - 1)).toBe(first);
  expect(await at("https://two.example/a", 0)).not.toBe(first);
  expect(await at("https://one.example/a", 11 * 3_600_000)).not.toBe(first);
});
