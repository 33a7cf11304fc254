/** Words that mean a secret wherever one of them is a whole part of a name: `X-Api-Key`, `access_token`, `apiSecret`. */
const WORDS = new Set([
  "apikey",
  "auth",
  "authentication",
  "authorization",
  "bearer",
  "cookie",
  "credential",
  "credentials",
  "hmac",
  "jwt",
  "key",
  "pass",
  "passphrase",
  "passwd",
  "password",
  "pw",
  "pwd",
  "secret",
  "sig",
  "signature",
  "token",
]);
/** The same at the end of a part that is written as one word: `accesstoken`, `XAPIKEY`. */
const ENDINGS = ["apikey", "accesskey", "authkey", "secretkey", "privatekey", "password", "secret", "token"];

/** True for the name of a header or of a key of a query that carries a secret. */
export function isSecretName(name: string): boolean {
  const parts = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return parts.some((part) => WORDS.has(part) || ENDINGS.some((ending) => part.endsWith(ending)));
}

/** Names of a body's members that hold nothing but a login. Others, such as `key` or `token`, often mean something else there. */
const LOGIN = new Set([
  "accesstoken",
  "apikey",
  "apisecret",
  "clientsecret",
  "passphrase",
  "passwd",
  "password",
  "privatekey",
  "pwd",
  "refreshtoken",
  "secret",
  "secretkey",
]);

/** True for the name of a member of a body that holds a login. */
export function isLoginName(name: string): boolean {
  return LOGIN.has(name.replace(/[^A-Za-z0-9]/g, "").toLowerCase());
}

/** What well-known credentials look like, whatever their name; each as its issuer documents it. */
const KNOWN: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["a login for HTTP", /\b(?:Bearer|Basic|Digest|Negotiate) (?=[A-Za-z+/._~-]*[0-9=])[A-Za-z0-9+/=._~-]{8}/i],
  ["a private key", /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/],
  ["a JSON web token", /\beyJ[A-Za-z0-9_-]{8,300}\.eyJ[A-Za-z0-9_-]/],
  ["a signing secret of a webhook", /\bwhsec_[A-Za-z0-9+/=]{8}/],
  ["a key of Stripe", /\b[rs]k_(?:live|test)_[A-Za-z0-9]{8}/],
  ["a token of GitHub", /\b(?:gh[opsur]_[A-Za-z0-9]{20}|github_pat_[A-Za-z0-9_]{20})/],
  ["a token of GitLab", /\bglpat-[A-Za-z0-9_-]{10}/],
  ["a token of Slack", /\bxox[abeoprs]-[A-Za-z0-9-]{8}/],
  ["an access key of AWS", /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
  ["a key of Google", /\bAIza[A-Za-z0-9_-]{35}/],
];

/** What a text holds that is a credential by its look, in words; null: nothing known. */
export function credentialIn(text: string): string | null {
  return KNOWN.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}
