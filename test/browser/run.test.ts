import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startBrowser } from "../harness/browser.ts";
import { type Scene, setScene } from "./scene.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

/** A signed-in window at a scene whose runners take nothing up by themselves, unless `working`. */
async function openScene(javaScriptEnabled: boolean, working: boolean): Promise<{ scene: Scene; page: Page }> {
  const scene = await setScene(working ? {} : { wakeRunner: async () => {} });
  const context = await browser.newContext({ javaScriptEnabled, locale: "en-GB" });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await scene.signIn(page);
  return { scene, page };
}

/** Starts a job for Berlin by its form, and leads to the run. Returns the run's id. */
async function startForBerlin(scene: Scene, page: Page, jobId: number, dryRun: boolean): Promise<number> {
  await page.goto(`${scene.url}/admin/jobs/${jobId}/start`);
  await page.getByLabel("Client").selectOption({ label: "berlin" });
  if (dryRun) await page.getByLabel("Dry run").check();
  await page.locator("main").getByRole("button", { name: "Start" }).click();
  await page.getByText("The run is queued").waitFor();
  return Number(/\/runs\/(\d+)/.exec(page.url())?.[1]);
}

/** Writes what a runner would report. */
const report = (scene: Scene, id: number, columns: Record<string, string | number>) =>
  scene.stage.database.execute({
    sql: `UPDATE runs SET ${Object.keys(columns).join(" = ?, ")} = ? WHERE id = ?`,
    args: [...Object.values(columns), id],
  });

describe("an administrator", () => {
  it("starts a job for one client and watches its progress to the end, without reloading", async () => {
    const { scene, page } = await openScene(true, false);
    const jobId = await scene.stage.addJob({ name: "Night", processor: "PlainJob" });
    const id = await startForBerlin(scene, page, jobId, false);
    const present = page.locator("#present");
    await present.getByText("queued", { exact: true }).waitFor();
    const begun = { state: "running", started_at: Date.now() - 60_000, progress_total: 1000 };
    await report(scene, id, { ...begun, progress_done: 250 });
    await present.getByText("250 of 1,000 done").waitFor();
    expect(await present.innerText()).toMatch(/about \d min( \d+ s)? left/);
    expect(await present.getByRole("progressbar").getAttribute("value")).toBe("250");
    await report(scene, id, { state: "ok", ended_at: Date.now(), counts: '{"scanned":1000}', progress_done: 1000 });
    // At the end the page is read again: nothing is live any more.
    await page.locator("main:not(:has(#present)) .lead").getByText("ok", { exact: true }).waitFor();
    expect(await page.locator(".figures").innerText()).toMatch(/scanned\s+1,000/);
  });

  it.each([
    ["reloads itself without JavaScript", false, 1],
    ["never reloads itself where its script works", true, 0],
  ])("watches a run on a page that %s", async (_name, javaScript, refreshes) => {
    const { scene, page } = await openScene(javaScript, false);
    const jobId = await scene.stage.addJob({ name: "Night", processor: "PlainJob" });
    await startForBerlin(scene, page, jobId, false);
    // What stands in `noscript` is no element for a browser whose scripts run.
    await page.locator("#present").getByText("queued", { exact: true }).waitFor();
    expect(await page.locator("meta[http-equiv=refresh]").count()).toBe(refreshes);
  });

  it.each([
    ["with", true],
    ["without", false],
  ])("rehearses a job, and cancels a run at work, %s JavaScript", async (_name, javaScript) => {
    const { scene, page } = await openScene(javaScript, true);
    const jobId = await scene.stage.addJob({ name: "Night", processor: "PlainJob" });
    await startForBerlin(scene, page, jobId, true);
    await scene.runsEnded();
    if (!javaScript) await page.reload();
    await page.locator("main:not(:has(#present)) .lead").waitFor();
    expect(await page.locator(".lead").innerText()).toMatch(/(no action|ok)\s*dry run/);
    expect(await page.getByText("Looked at one row").count()).toBe(1);

    const id = await scene.stage.addRun({ jobId, clientId: scene.stage.berlin, state: "running" });
    await page.goto(`${scene.url}/admin/now`);
    await page.getByRole("link", { name: "Night" }).first().click();
    expect(page.url()).toBe(`${scene.url}/admin/runs/${id}`);
    await page.getByRole("button", { name: "Cancel run" }).click();
    await page.getByText(/The run was asked to stop/).waitFor();
    expect(await page.getByRole("button", { name: "Cancel run" }).count()).toBe(0);
  });

  it("reads why a run was skipped, and what to do about it", async () => {
    const { scene, page } = await openScene(false, false);
    const jobId = await scene.stage.addJob({ name: "Night", processor: "PlainJob" });
    const id = await scene.stage.addRun({ jobId, clientId: scene.stage.berlin, state: "skipped" });
    const message = "Run 7 of the same job had not ended when this one was due";
    await report(scene, id, { reason: "duplicate", message, ended_at: Date.now() });
    await page.goto(`${scene.url}/admin/runs?state=skipped`);
    await page.getByRole("link", { name: `Run #${id}` }).click();
    expect(await page.locator(".lead").innerText()).toContain(message);
    await page.getByText("Another overlap policy would let it wait.").waitFor();
    await page.getByRole("button", { name: "Deutsch" }).click();
    await page.getByText("Mit einer anderen Überlappungsregel würde er warten.").waitFor();
  });
});
