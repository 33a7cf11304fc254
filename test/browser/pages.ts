import type { Page } from "playwright-core";
import { addressOf, furnish as furnishWalk, type Line, type Thing, type Things, walk } from "../web/walk.ts";
import { ADMIN, type Scene } from "./scene.ts";
import { furnish } from "./showcase.ts";

/** What pages are looked at on. */
type Played = Pick<Scene, "stage" | "url">;

/** A page as a system administrator sees it. */
export interface Visited {
  /** Fits a file name. */
  readonly name: string;
  /** What the address bar says; a form is posted there when there are `fields`. */
  readonly path: string;
  readonly fields?: Readonly<Record<string, string>> | undefined;
  /** What is done on the page before it is looked at. */
  readonly act?: (page: Page) => Promise<void>;
}

/** Fills the form of a job with mistakes and sends it. */
async function sendMistakes(page: Page): Promise<void> {
  await page.locator("[name=cron]").fill("0 0 12 1 0 ?");
  await page.locator("[name=timeZone]").fill("Europe/Atlantis");
  await page.locator("[name='parameters.amount']").fill("many");
  await page.locator("button[value=save]").click();
}

/** Shows the schedule of the open form. */
async function preview(page: Page): Promise<void> {
  await page.locator("[name=cron]").fill("0 15 10 ? * 6L");
  await page.locator("button[value=preview]").click();
}

const nameOf = ([route, , thing]: Line) =>
  [...route.split(" "), thing ?? ""]
    .join("-")
    .replace(/^GET-\/admin\/?|[^\w-]+/g, "-")
    .replace(/-+/g, "-")
    .replace(/^-|-$/g, "") || "home";

/** The things of the walk whose pages have more to show in the showcase. */
function furnished(things: Things, of: Partial<Record<Thing, number>>): Things {
  return { ...things, ...of };
}

/** Whether the application answers with a page at all: no redirect, no file, no stream of events. */
async function isPage(scene: Played, cookie: string, { path }: Visited): Promise<boolean> {
  const response = await scene.stage.app.request(scene.url + path, { headers: { cookie } });
  await response.body?.cancel();
  return response.status === 200 && /^text\/html/.test(response.headers.get("content-type") ?? "");
}

/**
 * Every page of the application, on a stage that is furnished here: each address of the walk (so a new page is here by itself),
 * forms that come back with problems, errors, and what is outside the manager.
 */
export async function everyPage(scene: Played): Promise<Visited[]> {
  const { stage } = scene;
  const { jobId, destructiveJobId, runningId, partialId } = await furnish(stage);
  const things = await furnishWalk(stage);
  const rich = furnished(things, { "own job": jobId, "destructive job": destructiveJobId, "own run": partialId });
  const lines = new Map<string, Line>();
  for (const line of walk) {
    const [route, ends] = line;
    // Of several things at one address the first is as good as any.
    if (route.startsWith("GET ") && ends["system admin"] === "done" && !lines.has(route)) lines.set(route, line);
  }
  const declared = [...lines.values()].map((line) => ({ name: nameOf(line), path: addressOf(line, stage, rich) }));
  const { cookies } = await stage.signedIn("system_admin");
  const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
  const pages: Visited[] = [];
  for (const visited of declared) if (await isPage(scene, cookie, visited)) pages.push(visited);
  const jobForm = "/admin/jobs/new/EveryKind";
  const file = "import%2Fuser_csv%2Fdone%2F1_a.csv";
  return [
    ...pages,
    { name: "run-running", path: `/admin/runs/${runningId}` },
    { name: "runs-none", path: "/admin/runs?client=2&state=partial" },
    { name: "notice", path: "/admin/jobs?notice=job-created" },
    { name: "job-new-every-kind", path: jobForm },
    { name: "job-new-mistakes", path: jobForm, act: sendMistakes },
    { name: "job-new-preview", path: jobForm, act: preview },
    { name: "navigation", path: "/admin/runs", act: (page) => page.locator("details.more summary").click() },
    { name: "not-found", path: "/admin/jobs/999" },
    { name: "admin-new-mistakes", path: "/admin/admins/new", fields: { name: "", email: "x", role: "client_admin" } },
    { name: "admin-mistakes", path: `/admin/admins/${things.colleague}`, fields: { name: "", email: ADMIN.email } },
    { name: "account-mistakes", path: "/admin/account", fields: { current: "wrong", password: "short" } },
    { name: "client-new-mistakes", path: "/admin/clients/new", fields: { name: "", key: "?", timeZone: "x" } },
    { name: "client-mistakes", path: `/admin/clients/${stage.berlin}`, fields: { name: "", key: "?", timeZone: "x" } },
    { name: "holidays-mistakes", path: `/admin/clients/${stage.berlin}/holidays`, fields: { days: "none" } },
    { name: "blackout-mistakes", path: "/admin/pauses/blackouts", fields: { startsAt: "x", endsAt: "y" } },
    { name: "connector-mistakes", path: `/admin/connectors/${things.connector}`, fields: { name: "", baseUrl: "x" } },
    { name: "start-mistakes", path: `/admin/jobs/${jobId}/start`, fields: { clientId: "999" } },
    { name: "pause-mistakes", path: `/admin/jobs/${jobId}/pause`, fields: { until: "x" } },
    { name: "backfill-mistakes", path: `/admin/jobs/${jobId}/backfill`, fields: { clientId: "999", from: "x" } },
    { name: "file-mistakes", path: `/admin/files/${stage.berlin}/delete?path=${file}`, fields: { etag: "x" } },
    { name: "language", path: "/language" },
    { name: "report-unknown", path: "/r/none" },
  ];
}

/** Pages for nobody in particular. */
export const strangersPages: readonly Visited[] = [
  { name: "sign-in", path: "/sign-in" },
  { name: "sign-in-refused", path: "/sign-in", fields: { email: "nobody@example.com", password: "wrong" } },
  { name: "not-found-outside", path: "/nowhere" },
];

/** Goes to a page, by its address or by posting a form to it. */
export async function open(page: Page, url: string, { path, fields, act }: Visited): Promise<void> {
  if (fields) {
    await page.goto(`${url}/language`);
    await Promise.all([
      page.waitForNavigation(),
      page.evaluate(
        ([action, entries]) => {
          const form = document.createElement("form");
          form.method = "post";
          form.action = action;
          for (const [name, value] of entries) {
            const input = form.appendChild(document.createElement("input"));
            Object.assign(input, { type: "hidden", name, value });
          }
          document.body.appendChild(form).submit();
        },
        [path, Object.entries(fields)] as const,
      ),
    ]);
  } else await page.goto(url + path);
  await act?.(page);
}
