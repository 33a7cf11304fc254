import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type OpenIdProvider, openIdProvider } from "../../src/connectors/openid/provider.ts";
import { httpClient } from "../../src/connectors/outbound/http.ts";
import { systemClock } from "../../src/hosts/system-clock.ts";
import { startBrowser } from "../harness/browser.ts";
import { CLIENT, startProvider } from "../web/sign-in/openid-provider.ts";
import { ADMIN, type Scene, setScene } from "./scene.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

/** A window; what leads elsewhere than this machine is not loaded. */
async function openWindow(javaScriptEnabled: boolean): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled });
  onTestFinished(() => context.close());
  await context.route(/^https?:\/\/(?!127\.0\.0\.1)/, (route) => route.abort());
  return context.newPage();
}

async function fillSignIn(page: Page): Promise<void> {
  await page.getByLabel("E-mail").fill(ADMIN.email);
  await page.getByLabel("Password").fill(ADMIN.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Scene and provider know each other's address only once both are there. */
async function setSceneWithProvider(): Promise<Scene> {
  let made: OpenIdProvider | undefined;
  const later = (): OpenIdProvider => {
    if (!made) throw new Error("The provider is not there yet");
    return made;
  };
  const scene = await setScene({
    openId: {
      get issuer() {
        return later().issuer;
      },
      label: "Our provider",
      authorizationUrl: (attempt) => later().authorizationUrl(attempt),
      checkAnswer: (answer, attempt) => later().checkAnswer(answer, attempt),
      identify: (answer, attempt) => later().identify(answer, attempt),
    },
  });
  const provider = await startProvider(`${scene.url}/sign-in/openid/callback`);
  onTestFinished(() => provider.stop());
  provider.people.set("ada", { email: ADMIN.email, verified: true });
  const http = httpClient({ fetch, clock: systemClock, spend: () => undefined });
  const settings = { issuer: provider.issuer, clientId: CLIENT.id, clientSecret: CLIENT.secret, label: "" };
  made = openIdProvider(settings, { http, now: () => Date.now() });
  return scene;
}

/** Signs in at the provider's own pages. */
async function signInThere(page: Page): Promise<void> {
  await page.locator("input[name=login]").fill("ada");
  await page.locator("input[name=password]").fill("any");
  await page.locator("button[type=submit]").click();
  await page.getByRole("button", { name: "Continue" }).click();
}

describe("in a browser", () => {
  it("the provider's page leads to the page that was asked for, and a form that waited goes on from another tab", async () => {
    const scene = await setSceneWithProvider();
    const page = await openWindow(true);
    await page.goto(`${scene.url}/admin/runs?state=failed`);
    await page.getByRole("link", { name: "Sign in with Our provider" }).click();
    await signInThere(page);
    await page.getByRole("heading", { name: "Runs", level: 1 }).waitFor();
    expect(page.url()).toBe(`${scene.url}/admin/runs?state=failed`);

    await page.goto(`${scene.url}/admin/jobs/new/PlainJob`);
    await page.getByLabel("Name", { exact: true }).fill("Kept through the provider");
    await scene.stage.database.execute("UPDATE admin_sessions SET expires_at = 0");
    await page.getByRole("button", { name: "Save job" }).click();
    const other = page.context().waitForEvent("page");
    await page.getByRole("link", { name: "Sign in with Our provider" }).click();
    // The provider still knows who it is.
    await (await other).waitForURL(/\/admin\//);
    await page.getByRole("button", { name: "I have signed in in another tab" }).click();
    await page.getByText("Your form was kept").waitFor();
    expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("Kept through the provider");
  });

  it.each([true, false])("an expired session brings the form back filled (JavaScript: %s)", async (javaScript) => {
    const scene = await setScene();
    const page = await openWindow(javaScript);
    await scene.signIn(page);
    await page.goto(`${scene.url}/admin/jobs/new/PlainJob`);
    await page.getByLabel("Name", { exact: true }).fill("Nightly tidying");
    await page.getByLabel("Client", { exact: true }).selectOption({ label: "berlin" });
    await page.getByLabel("Quartz expression").fill("0 0 4 * * ?");
    await page.getByLabel("Chunk size").fill("50");
    await scene.stage.database.execute("UPDATE admin_sessions SET expires_at = 0");
    await page.getByRole("button", { name: "Save job" }).click();

    await page.getByText("Your session had expired").waitFor();
    await fillSignIn(page);
    await page.getByText("Your form was kept").waitFor();
    const { rows } = await scene.stage.database.execute("SELECT count(*) AS count FROM jobs");
    expect(rows[0]?.count).toBe(0);

    expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("Nightly tidying");
    expect(await page.getByLabel("Quartz expression").inputValue()).toBe("0 0 4 * * ?");
    expect(await page.getByLabel("Chunk size").inputValue()).toBe("50");
    expect(await page.getByLabel("Client", { exact: true }).inputValue()).toBe(String(scene.stage.berlin));
    await page.getByRole("button", { name: "Save job" }).click();
    await page.getByText("The job was created.").waitFor();
  });
});
