import { type Context, Hono } from "hono";
import {
  OpenIdError,
  type OpenIdFailure,
  type OpenIdIdentity,
  type OpenIdProvider,
} from "../../../connectors/openid/provider.ts";
import { readSession } from "../../../control/access/access.ts";
import { readAdmin } from "../../../control/access/admins.ts";
import {
  findVouched,
  issueNonce,
  type NonceFate,
  nonceIssuedAt,
  useNonce,
  type VouchedAccount,
} from "../../../control/access/oidc.ts";
import { noteAccess } from "../../access-record.ts";
import type { Environment } from "../../environment.ts";
import { notFound } from "../../page/page-error.ts";
import type { Ports } from "../../ports.ts";
import { readToken, transportOf } from "../cookie.ts";
import { proveAddress } from "../prove.tsx";
import { returnPath, signInAddress } from "../return-path.ts";
import { startSession } from "../start-session.ts";
import { storedHash } from "../token.ts";
import { attemptOf, callbackAddress, forgetAttempt, readAttempt, writeAttempt } from "./attempt-cookie.ts";
import type { SignInProblem } from "./sign-in-problem.ts";

const problemOfFailure: Readonly<Record<OpenIdFailure, SignInProblem>> = {
  cancelled: "openid-cancelled",
  refused: "openid-refused",
  unreachable: "openid-unreachable",
  clock: "openid-clock",
  untrusted: "openid-untrusted",
};

const problemOfNonce: Readonly<Record<Exclude<NonceFate, "accepted">, SignInProblem>> = {
  used: "openid-used",
  expired: "openid-late",
  unknown: "openid-elsewhere",
};

const problemOfAccount: Readonly<Record<Exclude<VouchedAccount["state"], "found">, SignInProblem>> = {
  unknown: "openid-no-account",
  // An account that is switched off learns no more than a stranger does.
  inactive: "openid-no-account",
  taken: "openid-taken",
  unverified: "openid-unverified",
};

/** Difference of the provider's clock and ours that is accepted (ms). */
const CLOCKS_DIFFER_MS = 60_000;

/**
 * `/sign-in/openid`: sign-in by OpenID Connect, authorization code with PKCE. Whatever fails ends on the sign-in page, which
 * says why; the address there has neither code nor state.
 */
export function openIdRoutes(ports: Ports): Hono<Environment> {
  const routes = new Hono<Environment>();
  const provider = (): OpenIdProvider => {
    if (!ports.openId) throw notFound("page");
    return ports.openId;
  };

  /** The failure's kind, reported where the host's operator can do something about it. */
  function problemOf(error: unknown): SignInProblem {
    if (!(error instanceof OpenIdError)) throw error;
    if (error.code !== "cancelled") (ports.reportError ?? console.error)(error);
    return problemOfFailure[error.code];
  }

  routes.get("/sign-in/openid", async (c) => {
    const openId = provider();
    const next = returnPath(c.req.query("next"));
    const isProof = c.req.query("prove") === "true";
    const back = (problem?: SignInProblem) => c.redirect(wayBack({ next, isProof }, problem), 303);
    // Another site's page must not sign a visitor in here unasked.
    if (!["same-origin", "none", undefined].includes(c.req.header("sec-fetch-site"))) return back();
    if (transportOf(c.req.raw) === "unsafe") return back();
    const begun = writeAttempt(c, ports.randomBytes(32), next, isProof);
    const attempt = { ...(await attemptOf(begun, callbackAddress(c.req.raw))), isProof };
    try {
      const url = await openId.authorizationUrl(attempt);
      await issueNonce(ports.control, openId.issuer, await storedHash(attempt.nonce), ports.now());
      return c.redirect(url, 303);
    } catch (error) {
      forgetAttempt(c);
      return back(problemOf(error));
    }
  });

  routes.get("/sign-in/openid/callback", async (c) => {
    const openId = provider();
    const begun = readAttempt(c);
    if (begun === null) return c.redirect(signInAddress(returnPath(null), "openid-elsewhere"), 303);
    const problem = await answered(c, openId, begun);
    if (problem !== null) await noteAccess(c, ports, { kind: "sign_in_failed", subject: problem });
    return c.redirect(problem === null ? begun.next : wayBack(begun, problem), 303);
  });

  /** Takes the provider's answer; null: signed in. */
  async function answered(
    c: Context,
    openId: OpenIdProvider,
    begun: NonNullable<ReturnType<typeof readAttempt>>,
  ): Promise<SignInProblem | null> {
    const answer = new URL(c.req.url).searchParams;
    const attempt = await attemptOf(begun, callbackAddress(c.req.raw));
    // Not ours: what this browser did begin may still come back.
    if (answer.get("state") !== attempt.state) return "openid-elsewhere";
    forgetAttempt(c);
    try {
      await openId.checkAnswer(answer, attempt);
      const fate = await useNonce(ports.control, openId.issuer, await storedHash(attempt.nonce), ports.now());
      if (fate !== "accepted") return problemOfNonce[fate];
      const identity = await openId.identify(answer, attempt);
      const account = await findVouched(ports.control, identity, ports.now());
      if (account.state !== "found") return problemOfAccount[account.state];
      const doubt = begun.isProof ? await doubtOf(c, identity, account.adminId, attempt.nonce) : null;
      if (doubt !== null) return doubt;
      // A person who was signed in there already has proved nothing by coming back.
      const provedAt = Math.min(identity.authenticatedAt ?? 0, ports.now());
      await startSession(c, ports, account.adminId, "openid", provedAt);
      const admin = await readAdmin(ports.control, account.adminId);
      await noteAccess(c, ports, {
        kind: "sign_in",
        subject: begun.isProof ? "openid again" : "openid",
        ...(admin ? { actor: admin.email, clientId: admin.clientId } : {}),
      });
      return null;
    } catch (error) {
      return problemOf(error);
    }
  }

  /** Why an answer proves nothing of who is signed in here; null: it does. */
  async function doubtOf(
    c: Context,
    identity: OpenIdIdentity,
    adminId: number,
    nonce: string,
  ): Promise<SignInProblem | null> {
    const token = readToken(c);
    const session = token === null ? null : await readSession(ports.control, await storedHash(token), ports.now());
    if (session !== null && session.admin.id !== adminId) return "openid-other";
    const begunAt = await nonceIssuedAt(ports.control, identity.issuer, await storedHash(nonce));
    const isFresh =
      begunAt !== null && identity.authenticatedAt !== null && identity.authenticatedAt >= begunAt - CLOCKS_DIFFER_MS;
    return isFresh ? null : "openid-stale";
  }

  return routes;
}

/** Where a person goes on whose attempt came to nothing. */
function wayBack({ next, isProof }: { next: string; isProof: boolean }, problem?: SignInProblem): string {
  return isProof ? proveAddress(next, problem) : signInAddress(next, problem);
}
