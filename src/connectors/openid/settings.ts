import { z } from "zod";
import { InvalidConfigurationError } from "../../control/invalid-configuration.ts";
import { isLoopback } from "../outbound/ip-address.ts";

/** Where administrators may sign in by OpenID Connect besides e-mail and password. */
export interface OpenIdSettings {
  /** The provider's issuer identifier, an address without query and fragment (OpenID Connect Core 1.0, 2). */
  readonly issuer: string;
  readonly clientId: string;
  /** Null: a public client, which proves itself by PKCE alone. */
  readonly clientSecret: string | null;
  /** Stands on the sign-in page: `Sign in with <label>`. */
  readonly label: string;
}

/** The host's variables. Empty counts as absent. */
export interface OpenIdVariables {
  readonly OIDC_ISSUER?: string | undefined;
  readonly OIDC_CLIENT_ID?: string | undefined;
  readonly OIDC_CLIENT_SECRET?: string | undefined;
  /** Default: the issuer's host name. */
  readonly OIDC_LABEL?: string | undefined;
}

/** A variable of the provider is missing or cannot be used. Holds no value of any of them. */
export class OpenIdSettingsError extends InvalidConfigurationError {
  readonly variable: keyof OpenIdVariables;
  constructor(variable: keyof OpenIdVariables, remedy: string) {
    super(`${variable} cannot be used: ${remedy}`);
    this.variable = variable;
  }
}

/** Whether the provider is asked over plain http, which is allowed on this very machine only. */
export function isPlainHttp(issuer: string): boolean {
  return new URL(issuer).protocol === "http:";
}

const issuerRules = z.url().superRefine((text, context) => {
  // Said by the rule before already.
  if (!URL.canParse(text)) return;
  const { protocol, hostname, search, hash, username } = new URL(text);
  if (protocol !== "https:" && !(protocol === "http:" && isLoopback(hostname))) {
    context.addIssue("give an address with https (http is for this very machine only)");
  }
  if (search !== "" || hash !== "" || username !== "") context.addIssue("give the address without query and account");
});

/**
 * Reads the provider's settings; null when no provider is named.
 * @throws {OpenIdSettingsError} when one is named and cannot be used
 */
export function readOpenIdSettings(variables: OpenIdVariables): OpenIdSettings | null {
  const issuer = variables.OIDC_ISSUER?.trim() ?? "";
  const clientId = variables.OIDC_CLIENT_ID?.trim() ?? "";
  if (issuer === "" && clientId === "") return null;
  if (issuer === "") throw new OpenIdSettingsError("OIDC_ISSUER", "name the provider, or leave OIDC_CLIENT_ID out too");
  if (clientId === "") {
    throw new OpenIdSettingsError("OIDC_CLIENT_ID", "give the id under which the provider knows Minutehand");
  }
  const checked = issuerRules.safeParse(issuer);
  if (!checked.success) {
    throw new OpenIdSettingsError("OIDC_ISSUER", checked.error.issues.map(({ message }) => message).join("; "));
  }
  return {
    issuer,
    clientId,
    clientSecret: variables.OIDC_CLIENT_SECRET || null,
    label: variables.OIDC_LABEL?.trim() || new URL(issuer).host,
  };
}
