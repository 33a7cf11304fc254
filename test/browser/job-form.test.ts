import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startBrowser } from "../harness/browser.ts";
import { type Scene, setScene } from "./scene.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

/** A window whose administrator is signed in. */
async function openWindow(scene: Scene, javaScriptEnabled: boolean): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await scene.signIn(page);
  return page;
}

describe.each([
  ["with JavaScript", true],
  ["without JavaScript", false],
] as const)("%s", (_name, javaScript) => {
  it("a wrong expression is mended by its message and previewed, and the job is saved; a start that is sent twice starts once", async () => {
    const scene = await setScene();
    const page = await openWindow(scene, javaScript);
    await page.goto(`${scene.url}/admin/jobs/new/PlainJob`);
    const expression = page.getByLabel("Quartz expression");
    const preview = page.locator("#schedule-preview");
    const look = async () => {
      if (!javaScript) await page.getByRole("button", { name: "Preview schedule" }).click();
    };

    await page.getByLabel("Name", { exact: true }).fill("Nightly");
    await expression.fill("001**?");
    await look();
    const message = javaScript ? preview : page.getByRole("alert");
    await message.getByText("0 0 1 * * ?").waitFor();
    await expression.fill("0 0 1 * * ?");
    await page.getByLabel("Time zone").fill("Europe/Berlin");
    await look();
    await preview.getByText("At 01:00 every day").waitFor();
    await preview.getByText("Next 10 fires in Europe/Berlin").waitFor();
    expect(await preview.locator("tbody tr").count()).toBe(10);
    expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("Nightly");
    await page.getByRole("button", { name: "Save job" }).click();
    await page.getByText("The job was created.").waitFor();

    await page.getByRole("link", { name: "Start", exact: true }).click();
    await page.getByLabel("Client").selectOption({ label: "berlin" });
    await page.getByRole("button", { name: "Start" }).dblclick();
    await page
      .getByRole("status")
      .getByText(/queued/)
      .waitFor();
    await scene.runsEnded();
    const { rows } = await scene.stage.database.execute("SELECT state FROM runs");
    expect(rows).toHaveLength(1);
  });
});

it("By keyboard alone a job is chosen, filled in, previewed while typing, and saved", async () => {
  const scene = await setScene();
  const page = await openWindow(scene, true);
  const focused = (attribute: string) =>
    page.evaluate((name) => document.activeElement?.getAttribute(name) ?? "", attribute);
  const tabTo = async (attribute: string, value: string) => {
    for (let presses = 0; (await focused(attribute)) !== value && presses < 60; presses += 1)
      await page.keyboard.press("Tab");
    expect(await focused(attribute)).toBe(value);
  };
  await page.goto(`${scene.url}/admin/jobs`);
  await tabTo("href", "/admin/jobs/new");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "New job" }).waitFor();
  await tabTo("href", "/admin/jobs/new/PlainJob");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "New job: Do plain work" }).waitFor();
  await tabTo("name", "name");
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("By keyboard");
  await tabTo("name", "clientId");
  await page.keyboard.type("berlin");
  await tabTo("name", "cron");
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("0 15 10 ? * 6L");
  await page.locator("#schedule-preview").getByText("last Friday of the month").waitFor();
  expect(await focused("name")).toBe("cron");
  await tabTo("value", "save");
  await page.keyboard.press("Enter");
  await page.getByText("The job was created.").waitFor();
  const { rows } = await scene.stage.database.execute("SELECT name, client_id, cron FROM jobs");
  expect(rows.map((row) => [row.name, row.client_id, row.cron])).toEqual([["By keyboard", 1, "0 15 10 ? * 6L"]]);
});
