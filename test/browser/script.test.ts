import { type Context, Hono } from "hono";
import { raw } from "hono/html";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { Environment } from "../../src/web/environment.ts";
import { protectiveHeaders } from "../../src/web/http/headers.ts";
import { assetRoutes } from "../../src/web/page/assets.ts";
import { fragment, htmlDocument } from "../../src/web/page/document.tsx";
import { readerOf } from "../../src/web/reader/reader.ts";
import { startBrowser } from "../harness/browser.ts";
import { serve } from "./serve.ts";

/** The instant that the server calls now: far from the browser's own clock. */
const NOW = Date.UTC(2026, 10, 23, 12);

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

/** A server with a few pages that ask for each thing the script does, and what was posted to it. */
interface Scene {
  readonly page: Page;
  readonly url: string;
  readonly posted: URLSearchParams[];
  readonly complaints: string[];
}

let scene: Scene;
beforeEach(async () => {
  const posted: URLSearchParams[] = [];
  const app = new Hono<Environment>();
  app.use(protectiveHeaders);
  app.route("/", assetRoutes());
  const reader = (c: Context) => readerOf(c.req.query("lang") === "de" ? "de" : "en", "UTC", NOW);
  const draw = (c: Context, markup: string) => {
    return c.html(htmlDocument(reader(c), { title: "Test", children: raw(markup) }));
  };
  const take = async (c: Context) => posted.push(new URLSearchParams(await c.req.text()));
  app.get("/times", (c) => draw(c, '<time datetime="2026-11-23T12:05:00Z" data-relative="">soon</time>'));
  app.get("/form", (c) =>
    draw(
      c,
      `<form method="post" action="/save" data-preview="/preview" data-preview-target="preview" data-preview-intent="preview">
        <label>Cron <input name="cron"></label><div id="preview" aria-live="polite">nothing yet</div>
        <button name="intent" value="save">Save</button></form>`,
    ),
  );
  app.post("/preview", async (c) => {
    await take(c);
    const cron = posted.at(-1)?.get("cron") ?? "";
    if (cron === "whole page") return draw(c, '<p>around</p><div id="preview">from a page</div>');
    return cron === "wrong" ? c.html("<b>mend this</b>", 422) : c.html(await fragment(reader(c), `fires <${cron}>`));
  });
  // No content: the browser stays on the page, as it does for a file.
  app.post("/save", async (c) => {
    await take(c);
    return c.body(null, 204);
  });
  app.get("/live", (c) => draw(c, '<div id="run" data-live="/events"><a href="/run">running</a></div>'));
  app.get("/events", (c) => {
    const parts = ['<a href="/run">10 of 20</a>', '<a href="/run">20 of 20</a>'].map((part) => `data: ${part}\n\n`);
    return c.body(`${parts.join("")}event: end\ndata:\n\n`, 200, { "content-type": "text/event-stream" });
  });
  const server = await serve(app);
  const context = await browser.newContext({ locale: "en-GB" });
  onTestFinished(async () => {
    await context.close();
    await server.stop();
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (!/status of 4(22|04)/.test(message.text())) complaints.push(message.text());
  });
  scene = { page, url: server.url, posted, complaints };
});

describe("the script, under the pages' own security policy,", () => {
  it.each([
    ["en", "1 s ago"],
    ["de", "vor 1 s"],
  ])("moves times on with the server's clock (%s)", async (lang, words) => {
    const { page, url, complaints } = scene;
    // Standing still: else real time passes too, and a busy machine takes a second for the page.
    await page.clock.install({ time: 0 });
    await page.clock.pauseAt(1);
    await page.goto(`${url}/times?lang=${lang}`);
    const time = page.locator("time");
    await page.clock.runFor(1000);
    expect(await time.textContent()).toBe("in 4 min 59 s");
    await page.clock.runFor(5 * 60_000);
    expect([await time.textContent(), complaints]).toEqual([words, []]);
  });

  it("shows a form's preview while the reader types, also what is wrong, from a fragment or a whole page", async () => {
    const { page, url, posted, complaints } = scene;
    await page.goto(`${url}/form`);
    const preview = page.locator("#preview");
    await page.getByLabel("Cron").pressSequentially("0 0 12");
    await preview.getByText("fires <0 0 12>").waitFor();
    expect(posted.map((form) => form.toString())).toEqual(["cron=0+0+12&intent=preview"]);
    await page.getByLabel("Cron").fill("wrong");
    await preview.getByText("mend this").waitFor();
    await page.getByLabel("Cron").fill("whole page");
    await preview.getByText("from a page").waitFor();
    expect(await preview.innerHTML()).toBe("from a page");
    expect(complaints).toEqual([]);
  });

  it("sends a form once, with the button that was pressed", async () => {
    const { page, url, posted } = scene;
    await page.goto(`${url}/form`);
    const button = page.getByRole("button", { name: "Save" });
    await page.evaluate(() => {
      const save = document.querySelector("button");
      save?.click();
      save?.click();
    });
    await page.locator("button[disabled]").waitFor();
    expect(await page.locator("form").first().getAttribute("aria-busy")).toBe("true");
    expect(await button.isDisabled()).toBe(true);
    expect(posted.map((form) => form.get("intent"))).toEqual(["save"]);
  });

  it("fills a live region from its stream, keeps the focus, and stops when it is told", async () => {
    const { page, url, complaints } = scene;
    let asked = 0;
    page.on("request", (request) => {
      if (request.url().endsWith("/events")) asked += 1;
    });
    let answer = () => {};
    const focused = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route("**/events", async (route) => {
      await focused;
      await route.continue();
    });
    await page.goto(`${url}/live`);
    await page.getByRole("link", { name: "running" }).focus();
    answer();
    await page.getByText("20 of 20").waitFor();
    expect(await page.locator(":focus").innerText()).toBe("20 of 20");
    expect([asked, complaints]).toEqual([1, []]);
  });
});
