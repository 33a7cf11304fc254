import { beforeEach, describe, expect, it, vi } from "vitest";
import { series } from "../../../harness/database/series.ts";
import { type Browser, NOON, type Stage, setStage } from "../../stage/stage.ts";

const MINUTE = 60_000;

let stage: Stage;
let admin: Browser;
beforeEach(async () => {
  stage = await setStage();
  admin = await stage.signedIn("system_admin");
});

const tick = (ago: number) =>
  stage.database.execute({ sql: "INSERT INTO ticks (at, source) VALUES (?, 'cron')", args: [NOON - ago] });

/** How many statements a page costs. */
async function statementsOf(path: string): Promise<number> {
  const execute = vi.spyOn(stage.database, "execute");
  const batch = vi.spyOn(stage.database, "batch");
  expect((await admin.get(path)).status, path).toBe(200);
  const count = execute.mock.calls.length + batch.mock.calls.reduce((sum, [statements]) => sum + statements.length, 0);
  execute.mockRestore();
  batch.mockRestore();
  return count;
}

it("Each page answers with the same number of statements, however much there is", async () => {
  const jobId = await stage.addJob({ name: "Night", processor: "PlainJob", clientId: stage.berlin });
  const id = await stage.addRun({ jobId, clientId: stage.berlin, state: "running" });
  const pages = [
    "/admin/now",
    "/admin/runs",
    "/admin/runs?kind=schedule&client=1",
    `/admin/runs/${id}`,
    "/admin/health",
    "/admin/audit",
    "/admin/mail/1",
  ];
  const few: number[] = [];
  for (const path of pages) few.push(await statementsOf(path));
  await stage.database.batch([
    `INSERT INTO clients (key, name, time_zone, created_at, updated_at) SELECT 'c' || value, 'C' || value, 'UTC', 0, 0 FROM ${series(1, 300)}`,
    `INSERT INTO runs (job_id, client_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, time_zone, state, started_at, created_at)
      SELECT 1, value, 'schedule', value, value, 'P', 'J', 'light', '{}', 'UTC', 'running', 1, 0 FROM ${series(3, 300)}`,
    `INSERT INTO job_stats (job_id, client_id, failures_in_a_row) SELECT 1, value, 2 FROM ${series(3, 300)}`,
    {
      sql: `INSERT INTO run_logs (run_id, at, level, message) SELECT ?, 0, 'info', 'x' FROM ${series(1, 300)}`,
      args: [id],
    },
    `INSERT INTO audit_log (client_id, actor, entity, entity_id, action, at) SELECT 1, 'a', 'job', 1, 'update', 0 FROM ${series(1, 300)}`,
  ]);
  const many: number[] = [];
  for (const path of pages) many.push(await statementsOf(path));
  expect(many).toEqual(few);
  expect(Math.max(...many)).toBeLessThan(20);
});

describe("the page Now", () => {
  it("is the first that an administrator sees", async () => {
    expect((await admin.get("/admin")).location).toBe("/admin/now");
    const { text } = await admin.get("/admin/now");
    for (const words of [
      "The clock has not ticked yet",
      "Nothing runs at this moment.",
      "Nothing is planned within an hour.",
    ]) {
      expect(text).toContain(words);
    }
  });

  it("says plainly when the clock ticked, and from where", async () => {
    await tick(20_000);
    expect((await admin.get("/admin/now")).text).toContain("The clock ticked 20 s ago . (Cron Trigger)");
    await stage.database.execute("UPDATE ticks SET at = at - 600000");
    expect((await admin.get("/admin/now")).text).toContain(
      "has not ticked for too long: the last time 10 min 20 s ago",
    );
  });

  it("counts what runs, waits, is overdue, fails and is paused, each a link that shows the same", async () => {
    const jobId = await stage.addJob({
      name: "Night",
      processor: "PlainJob",
      clientId: stage.berlin,
      cron: "0 30 13 * * ?",
    });
    const running = await stage.addRun({ jobId, clientId: stage.berlin, state: "running" });
    await stage.addRun({ jobId, clientId: stage.newYork, state: "waiting" });
    const late = await stage.addRun({ jobId, clientId: stage.berlin, state: "queued" });
    await stage.database.batch([
      { sql: "UPDATE runs SET due_at = ? WHERE id = ?", args: [NOON - 5 * MINUTE, late] },
      { sql: "UPDATE runs SET progress_done = 250, progress_total = 1000 WHERE id = ?", args: [running] },
      {
        sql: "INSERT INTO job_stats (job_id, client_id, failures_in_a_row, last_failed_at) VALUES (?, ?, 3, ?)",
        args: [jobId, stage.newYork, NOON - MINUTE],
      },
      {
        sql: "INSERT INTO triggers (job_id, client_id, time_zone, paused_until, created_at, updated_at) VALUES (?, 7, 'UTC', ?, 0, 0)",
        args: [jobId, NOON + 1],
      },
    ]);
    const { body, text } = await admin.get("/admin/now");
    for (const words of ["1 running", "1 waiting", "1 overdue", "1 failing", "1 paused"]) {
      expect(text).toContain(words);
    }
    // One minute for a quarter: three more for the rest.
    expect(text).toContain("250 of 1,000 done about 3 min left");
    expect(text).toMatch(/new-york Night 3 times in a row/);
    expect(text).toContain("One start is to come:");
    expect(text).toMatch(/Night berlin Mon 23 Nov 2026, 12:30:00 UTC/);
    expect(body.indexOf("Failing</h2>")).toBeLessThan(body.indexOf("Running now</h2>"));
    const links = [...body.matchAll(/<a href="(\/admin\/runs\?state=\w+)"/g)].map(([, path]) => path ?? "");
    for (const path of new Set(links)) {
      const list = await admin.get(path);
      expect(list.body.match(/<a href="\/admin\/runs\/\d+"/g), path).toHaveLength(1);
    }
    for (const state of ["failing", "paused"]) {
      expect(body).toContain(`href="/admin/jobs?state=${state}"`);
      expect((await admin.get(`/admin/jobs?state=${state}`)).body).toContain(`href="/admin/jobs/${jobId}">Night</a>`);
    }
    const own = await stage.signedIn("client_admin", stage.newYork);
    const theirs = (await own.get("/admin/now")).text;
    for (const words of ["0 running", "1 waiting", "0 overdue", "1 failing", "0 paused"]) {
      expect(theirs).toContain(words);
    }
    expect(theirs).not.toMatch(/berlin/i);
  });
});

describe("the page Health", () => {
  it("says of each check how it stands, and what to do when it fails", async () => {
    await stage.database.execute({ sql: "INSERT INTO ticks (at, source) VALUES (?, 'alarm')", args: [NOON - 400_000] });
    const { text } = await admin.get("/admin/health");
    expect(text).toMatch(/\d things are wrong/);
    expect(text).toContain("The clock ticks every minute wrong the last one 6 min 40 s ago (the clock's own alarm)");
    expect(text).toContain("Look whether the Cron Trigger");
    expect(text).toContain("Every run that is due is looked at ok 0 runs");
    expect(text).toContain("Runs are kept for 90 days");
  });

  it("says since when everything is stopped, by whom and why", async () => {
    await stage.database.execute({
      sql: "INSERT INTO settings (client_id, key, value, created_at, updated_at) VALUES (0, 'stopped', ?, 0, 0)",
      args: [JSON.stringify({ at: NOON, by: "ada@example.com", note: "Moving house" })],
    });
    const { text } = await admin.get("/admin/health");
    expect(text).toContain("Everything is stopped since Mon 23 Nov 2026, 12:00:00 , by ada@example.com. Moving house");
    expect((await admin.get("/admin/now")).text).toContain("Everything is stopped");
  });
});

describe("the page Audit", () => {
  it("shows who changed what, before and after, by client, thing and person; a client admin sees the own client's", async () => {
    const change = (clientId: number, entity: string, actor: string, before: string | null, after: string | null) => ({
      sql: "INSERT INTO audit_log (client_id, actor, entity, entity_id, action, before, after, at) VALUES (?, ?, ?, 7, 'update', ?, ?, ?)",
      args: [clientId, actor, entity, before, after, NOON],
    });
    await stage.database.batch([
      change(stage.berlin, "job", "ada@example.com", '{"name":"Night"}', '{"name":"Day"}'),
      change(stage.newYork, "connector", "bob@example.com", null, '{"active":true}'),
      change(0, "admin", "ada@example.com", '{"role":"read_only"}', '{"role":"system_admin"}'),
      {
        sql: "INSERT INTO audit_log (client_id, run_id, entity, entity_id, action, at) VALUES (1, 3, 'person', 9, 'update', 0)",
        args: [],
      },
    ]);
    const shown = async (browser: Browser, query: string) =>
      [...(await browser.get(`/admin/audit${query}`)).text.matchAll(/(job|connector|admin) #7/g)].map(([, one]) => one);
    expect(await shown(admin, "")).toEqual(["admin", "connector", "job"]);
    expect(await shown(admin, `?client=${stage.berlin}`)).toEqual(["job"]);
    expect(await shown(admin, "?entity=connector")).toEqual(["connector"]);
    expect(await shown(admin, "?actor=ada@example.com")).toEqual(["admin", "job"]);
    expect((await admin.get("/admin/audit")).body).toMatch(/<del>Night<\/del> <ins>Day<\/ins>/);
    expect(await shown(await stage.signedIn("client_admin", stage.berlin), "?entity=admin")).toEqual(["job"]);
    expect(await shown(await stage.signedIn("client_admin"), "")).toEqual(["connector", "job"]);
  });
});

describe("the pages of processors", () => {
  it("document each of them: what it does, its load and parameters with default and meaning", async () => {
    const list = await admin.get("/admin/processors?find=every");
    expect(list.text).toContain("Show every kind EveryKind heavy Does what EveryKind does. Manual");
    expect(list.text).not.toContain("PlainJob");
    expect((await admin.get("/admin/processors?find=show+every")).text).toContain("Show every kind EveryKind");
    const { text, body } = await admin.get("/admin/processors/EveryKind");
    expect(body).toContain("<h1>Show every kind</h1>");
    for (const words of [
      "Id EveryKind",
      "Heavy: one at a time for a client",
      "None: it is started by hand.",
      "Amount amount 7 How many. A whole number from 0 to 50.",
      "Mode mode ignore One of: ignore, passive",
      "Title title must be given",
      "Chunk size chunkSize 200",
    ]) {
      expect(text).toContain(words);
    }
    expect((await admin.get("/admin/processors/NoSuch")).status).toBe(404);
  });
});

describe("the mail monitor", () => {
  it("shows a client's messages by state, the latest first, and never a body", async () => {
    const message = (clientId: number, subject: string, status: string, error: string | null) => ({
      sql: `INSERT INTO messages (client_id, created_run_id, kind, channel, to_address, subject, body, dedupe_key, status, queued_at, error, created_at, updated_at)
        VALUES (?, 5, 'notification', 'mail', 'grace@example.com', ?, 'Dear Grace', ?, ?, ?, ?, 0, 0)`,
      args: [clientId, subject, subject, status, NOON, error],
    });
    await stage.database.batch([
      message(stage.berlin, "First", "sent", null),
      message(stage.berlin, "Second", "error", "refused: no such box"),
      message(stage.newYork, "Elsewhere", "sent", null),
    ]);
    const reader = await stage.signedIn("read_only", stage.berlin);
    expect((await reader.get("/admin/mail")).location).toBe(`/admin/mail/${stage.berlin}`);
    const { text } = await reader.get(`/admin/mail/${stage.berlin}`);
    expect(text).toMatch(/Second .*not sent refused: no such box .*First/);
    expect(text).not.toMatch(/Dear Grace|Elsewhere/);
    expect((await reader.get(`/admin/mail/${stage.berlin}?status=sent`)).text).not.toContain("Second");
    expect((await admin.get("/admin/mail?client=new-york")).location).toBe(`/admin/mail/${stage.newYork}`);
  });
});
