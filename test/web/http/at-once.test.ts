import type { TransactionMode } from "@libsql/client";
import { describe, expect, it } from "vitest";
import { timelyDatabase } from "../../../src/hosts/timely-database.ts";
import type { Database } from "../../../src/store/database.ts";
import { MOST_STREAMS } from "../../../src/web/admin/runs/run-live.tsx";
import { Tally, tellingEnd } from "../../../src/web/http/tally.ts";
import { MOST_DOWNLOADS } from "../../../src/web/report-link.tsx";
import { addReport, NOW } from "../report-link/report-link-cases.ts";
import { type Browser, type Stage, setStage } from "../stage/stage.ts";

const cookieOf = (browser: Browser) => ({ cookie: [...browser.cookies].map((pair) => pair.join("=")).join("; ") });

async function closeAll(responses: readonly Response[]): Promise<void> {
  for (const { body } of responses) await body?.cancel();
}

describe("streams of a run at work", () => {
  async function open(stage: Stage, browser: Browser, run: number): Promise<Response> {
    return await stage.app.request(`http://localhost/admin/runs/${run}/live`, { headers: cookieOf(browser) });
  }

  it("are a few at once for each administrator; one that is closed makes room", async () => {
    const stage = await setStage();
    const [ada, ben] = [await stage.signedIn("system_admin"), await stage.signedIn("system_admin")];
    const job = await stage.addJob({ name: "Night", processor: "PlainJob", clientId: stage.berlin });
    const run = await stage.addRun({ jobId: job, clientId: stage.berlin, state: "running" });
    const streams = [];
    for (let at = 0; at < MOST_STREAMS; at += 1) streams.push(await open(stage, ada, run));
    expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 200));
    const refused = await open(stage, ada, run);
    expect([refused.status, (await refused.text()).includes(`You watch ${MOST_STREAMS} runs already`)]).toEqual([
      429,
      true,
    ]);
    const others = await open(stage, ben, run);
    expect(others.status).toBe(200);
    await closeAll(streams.splice(0, 1));
    const again = await open(stage, ada, run);
    expect(again.status).toBe(200);
    await closeAll([...streams, others, again]);
  });
});

describe("reports that are fetched by their links", () => {
  it("are some at once for each client; one that was read, or broken off, makes room", async () => {
    const stage = await setStage();
    stage.now = NOW;
    const request = async (path: string) => await stage.app.request(path);
    const link = { shared: stage.database, own: stage.database, files: stage.files, faults: [], request };
    const [mine, theirs] = [await addReport(link), await addReport(link, { clientId: 2 })];
    const held = [];
    for (let at = 0; at < MOST_DOWNLOADS; at += 1) held.push(await request(`/r/${mine}`));
    expect(held.map(({ status }) => status)).toEqual(held.map(() => 200));
    expect((await request(`/r/${mine}`)).status).toBe(429);
    expect(await (await request(`/r/${theirs}`)).text()).toBe("Name;Status\r\n");
    await held[0]?.body?.cancel();
    expect(await (await request(`/r/${mine}`)).text()).toBe("Name;Status\r\n");
    expect(await (await request(`/r/${mine}`)).text()).toBe("Name;Status\r\n");
    await closeAll(held.slice(1));
  });

  it("make room also when the store fails in the middle", async () => {
    const tally = new Tally();
    const close = tally.take("1", 1, 0, 1000);
    const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("gone")) });
    await expect(new Response(tellingEnd(broken, () => close?.())).text()).rejects.toThrow("gone");
    expect(tally.take("1", 1, 0, 1000)).not.toBeNull();
  });

  it("make room after ten minutes at the latest, since the end of one may never be seen", () => {
    const tally = new Tally();
    const late = tally.take("1", 1, 0, 1000);
    expect(tally.take("1", 1, 999, 1000)).toBeNull();
    expect(tally.take("1", 1, 1000, 1000)).not.toBeNull();
    // The one that was given up closes nothing of the newer one's.
    late?.();
    expect(tally.take("1", 1, 1001, 1000)).toBeNull();
  });
});

describe("GET /health", () => {
  it("says to strangers whether all is well, and more to those who know the token", async () => {
    const stage = await setStage({ healthToken: "seen" });
    const read = async (authorization?: string) => {
      const answer = await stage.app.request("/health", { headers: authorization ? { authorization } : {} });
      return [answer.status, await answer.json()] as const;
    };
    expect(await read()).toEqual([503, { ok: false }]);
    expect(await read("Bearer other")).toEqual([503, { ok: false }]);
    expect(await read("Bearer seen")).toMatchObject([
      503,
      { ok: false, lastTick: null, failing: expect.arrayContaining(["tick"]) },
    ]);
  });

  it("says no more to any caller where there is no token", async () => {
    const stage = await setStage();
    for (const authorization of ["Bearer ", "Bearer undefined", "Bearer"]) {
      const answer = await stage.app.request("/health", { headers: { authorization } });
      expect(await answer.json()).toEqual({ ok: false });
    }
  });

  it("asks the database once in five seconds, however often it is asked", async () => {
    const stage = await setStage();
    let calls = 0;
    const counted: Database = {
      execute: (...all: Parameters<Database["execute"]>) => stage.database.execute(...all),
      transaction: (mode?: TransactionMode) => stage.database.transaction(mode ?? "write"),
      batch: (statements, mode) => {
        calls += 1;
        return stage.database.batch(statements, mode);
      },
    };
    const asked = await setStage({ control: counted });
    await asked.app.request("/health");
    const once = calls;
    expect(once).toBeGreaterThan(0);
    for (let at = 0; at < 50; at += 1) await asked.app.request("/health");
    expect(calls).toBe(once);
    asked.now += 5_000;
    await asked.app.request("/health");
    expect(calls).toBe(2 * once);
  });
});

describe("a database that does not answer", () => {
  const silent: Database = {
    execute: () => new Promise(() => {}),
    batch: () => new Promise(() => {}),
    transaction: () => new Promise(() => {}),
  };

  it("is waited for as long as a page may wait; then the page says what is wrong and what to do", async () => {
    const stage = await setStage({ control: timelyDatabase(silent, 20) });
    const answer = await stage.app.request("http://localhost/sign-in", {
      method: "POST",
      headers: { "sec-fetch-site": "same-origin", "accept-language": "de" },
      body: new URLSearchParams({ email: "ada@example.com", password: "secret" }),
    });
    const text = await answer.text();
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "10"]);
    expect(text).toContain("Die Datenbank antwortet nicht");
    expect(String(stage.faults[0])).toContain("no answer within 0.02 s");
  });

  it("fails in every kind of call, and what it answers in time passes", async () => {
    const late = timelyDatabase(silent, 5);
    for (const call of [() => late.execute("SELECT 1"), () => late.batch([]), () => late.transaction("read")]) {
      await expect(call()).rejects.toMatchObject({ code: "database_unavailable" });
    }
    const { database } = await setStage();
    const result = await timelyDatabase(database).execute("SELECT 1 AS one");
    expect(result.rows[0]?.one).toBe(1);
  });
});
