import { mkdir } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startBrowser } from "../harness/browser.ts";
import { setScene } from "./scene.ts";
import { furnish } from "./showcase.ts";

/** A folder for pictures of every page; none are taken without it. */
const folder = process.env.SCREENSHOTS;

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

const widths = [1280, 320];
const schemes = ["light", "dark"] as const;

/** Runs in the page: what needs more room than it has, be it seen or cut off. */
function overhanging(): string[] {
  const boxes = [
    document.documentElement,
    ...document.querySelectorAll<HTMLElement>(".rows, .panel, .notice, .top, main"),
  ];
  return boxes
    .filter((box) => box.scrollWidth > box.clientWidth)
    .map((box) => `${box.tagName} ${box.className} by ${box.scrollWidth - box.clientWidth} px`);
}

/** Fills the open form with mistakes and sends it. */
async function sendMistakes(page: Page): Promise<void> {
  await page.locator("[name=cron]").fill("0 0 12 1 0 ?");
  await page.locator("[name=timeZone]").fill("Europe/Atlantis");
  await page.getByLabel("Amount").fill("many");
  await page.locator("button[value=save]").click();
}

/** Shows the schedule of the open form. */
async function preview(page: Page): Promise<void> {
  await page.locator("[name=cron]").fill("0 15 10 ? * 6L");
  await page.getByLabel("Title").fill("Digest");
  await page.locator("button[value=preview]").click();
}

it("No page is wider than its window, on a desk or on a telephone, by day in English or by night in German", {
  timeout: 180_000,
}, async () => {
  const scene = await setScene();
  const { jobId, destructiveJobId, runningId, partialId } = await furnish(scene.stage);
  const pages: readonly (readonly [string, string, ((page: Page) => Promise<void>)?])[] = [
    ["jobs", "/admin/jobs?notice=job-created"],
    ["job", `/admin/jobs/${jobId}`],
    ["job-new-choice", "/admin/jobs/new"],
    ["job-new", "/admin/jobs/new/EveryKind"],
    ["job-new-mistakes", "/admin/jobs/new/EveryKind", sendMistakes],
    ["job-new-preview", "/admin/jobs/new/EveryKind", preview],
    ["job-start", `/admin/jobs/${destructiveJobId}/start`],
    ["job-pause", `/admin/jobs/${jobId}/pause`],
    ["job-backfill", `/admin/jobs/${jobId}/backfill`],
    ["plan", "/admin/plan"],
    ["job-delete", `/admin/jobs/${jobId}/delete`],
    ["runs", "/admin/runs"],
    ["account", "/admin/account"],
    ["sessions", "/admin/sessions"],
    ["admins", "/admin/admins"],
    ["admin", "/admin/admins/1"],
    ["runs-none", "/admin/runs?client=2&state=partial"],
    ["run-running", `/admin/runs/${runningId}`],
    ["run-partial", `/admin/runs/${partialId}`],
    ["files", "/admin/files/1"],
    ["files-choice", "/admin/files"],
    ["mailbox", "/admin/mailbox"],
    ["mail", "/admin/mailbox/000001"],
    ["not-found", "/admin/jobs/999"],
    ["language", "/language"],
    ["navigation", "/admin/runs", (page) => page.locator("summary").click()],
  ];
  if (folder) await mkdir(folder, { recursive: true });
  const wider: string[] = [];
  for (const colorScheme of schemes) {
    const context = await browser.newContext({ javaScriptEnabled: false, colorScheme });
    const page = await context.newPage();
    const look = async (name: string) => {
      for (const width of widths) {
        await page.setViewportSize({ width, height: width === 320 ? 640 : 800 });
        wider.push(...(await page.evaluate(overhanging)).map((what) => `${name} ${width} ${colorScheme}: ${what}`));
        if (folder) await page.screenshot({ path: `${folder}/${name}-${colorScheme}-${width}.png`, fullPage: true });
      }
    };
    await page.goto(`${scene.url}/sign-in`);
    await look("sign-in");
    await scene.signIn(page);
    // The longer words by night: German ones.
    if (colorScheme === "dark") await context.addCookies([{ name: "locale", value: "de", url: scene.url }]);
    for (const [name, path, act] of pages) {
      await page.goto(scene.url + path);
      await act?.(page);
      await look(name);
    }
    await context.close();
  }
  expect(wider).toEqual([]);
});
