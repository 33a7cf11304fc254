import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { catalogue } from "../../src/processors/all.ts";
import { startBrowser } from "../harness/browser.ts";
import { setScene } from "./scene.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

const { seed, sweep } = inject("conformance");
const everyId = catalogue.all().map(({ id }) => id);
/** The same markup is sent by the same form without JavaScript: a third of it each day, all of it in `npm run conformance`. */
const thirdOfToday = everyId.filter((_, index) => sweep || index % 3 === seed % 3);

describe.each([
  ["with JavaScript", "every processor in the catalogue", true, everyId],
  [
    "without JavaScript",
    sweep ? "every processor" : "every third processor, by turns of the day,",
    false,
    thirdOfToday,
  ],
] as const)("an administrator %s", (_name, which, javaScriptEnabled, ids) => {
  it(`creates a job of ${which} from its form, and pauses one and lets it go on`, async () => {
    const scene = await setScene({ catalogue });
    const context = await browser.newContext({ javaScriptEnabled });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await scene.signIn(page);
    for (const id of ids) {
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
    expect(saved.rows.map(({ processor }) => processor)).toEqual([...ids].sort());

    const clientJob = ids.find((id) => catalogue.find(id)?.scope === "client");
    await page.goto(`${scene.url}/admin/jobs`);
    await page.getByRole("link", { name: `Job of ${clientJob}`, exact: true }).click();
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
