import { beforeEach, describe, expect, it } from "vitest";
import { listPauses } from "../../../../src/control/jobs/pauses.ts";
import { formOf } from "../../stage/posted-form.ts";
import { type Browser, type Stage, setStage } from "../../stage/stage.ts";

let stage: Stage;
let admin: Browser;
let jobId: number;
beforeEach(async () => {
  stage = await setStage();
  await stage.database.execute(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
    INSERT INTO clients (key, name, time_zone, created_at, updated_at) SELECT 'client-' || i, 'Client ' || i, 'UTC', 0, 0 FROM n`);
  admin = await stage.signedIn("system_admin");
  jobId = await stage.addJob({ name: "For all", processor: "PlainJob", clientId: 0, cron: "0 0 1 * * ?" });
});

async function send(path: string, changes: Record<string, string>) {
  const page = await admin.get(path);
  expect(page.body.length).toBeLessThan(100_000);
  const form = formOf(page);
  for (const [name, value] of Object.entries(changes)) form.set(name, value);
  return admin.post(path, form);
}
const one = async (sql: string) => Object.values((await stage.database.execute(sql)).rows[0] ?? {})[0];

describe("where there are more clients than a list holds, one is named by its key:", () => {
  it("a job is given to a client, and its form shows the key again", async () => {
    const saved = await send("/admin/jobs/new/PlainJob", { name: "Own", clientId: "berlin" });
    expect(saved.status).toBe(303);
    expect(await one("SELECT client_id FROM jobs WHERE name = 'Own'")).toBe(stage.berlin);
    const edit = formOf(await admin.get(`${saved.location?.replace(/\?.*/, "")}/edit`));
    expect([edit.get("clientBy"), edit.get("clientId")]).toEqual(["key", "berlin"]);
  });

  it("left empty, a job is for all clients", async () => {
    expect((await send("/admin/jobs/new/PlainJob", { name: "Everybody's", clientId: "" })).status).toBe(303);
    expect(await one("SELECT client_id FROM jobs WHERE name = 'Everybody''s'")).toBe(0);
  });

  it("a job is started", async () => {
    expect((await send(`/admin/jobs/${jobId}/start`, { clientId: "client-7" })).status).toBe(303);
    expect(await one("SELECT c.key FROM runs r JOIN clients c ON c.id = r.client_id WHERE r.kind = 'manual'")).toBe(
      "client-7",
    );
  });

  it("a job is paused, and the page names whom it is paused for", async () => {
    expect((await send(`/admin/jobs/${jobId}/pause`, { clientId: "berlin", note: "Moving" })).status).toBe(303);
    expect((await listPauses(stage.database, stage.now, jobId)).map(({ clientId }) => clientId)).toEqual([
      stage.berlin,
    ]);
    expect((await admin.get(`/admin/jobs/${jobId}/pause`)).text).toContain("Moving");
  });

  it("a backfill says how many runs it would make, and makes them", async () => {
    const range = { from: "2026-11-20T00:00", until: "2026-11-22T00:00", clientId: "berlin" };
    const asked = await send(`/admin/jobs/${jobId}/backfill`, range);
    expect(asked.status).toBe(200);
    const form = formOf(asked);
    form.set("intent", "make");
    expect((await admin.post(`/admin/jobs/${jobId}/backfill`, form)).status).toBe(303);
    expect(await one("SELECT count(*) FROM runs WHERE kind = 'backfill'")).toBe(2);
    expect(await one("SELECT count(DISTINCT client_id) FROM runs WHERE kind = 'backfill'")).toBe(1);
  });

  it("an admin is limited to a client", async () => {
    const account = { name: "Grace", email: "grace@example.com", role: "client_admin", clientId: "client-9" };
    expect((await send("/admin/admins/new", account)).status).toBe(200);
    expect(
      await one("SELECT c.key FROM admins a JOIN clients c ON c.id = a.client_id WHERE a.email = 'grace@example.com'"),
    ).toBe("client-9");
  });

  it("a plan is shown", async () => {
    const plan = await admin.get("/admin/plan?client=berlin");
    expect(plan.status).toBe(200);
    expect(plan.text).toContain("For all");
    expect((await admin.get("/admin/plan?client=nobody")).status).toBe(404);
  });

  it.each([
    ["a new job", () => "/admin/jobs/new/PlainJob", { name: "Own" }],
    ["a start", () => `/admin/jobs/${jobId}/start`, {}],
    ["a pause", () => `/admin/jobs/${jobId}/pause`, {}],
    ["a backfill", () => `/admin/jobs/${jobId}/backfill`, {}],
    ["an admin", () => "/admin/admins/new", { name: "Grace", email: "grace@example.com", role: "client_admin" }],
  ])("a key that no client has is refused for %s, and nothing is done", async (_what, path, fields) => {
    const answer = await send(path(), { ...fields, clientId: "client-999" });
    expect(answer.status).toBe(422);
    expect(formOf(answer).get("clientId")).toBe("client-999");
    expect(answer.text).toContain("There is no client with this key");
    expect(await one("SELECT count(*) FROM jobs")).toBe(1);
    expect(await one("SELECT count(*) FROM runs WHERE kind <> 'schedule'")).toBe(0);
    expect(await one("SELECT count(*) FROM triggers WHERE paused_until IS NOT NULL")).toBe(0);
    expect(await one("SELECT count(*) FROM admins WHERE email = 'grace@example.com'")).toBe(0);
  });
});
