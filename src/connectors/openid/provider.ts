import { Buffer } from "node:buffer";
import * as oauth from "oauth4webapi";
import type { HttpClient } from "../outbound/http.ts";
import { RemoteError } from "../outbound/remote-error.ts";
import { isPlainHttp, type OpenIdSettings } from "./settings.ts";

/** What a sign-in is begun with. All three are fresh random texts; state and verifier stay with the browser that began. */
export interface OpenIdAttempt {
  readonly state: string;
  readonly nonce: string;
  /** PKCE, 43 to 128 characters (RFC 7636, 4.1). */
  readonly codeVerifier: string;
  /** Where the provider sends the browser back to. */
  readonly redirectUri: string;
  /** The provider asks for the password (or whatever it asks for) even if the person is signed in there. Default: it need not. */
  readonly isProof?: boolean;
}

/** A person's identity, by the word of the provider. */
export interface OpenIdIdentity {
  readonly issuer: string;
  /** Never given to another person by this issuer. */
  readonly subject: string;
  /** Null: the provider names none. */
  readonly email: string | null;
  /** Whether the provider vouches that the address is theirs. */
  readonly emailVerified: boolean;
  /** When the person last proved to the provider who it is (ms); null: the provider does not say. */
  readonly authenticatedAt: number | null;
}

/**
 * Why a sign-in failed: the person said no there; the provider refused; it does not answer; a clock is wrong; or what came
 * back cannot be trusted.
 */
export type OpenIdFailure = "cancelled" | "refused" | "unreachable" | "clock" | "untrusted";

/** A sign-in by OpenID Connect that came to nothing. Carries no code, token or claim, so it may be logged. */
export class OpenIdError extends Error {
  readonly code: OpenIdFailure;
  /** The protocol's or the library's name for what was wrong. */
  readonly detail: string;
  constructor(code: OpenIdFailure, detail: string) {
    super(`Sign-in by OpenID Connect: ${code} (${detail})`);
    this.code = code;
    this.detail = detail;
  }
}

/** One OpenID provider. It keeps what the provider publishes about itself, so a host makes one and keeps it. */
export interface OpenIdProvider {
  readonly issuer: string;
  readonly label: string;
  /** Where to send a browser. @throws {OpenIdError} */
  authorizationUrl(attempt: OpenIdAttempt): Promise<string>;
  /** What the browser brought back answers this attempt (state, and the issuer where it is named). @throws {OpenIdError} */
  checkAnswer(answer: URLSearchParams, attempt: OpenIdAttempt): Promise<void>;
  /** Trades the answer for who it is. The code is used up by it. @throws {OpenIdError} */
  identify(answer: URLSearchParams, attempt: OpenIdAttempt): Promise<OpenIdIdentity>;
}

export interface OpenIdPorts {
  readonly http: HttpClient;
  /** The present instant, ms. */
  now(): number;
}

/** Time after which the provider's description of itself is fetched again (ms). */
const DESCRIPTION_LIFE_MS = 3_600_000;

/** A person waits for the page: no second try, and no answer later than this (ms). */
const ANSWER_WITHIN_MS = 10_000;

const LARGEST_ANSWER = 512 * 1024;

/** Difference of clocks that is accepted (s). */
const CLOCK_TOLERANCE_S = 60;

/** Makes a provider (OpenID Connect Core 1.0: authorization code with PKCE, RFC 7636, and RFC 9207). */
export function openIdProvider(settings: OpenIdSettings, { http, now }: OpenIdPorts): OpenIdProvider {
  const client: oauth.Client = { client_id: settings.clientId, [oauth.clockTolerance]: CLOCK_TOLERANCE_S };
  const keys: oauth.JWKSCacheInput = {};
  const way = {
    [oauth.allowInsecureRequests]: isPlainHttp(settings.issuer),
    [oauth.customFetch]: fetchThrough(http),
  };
  let known: { readonly server: oauth.AuthorizationServer; readonly until: number } | null = null;

  async function describe(): Promise<oauth.AuthorizationServer> {
    if (known !== null && now() < known.until) return known.server;
    const issuer = new URL(settings.issuer);
    const response = await oauth.discoveryRequest(issuer, { ...way, algorithm: "oidc" });
    const server = await oauth.processDiscoveryResponse(issuer, response);
    known = { server, until: now() + DESCRIPTION_LIFE_MS };
    return server;
  }

  return {
    issuer: settings.issuer,
    label: settings.label,

    authorizationUrl: (attempt) =>
      explained(async () => {
        const { authorization_endpoint: endpoint } = await describe();
        if (endpoint === undefined) throw new OpenIdError("untrusted", "no authorization_endpoint");
        const url = new URL(endpoint);
        const parameters = {
          response_type: "code",
          client_id: settings.clientId,
          redirect_uri: attempt.redirectUri,
          scope: "openid email profile",
          state: attempt.state,
          nonce: attempt.nonce,
          code_challenge: await oauth.calculatePKCECodeChallenge(attempt.codeVerifier),
          code_challenge_method: "S256",
        };
        // OpenID Connect Core 1.0, 3.1.2.1: both, since not every provider knows each. `max_age` also asks for `auth_time`.
        const anew = attempt.isProof ? { prompt: "login", max_age: "0" } : {};
        for (const [name, value] of Object.entries({ ...parameters, ...anew })) url.searchParams.set(name, value);
        return url.href;
      }),

    checkAnswer: (answer, attempt) =>
      explained(async () => {
        oauth.validateAuthResponse(await describe(), client, answer, attempt.state);
      }),

    identify: (answer, attempt) =>
      explained(async () => {
        const server = await describe();
        const { codeVerifier, nonce, redirectUri } = attempt;
        const checked = oauth.validateAuthResponse(server, client, answer, attempt.state);
        const proof = clientProof(settings.clientSecret, server);
        const response = await oauth.authorizationCodeGrantRequest(
          server,
          client,
          proof,
          checked,
          redirectUri,
          codeVerifier,
          way,
        );
        const rules = { expectedNonce: nonce, requireIdToken: true };
        const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, rules);
        await oauth.validateApplicationLevelSignature(server, response, { ...way, [oauth.jwksCache]: keys });
        const claims = oauth.getValidatedIdTokenClaims(tokens);
        if (!claims) throw new OpenIdError("untrusted", "no ID token");
        await checkTokenHash(tokens.id_token ?? "", tokens.access_token, claims.at_hash);
        let { email, email_verified: verified } = claims;
        if (email === undefined && server.userinfo_endpoint !== undefined) {
          const answered = await oauth.userInfoRequest(server, client, tokens.access_token, way);
          const more = await oauth.processUserInfoResponse(server, client, claims.sub, answered);
          ({ email, email_verified: verified } = more);
        }
        return {
          issuer: claims.iss,
          subject: claims.sub,
          email: typeof email === "string" && email !== "" ? email : null,
          emailVerified: verified === true,
          authenticatedAt: typeof claims.auth_time === "number" ? claims.auth_time * 1000 : null,
        };
      }),
  };
}

/** The library's requests go out by our one way for HTTP. */
function fetchThrough(http: HttpClient) {
  return async (url: string, options: { method?: string; headers?: Record<string, string>; body?: unknown }) => {
    const { method = "GET", headers, body } = options;
    const answer = await http.send({
      url,
      method,
      ...(headers ? { headers } : {}),
      ...(body === undefined || body === null ? {} : { body: String(body) }),
      repeatable: false,
      timeoutMs: ANSWER_WITHIN_MS,
      largestAnswer: LARGEST_ANSWER,
    });
    const isEmpty = answer.status === 204 || answer.status === 304;
    return new Response(isEmpty ? null : answer.body, { status: answer.status, headers: answer.headers });
  };
}

/** How the client proves itself at the token endpoint. Basic is what a provider offers that says nothing (RFC 8414, 2). */
function clientProof(secret: string | null, server: oauth.AuthorizationServer): oauth.ClientAuth {
  if (secret === null) return oauth.None();
  const offered = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
  return offered.includes("client_secret_basic") ? oauth.ClientSecretBasic(secret) : oauth.ClientSecretPost(secret);
}

/** `at_hash`, where present, ties the access token to the ID token (OpenID Connect Core 1.0, 3.1.3.8). */
async function checkTokenHash(idToken: string, accessToken: string, expected: unknown): Promise<void> {
  if (expected === undefined) return;
  const header = JSON.parse(Buffer.from(idToken.split(".")[0] ?? "", "base64url").toString()) as { alg?: string };
  const [size = "512"] = /\d{3}$/.exec(header.alg ?? "") ?? [];
  const digest = Buffer.from(await crypto.subtle.digest(`SHA-${size}`, Buffer.from(accessToken)));
  if (digest.subarray(0, digest.length / 2).toString("base64url") !== expected) {
    throw new OpenIdError("untrusted", "at_hash");
  }
}

/** Runs a part of the protocol and puts its failure into a few plain kinds; the library's own errors hold what was sent. */
async function explained<T>(part: () => Promise<T>): Promise<T> {
  try {
    return await part();
  } catch (error) {
    throw explain(error);
  }
}

function explain(error: unknown): OpenIdError {
  if (error instanceof OpenIdError) return error;
  if (error instanceof RemoteError) {
    return new OpenIdError("unreachable", error.message);
  }
  if (error instanceof oauth.AuthorizationResponseError) {
    return new OpenIdError(error.error === "access_denied" ? "cancelled" : "refused", nameOf(error.error));
  }
  if (error instanceof oauth.ResponseBodyError) return new OpenIdError("refused", nameOf(error.error));
  if (error instanceof oauth.WWWAuthenticateChallengeError) return new OpenIdError("refused", "credentials");
  if (error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError) {
    const code = String(error.code);
    if (code === oauth.JWT_TIMESTAMP_CHECK) return new OpenIdError("clock", code);
    return new OpenIdError("untrusted", code);
  }
  return new OpenIdError("untrusted", error instanceof Error ? error.name : "unknown");
}

/** An error's name from a short list (RFC 6749, 4.1.2.1 and 5.2); anything else could be any sender's words. */
function nameOf(error: string): string {
  return /^[a-z_]{1,40}$/.test(error) ? error : "unknown";
}
