import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startBrowser } from "../harness/browser.ts";
import { type Scene, setScene } from "./scene.ts";

/** Everything in a page's form that can be worked. */
const FORM_CONTROLS = "main form :is(a[href], input:not([type=hidden]), select, textarea, button)";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

/** A window without JavaScript; what its pages complain about is collected. */
async function openWindow(scene: Scene) {
  const context = await browser.newContext({ javaScriptEnabled: false, acceptDownloads: true });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    // A form that is sent back has status 401 or 422, which the console mentions.
    if (!/status of 4(01|22)/.test(message.text())) complaints.push(message.text());
  });
  page.on("response", (response) => {
    if (response.status() >= 500) complaints.push(`${response.status()} ${response.url()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(scene.url)) complaints.push(`elsewhere: ${request.url()}`);
  });
  return { page, context, complaints };
}

describe("an administrator without JavaScript", () => {
  it("signs in, creates a job, mends its expression by the message, starts it, reads the run and deletes the job", async () => {
    const scene = await setScene();
    const { page, complaints } = await openWindow(scene);

    await page.goto(`${scene.url}/admin/jobs`);
    await page.getByLabel("E-mail").fill("ada@example.com");
    await page.getByLabel("Password").fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    expect(await page.getByRole("alert").innerText()).toContain("E-mail address or password is wrong");
    await scene.signIn(page);

    await page.goto(`${scene.url}/admin/jobs`);
    await page.getByRole("link", { name: "New job" }).click();
    await page.getByRole("link", { name: "Do plain work" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Nightly tidying");
    await page.getByLabel("Client").selectOption({ label: "berlin" });
    await page.getByLabel("Quartz expression").fill("0 0 12 1 0 ?");
    await page.getByLabel("Chunk size").fill("50");
    await page.getByRole("button", { name: "Save job" }).click();

    const problem = page.getByRole("alert");
    expect(await problem.innerText()).toMatch(/Quartz expression: .*month/i);
    await problem.getByRole("link", { name: "Quartz expression" }).click();
    const expression = page.getByLabel("Quartz expression");
    expect(await expression.getAttribute("aria-invalid")).toBe("true");
    expect(await expression.inputValue()).toBe("0 0 12 1 0 ?");
    expect(await page.getByLabel("Chunk size").inputValue()).toBe("50");

    await expression.fill("0 0 12 1 1 ?");
    await page.getByRole("button", { name: "Preview schedule" }).click();
    expect(await page.getByRole("status").innerText()).toMatch(/January/);
    await page.getByRole("button", { name: "Save job" }).click();
    await page.getByText("The job was created.").waitFor();
    expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe("Nightly tidying");
    expect(await page.getByRole("table", { name: "Next fires" }).locator("tbody tr").count()).toBe(20);

    await page.getByRole("link", { name: "Start" }).click();
    await page.getByLabel("Dry run").check();
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByText("The run is queued").waitFor();
    await scene.runsEnded();
    await page.reload();
    expect(await page.locator(".lead").innerText()).toMatch(/no action|ok/);
    expect(await page.locator(".lead").innerText()).toContain("dry run");
    expect(await page.getByText("Looked at one row").count()).toBe(1);

    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Jobs" }).click();
    await page.getByRole("link", { name: "Nightly tidying" }).first().click();
    await page.getByRole("link", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Delete job" }).click();
    await page.getByText("The job was deleted.").waitFor();
    await page.getByText("There is no job yet.").waitFor();

    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("You are signed out.").waitFor();
    await page.goto(`${scene.url}/admin`);
    expect(page.url()).toBe(`${scene.url}/sign-in?next=%2Fadmin`);
    expect(complaints).toEqual([]);
  });

  it("uploads a file, is told when one is too large, and fetches one back", async () => {
    const scene = await setScene();
    const { page, complaints } = await openWindow(scene);
    await scene.signIn(page);
    await page.getByRole("link", { name: "Files" }).click();
    await page.getByLabel("Client").selectOption({ label: "berlin" });
    await page.getByRole("button", { name: "Show files" }).click();

    const folder = await mkdtemp(join(tmpdir(), "minutehand-upload-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const upload = async (name: string, content: string | Uint8Array) => {
      await writeFile(join(folder, name), content);
      await page.getByLabel("File", { exact: true }).setInputFiles(join(folder, name));
      await page.getByRole("button", { name: "Upload" }).click();
    };
    await upload("huge.csv", new Uint8Array(25 * 1024 * 1024));
    expect(await page.getByRole("alert").filter({ hasText: /\S/ }).innerText()).toContain(
      "larger than 20 MB; split it into smaller files",
    );
    await upload("people.csv", "sourcedId;username\n");
    await page.getByText("The file was stored.").waitFor();

    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "people.csv", exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("people.csv");
    expect(await readFile(await download.path(), "utf8")).toBe("sourcedId;username\n");
    expect(complaints).toEqual([]);
  });

  it("reaches everything of the sign-in and the job form by keyboard, and sees where the focus is", async () => {
    const scene = await setScene();
    const { page } = await openWindow(scene);
    await page.goto(`${scene.url}/sign-in`);
    await page.keyboard.press("Tab");
    await page.keyboard.type("ada@example.com");
    await page.keyboard.press("Tab");
    await page.keyboard.type("correct horse battery staple");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Now", level: 1 }).waitFor();

    await page.goto(`${scene.url}/admin/jobs/new/EveryKind`);
    await page.keyboard.press("Tab");
    expect(await page.locator(":focus").innerText()).toBe("Skip to content");
    await page.keyboard.press("Enter");
    const reached = new Set<number>();
    let last = "";
    while (last !== "Cancel") {
      await page.keyboard.press("Tab");
      const stop = await page.evaluate((controls) => {
        const element = document.activeElement as HTMLElement;
        // The calendar button inside a date field has a ring of its own, which no style of the field tells of.
        const hasRing = !element.matches(":focus") || getComputedStyle(element).outlineStyle === "solid";
        return { hasRing, index: [...document.querySelectorAll(controls)].indexOf(element), words: element.innerText };
      }, FORM_CONTROLS);
      expect(stop.hasRing).toBe(true);
      reached.add(stop.index);
      last = stop.words;
    }
    reached.delete(-1);
    expect(reached.size).toBe(await page.locator(FORM_CONTROLS).count());
  });
});
