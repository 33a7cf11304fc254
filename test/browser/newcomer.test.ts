import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { startBrowser } from "../harness/browser.ts";
import { type Scene, setScene } from "./scene.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

async function openScene(width: number, locale = "en"): Promise<{ scene: Scene; page: Page }> {
  const scene = await setScene({ wakeRunner: async () => {} });
  const context = await browser.newContext({ viewport: { width, height: 720 } });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await scene.signIn(page);
  await context.addCookies([{ name: "locale", value: locale, url: scene.url }]);
  return { scene, page };
}

it.each([320, 375, 1280])(
  "The own account, its password and its sessions are reached by links at %d px",
  async (width) => {
    const { scene, page } = await openScene(width);
    await page.getByRole("banner").getByRole("link", { name: "Ada Lovelace" }).click();
    expect(page.url()).toBe(`${scene.url}/admin/account`);
    await page.getByLabel("Present password").waitFor();
    await page.getByRole("link", { name: "Your sessions" }).click();
    expect(page.url()).toBe(`${scene.url}/admin/sessions`);
  },
);

/** Runs in the page: words of letters that stand on more than one line, though each would have fitted on a line of its own cell. */
function brokenWords(): string[] {
  const broken: string[] = [];
  const texts = document.createTreeWalker(document.querySelector("main") ?? document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    if (!text.parentElement?.checkVisibility() || text.parentElement.closest(".unseen, svg, option")) continue;
    for (const { 0: word, index } of (text.textContent ?? "").matchAll(/(?<!\S)\p{L}{2,22}(?=[.,;:)]?(?!\S))/gu)) {
      const range = document.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
      if (lines.size > 1) broken.push(word);
    }
  }
  const boxes = [document.documentElement, ...document.querySelectorAll(".rows, .panel, main")];
  return [
    ...broken,
    ...boxes.filter((box) => box.scrollWidth > box.clientWidth).map(({ className }) => `.${className} is too wide`),
  ];
}

it.each(["en", "de"])("No word of a table breaks inside, at any width: %s", async (locale) => {
  const { scene, page } = await openScene(1280, locale);
  const { stage } = scene;
  await stage.database.execute("UPDATE clients SET name = 'Northwind Academy of Further Education' WHERE id = 1");
  const clock = { cron: "0 0/20 * * * ?", processor: "PlainJob" };
  const jobId = await stage.addJob({ ...clock, name: "Automatic enrolment of newcomers", clientId: stage.berlin });
  await stage.addJob({ ...clock, name: "Recertification" });
  for (const state of ["running", "failed", "partial"] as const) {
    const id = await stage.addRun({
      jobId,
      clientId: stage.berlin,
      state,
      jobName: "Automatic enrolment of newcomers",
    });
    await stage.database.execute({
      sql: `UPDATE runs SET processor = 'ParticipantAutomaticRegistration', requested_by = 'ada.lovelace@example.com',
        counts = '{"scanned":120000,"notifications":17}', message = 'Administration' WHERE id = ?`,
      args: [id],
    });
  }
  const found: string[] = [];
  for (const path of ["now", "jobs", "runs", "plan", "clients", "pauses", "audit", "admins", `jobs/${jobId}`]) {
    await page.goto(`${scene.url}/admin/${path}`);
    for (const width of [320, 375, 600, 760, 900, 1280]) {
      await page.setViewportSize({ width, height: 720 });
      found.push(...(await page.evaluate(brokenWords)).map((word) => `${path} at ${width} px: ${word}`));
    }
  }
  expect(found).toEqual([]);
});

it.each([
  ["in the zone of the browser", true, "Times in Asia/Tokyo"],
  ["in UTC without JavaScript", false, "Times in UTC"],
])("Times stand %s for an administrator of all clients who chose no zone", async (_what, javaScriptEnabled, words) => {
  const scene = await setScene();
  const context = await browser.newContext({ javaScriptEnabled, timezoneId: "Asia/Tokyo" });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await scene.signIn(page);
  await page.getByText(words).waitFor();
});
