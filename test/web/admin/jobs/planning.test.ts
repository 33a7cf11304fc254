import { beforeEach, describe, expect, it } from "vitest";
import { listChanges } from "../../../../src/control/audit-trail.ts";
import { readJob } from "../../../../src/control/jobs/jobs.ts";
import { listPauses } from "../../../../src/control/jobs/pauses.ts";
import { createCatalogue } from "../../../../src/processors/catalogue.ts";
import { countingDatabase } from "../../../../src/store/database.ts";
import { createApp } from "../../../../src/web/app.ts";
import { formOf } from "../../stage/posted-form.ts";
import { processors } from "../../stage/processors.ts";
import { type Answer, Browser, type Stage, setStage } from "../../stage/stage.ts";

const DAY = 86_400_000;

const heavy = { ...processors.plain, id: "HeavyJob", load: "heavy" } as const;
const later = { ...processors.plain, id: "LaterJob", after: ["HeavyJob"], aliases: ["LastJob"] } as const;
const catalogue = createCatalogue([...Object.values(processors), heavy, later]);

let stage: Stage;
let admin: Browser;
beforeEach(async () => {
  stage = await setStage({ catalogue });
  admin = await stage.signedIn("system_admin");
});

const newJob = "/admin/jobs/new/PlainJob";
const idOf = (answer: Answer) => Number(/\d+/.exec(answer.location ?? "")?.[0]);

async function fill(path: string, changes: Record<string, string>, browser = admin): Promise<Answer> {
  const form = formOf(await browser.get(path));
  for (const [name, value] of Object.entries(changes)) form.set(name, value);
  return browser.post(path.replace(/\?.*/, ""), form);
}

/** The run of an answer's address, as it is stored. */
async function runsOf(jobId: number) {
  const { rows } = await stage.database.execute({
    sql: "SELECT * FROM runs WHERE job_id = ? ORDER BY id",
    args: [jobId],
  });
  return rows;
}

describe("the catalogue to choose from", () => {
  it("says how often, behind what and under which other names, and can be searched", async () => {
    const all = await admin.get("/admin/jobs/new");
    expect(all.text).toContain(
      "Do plain work LaterJob Does what PlainJob does. 0 10 0 * * ? · At 00:10 every day · also called LastJob Comes after HeavyJob.",
    );
    expect(all.text).toContain("7 processors in this release");
    const found = await admin.get("/admin/jobs/new?q=last+courses");
    expect(found.text).toContain("1 of 7 processors");
    expect(found.body.match(/href="\/admin\/jobs\/new\/\w+"/g)).toEqual(['href="/admin/jobs/new/LaterJob"']);
  });
});

describe("the preview of a schedule", () => {
  const path = newJob;
  const live = async (fields: Record<string, string>) => {
    const form = formOf(await admin.get(path));
    for (const [name, value] of Object.entries({ ...fields, intent: "preview" })) form.set(name, value);
    return admin.send(path, { method: "POST", body: form, headers: { "x-preview": "1" } });
  };

  it("while the reader types is a part of the page, and looks at the clock only", async () => {
    const answer = await live({
      cron: "0 30 2 * * ?",
      timeZone: "Europe/Berlin",
      name: "",
      "parameters.chunkSize": "x",
    });
    expect([answer.status, answer.body.includes("<html")]).toEqual([200, false]);
    expect(answer.body.match(/<tr/g)).toHaveLength(11);
    expect(answer.text).toContain("Tue 24 Nov 2026, 02:30:00 01:30:00 in 13 h 30 min");
    expect(answer.text).toContain("2027-03-28 02:00 to 03:00 does not exist in Europe/Berlin");
    expect(answer.text).toContain("While a run is at work, a further occurrence is skipped.");
  });

  it.each([
    ["0 0 12 1 0 ?", "", /month/i],
    ["0 0 12 * * ?", "Europe/Atlantis", /no time zone "Europe\/Atlantis"/],
    ["0 0 0 1 1 ? 2020", "", /never fires again/],
  ])("says what is wrong with %s %s", async (cron, timeZone, message) => {
    expect((await live({ cron, timeZone })).text).toMatch(message);
  });

  it("marks what a change of clocks does to a fire", async () => {
    stage.now = Date.UTC(2027, 2, 27, 12);
    admin = await stage.signedIn("system_admin");
    const moved = await live({ cron: "0 30 2 * * ?", timeZone: "Europe/Berlin" });
    expect(moved.text).toContain("moved: 02:30 does not exist on this day");
    stage.now = Date.UTC(2026, 9, 24, 20);
    admin = await stage.signedIn("system_admin");
    const twice = await live({ cron: "0 30 * * * ?", timeZone: "Europe/Berlin" });
    expect(twice.text).toContain("the first of two times that clocks show 02:30");
    expect(twice.text).toContain("the second of two times that clocks show 02:30");
  });
});

describe("saving a job", () => {
  it("warns of heavy jobs of the same client within 15 minutes and of an order that is contradicted, and saves all the same", async () => {
    const clock = { clientId: String(stage.berlin), cron: "0 0 2 * * ?" };
    await fill("/admin/jobs/new/HeavyJob", { ...clock, name: "First" });
    await fill("/admin/jobs/new/HeavyJob", { ...clock, name: "New York's", clientId: String(stage.newYork) });
    const second = await fill("/admin/jobs/new/HeavyJob", { ...clock, name: "Second", cron: "0 10 2 * * ?" });
    const page = await admin.get(second.location ?? "");
    expect(page.text).toContain("The job was created.");
    expect(page.text).toContain(
      "within 15 minutes of each other: Second on Tue 24 Nov 2026, 02:10:00, First at 02:00:00",
    );
    expect(page.text).not.toContain("New York's");
    const early = await fill("/admin/jobs/new/LaterJob", { ...clock, name: "Early", cron: "0 0 1 * * ?" });
    expect((await admin.get(early.location ?? "")).text).toContain("Early builds on First and should come after it");
  });

  it("by two admins shows the second what was changed, keeps the own input and takes over the rest", async () => {
    const id = await stage.addJob({ name: "Night", processor: "EveryKind", parameters: { title: "T" } });
    const path = `/admin/jobs/${id}/edit`;
    const mine = formOf(await admin.get(path));
    const other = await stage.signedIn("system_admin");
    await fill(path, { "parameters.amount": "9", description: "Theirs", name: "Their name" }, other);
    mine.set("description", "Mine");
    mine.set("parameters.title", "My title");
    const refused = await admin.post(path, mine);
    expect(refused.status).toBe(409);
    expect(refused.text).toContain("Name Night Their name Their name taken over: you had not changed it");
    expect(refused.text).toContain("Description (empty) Theirs Mine yours is kept");
    expect(refused.text).toContain("Amount 7 9 9 taken over: you had not changed it");
    expect((await admin.post(path, formOf(refused))).status).toBe(303);
    expect(await readJob(stage.database, id)).toMatchObject({
      name: "Their name",
      description: "Mine",
      parameters: { amount: 9, title: "My title" },
    });
  });

  it("can go back to what the catalogue suggests, and nothing is saved before it is seen", async () => {
    const id = await stage.addJob({
      name: "Night",
      processor: "EveryKind",
      cron: "0 0 4 * * ?",
      parameters: { title: "T", amount: 9 },
    });
    const path = `/admin/jobs/${id}/edit`;
    const reset = await fill(path, { intent: "reset", name: "Renamed" });
    expect(reset.text).toContain("Nothing is saved yet.");
    expect((await readJob(stage.database, id))?.parameters).toMatchObject({ amount: 9 });
    await admin.post(path, formOf(reset));
    const saved = await readJob(stage.database, id);
    expect(saved).toMatchObject({ name: "Renamed", cron: null, parameters: { title: "T", amount: 7 } });
  });

  it("offers the jobs that it could follow by their names: those one may see, and not itself", async () => {
    const [shared, own, foreign] = await Promise.all([
      stage.addJob({ name: "Shared", processor: "PlainJob", cron: null }),
      stage.addJob({ name: "Berlin's", processor: "PlainJob", clientId: stage.berlin, cron: null }),
      stage.addJob({ name: "New York's", processor: "PlainJob", clientId: stage.newYork, cron: null }),
    ]);
    const offered = async (browser: Browser, path: string) =>
      [...(await browser.get(path)).body.matchAll(/<option value="(\d+)" label="/g)].map(([, id]) => Number(id));
    expect(await offered(admin, newJob)).toEqual([own, foreign, shared]);
    expect(await offered(admin, `/admin/jobs/${shared}/edit`)).toEqual([own, foreign]);
    const berlins = await stage.signedIn("client_admin", stage.berlin);
    expect((await offered(berlins, newJob)).toSorted()).toEqual([shared, own].toSorted());
  });

  it("keeps the job that it follows, and says when that makes a circle", async () => {
    const first = await stage.addJob({ name: "First", processor: "PlainJob", cron: "0 0 1 * * ?" });
    const after = { jobId: first, condition: "ended" } as const;
    const second = await stage.addJob({ name: "Second", processor: "PlainJob", after });
    await fill(`/admin/jobs/${second}/edit`, { name: "Renamed" });
    expect(await readJob(stage.database, second)).toMatchObject({ name: "Renamed", after, cron: null });
    const circle = await fill(`/admin/jobs/${first}/edit`, { cron: "", after: String(second) });
    expect(circle.text).toContain("After another job : This would run in a circle");
    expect((await fill(newJob, { intent: "preview", cron: "", after: "99" })).text).toContain("There is no job 99");
  });

  it("can begin with a copy, which a client admin gets for the own client", async () => {
    const id = await stage.addJob({
      name: "Night",
      processor: "EveryKind",
      cron: "0 0 4 * * ?",
      parameters: { title: "T" },
    });
    const ofBerlin = await stage.signedIn("client_admin", stage.berlin);
    const path = `/admin/jobs/new/EveryKind?copy=${id}`;
    expect((await admin.get(`/admin/jobs/${id}`)).body).toContain(`href="${path}"`);
    const copy = await readJob(stage.database, idOf(await fill(path, {}, ofBerlin)));
    expect(copy).toMatchObject({ name: "Copy of Night", clientId: stage.berlin, cron: "0 0 4 * * ?", revision: 1 });
    const foreign = await stage.addJob({ name: "Secret", processor: "PlainJob", clientId: stage.newYork });
    expect((await ofBerlin.get(`/admin/jobs/new/PlainJob?copy=${foreign}`)).body).not.toContain("Secret");
  });
});

describe("a start by hand", () => {
  const started = async (id: number) => (await listChanges(stage.database, { of: { entity: "job", entityId: id } }))[0];

  it("takes other parameters for this run only, and says them in the record", async () => {
    const id = await stage.addJob({ name: "Night", processor: "EveryKind", parameters: { title: "T", amount: 3 } });
    const path = `/admin/jobs/${id}/start`;
    await fill(path, { clientId: String(stage.berlin), "parameters.amount": "9" });
    const [run] = await runsOf(id);
    expect(JSON.parse(String(run?.parameters))).toMatchObject({ title: "T", amount: 9 });
    expect((await started(id))?.after).toMatchObject({ parameters: { amount: 9 } });
    expect((await readJob(stage.database, id))?.parameters).toMatchObject({ amount: 3 });
    const refused = await fill(path, { clientId: String(stage.berlin), "parameters.amount": "99" });
    expect([refused.status, refused.body.includes('<details class="panel" id="start-parameters" open')]).toEqual([
      422,
      true,
    ]);
    expect(refused.text).toContain("Amount : Enter 50 or less");
    expect(await runsOf(id)).toHaveLength(1);
  });

  it("sent twice starts once, and the second sender gets to the same run", async () => {
    const id = await stage.addJob({ name: "Night", processor: "PlainJob" });
    const path = `/admin/jobs/${id}/start`;
    const form = formOf(await admin.get(path));
    form.set("clientId", String(stage.berlin));
    const first = await admin.post(path, form);
    stage.now += 3000;
    const second = await admin.post(path, form);
    const [run] = await runsOf(id);
    expect(first.location).toBe(`/admin/runs/${run?.id}?watch=on&notice=run-queued`);
    expect(second.location).toBe(`/admin/runs/${run?.id}?watch=on&notice=run-exists`);
    expect(await runsOf(id)).toHaveLength(1);
    // Opened anew it is another start.
    stage.now += 1;
    await fill(path, { clientId: String(stage.berlin) });
    expect(await runsOf(id)).toHaveLength(2);
  });

  it("of something destructive asks for a confirmation, of a rehearsal it does not", async () => {
    const id = await stage.addJob({ name: "Erase", processor: "DestructiveJob", clientId: stage.berlin });
    const path = `/admin/jobs/${id}/start`;
    expect((await fill(path, {})).text).toContain("Tick the box to confirm");
    expect((await fill(path, { dryRun: "true" })).status).toBe(303);
  });
});

describe("a pause", () => {
  it("holds until a local time with a note, for one client, and is lifted there", async () => {
    const id = await stage.addJob({
      name: "Night",
      processor: "PlainJob",
      cron: "0 0 1 * * ?",
      timeZone: "Europe/Berlin",
    });
    const path = `/admin/jobs/${id}/pause`;
    const answer = await fill(path, { clientId: String(stage.berlin), until: "2026-11-30T08:00", note: "Move" });
    expect(answer.location).toBe(`/admin/jobs/${id}?notice=job-paused`);
    const until = Date.parse("2026-11-30T07:00:00Z");
    expect(await listPauses(stage.database, stage.now, id)).toEqual([
      { jobId: id, clientId: stage.berlin, nodeId: "", until, note: "Move" },
    ]);
    expect((await admin.get(path)).text).toContain("berlin Mon 30 Nov 2026, 07:00:00");
    await admin.post(`/admin/jobs/${id}/resume`, { clientId: String(stage.berlin) });
    expect(await listPauses(stage.database, stage.now, id)).toEqual([]);
  });

  it.each([
    [{ until: "soon" }, "Until : Enter day and time as YYYY-MM-DDTHH:MM"],
    [{ until: "2026-11-01T08:00" }, "Until : This moment has passed"],
    [{ clientId: "99" }, "Client : None of these jobs serves client 99"],
  ])("with %o is refused and keeps what was entered", async (wrong, message) => {
    const id = await stage.addJob({ name: "Night", processor: "PlainJob", cron: "0 0 1 * * ?" });
    const answer = await fill(`/admin/jobs/${id}/pause`, { note: "Keep me", ...wrong });
    expect([answer.status, answer.body.includes("Keep me")]).toEqual([422, true]);
    expect(answer.text).toContain(message);
  });
});

describe("a backfill", () => {
  it("says how many runs it makes before it makes them, in the client's local time, and makes them once", async () => {
    const id = await stage.addJob({ name: "Night", processor: "PlainJob", cron: "0 0 1 * * ?" });
    const path = `/admin/jobs/${id}/backfill`;
    const range = { clientId: String(stage.newYork), from: "2026-11-20T01:00", until: "2026-11-23T01:00" };
    const counted = await fill(path, { ...range, intent: "preview" });
    expect(counted.text).toContain(
      "This makes 3 runs. The first occurrence is Fri 20 Nov 2026, 01:00:00, the last Sun 22 Nov 2026, 01:00:00 (America/New_York).",
    );
    expect(await runsOf(id)).toEqual([]);
    const form = formOf(counted);
    form.set("intent", "make");
    form.set("until", "2026-11-22T01:00");
    expect((await admin.post(path, form)).text).toContain("This makes 2 runs.");
    form.set("until", range.until);
    expect((await admin.post(path, form)).location).toBe(`/admin/runs?job=${id}&notice=backfill-made`);
    const again = await admin.post(path, form);
    expect(again.text).toContain("This makes 0 runs.");
    expect(again.text).toContain("3 more were made up for before and are left out.");
    const made = await runsOf(id);
    expect(made.map(({ scheduled_at, kind }) => [Number(scheduled_at), kind])).toEqual(
      [20, 21, 22].map((day) => [Date.UTC(2026, 10, day, 6), "backfill"]),
    );
    expect(stage.woken).toEqual([stage.newYork]);
  });

  it.each([
    [{ from: "yesterday" }, "From : Enter day and time as YYYY-MM-DDTHH:MM"],
    [{ until: "2026-11-24T08:00" }, "The range reaches into the future"],
    [{ from: "2026-11-23T02:00" }, "has no occurrence in this range"],
  ])("with %o is refused, in German too", async (wrong, message) => {
    const id = await stage.addJob({
      name: "Night",
      processor: "PlainJob",
      cron: "0 0 1 * * ?",
      clientId: stage.berlin,
    });
    const answer = await fill(`/admin/jobs/${id}/backfill`, { intent: "preview", ...wrong });
    expect([answer.status, answer.text.includes(message)]).toEqual([422, true]);
    admin.cookies.set("locale", "de");
    const german = await fill(`/admin/jobs/${id}/backfill`, { intent: "preview", ...wrong });
    expect(german.text).not.toMatch(/\b(the|range|Enter)\b/);
  });
});

describe("the plan of a client", () => {
  it("takes as many statements for thirty jobs as for one", async () => {
    const tally = { roundTrips: 0, statements: 0 };
    const counted = new Browser(createApp({ ...stage.ports, control: countingDatabase(stage.database, tally) }));
    for (const [name, value] of admin.cookies) counted.cookies.set(name, value);
    const statements = async () => {
      tally.statements = 0;
      expect((await counted.get(`/admin/plan?client=${stage.berlin}`)).status).toBe(200);
      return tally.statements;
    };
    const add = (number: number) =>
      stage.addJob({
        name: `Job ${number}`,
        processor: "HeavyJob",
        clientId: stage.berlin,
        cron: `0 ${number} 2 * * ?`,
      });
    await add(1);
    const one = await statements();
    for (let number = 2; number <= 30; number += 1) await add(number);
    expect(await statements()).toBe(one);
  });

  it("is a table and a picture of the next 24 hours, with meetings, contradictions and blackouts", async () => {
    const add = (name: string, cron: string, processor = "HeavyJob") =>
      stage.addJob({ name, processor, cron, clientId: stage.berlin });
    await add("Imports", "0 0 2 * * ?");
    await add("Groups", "0 5 2 * * ?");
    await add("Mails", "0 0 1 * * ?", "LaterJob");
    await add("Every five", "0 0/5 * * * ?", "PlainJob");
    await stage.addJob({ name: "Elsewhere", processor: "PlainJob", cron: "0 0 3 * * ?", clientId: stage.newYork });
    const start = Date.UTC(2026, 10, 24, 0);
    await stage.database.execute({
      sql: "INSERT INTO blackouts (client_id, starts_at, ends_at, note, created_at, updated_at) VALUES (0, ?, ?, 'Move', 0, 0)",
      args: [start, start + DAY / 24],
    });
    const page = await admin.get(`/admin/plan?client=${stage.berlin}`);
    expect(page.text).toContain(
      "Tue 24 Nov 2026, 01:00:00 in 12 h Mails LaterJob light blackout: Move; ahead of Imports, Groups",
    );
    expect(page.text).toContain("Tue 24 Nov 2026, 02:00:00 in 13 h Imports HeavyJob heavy meets Groups");
    expect(page.text).toContain("Every five : 287 times, from 13:05:00 to 12:55:00");
    expect(page.body.match(/<g class="heavy"/g)).toHaveLength(2);
    expect(page.text).not.toContain("Elsewhere");
  });

  it("of a client that is not active says so, to that client's own admin too", async () => {
    await stage.database.execute({
      sql: "UPDATE clients SET status = 'inactive' WHERE id = ?",
      args: [stage.berlin],
    });
    const words = "berlin is not active: nothing of this runs before it is started.";
    const own = await stage.signedIn("client_admin", stage.berlin);
    expect((await own.get("/admin/plan")).text).toContain(words);
    expect((await admin.get(`/admin/plan?client=${stage.berlin}`)).text).toContain(words);
    expect((await admin.get("/admin/plan")).text).not.toContain(words);
  });

  it("is chosen among what one may see", async () => {
    const ofBerlin = await stage.signedIn("client_admin", stage.berlin);
    const page = await ofBerlin.get("/admin/plan");
    expect(page.text).toContain("Nothing is planned for the next 24 hours.");
    expect(page.text).toContain("No heavy jobs meet, the order holds");
    const others = [stage.newYork, 0, 99, "x"].map((client) => ofBerlin.get(`/admin/plan?client=${client}`));
    expect((await Promise.all(others)).map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  });
});
