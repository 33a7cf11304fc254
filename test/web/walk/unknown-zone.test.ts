import { expect, it } from "vitest";
import { createJob, updateJob } from "../../../src/administration/jobs/jobs.ts";
import { zoneFlaws } from "../../../src/quartz/index.ts";
import { readSites } from "../../../src/scheduler/align.ts";
import { setStage } from "../stage/stage.ts";
import { pageAddresses, visitor } from "./visits.ts";
import { furnish } from "./walk.ts";

/** A zone that this host's zone data lacks: another host, or a newer release of it, stored the name. */
const UNKNOWN = "America/New_Thule";

it("A zone that this host does not know breaks no page; times stand in UTC and say so", async () => {
  const stage = await setStage();
  const things = await furnish(stage);
  await stage.addJob({ name: "For all", processor: "PlainJob", cron: "0 0 1 * * ?" });
  const visit = await visitor(stage);
  const addresses = [...pageAddresses(stage, things), `/admin/plan?client=${stage.berlin}`, "/admin/plan"];
  await stage.database.batch([
    { sql: "UPDATE clients SET time_zone = ?", args: [UNKNOWN] },
    { sql: "UPDATE triggers SET time_zone = ?", args: [UNKNOWN] },
    { sql: "UPDATE runs SET time_zone = ?", args: [UNKNOWN] },
    { sql: "UPDATE jobs SET time_zone = ? WHERE id % 2 = 0", args: [UNKNOWN] },
    {
      sql: "INSERT INTO settings (client_id, key, value, created_at, updated_at) VALUES (0, 'systemTimeZone', ?, 0, 0)",
      args: [JSON.stringify(UNKNOWN)],
    },
  ]);
  const faults: string[] = [];
  for (const address of addresses) {
    const { status } = await visit(address);
    if (status >= 500) faults.push(`${address}: ${status} ${stage.faults.splice(0)}`);
  }
  expect(faults).toEqual([]);
  const admin = await stage.signedIn("system_admin");
  expect((await admin.get("/admin/runs")).text).toContain(`12:00:00 UTC (${UNKNOWN} is not known here)`);
  expect((await admin.get("/admin/jobs")).text).toContain("not known: expression or time zone cannot be read here");
  const own = await stage.signedIn("client_admin", stage.berlin);
  expect((await own.get("/admin/jobs")).text).toContain("Times in UTC");
  admin.cookies.set("zone", UNKNOWN);
  expect((await admin.get("/admin/jobs")).status).toBe(200);
});

it("A client whose zone is not known here does not keep administrators from saving, starting or pausing jobs of the others", async () => {
  const stage = await setStage();
  const admin = await stage.signedIn("system_admin");
  await stage.database.execute({ sql: "UPDATE clients SET time_zone = ? WHERE id = ?", args: [UNKNOWN, stage.berlin] });
  const input = { name: "For all", processor: "PlainJob", cron: "0 0 1 * * ?" };
  const made = await createJob(stage.ports, input, "ada@example.com", stage.now);
  expect(made.state).toBe("saved");
  const jobId = made.state === "saved" ? made.jobId : 0;
  expect(
    (await updateJob(stage.ports, jobId, 1, { ...input, name: "Renamed" }, "ada@example.com", stage.now)).state,
  ).toBe("saved");
  const next = async (clientId: number) =>
    (await stage.database.execute({ sql: "SELECT next_fire_at FROM triggers WHERE client_id = ?", args: [clientId] }))
      .rows[0]?.next_fire_at;
  expect(await next(stage.newYork)).toBe(Date.UTC(2026, 10, 24, 6));
  // It stays due until a host that knows the zone comes by.
  expect(await next(stage.berlin)).toBe(stage.now);
  const started = await admin.post(`/admin/jobs/${jobId}/start`, {
    clientId: String(stage.berlin),
    asOf: "2026-11-01",
  });
  expect(started.status).toBe(303);
  expect((await admin.post(`/admin/jobs/${jobId}/pause`, { clientId: "", until: "2026-11-24T18:00" })).status).toBe(
    303,
  );
  const backfill = { clientId: "", from: "2026-11-20T00:00", until: "2026-11-22T00:00", intent: "preview" };
  expect((await admin.post(`/admin/jobs/${jobId}/backfill`, backfill)).status).toBeLessThan(500);
  expect(stage.faults).toEqual([]);
  expect((await readSites(stage.database)).clients.length).toBe(2);
});

it("Zones that this host has wrong stand on the health page, and on the plan of those whom it concerns", async () => {
  const stage = await setStage({ healthToken: "seen" });
  const admin = await stage.signedIn("system_admin");
  const flaws = zoneFlaws();
  const { text } = await admin.get("/admin/health");
  for (const { zone } of flaws) expect(text).toContain(zone);
  expect(text.includes("The time zones of this host are out of date")).toBe(flaws.length > 0);
  const [first] = flaws;
  await stage.addJob({ name: "Night", processor: "PlainJob", cron: "0 0 1 * * ?", clientId: stage.newYork });
  expect((await admin.get(`/admin/plan?client=${stage.newYork}`)).text).not.toContain("out of date");
  // Whether this runtime has a flaw depends on its release; the page is asked about the one that it has.
  const zone = first?.zone ?? "Europe/Berlin";
  await stage.database.execute({ sql: "UPDATE clients SET time_zone = ? WHERE id = ?", args: [zone, stage.newYork] });
  const concerned = (await admin.get(`/admin/plan?client=${stage.newYork}`)).text;
  expect(concerned.includes("out of date")).toBe(first !== undefined);
  const health = await stage.app.request("http://localhost/health", { headers: { authorization: "Bearer seen" } });
  expect(await health.json()).toMatchObject({ zoneFlaws: flaws });
});
