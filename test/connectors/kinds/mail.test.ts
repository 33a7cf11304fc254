import { describe, expect, it } from "vitest";
import { mailConfig, mailSecret } from "../../../src/connectors/kinds/mail.ts";
import { isMailbox, wireMailbox } from "../../../src/connectors/mail/address.ts";
import { isLoopback } from "../../../src/connectors/outbound/ip-address.ts";

const smtp = { transport: "smtp", host: "smtp.example.com", port: 465, from: { address: "office@example.org" } };

describe("the configuration of a mail connector", () => {
  it("is secured from the first byte and redirects nothing unless it says so", () => {
    expect(mailConfig.parse(smtp)).toEqual({ ...smtp, secure: "tls", redirectTo: null });
    expect(mailConfig.parse({ transport: "cf_email", from: smtp.from })).toEqual({
      transport: "cf_email",
      from: smtp.from,
      redirectTo: null,
    });
  });

  it.each<[string, object, string]>([
    ["port 25", { ...smtp, port: 25 }, "port"],
    ["a port beyond the last", { ...smtp, port: 70_000 }, "port"],
    ["no host", { ...smtp, host: "" }, "host"],
    ["an address as host", { ...smtp, host: "https://smtp.example.com" }, "host"],
    ["an unknown way of securing", { ...smtp, secure: "ssl" }, "secure"],
    ["no encryption to another machine", { ...smtp, secure: "none" }, "secure"],
    ["no sender", { ...smtp, from: undefined }, "from"],
    ["a sender with a line break", { ...smtp, from: { address: "a@example.com\r\nX: y" } }, "from.address"],
    ["two redirects", { ...smtp, redirectTo: "a@example.com, b@example.com" }, "redirectTo"],
    ["an unknown transport", { ...smtp, transport: "sendmail" }, "transport"],
    ["a host for cf_email", { ...smtp, transport: "cf_email" }, ""],
    ["an unknown field", { ...smtp, user: "office" }, ""],
  ])("is refused with %s, and the field is named", (_, config, field) => {
    const result = mailConfig.safeParse(config);
    expect(result.success).toBe(false);
    expect(result.error?.issues.map(({ path }) => path.join("."))).toContain(field);
  });

  it.each(["localhost", "127.0.0.1", "127.9.9.9", "::1"])("may go without encryption to %s", (host) => {
    expect(mailConfig.safeParse({ ...smtp, host, secure: "none" }).success).toBe(true);
  });

  it("has a secret of user and password, and nothing else", () => {
    expect(mailSecret.safeParse({ user: "office", password: "x" }).success).toBe(true);
    expect(mailSecret.safeParse({ user: "office", password: "" }).success).toBe(false);
    expect(mailSecret.safeParse({ user: "office" }).success).toBe(false);
  });
});

describe("a mailbox", () => {
  it.each([
    "ada@example.com",
    "ada.lovelace+courses@sub.example.co.uk",
    "o'hara@example.com",
    "a@localhost",
    "jörg@bücher.example",
    "用户@例子.广告",
  ])("is %s", (text) => expect(isMailbox(text)).toBe(true));

  it.each([
    "",
    "ada",
    "@example.com",
    "ada@",
    "ada@@example.com",
    ".ada@example.com",
    "ada.@example.com",
    "a..b@example.com",
    "ada@-example.com",
    "ada@example..com",
    "ada @example.com",
    "ada@example.com ",
    "ada@example.com\n",
    "ada\u0000@example.com",
    "ada\u2028@example.com",
    "ada\u200b@example.com",
    "<ada@example.com>",
    "ada@example.com>",
    "ada@example.com,eve@example.com",
    '"ada lovelace"@example.com',
    "ada@[127.0.0.1]",
    `${"a".repeat(65)}@example.com`,
    `ada@${"a".repeat(64)}.com`,
    `ada@${"abcdefgh.".repeat(30)}com`,
  ])("is not %j", (text) => expect(isMailbox(text)).toBe(false));

  it.each([
    ["ada@example.com", "ada@example.com"],
    ["ada@bücher.example", "ada@xn--bcher-kva.example"],
    ["jörg@example.com", "jörg@example.com"],
    ["ada@例え.テスト", "ada@xn--r8jz45g.xn--zckzah"],
  ])("%s goes over the wire as %s", (mailbox, wire) => expect(wireMailbox(mailbox)).toBe(wire));

  it.each([
    ["localhost", true],
    ["LOCALHOST", true],
    ["[::1]", true],
    ["127.0.0.1", true],
    ["128.0.0.1", false],
    ["127.0.0.1.example.com", false],
    ["localhost.example.com", false],
  ])("on %s is on this machine: %s", (host, expected) => expect(isLoopback(host)).toBe(expected));
});
