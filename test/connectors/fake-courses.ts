import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

/** One request as the service got it; its secrets are not kept. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** What the service does to one request instead of answering it. */
export type Fault =
  | { readonly status: number; readonly retryAfter?: string; readonly body?: string; readonly type?: string }
  | "cut"
  | "half";

const LIFE_S = 3600;
const PAGE = 2;

/**
 * A service that lists courses, with client credentials and refresh tokens that it gives anew with each use. It refuses what a strict one
 * refuses: a wrong verb, type, query or login. Real HTTP on 127.0.0.1; its tokens expire by the clock it is given.
 */
export class FakeCourses {
  /** Everything that was asked, tokens included. */
  readonly asked: Asked[] = [];
  /** What becomes of the next requests for courses, in order. */
  readonly faults: Fault[] = [];
  /** The same for requests for tokens. */
  readonly tokenFaults: Fault[] = [];
  /** JSON of the courses it has. */
  courses: string[] = ["1", "2", "3", "4"].map((id) => `{"id":${id},"title":"Course ${id}"}`);
  /** An expired token is answered so. */
  expired = 401;
  /** Tokens are given, and refused all the same. */
  isClosed = false;
  url = "";
  readonly #now: () => number;
  readonly #tokens = new Map<string, number>();
  #refreshToken = "refresh-0";
  #given = 0;

  private constructor(now: () => number) {
    this.#now = now;
  }

  static async start(now: () => number): Promise<FakeCourses> {
    const fake = new FakeCourses(now);
    const server = createServer(async (request, response) => {
      const body = await text(request);
      const url = new URL(request.url ?? "", "http://fake");
      fake.asked.push({ method: request.method ?? "", path: `${url.pathname}${url.search}`, body });
      fake.#answer(request, url, body, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    const address = server.address();
    fake.url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`;
    return fake;
  }

  /** Every token so far is no longer good. */
  forgetTokens(): void {
    this.#tokens.clear();
  }

  /** How often a token was asked for. */
  get grants(): number {
    return this.asked.filter(({ path }) => path === "/oauth/token").length;
  }

  /** How often courses were asked for. */
  get calls(): number {
    return this.asked.length - this.grants;
  }

  #answer(request: IncomingMessage, url: URL, body: string, response: ServerResponse): unknown {
    const isToken = url.pathname === "/oauth/token";
    const fault = (isToken ? this.tokenFaults : this.faults).shift();
    if (fault === "cut") return request.socket.destroy();
    if (fault === "half") {
      response.writeHead(200, { "content-type": "application/json", "content-length": "100" }).write('{"items":[');
      return setImmediate(() => request.socket.destroy());
    }
    if (fault) {
      const headers = { "content-type": fault.type ?? "application/json" };
      const wait = fault.retryAfter === undefined ? {} : { "retry-after": fault.retryAfter };
      return response.writeHead(fault.status, { ...headers, ...wait }).end(fault.body ?? "");
    }
    if (isToken) return this.#grant(request, body, response);
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    const until = this.#tokens.get(token);
    if (this.isClosed || until === undefined || until <= this.#now()) {
      return json(response, this.expired, { message: `The token ${token} is not good` });
    }
    return this.#list(request, url, body, response);
  }

  #grant(request: IncomingMessage, body: string, response: ServerResponse): unknown {
    const form = new URLSearchParams(body);
    const login = Buffer.from((request.headers.authorization ?? "").replace("Basic ", ""), "base64").toString();
    if (request.method !== "POST" || request.headers["content-type"] !== "application/x-www-form-urlencoded") {
      return json(response, 400, { error: "invalid_request" });
    }
    if (login !== "suite:s3cret-id") return json(response, 401, { error: "invalid_client" });
    const isRefresh = form.get("grant_type") === "refresh_token";
    if (!isRefresh && form.get("grant_type") !== "client_credentials") {
      return json(response, 400, { error: "unsupported_grant_type" });
    }
    if (isRefresh && form.get("refresh_token") !== this.#refreshToken)
      return json(response, 400, { error: "invalid_grant" });
    this.#given += 1;
    const token = `t0ken-${this.#given}`;
    this.#tokens.set(token, this.#now() + LIFE_S * 1000);
    if (isRefresh) this.#refreshToken = `refresh-${this.#given}`;
    const refresh = isRefresh ? { refresh_token: this.#refreshToken } : {};
    return json(response, 200, { access_token: token, token_type: "Bearer", expires_in: LIFE_S, ...refresh });
  }

  #list(request: IncomingMessage, url: URL, body: string, response: ServerResponse): unknown {
    const unknown = [...url.searchParams.keys()].find((name) => name !== "from" && name !== "locale");
    if (unknown) return json(response, 400, { message: `The parameter ${unknown} is not known` });
    if (url.pathname === "/v1/courses" && request.method === "POST") {
      if (request.headers["content-type"] !== "application/json") return json(response, 415, {});
      return json(response, 201, { id: 9, title: (JSON.parse(body) as { title: string }).title });
    }
    if (request.method !== "GET") return json(response, 405, {});
    const one = /^\/v1\/courses\/(\d+)$/.exec(url.pathname)?.[1];
    if (one) {
      const found = this.courses[Number(one) - 1];
      return found ? raw(response, found) : json(response, 404, { message: "There is no such course" });
    }
    if (url.pathname !== "/v1/courses") return json(response, 404, {});
    const from = Number(url.searchParams.get("from") ?? 0);
    const behind = from + PAGE < this.courses.length ? `<${this.url}v1/courses?from=${from + PAGE}>; rel="next"` : "";
    if (behind) response.setHeader("link", `<${this.url}v1/courses>; rel="first", ${behind}`);
    return raw(response, `{"items":[${this.courses.slice(from, from + PAGE).join(",")}]}`);
  }
}

function raw(response: ServerResponse, body: string) {
  return response.writeHead(200, { "content-type": "application/json; charset=utf-8" }).end(body);
}

function json(response: ServerResponse, status: number, value: unknown) {
  return response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}
