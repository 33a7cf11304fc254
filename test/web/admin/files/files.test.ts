import { beforeEach, describe, expect, it } from "vitest";
import { startRuns } from "../../../../src/control/runs/runs.ts";
import { XMLGroupImport } from "../../../../src/processors/imports/XMLGroupImport.ts";
import { safeName } from "../../../../src/web/admin/files/import-files.ts";
import { readUpload, UploadTooLargeError } from "../../../../src/web/http/upload.ts";
import { VirtualClock } from "../../../harness/clock.ts";
import { testRunner } from "../../../harness/runner/runner.ts";
import { type Browser, type Stage, setStage } from "../../stage/stage.ts";

const MB = 1024 * 1024;
const kind = { kind: "user_csv", label: "People (CSV)", ending: ".csv" } as const;

let stage: Stage;
let admin: Browser;
let page: string;
beforeEach(async () => {
  stage = await setStage();
  admin = await stage.signedIn("system_admin");
  page = `/admin/files/${stage.berlin}`;
});

async function stored(name: string): Promise<string | null> {
  const content = await stage.files.read(`c/${stage.berlin}/import/user_csv/${name}`);
  return content && (await new Response(content).text());
}

describe("uploading a file", () => {
  it("puts it where the client's next import finds it", async () => {
    const answer = await admin.upload(page, new File(["sourcedId;username\n"], "people.csv"));
    expect(answer.location).toBe(`${page}?notice=file-stored`);
    expect(await stored("people.csv")).toBe("sourcedId;username\n");
    const { text } = await admin.get(answer.location ?? "");
    expect(text).toContain("The file was stored.");
    expect(text).toContain("people.csv 19 bytes");
  });

  it("of exactly 20 MB is taken, byte for byte", async () => {
    const content = new Uint8Array(20 * MB).fill(59);
    const answer = await admin.upload(page, new File([content], "large.csv"));
    expect(answer.status).toBe(303);
    expect((await stage.files.head(`c/${stage.berlin}/import/user_csv/large.csv`))?.size).toBe(20 * MB);
  });

  it.each([
    ["one byte more than 20 MB", new File([new Uint8Array(20 * MB + 1)], "large.csv"), /more than 20 MB; split it/],
    ["far more than 20 MB", new File([new Uint8Array(30 * MB)], "large.csv"), /larger than 20 MB; split it/],
    ["no file", null, /Choose a file first/],
    ["an empty file", new File([], "people.csv"), /people\.csv is empty/],
    ["another kind of file", new File(["PK"], "people.xlsx"), /must end with \.csv; save the file as CSV/],
    ["a name that is only an ending", new File(["x"], ".csv"), /must end with \.csv/],
    ["a result of an earlier import", new File(["x"], "people.csv.result.csv"), /result of an earlier import/],
    ["XML as people", new File(["<enterprise/>"], "groups.xml"), /ends with \.xml; choose the kind Groups \(XML\)/],
    ["XML under another name", new File(["\ufeff <enterprise/>"], "groups.csv"), /no CSV: it begins with </],
    [
      "a workbook under another name",
      new File(["PK\u0003\u0004xl"], "people.csv"),
      /a workbook or an archive.*People \(CSV\)/,
    ],
    ["UTF-16", new File(["\ufeffa\u0000b\u0000"], "people.csv"), /no text in UTF-8/],
  ])("of %s is refused, with the field and the remedy, and nothing is stored", async (_name, file, message) => {
    const answer = await admin.upload(page, file);
    expect(answer.status).toBe(422);
    expect(answer.text).toMatch(/The file was not stored: File :/);
    expect(answer.text).toMatch(message);
    expect((await stage.files.list(`c/${stage.berlin}/`)).entries).toEqual([]);
  });

  it("of groups puts the XML where their import finds it", async () => {
    const file = new File(['\ufeff\n<?xml version="1.0"?>\n<enterprise/>'], "C:\\hr\\Groups.XML");
    const answer = await admin.upload(page, file, { kind: "xml_group" });
    expect(answer.status).toBe(303);
    const { entries } = await stage.files.list(`c/${stage.berlin}/import/`);
    expect(entries.map(({ key }) => key)).toEqual([`c/${stage.berlin}/import/xml_group/Groups.xml`]);
    expect((await admin.get(page)).text).toMatch(/Waiting.*Groups\.xml/);
  });

  it.each([
    ["a CSV", new File(["a;b"], "people.csv"), "xml_group", /File : The name ends with \.csv; choose the kind People/],
    ["another kind of file", new File(["x"], "groups.zip"), "xml_group", /must end with \.xml; choose an XML file/],
    ["what is no XML", new File(["sourcedId;username"], "groups.xml"), "xml_group", /no XML: it does not begin with </],
    ["a workbook", new File(["PK\u0003\u0004xl"], "groups.xml"), "xml_group", /a workbook or an archive/],
    ["a file of no kind", new File(["x"], "x.csv"), "ldap_group", /Kind of file : Choose one of the list/],
  ])("of groups refuses %s, and keeps the kind that was chosen", async (_name, file, chosen, message) => {
    const answer = await admin.upload(page, file, { kind: chosen });
    expect(answer.status).toBe(422);
    expect(answer.text).toMatch(message);
    expect(answer.body).toMatch(new RegExp(`<option value="${chosen}" selected`));
    expect((await stage.files.list(`c/${stage.berlin}/`)).entries).toEqual([]);
  });

  it("goes where an active import configuration looks, and says when none does", async () => {
    const configure = (kind: string, location: string, active: number) =>
      stage.database.execute({
        sql: `INSERT INTO import_configs (client_id, kind, name, location, scheduler_active, created_at, updated_at)
          VALUES (?, ?, 'HR', ?, ?, 0, 0)`,
        args: [stage.berlin, kind, location, active],
      });
    expect((await admin.get(page)).text).toContain("no active import configuration for People (CSV), Groups (XML);");
    await configure("user_csv", `c/${stage.berlin}/import/gone`, 0);
    await configure("user_csv", `c/${stage.newYork}/import/theirs`, 1);
    await configure("user_csv", `c/${stage.berlin}/import/hr`, 1);
    await configure("xml_group", `c/${stage.berlin}/import/hr`, 1);
    await configure("xml_group", "", 1);
    expect((await admin.get(page)).text).not.toContain("no active import configuration");
    await admin.upload(page, new File(["a"], "people.csv"));
    await admin.upload(page, new File(["<enterprise/>"], "groups.xml"), { kind: "xml_group" });
    const { entries } = await stage.files.list("c/");
    expect(entries.map(({ key }) => key)).toEqual([
      `c/${stage.berlin}/import/hr/people.csv`,
      `c/${stage.berlin}/import/xml_group/groups.xml`,
    ]);
  });

  it("of groups is what the next run of XMLGroupImport imports", async () => {
    await stage.database.execute({
      sql: `INSERT INTO import_configs (client_id, kind, name, location, scheduler_active, created_at, updated_at)
        VALUES (?, 'xml_group', 'HR', '', 1, 0, 0)`,
      args: [stage.berlin],
    });
    const group =
      "<sourcedid><source>hr</source><id>ORG-1</id></sourcedid><description><short>Sales</short></description>";
    const file = new File([`<enterprise><group>${group}</group></enterprise>`], "groups.xml");
    await admin.upload(page, file, { kind: "xml_group" });
    const job = { jobId: 1, processor: "XMLGroupImport", jobName: "Groups", load: "heavy", parameters: {} } as const;
    const place = {
      clientId: stage.berlin,
      nodeId: "",
      timeZone: "UTC",
      asOf: null,
      dryRun: false,
      requestedBy: "test",
    };
    await startRuns(stage.database, [{ ...job, ...place }], stage.now);
    const clock = new VirtualClock(stage.now);
    await testRunner(stage.database, [XMLGroupImport], clock, stage.berlin, { filesFor: () => stage.files }).work();
    const groups = await stage.database.execute("SELECT client_id, external_id, name FROM groups");
    expect(groups.rows).toMatchObject([{ client_id: stage.berlin, external_id: "hr|ORG-1", name: "Sales" }]);
    expect((await admin.get(page)).text).toMatch(/No file is waiting.*Imported.*groups\.xml\.result\.csv/);
  });

  it("replaces a waiting file of the same name only when that is ticked", async () => {
    await admin.upload(page, new File(["old"], "people.csv"));
    const refused = await admin.upload(page, new File(["new"], "people.csv"), { replace: "false" });
    expect(refused.text).toContain("people.csv is waiting already; rename yours, or tick");
    expect(await stored("people.csv")).toBe("old");
    await admin.upload(page, new File(["new"], "people.csv"), { replace: "true" });
    expect(await stored("people.csv")).toBe("new");
  });

  it("that breaks off is refused as a whole", async () => {
    const answer = await admin.send(page, {
      method: "POST",
      headers: { "content-type": "multipart/form-data; boundary=x" },
      body: '--x\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\nhalf',
    });
    expect([answer.status, answer.text.includes("did not arrive whole")]).toEqual([400, true]);
    expect((await stage.files.list(`c/${stage.berlin}/`)).entries).toEqual([]);
  });

  it("that is no upload is refused", async () => {
    expect((await admin.post(page, { file: "x" })).status).toBe(415);
  });

  it("without a length is counted on its way and refused beyond the limit", async () => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(
          new TextEncoder().encode('--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n'),
        );
        for (let part = 0; part < 4; part += 1) controller.enqueue(new Uint8Array(64 * 1024));
        controller.enqueue(new TextEncoder().encode("\r\n--x--\r\n"));
        controller.close();
      },
    });
    const request = new Request("http://localhost/", {
      method: "POST",
      headers: { "content-type": "multipart/form-data; boundary=x" },
      body,
      duplex: "half",
    } as RequestInit);
    await expect(readUpload(request, 100_000)).rejects.toBeInstanceOf(UploadTooLargeError);
  });
});

describe("the name of an uploaded file", () => {
  it.each([
    ["people.csv", "people.csv"],
    ["C:\\Users\\ada\\full_people.CSV", "full_people.csv"],
    ["../../c/2/import/people.csv", "people.csv"],
    ["..\\..\\x.csv", "x.csv"],
    ["a\u0000b\nc.csv", "a_b_c.csv"],
    ['quo"te<b>;$(x).csv', "quo_te_b___(x).csv"],
    ["Müller Größe 名.csv", "Müller Größe 名.csv"],
    ["Mu\u0308ller.csv", "Müller.csv"],
    ["..hidden.csv", "hidden.csv"],
    ["  spaced   out .csv", "spaced out.csv"],
    [`${"x".repeat(300)}.csv`, `${"x".repeat(180)}.csv`],
    [`${"名".repeat(300)}.csv`, `${"名".repeat(60)}.csv`],
    ["people.csv/", null],
    ["people.txt", null],
    ["...csv", null],
    ["", null],
  ])("%j becomes %j", (given, name) => {
    expect(safeName(given, kind)).toBe(name);
  });
});

describe("the files of a client", () => {
  beforeEach(async () => {
    const folder = `c/${stage.berlin}/import/user_csv`;
    await stage.files.write(`${folder}/next.csv`, "n");
    await stage.files.write(`${folder}/done/20261101000000_old.csv`, "o");
    await stage.files.write(`${folder}/done/20261102000000_new.csv.result.csv`, "line;ref;result;message\n");
    await stage.files.write(`${folder}/failed/20261103000000_bäd name.csv`, "b");
    await stage.files.write(`c/${stage.newYork}/import/user_csv/theirs.csv`, "t");
    await stage.files.write(`c/${stage.berlin}/data/secret.csv`, "s");
  });

  it("are shown as waiting, imported (the newest first) and refused", async () => {
    const { text } = await admin.get(page);
    expect(text).toMatch(
      /Waiting.*next\.csv.*Imported.*20261102000000_new\.csv\.result\.csv result.*20261101000000_old\.csv.*Refused.*bäd name\.csv/,
    );
    expect(text).not.toContain("theirs");
    expect(text).not.toContain("secret");
  });

  it("are sent for saving, under their own name, never to be shown as a page", async () => {
    const answer = await admin.get(`${page}/user_csv/failed/20261103000000_b%C3%A4d%20name.csv`);
    expect([answer.status, answer.body]).toEqual([200, "b"]);
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("content-disposition")).toBe(
      `attachment; filename="20261103000000_b_d name.csv"; filename*=UTF-8''20261103000000_b%C3%A4d%20name.csv`,
    );
  });

  it("that are XML are sent as XML", async () => {
    await stage.files.write(`c/${stage.berlin}/import/xml_group/done/20261104000000_groups.xml`, "<enterprise/>");
    const answer = await admin.get(`${page}/xml_group/done/20261104000000_groups.xml`);
    expect([answer.headers.get("content-type"), answer.body]).toEqual(["application/xml", "<enterprise/>"]);
    expect(answer.headers.get("content-disposition")).toContain("attachment");
  });

  it.each([
    "user_csv/none.csv",
    "user_csv",
    "user_csv/..%2F..%2Fdata/secret.csv",
    "..%2Fdata%2Fsecret.csv",
    "user_csv%2F..%2F..%2F..%2F2%2Fimport%2Fuser_csv%2Ftheirs.csv",
    "user_csv/%00.csv",
    "user_csv//next.csv",
  ])("that are none, or lie elsewhere, are not found: %s", async (path) => {
    expect((await admin.get(`${page}/${path}`)).status).toBe(404);
  });

  it("are reached by choosing the client", async () => {
    expect((await admin.get("/admin/files")).text).toContain("berlin new-york");
    expect((await admin.get("/admin/files?client=2")).location).toBe("/admin/files/2");
  });
});
