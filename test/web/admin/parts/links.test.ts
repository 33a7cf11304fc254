import { beforeEach, describe, expect, it } from "vitest";
import { deleteJob } from "../../../../src/administration/jobs/jobs.ts";
import { recordChanges } from "../../../../src/control/audit-trail.ts";
import { type Answer, type Browser, type Stage, setStage } from "../../stage/stage.ts";

let stage: Stage;
let admin: Browser;
beforeEach(async () => {
  stage = await setStage();
  admin = await stage.signedIn("system_admin");
});

/** A number that no run has: it was removed with its time, or never was. */
const GONE = 4711;

const runLinks = ({ body }: Answer) => [...body.matchAll(/href="(\/admin\/runs\/\d+)"/g)].map(([, path]) => path);

describe("a link to a run", () => {
  it("that made a mail stands only where there is such a run, and is kept", async () => {
    const jobId = await stage.addJob({ name: "Night", processor: "PlainJob" });
    const kept = await stage.addRun({ jobId, clientId: stage.berlin, state: "ok" });
    for (const runId of [0, GONE, kept]) {
      await stage.database.execute({
        sql: `INSERT INTO messages (client_id, created_run_id, kind, channel, to_address, subject, body, dedupe_key, status, queued_at, created_at, updated_at)
          VALUES (?, ?, 'notification', 'mail', 'ada@example.com', 'Hello', '', ?, 'sent', ?, 0, 0)`,
        args: [stage.berlin, runId, `key-${runId}`, stage.now],
      });
    }
    const mails = await admin.get(`/admin/mail/${stage.berlin}`);
    expect(runLinks(mails)).toEqual([`/admin/runs/${kept}`]);
    expect(mails.text).toContain(`by Run #${GONE}, which is no longer kept`);
    expect(mails.text).not.toContain("#0");
  });

  it("of the figures, which outlive it, is left out of jobs and of what fails", async () => {
    const jobId = await stage.addJob({ name: "Night", processor: "PlainJob", clientId: stage.berlin });
    const figures = `fates, durations, failures_in_a_row, last_run_id, last_state, last_ended_at, last_duration_ms, last_failed_at`;
    for (const [table, client] of [
      ["job_stats", "client_id, "],
      ["job_totals", ""],
    ] as const) {
      const columns = table === "job_totals" ? figures.replace("failures_in_a_row, ", "") : figures;
      await stage.database.execute({
        sql: `INSERT INTO ${table} (job_id, ${client}${columns})
          VALUES (?, ${client && "?,"} 'f', '[5]', ${table === "job_totals" ? "" : "1,"} ?, 'failed', ?, 5, ?)`,
        args: [jobId, ...(client ? [stage.berlin] : []), GONE, stage.now, stage.now],
      });
    }
    for (const path of ["/admin/jobs", "/admin/now"]) {
      const page = await admin.get(path);
      expect([path, page.status, runLinks(page)]).toEqual([path, 200, []]);
      expect(page.text).toMatch(/failed|Failing/);
    }
  });

  it("in the audit stands only where the run is kept", async () => {
    const jobId = await stage.addJob({ name: "Night", processor: "PlainJob" });
    const kept = await stage.addRun({ jobId, clientId: stage.berlin, state: "ok" });
    const change = { clientId: stage.berlin, actor: "ada@example.com", entity: "run", action: "cancel" } as const;
    await stage.database.batch(
      [GONE, kept].map((entityId) => recordChanges([{ ...change, entityId }], stage.now)),
      "write",
    );
    const page = await admin.get("/admin/audit");
    expect(runLinks(page)).toEqual([`/admin/runs/${kept}`]);
    expect(page.text).toContain(`run #${GONE}`);
  });
});

describe("a job that was deleted", () => {
  it("says so at its address, with the way to its runs; other clients' admins learn nothing", async () => {
    const jobId = await stage.addJob({ name: "Night", processor: "PlainJob", clientId: stage.berlin });
    const run = await stage.addRun({ jobId, clientId: stage.berlin, state: "ok" });
    await deleteJob(stage.ports, jobId, "ada@example.com", stage.now);
    const own = (await admin.get(`/admin/runs/${run}`)).body;
    expect(own).toContain(`href="/admin/jobs/${jobId}"`);
    const page = await admin.get(`/admin/jobs/${jobId}`);
    expect([page.status, page.text.includes("The job Night was deleted on Mon 23 Nov 2026, 12:00:00")]).toEqual([
      410,
      true,
    ]);
    expect(page.body).toContain(`href="/admin/runs?job=${jobId}"`);
    expect(page.body).toContain('href="/admin/jobs"');
    const stranger = await stage.signedIn("client_admin", stage.newYork);
    expect((await stranger.get(`/admin/jobs/${jobId}`)).status).toBe(404);
    expect((await admin.get("/admin/jobs/4711")).status).toBe(404);
  });
});
