import { beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../../src/store/database.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";
import { startReceiver, Verifier } from "../../harness/receiver.ts";
import { addClient } from "../../harness/runner/runner.ts";
import { addWebhook, NEXT_SECRET, Requests, SECRET } from "./request-stage.ts";

const NOON = Date.parse("2026-03-02T12:00:00Z");

let database: Database;
let requests: Requests;
beforeEach(async () => {
  database = await freshFileDatabase();
  await addClient(database, "north", "Europe/Berlin");
  requests = new Requests(database, NOON);
});

describe("a request", () => {
  it("carries method, headers and the filled body, and ends ok with status and answer in the log", async () => {
    const receiver = await startReceiver((response) => response.writeHead(202).end("taken"));
    const { run, answers, id } = await requests.play({
      url: `${receiver.url}/hooks/night?x=1`,
      method: "PUT",
      headers: ["X-Kind: night", "user-agent: Suite"],
      body: '{"client": "{{client.key}}", "at": "{{ scheduledAt }}", "run": {{runId}}}',
    });
    expect(run).toMatchObject({ state: "ok", message: `127.0.0.1:${receiver.port} answered 202` });
    expect(run.counts).toMatchObject({ scanned: 1, changed: 1, requests: 1 });
    expect(receiver.received).toMatchObject([
      {
        method: "PUT",
        path: "/hooks/night?x=1",
        headers: { "x-kind": "night", "user-agent": "Suite", "content-type": "application/json" },
      },
    ]);
    expect(JSON.parse(receiver.received[0]?.body ?? "")).toEqual({
      client: "north",
      at: new Date(NOON + 1000).toISOString(),
      run: id,
    });
    expect(answers).toMatchObject([{ data: { status: 202, answer: "taken", tookMs: 0 } }]);
  });

  it("is signed so that a receiver takes it for fresh, by either of two secrets while they are exchanged", async () => {
    await addWebhook(database, { secret: { signing: [SECRET, NEXT_SECRET] } });
    const receiver = await startReceiver();
    const { id } = await requests.play({ url: receiver.url, body: '{"é": 1}', connector: "erp" });
    const [received] = receiver.received;
    if (!received) throw new Error("Nothing arrived");
    expect(received.headers).toMatchObject({
      "webhook-id": `run_${id}`,
      "idempotency-key": String(id),
      "webhook-timestamp": String((NOON + 1000) / 1000),
    });
    for (const secret of [SECRET, NEXT_SECRET]) {
      expect(new Verifier([secret], requests.clock.now).judge(received)).toBe("fresh");
    }
    const verifier = new Verifier([SECRET], requests.clock.now);
    expect(verifier.judge({ ...received, body: '{"é": 2}' })).toBe("forged");
    expect([verifier.judge(received), verifier.judge(received)]).toEqual(["fresh", "repeated"]);
    expect(new Verifier([SECRET], () => requests.clock.now() + 301_000).judge(received)).toBe("old");
    const other = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;
    expect(new Verifier([other], requests.clock.now).judge(received)).toBe("forged");
  });

  it("without a connector has id, time and key, and no signature", async () => {
    await addWebhook(database, {});
    const receiver = await startReceiver();
    await requests.play({ url: receiver.url, method: "GET" });
    expect(receiver.received[0]?.headers).toMatchObject({ "webhook-id": "run_1", "idempotency-key": "1" });
    expect(receiver.received[0]?.headers).not.toHaveProperty("webhook-signature");
    expect(receiver.received[0]?.headers).not.toHaveProperty("content-type");
  });

  it("of a dry run is listed and not made, and counts the same", async () => {
    const receiver = await startReceiver();
    const { run, log } = await requests.play({ url: `${receiver.url}/secret-path` }, { dryRun: true });
    expect(receiver.received).toEqual([]);
    expect(run.counts).toMatchObject({ scanned: 1, changed: 1, requests: 1 });
    const words = log.map(({ message }) => message).join("\n");
    expect(words).toContain(`Would do: POST to 127.0.0.1:${receiver.port}`);
    expect(words).not.toContain("secret-path");
  });
});

describe("an attempt that fails", () => {
  it("is made again when Retry-After says, with the same id and key, a new time and a signature that holds", async () => {
    await addWebhook(database, {});
    const receiver = await startReceiver((response, _request, time) =>
      time === 1 ? response.writeHead(503, { "retry-after": "900" }).end("busy") : response.end("ok"),
    );
    const { run, pauses, answers, id } = await requests.play({ url: receiver.url, body: "{}", connector: "erp" });
    expect([run.state, run.attempt, pauses]).toEqual(["ok", 2, [900]]);
    expect(answers.map(({ data }) => [data?.status, data?.answer])).toEqual([
      [503, "busy"],
      [200, "ok"],
    ]);
    const [first, second] = receiver.received;
    if (!first || !second) throw new Error("Two requests were to arrive");
    expect(second.headers["webhook-id"]).toBe(`run_${id}`);
    expect(second.headers["idempotency-key"]).toBe(first.headers["idempotency-key"]);
    expect(Number(second.headers["webhook-timestamp"]) - Number(first.headers["webhook-timestamp"])).toBe(900);
    expect(new Verifier([SECRET], requests.clock.now).judge(second)).toBe("fresh");
    expect(new Verifier([SECRET], requests.clock.now).judge(first)).toBe("old");
    expect(run.counts).toMatchObject({ requests: 1 });
  });

  it("waits no longer than an hour for a Retry-After", async () => {
    const receiver = await startReceiver((response, _request, time) =>
      time === 1 ? response.writeHead(429, { "retry-after": "864000" }).end() : response.end(),
    );
    expect((await requests.play({ url: receiver.url })).pauses).toEqual([3600]);
  });

  it("is made as often and as late as the job's policy says, then the run is failed and names host and status", async () => {
    const receiver = await startReceiver((response) => response.writeHead(404).end("none here"));
    const { run, pauses, answers } = await requests.play(
      { url: `${receiver.url}/token-t0p` },
      { policies: { attempts: 3, retryDelaySeconds: 30 } },
    );
    expect(receiver.received).toHaveLength(3);
    expect(pauses).toEqual([30, 60]);
    expect(run).toMatchObject({
      state: "failed",
      reason: "unexpected_status",
      message: `127.0.0.1:${receiver.port} answered 404, not 2xx`,
    });
    expect(answers).toHaveLength(3);
    expect(JSON.stringify(run)).not.toContain("none here");
  });

  it("is one that hangs for longer than its timeout", async () => {
    const receiver = await startReceiver((response, _request, time) => {
      if (time > 1) response.end("awake");
    });
    const id = await requests.begin({ url: receiver.url, timeoutSeconds: 5 });
    const arrived = receiver.next();
    const working = requests.work();
    await arrived;
    await requests.clock.advance(4999);
    expect((await requests.record(id)).run.state).toBe("running");
    await requests.clock.advance(1);
    await requests.clock.advanceTo((await working) ?? 0);
    expect((await requests.record(id)).run.message).toContain("no answer within 5 s");
    await requests.work();
    expect((await requests.record(id)).run).toMatchObject({ state: "ok", attempt: 2 });
  });

  it("is one whose connection breaks", async () => {
    const receiver = await startReceiver((response, _request, time) => {
      if (time === 1) response.destroy();
      else response.end();
    });
    const { run, log } = await requests.play({ url: receiver.url });
    expect(run).toMatchObject({ state: "ok", attempt: 2 });
    expect(log.map(({ message }) => message).join("\n")).toMatch(/remote_unavailable: .* the connection failed/);
  });

  it("is one to a name that has no address", async () => {
    requests = new Requests(database, NOON, { resolve: () => Promise.reject(new Error("ENOTFOUND")) });
    const { run } = await requests.play({ url: "https://gone.example.com/" }, { policies: { attempts: 1 } });
    expect(run).toMatchObject({ state: "failed", reason: "remote_unavailable" });
  });
});

describe("a request taken up again", () => {
  it.each([
    ["before its outcome was kept is sent once more, under the same key", 1, ["1", "1"]],
    ["after its outcome was kept is not sent again, and the answer stands in the log", 2, ["1"]],
  ])("%s", async (_what, survived, keys) => {
    const receiver = await startReceiver((response) => response.end("done"));
    const id = await requests.begin({ url: receiver.url });
    const whole = requests.database.batch.bind(requests.database);
    let writes = 0;
    // The process is gone once as many of the run's own steps are in: the intent, then the outcome.
    requests.database.batch = (async (...[statements, mode]: Parameters<typeof whole>) => {
      const step = JSON.stringify(statements).includes("lease_guard");
      if (writes >= survived) throw new TypeError("fetch failed");
      const answer = await whole(statements, mode);
      if (step) writes += 1;
      return answer;
    }) as typeof whole;
    await requests.work().catch(() => undefined);
    requests.database.batch = whole;
    for (let next = await requests.work(); next !== null; next = await requests.work())
      await requests.clock.advanceTo(next);
    const { run, answers } = await requests.record(id);
    expect(run.state).toBe("ok");
    expect(receiver.received.map(({ headers }) => headers["idempotency-key"])).toEqual(keys);
    expect(answers).toMatchObject([{ data: { status: 200, answer: "done" } }]);
  });
});

describe("expected statuses", () => {
  it.each([
    ["2xx", 204, "ok"],
    ["200", 204, "failed"],
    ["200-204,409", 204, "ok"],
    ["200-204,409", 409, "ok"],
    ["200-204, 409", 410, "failed"],
    ["3xx", 302, "ok"],
    ["500", 500, "ok"],
  ])("%s: an answer of %i makes the run %s", async (expect_, status, state) => {
    const receiver = await startReceiver((response) => response.writeHead(status, { location: "/" }).end());
    const { run } = await requests.play({ url: receiver.url, expect: expect_ }, { policies: { attempts: 1 } });
    expect([run.state, receiver.received.length]).toEqual([state, 1]);
  });
});
