import { beforeEach, describe, expect, it } from "vitest";
import { deleteJob } from "../../../../src/administration/jobs/jobs.ts";
import { pauseJobs } from "../../../../src/administration/pauses/pause.ts";
import { addAdmin } from "../../../../src/control/access/access.ts";
import { listAccess, listAccessStatement, recordAccess } from "../../../../src/control/access/access-log.ts";
import { sweepRetention } from "../../../../src/scheduler/retention.ts";
import { type Browser, type Stage, setStage } from "../../stage/stage.ts";
import { fullReads } from "../../walk/asked.ts";

const OWNER = "ada@example.com";
let stage: Stage;
let chief: Browser;

beforeEach(async () => {
  stage = await setStage();
  chief = await stage.signedIn("system_admin");
  const account = { email: OWNER, name: "Ada", role: "client_admin", clientId: stage.berlin } as const;
  await addAdmin(stage.database, { ...account, passwordHash: "plain secret" }, stage.now);
});

/** What was written down, oldest first. */
const logged = async () =>
  (await listAccess(stage.database, { limit: 500 }))
    .toReversed()
    .map(({ kind, actor, subject, count }) => [kind, actor, subject, count].filter((part) => part !== "").join(" "));

async function signIn(password: string, email = OWNER, address = "198.51.100.7"): Promise<Browser> {
  const browser = stage.stranger();
  const body = new URLSearchParams({ email, password });
  await browser.send("/sign-in", { method: "POST", body, headers: { "x-test-address": address } });
  return browser;
}

describe("the access log", () => {
  it("knows who signed in and out, in which way, for whose client and roughly from where", async () => {
    const browser = await signIn("secret");
    await browser.post("/sign-out");
    await browser.post("/sign-out");
    expect(await logged()).toEqual([`sign_in ${OWNER} password 1`, `sign_out ${OWNER} 1`]);
    expect((await listAccess(stage.database, {}))[1]).toMatchObject({
      clientId: stage.berlin,
      address: "198.51.100.x",
    });
  });

  it("folds failed sign-ins by minute: one row for an account, an address and a minute, with its count", async () => {
    for (let guess = 0; guess < 8; guess += 1) await signIn(`guess ${guess}`);
    await signIn("guess", OWNER, "203.0.113.9");
    stage.now += 60_000;
    await signIn("guess", OWNER, "203.0.113.9");
    expect(await logged()).toEqual([
      `sign_in_failed ${OWNER} 5`,
      `throttled ${OWNER} 3`,
      `sign_in_failed ${OWNER} 1`,
      `sign_in_failed ${OWNER} 1`,
    ]);
  });

  it("keeps no password and no name that no account has: it may be a password in the wrong field", async () => {
    await signIn("a secret guess", "my-secret-password");
    await signIn("a secret guess", "nobody@example.com");
    expect(await logged()).toEqual(["sign_in_failed 2"]);
    const { rows } = await stage.database.execute("SELECT * FROM access_log");
    expect(JSON.stringify(rows)).not.toMatch(/secret|nobody@/);
  });

  it("knows which files were fetched, of which client, and what was refused to whom", async () => {
    const key = `c/${stage.berlin}/import/user_csv/a.csv`;
    await stage.files.write(key, "x");
    const browser = await stage.signedIn("client_admin", stage.berlin);
    await browser.get(`/admin/files/${stage.berlin}/user_csv/a.csv`);
    await browser.get(`/admin/files/${stage.berlin}/user_csv/nothing.csv`);
    await browser.get("/admin/connectors/77");
    await browser.get("/admin/connectors/78");
    const own = "client_admin-2@example.com";
    expect(await logged()).toEqual([`download ${own} ${key} 1`, `refused ${own} GET /admin/connectors/… 2`]);
    await browser.send("/admin/pauses/stop", { method: "POST", headers: { "sec-fetch-site": "cross-site" } });
    expect((await logged()).at(-1)).toBe("refused another site: POST /admin/pauses/stop 1");
  });

  it("knows sessions that were ended elsewhere, and a proof of who it is", async () => {
    const browser = await signIn("secret");
    await signIn("secret");
    await browser.post("/admin/sessions/end-others");
    await browser.post("/admin/prove", { password: "secret" });
    expect(await logged()).toEqual([
      `sign_in ${OWNER} password 2`,
      `sign_out ${OWNER} all other sessions 1`,
      `sign_in ${OWNER} password again 1`,
    ]);
  });

  it("is shown to system administrators; a client's own see who fetched the client's files, and nothing of accounts", async () => {
    const event = { actor: OWNER, address: "198.51.100.x" } as const;
    const events = [
      { ...event, kind: "sign_in", clientId: stage.berlin, subject: "password" },
      { ...event, kind: "download", clientId: stage.berlin, subject: "c/1/own.csv" },
      { ...event, kind: "download", clientId: stage.newYork, subject: "c/2/other.csv" },
      { ...event, kind: "refused", clientId: stage.berlin, subject: "GET /admin/connectors/…" },
    ] as const;
    await stage.database.batch(
      events.map((one) => recordAccess(one, stage.now)),
      "write",
    );
    await stage.database.batch(
      events.slice(0, 1).map((one) => recordAccess(one, stage.now)),
      "write",
    );
    const all = (await chief.get("/admin/audit?list=access")).text;
    for (const words of [
      "signed in (2 times) password",
      "fetched a file c/2/other.csv",
      "was refused GET",
      "198.51.100.x",
    ]) {
      expect(all).toContain(words);
    }
    expect((await chief.get("/admin/audit?list=access&actor=bob@example.com")).text).toContain("Nothing matches");
    const own = (await (await stage.signedIn("client_admin", stage.berlin)).get("/admin/audit?list=access")).text;
    expect(own).toContain("fetched a file c/1/own.csv");
    expect(own).not.toMatch(/signed in|other\.csv|was refused/);
    expect((await (await stage.signedIn("read_only", stage.berlin)).get("/admin/audit?list=access")).status).toBe(403);
  });

  it("is read by index, and goes with retention", async () => {
    for (const filter of [
      {},
      { clientId: 1 },
      { clientId: 1, actor: OWNER, before: 9, kinds: ["download"] as const },
    ]) {
      expect(await fullReads(stage.database, listAccessStatement(filter))).toEqual([]);
    }
    await signIn("secret");
    await sweepRetention(stage.database, async () => null, stage.now + 89 * 86_400_000);
    expect(await logged()).toHaveLength(1);
    await sweepRetention(stage.database, async () => null, stage.now + 91 * 86_400_000);
    expect(await logged()).toEqual([]);
  });
});

describe("the changes in the audit", () => {
  it("name jobs and clients, say dates in the reader's zone, and link what is still there", async () => {
    const jobId = await stage.addJob({ name: "Night import", processor: "PlainJob", cron: "0 0 1 * * ?" });
    const until = Date.UTC(2026, 10, 24, 6);
    await pauseJobs(
      stage.database,
      { jobIds: [jobId], clientId: stage.berlin, until, note: "holidays" },
      OWNER,
      stage.now,
    );
    chief.cookies.set("zone", "Europe/Berlin");
    const page = await chief.get("/admin/audit?actor=ada@example.com");
    expect(page.text).toContain("job Night import pause");
    expect(page.body).toContain(`<a href="/admin/jobs/${jobId}">Night import</a>`);
    expect(page.text).toContain("Tue 24 Nov 2026, 07:00:00");
    expect(page.text).toContain("clientId berlin");
    expect(page.body).not.toContain(String(until));
  });

  it("say a pause without an end in words", async () => {
    const jobId = await stage.addJob({
      name: "Night",
      processor: "PlainJob",
      clientId: stage.berlin,
      cron: "0 0 1 * * ?",
    });
    await pauseJobs(stage.database, { jobIds: [jobId] }, OWNER, stage.now);
    await pauseJobs(stage.database, { jobIds: [jobId], until: stage.now + 1000 }, OWNER, stage.now);
    expect((await chief.get("/admin/audit")).text).toContain("berlin, until an administrator lets it go on");
  });

  it("show no key of a form, and names without a link for what is gone", async () => {
    const jobId = await stage.addJob({ name: "Night", processor: "PlainJob", clientId: stage.berlin });
    await chief.post(`/admin/jobs/${jobId}/start`, { clientId: String(stage.berlin), key: "0123456789abcdef01234567" });
    await stage.database.execute("DELETE FROM runs");
    await deleteJob(stage.ports, jobId, OWNER, stage.now);
    const { body, text } = await chief.get("/admin/audit");
    expect(text).toContain("job Night delete");
    expect(body).not.toContain("0123456789abcdef01234567");
    await stage.database.execute("DELETE FROM triggers");
    await stage.database.execute({ sql: "DELETE FROM jobs WHERE id = ?", args: [jobId] });
    const gone = await chief.get("/admin/audit");
    expect(gone.text).toContain(`job #${jobId} delete`);
    expect(gone.body).not.toContain(`href="/admin/jobs/${jobId}"`);
  });
});
