import { beforeEach, describe, expect, it } from "vitest";
import { appendLog } from "../../../../src/control/runs/run-logs.ts";
import { readRun } from "../../../../src/control/runs/runs.ts";
import { createCatalogue } from "../../../../src/processors/catalogue.ts";
import { series } from "../../../harness/database/series.ts";
import { processors } from "../../stage/processors.ts";
import { type Browser, type Stage, setStage } from "../../stage/stage.ts";

let stage: Stage;
let admin: Browser;
beforeEach(async () => {
  stage = await setStage();
  admin = await stage.signedIn("system_admin");
});

/** The id of the run that an answer leads to. */
const runOf = (location: string | null) => Number(/\/admin\/runs\/(\d+)/.exec(location ?? "")?.[1]);

describe("starting a job by hand", () => {
  it("queues one run for the chosen client, wakes its runner and shows it; the schedule stays", async () => {
    const id = await stage.addJob({ name: "Night", processor: "PlainJob", cron: "0 0 1 * * ?" });
    const before = await stage.database.execute("SELECT client_id, next_fire_at FROM triggers ORDER BY id");
    const answer = await admin.post(`/admin/jobs/${id}/start`, { clientId: String(stage.newYork), dryRun: "false" });
    expect(answer.status).toBe(303);
    const run = await readRun(stage.database, runOf(answer.location));
    expect(run).toMatchObject({
      jobId: id,
      clientId: stage.newYork,
      kind: "manual",
      state: "queued",
      dryRun: false,
      asOf: null,
      timeZone: "America/New_York",
      requestedBy: "system_admin-1@example.com",
    });
    expect(stage.woken).toEqual([stage.newYork]);
    const after = await stage.database.execute("SELECT client_id, next_fire_at FROM triggers ORDER BY id");
    expect(after.rows).toEqual(before.rows);
  });

  it("may be a dry run, as of an earlier day", async () => {
    const id = await stage.addJob({ name: "Night", processor: "PlainJob" });
    const answer = await admin.post(`/admin/jobs/${id}/start`, {
      clientId: String(stage.berlin),
      dryRun: "true",
      asOf: "2026-11-01",
    });
    expect(await readRun(stage.database, runOf(answer.location))).toMatchObject({ dryRun: true, asOf: "2026-11-01" });
  });

  it.each([
    [
      "a client that the job does not serve",
      { clientId: "2" },
      /Client : This job does not serve client 2.*choose one/,
    ],
    ["a client that is none", { clientId: "77" }, /Client : This job does not serve client 77/],
    ["no client", { clientId: "" }, /Client : (Choose a client|Enter a number)/],
    [
      "a day to come",
      { asOf: "2026-11-24" },
      /Work on the day : 2026-11-24 is in the future; choose 2026-11-23 or earlier/,
    ],
    ["a day that is none", { asOf: "2026-02-30" }, /Work on the day : "2026-02-30" is no day; write it as YYYY-MM-DD/],
    ["a field that is none", { colour: "red" }, /colour : A start has no field "colour"; remove it/],
  ])("for %s is refused, with the field and the remedy, and nothing is queued", async (_name, wrong, message) => {
    const id = await stage.addJob({ name: "Night", processor: "PlainJob", clientId: stage.berlin });
    const answer = await admin.post(`/admin/jobs/${id}/start`, {
      clientId: String(stage.berlin),
      dryRun: "true",
      ...wrong,
    });
    expect(answer.status).toBe(422);
    expect(answer.text).toMatch(message);
    expect(answer.body).toMatch(/name="dryRun"[^>]*checked/);
    expect((await stage.database.execute("SELECT 1 FROM runs")).rows).toEqual([]);
    expect(stage.woken).toEqual([]);
  });

  it("for a client that is not active is refused", async () => {
    const id = await stage.addJob({ name: "Night", processor: "PlainJob" });
    await stage.database.execute("UPDATE clients SET status = 'inactive' WHERE id = 1");
    const answer = await admin.post(`/admin/jobs/${id}/start`, { clientId: "1" });
    expect([answer.status, answer.text.includes("or that client is not active")]).toEqual([422, true]);
    expect((await admin.get(`/admin/jobs/${id}/start`)).body).not.toContain('<option value="1"');
  });

  it("of a destructive processor asks for a confirmation", async () => {
    const id = await stage.addJob({ name: "Erase", processor: "DestructiveJob" });
    const refused = await admin.post(`/admin/jobs/${id}/start`, { clientId: "1", confirmed: "false" });
    expect([refused.status, refused.text.includes("Tick the box to confirm")]).toEqual([422, true]);
    expect((await admin.post(`/admin/jobs/${id}/start`, { clientId: "1", confirmed: "true" })).status).toBe(303);
  });

  it("of node work starts one run on each node", async () => {
    await stage.database.batch(
      ["weur", "enam"].map((id) => ({ sql: "INSERT INTO nodes (id, location_hint) VALUES (?, ?)", args: [id, id] })),
    );
    const id = await stage.addJob({ name: "Texts", processor: "NodeJob", executeOnEachNode: true });
    const answer = await admin.post(`/admin/jobs/${id}/start`, { clientId: "0" });
    expect(answer.location).toBe(`/admin/runs?job=${id}&notice=run-queued`);
    const runs = await stage.database.execute("SELECT client_id, node_id FROM runs ORDER BY node_id");
    expect(runs.rows.map((row) => [row.client_id, row.node_id])).toEqual([
      [0, "enam"],
      [0, "weur"],
    ]);
    expect(stage.woken).toEqual([0]);
  });
});

describe("cancelling a run", () => {
  it.each([
    ["queued", "run-cancelled", "cancelled", 0],
    ["running", "run-cancelling", "running", 1],
    ["ok", "run-ended", "ok", 0],
  ] as const)("that is %s says its outcome", async (state, notice, after, woken) => {
    const id = await stage.addJob({ name: "Night", processor: "PlainJob" });
    const runId = await stage.addRun({ jobId: id, clientId: stage.berlin, state });
    const answer = await admin.post(`/admin/runs/${runId}/cancel`);
    expect(answer.location).toBe(`/admin/runs/${runId}?notice=${notice}`);
    expect((await readRun(stage.database, runId))?.state).toBe(after);
    expect(stage.woken).toHaveLength(woken);
  });

  it("is offered while there is something to cancel, once", async () => {
    const id = await stage.addJob({ name: "Night", processor: "PlainJob" });
    const runId = await stage.addRun({ jobId: id, clientId: stage.berlin, state: "running" });
    expect((await admin.get(`/admin/runs/${runId}`)).text).toContain("Cancel run");
    await admin.post(`/admin/runs/${runId}/cancel`);
    const { text } = await admin.get(`/admin/runs/${runId}`);
    expect(text).not.toContain("Cancel run");
    expect(text).toContain("Asked to stop at Mon 23 Nov 2026, 12:00:00");
  });
});

describe("a run's page", () => {
  it("shows state, progress, counts, failures, files and log", async () => {
    const jobId = await stage.addJob({ name: "Import", processor: "EveryKind", parameters: { title: "T" } });
    const id = await stage.addRun({ jobId, clientId: stage.berlin, state: "running", jobName: "Import" });
    const folder = `c/${stage.berlin}/import/user_csv/done`;
    // The run started at 11:59:00; another one wrote the second file.
    await stage.files.write(`${folder}/20261123115900_users.csv.result.csv`, "x");
    await stage.files.write(`${folder}/20261123115859_users.csv.result.csv`, "x");
    const errors = [{ ref: "users.csv:12 P-17", code: "bad_email", message: "no @ in it" }];
    await stage.database.batch([
      {
        sql: "UPDATE runs SET processor = 'EveryKind', progress_done = 250, progress_total = 1000, counts = ?, errors = ?, message = 'Half way' WHERE id = ?",
        args: [JSON.stringify({ scanned: 1250, failed: 3 }), JSON.stringify(errors), id],
      },
      appendLog(id, [
        { at: stage.now, level: "info", message: "Took up users.csv", data: { file: "users.csv" } },
        { at: stage.now + 1000, level: "warn", message: "Looked twice", data: null },
      ]),
    ]);
    const page = await admin.get(`/admin/runs/${id}`);
    for (const words of [
      "Run #1: Import",
      "running",
      "Half way",
      "250 of 1,000 done",
      "scanned 1,250",
      "failed 3",
      "users.csv:12 P-17 The e-mail address is not valid. bad_email no @ in it",
      "2 more are not shown here",
      "12:00:00 info Took up users.csv",
      "12:00:01 warn Looked twice",
    ]) {
      expect(page.text).toContain(words);
    }
    expect(page.body).toContain(
      `href="/admin/files/${stage.berlin}/user_csv/done/20261123115900_users.csv.result.csv"`,
    );
    expect(page.body).not.toContain("20261123115859");
    expect(page.body).toMatch(/<progress[^>]* value="250" max="1000"/);
  });

  it("reloads by itself only when that was asked for, and no more once the run has ended", async () => {
    const jobId = await stage.addJob({ name: "Import", processor: "PlainJob" });
    const id = await stage.addRun({ jobId, clientId: stage.berlin, state: "running" });
    expect((await admin.get(`/admin/runs/${id}`)).body).not.toContain('http-equiv="refresh"');
    const watched = await admin.get(`/admin/runs/${id}?watch=on`);
    expect(watched.body).toContain('http-equiv="refresh" content="4;url=/admin/runs/1?watch=on"');
    expect(watched.text).toContain("Stop reloading");
    await stage.database.execute("UPDATE runs SET state = 'ok'");
    expect((await admin.get(`/admin/runs/${id}?watch=on`)).body).not.toContain('http-equiv="refresh"');
  });

  it("says how many planned moments a skipped row stands for", async () => {
    const jobId = await stage.addJob({ name: "Import", processor: "PlainJob" });
    const id = await stage.addRun({ jobId, clientId: stage.berlin, state: "skipped" });
    await stage.database.execute({
      sql: "UPDATE runs SET occurrences = 10000, until_at = ?, reason = 'misfire' WHERE id = ?",
      args: [stage.now, id],
    });
    const { text } = await admin.get(`/admin/runs/${id}`);
    expect(text).toContain("at least 10,000 planned moments, the last on Mon 23 Nov 2026, 12:00:00");
    expect(text).toContain("misfire");
  });

  it("gives a long log page by page", async () => {
    const jobId = await stage.addJob({ name: "Import", processor: "PlainJob" });
    const id = await stage.addRun({ jobId, clientId: stage.berlin, state: "ok" });
    const lines = Array.from({ length: 501 }, (_, index) => ({
      at: stage.now,
      level: "info" as const,
      message: `Line ${index + 1}.`,
      data: null,
    }));
    await stage.database.execute(appendLog(id, lines));
    const first = await admin.get(`/admin/runs/${id}`);
    expect(first.text).toContain("Line 500.");
    expect(first.text).not.toContain("Line 501.");
    const more = /href="(\/admin\/runs\/\d+\?after=\d+)#log"/.exec(first.body)?.[1] ?? "";
    expect((await admin.get(more)).text).toContain("Line 501.");
  });
});

describe("the log of a run", () => {
  it("is read by level and searched, in its messages and data", async () => {
    const jobId = await stage.addJob({ name: "Import", processor: "PlainJob" });
    const id = await stage.addRun({ jobId, clientId: stage.berlin, state: "ok" });
    await stage.database.execute(
      appendLog(id, [
        { at: stage.now, level: "info", message: "Took up users.csv", data: null },
        { at: stage.now, level: "warn", message: "Looked twice", data: { file: "Rooms.csv" } },
        { at: stage.now, level: "error", message: "Gave up", data: null },
      ]),
    );
    const shown = async (query: string) => {
      const { text } = await admin.get(`/admin/runs/${id}${query}`);
      return ["Took up", "Looked twice", "Gave up"].filter((line) => text.includes(line));
    };
    expect(await shown("?level=warn")).toEqual(["Looked twice", "Gave up"]);
    expect(await shown("?level=error")).toEqual(["Gave up"]);
    expect(await shown("?find=rooms")).toEqual(["Looked twice"]);
    expect((await admin.get(`/admin/runs/${id}?find=nowhere`)).text).toContain("No line matches.");
  });
});

describe("a run that failed", () => {
  it("is taken up again once, with a record of who did it, and its failures are read page by page", async () => {
    const jobId = await stage.addJob({ name: "Import", processor: "PlainJob" });
    const id = await stage.addRun({ jobId, clientId: stage.berlin, state: "failed" });
    await stage.database.batch([
      { sql: "UPDATE runs SET started_at = ?, reason = 'remote_unavailable' WHERE id = ?", args: [stage.now, id] },
      {
        sql: `INSERT INTO failures (run_id, step, ref, code, message)
          SELECT ?, 1, 'row ' || value || '.', 'bad', 'No' FROM ${series(1, 101)}`,
        args: [id],
      },
    ]);
    const page = await admin.get(`/admin/runs/${id}`);
    expect(page.text).toContain("A remote service did not answer. Retry when it is back.");
    expect([page.text.includes("row 100."), page.text.includes("row 101.")]).toEqual([true, false]);
    const more = /href="(\/admin\/runs\/\d+\?failures=\d+)#failures"/.exec(page.body)?.[1] ?? "";
    expect((await admin.get(more)).text).toContain("row 101.");

    expect((await admin.post(`/admin/runs/${id}/retry`)).location).toBe(`/admin/runs/${id}?notice=run-retried`);
    expect((await admin.post(`/admin/runs/${id}/retry`)).location).toBe(`/admin/runs/${id}?notice=run-not-retried`);
    expect(await readRun(stage.database, id)).toMatchObject({ state: "waiting", reopened: 1 });
    expect(stage.woken).toEqual([stage.berlin]);
    const { rows } = await stage.database.execute(
      "SELECT actor, action, entity_id FROM audit_log WHERE entity = 'run'",
    );
    expect(rows).toEqual([{ actor: "system_admin-1@example.com", action: "retry", entity_id: id }]);
  });
});

describe("a run's stream", () => {
  it("gives the page's live part as it changes, and has the page read again at the end", async () => {
    const jobId = await stage.addJob({ name: "Import", processor: "PlainJob" });
    const id = await stage.addRun({ jobId, clientId: stage.berlin, state: "running" });
    expect((await admin.get(`/admin/runs/${id}`)).body).toContain(`data-live="/admin/runs/${id}/live"`);
    const headers = { cookie: [...admin.cookies].map((pair) => pair.join("=")).join("; ") };
    const { body } = await stage.app.request(`http://localhost/admin/runs/${id}/live`, { headers });
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
    let seen = "";
    while (!seen.includes("event: message")) seen += (await reader?.read())?.value ?? "";
    await stage.database.execute("UPDATE runs SET state = 'ok'");
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) seen += part.value;
    expect(seen.match(/event: \w+/g)).toEqual(["event: ready", "event: message", "event: reload"]);
    expect(seen).toContain('<span class="state running">running</span>');
  });
});

describe("a run's stream ends with the session", () => {
  const own = "UPDATE admins SET";
  it.each<[string, string, number]>([
    ["when the browser signs out", "", 0],
    ["when it is idle for too long", "", 120 * 60_000],
    ["when the password is changed", `DELETE FROM admin_sessions`, 0],
    ["when the account is switched off", `${own} active = 0`, 0],
    ["when the account gets another client", `${own} client_id = 2`, 0],
  ])("%s", async (_name, change, pass) => {
    const browser = await stage.signedIn("client_admin", stage.berlin);
    const jobId = await stage.addJob({ name: "Import", processor: "PlainJob", clientId: stage.berlin });
    const id = await stage.addRun({ jobId, clientId: stage.berlin, state: "running" });
    const headers = { cookie: [...browser.cookies].map((pair) => pair.join("=")).join("; ") };
    const { body } = await stage.app.request(`http://localhost/admin/runs/${id}/live`, { headers });
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
    let seen = "";
    while (!seen.includes("event: message")) seen += (await reader?.read())?.value ?? "";
    if (change !== "") await stage.database.execute(change);
    else if (pass === 0) await browser.post("/sign-out");
    stage.now += pass;
    await stage.database.execute("UPDATE runs SET message = 'A word that no page may show'");
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) seen += part.value;
    expect(seen).not.toContain("no page may show");
    expect(seen.match(/event: \w+/g)).toEqual(["event: ready", "event: message", "event: reload"]);
  });

  it("and does not keep it alive: only a person at the keyboard does", async () => {
    const seen = async () =>
      (await stage.database.execute("SELECT last_seen_at FROM admin_sessions")).rows[0]?.last_seen_at;
    const jobId = await stage.addJob({ name: "Import", processor: "PlainJob" });
    const id = await stage.addRun({ jobId, clientId: stage.berlin, state: "ok" });
    const first = await seen();
    stage.now += 5 * 60_000;
    await admin.get(`/admin/runs/${id}/live`);
    const refresh = { "sec-fetch-mode": "navigate", "sec-fetch-site": "same-origin", "sec-fetch-dest": "document" };
    await admin.send("/admin/now", { headers: refresh });
    expect(await seen()).toBe(first);
    await admin.send("/admin/now", { headers: { ...refresh, "sec-fetch-user": "?1" } });
    expect(await seen()).toBe(stage.now);
  });
});

describe("a chained run", () => {
  it("and the one that caused it lead to each other", async () => {
    const jobId = await stage.addJob({ name: "One", processor: "PlainJob" });
    const cause = await stage.addRun({ jobId, clientId: stage.berlin, state: "ok", jobName: "One" });
    const caused = await stage.addRun({ jobId, clientId: stage.berlin, state: "skipped", jobName: "Two" });
    await stage.database.execute({
      sql: "UPDATE runs SET caused_by_run_id = ?, reason = 'paused', message = 'The job was paused: holidays' WHERE id = ?",
      args: [cause, caused],
    });
    expect((await admin.get(`/admin/runs/${caused}`)).text).toContain(`Caused by Run #${cause}: One ok`);
    expect((await admin.get(`/admin/runs/${cause}`)).text).toContain(`Caused Run #${caused}: Two skipped`);
    const german = await admin.send(`/admin/runs/${caused}`, { headers: { "accept-language": "de" } });
    expect(german.text).toContain("Der Job war angehalten.");
  });
});

describe("the page of a dry run", () => {
  async function rehearsed(state: "ok" | "partial", counts: Record<string, number>) {
    const jobId = await stage.addJob({ name: "Night", processor: "PlainJob" });
    const id = await stage.addRun({ jobId, clientId: stage.berlin, state });
    await stage.database.execute({
      sql: "UPDATE runs SET dry_run = 1, counts = ?, errors = ? WHERE id = ?",
      args: [
        JSON.stringify(counts),
        JSON.stringify(counts.failed ? [{ ref: "a:2", code: "bad_email", message: "no @ in it" }] : []),
        id,
      ],
    });
    await stage.database.execute(
      appendLog(id, [
        { at: stage.now, level: "info", message: "Dry run started", data: null },
        {
          at: stage.now,
          level: "info",
          message: "Would do: mail to ada@example.com: Hello",
          data: { rehearsed: true },
        },
        {
          at: stage.now,
          level: "info",
          message: "Would do: mail to bob@example.com: Hello",
          data: { rehearsed: true },
        },
      ]),
    );
    return id;
  }

  it("says first that nothing was done, counts what would be, and lists what would have gone out", async () => {
    const id = await rehearsed("partial", { scanned: 12, changed: 3, failed: 1, mails: 2 });
    const { body, text } = await admin.get(`/admin/runs/${id}`);
    expect(text).toContain(`Dry run #${id}: Night`);
    expect(body).toContain(`<h1>Dry run #${id}: Night</h1>`);
    expect(text).toContain("This was a dry run: nothing was changed, no mail was sent and no other system was called.");
    expect(text).toContain("What a real run would do");
    expect(text).toMatch(/looked at 12 would be changed 3 would fail 1 mails 2/);
    expect(text).toContain("What would fail");
    expect(text).toMatch(
      /What it would have sent or called .*mail to ada@example.com: Hello .*mail to bob@example.com: Hello/,
    );
    expect(text).not.toContain('{"rehearsed":true}');
    const list = await admin.get("/admin/runs");
    expect(list.text).toContain("A real run: 12 looked at, 3 would be changed, 1 would fail, 2 mails");
  });

  it("of a processor whose phases build on each other says that its counts are the least", async () => {
    const rough = { ...processors.plain, id: "RoughJob", dryRun: "lower_bound" } as const;
    stage = await setStage({ catalogue: createCatalogue([...Object.values(processors), rough]) });
    admin = await stage.signedIn("system_admin");
    const id = await rehearsed("ok", { scanned: 1 });
    await stage.database.execute({ sql: "UPDATE runs SET processor = 'RoughJob' WHERE id = ?", args: [id] });
    expect((await admin.get(`/admin/runs/${id}`)).text).toContain("its counts are the least that a real run would do");
  });

  it("is no real run's: that one says none of it", async () => {
    const jobId = await stage.addJob({ name: "Night", processor: "PlainJob" });
    const id = await stage.addRun({ jobId, clientId: stage.berlin, state: "ok" });
    await stage.database.execute(`UPDATE runs SET counts = '{"changed":3}' WHERE id = ${id}`);
    const { text } = await admin.get(`/admin/runs/${id}`);
    expect(text).toContain(`Run #${id}: Night`);
    expect(text).toContain("changed 3");
    expect(text).not.toMatch(/dry run|would/i);
  });
});

describe("the list of runs", () => {
  it("is filtered by job, client and state in its address", async () => {
    const jobs = [
      await stage.addJob({ name: "One", processor: "PlainJob" }),
      await stage.addJob({ name: "Two", processor: "PlainJob" }),
    ] as const;
    await stage.addRun({ jobId: jobs[0], clientId: stage.berlin, state: "ok", jobName: "Alpha" });
    await stage.addRun({ jobId: jobs[0], clientId: stage.newYork, state: "failed", jobName: "Beta" });
    await stage.addRun({ jobId: jobs[1], clientId: stage.berlin, state: "failed", jobName: "Gamma" });
    const shown = async (query: string) => {
      const { body } = await admin.get(`/admin/runs${query}`);
      return [...body.matchAll(/<a href="\/admin\/runs\/(\d+)"/g)].map(([, id]) => Number(id));
    };
    expect(await shown("")).toEqual([3, 2, 1]);
    expect(await shown(`?job=${jobs[0]}`)).toEqual([2, 1]);
    expect(await shown(`?client=${stage.berlin}`)).toEqual([3, 1]);
    expect(await shown("?state=failed")).toEqual([3, 2]);
    expect(await shown(`?state=failed&client=${stage.berlin}&job=${jobs[1]}`)).toEqual([3]);
    expect(await shown("?state=nonsense&client=&job=&kind=&day=soon")).toEqual([3, 2, 1]);
    expect(await shown("?kind=schedule")).toEqual([3, 2, 1]);
    expect(await shown("?kind=manual")).toEqual([]);
    expect(await shown("?day=2026-11-23&state=failed")).toEqual([3, 2]);
    expect(await shown("?day=2026-11-22")).toEqual([]);
    expect(await shown("?client=new-york")).toEqual([2]);
    expect((await admin.get("/admin/runs?client=77")).status).toBe(404);
    expect((await admin.get("/admin/runs?state=partial")).text).toContain("No run matches.");
  });

  it("goes on page by page, from the newest, and keeps its filter", async () => {
    const jobId = await stage.addJob({ name: "One", processor: "PlainJob" });
    for (let count = 0; count < 52; count += 1) await stage.addRun({ jobId, clientId: stage.berlin, state: "ok" });
    const first = await admin.get("/admin/runs?state=ok");
    const older = /href="(\/admin\/runs\?[^"]*before=\d+)"/.exec(first.body)?.[1]?.replaceAll("&amp;", "&") ?? "";
    expect(older).toBe("/admin/runs?state=ok&before=3");
    const second = await admin.get(older);
    expect(second.text).toContain("#2");
    expect(second.text).toContain("Newest");
    expect(second.text).not.toContain("Older");
  });
});
