import { describe, expect, it } from "vitest";
import type { Files } from "../../src/files/files.ts";
import { s3Files } from "../../src/files/s3.ts";
import type { S3Settings } from "../../src/files/s3-requests.ts";
import { s3Fake } from "./s3-fake.ts";
import { describeStore } from "./store-cases.ts";

const LOGIN = { accessKeyId: "minutehand", secretAccessKey: "not so secret" };
const BUCKET = "learning-files";

/** Settings of a bucket without objects. */
function emptyBucket(): S3Settings {
  return {
    endpoint: "https://s3.example.org/",
    bucket: BUCKET,
    region: "eu-central-1",
    ...LOGIN,
    fetch: s3Fake(BUCKET, LOGIN, Date.now),
    now: Date.now,
    wait: async () => undefined,
  };
}

const open = async (given: Partial<S3Settings> = {}): Promise<Files> => s3Files({ ...emptyBucket(), ...given });

/** A bucket, and what is asked of it. */
function watched(noteOf: (request: Request) => string) {
  const asked: string[] = [];
  const settings = emptyBucket();
  const send = (request: Request) => {
    asked.push(noteOf(request));
    return settings.fetch(request);
  };
  return { asked, files: s3Files({ ...settings, fetch: send }) };
}

describeStore("a bucket of S3", () => open());

describe("S3", () => {
  it("refuses a request that is signed with another key, and the error names what was not done, and no secret", async () => {
    const files = await open({ secretAccessKey: "another" });
    const error = await files.write("c/1/a", "abc").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "file_store_unavailable", status: 403 });
    expect(String(error)).toContain("write c/1/a");
    expect(String(error)).not.toContain("another");
  });

  it("refuses a request whose time is more than 15 minutes off", async () => {
    await expect((await open({ now: () => Date.now() - 901_000 })).head("c/1/a")).rejects.toMatchObject({
      status: 403,
    });
  });

  it("takes keys with characters that addresses and XML give a meaning to", async () => {
    const files = await open();
    const keys = ["a b", "a&b<c>", "a'(b)*!", "a=b,c;d@e:f$", "ä~_-.é", "a+b#c?d%e%2F"].map((name) => `c/1/${name}`);
    for (const key of keys) await files.write(key, key);
    expect((await files.list("c/1/")).entries.map(({ key }) => key).toSorted()).toEqual(keys.toSorted());
    for (const key of keys) expect(await new Response(await files.read(key)).text()).toBe(key);
    for (const key of keys) await files.move(key, `${key}.done`);
    await files.delete(keys.map((key) => `${key}.done`));
    expect((await files.list("")).entries).toEqual([]);
  });

  it("deletes more than 1,000 objects, 1,000 in one request", async () => {
    const { asked, files } = watched(({ method }) => method);
    await files.write("g/0", "x");
    await files.write("g/1002", "x");
    asked.length = 0;
    await files.delete(Array.from({ length: 1003 }, (_, index) => `g/${index}`));
    expect(asked).toEqual(["POST", "POST"]);
    expect((await files.list("")).entries).toEqual([]);
  });

  it("asks again after 200 and 1,000 ms where the service is busy or away, and then gives up", async () => {
    const waits: number[] = [];
    const answers = [() => Promise.reject(new TypeError("refused")), async () => new Response("", { status: 503 })];
    const bucket = emptyBucket();
    const settings: S3Settings = {
      ...bucket,
      wait: async (ms) => void waits.push(ms),
      fetch: (request) => answers.shift()?.() ?? bucket.fetch(request),
    };
    await s3Files(settings).write("g/a", "abc");
    expect(waits).toEqual([200, 1000]);
    const away = s3Files({ ...settings, fetch: async () => new Response("", { status: 500, statusText: "Oh" }) });
    await expect(away.head("g/a")).rejects.toMatchObject({ code: "file_store_unavailable", status: 500 });
    expect(waits).toHaveLength(4);
  });

  it("leaves no parts of a stream that broke off", async () => {
    const { asked, files } = watched(({ method, url }) => `${method} ${new URL(url).searchParams.has("uploadId")}`);
    let pulled = 0;
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        if (pulled > 9) controller.error(new Error("the sender hung up"));
        else controller.enqueue(new Uint8Array(1024 * 1024));
      },
    });
    await expect(files.write("g/a", broken)).rejects.toThrow("the sender hung up");
    expect(asked).toEqual(["POST false", "PUT true", "DELETE true"]);
    expect(await files.head("g/a")).toBeNull();
  });

  it("reports an error that comes after the status 200", async () => {
    const settings = emptyBucket();
    await s3Files(settings).write("g/a", "abc");
    const late = s3Files({
      ...settings,
      fetch: async (request) =>
        request.headers.has("x-amz-copy-source")
          ? new Response("<Error><Code>InternalError</Code><Message>Later</Message></Error>")
          : settings.fetch(request),
    });
    await expect(late.move("g/a", "g/b")).rejects.toThrow("InternalError: Later");
    expect(await late.head("g/a")).not.toBeNull();
  });
});
