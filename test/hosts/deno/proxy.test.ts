import { describe, expect, it } from "vitest";
import {
  ForwardedError,
  outerRequest,
  readTrustedProxies,
  TrustedProxiesError,
} from "../../../src/hosts/deno/proxy.ts";
import { findExcess } from "../../growth/growth.ts";
import { setStage } from "../../web/stage/stage.ts";

const trusted = readTrustedProxies("10.0.0.0/8, 192.0.2.1, 2001:db8:aa::/48");
const INNER = "http://127.0.0.1:8787/admin/jobs?state=failed";

/** What a request with these fields was, when it comes from this peer. */
function outer(peer: string, headers: Record<string, string>) {
  const { request, address } = outerRequest(new Request(INNER, { headers }), peer, trusted);
  return { url: request.url, address };
}

describe("from a trusted proxy", () => {
  it.each<[string, Record<string, string>, string, string]>([
    ["X-Forwarded-For", { "x-forwarded-for": "198.51.100.7" }, "http://127.0.0.1:8787", "198.51.100.7"],
    [
      "all three X-Forwarded fields",
      { "x-forwarded-for": "198.51.100.7", "x-forwarded-proto": "https", "x-forwarded-host": "jobs.example" },
      "https://jobs.example",
      "198.51.100.7",
    ],
    [
      "Forwarded",
      { forwarded: "for=198.51.100.7;proto=https;host=jobs.example" },
      "https://jobs.example",
      "198.51.100.7",
    ],
    [
      "Forwarded with names in capitals, quotes, IPv6 and ports",
      { forwarded: 'For="[2001:db8::7]:4711"; Proto=HTTPS ;host="jobs.example:8443"' },
      "https://jobs.example:8443",
      "2001:db8::7",
    ],
    ["a port behind an address", { "x-forwarded-for": "198.51.100.7:50000" }, "http://127.0.0.1:8787", "198.51.100.7"],
    ["a bare IPv6 address", { "x-forwarded-for": "2001:db8::7" }, "http://127.0.0.1:8787", "2001:db8::7"],
    ["a sender who is hidden", { forwarded: "for=_hidden;proto=https" }, "https://127.0.0.1:8787", ""],
    [
      "both kinds that agree",
      { forwarded: "for=198.51.100.7;proto=https", "x-forwarded-for": "198.51.100.7" },
      "https://127.0.0.1:8787",
      "198.51.100.7",
    ],
    [
      "a scheme and a host that cannot be",
      { "x-forwarded-for": "198.51.100.7", "x-forwarded-proto": "javascript", "x-forwarded-host": "a/b@c" },
      "http://127.0.0.1:8787",
      "198.51.100.7",
    ],
    [
      "a field that is not well formed, as no sender's word",
      { forwarded: 'for=198.51.100.7;proto=https;="' },
      "http://127.0.0.1:8787",
      "",
    ],
    ["nothing", {}, "http://127.0.0.1:8787", "10.1.2.3"],
  ])("%s is believed", (_name, headers, origin, address) => {
    const found = outer("10.1.2.3", headers);
    expect(found).toEqual({ url: `${origin}/admin/jobs?state=failed`, address });
  });

  it("what the sender put in front is not believed, as many entries as it may be", () => {
    const spoofed = "203.0.113.1, 127.0.0.1, 10.0.0.1, 198.51.100.7";
    expect(outer("10.1.2.3", { "x-forwarded-for": spoofed }).address).toBe("198.51.100.7");
    const forwarded = "for=203.0.113.1;proto=https;host=evil.example, for=198.51.100.7;proto=http;host=jobs.example";
    expect(outer("10.1.2.3", { forwarded })).toEqual({
      url: "http://jobs.example/admin/jobs?state=failed",
      address: "198.51.100.7",
    });
  });

  it("several trusted proxies are passed through, each with its own scheme and host", () => {
    const fields = {
      "x-forwarded-for": "203.0.113.1, 198.51.100.7, 192.0.2.1",
      "x-forwarded-proto": "http, https, http",
      "x-forwarded-host": "evil.example, jobs.example, inner.example",
    };
    expect(outer("2001:db8:aa::1", fields)).toEqual({
      url: "https://jobs.example/admin/jobs?state=failed",
      address: "198.51.100.7",
    });
  });

  it("a proxy in between that is not trusted is the sender", () => {
    expect(outer("10.1.2.3", { "x-forwarded-for": "198.51.100.7, 203.0.113.9, 10.4.4.4" }).address).toBe("203.0.113.9");
  });

  it("a peer whose IPv4 address is written as IPv6 is the same proxy", () => {
    expect(outer("::ffff:10.1.2.3", { "x-forwarded-for": "198.51.100.7" }).address).toBe("198.51.100.7");
  });

  it("fields that contradict each other end the request: one of them may come from any sender", () => {
    const headers = { forwarded: "for=127.0.0.1;proto=https", "x-forwarded-for": "198.51.100.7" };
    expect(() => outer("10.1.2.3", headers)).toThrow(ForwardedError);
  });

  it.each(["a", " ", "\\\\", "for=a,", "1:", 'for="'])(
    "a long field costs time in proportion to its length: %s",
    async (part) => {
      const read = (field: string) => {
        outer("10.1.2.3", { forwarded: field, "x-forwarded-for": "_hidden" });
        outer("10.1.2.3", { "x-forwarded-for": field });
      };
      expect(await findExcess(read, (length) => `for="${part.repeat(length / part.length)}`)).toBeNull();
    },
  );

  it("a body arrives whole", async () => {
    const headers = { "x-forwarded-for": "198.51.100.7", "x-forwarded-proto": "https" };
    const received = new Request(INNER, { method: "POST", headers, body: "a=1" });
    const { request } = outerRequest(received, "10.1.2.3", trusted);
    expect([request.method, new URL(request.url).protocol, await request.text()]).toEqual(["POST", "https:", "a=1"]);
  });
});

describe("from another peer", () => {
  it.each(["203.0.113.1", "11.0.0.1", "192.0.2.2", "2001:db8:ab::1", "", "not an address"])(
    "%s, every field means nothing",
    (peer) => {
      const headers = {
        forwarded: "for=127.0.0.1;proto=https;host=evil.example",
        "x-forwarded-for": "10.0.0.1",
        "x-forwarded-proto": "https",
        "x-forwarded-host": "evil.example",
      };
      expect(outer(peer, headers)).toEqual({ url: INNER, address: peer });
    },
  );
});

describe("TRUSTED_PROXIES", () => {
  it("is no sender where nothing is given", () => {
    expect(readTrustedProxies("")).toEqual([]);
    expect(readTrustedProxies(" , ")).toEqual([]);
  });

  it.each(["proxy.example", "10.0.0.0/33", "2001:db8::/129", "10.0.0", "10.0.0.0/", "*"])(
    "is refused as %s",
    (text) => {
      expect(() => readTrustedProxies(`10.0.0.1,${text}`)).toThrow(TrustedProxiesError);
      expect(() => readTrustedProxies(text)).toThrow(/TRUSTED_PROXIES holds .*; give addresses or networks/);
    },
  );
});

describe("the pages behind a proxy that ends TLS", () => {
  /** The application as the Deno host serves it, and a request through the proxy or past it. */
  async function behindProxy() {
    const addresses = new WeakMap<Request, string>();
    const stage = await setStage({ clientAddress: (request) => addresses.get(request) ?? "" });
    return (peer: string, path: string, headers: Record<string, string>, fields?: Record<string, string>) => {
      const body = fields && new URLSearchParams(fields);
      const received = new Request(`http://127.0.0.1:8787${path}`, {
        headers,
        ...(body ? { method: "POST", body } : {}),
      });
      const { request, address } = outerRequest(received, peer, trusted);
      addresses.set(request, address);
      return stage.app.fetch(request);
    };
  }
  const proxied = (address: string) => ({
    "x-forwarded-for": address,
    "x-forwarded-proto": "https",
    "x-forwarded-host": "jobs.example",
    origin: "https://jobs.example",
  });

  it("are https pages: HSTS, and cookies that are Secure with the __Host- prefix", async () => {
    const send = await behindProxy();
    const answer = await send("10.1.2.3", "/language", proxied("198.51.100.7"), { locale: "de" });
    expect(answer.headers.get("strict-transport-security")).toBe("max-age=31536000");
    expect(answer.headers.get("set-cookie")).toMatch(/^__Host-locale=de;.*Secure/);
  });

  it("are plain http pages when another peer than the proxy says https", async () => {
    const send = await behindProxy();
    const headers = { ...proxied("198.51.100.7"), origin: "http://127.0.0.1:8787" };
    const answer = await send("203.0.113.1", "/language", headers, { locale: "de" });
    expect(answer.headers.get("strict-transport-security")).toBeNull();
    expect(answer.headers.get("set-cookie")).not.toContain("Secure");
  });

  it("count wrong passwords for the sender and not for the proxy", async () => {
    const send = await behindProxy();
    const guess = { email: "ada@example.com", password: "wrong" };
    const from = async (address: string) => (await send("10.1.2.3", "/sign-in", proxied(address), guess)).status;
    const statuses = [];
    for (let times = 0; times < 6; times += 1) statuses.push(await from("198.51.100.7"));
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    expect(await from("198.51.100.8")).toBe(401);
  });
});
