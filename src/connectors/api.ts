import { z } from "zod";
import { bodyOf, isSuccess, readAnswer } from "./answer-json.ts";
import { type ConnectorKind, type Finding, good, PATIENCE, type Watch, wrong } from "./kind.ts";
import { answerExcerpt } from "./outbound/answer-excerpt.ts";
import type { HttpAnswer, HttpRequest } from "./outbound/http.ts";
import {
  AnswerInvalidError,
  RemoteError,
  RemoteRefusedError,
  RemoteUnavailableError,
  TargetRefusedError,
} from "./outbound/remote-error.ts";
import { isSecretName } from "./outbound/secret-names.ts";
import { resolvedRefusal } from "./outbound/target.ts";
import { type ConnectorPorts, httpOut } from "./ports.ts";
import { ConnectorInvalidError, type StoredConnector, validate } from "./stored.ts";
import { connectorToken } from "./token.ts";

/** Characters of an answer that a refusal quotes. */
const LONGEST_QUOTE = 200;

/** A request to a JSON interface. JSON-able, so that it can stand in a cursor. */
export interface ApiRequest {
  /** Below the base address; or a whole address of the same origin, as services name their next page. */
  readonly path: string;
  /** Added to the address; undefined: left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Default GET, with a body POST. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** The body as it is, for JSON whose very text counts; instead of `body`. */
  readonly json?: string;
  /** See {@link HttpRequest.repeatable}. */
  readonly repeatable?: boolean;
  /** ms. Default 20 s. */
  readonly timeoutMs?: number;
  /** Bytes. Default 10 MiB. */
  readonly largestAnswer?: number;
}

/** One page of a list, and how the next one is asked for; null: there is none. */
export interface ApiPage<T> {
  readonly page: T;
  readonly next: ApiRequest | null;
}

/**
 * The JSON interface of a client's connector (handbook, rules: remote services). Every request goes to the service's own origin
 * only, and is tried again after
 * 1, 4 and 16 s or what `Retry-After` says. A refused token is exchanged once; then the connector wants a new login.
 */
export interface Api {
  /**
   * Asks, and reads the answer.
   *
   * @throws {AnswerInvalidError} when the answer is no JSON or of another shape
   * @throws {RemoteRefusedError} for any other status than 2xx; it has status and body
   * @throws {RemoteUnavailableError} when there is no usable answer; `isolated` for the first four in a row
   * @throws {ConnectorInvalidError} when the login is refused
   * @throws {TargetRefusedError} when the address is not the service's own, or is a private one
   * @throws {AnswerTooLargeError}
   */
  json<S extends z.ZodType>(request: ApiRequest, schema: S): Promise<z.output<S>>;
  /**
   * Asks for a list page by page.
   *
   * @param first also a `next` that stood in a cursor
   * @param next how the page behind this one is asked for; null: it was the last
   * @throws as {@link json}; also {@link AnswerInvalidError} for a page that names itself as the next
   */
  pages<S extends z.ZodType>(
    first: ApiRequest,
    schema: S,
    next: (page: z.output<S>, headers: Headers) => ApiRequest | null,
  ): AsyncGenerator<ApiPage<z.output<S>>, void, undefined>;
}

/** What a connector is used with: what its schemas gave back. */
export interface ApiLogin<C extends z.ZodObject, S extends z.ZodObject> {
  readonly config: z.output<C>;
  readonly secret: z.output<S>;
}

/** A kind of service with a JSON interface. */
export interface ApiDefinition<C extends z.ZodObject, S extends z.ZodObject> {
  /** `connectors.kind`. */
  readonly kind: string;
  readonly label: string;
  readonly summary: string;
  readonly config: C;
  readonly secret: S;
  /** Paths are below it; it ends with `/`. */
  readonly baseUrl: (config: z.output<C>) => string;
  /** What lets a request in. @param token null where the kind has none */
  readonly headers: (login: ApiLogin<C, S>, token: string | null) => Readonly<Record<string, string>>;
  /** How a token is asked for ({@link grantRequest}); absent: the kind has none. @param refreshToken the newest that the service gave */
  readonly token?: (login: ApiLogin<C, S>, refreshToken: string | null) => HttpRequest;
  /** Whether an answer other than 2xx says that the login is not good. Default: 401 and 403. */
  readonly denies?: (status: number, body: unknown) => boolean;
  /** Reads something small, for a trial. */
  readonly probe: ApiRequest | ((config: z.output<C>) => ApiRequest);
}

/** Makes a kind of connector of a service with a JSON interface. */
export function apiKind<C extends z.ZodObject, S extends z.ZodObject>(
  definition: ApiDefinition<C, S>,
): ConnectorKind<Api> {
  const { kind, label, summary, config, secret, probe } = definition;
  return {
    kind,
    variants: [{ id: kind, kind, label, summary, config, secret }],
    open: (connector, ports, watch) => openApi(definition, connector, ports, watch),
    async trial(connector, ports) {
      let health: Finding["health"] = null;
      const watch: Watch = {
        note: (one) => {
          health = one;
        },
        atEnd: () => undefined,
        streak: { failed: 0 },
      };
      try {
        const api = openApi(definition, connector, ports, watch);
        const request = typeof probe === "function" ? probe(validate(kind, "config", config, connector.config)) : probe;
        await api.json(request, z.unknown());
        return { ok: true, lines: [good("The service answered, and the login is good")], health };
      } catch (error) {
        if (!(error instanceof RemoteError) && !(error instanceof ConnectorInvalidError)) throw error;
        return { ok: false, lines: [wrong(error.message)], health: health ?? { state: null, error: error.message } };
      }
    },
  };
}

/** Opens the JSON interface of a connector. @throws {ConnectorInvalidError} */
export function openApi<C extends z.ZodObject, S extends z.ZodObject>(
  definition: ApiDefinition<C, S>,
  connector: StoredConnector,
  ports: ConnectorPorts,
  { note, streak }: Watch,
): Api {
  const { kind, denies = (status) => status === 401 || status === 403 } = definition;
  const login: ApiLogin<C, S> = {
    config: validate(kind, "config", definition.config, connector.config),
    secret: validate(kind, "secret", definition.secret, connector.secret ?? {}),
  };
  const { http, guard } = httpOut(kind, ports);
  const base = new URL(definition.baseUrl(login.config));
  const refusal = guard.refusal(base);
  if (refusal !== null) throw new ConnectorInvalidError(kind, `The ${kind} connector cannot be used. ${refusal}`);

  const isDenied = (answer: HttpAnswer) => !isSuccess(answer) && denies(answer.status, bodyOf(answer));
  const denied = (host: string, detail: string) => {
    note({ state: "reauth_required", error: `${host} refused the login (${detail})` });
    const message = `${host} refused the login of the ${kind} connector (${detail}); enter its secret again, or sign in anew`;
    return new ConnectorInvalidError(kind, message);
  };

  /** One request, tried until it is answered; counts those in a row that are not. */
  async function send(request: HttpRequest): Promise<HttpAnswer> {
    try {
      const url = new URL(request.url);
      const message = guard.refusal(url) ?? (await resolvedRefusal(guard, url));
      if (message !== null) throw new TargetRefusedError(message);
      const answer = await http.send(request);
      streak.failed = 0;
      return answer;
    } catch (error) {
      if (!(error instanceof RemoteUnavailableError)) throw error;
      streak.failed += 1;
      note({ state: null, error: error.message });
      const { status, retryAfterMs } = error;
      if (streak.failed < PATIENCE) {
        throw new RemoteUnavailableError(error.message, { status, retryAfterMs, isolated: true });
      }
      const words = `${streak.failed} requests in a row got no usable answer. The last: ${error.message}`;
      throw new RemoteUnavailableError(words, { status, retryAfterMs });
    }
  }

  const token =
    definition.token &&
    connectorToken({
      connector: { kind, id: connector.id },
      ports,
      request: (refreshToken) => definition.token?.(login, refreshToken) as HttpRequest,
      send,
      denied,
    });

  function addressOf({ path, query = {} }: ApiRequest): URL {
    const url = URL.parse(path, base);
    if (url?.origin !== base.origin) {
      throw new TargetRefusedError(
        `A request for ${base.host} may not go to ${url?.host ?? "an address that is none"}`,
      );
    }
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return url;
  }

  async function ask(request: ApiRequest): Promise<HttpAnswer> {
    const { repeatable, timeoutMs, largestAnswer } = request;
    const body = request.json ?? (request.body === undefined ? undefined : JSON.stringify(request.body));
    const url = addressOf(request);
    const sendWith = async (current: string | null) => {
      const entrance = definition.headers(login, current);
      const answer = await send({
        url: url.href,
        method: request.method ?? (body === undefined ? "GET" : "POST"),
        headers: {
          accept: "application/json",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...request.headers,
          ...entrance,
        },
        ...(body === undefined ? {} : { body }),
        ...(repeatable === undefined ? {} : { repeatable }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(largestAnswer === undefined ? {} : { largestAnswer }),
      });
      return { answer, entrance };
    };
    let current = token ? await token.current() : null;
    let { answer, entrance } = await sendWith(current);
    if (token && current !== null && isDenied(answer)) {
      current = await token.insteadOf(current);
      if (current !== null) ({ answer, entrance } = await sendWith(current));
    }
    const { status } = answer;
    if (isDenied(answer)) throw denied(url.host, String(status));
    note({ state: "ok", error: null });
    if (isSuccess(answer)) return answer;
    const secrets = [...textsOf(login.secret), ...secretValues(entrance), ...(current === null ? [] : [current])];
    throw new RemoteRefusedError(url.host, status, bodyOf(answer), quote(answer, secrets));
  }

  return {
    json: async (request, schema) => readAnswer(base.host, await ask(request), schema),

    async *pages(first, schema, next) {
      let request: ApiRequest | null = first;
      while (request !== null) {
        const answer: HttpAnswer = await ask(request);
        const page = readAnswer(base.host, answer, schema);
        const following = next(page, answer.headers);
        if (following && sameRequest(addressOf(following), following, addressOf(request), request)) {
          throw new AnswerInvalidError(base.host, "It names itself as its next page");
        }
        yield { page, next: following };
        request = following;
      }
    },
  };
}

function sameRequest(oneUrl: URL, one: ApiRequest, otherUrl: URL, other: ApiRequest): boolean {
  const bodyOfRequest = ({ body, json }: ApiRequest) => json ?? JSON.stringify(body);
  return oneUrl.href === otherUrl.href && bodyOfRequest(one) === bodyOfRequest(other);
}

/** Every text within a secret. */
function textsOf(value: unknown): string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

function secretValues(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flatMap(([name, value]) => (isSecretName(name) ? [value] : []));
}

/** The beginning of an answer that says something to people, on one line and without secrets; else nothing. */
function quote({ body, headers }: HttpAnswer, secrets: readonly string[]): string {
  const type = headers.get("content-type") ?? "";
  if (!/^(?:application\/(?:[\w.+-]+\+)?json|text\/plain)\b/i.test(type)) return "";
  const excerpt = answerExcerpt(body, false, type, secrets);
  return excerpt.replace(/\s+/g, " ").trim().slice(0, LONGEST_QUOTE);
}
