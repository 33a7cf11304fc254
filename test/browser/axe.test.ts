import { readFile } from "node:fs/promises";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { stopEverything } from "../../src/administration/pauses/stop.ts";
import { startBrowser } from "../harness/browser.ts";
import { everyPage, open, openKeptForm, stoppedPages, strangersPages, type Visited } from "./pages.ts";
import { setScene } from "./scene.ts";
import { furnish } from "./showcase.ts";

/** What axe is in a page. */
type Axe = typeof import("axe-core");

let browser: Browser;
let axe: string;
beforeAll(async () => {
  browser = await startBrowser();
  axe = await readFile(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");
});
afterAll(() => browser.close());

/**
 * A telephone's window, and a desk's. The German words stand in the same markup and the same colours as the English ones, so each
 * width is looked at by all rules in one language: the telephone's in the longer words. Colours are looked at in both schemes at each
 * width, and at the telephone's what depends on the room that words take in both languages. At each width and in each language
 * nothing may be wider than its room.
 */
const looks = {
  en: [
    { width: 1280, colorScheme: "light", rules: "all" },
    { width: 1280, colorScheme: "dark", rules: "colours" },
    { width: 320, colorScheme: "light", rules: "looks" },
  ],
  de: [
    { width: 1280, colorScheme: "light", rules: "none" },
    { width: 320, colorScheme: "dark", rules: "all" },
  ],
} as const;
type Locale = keyof typeof looks;

/** Runs in the page: what needs more room than it has, be it seen or cut off. */
function overhanging(): string[] {
  const boxes = [document.documentElement, ...document.querySelectorAll(".rows, .panel, .notice, .top, main")];
  return boxes
    .filter((box) => box.scrollWidth > box.clientWidth)
    .map((box) => `${box.tagName} ${box.className} is wider than its room by ${box.scrollWidth - box.clientWidth} px`);
}

/**
 * Runs in the page: what axe finds. All its rules, and the target size of WCAG 2.2 besides; where the rest was seen, colours alone, or what
 * else depends on the size of things too.
 */
async function audited(rules: "all" | "looks" | "colours"): Promise<string[]> {
  const { axe } = window as unknown as { axe: Axe };
  const only =
    rules === "colours" ? ["color-contrast"] : ["color-contrast", "target-size", "scrollable-region-focusable"];
  const options =
    rules === "all"
      ? { rules: { "target-size": { enabled: true } } }
      : { runOnly: { type: "rule" as const, values: only } };
  const { violations } = await axe.run(document, { ...options, resultTypes: ["violations"] });
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id} (${help}) at ${target.join(" ")}: ${failureSummary?.replace(/\s+/g, " ")}`,
    ),
  );
}

async function findings(page: Page, locale: Locale): Promise<string[]> {
  const found: string[] = [];
  for (const { width, colorScheme, rules } of looks[locale]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height: width === 320 ? 640 : 800 });
    const here = await page.evaluate(overhanging);
    if (rules !== "none") here.push(...(await page.evaluate(audited, rules)));
    found.push(...here.map((what) => `${width} px, ${colorScheme}: ${what}`));
  }
  return found;
}

/** Windows of a reader of this language; axe stands in each page from its start. */
async function windows(locale: Locale): Promise<BrowserContext> {
  const context = await browser.newContext({ locale, reducedMotion: "reduce" });
  await context.addInitScript({ content: axe });
  return context;
}

/** Looks at the pages one after the other, in one window. */
async function lookAt(
  context: BrowserContext,
  url: string,
  pages: readonly Visited[],
  locale: Locale,
): Promise<string[]> {
  const found: string[] = [];
  const page = await context.newPage();
  for (const visited of pages) {
    await page.setViewportSize({ width: 1280, height: 800 });
    const problems = await open(page, url, visited).then(
      () => findings(page, locale),
      (error: unknown) => [`was not reached: ${error}`],
    );
    found.push(...problems.map((problem) => `${visited.name}, ${problem}`));
  }
  await page.close();
  return found;
}

it("axe would find an image without words, faint text and a page without a language", async () => {
  const context = await windows("de");
  const page = await context.newPage();
  await page.setContent('<main><h1>A</h1><img src="a.png"><p style="color:#aaa;background:#fff">Faint</p></main>');
  const found = (await findings(page, "de")).map((finding) => finding.replace(/^.*?: (\S+) .*$/, "$1"));
  expect(new Set(found)).toEqual(new Set(["color-contrast", "document-title", "html-has-lang", "image-alt"]));
  await context.close();
});

it("axe finds nothing on any page, and none is wider than its window: by day and by night, at 1280 and at 320 px, English and German", async () => {
  const scene = await setScene();
  const pages = await everyPage(scene);
  const found = await Promise.all(
    (["en", "de"] as const).map(async (locale) => {
      const context = await windows(locale);
      await context.addCookies([{ name: "locale", value: locale, url: scene.url }]);
      const strange = await lookAt(context, scene.url, strangersPages, locale);
      const { cookies } = await scene.stage.signedIn("system_admin");
      await context.addCookies([...cookies].map(([name, value]) => ({ name, value, url: scene.url })));
      const known = await lookAt(context, scene.url, pages, locale);
      await context.close();
      return [...strange, ...known].map((what) => `${locale}, ${what}`);
    }),
  );
  expect(found.flat()).toEqual([]);
});

it("axe finds nothing on pages while everything is stopped, nor on a form that comes back after a sign-in", {
  timeout: 240_000,
}, async () => {
  const scene = await setScene();
  const { jobId } = await furnish(scene.stage);
  await stopEverything(scene.stage.database, "The database is being restored", "ada@example.com", scene.stage.now);
  const found: string[] = [];
  for (const locale of ["en", "de"] as const) {
    const context = await windows(locale);
    await context.addCookies([{ name: "locale", value: locale, url: scene.url }]);
    const { cookies } = await scene.stage.signedIn("system_admin");
    await context.addCookies([...cookies].map(([name, value]) => ({ name, value, url: scene.url })));
    found.push(...(await lookAt(context, scene.url, stoppedPages, locale)));
    const page = await context.newPage();
    await openKeptForm(page, scene.url, jobId);
    expect(await page.locator("[name=name]").inputValue()).toBe("A new name");
    found.push(...(await findings(page, locale)).map((problem) => `kept form, ${problem}`));
    await context.close();
  }
  expect(found).toEqual([]);
});
