import { beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../../src/store/database.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";
import { startReceiver, Verifier } from "../../harness/receiver.ts";
import { addClient } from "../../harness/runner/runner.ts";
import { addWebhook, Requests, SECRET } from "./request-stage.ts";

const NOON = Date.parse("2026-03-02T12:00:00Z");
const once = { policies: { attempts: 1 } };

let database: Database;
let requests: Requests;
beforeEach(async () => {
  database = await freshFileDatabase();
  await addClient(database, "north", "Europe/Berlin");
  requests = new Requests(database, NOON);
});

describe("a target that is not public", () => {
  it.each([
    ["by its address", "http://127.0.0.1:PORT/", {}],
    ["by its name", "http://localhost:PORT/", {}],
    ["by what its name leads to", "http://erp.example.com:PORT/", { resolve: async () => ["8.8.8.8", "127.0.0.1"] }],
  ])("%s is refused at once, without a second attempt, and nothing is sent", async (_how, url, out) => {
    const receiver = await startReceiver();
    requests = new Requests(database, NOON, out);
    const { run } = await requests.play({ url: url.replace("PORT", String(receiver.port)) });
    expect(run).toMatchObject({ state: "failed", reason: "target_refused", attempt: 1 });
    expect(run.message).toMatch(/public.*ALLOW_PRIVATE_TARGETS/);
    expect(receiver.received).toEqual([]);
  });

  it("is refused in a dry run too", async () => {
    requests = new Requests(database, NOON, {});
    expect((await requests.play({ url: "http://10.0.0.1/" }, { dryRun: true })).run.state).toBe("failed");
  });

  it("is not reached either when the operator's list cannot be read", async () => {
    requests = new Requests(database, NOON, { allowPrivateTargets: "10.0.0.0/99" });
    const { run } = await requests.play({ url: "https://erp.example.com/" });
    expect(run).toMatchObject({ state: "failed", reason: "invalid_configuration" });
    expect(run.message).toContain('ALLOW_PRIVATE_TARGETS cannot be read at "10.0.0.0/99"');
  });
});

describe("a redirect", () => {
  it.each([307, 308])(
    "of %i within the host is followed with method, body, id and a signature that holds",
    async (status) => {
      await addWebhook(database, {});
      const receiver = await startReceiver((response, { path }) =>
        path === "/" ? response.writeHead(status, { location: "/there" }).end() : response.end("there"),
      );
      const { run, answers } = await requests.play({ url: receiver.url, body: '{"a":1}', connector: "erp" });
      expect(run.state).toBe("ok");
      expect(answers).toMatchObject([{ data: { answer: "there" } }]);
      expect(receiver.received.map(({ method, path, body }) => [method, path, body])).toEqual([
        ["POST", "/", '{"a":1}'],
        ["POST", "/there", '{"a":1}'],
      ]);
      const verifier = new Verifier([SECRET], requests.clock.now);
      expect(receiver.received.map((one) => verifier.judge(one))).toEqual(["fresh", "repeated"]);
    },
  );

  it.each([
    ["another name of the same machine", 307, "http://localhost:PORT/there"],
    ["another port", 307, "http://127.0.0.1:1/there"],
    ["a cloud's metadata", 308, "http://169.254.169.254/"],
    ["another host without a protocol", 307, "//localhost:PORT/there"],
    ["another protocol", 307, "ftp://127.0.0.1:PORT/there"],
    ["the same host with a login", 307, "http://ada:x@127.0.0.1:PORT/there"],
    ["nowhere", 307, "http://["],
    ["another method", 303, "/there"],
    ["another method", 302, "/there"],
  ])("to %s is an answer, and not followed (%i)", async (_where, status, location) => {
    const receiver = await startReceiver((response) =>
      response.writeHead(status, { location: location.replace("PORT", String(receiver.port)) }).end("gone"),
    );
    requests = new Requests(database, NOON, { allowPrivateTargets: "127.0.0.1 localhost" });
    const { run } = await requests.play({ url: receiver.url }, once);
    expect(run).toMatchObject({ state: "failed", message: `127.0.0.1:${receiver.port} answered ${status}, not 2xx` });
    expect(receiver.received).toHaveLength(1);
  });

  it("of a GET is followed whatever its kind, and one in a circle ends after three", async () => {
    const receiver = await startReceiver((response) => response.writeHead(302, { location: "/again" }).end());
    const { run } = await requests.play({ url: receiver.url, method: "GET" }, once);
    expect([run.state, receiver.received.length]).toEqual(["failed", 4]);
  });
});

describe("the answer in the log", () => {
  const answerTo = async (
    answer: (response: import("node:http").ServerResponse, headers: Record<string, unknown>) => void,
    parameters: Record<string, unknown> = {},
  ) => {
    const receiver = await startReceiver((response, { headers }) => answer(response, headers));
    const { run, answers, log } = await requests.play({ url: receiver.url, ...parameters }, once);
    return { run, log, text: String(answers[0]?.data?.answer) };
  };

  it("is the first 2 KB of 10 MB, of which the rest is not read", async () => {
    let written = 0;
    const { text, run } = await answerTo((response) => {
      const write = (): void => {
        while (written < 160 && !response.destroyed) {
          written += 1;
          if (!response.write("é".repeat(32_768))) return void response.once("drain", write);
        }
        response.end();
      };
      write();
    });
    expect([run.state, text]).toEqual(["ok", "é".repeat(1024)]);
    // What the two sockets hold is less than a tenth of it.
    expect(written).toBeLessThan(160);
  });

  it.each([
    ["a picture", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]), "image/png", "(8 bytes that are no text)"],
    ["text with NULs", Buffer.from("a\u0000b"), "text/plain", "(3 bytes that are no text)"],
    ["Latin-1 that says so", Buffer.from([0x67, 0xfc, 0x6e]), "text/plain; charset=iso-8859-1", "gün"],
    ["Latin-1 that does not", Buffer.from([0x67, 0xfc, 0x6e]), "text/plain", "(3 bytes that are no text)"],
    ["nothing", Buffer.alloc(0), "text/plain", ""],
  ])("of %s", async (_what, body, type, expected) => {
    expect((await answerTo((response) => response.writeHead(200, { "content-type": type }).end(body))).text).toBe(
      expected,
    );
  });

  it("whose body breaks off is what arrived, and its status counts", async () => {
    const { run, text } = await answerTo((response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("half", () => response.destroy());
    });
    expect([run.state, text]).toEqual(["ok", "half"]);
  });

  it("stars out every secret that the other side gives back, also one across the cut", async () => {
    const login = "Bearer t0k3n-of-the-erp";
    const key = 'quo"ted key&more';
    const receiver = await startReceiver((response, { headers }) =>
      response.end(
        [
          headers.authorization,
          JSON.stringify(headers["x-api-key"]),
          encodeURIComponent(String(headers["x-api-key"])),
          SECRET,
          "t0k3n-of-the-erp",
          "x".repeat(1890),
          SECRET,
        ].join("\n"),
      ),
    );
    await addWebhook(database, {
      config: { origins: [receiver.url] },
      secret: { signing: [SECRET], headers: { Authorization: login, "X-API-Key": key } },
    });
    const { answers, log, run } = await requests.play({ url: receiver.url, connector: "erp" });
    expect(receiver.received[0]?.headers).toMatchObject({ authorization: login, "x-api-key": key });
    const kept = JSON.stringify([log, run]);
    for (const part of ["t0k3n", "quo", "ted key", "ted%20key", SECRET.slice(6, 16)]) expect(kept).not.toContain(part);
    expect(String(answers[0]?.data?.answer)).toHaveLength(2048);
  });
});

describe("a connector", () => {
  it.each([
    ["is named and there is none", { clientId: 2 }, "no_action", /no active HTTP connector named erp/],
    ["is switched off", { active: 0 }, "no_action", /no active HTTP connector named erp/],
    [
      "has a short secret",
      { secret: { signing: ["whsec_YWJj"] } },
      "failed",
      /secret\.signing\.0: is no signing secret/,
    ],
    ["has an unknown part", { config: { orgins: [] } }, "failed", /config/],
    [
      "has secret headers for anywhere",
      { secret: { headers: { Authorization: "Bearer x-y-z" } } },
      "failed",
      /config\.origins/,
    ],
    [
      "sets a header of ours",
      { secret: { headers: { Host: "elsewhere.example" } } },
      "failed",
      /Host is set by the request/,
    ],
    [
      "is for another origin",
      { config: { origins: ["https://erp.example.com"] } },
      "failed",
      /is for https:\/\/erp\.example\.com only/,
    ],
  ] as const)("that %s", async (_what, connector, state, words) => {
    await addClient(database, "south");
    await addWebhook(database, connector);
    const receiver = await startReceiver();
    const { run } = await requests.play({ url: receiver.url, connector: "erp" });
    expect(run.state).toBe(state);
    expect(run.message).toMatch(words);
    expect(run.message).not.toMatch(/YWJj|x-y-z/);
    expect(receiver.received).toEqual([]);
  });

  it.each([
    [200, "ok", null],
    [401, "reauth_required", /answered 401/],
    [503, "ok", /answered 503/],
  ])("knows how it fares after an answer of %i", async (status, state, error) => {
    await addWebhook(database, {});
    const receiver = await startReceiver((response) => response.writeHead(status).end());
    await requests.play({ url: receiver.url, connector: "erp" }, once);
    const row = (await database.execute("SELECT state, last_error, last_ok_at FROM connectors")).rows[0];
    expect(row?.state).toBe(state);
    if (error === null) expect([row?.last_error, row?.last_ok_at]).toEqual([null, requests.clock.now()]);
    else expect(row?.last_error).toMatch(error);
  });
});
