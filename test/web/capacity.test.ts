import { beforeEach, describe, expect, it } from "vitest";
import { JOBS_PER_CLIENT, OPEN_RUNS_PER_CLIENT } from "../../src/administration/starts/capacity.ts";
import { LARGE_QUEUE } from "../../src/control/health.ts";
import { MOST_WAITING } from "../../src/web/admin/files/import-files.ts";
import { type Browser, type Stage, setStage } from "./stage/stage.ts";

let stage: Stage;
let admin: Browser;
beforeEach(async () => {
  stage = await setStage();
  admin = await stage.signedIn("system_admin");
});

/** Adds runs of a job that wait to start. */
async function queue(jobId: number, clientId: number, count: number): Promise<void> {
  await stage.database.execute({
    sql: `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
      INSERT INTO runs (job_id, client_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, time_zone, state, created_at)
      SELECT ?, ?, 'manual', ? - i, ? - i, 'PlainJob', 'Night', 'light', '{}', 'UTC', 'queued', ? FROM n`,
    args: [count, jobId, clientId, stage.now, stage.now, stage.now],
  });
}

async function count(table: "runs" | "jobs"): Promise<number> {
  const { rows } = await stage.database.execute(`SELECT count(*) AS n FROM ${table}`);
  return Number(rows[0]?.n);
}

describe("a client's queue that is full", () => {
  let job: number;
  beforeEach(async () => {
    job = await stage.addJob({ name: "Night", processor: "PlainJob", cron: "0 0 1 * * ?" });
    await queue(job, stage.berlin, OPEN_RUNS_PER_CLIENT);
  });

  it.each([
    ["a start", "start", {}],
    ["a backfill", "backfill", { from: "2026-11-20T00:00", until: "2026-11-22T00:00", intent: "make", runs: "2" }],
  ])("takes no further run by %s, and the page says so in both languages", async (_name, deed, fields) => {
    const path = `/admin/jobs/${job}/${deed}`;
    const answer = await admin.post(path, { clientId: String(stage.berlin), ...fields });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(`has ${OPEN_RUNS_PER_CLIENT} runs that have not ended, and at most`);
    admin.cookies.set("locale", "de");
    const german = await admin.post(path, { clientId: String(stage.berlin), ...fields });
    expect(german.text).toContain(`hat ${OPEN_RUNS_PER_CLIENT} Läufe, die nicht beendet sind; höchstens`);
    expect(await count("runs")).toBe(OPEN_RUNS_PER_CLIENT);
  });

  it("takes none by a start of several jobs either, while another client's has room", async () => {
    const fields = { do: "start", job: String(job), send: "true" };
    expect((await admin.post("/admin/jobs/bulk", { ...fields, client: String(stage.berlin) })).status).toBe(422);
    expect((await admin.post(`/admin/jobs/${job}/start`, { clientId: String(stage.newYork) })).status).toBe(303);
    expect(await count("runs")).toBe(OPEN_RUNS_PER_CLIENT + 1);
  });
});

it("A client has a largest number of jobs; one more is refused", async () => {
  const job = await stage.addJob({ name: "Night", processor: "PlainJob", clientId: stage.berlin });
  const columns =
    "name, processor, client_id, parameters, policies, load, created_by, updated_by, created_at, updated_at";
  await stage.database.execute({
    sql: `WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
      INSERT INTO jobs (${columns}) SELECT ${columns} FROM jobs, n WHERE id = ?`,
    args: [JOBS_PER_CLIENT, job],
  });
  const path = "/admin/jobs/new/PlainJob";
  const refused = await admin.post(path, { name: "Another", clientId: String(stage.berlin) });
  expect([refused.status, refused.text.includes(`at most ${JOBS_PER_CLIENT} are taken; delete some first`)]).toEqual([
    422,
    true,
  ]);
  expect(await count("jobs")).toBe(JOBS_PER_CLIENT);
  expect((await admin.post(path, { name: "Another", clientId: String(stage.newYork) })).status).toBe(303);
  // Nor does one move there from another client; what is there already can be saved.
  const elsewhere = await stage.addJob({ name: "Elsewhere", processor: "PlainJob", clientId: stage.newYork });
  const edit = { name: "Moved", clientId: String(stage.berlin), revision: "1" };
  expect((await admin.post(`/admin/jobs/${elsewhere}/edit`, edit)).status).toBe(422);
  expect((await admin.post(`/admin/jobs/${job}/edit`, edit)).status).toBe(303);
});

it("The health warns of a large queue", async () => {
  await stage.database.execute({ sql: "INSERT INTO ticks (at, source) VALUES (?, 'cron')", args: [stage.now] });
  const job = await stage.addJob({ name: "Night", processor: "PlainJob" });
  await queue(job, stage.berlin, LARGE_QUEUE);
  stage.now += 1000;
  expect((await admin.get("/admin/health")).text).not.toContain("Look which client and job");
  await queue(job, stage.newYork, 1);
  const { text } = await admin.get("/admin/health");
  expect(text).toContain("Look which client and job they belong to");
});

it("The number of files that wait for an import is limited; one more is refused both ways, one that replaces another is taken", async () => {
  const folder = `c/${stage.berlin}/import/user_csv/`;
  const names = Array.from({ length: MOST_WAITING }, (_one, at) => `${at}.csv`);
  await Promise.all(names.map((name) => stage.files.write(folder + name, "username\n")));
  const path = `/admin/files/${stage.berlin}`;
  const send = (name: string) => new File(["username\nada\n"], name);
  const refused = await admin.upload(path, send("more.csv"), { kind: "user_csv" });
  expect([refused.status, refused.text.includes(`${MOST_WAITING} files wait here already`)]).toEqual([422, true]);
  const streamed = await admin.send(`${path}/user_csv/more.csv`, { method: "PUT", body: "username\nada\n" });
  expect([streamed.status, streamed.body.includes("wait here already")]).toEqual([422, true]);
  expect((await admin.upload(path, send("7.csv"), { kind: "user_csv", replace: "true" })).status).toBe(303);
  expect(await stage.files.head(`${folder}more.csv`)).toBeNull();
});
