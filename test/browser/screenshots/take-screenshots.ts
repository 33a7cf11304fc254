import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import type { Browser } from "playwright-core";
import { bundles } from "../../../drizzle/bundles.ts";
import { folderFiles } from "../../../src/files/folder.ts";
import { catalogue } from "../../../src/processors/all.ts";
import { migrate, migrationSets } from "../../../src/store/migrations.ts";
import type { Ports } from "../../../src/web/ports.ts";
import { startBrowser } from "../../harness/browser.ts";
import { setStageOn } from "../../web/stage/stage.ts";
import { everyPage, open, strangersPages, type Visited } from "../pages.ts";
import { mail } from "../scene.ts";
import { serve } from "../serve.ts";
import { furnishNight, NIGHT } from "./night-showcase.ts";

const schemes = ["light", "dark"] as const;

/** A stage of its own in a temporary folder, behind a real HTTP server, for as long as `work` takes. */
async function onStage<T>(
  now: number,
  overrides: Partial<Ports>,
  work: (scene: Parameters<typeof everyPage>[0]) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "minutehand-pictures-"));
  const database = createClient({ url: `file:${join(folder, "database.db")}`, intMode: "number" });
  for (const set of migrationSets) await migrate(database, set, bundles[set], 0);
  const mailbox = { list: async () => ({ total: 1, mails: [mail] }), read: async () => mail };
  const stage = await setStageOn(database, folderFiles(join(folder, "files")), { mailbox, ...overrides });
  stage.now = now;
  const server = await serve(stage.app);
  try {
    return await work({ stage, url: server.url });
  } finally {
    await server.stop();
    database.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Takes pages as a stranger or as a system administrator sees them. */
async function take(
  browser: Browser,
  folder: string,
  scene: Parameters<typeof everyPage>[0],
  pages: readonly Visited[],
  options: { signedIn: boolean; whole: boolean },
): Promise<number> {
  for (const colorScheme of schemes) {
    const context = await browser.newContext({
      colorScheme,
      viewport: { width: 1280, height: 800 },
      reducedMotion: "reduce",
    });
    await context.addCookies([{ name: "zone", value: "Europe/Berlin", url: scene.url }]);
    const { cookies } = await scene.stage.signedIn("system_admin");
    await scene.stage.database.execute("UPDATE admins SET name = 'Ada Lovelace' WHERE email LIKE 'system%'");
    const own = [...cookies].map(([name, value]) => ({ name, value, url: scene.url }));
    if (options.signedIn) await context.addCookies(own);
    const page = await context.newPage();
    for (const visited of pages) {
      await open(page, scene.url, visited);
      await page.screenshot({ path: join(folder, `${visited.name}-${colorScheme}.png`), fullPage: options.whole });
    }
    await context.close();
  }
  return pages.length * schemes.length;
}

/** Puts pictures of every page into a folder, and among them, as `readme-…`, those that the README may show. Returns their number. */
export async function takeScreenshots(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true });
  const browser = await startBrowser();
  try {
    const all = await onStage(Date.now(), {}, async (scene) => {
      const strangers = await take(browser, folder, scene, strangersPages, { signedIn: false, whole: true });
      return strangers + (await take(browser, folder, scene, await everyPage(scene), { signedIn: true, whole: true }));
    });
    const shown = await onStage(NIGHT, { catalogue, mailbox: null }, async (scene) => {
      const runningId = await furnishNight(scene.stage);
      const pages = [
        { name: "readme-jobs", path: "/admin/jobs" },
        { name: "readme-run", path: `/admin/runs/${runningId}` },
        { name: "readme-plan", path: "/admin/plan" },
        { name: "readme-now", path: "/admin/now" },
      ];
      return take(browser, folder, scene, pages, { signedIn: true, whole: false });
    });
    return all + shown;
  } finally {
    await browser.close();
  }
}
