import { generateKeyPairSync, type JsonWebKey, sign } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";

export const CLIENT = { id: "minutehand", secret: "a secret of the client: 100 %" } as const;

/** A person with an account at the provider. */
export interface Person {
  readonly email: string;
  readonly verified: boolean;
}

/** A real OpenID provider on this machine. */
export interface TestProvider {
  readonly issuer: string;
  /** By account id, which is the subject. A test may change it. */
  readonly people: Map<string, Person>;
  stop(): Promise<void>;
  /** Signs an ID token as the provider would. */
  signToken(claims: Record<string, unknown>): string;
}

/** A token's part, as text. */
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** The claims of a token. */
export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>;
}

/** Starts a provider that knows the application at `redirectUri`; the caller stops it. It signs in every account id, with any password. */
export async function startProvider(redirectUri: string): Promise<TestProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const people = new Map<string, Person>();
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk: JsonWebKey = { ...privateKey.export({ format: "jwk" }), kid: "tests", alg: "RS256", use: "sig" };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [redirectUri],
        grant_types: ["authorization_code"],
        response_types: ["code"],
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    jwks: { keys: [jwk as never] },
    cookies: { keys: ["a key of the tests"] },
    // Said for every kind, or the provider mentions each that is not.
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, AuthorizationCode: 60, IdToken: 600 },
    pkce: { required: () => true },
    findAccount: (_context, sub) => {
      const person = people.get(sub);
      if (!person) return undefined;
      return { accountId: sub, claims: () => ({ sub, email: person.email, email_verified: person.verified }) };
    },
  });
  server.on("request", provider.callback());
  const stop = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    // No client connects any more, so none is left.
    server.closeAllConnections();
    await closed;
  };
  return {
    issuer,
    people,
    stop,
    signToken(claims) {
      const text = `${part({ alg: "RS256", kid: "tests" })}.${part(claims)}`;
      return `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`;
    },
  };
}

/** Goes through the provider's pages over HTTP, as a browser without JavaScript would. */
export class ProviderVisit {
  readonly #cookies = new Map<string, string>();

  async #send(url: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.#cookies].map((pair) => pair.join("=")).join("; ");
    const response = await fetch(url, { ...init, headers: { cookie }, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [name = "", value = ""] = (line.split(";")[0] ?? "").split("=");
      if (value === "") this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  }

  /** Signs in as an account, or goes back without. @returns the address at the application to which the provider sends the browser */
  async answer(authorizationUrl: string, account: string | null): Promise<URL> {
    const { origin } = new URL(authorizationUrl);
    let url = authorizationUrl;
    for (let step = 0; step < 12; step += 1) {
      if (new URL(url).origin !== origin) return new URL(url);
      const response = await this.#send(url);
      const location = response.headers.get("location");
      if (location !== null) {
        url = new URL(location, url).href;
        continue;
      }
      const page = await response.text();
      const [, action] = /<form[^>]*action="([^"]+)"/.exec(page) ?? [];
      const [, abort] = /href="([^"]*\/abort)"/.exec(page) ?? [];
      if (account === null && abort) {
        url = new URL(abort, url).href;
        continue;
      }
      const [, prompt = ""] = /name="prompt" value="(\w+)"/.exec(page) ?? [];
      if (!action) throw new Error(`The provider answered ${response.status}: ${page.slice(0, 500)}`);
      const fields: Record<string, string> =
        prompt === "login" ? { prompt, login: account ?? "", password: "any" } : { prompt };
      const posted = await this.#send(new URL(action, url).href, { method: "POST", body: new URLSearchParams(fields) });
      url = new URL(posted.headers.get("location") ?? url, url).href;
    }
    throw new Error("The provider goes round in circles");
  }
}
