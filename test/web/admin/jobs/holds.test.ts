import { beforeEach, describe, expect, it } from "vitest";
import { setClientActive } from "../../../../src/administration/clients/clients.ts";
import { createBlackout } from "../../../../src/administration/pauses/blackouts.ts";
import { pauseJobs } from "../../../../src/administration/pauses/pause.ts";
import { stopEverything } from "../../../../src/administration/pauses/stop.ts";
import { formOf } from "../../stage/posted-form.ts";
import { type Browser, type Stage, setStage } from "../../stage/stage.ts";

const HOUR = 3_600_000;

let stage: Stage;
let admin: Browser;
beforeEach(async () => {
  stage = await setStage();
  admin = await stage.signedIn("system_admin");
});

/** Hourly at half past, in Berlin unless said otherwise: next Mon 23 Nov 2026, 12:30 UTC. */
const hourly = (input: Record<string, unknown> = {}) =>
  stage.addJob({ name: "Night", processor: "PlainJob", cron: "0 30 * * * ?", clientId: stage.berlin, ...input });

async function pause(jobId: number, until: number | null, clientId: number | null = null, note = "Storm & tide") {
  const result = await pauseJobs(
    stage.database,
    { jobIds: [jobId], clientId, until, note },
    "ada@example.com",
    stage.now,
  );
  expect(result.state).toBe("saved");
}

async function blackout(clientId: number, from: number, until: number) {
  const input = { clientId, startsAt: stage.now + from, endsAt: stage.now + until, note: "Year's end" };
  expect((await createBlackout(stage.database, input, "ada@example.com", stage.now)).state).toBe("saved");
}

const stop = () => stopEverything(stage.database, "Restore", "ada@example.com", stage.now);

describe("a job that is paused", () => {
  it("until an administrator resumes it shows no fire to come but the pause, its note and the way out, wherever it stands", async () => {
    const jobId = await hourly();
    await pause(jobId, null);
    const list = await admin.get("/admin/jobs");
    expect(list.text).not.toContain("in 30 min");
    expect(list.text).toContain("paused until an administrator resumes it");
    const page = await admin.get(`/admin/jobs/${jobId}`);
    expect(page.text).toContain("Paused until an administrator resumes it: Storm & tide");
    expect(page.text).toContain("Would fire");
    expect(page.text).not.toContain("Next 20 fires");
    expect(page.body).toContain(`action="/admin/jobs/${jobId}/resume"`);
    const pauses = await admin.get("/admin/pauses");
    expect(pauses.text).toMatch(/Night berlin until an administrator resumes it Storm & tide/);
    expect(pauses.body).toContain(`action="/admin/jobs/${jobId}/resume"`);
    expect((await admin.get("/admin/now")).text).not.toContain("12:30:00");

    expect((await admin.post(`/admin/jobs/${jobId}/resume`, { clientId: "" })).status).toBe(303);
    expect((await admin.get("/admin/jobs")).text).toContain("in 30 min");
    expect((await admin.get(`/admin/jobs/${jobId}`)).body).not.toContain(`action="/admin/jobs/${jobId}/resume"`);
  });

  it("for a while fires next behind the pause", async () => {
    const jobId = await hourly();
    await pause(jobId, stage.now + 3 * HOUR);
    const list = await admin.get("/admin/jobs");
    expect(list.text).toContain("Mon 23 Nov 2026, 15:30:00 in 3 h 30 min");
    expect(list.text).not.toContain("12:30:00");
    const page = await admin.get(`/admin/jobs/${jobId}`);
    expect(page.text).toContain("Paused until Mon 23 Nov 2026, 15:00:00 UTC: Storm & tide");
    expect(page.text).toMatch(/13:30:00 \(?paused: it is skipped/);
    expect(page.text).toContain("Mon 23 Nov 2026, 16:30:00 15:30:00 in 3 h 30 min");
  });

  it("for one of its clients fires next for another, and says for whom", async () => {
    const jobId = await hourly({ clientId: 0, cron: "0 0 18 * * ?" });
    expect((await admin.get("/admin/jobs")).text).toContain(
      "Mon 23 Nov 2026, 17:00:00 in 5 h · 18:00:00 Europe/Berlin · berlin",
    );
    await pause(jobId, null, stage.berlin);
    expect((await admin.get("/admin/jobs")).text).toContain(
      "Mon 23 Nov 2026, 23:00:00 in 11 h · 18:00:00 America/New_York · new-york",
    );
    const page = await admin.get(`/admin/jobs/${jobId}`);
    expect(page.text).toContain("paused for some clients");
    expect(page.text).toContain(
      "Next 20 fires for new-york in America/New_York, the first to fire; each client fires in its own zone",
    );
  });

  it("is listed for those whom it concerns", async () => {
    await pause(await hourly(), null);
    await pause(await hourly({ name: "Overseas", clientId: stage.newYork }), null);
    const { text, body } = await (await stage.signedIn("read_only", stage.berlin)).get("/admin/pauses");
    expect([text.includes("Night"), text.includes("Overseas"), body.includes("/resume")]).toEqual([true, false, false]);
  });
});

describe("a job for all clients, each in its own zone", () => {
  it("shows the fires of the client that fires first, in its zone and the reader's only where they differ", async () => {
    const jobId = await hourly({ clientId: 0, cron: "0 0 18 * * ?" });
    const page = await admin.get(`/admin/jobs/${jobId}`);
    expect(page.text).toContain(
      "Next 20 fires for berlin in Europe/Berlin, the first to fire; each client fires in its own zone",
    );
    expect(page.text).toContain("Mon 23 Nov 2026, 18:00:00 17:00:00 in 5 h");
    admin.cookies.set("zone", "Europe/Paris");
    const near = await admin.get(`/admin/jobs/${jobId}`);
    expect(near.body).not.toMatch(/<th[^>]*>Europe\/Paris/);
  });

  it.each(["Europe/Berlin", "UTC", "Europe/Paris"])("previews them so too, for a reader in %s", async (zone) => {
    admin.cookies.set("zone", zone);
    const form = formOf(await admin.get("/admin/jobs/new/PlainJob"));
    for (const [name, value] of Object.entries({ cron: "0 0 18 * * ?", intent: "preview" })) form.set(name, value);
    const answer = await admin.send("/admin/jobs/new/PlainJob", {
      method: "POST",
      body: form,
      headers: { "x-preview": "1" },
    });
    expect(answer.text).toContain("Next 10 fires for berlin in Europe/Berlin, the first to fire");
    const heads = [...answer.body.matchAll(/<th [^>]*>([^<]*)</g)].map(([, label]) => label);
    expect(heads.slice(0, 2)).toEqual(["Europe/Berlin", zone === "UTC" ? "UTC" : "From now"]);
    form.set("timeZone", "UTC");
    const utc = await admin.send("/admin/jobs/new/PlainJob", {
      method: "POST",
      body: form,
      headers: { "x-preview": "1" },
    });
    expect(utc.body.match(/>UTC</g)?.length).toBe(1);
  });
});

describe("a blackout", () => {
  it("is seen in a job's next fire, its fires and their preview", async () => {
    const jobId = await hourly();
    await blackout(0, 0, HOUR);
    expect((await admin.get("/admin/jobs")).text).toContain("Mon 23 Nov 2026, 13:30:00 in 1 h 30 min");
    const page = await admin.get(`/admin/jobs/${jobId}`);
    expect(page.text).toContain("blackout: Year's end");
    const form = formOf(await admin.get(`/admin/jobs/${jobId}/edit`));
    form.set("intent", "preview");
    const answer = await admin.send(`/admin/jobs/${jobId}/edit`, {
      method: "POST",
      body: form,
      headers: { "x-preview": "1" },
    });
    expect(answer.text.match(/blackout: Year's end/g)).toHaveLength(1);
  });

  it("of another client does not concern it", async () => {
    await hourly();
    await blackout(stage.newYork, 0, HOUR);
    expect((await admin.get("/admin/jobs")).text).toContain("in 30 min");
  });

  it("is drawn in the picture of the plan, with the fires in it marked, and told in words", async () => {
    await stage.addJob({ name: "Early", processor: "PlainJob", cron: "0 0 14,20 * * ?", clientId: stage.berlin });
    await blackout(stage.berlin, HOUR / 2, 2 * HOUR);
    const { body, text } = await admin.get(`/admin/plan?client=${stage.berlin}`);
    expect(body.match(/<rect class="blackout"/g)).toHaveLength(1);
    expect(body.match(/<circle class="held"/g)).toHaveLength(1);
    expect(text).toContain("Blackout from Mon 23 Nov 2026, 13:30:00 until Mon 23 Nov 2026, 15:00:00: Year's end");
  });

  it("takes its starts from those of the next hour", async () => {
    await hourly();
    await blackout(stage.berlin, 0, HOUR);
    const { text } = await admin.get("/admin/now");
    expect(text).toContain("Nothing is planned within an hour.");
    expect(text).toContain("A blackout is under way: Year's end");
  });
});

describe("while everything is stopped", () => {
  it.each(["now", "jobs", "plan", "runs", "clients", "clients/1", "files", "jobs/1", "jobs/1/edit", "jobs/1/start"])(
    "the page %s says so above all else",
    async (path) => {
      await hourly();
      const before = await admin.get(`/admin/${path}`);
      expect(before.text).not.toContain("Everything is stopped");
      await stop();
      const { status, text } = await admin.get(`/admin/${path}`);
      expect([
        status,
        text.includes("Everything is stopped: nothing starts until an administrator lets it go on. Restore"),
      ]).toEqual([200, true]);
    },
  );

  it("fires are ones that would be, and none is promised", async () => {
    const jobId = await hourly();
    await stop();
    expect((await admin.get("/admin/jobs")).text).toContain("would fire Mon 23 Nov 2026, 12:30:00, stopped");
    expect((await admin.get(`/admin/jobs/${jobId}`)).text).toContain(
      "Would fire in Europe/Berlin, were everything not stopped",
    );
    expect((await admin.get("/admin/now")).text).toContain("One start would be to come, were everything not stopped:");
    expect((await admin.get(`/admin/plan?client=${stage.berlin}`)).text).toContain("would fire: everything is stopped");
    const started = await admin.get("/admin/jobs?notice=run-queued");
    expect(started.text).not.toContain("starts within seconds");
    expect(started.text).toContain("It starts when everything goes on");
  });
});

describe("what does not fire at all", () => {
  it("is a job whose client is not active", async () => {
    const jobId = await hourly();
    await setClientActive(stage.ports, stage.berlin, false, "ada@example.com", stage.now);
    expect((await admin.get("/admin/jobs")).text).not.toContain("in 30 min");
    const page = await admin.get(`/admin/jobs/${jobId}`);
    expect(page.text).toContain("Would fire in Europe/Berlin, were the client active");
  });

  it("is a job that is not active", async () => {
    const jobId = await hourly({ active: false });
    expect((await admin.get("/admin/jobs")).text).not.toContain("in 30 min");
    expect((await admin.get(`/admin/jobs/${jobId}`)).text).toContain("Would fire in Europe/Berlin, were it active");
  });
});

describe("the switch that stops everything", () => {
  it("asks first, says what it does, and counts what it concerns", async () => {
    const jobId = await hourly();
    await stage.addRun({ jobId, clientId: stage.berlin, state: "running" });
    const pauses = await admin.get("/admin/pauses");
    expect(pauses.body).not.toContain('action="/admin/pauses/stop"');
    expect(pauses.body).toContain('href="/admin/pauses/stop"');
    const asked = await admin.get("/admin/pauses/stop");
    expect(asked.text).toContain("1 run at work is set aside after its current step");
    expect(asked.text).toContain("1 start of the next hour does not take place");
    expect(asked.text).toContain("2 active clients");
    expect((await admin.get("/admin/now")).text).not.toContain("Everything is stopped");
    expect((await admin.post("/admin/pauses/stop", { note: "Restore" })).status).toBe(303);
    expect((await admin.get("/admin/now")).text).toContain("Everything is stopped");
  });
});
