import { type OpenIdProvider, openIdProvider } from "../connectors/openid/provider.ts";
import { type OpenIdVariables, readOpenIdSettings } from "../connectors/openid/settings.ts";
import { httpClient } from "../connectors/outbound/http.ts";
import { systemClock } from "./system-clock.ts";

/** The provider made last, with the settings that it was made of: what it has fetched is kept with it. */
let kept: { readonly settings: string; readonly provider: OpenIdProvider } | null = null;

/**
 * The provider that the host's variables name; null: none. The same settings give the same provider again.
 * @throws {OpenIdSettingsError}
 */
export function openIdOf(variables: OpenIdVariables): OpenIdProvider | null {
  const found = readOpenIdSettings(variables);
  if (found === null) return null;
  const settings = JSON.stringify(found);
  if (kept?.settings !== settings) {
    const http = httpClient({ fetch: (request) => fetch(request), clock: systemClock, spend: () => undefined });
    kept = { settings, provider: openIdProvider(found, { http, now: () => Date.now() }) };
  }
  return kept.provider;
}
