import { describe, expect, it } from "vitest";
import { TargetListError, targetGuard } from "../../../src/connectors/outbound/target.ts";

const refusal = (url: string, allowed = "") => targetGuard(allowed).refusal(new URL(url));

describe("a request of a client's job may go to", () => {
  it.each([
    "https://erp.example.com/hooks?x=1",
    "http://erp.example.com:8080/",
    "https://8.8.8.8/",
    "https://172.15.255.255/",
    "https://172.32.0.1/",
    "https://100.63.255.255/",
    "https://100.128.0.1/",
    "https://169.253.1.1/",
    "https://192.169.0.1/",
    "https://[2606:4700::1111]/",
    "https://internal.example.com/",
    "https://localhost.example.com/",
    "https://10.example.com/",
  ])("%s", (url) => {
    expect(refusal(url)).toBeNull();
  });
});

describe("a request of a client's job may not go to", () => {
  it.each([
    ["loopback", "http://127.0.0.1/", /loopback/],
    ["the whole of 127/8", "http://127.255.1.2/", /loopback/],
    ["a short IPv4 address", "http://127.1/", /loopback/],
    ["a decimal IPv4 address", "http://2130706433/", /loopback/],
    ["an octal IPv4 address", "http://0177.0.0.1/", /loopback/],
    ["a hexadecimal IPv4 address", "http://0x7f.0x0.0x0.0x1/", /loopback/],
    ["a hexadecimal number", "http://0xA9FEA9FE/", /link-local/],
    ["an address in full-width digits", "http://１２７.０.０.１/", /loopback/],
    ["an address with a dot behind it", "http://127.0.0.1./", /loopback/],
    ["this network", "http://0.0.0.0/", /this network/],
    ["private 10/8", "http://10.20.30.40/", /private/],
    ["private 172.16/12", "http://172.31.255.255/", /private/],
    ["private 192.168/16", "http://192.168.1.1/", /private/],
    ["carrier-grade NAT", "http://100.100.100.200/", /carrier-grade NAT/],
    ["a cloud's metadata", "http://169.254.169.254/latest/meta-data", /link-local/],
    ["multicast", "http://224.0.0.1/", /multicast/],
    ["broadcast", "http://255.255.255.255/", /reserved/],
    ["IPv4 for documentation", "http://203.0.113.7/", /documentation/],
    ["IPv4 for benchmarks", "http://198.19.0.1/", /benchmarking/],
    ["IPv6 loopback", "http://[::1]/", /loopback/],
    ["IPv6 unspecified", "http://[::]/", /unspecified/],
    ["IPv4-mapped loopback", "http://[::ffff:127.0.0.1]/", /IPv4-mapped/],
    ["an IPv4-mapped public address", "http://[::ffff:8.8.8.8]/", /IPv4-mapped/],
    ["an IPv4-compatible address", "http://[::7f00:1]/", /reserved/],
    ["6to4 of a private address", "http://[2002:7f00:1::]/", /6to4/],
    ["NAT64", "http://[64:ff9b::a9fe:a9fe]/", /NAT64/],
    ["NAT64 of the own network", "http://[64:ff9b:1::1]/", /NAT64/],
    ["Teredo", "http://[2001:0:1::1]/", /reserved/],
    ["IPv6 unique local", "http://[fd12:3456::1]/", /private/],
    ["IPv6 link-local", "http://[fe80::1]/", /link-local/],
    ["IPv6 site-local", "http://[fec0::1]/", /reserved/],
    ["IPv6 multicast", "http://[ff02::1]/", /multicast/],
    ["IPv6 for documentation", "http://[2001:db8::1]/", /documentation/],
    ["localhost", "http://localhost:8787/", /no public name/],
    ["localhost with a dot", "http://LOCALHOST./", /no public name/],
    ["a name below localhost", "http://app.localhost/", /no public name/],
    ["a name below internal", "http://metadata.google.internal/", /no public name/],
    ["a name of mDNS", "http://printer.local/", /no public name/],
    ["a router's name", "http://fritz.home.arpa/", /no public name/],
    ["a name without a dot", "http://intranet/", /no public name/],
    ["a login in the address", "https://ada:secret@erp.example.com/", /user or password/],
    ["another protocol", "ftp://erp.example.com/", /Only https and http/],
    ["a file", "file:///etc/passwd", /Only https and http/],
  ])("%s", (_what, url, words) => {
    expect(refusal(url)).toMatch(words);
  });

  it("and the refusal never repeats a login or a path", () => {
    expect(refusal("http://ada:hunter2@127.0.0.1/hunter2?hunter2")).not.toContain("hunter2");
    expect(refusal("http://127.0.0.1/hunter2?hunter2")).not.toContain("hunter2");
  });
});

describe("the operator allows", () => {
  it.each([
    ["erp.internal", "http://erp.internal/", true],
    ["erp.internal", "http://ERP.internal.:8080/", true],
    ["erp.internal", "http://x.erp.internal/", false],
    ["*.corp.internal", "http://erp.corp.internal/", true],
    ["*.corp.internal", "http://corp.internal/", false],
    ["10.1.0.0/16", "http://10.1.2.3/", true],
    ["10.1.0.0/16", "http://10.2.2.3/", false],
    ["10.1.0.0/15", "http://10.0.2.3/", true],
    ["127.0.0.1:8080", "http://127.0.0.1:8080/", true],
    ["127.0.0.1:8080", "http://127.0.0.1:8081/", false],
    ["127.0.0.1:443", "https://127.0.0.1/", true],
    ["127.0.0.1:80", "http://0x7f000001/", true],
    ["[::1]:8080", "http://[0:0::1]:8080/", true],
    ["fd00::/8", "http://[fd12::1]/", true],
    ["fd00::/8", "http://[fe80::1]/", false],
    ["a.internal, 10.0.0.1 b.internal", "http://b.internal/", true],
    ["*", "http://localhost/", true],
    ["*", "http://ada@localhost/", false],
    ["", "http://localhost/", false],
  ])("%j: %s %s", (allowed, url, expected) => {
    expect(refusal(url, allowed) === null).toBe(expected);
  });

  it.each(["10.0.0.0/33", "http://erp.internal", "*.*", "erp_internal/16", "a..b"])(
    "nothing by %j: the entry is named",
    (entry) => {
      expect(() => targetGuard(`10.0.0.1, ${entry}`)).toThrow(TargetListError);
      expect(() => targetGuard(entry)).toThrow(entry);
    },
  );
});

describe("a public name", () => {
  const resolved = (addresses: readonly string[], allowed = "") =>
    targetGuard(allowed, async () => addresses).resolvedRefusal(new URL("https://erp.example.com/"));

  it.each([
    [["93.184.215.14", "2606:2800:21f::1"], null],
    [["93.184.215.14", "10.0.0.1"], /not public \(private\)/],
    [["::1"], /loopback/],
    [["::ffff:10.0.0.1"], /IPv4-mapped/],
    [["fe80::1%eth0"], /link-local/],
    [["nonsense"], /not readable/],
  ])("that leads to %j", async (addresses, words) => {
    const found = await resolved(addresses);
    if (words === null) expect(found).toBeNull();
    else expect(found).toMatch(words);
  });

  it("may lead to a private address that the operator allows", async () => {
    expect(await resolved(["10.0.0.1"], "10.0.0.0/8")).toBeNull();
    expect(await resolved(["10.0.0.1"], "erp.example.com")).toBeNull();
  });

  it("is judged by its writing alone where no resolver can be asked", async () => {
    expect(await targetGuard().resolvedRefusal(new URL("https://erp.example.com/"))).toBeNull();
  });
});
