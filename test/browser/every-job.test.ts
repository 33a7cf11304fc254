import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { catalogue } from "../../src/processors/all.ts";
import { startBrowser } from "../harness/browser.ts";
import { setScene } from "./scene.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

describe.each([
  ["with JavaScript", true],
  ["without JavaScript", false],
] as const)("an administrator %s", (_name, javaScriptEnabled) => {
  it("creates a job of every processor in the catalogue from its form, and pauses one and lets it go on", async () => {
    const scene = await setScene({ catalogue });
    const context = await browser.newContext({ javaScriptEnabled });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await scene.signIn(page);
    for (const { id } of catalogue.all()) {
      await page.goto(`${scene.url}/admin/jobs/new/${id}`);
      await page.getByLabel("Name", { exact: true }).fill(`Job of ${id}`);
      if (id === "HttpRequest")
        await page.getByLabel("Url", { exact: true }).fill("https://erp.example.com/hooks/night");
      await page.getByRole("button", { name: "Save job" }).click();
      await page.getByText(/The job was created\.|Nothing was saved/).waitFor();
      expect(await page.getByRole("alert").allInnerTexts(), id).toEqual([]);
      expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe(`Job of ${id}`);
    }
    const saved = await scene.stage.database.execute("SELECT processor FROM jobs ORDER BY processor");
    expect(saved.rows.map(({ processor }) => processor)).toEqual(
      catalogue
        .all()
        .map(({ id }) => id)
        .toSorted(),
    );

    await page.goto(`${scene.url}/admin/jobs`);
    await page.getByRole("link", { name: "Job of UserImport", exact: true }).click();
    await page.getByRole("link", { name: "Pause", exact: true }).click();
    await page.getByLabel("Note").fill("The other system is being moved");
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("status").waitFor();
    const paused = "SELECT count(*) AS paused FROM triggers WHERE paused_until IS NOT NULL";
    expect((await scene.stage.database.execute(paused)).rows[0]?.paused).toBe(2);
    await page.getByRole("link", { name: /Pause/ }).click();
    await page.getByText("The other system is being moved").first().waitFor();
    await page
      .getByRole("button", { name: /Resume/ })
      .last()
      .click();
    await page.getByRole("status").waitFor();
    expect((await scene.stage.database.execute(paused)).rows[0]?.paused).toBe(0);
  });
});
