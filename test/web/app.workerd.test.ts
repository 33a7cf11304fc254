import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { addAdmin } from "../../src/control/access/access.ts";
import { hashPassword, verifyPassword } from "../../src/control/access/password.ts";
import { Signer } from "../../src/control/access/signer.ts";
import { r2Files } from "../../src/files/r2.ts";
import { createCatalogue } from "../../src/processors/catalogue.ts";
import { createApp } from "../../src/web/app.ts";
import { freshDatabase, type TestDatabase } from "../harness/database/database.ts";
import { processors } from "./stage/processors.ts";
import { testRemote } from "./stage/remote.ts";

const MB = 1024 * 1024;

let database: TestDatabase;
let app: ReturnType<typeof createApp>;
let cookie: string;
/** The bucket, which a test may listen to. */
let files: { createMultipartUpload(...args: Parameters<R2Bucket["createMultipartUpload"]>): Promise<unknown> };

/** Sends a form as a browser that is signed in would. */
function post(path: string, body: URLSearchParams | FormData): Promise<Response> {
  return Promise.resolve(
    app.request(`https://minutehand.example${path}`, {
      method: "POST",
      body,
      headers: { cookie, "sec-fetch-site": "same-origin" },
    }),
  );
}

beforeEach(async () => {
  database = await freshDatabase();
  await database.execute(
    "INSERT INTO clients (id, key, name, time_zone, created_at, updated_at) VALUES (1, 'a', 'A', 'Europe/Berlin', 0, 0)",
  );
  files = {
    createMultipartUpload: (...args) => env.FILES.createMultipartUpload(...args),
    ...Object.fromEntries(
      (["head", "get", "put", "delete", "list"] as const).map((name) => [name, env.FILES[name].bind(env.FILES)]),
    ),
  };
  app = createApp({
    control: database,
    storeOf: async () => database,
    files: r2Files(files as never),
    catalogue: createCatalogue(Object.values(processors)),
    now: () => Date.now(),
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    wakeRunner: async () => undefined,
    verifyPassword,
    hashPassword,
    devices: new Signer("device", Buffer.alloc(32, 7).toString("base64")),
    openId: null,
    clientAddress: () => "192.0.2.1",
    remote: testRemote(),
    mailbox: null,
  });
  const passwordHash = await hashPassword("secret", new Uint8Array(16));
  await addAdmin(
    database,
    { email: "ada@example.com", name: "Ada", role: "system_admin", clientId: 0, passwordHash },
    0,
  );
  cookie = "";
  const answer = await post("/sign-in", new URLSearchParams({ email: "ada@example.com", password: "secret" }));
  cookie = (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
});

describe("in the edge runtime", () => {
  it("an administrator signs in over https with a __Host- cookie", async () => {
    expect(cookie).toMatch(/^__Host-minutehand=[\w-]{43}$/);
    const page = await app.request("https://minutehand.example/admin/jobs", { headers: { cookie } });
    expect(page.status).toBe(200);
  });

  it("the form of a job offers the zones that the runtime knows, and a job is created from it", async () => {
    const form = await app.request("https://minutehand.example/admin/jobs/new/EveryKind", { headers: { cookie } });
    expect(await form.text()).toContain('<option value="Pacific/Auckland">');
    const fields = { name: "Night", clientId: "1", cron: "0 10 0 * * ?", "parameters.title": "T" };
    const answer = await post("/admin/jobs/new/EveryKind", new URLSearchParams(fields));
    expect(answer.headers.get("location")).toMatch(/^\/admin\/jobs\/\d+\?notice=job-created$/);
  });

  it("the handbook is read and searched", async () => {
    const ask = async (path: string) =>
      await (await app.request(`https://minutehand.example${path}`, { headers: { cookie } })).text();
    expect(await ask("/handbook/developers/words")).toContain('<h3 id="lease">');
    expect(await ask("/handbook?q=lease")).toContain('<a href="/handbook/developers/words#lease">');
  });

  it("a run at work is watched by a stream of events, unbuffered, that ends when no client listens any more", async () => {
    await database.execute(
      `INSERT INTO runs (id, job_id, client_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, time_zone, state, created_at)
        VALUES (1, 1, 1, 'manual', 0, 0, 'PlainJob', 'Night', 'light', '{}', 'UTC', 'running', 0)`,
    );
    const answer = await app.request("https://minutehand.example/admin/runs/1/live", { headers: { cookie } });
    expect(answer.headers.get("content-type")).toBe("text/event-stream");
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let seen = "";
    while (!seen.includes("running</span>")) seen += (await reader?.read())?.value ?? "";
    expect(seen).toMatch(/^event: ready\ndata: \nretry: 1000\n\nevent: message\ndata: /);
    await reader?.cancel();
  });

  it.each([
    [20 * MB, 303],
    [20 * MB + 1, 422],
    [40 * MB, 422],
  ])("an upload of %d bytes ends with %d", async (size, status) => {
    const form = new FormData();
    form.set("file", new File([new Uint8Array(size).fill(59)], "people.csv"));
    const answer = await post("/admin/files/1", form);
    expect(answer.status).toBe(status);
    const stored = await env.FILES.head("c/1/import/user_csv/people.csv");
    expect(stored?.size).toBe(status === 303 ? size : undefined);
    await env.FILES.delete("c/1/import/user_csv/people.csv");
  });

  it("60 MB go by PUT to the bucket part by part while they arrive: no more than a part is held", async () => {
    const piece = new Uint8Array(MB).fill(59);
    let sent = 0;
    const sentAtPart: number[] = [];
    const upload = env.FILES.createMultipartUpload.bind(env.FILES);
    files.createMultipartUpload = async (...args) => {
      const started = await upload(...args);
      return {
        uploadPart: (number: number, part: Uint8Array) => {
          sentAtPart.push(sent);
          return started.uploadPart(number, part);
        },
        complete: (parts: R2UploadedPart[]) => started.complete(parts),
        abort: () => started.abort(),
      };
    };
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (sent === 60) return controller.close();
          sent += 1;
          controller.enqueue(piece);
        },
      },
      { highWaterMark: 0 },
    );
    const headers = { cookie, "sec-fetch-site": "same-origin" };
    const address = "https://minutehand.example/admin/files/1/user_csv/people.csv";
    const answer = await app.request(address, { method: "PUT", body, headers, duplex: "half" } as RequestInit);
    expect([answer.status, await answer.text()]).toEqual([201, "Stored c/1/import/user_csv/people.csv, 60 MB.\n"]);
    expect((await env.FILES.head("c/1/import/user_csv/people.csv"))?.size).toBe(60 * MB);
    // In MB, when a part of 8 MB left: the part itself, and what the pipes on the way hold.
    expect(sentAtPart.map((at, part) => at - 8 * (part + 1)).every((ahead) => ahead <= 3)).toBe(true);
    expect(sentAtPart).toHaveLength(8);
    await env.FILES.delete("c/1/import/user_csv/people.csv");
  });

  it("a stored file is sent for saving", async () => {
    await env.FILES.put("c/1/import/user_csv/done/1_people.csv.result.csv", "line;ref;result;message\n");
    const path = "https://minutehand.example/admin/files/1/user_csv/done/1_people.csv.result.csv";
    const answer = await app.request(path, { headers: { cookie } });
    expect(await answer.text()).toBe("line;ref;result;message\n");
    expect(answer.headers.get("content-disposition")).toContain("attachment");
  });
});
