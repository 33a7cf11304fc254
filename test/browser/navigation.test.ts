import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { startBrowser } from "../harness/browser.ts";
import { setScene } from "./scene.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

it.each([
  ["without", false],
  ["with", true],
])("The navigation is worked by keyboard on a telephone, %s JavaScript", async (_name, javaScriptEnabled) => {
  const scene = await setScene();
  const context = await browser.newContext({ javaScriptEnabled, viewport: { width: 320, height: 640 } });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await scene.signIn(page);
  const navigation = page.getByRole("navigation", { name: "Main" });
  const folded = navigation.locator("details a");
  await navigation.getByRole("link", { name: "Files" }).focus();
  await page.keyboard.press("Tab");
  expect(await page.locator(":focus").innerText()).toMatch(/^More/);
  expect(await folded.first().isVisible()).toBe(false);

  await page.keyboard.press("Enter");
  const boxes = await Promise.all((await folded.all()).map((link) => link.boundingBox()));
  expect(boxes.length).toBeGreaterThan(1);
  for (const box of boxes) {
    expect(box && box.x >= 0 && box.x + box.width <= 320 && box.height >= 24).toBe(true);
  }
  await page.keyboard.press("Tab");
  expect(await folded.first().evaluate((link) => link === document.activeElement)).toBe(true);

  if (javaScriptEnabled) {
    await page.keyboard.press("Escape");
    expect(await folded.first().isVisible()).toBe(false);
    expect(await page.locator(":focus").innerText()).toMatch(/^More/);
    await page.keyboard.press("Enter");
    await page.mouse.click(300, 630);
    expect(await folded.first().isVisible()).toBe(false);
    await page.locator("summary").press("Enter");
  }
  const last = folded.last();
  const words = await last.innerText();
  await last.click();
  await page.waitForURL(/\/handbook$/);
  expect(await page.locator("summary").innerText()).toContain(words);
  expect(await folded.last().getAttribute("aria-current")).toBe("page");
});
