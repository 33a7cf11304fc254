import { beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { parseJson } from "../../src/connectors/answer-json.ts";
import type { ApiRequest } from "../../src/connectors/api.ts";
import {
  AnswerInvalidError,
  AnswerTooLargeError,
  RemoteRefusedError,
  RemoteUnavailableError,
  TargetRefusedError,
} from "../../src/connectors/outbound/remote-error.ts";
import { ConnectorInvalidError } from "../../src/connectors/stored.ts";
import { course, coursePage, coursesKind } from "./courses-kind.ts";
import { CoursesScene, failure } from "./courses-scene.ts";

let scene: CoursesScene;

beforeEach(async () => {
  scene = await CoursesScene.start();
});

const one: ApiRequest = { path: "courses/1" };

describe("a JSON interface", () => {
  it("is null when the client has no such connector", async () => {
    expect(await scene.connectors().open(coursesKind)).toBeNull();
  });

  it("answers what the schema gives back, asks for one token, and is told healthy at the end", async () => {
    await scene.connector();
    const { api, end } = await scene.open();
    expect(await api.json(one, course)).toEqual({ id: 1, title: "Course 1" });
    expect(await api.json({ path: "courses", query: { from: 2, locale: undefined } }, coursePage)).toMatchObject({
      items: [{ id: 3 }, { id: 4 }],
    });
    expect(await api.json({ path: "courses", body: { title: "New" } }, course)).toEqual({ id: 9, title: "New" });
    expect(scene.fake.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /oauth/token",
      "GET /v1/courses/1",
      "GET /v1/courses?from=2",
      "POST /v1/courses",
    ]);
    expect(scene.calls).toBe(4);
    await end();
    expect(await scene.row()).toMatchObject({ state: "ok", last_error: null, last_ok_at: scene.clock.now() });
  });

  it.each(["https://10.0.0.1/", "http://localhost/", "https://erp.internal/"])(
    "at the private address %s cannot be used, and the error says so",
    async (baseUrl) => {
      await scene.connector(undefined, baseUrl);
      const error = await failure(scene.open());
      expect(error).toBeInstanceOf(ConnectorInvalidError);
      expect(String(error)).toContain("ALLOW_PRIVATE_TARGETS");
    },
  );

  it.each(["https://evil.example/v1/courses", "//evil.example/courses", "http://127.0.0.1:1/courses"])(
    "is not asked at %s, since its token would go there",
    async (path) => {
      await scene.connector();
      const { api } = await scene.open();
      expect(await failure(api.json({ path }, course))).toBeInstanceOf(TargetRefusedError);
      expect(scene.fake.asked).toEqual([]);
    },
  );
});

describe("an answer", () => {
  beforeEach(() => scene.connector());

  it.each([
    [{ status: 200, body: '{"id":1' }, "It is no JSON, its type is application/json"],
    [{ status: 200, body: "<html>Maintenance</html>", type: "text/html" }, "It is no JSON, its type is text/html"],
    [{ status: 200, body: '{"id":1}' }, "title: Invalid input: expected string, received undefined"],
    [{ status: 200, body: '{"id":1,"title":5}' }, "title: Invalid input: expected string, received number"],
    [{ status: 200, body: "[]" }, "answer: Invalid input: expected object, received array"],
    [{ status: 204 }, "answer: Invalid input: expected object, received undefined"],
  ])("%j is an error that says what is wrong with it", async (fault, words) => {
    scene.fake.faults.push(fault);
    const { api } = await scene.open();
    const error = await failure(api.json(one, course));
    expect(error).toBeInstanceOf(AnswerInvalidError);
    expect(error).toMatchObject({ code: "answer_invalid", retry: false });
    expect(String(error)).toContain(words);
    expect(scene.fake.calls).toBe(1);
  });

  it("names the field deep within it, and no value", async () => {
    scene.fake.courses = ['{"id":1,"title":"A"}', '{"id":2,"title":{"secret":"value"}}'];
    const { api } = await scene.open();
    const error = await failure(api.json({ path: "courses" }, coursePage));
    expect(String(error)).toContain("items.1.title: ");
    expect(String(error)).not.toContain("value");
  });

  it("that says no is an error with status and body, quotes it without secrets, and is not asked for again", async () => {
    scene.fake.faults.push({ status: 422, body: '{"message":"t0ken-1 of s3cret-id\\n may not"}' });
    const { api, end } = await scene.open();
    const error = await failure(api.json(one, course));
    expect(error).toBeInstanceOf(RemoteRefusedError);
    expect(error).toMatchObject({ code: "remote_refused", status: 422, retry: false });
    expect((error as RemoteRefusedError).body).toMatchObject({ message: expect.stringContaining("may not") });
    expect(String(error)).toMatch(/answered 422: .*\*{7} of \*{9}/);
    expect(String(error)).not.toMatch(/t0ken|s3cret/);
    expect(await failure(api.json({ path: "courses/77" }, course))).toMatchObject({ status: 404 });
    await end();
    expect(await scene.row()).toMatchObject({ state: "ok", last_error: null });
  });

  it("is read up to its limit, and no further", async () => {
    scene.fake.faults.push({ status: 200, body: `"${"x".repeat(5000)}"` });
    const { api } = await scene.open();
    const error = await failure(api.json({ ...one, largestAnswer: 1000 }, z.string()));
    expect(error).toBeInstanceOf(AnswerTooLargeError);
    expect(error).toMatchObject({ code: "answer_too_large", retry: false });
  });

  it("with an id that a number cannot hold gives its digits", async () => {
    scene.fake.courses = ['{"id":9007199254740993,"title":"17 \\"12345678901234567890\\""}'];
    const { api } = await scene.open();
    expect(await api.json(one, course)).toEqual({ id: "9007199254740993", title: '17 "12345678901234567890"' });
  });

  it.each([
    ["9007199254740991", 9007199254740991],
    ["-9007199254740993", "-9007199254740993"],
    ["1234567890123456.5", 1234567890123456.5],
    ["12345678901234567e3", 12345678901234567e3],
    ['["12345678901234567",12345678901234567]', ["12345678901234567", "12345678901234567"]],
  ])("%s is read without a loss", (text, value) => {
    expect(parseJson(text)).toEqual(value);
  });
});

describe("a service that is out of order", () => {
  beforeEach(() => scene.connector());

  it.each([
    [
      [{ status: 503 }, { status: 500 }],
      [1000, 4000],
    ],
    [[{ status: 429, retryAfter: "7" }], [7000]],
    [[{ status: 503, retryAfter: "600" }], [60_000]],
    [["cut" as const], [1000]],
    [["half" as const], [1000]],
  ])("with %j first is asked again as it wishes", async (faults, waits) => {
    scene.fake.faults.push(...faults);
    const { api } = await scene.open();
    expect(await api.json(one, course)).toMatchObject({ id: 1 });
    expect(scene.clock.waits).toEqual(waits);
  });

  it("is not sent twice what may have been done, unless it is said to be repeatable", async () => {
    const { api } = await scene.open();
    const order: ApiRequest = { path: "courses", body: { title: "New" } };
    scene.fake.faults.push("cut");
    expect(await failure(api.json(order, course))).toBeInstanceOf(RemoteUnavailableError);
    expect(scene.fake.calls).toBe(1);
    scene.fake.faults.push("cut");
    expect(await api.json({ ...order, repeatable: true }, course)).toMatchObject({ id: 9 });
  });

  const fail = (times: number) =>
    scene.fake.faults.push(...new Array(times * 4).fill({ status: 503, retryAfter: "3" }));

  it("fails four requests in a row for themselves; the fifth ends the run, to be tried again", async () => {
    const { api, end } = await scene.open();
    fail(5);
    const isolated = [];
    for (let request = 0; request < 5; request += 1) {
      const error = await failure(api.json(one, course));
      expect(error).toMatchObject({ code: "remote_unavailable", retry: true, status: 503, retryAfterMs: 3000 });
      isolated.push((error as RemoteUnavailableError).isolated);
      if (request === 4) expect(String(error)).toContain("5 requests in a row got no usable answer");
    }
    expect(isolated).toEqual([true, true, true, true, false]);
    await end();
    expect(await scene.row()).toMatchObject({ state: "ok", last_error: expect.stringMatching(/^127.*answered 503$/) });
  });

  it("counts anew behind an answer, also one that says no", async () => {
    const { api } = await scene.open();
    for (const path of ["courses/1", "courses/77"]) {
      fail(4);
      for (let request = 0; request < 4; request += 1) {
        expect(await failure(api.json(one, course))).toMatchObject({ isolated: true });
      }
      await api.json({ path }, course).catch(() => undefined);
    }
    fail(1);
    expect(await failure(api.json(one, course))).toMatchObject({ isolated: true });
  });

  it("is still counted when the run has let go of it for the next slice", async () => {
    const connectors = scene.connectors();
    for (let slice = 1; slice <= 5; slice += 1) {
      const { api, end } = await scene.open(connectors);
      fail(1);
      expect(await failure(api.json(one, course))).toMatchObject({ isolated: slice < 5 });
      await end();
    }
  });
});

describe("a token", () => {
  it("is kept sealed for the next run, and no longer used a minute before it expires", async () => {
    await scene.connector();
    for (const [pass, grants] of [
      [0, 1],
      [3_539_000, 1],
      [2_000, 2],
    ] as const) {
      scene.clock.pass(pass);
      const { api } = await scene.open();
      await api.json(one, course);
      expect(scene.fake.grants).toBe(grants);
    }
    expect(await scene.stored("access_token_enc")).toBe("t0ken-2");
    expect((await scene.row()).access_expires_at).toBe(scene.clock.now() + 3_600_000);
    expect(JSON.stringify(await scene.row())).not.toMatch(/t0ken|s3cret/);
  });

  it.each([401, 403])("that is refused with %i is exchanged once, and the request made again", async (expired) => {
    await scene.connector();
    scene.fake.expired = expired;
    await (await scene.open()).api.json(one, course);
    scene.fake.forgetTokens();
    const { api, end } = await scene.open();
    expect(await api.json(one, course)).toMatchObject({ id: 1 });
    expect(scene.fake.grants).toBe(2);
    await end();
    expect((await scene.row()).state).toBe("ok");
  });

  it.each([
    ["a stored", true],
    ["a new", false],
  ])("is never exchanged twice: %s one that does not help ends the run and wants a new login", async (_, stored) => {
    await scene.connector();
    if (stored) await (await scene.open()).api.json(one, course);
    const before = scene.fake.grants;
    scene.fake.isClosed = true;
    const { api, end } = await scene.open();
    const error = await failure(api.json(one, course));
    expect(error).toBeInstanceOf(ConnectorInvalidError);
    expect(error).toMatchObject({ code: "invalid_configuration" });
    expect(scene.fake.grants - before).toBe(1);
    expect(await failure(api.json(one, course))).toBeInstanceOf(ConnectorInvalidError);
    expect(scene.fake.grants - before).toBe(1);
    await end();
    expect(await scene.row()).toMatchObject({ state: "reauth_required", last_error: expect.stringContaining("(401)") });
    expect(`${error} ${JSON.stringify(await scene.row())}`).not.toMatch(/t0ken|s3cret/);
  });

  it("is asked for once by requests that are refused at the same time", async () => {
    await scene.connector();
    await (await scene.open()).api.json(one, course);
    scene.fake.forgetTokens();
    const { api } = await scene.open();
    const answers = await Promise.all([1, 2, 3].map((id) => api.json({ path: `courses/${id}` }, course)));
    expect(answers.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(scene.fake.grants).toBe(2);
  });

  it("comes by a refresh token that is new each time, and is stored before it is used", async () => {
    await scene.connector({ clientSecret: "s3cret-id", refreshToken: "refresh-0" });
    for (const [round, stored] of ["refresh-1", "refresh-2"].entries()) {
      scene.fake.faults.push(...new Array(4).fill("cut"));
      const { api } = await scene.open();
      expect(await failure(api.json(one, course))).toBeInstanceOf(RemoteUnavailableError);
      expect(await scene.stored("refresh_token_enc")).toBe(stored);
      expect(scene.fake.grants).toBe(round + 1);
      scene.clock.pass(3_600_000);
    }
  });

  it.each([
    ["another secret", { clientSecret: "wr0ng-id" }, "401, invalid_client"],
    ["a refresh token that is used up", { clientSecret: "s3cret-id", refreshToken: "refresh-9" }, "400, invalid_grant"],
  ])("that is not given for %s is no outage: the connector wants a new login", async (_, secret, words) => {
    await scene.connector(secret);
    const { api, end } = await scene.open();
    const error = await failure(api.json(one, course));
    expect(error).toBeInstanceOf(ConnectorInvalidError);
    expect(String(error)).toContain(words);
    expect([scene.fake.grants, scene.fake.calls]).toEqual([1, 0]);
    await end();
    expect((await scene.row()).state).toBe("reauth_required");
  });

  it("is asked for again when the service is out of order, and that is no refusal", async () => {
    await scene.connector();
    scene.fake.tokenFaults.push({ status: 503 }, { status: 503 });
    const { api } = await scene.open();
    expect(await api.json(one, course)).toMatchObject({ id: 1 });
    scene.clock.pass(3_600_000);
    scene.fake.tokenFaults.push(...new Array(4).fill({ status: 503 }));
    expect(await failure(api.json(one, course))).toBeInstanceOf(RemoteUnavailableError);
  });

  it("by a refresh token is not asked for twice when the answer was lost, since that may have used it up", async () => {
    await scene.connector({ clientSecret: "s3cret-id", refreshToken: "refresh-0" });
    scene.fake.tokenFaults.push("cut");
    const { api } = await scene.open();
    expect(await failure(api.json(one, course))).toBeInstanceOf(RemoteUnavailableError);
    expect(scene.fake.grants).toBe(1);
  });

  it("in an answer of another shape is an error that names the field", async () => {
    await scene.connector();
    scene.fake.tokenFaults.push({ status: 200, body: '{"token":"x"}' });
    const { api } = await scene.open();
    const error = await failure(api.json(one, course));
    expect(error).toBeInstanceOf(AnswerInvalidError);
    expect(String(error)).toContain("access_token: ");
  });
});

describe("a list", () => {
  beforeEach(() => scene.connector());

  const byLink = (_: unknown, headers: Headers) => {
    const path = /<([^<>]+)>; rel="next"/.exec(headers.get("link") ?? "")?.[1];
    return path === undefined ? null : { path };
  };

  it("is read page by page to its end, and can be gone on with from any page's next", async () => {
    const { api } = await scene.open();
    const ids: unknown[] = [];
    const nexts: (ApiRequest | null)[] = [];
    for await (const { page, next } of api.pages({ path: "courses" }, coursePage, byLink)) {
      ids.push(page.items.map(({ id }) => id));
      nexts.push(JSON.parse(JSON.stringify(next)) as ApiRequest | null);
    }
    expect(ids).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(nexts).toEqual([{ path: `${scene.fake.url}v1/courses?from=2` }, null]);
    const rest = api.pages(nexts[0] as ApiRequest, coursePage, byLink);
    expect((await rest.next()).value?.page.items).toMatchObject([{ id: 3 }, { id: 4 }]);
  });

  it("whose second page does not come ends there, and keeps what came", async () => {
    const { api } = await scene.open();
    const pages = api.pages({ path: "courses" }, coursePage, byLink);
    await pages.next();
    scene.fake.faults.push(...new Array(4).fill({ status: 502 }));
    expect(await failure(pages.next())).toMatchObject({ code: "remote_unavailable", retry: true });
  });

  it.each([
    ["itself", { path: "courses" }, AnswerInvalidError],
    ["another service", { path: "https://evil.example/courses" }, TargetRefusedError],
  ])("that names %s as its next page ends", async (_, next, kind) => {
    const { api } = await scene.open();
    const pages = api.pages({ path: "courses" }, coursePage, () => next);
    expect(await failure(pages.next())).toBeInstanceOf(kind);
  });
});

describe("a trial", () => {
  const ports = () => ({
    control: scene.database,
    secrets: scene.secrets,
    connect: () => Promise.reject(new Error("none")),
    email: null,
    http: { fetch, allowPrivateTargets: "127.0.0.1" },
    clock: scene.clock,
    randomBytes: (length: number) => new Uint8Array(length),
    spend: () => undefined,
  });
  const attempt = (secret: unknown) =>
    coursesKind.trial({ id: 1, name: "Courses", config: { baseUrl: scene.fake.url }, secret }, ports(), null);

  it("signs in and reads something small", async () => {
    await scene.connector();
    expect(await attempt({ clientSecret: "s3cret-id" })).toMatchObject({ ok: true, health: { state: "ok" } });
  });

  it("says that a login is refused, and that it has to be given anew", async () => {
    await scene.connector();
    const found = await attempt({ clientSecret: "wr0ng-id" });
    expect(found).toMatchObject({ ok: false, health: { state: "reauth_required" } });
    expect(found.lines[0]?.words).toContain("refused the login");
  });
});
