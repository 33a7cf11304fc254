import { beforeEach, describe, expect, it } from "vitest";
import { LARGEST_STREAM } from "../../../../src/web/admin/files/import-files.ts";
import { type Answer, type Browser, type Stage, setStage } from "../../stage/stage.ts";

let stage: Stage;
let admin: Browser;
let page: string;
beforeEach(async () => {
  stage = await setStage();
  admin = await stage.signedIn("system_admin");
  page = `/admin/files/${stage.berlin}`;
});

/** A body of unknown length: the text, and `more` empty pieces of 1 MiB behind it. */
function pieces(text: string, more = 0, end: "close" | "break" = "close"): ReadableStream<Uint8Array> {
  let sent = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent === 0) controller.enqueue(new TextEncoder().encode(text));
      else if (sent <= more) controller.enqueue(new Uint8Array(1024 * 1024).fill(59));
      else if (end === "close") controller.close();
      else controller.error(new Error("the sender hung up"));
      sent += 1;
    },
  });
}

function put(path: string, body: RequestInit["body"], headers: Record<string, string> = {}): Promise<Answer> {
  return admin.send(`${page}/${path}`, { method: "PUT", body, headers, duplex: "half" } as RequestInit);
}

async function stored(key: string): Promise<string | null> {
  const content = await stage.files.read(`c/${stage.berlin}/${key}`);
  return content && (await new Response(content).text());
}

async function keys(): Promise<string[]> {
  return (await stage.files.list("")).entries.map(({ key }) => key);
}

async function changes(): Promise<unknown[]> {
  const { rows } = await stage.database.execute(
    "SELECT client_id, action, before, after FROM audit_log WHERE entity = 'file' ORDER BY id",
  );
  return rows.map((row) => ({ ...row }));
}

describe("a streamed file", () => {
  it("of unknown length lies where the next import takes it, and the change is recorded", async () => {
    const answer = await put("user_csv/full_people.csv", pieces("sourcedId;username\n", 3));
    expect(answer.status).toBe(201);
    expect(answer.body).toBe(`Stored c/${stage.berlin}/import/user_csv/full_people.csv, 3 MB.\n`);
    expect(answer.location).toBe(`${page}?notice=file-stored`);
    const key = `c/${stage.berlin}/import/user_csv/full_people.csv`;
    expect((await stage.files.head(key))?.size).toBe(19 + 3 * 1024 * 1024);
    expect(await changes()).toEqual([
      { client_id: stage.berlin, action: "create", before: null, after: JSON.stringify({ key, size: 3145747 }) },
    ]);
  });

  it("replaces a waiting one of the same name only when the address says so", async () => {
    await put("user_csv/people.csv", "old");
    const refused = await put("user_csv/people.csv", "new");
    expect([refused.status, refused.body]).toEqual([
      409,
      "A file people.csv is waiting already; rename yours, or add ?replace=true to the address\n",
    ]);
    expect(await stored("import/user_csv/people.csv")).toBe("old");
    expect((await put("user_csv/people.csv?replace=true", "new")).status).toBe(201);
    expect(await stored("import/user_csv/people.csv")).toBe("new");
  });

  it.each([
    [
      "more than 200 MB by its length",
      "user_csv/a.csv",
      "x",
      { "content-length": String(LARGEST_STREAM + 1) },
      413,
      /larger than 200 MB/,
    ],
    ["nothing", "user_csv/a.csv", "", {}, 422, /a\.csv is empty/],
    ["another kind of name", "user_csv/a.xml", "<a/>", {}, 422, /choose the kind Groups \(XML\)/],
    ["a workbook", "user_csv/a.csv", "PK\u0003\u0004x", {}, 422, /a workbook or an archive/],
    ["a result", "user_csv/a.csv.result.csv", "x", {}, 422, /result of an earlier import/],
    ["a kind that is none", "ldap_group/a.csv", "x", {}, 404, /There is no such folder/],
    ["another site's page", "user_csv/a.csv", "x", { "sec-fetch-site": "cross-site" }, 403, /another site's page/],
  ] as const)(
    "of %s is refused in a line of text, and nothing is stored",
    async (_what, path, body, headers, status, words) => {
      const answer = await put(path, pieces(body), headers);
      expect([answer.status, answer.headers.get("content-type")]).toEqual([
        status,
        expect.stringMatching(/^text\/plain/),
      ]);
      expect(answer.body).toMatch(words);
      expect(await keys()).toEqual([]);
      expect(await changes()).toEqual([]);
    },
  );

  it("that grows beyond 200 MB, or breaks off, on its way leaves nothing behind", async () => {
    const long = await put("user_csv/a.csv", pieces("x", 200));
    expect([long.status, long.body]).toEqual([413, expect.stringContaining("larger than 200 MB")]);
    const broken = await put("user_csv/a.csv", pieces("x", 2, "break"));
    expect([broken.status, broken.body]).toEqual([400, "The upload did not arrive whole. Send the file again.\n"]);
    expect(await keys()).toEqual([]);
    expect(stage.faults).toEqual([]);
  });
});

describe("the folders of a client", () => {
  beforeEach(async () => {
    for (const path of [
      "import/user_csv/a.csv",
      "import/user_csv/done/1_a.csv",
      "data/report/7/täglich & mehr.csv",
      "x.txt",
    ]) {
      await stage.files.write(`c/${stage.berlin}/${path}`, path);
    }
    await stage.files.write(`c/${stage.newYork}/theirs.csv`, "t");
  });

  it("are opened level by level, with a way up", async () => {
    const top = await admin.get(`${page}/folder`);
    expect(top.text).toMatch(/All files of berlin c\/1\/ .*data\/ import\/ x\.txt 5 bytes/);
    expect(top.text).not.toContain("theirs");
    const { body, text } = await admin.get(`${page}/folder?path=data%2Freport%2F7%2F`);
    expect(text).toMatch(/Files › berlin › All files › data › report 7 /);
    expect(body).toContain(`href="${page}/folder?path=data%2Freport%2F"`);
    expect(body).toContain(`href="${page}/download?path=data%2Freport%2F7%2Ft%C3%A4glich%20%26%20mehr.csv"`);
  });

  it("hold files that can be fetched, and those of imports be deleted after a question", async () => {
    const fetched = await admin.get(`${page}/download?path=data%2Freport%2F7%2Ft%C3%A4glich%20%26%20mehr.csv`);
    expect([fetched.status, fetched.body]).toEqual([200, "data/report/7/täglich & mehr.csv"]);
    expect((await admin.get(`${page}/folder`)).body).not.toContain("/delete?");
    const list = await admin.get(`${page}/folder?path=import%2Fuser_csv%2F`);
    const [question = ""] = /\/admin\/files\/1\/delete\?[^"]*/.exec(list.body) ?? [];
    const asked = await admin.get(question);
    expect(asked.text).toContain("Delete the file a.csv?");
    const [, etag = ""] = /name="etag" value="([^"]*)"/.exec(asked.body) ?? [];

    await stage.files.write("c/1/import/user_csv/a.csv", "replaced");
    const conflict = await admin.post(question, { etag });
    expect([
      conflict.status,
      conflict.text.includes("replaced meanwhile"),
      await stored("import/user_csv/a.csv"),
    ]).toEqual([409, true, "replaced"]);
    const [, newer = ""] = /name="etag" value="([^"]*)"/.exec(conflict.body) ?? [];
    expect((await admin.post(question, { etag: newer })).location).toBe(`${page}?notice=file-deleted`);
    expect((await admin.post(question, { etag: newer })).location).toBe(`${page}?notice=file-gone`);
    expect(await stored("import/user_csv/a.csv")).toBeNull();
    const key = "c/1/import/user_csv/a.csv";
    expect(await changes()).toEqual([
      { client_id: 1, action: "delete", before: JSON.stringify({ key, size: 8 }), after: null },
    ]);
  });

  it.each([
    "folder?path=import",
    "folder?path=..%2F2%2F",
    "folder?path=%2F",
    "download?path=..%2F2%2Ftheirs.csv",
    "download?path=",
    "download",
    "delete?path=import%2Fnone.csv",
  ])("have nothing at %s", async (address) => {
    expect((await admin.get(`${page}/${address}`)).status).toBe(404);
  });

  it("lose no file that belongs to something else", async () => {
    expect((await admin.post(`${page}/delete?path=x.txt`, { etag: "" })).status).toBe(403);
  });
});
