import { expect, it, onTestFinished } from "vitest";
import { startBrowser } from "../harness/browser.ts";
import { setScene } from "./scene.ts";

it("A file too large for the form goes as a stream, with its progress; one that is refused says why, and the form stays", async () => {
  const browser = await startBrowser();
  onTestFinished(() => browser.close());
  const { stage, url } = await setScene();
  const context = await browser.newContext();
  const { cookies } = await stage.signedIn("system_admin");
  await context.addCookies([...cookies].map(([name, value]) => ({ name, value, url })));
  const page = await context.newPage();
  await page.goto(`${url}/admin/files/${stage.berlin}`);
  const file = (name: string, first: string) => ({
    name,
    mimeType: "text/csv",
    buffer: Buffer.alloc(21 * 1024 * 1024, ";").fill(first, 0, first.length),
  });

  await page.getByLabel("File", { exact: true }).setInputFiles(file("people.csv", "PK\u0003\u0004"));
  await page.getByRole("button", { name: "Upload" }).click();
  await page.getByRole("alert").filter({ hasText: "a workbook or an archive" }).waitFor();
  expect((await stage.files.list("")).entries).toEqual([]);

  await page.getByLabel("File", { exact: true }).setInputFiles(file("people.csv", "sourcedId"));
  const seen = page.getByRole("progressbar", { name: "Sent so far" }).waitFor();
  await page.getByRole("button", { name: "Upload" }).click();
  await seen;
  await page.getByRole("status").filter({ hasText: "The file was stored." }).waitFor();
  expect((await stage.files.head(`c/${stage.berlin}/import/user_csv/people.csv`))?.size).toBe(21 * 1024 * 1024);
});
