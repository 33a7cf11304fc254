import { beforeEach, describe, expect, it } from "vitest";
import type { AdminRole } from "../../src/control/access.ts";
import { type Browser, type Stage, setStage } from "./stage.ts";

/**
 * Who gets what at every address. `berlin` and `new york` are client admins; the things of the walk belong to Berlin unless
 * their name says otherwise.
 */
type Who = "system admin" | "berlin admin" | "berlin reader" | "new york admin" | "reader of all";
const people: readonly (readonly [Who, AdminRole, "none" | "berlin" | "newYork"])[] = [
  ["system admin", "system_admin", "none"],
  ["berlin admin", "client_admin", "berlin"],
  ["berlin reader", "read_only", "berlin"],
  ["new york admin", "client_admin", "newYork"],
  ["reader of all", "read_only", "none"],
];

/** What a request may end in: the page or the deed, a refusal, or nothing to be seen. */
type End = "done" | "403" | "404";

interface Visit {
  readonly method: "GET" | "POST";
  /** As the application declares it; the walk covers every one of them. */
  readonly route: string;
  /** What is visited, by name. */
  readonly thing?: "own job" | "job for all" | "destructive job" | "platform job" | "own run" | "platform run";
  readonly ends: Readonly<Record<Who, End>>;
}

const ends = (system: End, admin: End, reader: End, other: End, readerOfAll: End): Visit["ends"] => ({
  "system admin": system,
  "berlin admin": admin,
  "berlin reader": reader,
  "new york admin": other,
  "reader of all": readerOfAll,
});
const all = ends("done", "done", "done", "done", "done");
const own = ends("done", "done", "done", "404", "done");
const ownDeed = ends("done", "done", "403", "404", "403");
const deedOfSystem = ends("done", "403", "403", "403", "403");
const seenByAllOfIt = ends("done", "404", "404", "404", "done");

const walk: readonly Visit[] = [
  { method: "GET", route: "/admin", ends: all },
  { method: "GET", route: "/admin/m_jobs", ends: all },
  { method: "GET", route: "/admin/jobs", ends: all },
  { method: "GET", route: "/admin/jobs/new", ends: ends("done", "done", "403", "done", "403") },
  { method: "GET", route: "/admin/jobs/new/:processor", ends: ends("done", "done", "403", "done", "403") },
  { method: "GET", route: "/admin/jobs/new/:processor", thing: "destructive job", ends: deedOfSystem },
  { method: "GET", route: "/admin/jobs/new/:processor", thing: "platform job", ends: deedOfSystem },
  {
    method: "POST",
    route: "/admin/jobs/new/:processor",
    thing: "own job",
    ends: ends("done", "done", "403", "403", "403"),
  },
  { method: "POST", route: "/admin/jobs/new/:processor", thing: "job for all", ends: deedOfSystem },
  { method: "POST", route: "/admin/jobs/new/:processor", thing: "destructive job", ends: deedOfSystem },
  { method: "GET", route: "/admin/jobs/:id", thing: "own job", ends: own },
  { method: "GET", route: "/admin/jobs/:id", thing: "job for all", ends: all },
  { method: "GET", route: "/admin/jobs/:id", thing: "platform job", ends: all },
  ...(["GET", "POST"] as const).flatMap((method): Visit[] => [
    { method, route: "/admin/jobs/:id/edit", thing: "own job", ends: ownDeed },
    { method, route: "/admin/jobs/:id/edit", thing: "job for all", ends: deedOfSystem },
    { method, route: "/admin/jobs/:id/edit", thing: "destructive job", ends: ends("done", "403", "403", "404", "403") },
    { method, route: "/admin/jobs/:id/edit", thing: "platform job", ends: deedOfSystem },
    { method, route: "/admin/jobs/:id/delete", thing: "own job", ends: ownDeed },
    { method, route: "/admin/jobs/:id/delete", thing: "job for all", ends: deedOfSystem },
    { method, route: "/admin/jobs/:id/start", thing: "own job", ends: ownDeed },
    {
      method,
      route: "/admin/jobs/:id/start",
      thing: "destructive job",
      ends: ends("done", "403", "403", "404", "403"),
    },
    { method, route: "/admin/jobs/:id/start", thing: "platform job", ends: deedOfSystem },
  ]),
  {
    method: "GET",
    route: "/admin/jobs/:id/start",
    thing: "job for all",
    ends: ends("done", "done", "403", "done", "403"),
  },
  // The walk starts it for Berlin.
  {
    method: "POST",
    route: "/admin/jobs/:id/start",
    thing: "job for all",
    ends: ends("done", "done", "403", "403", "403"),
  },
  { method: "GET", route: "/admin/runs", ends: all },
  { method: "GET", route: "/admin/runs/:id", thing: "own run", ends: own },
  { method: "GET", route: "/admin/runs/:id", thing: "platform run", ends: seenByAllOfIt },
  { method: "POST", route: "/admin/runs/:id/cancel", thing: "own run", ends: ownDeed },
  {
    method: "POST",
    route: "/admin/runs/:id/cancel",
    thing: "platform run",
    ends: ends("done", "404", "404", "404", "403"),
  },
  { method: "GET", route: "/admin/files", ends: all },
  { method: "GET", route: "/admin/files/:clientId", ends: own },
  { method: "POST", route: "/admin/files/:clientId", ends: ownDeed },
  // A file of people may hold passwords: readers get result files only.
  { method: "GET", route: "/admin/files/:clientId/:path{.+}", thing: "own job", ends: ownDeed },
  { method: "GET", route: "/admin/files/:clientId/:path{.+}", ends: own },
  { method: "GET", route: "/admin/mailbox", ends: seenByAllOfIt },
  { method: "GET", route: "/admin/mailbox/:id", ends: seenByAllOfIt },
];

const processorOf = { "destructive job": "DestructiveJob", "platform job": "GlobalJob" } as const;

let stage: Stage;
let things: Record<NonNullable<Visit["thing"]>, number>;

beforeEach(async () => {
  const mail = { id: "1", receivedAt: 0, from: "a", to: "b", originalTo: null, subject: "S", body: "B" };
  stage = await setStage({ mailbox: { list: async () => ({ total: 1, mails: [mail] }), read: async () => mail } });
  const ownJob = await stage.addJob({ name: "Own", processor: "PlainJob", clientId: stage.berlin });
  const platformJob = await stage.addJob({ name: "Platform", processor: "GlobalJob" });
  things = {
    "own job": ownJob,
    "job for all": await stage.addJob({ name: "For all", processor: "PlainJob" }),
    "destructive job": await stage.addJob({ name: "Erase", processor: "DestructiveJob", clientId: stage.berlin }),
    "platform job": platformJob,
    "own run": await stage.addRun({ jobId: ownJob, clientId: stage.berlin, state: "queued" }),
    "platform run": await stage.addRun({ jobId: platformJob, clientId: 0, state: "queued" }),
  };
  await stage.files.write(`c/${stage.berlin}/import/user_csv/done/1_a.csv`, "people");
  await stage.files.write(`c/${stage.berlin}/import/user_csv/done/1_a.csv.result.csv`, "result");
});

/** The address of a visit, and what is posted there. */
function visit({ route, thing = "own run", method }: Visit): { path: string; fields: Record<string, string> } {
  const client = String(stage.berlin);
  const processor = thing in processorOf ? processorOf[thing as keyof typeof processorOf] : "PlainJob";
  const isOwn = thing === "own job" || thing === "destructive job";
  const path = route
    .replace(":processor", processor)
    .replace(":clientId", client)
    .replace(":path{.+}", thing === "own job" ? "user_csv/done/1_a.csv" : "user_csv/done/1_a.csv.result.csv")
    .replace(":id", route.includes("mailbox") ? "1" : String(things[thing]));
  if (method === "GET") return { path, fields: {} };
  if (route.endsWith("/start")) {
    return { path, fields: { clientId: thing === "platform job" ? "0" : client, confirmed: "true" } };
  }
  if (route.endsWith("/edit") || route.includes("/new/")) {
    return { path, fields: { name: "Changed", clientId: isOwn ? client : "0", revision: "1" } };
  }
  return { path, fields: {} };
}

async function go(browser: Browser, step: Visit): Promise<string> {
  const { path, fields } = visit(step);
  if (step.method === "GET") return endOf((await browser.get(path)).status);
  if (step.route === "/admin/files/:clientId")
    return endOf((await browser.upload(path, new File(["x"], "x.csv"))).status);
  return endOf((await browser.post(path, fields)).status);
}

const endOf = (status: number) => (status === 200 || status === 303 ? "done" : String(status));
const named = walk.map(
  (step) => [`${step.method} ${step.route}${step.thing ? ` (${step.thing})` : ""}`, step] as const,
);

describe("the walk", () => {
  it("visits every address of the manager", () => {
    const declared = stage.app.routes.filter(({ path, method }) => path.startsWith("/admin") && method !== "ALL");
    const visited = new Set(walk.map(({ method, route }) => `${method} ${route}`));
    expect(new Set(declared.map(({ method, path }) => `${method} ${path}`))).toEqual(visited);
  });

  it.each(named)("%s ends for each as it should", async (_name, step) => {
    const ended: Record<string, string> = {};
    for (const [who, role, client] of people) {
      const browser = await stage.signedIn(role, client === "none" ? 0 : stage[client]);
      ended[who] = await go(browser, step);
      await restore();
    }
    expect(ended).toEqual(step.ends);
  });

  it.each(named)("%s is closed to a stranger", async (_name, step) => {
    const browser = stage.stranger();
    const { path, fields } = visit(step);
    const answer = step.method === "GET" ? await browser.get(path) : await browser.post(path, fields);
    expect([answer.status, answer.location?.startsWith("/sign-in")]).toEqual([303, true]);
    expect(answer.body).toBe("");
  });
});

/** Puts back what a visitor changed, for the next one. */
async function restore(): Promise<void> {
  await stage.database.batch([
    "UPDATE jobs SET deleted_at = NULL, revision = 1",
    "DELETE FROM runs WHERE kind = 'manual'",
    "UPDATE runs SET state = 'queued', ended_at = NULL",
  ]);
  await stage.files.delete([`c/${stage.berlin}/import/user_csv/x.csv`]);
}

describe("a client admin", () => {
  it("sees own jobs and those for all, with the own client's last run and next fire only", async () => {
    await stage.addJob({ name: "Of New York", processor: "PlainJob", clientId: stage.newYork });
    await stage.database.execute({
      sql: "UPDATE jobs SET cron = '0 30 9 * * ?' WHERE id = ?",
      args: [things["job for all"]],
    });
    await stage.addRun({ jobId: things["job for all"], clientId: stage.newYork, state: "failed" });
    const browser = await stage.signedIn("client_admin", stage.berlin);
    const { text, body } = await browser.get("/admin/jobs");
    expect(text).toContain("Own PlainJob");
    expect(text).toContain("For all PlainJob All clients");
    expect(text).not.toContain("Of New York");
    expect(text).not.toContain("failed");
    expect(body).not.toContain(`/admin/runs/${things["platform run"]}"`);
  });

  it("sees own runs only, whatever the address asks for", async () => {
    const theirs = await stage.addRun({ jobId: things["job for all"], clientId: stage.newYork, state: "ok" });
    const browser = await stage.signedIn("client_admin", stage.berlin);
    for (const query of ["", `?job=${things["job for all"]}`, "?state=ok"]) {
      expect((await browser.get(`/admin/runs${query}`)).body).not.toContain(`/admin/runs/${theirs}"`);
    }
    expect((await browser.get(`/admin/jobs/${things["job for all"]}`)).body).not.toContain(`/admin/runs/${theirs}"`);
    expect((await browser.get(`/admin/runs?client=${stage.newYork}`)).status).toBe(404);
    expect((await browser.get("/admin/runs?client=0")).status).toBe(404);
  });

  it("cannot give a job to another client or to all", async () => {
    const browser = await stage.signedIn("client_admin", stage.berlin);
    const path = `/admin/jobs/${things["own job"]}/edit`;
    for (const clientId of ["0", String(stage.newYork)]) {
      expect((await browser.post(path, { name: "Own", clientId, revision: "1" })).status).toBe(403);
    }
    expect((await browser.post(path, { name: "Own", revision: "1" })).status).toBe(403);
  });

  it("is offered only clients and processors of the own", async () => {
    const browser = await stage.signedIn("client_admin", stage.berlin);
    const form = await browser.get("/admin/jobs/new/PlainJob");
    expect(form.body).toContain(`<option value="${stage.berlin}"`);
    expect(form.body).not.toContain(`<option value="${stage.newYork}"`);
    expect(form.text).not.toContain("All clients");
    const choice = await browser.get("/admin/jobs/new");
    expect(choice.text).not.toMatch(/DestructiveJob|GlobalJob|NodeJob/);
    expect((await browser.get("/admin/files")).location).toBe(`/admin/files/${stage.berlin}`);
    expect((await browser.get("/admin/jobs")).body).not.toContain("/admin/mailbox");
  });
});

it("A reader is offered nothing that changes anything", async () => {
  const browser = await stage.signedIn("read_only", stage.berlin);
  for (const path of [
    "/admin/jobs",
    `/admin/jobs/${things["own job"]}`,
    `/admin/runs/${things["own run"]}`,
    `/admin/files/${stage.berlin}`,
  ]) {
    const { body } = await browser.get(path);
    expect([...body.matchAll(/<form[^>]*action="([^"]*)"/g)].map(([, action]) => action)).toEqual(["/sign-out"]);
    expect(body).not.toMatch(/\/(edit|delete|start|new)"/);
  }
});
