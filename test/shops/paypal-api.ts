import { type Fault, faulty, json, Violations } from "./violations.ts";

/** An order at PayPal. */
export interface RemoteOrder {
  id: string;
  intent: string;
  status: string;
  value: string;
  currency: string;
  captures: { id: string; status: string; value: string; currency: string }[];
  /** What a capture of it is refused with; null: it is not. */
  issue: string | null;
  /** How many reads still show the order as it was before its capture. */
  lag: number;
  /** The status that a capture gets. */
  captureStatus: string;
  /** Requests by which it was captured, with the instant (ms) of each. */
  readonly requests: Map<string, number>;
}

const TOKEN_LIFE_S = 32_400;
/** How long (ms) a request id is remembered. */
const REMEMBERED_MS = 6 * 3_600_000;

/** The REST interface of PayPal's sandbox: tokens, orders and captures. It refuses what PayPal refuses, and notes what no client may do. */
export class PayPalApi {
  readonly violations = new Violations();
  readonly orders = new Map<string, RemoteOrder>();
  /** What becomes of the next requests about orders, in order. */
  readonly faults: Fault[] = [];
  readonly asked: string[] = [];
  grants = 0;
  /** The answer to the next capture is lost. */
  losesAnswer = false;
  readonly #now: () => number;
  readonly #tokens = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** An order of 199.00 EUR that waits for its buyer. */
  order(id: string, more: Partial<RemoteOrder> = {}): RemoteOrder {
    const order = {
      id,
      intent: "CAPTURE",
      status: "CREATED",
      value: "199.00",
      currency: "EUR",
      captures: [],
      issue: null,
      lag: 0,
      captureStatus: "COMPLETED",
      requests: new Map(),
      ...more,
    };
    this.orders.set(id, order);
    return order;
  }

  /** The order was paid: it has a capture in this status. */
  captured(id: string, status = "COMPLETED", more: Partial<RemoteOrder> = {}): RemoteOrder {
    const order = this.order(id, { status: "COMPLETED", ...more });
    order.captures.push({ id: `CAP${id}`, status, value: order.value, currency: order.currency });
    return order;
  }

  /** A token that was given before. */
  accept(token: string): void {
    this.#tokens.set(token, Number.POSITIVE_INFINITY);
  }

  forgetTokens(): void {
    this.#tokens.clear();
  }

  readonly fetch = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    if (url.host !== "api-m.sandbox.paypal.com") throw new TypeError(`There is no host ${url.host}`);
    if (url.pathname === "/v1/oauth2/token") return this.#grant(request);
    this.asked.push(`${request.method} ${url.pathname}`);
    const authorization = request.headers.get("authorization") ?? "";
    if (authorization.startsWith("Basic ")) this.violations.note("the client's secret is for tokens only");
    if ((this.#tokens.get(authorization.replace("Bearer ", "")) ?? 0) <= this.#now()) {
      return json({ error: "invalid_token", error_description: "Access Token not found in cache" }, 401);
    }
    const fault = this.faults.shift();
    if (fault) return faulty(fault);
    const [, id = "", action] = /^\/v2\/checkout\/orders\/([A-Z0-9]{1,36})(\/capture)?$/.exec(url.pathname) ?? [];
    if (id === "") this.violations.note(`there is no ${url.pathname}`);
    const order = this.orders.get(id);
    if (!order) return refuse(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID");
    if (!action)
      return request.method === "GET" ? json(this.#read(order)) : refuse(405, "METHOD_NOT_SUPPORTED", "METHOD");
    return this.#capture(request, order);
  };

  #read(order: RemoteOrder) {
    if (order.lag === 0) return shown(order);
    order.lag -= 1;
    return shown({ ...order, status: "APPROVED", captures: [] });
  }

  async #grant(request: Request): Promise<Response> {
    const login = Buffer.from((request.headers.get("authorization") ?? "").replace("Basic ", ""), "base64").toString();
    const form = new URLSearchParams(await request.text());
    if (form.has("client_secret")) this.violations.note("the client's secret belongs into the login");
    if (login !== "client-id-1:client-secret-1" || form.get("grant_type") !== "client_credentials") {
      return json({ error: "invalid_client", error_description: "Client Authentication failed" }, 401);
    }
    this.grants += 1;
    const access_token = `A21AA-${this.grants}`;
    this.#tokens.set(access_token, this.#now() + TOKEN_LIFE_S * 1000);
    const scope = "https://uri.paypal.com/services/checkout/one-click-with-merchant-issued-credential";
    return json({
      scope,
      access_token,
      token_type: "Bearer",
      app_id: "APP-80W284485P519543T",
      expires_in: TOKEN_LIFE_S,
      nonce: "n",
    });
  }

  async #capture(request: Request, order: RemoteOrder): Promise<Response> {
    if (request.method !== "POST") return refuse(405, "METHOD_NOT_SUPPORTED", "METHOD");
    if (request.headers.get("content-type")?.split(";")[0] !== "application/json") {
      this.violations.note("a capture is JSON, also without a body");
      return refuse(415, "UNSUPPORTED_MEDIA_TYPE", "CONTENT_TYPE");
    }
    const requestId = request.headers.get("paypal-request-id");
    if (requestId === null || requestId.length > 108) {
      this.violations.note(`a capture with the request id ${requestId}`);
      return refuse(400, "INVALID_REQUEST", "INVALID_REQUEST_ID");
    }
    const whole = request.headers.get("prefer") === "return=representation";
    const answer = (status: number) => {
      const body = whole ? shown(order) : { id: order.id, status: order.status, links: [] };
      if (!this.losesAnswer) return json(body, status);
      this.losesAnswer = false;
      throw new TypeError("The connection was cut");
    };
    const known = order.requests.get(requestId);
    if (known !== undefined && this.#now() - known < REMEMBERED_MS) return answer(200);
    if (order.captures.length > 0) return refuse(422, "UNPROCESSABLE_ENTITY", "ORDER_ALREADY_CAPTURED");
    if (order.issue !== null) return refuse(422, "UNPROCESSABLE_ENTITY", order.issue);
    if (order.status !== "APPROVED") return refuse(422, "UNPROCESSABLE_ENTITY", "ORDER_NOT_APPROVED");
    order.requests.set(requestId, this.#now());
    order.status = "COMPLETED";
    const { value, currency, captureStatus: status } = order;
    order.captures.push({ id: `CAP${order.id}`, status, value, currency });
    return answer(201);
  }
}

function refuse(status: number, name: string, issue: string): Response {
  const description = "The requested action could not be performed";
  return json({ name, message: description, debug_id: "f1", details: [{ issue, description }], links: [] }, status);
}

function shown({ id, intent, status, value, currency, captures }: RemoteOrder) {
  return {
    id,
    intent,
    status,
    purchase_units: [
      {
        reference_id: "default",
        amount: { currency_code: currency, value },
        ...(captures.length > 0
          ? {
              payments: {
                captures: captures.map((one) => ({
                  id: one.id,
                  status: one.status,
                  amount: { currency_code: one.currency, value: one.value },
                  final_capture: true,
                })),
              },
            }
          : {}),
      },
    ],
    payer: { email_address: "buyer@example.com" },
    links: [],
  };
}
