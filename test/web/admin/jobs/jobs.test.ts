import { beforeEach, describe, expect, it } from "vitest";
import { readJob } from "../../../../src/control/jobs/jobs.ts";
import { formOf } from "../../stage/posted-form.ts";
import { type Answer, type Browser, type Stage, setStage } from "../../stage/stage.ts";

let stage: Stage;
let admin: Browser;
beforeEach(async () => {
  stage = await setStage();
  admin = await stage.signedIn("system_admin");
});

/** Fills a page's form and sends it. */
async function fill(path: string, changes: Record<string, string>): Promise<Answer> {
  const form = formOf(await admin.get(path));
  for (const [name, value] of Object.entries(changes)) form.set(name, value);
  return admin.post(path, form);
}

const newJob = "/admin/jobs/new/PlainJob";

describe("a new job", () => {
  it("is created from what its processor suggests, and its page shows words and the next twenty fires", async () => {
    const answer = await fill(newJob, { name: "Night", clientId: String(stage.berlin) });
    expect(answer.location).toMatch(/^\/admin\/jobs\/\d+\?notice=job-created$/);
    const page = await admin.get(answer.location ?? "");
    expect(page.text).toContain("The job was created.");
    expect(page.text).toContain("At 00:10 every day Next 20 fires in Europe/Berlin");
    expect(page.text).toContain("Tue 24 Nov 2026, 00:10:00 Mon 23 Nov 2026, 23:10:00 in 11 h 10 min");
    const stored = await readJob(stage.database, Number(/\d+/.exec(answer.location ?? "")?.[0]));
    expect(stored).toMatchObject({
      name: "Night",
      cron: "0 10 0 * * ?",
      clientId: stage.berlin,
      active: true,
      createdBy: "system_admin-1@example.com",
      parameters: { chunkSize: 200, maxRows: null, maxFailures: 100 },
    });
  });

  it("takes every kind of parameter", async () => {
    const answer = await fill("/admin/jobs/new/EveryKind", {
      "parameters.title": "Weekly",
      "parameters.days": "1\r\n7",
      "parameters.limit": "5",
      "parameters.since": "2026-01-31",
      "parameters.forced": "true",
    });
    const stored = await readJob(stage.database, Number(/\d+/.exec(answer.location ?? "")?.[0]));
    expect(stored?.parameters).toMatchObject({
      title: "Weekly",
      days: [1, 7],
      limit: 5,
      since: "2026-01-31",
      forced: true,
      amount: 7,
      channels: ["mail"],
    });
    expect(stored?.cron).toBeNull();
  });

  it.each([
    ["month 0", { cron: "0 0 12 1 0 ?" }, "Quartz expression", /month.*1.?(–|-|to ).?12/i],
    [
      "an unknown zone",
      { timeZone: "Europe/Atlantis" },
      "Time zone",
      /no time zone "Europe\/Atlantis".*Europe\/Berlin/,
    ],
    ["an unknown parameter", { "parameters.colour": "red" }, "colour", /no parameter "colour"; remove it/],
    ["a parameter that is no number", { "parameters.chunkSize": "many" }, "Chunk size", /Enter a number/],
    ["a parameter out of range", { "parameters.chunkSize": "1001" }, "Chunk size", /Enter 1000 or less/],
    ["an expression without seconds", { cron: "0 12 * * *" }, "Quartz expression", /./],
    ["an expression that never fires again", { cron: "0 0 12 1 1 ? 2020" }, "Quartz expression", /never fires again/],
    [
      "a period that is too short",
      { cron: "* * * * * ?" },
      "Quartz expression",
      /shortest period allowed here is 10 s/,
    ],
    ["no name", { name: "  " }, "Name", /Give the job a name/],
    ["a client that is none", { clientId: "99" }, "Client", /no client 99; choose/],
    ["a spread that is no number", { "policies.spreadSeconds": "soon" }, "Spread seconds", /Enter a number/],
    ["a name that the form does not have", { colour: "red" }, "colour", /remove it/],
  ])(
    "with %s is refused by a message at its field, and nothing that was entered is lost",
    async (_name, wrong, label, message) => {
      const entered = { name: "Night shift", description: "Keep <me> & mine", "parameters.maxFailures": "3" };
      const answer = await fill(newJob, { ...entered, ...wrong });
      expect(answer.status).toBe(422);
      const summary = answer.text.slice(
        answer.text.indexOf("Nothing was saved yet"),
        answer.text.indexOf("Description"),
      );
      expect(summary).toContain(`${label} :`);
      expect(summary).toMatch(message);
      const back = formOf(answer);
      for (const [name, value] of Object.entries({ ...entered, ...wrong })) {
        if (name !== "colour" && name !== "parameters.colour") expect(back.get(name)).toBe(value);
      }
      expect((await admin.get("/admin/jobs")).text).toContain("There is no job yet.");
    },
  );

  it("with several mistakes names them all at once", async () => {
    const answer = await fill(newJob, { cron: "0 0 12 1 0 ?", timeZone: "Mars", "parameters.chunkSize": "0" });
    expect(answer.body.match(/class="problem"/g)).toHaveLength(3);
    expect(answer.body.match(/aria-invalid="true"/g)).toHaveLength(3);
  });

  it("can be previewed: words and fires are shown and nothing is saved", async () => {
    const answer = await fill(newJob, { intent: "preview", cron: "0 0/30 8 ? * MON", timeZone: "Asia/Tokyo" });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain("Mon 30 Nov 2026, 08:30:00");
    expect(answer.text).toContain("Next 10 fires in Asia/Tokyo");
    expect((await admin.get("/admin/jobs")).text).toContain("There is no job yet.");
  });

  it("that fires more than once a minute is pointed at", async () => {
    const answer = await fill(newJob, { intent: "preview", cron: "0/10 * * * * ?" });
    expect(answer.text).toContain("This fires every 10 s.");
  });

  it("is never of another processor than the address says", async () => {
    const answer = await fill(newJob, { processor: "DestructiveJob" });
    const stored = await readJob(stage.database, Number(/\d+/.exec(answer.location ?? "")?.[0]));
    expect(stored?.processor).toBe("PlainJob");
  });

  it("starts with the choice of a processor, by group, with load and advice", async () => {
    const { text } = await admin.get("/admin/jobs/new");
    expect(text).toContain("EveryKind heavy");
    expect(text).toContain("DestructiveJob destructive");
    expect(text.indexOf("Imports and migration")).toBeLessThan(text.indexOf("Platform upkeep"));
  });

  it("of a node's processor asks for each node, of a client's for the client", async () => {
    expect((await admin.get("/admin/jobs/new/NodeJob")).text).toContain("Execute on each node");
    expect((await admin.get("/admin/jobs/new/NodeJob")).body).not.toContain('name="clientId"');
    expect((await admin.get(newJob)).body).not.toContain('name="executeOnEachNode"');
  });
});

describe("an edited job", () => {
  it("comes back as it is stored and is saved as it was entered", async () => {
    const id = await stage.addJob({ name: "Night", processor: "EveryKind", parameters: { title: "T", days: [4] } });
    const answer = await fill(`/admin/jobs/${id}/edit`, { name: "Day", active: "false", "parameters.amount": "9" });
    expect(answer.location).toBe(`/admin/jobs/${id}?notice=job-saved`);
    expect(await readJob(stage.database, id)).toMatchObject({
      name: "Day",
      active: false,
      revision: 2,
      updatedBy: "system_admin-1@example.com",
      parameters: { title: "T", days: [4], amount: 9 },
    });
  });

  it("that another administrator saved meanwhile is not overwritten unless that was seen", async () => {
    const id = await stage.addJob({ name: "Night", processor: "PlainJob", cron: "0 0 1 * * ?" });
    const path = `/admin/jobs/${id}/edit`;
    const opened = formOf(await admin.get(path));
    await fill(path, { name: "Changed by another" });
    opened.set("name", "Mine");
    const refused = await admin.post(path, opened);
    expect(refused.status).toBe(409);
    expect(refused.text).toContain("saved this job on");
    expect(refused.body).toContain('value="Mine"');
    expect((await readJob(stage.database, id))?.name).toBe("Changed by another");
    const again = await admin.post(path, formOf(refused));
    expect(again.status).toBe(303);
    expect((await readJob(stage.database, id))?.name).toBe("Mine");
  });

  it("whose processor this release does not know can be deleted, not changed", async () => {
    const id = await stage.addJob({ name: "Night", processor: "PlainJob" });
    await stage.database.execute("UPDATE jobs SET processor = 'Later'");
    expect((await admin.get(`/admin/jobs/${id}`)).text).toContain("does not know the processor Later");
    expect((await admin.get(`/admin/jobs/${id}/edit`)).status).toBe(404);
    expect((await admin.post(`/admin/jobs/${id}/delete`)).status).toBe(303);
  });
});

describe("deleting a job", () => {
  it("asks first, then takes it from the list and keeps its runs", async () => {
    const id = await stage.addJob({ name: "Night", processor: "PlainJob" });
    const runId = await stage.addRun({ jobId: id, clientId: stage.berlin, state: "ok" });
    expect((await admin.get(`/admin/jobs/${id}/delete`)).text).toContain("cannot be undone");
    const answer = await admin.post(`/admin/jobs/${id}/delete`);
    expect(answer.location).toBe("/admin/jobs?notice=job-deleted");
    expect((await admin.get(`/admin/jobs/${id}`)).status).toBe(410);
    expect((await admin.get(`/admin/runs/${runId}`)).status).toBe(200);
  });

  it("is refused while a run of it is running, and says what to do", async () => {
    const id = await stage.addJob({ name: "Night", processor: "PlainJob" });
    await stage.addRun({ jobId: id, clientId: stage.berlin, state: "running" });
    const answer = await admin.post(`/admin/jobs/${id}/delete`);
    expect([answer.status, answer.text.includes("Cancel it or wait")]).toEqual([409, true]);
    expect((await admin.get(`/admin/jobs/${id}`)).status).toBe(200);
  });
});

describe("a job whose expression this release cannot read", () => {
  it("is shown as it is, and its page says what to do", async () => {
    const id = await stage.addJob({ name: "Night", processor: "PlainJob", cron: "0 1 13 * * ?" });
    await stage.database.execute("UPDATE jobs SET cron = 'every day'");
    expect((await admin.get("/admin/jobs")).text).toContain("every day");
    expect((await admin.get(`/admin/jobs/${id}`)).text).toContain("cannot read the expression. Edit the job");
    expect((await admin.get(`/admin/jobs/${id}/edit`)).status).toBe(200);
  });
});
