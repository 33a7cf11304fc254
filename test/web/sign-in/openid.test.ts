import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openIdProvider } from "../../../src/connectors/openid/provider.ts";
import { httpClient } from "../../../src/connectors/outbound/http.ts";
import { addAdmin } from "../../../src/control/access/access.ts";
import { systemClock } from "../../../src/hosts/system-clock.ts";
import { type Answer, type Browser, type Stage, setStage } from "../stage/stage.ts";
import { CLIENT, claimsOf, ProviderVisit, startProvider, type TestProvider } from "./openid-provider.ts";

const CALLBACK = "/sign-in/openid/callback";
const ada = { email: "ada@example.com", name: "Ada", role: "system_admin", clientId: 0, passwordHash: null } as const;

let provider: TestProvider;
let stage: Stage;
/** What becomes of the provider's answers on their way; the tests' own hand in the line. */
let onTheWay: (url: URL, answer: Response) => Promise<Response> | Response;
/** Paths of the provider that were asked, in order. */
let asked: string[];
let isDown: boolean;

beforeAll(async () => {
  provider = await startProvider(`http://localhost${CALLBACK}`);
});
afterAll(() => provider.stop());

beforeEach(async () => {
  onTheWay = (_url, answer) => answer;
  asked = [];
  isDown = false;
  provider.people.set("ada-at-provider", { email: "Ada@Example.com", verified: true });
  const http = httpClient({
    fetch: async (request) => {
      asked.push(new URL(request.url).pathname);
      if (isDown) throw new TypeError("Connection refused");
      return onTheWay(new URL(request.url), await fetch(request));
    },
    clock: systemClock,
    spend: () => undefined,
  });
  const settings = { issuer: provider.issuer, clientId: CLIENT.id, clientSecret: CLIENT.secret, label: "Our <id>" };
  stage = await setStage({ openId: openIdProvider(settings, { http, now: () => stage.now }) });
  stage.now = Date.now();
  await addAdmin(stage.database, ada, stage.now);
});

/** From our sign-in page to the provider and back: the address that the provider sends the browser to. */
async function comeBack(browser: Browser, account: string | null = "ada-at-provider", next = ""): Promise<string> {
  const begun = await browser.get(`/sign-in/openid${next ? `?next=${encodeURIComponent(next)}` : ""}`);
  const back = await new ProviderVisit().answer(begun.location ?? "", account);
  return back.pathname + back.search;
}

/** What the sign-in page says when it comes of an answer. */
async function saidBy(browser: Browser, answer: Answer): Promise<string> {
  expect([answer.status, answer.location?.split("?")[0]]).toEqual([303, "/sign-in"]);
  expect(answer.location).not.toMatch(/code=|state=/);
  const { text } = await browser.get(answer.location ?? "");
  return text;
}

describe("signing in through the provider", () => {
  it("is offered on the sign-in page, leads on to what was asked for, and ties the account by issuer and subject", async () => {
    const browser = stage.stranger();
    const form = await browser.get("/sign-in?next=%2Fadmin%2Fruns%3Fstate%3Dfailed");
    expect(form.text).toContain("Sign in with Our <id>");
    expect(form.body).toContain('href="/sign-in/openid?next=%2Fadmin%2Fruns%3Fstate%3Dfailed"');
    const answer = await browser.get(await comeBack(browser, "ada-at-provider", "/admin/runs?state=failed"));
    expect([answer.status, answer.location]).toEqual([303, "/admin/runs?state=failed"]);
    expect((await browser.get("/admin/account")).text).toContain(`This account is tied to ${provider.issuer}.`);
    expect([...browser.cookies.keys()]).toEqual(["minutehand"]);

    const tied = await stage.database.execute("SELECT oidc_issuer, oidc_subject, email FROM admins");
    expect(tied.rows[0]).toMatchObject({
      oidc_issuer: provider.issuer,
      oidc_subject: "ada-at-provider",
      email: ada.email,
    });
    const audit = await stage.database.execute("SELECT actor, entity, after FROM audit_log");
    expect(audit.rows).toMatchObject([{ actor: ada.email, entity: "admin" }]);
    expect(stage.faults).toEqual([]);
  });

  it("finds a tied account by its subject, whatever became of the address there and here", async () => {
    await stage.database.execute({
      sql: "UPDATE admins SET oidc_issuer = ?, oidc_subject = 'ada-at-provider'",
      args: [provider.issuer],
    });
    provider.people.set("ada-at-provider", { email: "married@example.com", verified: false });
    const browser = stage.stranger();
    expect((await browser.get(await comeBack(browser))).location).toBe("/admin/now");
  });

  it("asks for a code with PKCE (S256), state and nonce, and keeps of them the nonce's hash only", async () => {
    const browser = stage.stranger();
    const begun = new URL((await browser.get("/sign-in/openid")).location ?? "");
    const parameters = Object.fromEntries(begun.searchParams);
    expect(parameters).toMatchObject({ response_type: "code", code_challenge_method: "S256", client_id: CLIENT.id });
    expect(parameters.scope?.split(" ")).toContain("openid");
    for (const name of ["state", "nonce", "code_challenge"]) expect(parameters[name]).toMatch(/^[\w-]{43}$/);
    const { rows } = await stage.database.execute(
      "SELECT nonce_hash, issuer, used_at, expires_at - issued_at AS life FROM oidc_nonces",
    );
    expect(rows).toMatchObject([{ issuer: provider.issuer, used_at: null, life: 600_000 }]);
    expect(String(rows[0]?.nonce_hash)).toMatch(/^[0-9a-f]{64}$/);
  });

  it("fetches the provider's description and keys once for many sign-ins", async () => {
    for (let time = 0; time < 3; time += 1) {
      const browser = stage.stranger();
      expect((await browser.get(await comeBack(browser))).location).toBe("/admin/now");
    }
    expect(asked.filter((path) => path === "/.well-known/openid-configuration")).toHaveLength(1);
    expect(asked.filter((path) => path === "/jwks")).toHaveLength(1);
  });

  it("gives a fresh session and ends the one that the browser came with", async () => {
    const browser = await stage.signedIn("read_only");
    const before = browser.cookies.get("minutehand") ?? "";
    await browser.get(await comeBack(browser));
    expect(browser.cookies.get("minutehand")).not.toBe(before);
    browser.cookies.set("minutehand", before);
    expect((await browser.get("/admin/now")).location).toBe("/sign-in");
  });

  it("is not begun by another site's page", async () => {
    const answer = await stage.stranger().send("/sign-in/openid", { headers: { "sec-fetch-site": "cross-site" } });
    expect([answer.location, answer.headers.get("set-cookie")]).toEqual(["/sign-in", null]);
  });
});

describe("proving through the provider who one is", () => {
  /** Signs in through the provider, which asks no question of a person who is signed in there already. */
  async function signedIn() {
    const [browser, visit] = [stage.stranger(), new ProviderVisit()];
    const begun = await browser.get("/sign-in/openid");
    const back = await visit.answer(begun.location ?? "", "ada-at-provider");
    await browser.get(back.pathname + back.search);
    return { browser, visit };
  }
  const begin = (browser: Browser) => browser.get("/sign-in/openid?next=%2Fadmin%2Fadmins%2F1&prove=true");

  it("asks the provider to ask again, and opens what was asked for", async () => {
    const { browser, visit } = await signedIn();
    const asked = await browser.get("/admin/admins/1");
    expect(asked.location).toBe("/admin/prove?next=%2Fadmin%2Fadmins%2F1");
    const form = await browser.get(asked.location ?? "");
    expect(form.text).toContain("Confirm with Our <id>");
    expect(form.body).toContain('href="/sign-in/openid?next=%2Fadmin%2Fadmins%2F1&amp;prove=true"');
    const begun = await begin(browser);
    expect(Object.fromEntries(new URL(begun.location ?? "").searchParams)).toMatchObject({
      prompt: "login",
      max_age: "0",
    });
    const back = await visit.answer(begun.location ?? "", "ada-at-provider");
    expect((await browser.get(back.pathname + back.search)).location).toBe("/admin/admins/1");
    expect((await browser.get("/admin/admins/1")).status).toBe(200);
  });

  it("is no proof when the provider asked no question", async () => {
    const { browser, visit } = await signedIn();
    // Signed in there two minutes ago, and a provider that does not know `prompt` and `max_age`.
    const long = Date.now() / 1000 - 120;
    onTheWay = async (url, answer) => {
      if (url.pathname !== "/token") return answer;
      const tokens = (await answer.json()) as Record<string, string>;
      const { at_hash: _hash, ...claims } = claimsOf(tokens.id_token ?? "");
      return Response.json({ ...tokens, id_token: provider.signToken({ ...claims, auth_time: Math.floor(long) }) });
    };
    const back = await visit.answer((await begin(browser)).location ?? "", "ada-at-provider");
    const answer = await browser.get(back.pathname + back.search);
    expect(answer.location).toBe("/admin/prove?next=%2Fadmin%2Fadmins%2F1&problem=openid-stale");
    expect((await browser.get(answer.location ?? "")).text).toContain("did not ask you to sign in again");
    expect((await browser.get("/admin/admins/1")).status).toBe(303);
  });

  it("is no proof when another person signs in there, and the session stays its owner's", async () => {
    const { browser } = await signedIn();
    await addAdmin(stage.database, { ...ada, email: "bob@example.com", name: "Bob" }, stage.now);
    provider.people.set("bob-at-provider", { email: "bob@example.com", verified: true });
    const back = await new ProviderVisit().answer((await begin(browser)).location ?? "", "bob-at-provider");
    const answer = await browser.get(back.pathname + back.search);
    expect(answer.location).toContain("problem=openid-other");
    expect((await browser.get("/admin/account")).text).toContain(ada.email);
  });
});

describe("an answer that is refused", () => {
  it("is one that was used already", async () => {
    const browser = stage.stranger();
    const back = await comeBack(browser);
    const cookies = new Map(browser.cookies);
    expect((await browser.get(back)).location).toBe("/admin/now");
    const again = stage.stranger();
    expect(await saidBy(again, await again.get(back))).toContain("was not begun in this browser");
    for (const [name, value] of cookies) again.cookies.set(name, value);
    asked = [];
    expect(await saidBy(again, await again.get(back))).toContain("This sign-in was used already");
    expect(asked).toEqual([]);
    expect(again.cookies.has("minutehand")).toBe(false);
  });

  it("is one with another state, from another browser, or later than ten minutes", async () => {
    const browser = stage.stranger();
    const back = await comeBack(browser);
    const forged = back.replace(/state=[^&]+/, `state=${"x".repeat(43)}`);
    expect(await saidBy(browser, await browser.get(forged))).toContain("was not begun in this browser");
    expect(await saidBy(stage.stranger(), await stage.stranger().get(back))).toContain("was not begun in this browser");
    stage.now += 600_000;
    expect(await saidBy(browser, await browser.get(back))).toContain("took more than ten minutes");
    expect(browser.cookies.has("minutehand")).toBe(false);
  });

  it("is one that names another issuer, or none though the provider always does (RFC 9207)", async () => {
    for (const change of [
      (url: string) => url.replace(/iss=[^&]+/, "iss=https%3A%2F%2Fevil.example"),
      (url: string) => url.replace(/&iss=[^&]+/, ""),
    ]) {
      const browser = stage.stranger();
      const back = await comeBack(browser);
      expect(change(back)).not.toBe(back);
      expect(await saidBy(browser, await browser.get(change(back)))).toContain("cannot be trusted");
    }
  });

  it("is that of a person who cancelled there", async () => {
    const browser = stage.stranger();
    expect(await saidBy(browser, await browser.get(await comeBack(browser, null)))).toContain("was cancelled there");
    expect(stage.faults).toEqual([]);
  });

  it.each([
    ["a stranger to Minutehand", { email: "eve@example.com", verified: true }, "you have no account here"],
    [
      "an address that the provider does not vouch for",
      { email: ada.email, verified: false },
      "does not vouch for your e-mail",
    ],
  ])("is that of %s", async (_name, person, words) => {
    provider.people.set("eve", person);
    const browser = stage.stranger();
    expect(await saidBy(browser, await browser.get(await comeBack(browser, "eve")))).toContain(words);
    const { rows } = await stage.database.execute(
      "SELECT count(*) AS count FROM admins WHERE oidc_subject IS NOT NULL OR id > 1",
    );
    expect(rows[0]?.count).toBe(0);
  });

  it("is that of an account that is switched off, or tied to another person", async () => {
    const browser = stage.stranger();
    await stage.database.execute("UPDATE admins SET active = 0");
    expect(await saidBy(browser, await browser.get(await comeBack(browser)))).toContain("you have no account here");
    await stage.database.execute(
      "UPDATE admins SET active = 1, oidc_issuer = 'https://id.example', oidc_subject = 'x'",
    );
    expect(await saidBy(browser, await browser.get(await comeBack(browser)))).toContain("tied to another account");
  });

  it("is one whose ID token does not say what it must", async () => {
    const seconds = Math.floor(Date.now() / 1000);
    const forged: Record<string, (claims: Record<string, unknown>, token: string) => string> = {
      "of another nonce": (claims) => provider.signToken({ ...claims, nonce: "x".repeat(43) }),
      "without nonce": ({ nonce: _nonce, ...claims }) => provider.signToken(claims),
      "for another audience": (claims) => provider.signToken({ ...claims, aud: "another" }),
      "for several, handed to another": (claims) =>
        provider.signToken({ ...claims, aud: [CLIENT.id, "another"], azp: "another" }),
      "of another issuer": (claims) => provider.signToken({ ...claims, iss: "https://evil.example" }),
      "with another access token": (claims) => provider.signToken({ ...claims, at_hash: "x".repeat(22) }),
      "with a changed subject": (claims, token) => {
        const [head, , signature] = token.split(".");
        return [head, Buffer.from(JSON.stringify({ ...claims, sub: "eve" })).toString("base64url"), signature].join(
          ".",
        );
      },
      "that is not signed": (_claims, token) =>
        `${Buffer.from('{"alg":"none"}').toString("base64url")}.${token.split(".")[1]}.`,
      "that expired two minutes ago": (claims) => provider.signToken({ ...claims, exp: seconds - 120 }),
    };
    const said: Record<string, string> = {};
    for (const [name, change] of Object.entries(forged)) {
      onTheWay = async (url, answer) => {
        if (url.pathname !== "/token") return answer;
        const body = (await answer.json()) as { id_token: string };
        const headers = { "content-type": "application/json" };
        return new Response(JSON.stringify({ ...body, id_token: change(claimsOf(body.id_token), body.id_token) }), {
          headers,
        });
      };
      const browser = stage.stranger();
      const text = await saidBy(browser, await browser.get(await comeBack(browser)));
      said[name] = /cannot be trusted/.test(text) ? "untrusted" : /set the clock/.test(text) ? "clock" : text;
      expect(browser.cookies.has("minutehand"), name).toBe(false);
    }
    const expected = Object.fromEntries(Object.keys(forged).map((name) => [name, "untrusted"]));
    expect(said).toEqual({ ...expected, "that expired two minutes ago": "clock" });
    // For the operator's log: what was wrong, and nothing that was sent.
    expect(stage.faults).toHaveLength(Object.keys(forged).length);
    expect(stage.faults.map((fault) => `${fault} ${JSON.stringify(fault)}`).join()).not.toMatch(/eyJ|code=|ada/);
  });

  it("accepts clocks that differ by less than a minute", async () => {
    onTheWay = async (url, answer) => {
      if (url.pathname !== "/token") return answer;
      const body = (await answer.json()) as { id_token: string };
      const exp = Math.floor(Date.now() / 1000) - 45;
      return Response.json({ ...body, id_token: provider.signToken({ ...claimsOf(body.id_token), exp }) });
    };
    const browser = stage.stranger();
    expect((await browser.get(await comeBack(browser))).location).toBe("/admin/now");
  });

  it("is none at all: the provider is down, before or in the middle", async () => {
    const browser = stage.stranger();
    const back = await comeBack(browser);
    isDown = true;
    expect(await saidBy(browser, await browser.get(back))).toContain("does not answer");
    stage.now += 3_600_000;
    expect(await saidBy(browser, await browser.get("/sign-in/openid"))).toContain("does not answer");
    expect(browser.cookies.size).toBe(0);
  });
});

it("Says nothing but our own words", async () => {
  expect((await stage.stranger().get("/sign-in?problem=Call+0900")).text).not.toContain("0900");
  expect((await stage.stranger().get("/sign-in?problem=toString")).body).not.toContain('role="alert"');
});
