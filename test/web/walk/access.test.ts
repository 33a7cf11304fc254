import { beforeEach, describe, expect, it } from "vitest";
import { demoShop } from "../stage/demo-shop.ts";
import { type Browser, type Stage, setStage } from "../stage/stage.ts";
import {
  addressOf,
  furnish,
  keepState,
  type Line,
  nobody,
  openWalk,
  type Things,
  type Visitor,
  visitors,
  walk,
} from "./walk.ts";

let stage: Stage;
let things: Things;

beforeEach(async () => {
  const mail = { id: "1", receivedAt: 0, from: "a", to: "b", originalTo: null, subject: "S", body: "B" };
  stage = await setStage({
    mailbox: { list: async () => ({ total: 1, mails: [mail] }), read: async () => mail },
    demoShop,
  });
  things = await furnish(stage);
});

/** What a visitor gets; a stream of events is not read. */
async function visit(browser: Browser, line: Line): Promise<{ status: number; location: string | null }> {
  const [route, , , fields = {}] = line;
  const [method = "GET"] = route.split(" ");
  const headers = {
    cookie: [...browser.cookies].map((pair) => pair.join("=")).join("; "),
    "sec-fetch-site": "same-origin",
  };
  const body = new URLSearchParams(fields);
  let init: RequestInit = { method, headers, ...(method === "GET" ? {} : { body }) };
  if (route === "POST /admin/files/:clientId") {
    const form = new FormData();
    form.set("file", new File(["x"], "x.csv"));
    init = { method, headers, body: form };
  }
  const response = await stage.app.request(`http://localhost${addressOf(line, stage, things)}`, init);
  await response.body?.cancel();
  return { status: response.status, location: response.headers.get("location") };
}

/** The role was not the reason, whatever else there was to mend. */
const DONE = new Set([200, 303, 400, 409, 422]);
const endOf = (status: number) => (DONE.has(status) ? "done" : String(status));
const nameOf = ([route, , thing]: Line) => (thing === undefined ? route : `${route} (${thing})`);

/** The routes that the application declares, as the walk writes them. */
function declared(): Set<string> {
  const routes = stage.app.routes.filter(({ method }) => method !== "ALL");
  return new Set(routes.map(({ method, path }) => `${method} ${path.startsWith("/assets/") ? "/assets/*" : path}`));
}

describe("the walk", () => {
  it("visits every address of the application, and none that is gone", () => {
    const visited = [...walk, ...openWalk].map(([route]) => route);
    expect([...declared()].toSorted()).toEqual([...new Set(visited)].toSorted());
  });

  it("ends for each visitor as its line says, and is closed to a stranger", async () => {
    const stranger = stage.stranger();
    const browsers: [Visitor, Browser][] = [];
    for (const [who, role, client] of visitors) {
      browsers.push([who, await stage.signedIn(role, client === "none" ? 0 : stage[client])]);
    }
    const restore = await keepState(stage);
    const ended: Record<string, unknown> = {};
    const expected: Record<string, unknown> = {};
    for (const line of walk) {
      const name = nameOf(line);
      // A form that was filled in waits in the sign-in page.
      const isFilled = line[3] !== undefined || line[0] === "POST /admin/files/:clientId";
      const asked = line[0].startsWith("POST ") && isFilled ? "401 undefined" : "303 /sign-in";
      expected[name] = { ...line[1], stranger: asked };
      const closed = await visit(stranger, line);
      const ends: Record<string, string> = { stranger: `${closed.status} ${closed.location?.split("?")[0]}` };
      for (const [who, browser] of browsers) {
        ends[who] = endOf((await visit(browser, line)).status);
        if (!line[0].startsWith("GET ") && ends[who] === "done") await restore();
      }
      ended[name] = ends;
    }
    expect(ended).toEqual(expected);
  });

  it("answers a stranger elsewhere as its line says", async () => {
    const [asset = ""] = stage.app.routes.map(({ path }) => path).filter((path) => path.startsWith("/assets/"));
    const answered: [string, number][] = [];
    for (const [route] of openWalk) {
      const { status } = await visit(stage.stranger(), [route.replace("/assets/*", asset), nobody]);
      answered.push([route, status]);
    }
    expect(answered).toEqual(openWalk);
  });

  it("finds nothing at an address by a method that is not declared for it", async () => {
    const admin = await stage.signedIn("system_admin");
    const routes = declared();
    for (const line of walk) {
      const [method, path] = line[0].split(" ");
      const other = `${method === "GET" ? "POST" : "GET"} ${path}`;
      if (routes.has(other)) continue;
      const { status } = await visit(admin, [other, nobody, line[2] ?? "nothing"]);
      // An address with a parameter may fit: it then stands for something that is not there.
      expect([404, 405, 415], other).toContain(status);
    }
  });
});

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
    expect(text).toContain("Own Do plain work PlainJob");
    expect(text).toContain("For all Do plain work PlainJob · All clients");
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
    const clients = /<select id="field-clientId".*?<\/select>/.exec(form.body)?.[0];
    expect(clients).toContain(`<option value="${stage.berlin}"`);
    expect(clients).not.toContain(`<option value="${stage.newYork}"`);
    expect(form.text).not.toContain("All clients");
    const choice = await browser.get("/admin/jobs/new");
    expect(choice.text).not.toMatch(/DestructiveJob|GlobalJob|NodeJob/);
    expect((await browser.get("/admin/files")).location).toBe(`/admin/files/${stage.berlin}`);
    expect((await browser.get("/admin/jobs")).body).not.toContain("/admin/mailbox");
  });
});

it("A read-only account is offered nothing that changes anything", async () => {
  const browser = await stage.signedIn("read_only", stage.berlin);
  for (const path of [
    "/admin/jobs",
    `/admin/jobs/${things["own job"]}`,
    `/admin/runs/${things["own run"]}`,
    `/admin/files/${stage.berlin}`,
  ]) {
    const { body } = await browser.get(path);
    const actions = [...body.matchAll(/<form[^>]*action="([^"?]*)/g)].map(([, action]) => action);
    expect(actions).toEqual(["/sign-out", "/language"]);
    expect(body).not.toMatch(/\/(edit|delete|start|new)"/);
  }
});
