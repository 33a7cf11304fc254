import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { OpenIdAttempt } from "../../../connectors/openid/provider.ts";
import { ATTEMPT_LIFE_MS } from "../../../control/access/oidc.ts";
import { transportOf } from "../cookie.ts";
import { returnPath } from "../return-path.ts";
import { digestOf, sessionToken } from "../token.ts";

const NAME = "minutehand-openid";

/** A sign-in by OpenID Connect that this browser has begun. */
export interface BegunAttempt {
  /** 256 random bits; everything that the provider is told is derived from it and does not give it away. */
  readonly secret: string;
  /** A path of ours to go on to. */
  readonly next: string;
  /** An account that is signed in proves its identity once more. */
  readonly isProof: boolean;
}

/** Where the provider sends browsers back to; it must be registered there. */
export function callbackAddress(request: Request): string {
  return new URL("/sign-in/openid/callback", request.url).href;
}

/** State, nonce and PKCE verifier of an attempt: three digests of its one secret. */
export async function attemptOf({ secret }: Pick<BegunAttempt, "secret">, redirectUri: string): Promise<OpenIdAttempt> {
  const [state, nonce, codeVerifier] = await Promise.all(
    ["state", "nonce", "verifier"].map((use) => digestOf(`openid ${use} ${secret}`)),
  );
  return { state: state ?? "", nonce: nonce ?? "", codeVerifier: codeVerifier ?? "", redirectUri };
}

function settings(c: Context) {
  // Lax: the provider's page sends the browser back by a link of another site.
  const options = { httpOnly: true, sameSite: "Lax", path: "/" } as const;
  return transportOf(c.req.raw) === "secure" ? ({ ...options, secure: true, prefix: "host" } as const) : options;
}

/** A browser keeps no cookie of more than 4,096 bytes, encoded. */
const LONGEST_NEXT = 1200;

/** Lets the browser remember that it began, until the answer is due. @param random 32 random bytes */
export function writeAttempt(c: Context, random: Uint8Array, next: string, isProof: boolean): BegunAttempt {
  const begun = { secret: sessionToken(random), next: next.length > LONGEST_NEXT ? returnPath(null) : next, isProof };
  setCookie(c, NAME, [begun.secret, begun.next, ...(isProof ? ["proof"] : [])].join(" "), {
    ...settings(c),
    maxAge: ATTEMPT_LIFE_MS / 1000,
  });
  return begun;
}

/** What the browser began; null: nothing, or too long ago. */
export function readAttempt(c: Context): BegunAttempt | null {
  const value = transportOf(c.req.raw) === "secure" ? getCookie(c, NAME, "host") : getCookie(c, NAME);
  const [secret = "", next, kind] = (value ?? "").split(" ");
  return /^[\w-]{43}$/.test(secret) ? { secret, next: returnPath(next), isProof: kind === "proof" } : null;
}

/** The attempt is over. */
export function forgetAttempt(c: Context): void {
  deleteCookie(c, NAME, settings(c));
}
