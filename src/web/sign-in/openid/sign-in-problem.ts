import type { English } from "../../words/text.ts";

/** Why a sign-in through a provider came to nothing. The address carries the key only, so no one else can choose the words. */
const problems = {
  "openid-cancelled": "The sign-in was cancelled there. Sign in again, or use your password.",
  "openid-refused":
    "The sign-in service refused this sign-in. Try again; if it stays so, a system administrator must look at its settings.",
  "openid-unreachable": "The sign-in service does not answer. Try again in a few minutes, or use your password.",
  "openid-clock":
    "The times of the sign-in service and of Minutehand differ by more than a minute. A system administrator must set the clock.",
  "openid-untrusted":
    "What the sign-in service sent cannot be trusted, so nothing was done with it. Sign in again; if it stays so, tell a system administrator.",
  "openid-elsewhere":
    "This sign-in was not begun in this browser, or it was begun again in another window. Sign in again.",
  "openid-used": "This sign-in was used already. Sign in again.",
  "openid-late": "This sign-in took more than ten minutes. Sign in again.",
  "openid-no-account":
    "You are signed in there, but you have no account here. Ask a system administrator for one with the same e-mail address.",
  "openid-taken":
    "This account is tied to another account of the sign-in service. Ask a system administrator to untie it.",
  "openid-unverified":
    "The sign-in service does not vouch for your e-mail address. Have it verified there, then sign in again.",
  "openid-other": "You signed in there with another account. Sign in there with your own account.",
  "openid-stale":
    "The sign-in service did not ask you to sign in again, so this confirms nothing. Sign out there, or use your password.",
} as const satisfies Record<string, English>;

export type SignInProblem = keyof typeof problems;

/** The words of a problem that an address names; nothing for an unknown key. */
export function problemWords(key: string | undefined): English | undefined {
  return Object.entries(problems).find(([name]) => name === key)?.[1];
}
