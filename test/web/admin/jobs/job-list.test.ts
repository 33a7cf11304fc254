import { beforeEach, describe, expect, it, vi } from "vitest";
import { tick } from "../../../../src/scheduler/tick.ts";
import { type Browser, type Stage, setStage } from "../../stage/stage.ts";

let stage: Stage;
let admin: Browser;
beforeEach(async () => {
  stage = await setStage();
  admin = await stage.signedIn("system_admin");
});

const MINUTE = 60_000;

/** Lets runs of a job end one after another, the last a minute ago; each had been at work for 2.4 s. */
async function end(jobId: number, clientId: number, states: readonly string[], dryRun = 0): Promise<void> {
  const statements = states.flatMap((state, index) => {
    const at = stage.now - (states.length - index) * MINUTE;
    return [
      {
        sql: `INSERT INTO runs (job_id, client_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, time_zone, state,
            dry_run, started_at, created_at)
          VALUES (?, ?, ?, ?, ?, 'PlainJob', 'Night', 'light', '{}', 'UTC', 'running', ?, ?, ?)`,
        args: [jobId, clientId, dryRun ? "manual" : "schedule", at, at, dryRun, at, at],
      },
      { sql: "UPDATE runs SET state = ?, ended_at = ? WHERE id = last_insert_rowid()", args: [state, at + 2400] },
    ];
  });
  await stage.database.batch(statements, "write");
}

/** Names of the jobs of a page, in its order. */
const names = (body: string) => [...body.matchAll(/<a id="j\d+"[^>]*>([^<]*)</g)].map(([, name]) => name);
const rowOf = (text: string, name: string) => text.slice(text.indexOf(name));

describe("the list of jobs", () => {
  it("says whom a job works for, its clock in words, its next fire, its fail delay and its state", async () => {
    await stage.addJob({ name: "Night", processor: "PlainJob", clientId: stage.berlin, cron: "0 30 13 * * ?" });
    await stage.addJob({ name: "By hand", processor: "PlainJob", cron: null });
    const { text, body } = await admin.get("/admin/jobs");
    expect(text).toContain(
      "Night Do plain work PlainJob · berlin 0 30 13 * * ? At 13:30 every day, retry after 1 min Mon 23 Nov 2026, 12:30:00 in 30 min · 13:30:00 Europe/Berlin never active",
    );
    expect(body).toContain('title="2026-11-23T12:30:00Z"');
    expect(text).toContain("By hand Do plain work PlainJob · All clients manual retry after 1 min never manual");
  });

  it("shows a fire that is planned already, although its trigger has moved on", async () => {
    await stage.addJob({ name: "Night", processor: "PlainJob", clientId: stage.berlin, cron: "0 1 13 * * ?" });
    await tick(stage.ports, stage.now, "test");
    expect((await admin.get("/admin/jobs")).text).toContain("Mon 23 Nov 2026, 12:01:00 in 1 min");
  });

  it("counts the last 20 fates of all clients together, and for a client's admin the client's own", async () => {
    const id = await stage.addJob({ name: "Night", processor: "PlainJob" });
    await end(id, stage.newYork, [...Array(19).fill("ok"), "failed"]);
    await end(id, stage.berlin, ["ok", "partial"]);
    await end(id, stage.berlin, ["failed"], 1);
    await stage.addRun({ jobId: id, clientId: stage.berlin, state: "skipped" });
    expect((await admin.get("/admin/jobs")).text).toContain("last 20: 17 ok, 1 failed, 1 partial, 1 skipped");
    const berlin = await stage.signedIn("client_admin", stage.berlin);
    expect((await berlin.get("/admin/jobs")).text).toContain("last 3: 1 ok, 1 partial, 1 skipped");
    expect((await admin.get(`/admin/jobs?client=${stage.newYork}`)).text).toContain("last 20: 19 ok, 1 failed");
  });

  it("shows median and p95 of the durations that were kept, and how many failed in a row", async () => {
    const id = await stage.addJob({ name: "Night", processor: "PlainJob", clientId: stage.berlin });
    await end(id, stage.berlin, ["failed"]);
    await stage.database.batch([
      "UPDATE job_stats SET failures_in_a_row = 3",
      `UPDATE job_totals SET durations = '[1000,2000,3000,90000]', last_run_id = 7, last_state = 'failed',
        last_ended_at = ${stage.now - 5 * MINUTE}, last_duration_ms = 90000`,
    ]);
    expect((await admin.get("/admin/jobs")).text).toContain(
      "last 1: 1 failed failed 5 min ago, 1 min 30 s; median 2.0 s, p95 1 min 30 s failing, 3 in a row",
    );
  });

  it("is filtered and ordered by its address", async () => {
    const late = await stage.addJob({ name: "Alpha", processor: "PlainJob", cron: "0 0 20 * * ?" });
    const soon = await stage.addJob({
      name: "beta",
      processor: "PlainJob",
      clientId: stage.berlin,
      cron: "0 0 14 * * ?",
    });
    await stage.addJob({ name: "Gamma", processor: "EveryKind", clientId: stage.newYork, parameters: { title: "T" } });
    await stage.addJob({ name: "Off", processor: "PlainJob", cron: "0 0 1 * * ?", active: false });
    await end(late, stage.berlin, ["failed"]);
    await end(soon, stage.berlin, ["failed", "ok"]);
    await stage.database.execute("UPDATE triggers SET paused_until = 9999999999999 WHERE client_id = 2");
    const shown = async (query: string) => names((await admin.get(`/admin/jobs${query}`)).body);
    expect(await shown("")).toEqual(["Alpha", "beta", "Gamma", "Off"]);
    expect(await shown("?text=BET")).toEqual(["beta"]);
    expect(await shown("?processor=EveryKind")).toEqual(["Gamma"]);
    expect((await admin.get("/admin/jobs?processor=EveryKind")).body).toMatch(
      /<option value="EveryKind" selected="">\s*Show every kind \(EveryKind\)\s*<\/option>/,
    );
    expect(await shown("?processor=group:courses&text=o")).toEqual(["Alpha", "beta", "Off"]);
    expect(await shown("?client=berlin")).toEqual(["Alpha", "beta", "Off"]);
    expect(await shown("?state=paused")).toEqual(["Alpha", "Gamma", "Off"]);
    expect(await shown("?state=paused&client=berlin")).toEqual([]);
    expect(await shown("?state=inactive")).toEqual(["Off"]);
    expect(await shown("?state=manual")).toEqual(["Gamma"]);
    expect(await shown("?sort=next")).toEqual(["beta", "Alpha"]);
    expect(await shown("?sort=failed")).toEqual(["Alpha", "beta"]);
    const unknown = await admin.get("/admin/jobs?client=nobody");
    expect(unknown.text).toContain("There is no client with this key");
    expect(names(unknown.body)).toEqual([]);
  });

  it.each([
    ["", 250],
    ["sort=next", 250],
    ["client=1", 250],
  ])("goes on page by page with %s and shows every job once", async (query, count) => {
    const cron = "0 0 1 * * ?";
    const first = await stage.addJob({ name: "Same name", processor: "PlainJob", clientId: stage.berlin, cron });
    const ids = Array.from({ length: count - 1 }, (_, index) => `(${first + 1 + index})`).join(", ");
    await stage.database.batch([
      `WITH n(id) AS (VALUES ${ids}) INSERT INTO jobs (id, name, processor, client_id, cron, created_at, updated_at)
        SELECT n.id, iif(n.id % 2, 'Same name', 'Job ' || n.id), 'PlainJob', j.client_id, j.cron, 1, 1 FROM n JOIN jobs j`,
      `INSERT INTO triggers (job_id, client_id, time_zone, next_fire_at, created_at, updated_at)
        SELECT id, client_id, 'UTC', ${stage.now + MINUTE}, 1, 1 FROM jobs WHERE id > ${first}`,
    ]);
    const seen: (string | undefined)[] = [];
    for (let path: string | undefined = `/admin/jobs?${query}`; path; ) {
      const { body } = await admin.get(path);
      seen.push(...[...body.matchAll(/<a id="j(\d+)"/g)].map(([, id]) => id));
      path = /<a href="([^"]*)">Next page</.exec(body)?.[1]?.replaceAll("&amp;", "&");
    }
    expect([seen.length, new Set(seen).size]).toEqual([count, count]);
  });

  it("holds 100 jobs in 100 KB of HTML", async () => {
    const first = await stage.addJob({
      name: "x",
      processor: "PlainJob",
      clientId: stage.berlin,
      cron: "0 15 2 ? * MON-FRI",
    });
    const ids = Array.from({ length: 99 }, (_, index) => `(${first + 1 + index})`).join(", ");
    await stage.database.batch([
      `WITH n(id) AS (VALUES ${ids}) INSERT INTO jobs (id, name, processor, client_id, cron, time_zone, created_at, updated_at)
        SELECT n.id, j.name, j.processor, j.client_id, j.cron, 'Europe/Berlin', 1, 1 FROM n JOIN jobs j`,
      "UPDATE jobs SET name = 'Nightly assignment of target groups ' || id, processor = 'TargetGroupPersonAssignment'",
      `INSERT INTO triggers (job_id, client_id, time_zone, next_fire_at, created_at, updated_at)
        SELECT id, client_id, 'Europe/Berlin', ${stage.now + 20 * 60 * MINUTE}, 1, 1 FROM jobs WHERE id > ${first}`,
      `INSERT INTO job_totals (job_id, runs, fates, durations, last_run_id, last_state, last_ended_at, last_duration_ms)
        SELECT id, 20, 'ooooofoooooosnoooooo', '[2400,61000,2300]', 1234567, 'ok', ${stage.now - 7_201_000}, 125000 FROM jobs`,
    ]);
    const { body } = await admin.get("/admin/jobs");
    expect(names(body)).toHaveLength(100);
    expect(Buffer.byteLength(body)).toBeLessThan(100 * 1024);
  });

  it("costs the same number of statements, and so does a job's page, however much there is", async () => {
    const calls = [vi.spyOn(stage.database, "execute"), vi.spyOn(stage.database, "batch")];
    const cost = async (path: string) => {
      for (const spy of calls) spy.mockClear();
      expect((await admin.get(path)).status).toBe(200);
      return calls.map((spy) => spy.mock.calls.length);
    };
    const id = await stage.addJob({ name: "Night", processor: "PlainJob" });
    await end(id, 0, ["ok"]);
    const paths = ["/admin/jobs", "/admin/jobs?text=n&sort=next", `/admin/jobs/${id}`];
    const before = [];
    for (const path of paths) before.push(await cost(path));
    for (let index = 0; index < 5; index += 1) {
      await stage.addJob({
        name: `Night ${index}`,
        processor: "PlainJob",
        after: { jobId: id, condition: "ok" },
        cron: null,
      });
    }
    await end(id, stage.berlin, Array(30).fill("ok"));
    const after = [];
    for (const path of paths) after.push(await cost(path));
    expect(after).toEqual(before);
  });

  it("escapes what administrators typed", async () => {
    await stage.addJob({ name: `<script>alert("x")</script>`, processor: "PlainJob" });
    const { body } = await admin.get("/admin/jobs");
    expect(body).not.toContain("<script>");
    expect(body).toContain("&lt;script&gt;");
  });
});

describe("several jobs at once", () => {
  it("are paused with a note and resumed, each after a page that asks, and the list comes back as it was", async () => {
    const ids = [
      await stage.addJob({ name: "One", processor: "PlainJob", clientId: stage.berlin }),
      await stage.addJob({ name: "Two", processor: "PlainJob", clientId: stage.newYork }),
    ];
    const back = "/admin/jobs?text=o";
    const ticked = `job=${ids[0]}&job=${ids[1]}&back=${encodeURIComponent(back)}`;
    const asked = await admin.get(`/admin/jobs/bulk?do=pause&${ticked}`);
    expect(asked.text).toContain("Pause 2 jobs");
    const form = new URLSearchParams(`do=pause&${ticked}&until=2026-11-24T06:00&note=Storage moves`);
    expect((await admin.post("/admin/jobs/bulk", form)).location).toBe(`${back}&notice=jobs-paused`);
    const { text } = await admin.get(back);
    expect(rowOf(text, "One")).toContain("paused until Tue 24 Nov 2026, 06:00:00");
    expect(rowOf(text, "Two")).toContain("paused until");
    form.set("do", "resume");
    expect((await admin.post("/admin/jobs/bulk", form)).location).toBe(`${back}&notice=jobs-resumed`);
    expect((await admin.get(back)).text).not.toContain("paused until");
  });

  it("are started for one client, once what needs it is confirmed", async () => {
    const plain = await stage.addJob({ name: "Plain", processor: "PlainJob" });
    const grave = await stage.addJob({ name: "Grave", processor: "DestructiveJob" });
    const form = new URLSearchParams(`do=start&job=${plain}&job=${grave}&client=berlin&dryRun=false&confirmed=false`);
    const refused = await admin.post("/admin/jobs/bulk", form);
    expect([refused.status, refused.text.includes("Nothing was done yet")]).toEqual([422, true]);
    form.set("confirmed", "true");
    expect((await admin.post("/admin/jobs/bulk", form)).location).toBe("/admin/jobs?notice=jobs-started");
    const { rows } = await stage.database.execute("SELECT job_id, client_id, kind FROM runs ORDER BY job_id");
    expect(rows.map((row) => ({ ...row }))).toEqual([
      { job_id: plain, client_id: stage.berlin, kind: "manual" },
      { job_id: grave, client_id: stage.berlin, kind: "manual" },
    ]);
    expect(stage.woken).toEqual([stage.berlin]);
  });

  it("are limited to what a client's admin may do: others' jobs are not there, those for all start for the own client", async () => {
    const forAll = await stage.addJob({ name: "For all", processor: "PlainJob" });
    const theirs = await stage.addJob({ name: "Theirs", processor: "PlainJob", clientId: stage.newYork });
    const grave = await stage.addJob({ name: "Grave", processor: "DestructiveJob", clientId: stage.berlin });
    const berlin = await stage.signedIn("client_admin", stage.berlin);
    const asked = await berlin.get(`/admin/jobs/bulk?do=start&job=${forAll}&job=${theirs}&job=${grave}`);
    expect(asked.text).toContain("Start 1 job");
    expect(asked.text).toContain("Left out, since your role does not include it: Grave.");
    expect(asked.text).not.toContain("Theirs");
    const start = (job: number) => berlin.post("/admin/jobs/bulk", { do: "start", job: String(job) });
    expect((await start(grave)).status).toBe(403);
    expect((await start(theirs)).status).toBe(404);
    expect((await start(forAll)).status).toBe(303);
    expect(stage.woken).toEqual([stage.berlin]);
    expect((await berlin.post("/admin/jobs/bulk", { do: "pause", job: String(forAll) })).status).toBe(403);
  });

  it("are asked for when none is ticked", async () => {
    const answer = await admin.get("/admin/jobs/bulk?do=start");
    expect([answer.status, answer.text.includes("tick the jobs that you mean")]).toEqual([422, true]);
  });
});

describe("the page of a job", () => {
  it("says why each run was skipped, charts the durations and has them as a table", async () => {
    const id = await stage.addJob({ name: "Night", processor: "PlainJob", clientId: stage.berlin });
    await end(id, stage.berlin, ["ok", "failed", "ok"]);
    await stage.addRun({ jobId: id, clientId: stage.berlin, state: "skipped" });
    await stage.database.execute(
      "UPDATE runs SET reason = 'paused', message = 'The job was paused: x' WHERE state = 'skipped'",
    );
    const { text, body } = await admin.get(`/admin/jobs/${id}`);
    expect(text).toContain("skipped The job was paused. The job was paused: x");
    expect(text).toContain("3 runs: median 2.4 s, p95 2.4 s, longest 2.4 s. An outline: partial, failed or cancelled.");
    expect(text).toContain("The durations as a table");
    expect(body.match(/<svg viewBox="0 0 30 100"/g)).toHaveLength(1);
  });

  it("marks the fires that a change of clocks moves, in the job's zone and the reader's", async () => {
    const cron = "0 30 2 28,29 3 ? 2027";
    const id = await stage.addJob({ name: "Night", processor: "PlainJob", clientId: stage.berlin, cron });
    expect((await admin.get(`/admin/jobs/${id}`)).text).toContain(
      "Sun 28 Mar 2027, 03:00:00 moved: 02:30 does not exist on this day 01:00:00",
    );
  });

  it("shows what was changed field by field, and the jobs before and after it", async () => {
    const first = await stage.addJob({ name: "First", processor: "PlainJob", clientId: stage.berlin });
    const second = await stage.addJob({
      name: "Second",
      processor: "PlainJob",
      clientId: stage.berlin,
      cron: null,
      after: { jobId: first, condition: "ok" },
    });
    await admin.post("/admin/jobs/bulk", new URLSearchParams({ do: "pause", job: String(first), note: "Storage" }));
    const page = await admin.get(`/admin/jobs/${first}`);
    expect(page.text).toMatch(/pause system_admin-1@example\.com .*Storage/);
    expect(page.text).toContain("After it start: Second (if it ended well)");
    expect((await admin.get(`/admin/jobs/${second}`)).text).toContain(
      "It starts when First has ended well, for the same client.",
    );
    const reader = await stage.signedIn("read_only", stage.berlin);
    expect((await reader.get(`/admin/jobs/${first}`)).text).not.toContain("Before and after");
  });
});
