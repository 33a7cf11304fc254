import type { Page } from "playwright-core";
import { createBlackout } from "../../src/administration/pauses/blackouts.ts";
import { pauseJobs } from "../../src/administration/pauses/pause.ts";
import { appendLog } from "../../src/control/runs/run-logs.ts";
import { insert } from "../learning/rows.ts";
import type { Stage } from "../web/stage/stage.ts";
import { addressOf, furnish as furnishWalk, type Line, type Thing, type Things, walk } from "../web/walk/walk.ts";
import { ADMIN, type Scene } from "./scene.ts";
import { furnish } from "./showcase.ts";

const DAY_MS = 86_400_000;

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

/** A job that is paused, a blackout of tonight, and a dry run with what it would have sent. */
async function furnishHolds(stage: Stage): Promise<{ held: number; rehearsedId: number }> {
  const { database, berlin, now } = stage;
  const held = await stage.addJob({
    name: "Remind of courses",
    processor: "PlainJob",
    clientId: berlin,
    cron: "0 0 9 * * ?",
  });
  const note = "The mail server moves house; ask Grace before you resume it";
  await pauseJobs(database, { jobIds: [held], until: now + 2 * DAY_MS, note }, "ada@example.com", now);
  const blackout = { clientId: berlin, startsAt: now + DAY_MS / 4, endsAt: now + DAY_MS / 2, note: "Year's end" };
  await createBlackout(database, blackout, "ada@example.com", now);
  const rehearsedId = await stage.addRun({
    jobId: held,
    clientId: berlin,
    state: "partial",
    jobName: "Remind of courses",
  });
  const line = { at: now, level: "info", data: { rehearsed: true } } as const;
  const errors = [{ ref: "person:7", code: "no_address", message: "Grace Hopper has no e-mail address; enter one" }];
  await database.batch([
    {
      sql: `UPDATE runs SET dry_run = 1, errors = ?, counts = '{"scanned":120,"changed":3,"failed":1,"mails":2}' WHERE id = ?`,
      args: [JSON.stringify(errors), rehearsedId],
    },
    appendLog(rehearsedId, [
      { ...line, message: "Would do: mail to ada@berlin.example: Your course starts on Monday" },
      { ...line, message: "Would do: mail to alan@berlin.example: Your course starts on Monday" },
    ]),
  ]);
  return { held, rehearsedId };
}

/** A certificate of a client whose host is the scene's. Returns its code. */
async function issueCertificate({ stage, url }: Played): Promise<string> {
  const code = "MZXW6YTBOJTG633C";
  await stage.database.batch(
    [
      { sql: "UPDATE clients SET host = ? WHERE id = ?", args: [new URL(url).host, stage.berlin] },
      {
        sql: `INSERT INTO issued_certificates (client_id, registration_id, certificate_id, major_version, status_number, title,
            verification_code, issued_on, created_at, updated_at)
          VALUES (?, 1, 1, 1, 12, 'Fire safety for people who work at heights', ?, '2026-11-20', 0, 0)`,
        args: [stage.berlin, code],
      },
    ],
    "write",
  );
  return code;
}

/** What a visitor of the client's host finds: a folder with a course in it, and their documents in the index of the search. */
async function furnishCatalogue({ stage: { database, berlin } }: Played): Promise<void> {
  const client_id = berlin;
  const title = "Fire safety for people who work at heights";
  await insert(database, "components", { id: 1, client_id, title, is_public: 1, planning_status: "released" });
  await insert(
    database,
    "catalogue_items",
    { id: 10, client_id, title: "Safety at work", is_public: 1 },
    { id: 11, client_id, title, component_id: 1, parent_id: 10, is_public: 1 },
  );
  await insert(database, "search_indexes", { id: 1, client_id, built_with: "fts", state: "ready" });
  const text = "What to do when it burns, with an exercise in the yard";
  await insert(database, "search_documents", { client_id, index_id: 1, entity_id: 11, title, text, is_public: 1 });
}

/** Pages that promise starts, as they are while everything is stopped. */
export const stoppedPages: readonly Visited[] = ["now", "jobs", "jobs/1", "plan?client=1", "pauses", "clients/1"].map(
  (path) => ({
    name: `stopped-${path.replaceAll(/\W+/g, "-")}`,
    path: `/admin/${path}`,
  }),
);

/** The form of a job that comes back after the session had ended and its author signed in again. */
export async function openKeptForm(page: Page, url: string, jobId: number): Promise<void> {
  await page.goto(`${url}/admin/jobs/${jobId}/edit`);
  await page.locator("[name=name]").fill("A new name");
  await page.context().clearCookies({ name: "minutehand" });
  await page.locator("button[value=save]").click();
  await page.locator("[name=email]").fill(ADMIN.email);
  await page.locator("[name=password]").fill(ADMIN.password);
  await page.locator("button.primary").click();
  await page.locator("[name=name]").waitFor();
}

/**
 * Every page of the application, on a stage that is furnished here: each address of the walk (so a new page is here by itself),
 * forms that come back with problems, errors, and what is outside the manager.
 */
export async function everyPage(scene: Played): Promise<Visited[]> {
  const { stage } = scene;
  const { jobId, destructiveJobId, runningId, partialId } = await furnish(stage);
  const things = await furnishWalk(stage);
  const { held, rehearsedId } = await furnishHolds(stage);
  await furnishCatalogue(scene);
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
    { name: "run-rehearsed", path: `/admin/runs/${rehearsedId}` },
    { name: "job-paused", path: `/admin/jobs/${held}` },
    { name: "plan-blackout", path: `/admin/plan?client=${stage.berlin}` },
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
    {
      name: "subscription-mistakes",
      path: `/admin/reports/${stage.berlin}/new`,
      fields: { reportId: "0", filters: "x" },
    },
    { name: "token-mistakes", path: `/admin/report-calls/${stage.berlin}`, fields: { name: "", days: "x" } },
    {
      name: "token-made",
      path: `/admin/report-calls/${stage.berlin}`,
      fields: { name: "Data warehouse", reportId: "1", days: "30" },
    },
    { name: "file-mistakes", path: `/admin/files/${stage.berlin}/delete?path=${file}`, fields: { etag: "x" } },
    ...["contract", "states", "processor"].map((name) => ({
      name: `handbook-${name}`,
      path: `/handbook/developers/${name}`,
    })),
    { name: "handbook-section", path: "/handbook/operators" },
    { name: "handbook-found", path: "/handbook?q=lease" },
    { name: "handbook-none", path: "/handbook?q=nosuchword" },
    { name: "language", path: "/language" },
    { name: "report-unknown", path: "/r/none" },
    { name: "certificate", path: `/v/${await issueCertificate(scene)}` },
    { name: "certificate-unknown", path: "/v/none" },
    { name: "search-found", path: "/search?q=fire" },
    { name: "search-none", path: "/search?q=nosuchword" },
    { name: "catalogue-folder", path: "/catalogue/10" },
    { name: "catalogue-course", path: "/catalogue/11" },
  ];
}

/** Pages that need no sign-in. */
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
