import { describe, expect, it } from "vitest";
import { OpenIdSettingsError, readOpenIdSettings } from "../../../src/connectors/openid/settings.ts";

describe("the provider's settings", () => {
  const complete = { OIDC_ISSUER: "https://id.example/realm", OIDC_CLIENT_ID: "minutehand" };
  it("name no provider when they are empty", () => {
    expect(readOpenIdSettings({ OIDC_ISSUER: "", OIDC_CLIENT_ID: "", OIDC_LABEL: "x" })).toBeNull();
  });

  it("are the host's name and a public client unless they say more", () => {
    expect(readOpenIdSettings(complete)).toEqual({
      issuer: "https://id.example/realm",
      clientId: "minutehand",
      clientSecret: null,
      label: "id.example",
    });
  });

  it.each([
    ["OIDC_CLIENT_ID", { OIDC_CLIENT_ID: "" }],
    ["OIDC_ISSUER", { OIDC_ISSUER: "" }],
    ["OIDC_ISSUER", { OIDC_ISSUER: "http://id.example" }],
    ["OIDC_ISSUER", { OIDC_ISSUER: "id.example" }],
    ["OIDC_ISSUER", { OIDC_ISSUER: "https://id.example/?tenant=1" }],
  ] as const)("are refused by the name of %s: %j", (variable, change) => {
    const read = () => readOpenIdSettings({ ...complete, OIDC_CLIENT_SECRET: "shibboleth", ...change });
    expect(read).toThrow(OpenIdSettingsError);
    expect(read).toThrow(variable);
    expect(read).not.toThrow("shibboleth");
  });

  it("may name this very machine without TLS", () => {
    expect(readOpenIdSettings({ ...complete, OIDC_ISSUER: "http://127.0.0.1:4000" })).not.toBeNull();
  });
});
