import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { boundFiles, prefixesOf } from "../../../src/files/bound.ts";
import type { Files } from "../../../src/files/files.ts";
import { folderFiles } from "../../../src/files/folder.ts";
import { DeleteUsersJob } from "../../../src/processors/people/DeleteUsersJob.ts";
import { takeSnapshot } from "../../conformance/snapshot.ts";
import { leaveHistory, live, type Person, traces, zaphira } from "./life.ts";
import { Stage } from "./stage.ts";

let stage: Stage;
let files: Files;

beforeEach(async () => {
  stage = await Stage.set(DeleteUsersJob);
  const folder = await mkdtemp(join(tmpdir(), "minutehand-erase-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  files = folderFiles(folder);
});

/** Runs the job, with the file store as `through` changes it. */
const run = (
  parameters: Record<string, unknown> = {},
  { dryRun = false, through = {} }: { dryRun?: boolean; through?: Partial<Files> } = {},
) => stage.run(parameters, { dryRun, filesFor: (of) => boundFiles({ ...files, ...through }, prefixesOf(of)) });

const due = (id: number, more: Record<string, string | null> = {}) =>
  stage.add("persons", { id, deletion_on: "2026-03-01", auth_status: "passive", ...more });
const statuses = async () =>
  Object.fromEntries(
    (
      await stage.rows<{ id: number; auth_status: string }>("SELECT id, auth_status FROM persons WHERE client_id = 1")
    ).map(({ id, auth_status }) => [id, auth_status]),
  );
const contentOf = async (key: string) => {
  const stream = await files.read(key);
  return stream ? await new Response(stream).text() : null;
};
const count = async (sql: string) =>
  Number((await stage.rows<{ n: number }>(`SELECT count(*) AS n FROM ${sql}`))[0]?.n);
const failing = (code: string) => async () => {
  throw Object.assign(new Error("c/1/data/certificate/job/zquell_1.pdf cannot be reached"), { code });
};

describe.each(["anonymise", "remove"] as const)("a person who is deleted by way of %s", (mode) => {
  const other: Person = { ...zaphira, id: 20_011 };

  beforeEach(async () => {
    await stage.database.execute({ sql: "UPDATE clients SET deletion_mode = ?", args: [mode] });
    await live(stage.database, files, 1, zaphira);
    await leaveHistory(stage.database, 1, zaphira);
    await stage.add("groups", { id: 500, name: "Team of Zaphíra Quellmann-Östberg", source: "xml", external_id: "T" });
    await stage.add("components", { id: 500, title: "Ethics", description: "Ask zaphira.quell@example.com" });
    await files.write("c/1/log/20260227.log", "1 zquell signed in\n2 otto signed in\n");
  });

  it("is found in no column of any table and in no file, and another client's namesake in all of them", async () => {
    await live(stage.database, files, 2, other);
    const before = (await traces(stage.database, files, zaphira)).length;
    const elsewhere = await traces(stage.database, files, other, "c/2/");
    expect(before).toBeGreaterThan(50);
    const { state, counts, errors } = await run();
    expect([state, errors]).toEqual(["ok", []]);
    expect(counts).toMatchObject({ [mode === "remove" ? "removed" : "anonymised"]: 1 });
    expect(await traces(stage.database, files, zaphira)).toEqual([]);
    const inTables = (found: readonly string[]) =>
      found.filter((one) => !/^(runs|run_logs|failures|effects)\./.test(one));
    expect(inTables(await traces(stage.database, files, other, "c/2/"))).toEqual(
      inTables(elsewhere).filter((one) => !one.startsWith("runs.")),
    );
  });

  it("leaves what is not the person's", async () => {
    // A newcomer, whom the suite does not know yet.
    const namesake = "P-20;namesake;Zaphíra;Quellmann-Östberg;namesake@example.com\r\n";
    await files.write("c/1/import/user_csv/next.csv", `P-17;;Zaphíra;Quellmann-Östberg;\r\n${namesake}`);
    await run();
    expect(await contentOf("c/1/import/user_csv/next.csv")).toBe(namesake);
    expect(await contentOf("c/1/log/20260227.log")).toBe("2 otto signed in\n");
    expect(await contentOf("c/1/import/user_csv/done/20260227_users11.csv")).toBe(
      "sourcedId;username;givenName;familyName;email\r\nP-18;other;Otto;Other;otto@example.com\r\n",
    );
    expect(await contentOf("c/1/import/user_csv/done/20260227_users11.csv.result.csv")).toBe(
      "line;ref;result;message\r\n",
    );
    expect(await contentOf("c/1/import/xml_group/done/20260227_others11.xml")).not.toBeNull();
    // A report of another subscriber loses the row; a workbook goes as a whole; the person's own go all.
    expect(await contentOf("c/1/data/report/subscription/1199/2026-02-27.csv")).toBe(
      "sourcedId;username;givenName;familyName;email\r\nP-18;other;Otto;Other;otto@example.com\r\n",
    );
    expect((await files.list("c/1/data/report/")).entries.map(({ key }) => key)).toEqual([
      "c/1/data/report/subscription/1197/2026-02-27.xlsx",
      "c/1/data/report/subscription/1199/2026-02-27.csv",
    ]);
    const [led] = await stage.rows(
      "SELECT supervisor_id, deletion_requested_by, attributes FROM persons WHERE id = 12",
    );
    expect(led).toEqual({
      supervisor_id: null,
      deletion_requested_by: null,
      attributes: '{"head":"deleted deleted","department":"Sales"}',
    });
    expect(await stage.rows("SELECT name FROM groups WHERE id = 500")).toEqual([{ name: "Team of deleted deleted" }]);
  });

  it("is taken out of mails to supervisors and tutors, which still reach those who wait for them", async () => {
    await stage.add("messages", {
      ...{
        id: 7,
        created_run_id: 1,
        kind: "notification",
        channel: "mail",
        person_id: 12,
        to_address: "led@example.com",
      },
      ...{ subject: "Zaphíra Quellmann-Östberg is late", body: "Remind zquell", dedupe_key: "tutor", queued_at: 0 },
      status: "to_forward",
    });
    await run();
    expect(
      await stage.rows("SELECT to_address, subject, body, status FROM messages WHERE id IN (7, 113, 115)"),
    ).toEqual([
      {
        to_address: "led@example.com",
        subject: "deleted deleted is late",
        body: "Remind deleted",
        status: "to_forward",
      },
      {
        to_address: "led@example.com",
        subject: "deleted, deleted has not begun",
        body: "deleted, deleted has not begun",
        status: "sent",
      },
      {
        to_address: "led@example.com",
        subject: "Nobody is named here",
        body: "Nobody is named here",
        status: "to_forward",
      },
    ]);
    expect(await count("messages WHERE person_id = 11 AND status = 'to_forward'")).toBe(0);
  });

  it(
    mode === "remove" ? "leaves totals only, as nobody's" : "leaves the records of learning without the person",
    async () => {
      await run();
      const kept = mode === "anonymise" ? 1 : 0;
      for (const table of [
        "registrations WHERE person_id = 11",
        "item_progress WHERE registration_id = 11",
        "recert_periods WHERE registration_id = 11",
        "attempts WHERE person_id = 11",
        "skill_achievements WHERE person_id = 11",
        "person_certifications WHERE person_id = 11",
        "certification_credits WHERE person_certification_id = 11",
        "tracking_daily WHERE person_id = 11",
        "persons WHERE id = 11",
      ]) {
        expect(await count(table), table).toBe(kept);
      }
      for (const table of ["person_sessions", "push_devices", "xapi_auth_tokens", "vc_accounts", "group_members"]) {
        expect(await count(`${table} WHERE person_id = 11`), table).toBe(0);
      }
      expect(await count("orders WHERE email = '' AND amount_minor = 100")).toBe(2);
      expect(await stage.rows("SELECT person_id, event_count, duration_s FROM tracking_daily")).toEqual([
        { person_id: mode === "remove" ? 0 : 11, event_count: 2, duration_s: 100 },
      ]);
      if (mode === "remove") return;
      const [person] =
        await stage.rows(`SELECT username, given_name, family_name, email, external_id, ldap_dn, attributes,
      password_hash, deletion_on, auth_status FROM persons WHERE id = 11`);
      expect(person).toEqual({
        ...{ username: "deleted-11", given_name: "deleted", family_name: "deleted", attributes: "{}" },
        ...{ email: null, external_id: null, ldap_dn: null, password_hash: null, deletion_on: null },
        auth_status: "deleted",
      });
    },
  );

  it("is left in peace by a dry run, which says what it would do and names nobody", async () => {
    const before = await takeSnapshot(stage.database, files);
    const rehearsed = await run({}, { dryRun: true });
    expect(await takeSnapshot(stage.database, files)).toEqual(before);
    expect(rehearsed.log.filter((line) => /zquell|zaphíra|quellmann/i.test(line))).toEqual([]);
    expect(rehearsed.log).toContain(`Would do: ${mode} person 11 and delete 3 files`);
    const real = await run();
    expect(real.counts).toEqual(rehearsed.counts);
  });

  it("is deleted once", async () => {
    await run();
    const before = await takeSnapshot(stage.database, files);
    const again = await run();
    expect(again.state).toBe("no_action");
    expect(await takeSnapshot(stage.database, files)).toEqual(before);
  });
});

describe("who is due", () => {
  it.each([
    ["2026-03-01", 0, true],
    ["2026-03-02", 0, false],
    ["2026-02-27", 2, true],
    ["2026-02-28", 2, false],
    [null, 0, false],
  ])("deletion_on %s with %i days of grace on 2 March: %s", async (deletionOn, graceDays, deleted) => {
    await stage.add("persons", { id: 1, deletion_on: deletionOn });
    const { state } = await run({ graceDays });
    expect([state, (await statuses())[1]]).toEqual(deleted ? ["ok", "deleted"] : ["no_action", "active"]);
  });

  it("whoever is spared while the job is at work keeps rows and files", async () => {
    await due(1);
    await due(2);
    await stage.add("report_subscriptions", { id: 1, report_id: 1, person_id: 1, weekdays: "[2]", format: "csv" });
    await files.write("c/1/data/report/subscription/1/2026-02-27.csv", "a;b\r\n");
    const list: Files["list"] = async (prefix, cursor) => {
      // The last look before the person's own files are deleted.
      if (prefix === "c/1/data/report/subscription/1/")
        await stage.database.execute("UPDATE persons SET deletion_on = NULL WHERE id = 1");
      return files.list(prefix, cursor);
    };
    expect((await run({}, { through: { list } })).state).toBe("ok");
    expect(await statuses()).toEqual({ 1: "passive", 2: "deleted" });
    expect(await contentOf("c/1/data/report/subscription/1/2026-02-27.csv")).toBe("a;b\r\n");
    expect(await count("report_subscriptions")).toBe(1);
  });
});

describe("files that cannot be reached", () => {
  it("keep their person, with every row and a failure that names no file; neighbours go; the next run finishes it", async () => {
    await live(stage.database, files, 1, zaphira, { files: "few" });
    await due(30);
    const first = await run(
      {},
      {
        through: {
          delete: async (keys) =>
            keys.some((key) => key.includes("certificate")) ? failing("EIO")() : files.delete(keys),
        },
      },
    );
    expect(first.state).toBe("partial");
    expect(first.errors).toEqual([
      { ref: "person:11", code: "files_unavailable", message: "The person's files could not be deleted: EIO" },
    ]);
    expect(await statuses()).toMatchObject({ 11: "active", 30: "deleted" });
    expect(await count("registrations WHERE person_id = 11")).toBe(1);
    expect((await run()).state).toBe("ok");
    expect(await statuses()).toMatchObject({ 11: "deleted", 30: "deleted" });
    expect(await traces(stage.database, files, zaphira)).toEqual([]);
  });

  it("and if none can be, nothing is done at all", async () => {
    await live(stage.database, files, 1, zaphira, { files: "few" });
    await due(30);
    const before = await takeSnapshot(stage.database, files);
    const { state, errors } = await run({}, { through: { list: failing("EIO") } });
    expect(state).toBe("partial");
    expect(errors.map(({ ref, code }) => [ref, code])).toEqual([
      ["person:11", "files_unavailable"],
      ["person:30", "files_unavailable"],
    ]);
    expect(JSON.stringify(errors)).not.toContain("zquell");
    expect(await takeSnapshot(stage.database, files)).toEqual(before);
  });

  it("or a list that cannot be written again keeps whom it names, and not the others", async () => {
    await due(11, { username: "zquell" });
    await due(30);
    await files.write("c/1/import/user_csv/done/a.csv", "zquell\r\n");
    const { errors } = await run({}, { through: { write: failing("ENOSPC") } });
    expect(errors.map(({ ref, code }) => [ref, code])).toEqual([["person:11", "files_unavailable"]]);
    expect(await statuses()).toEqual({ 11: "passive", 30: "deleted" });
  });

  it("or that somebody replaces keep whom they name until the next run", async () => {
    await due(11, { username: "zquell" });
    const key = "c/1/import/user_csv/done/a.csv";
    await files.write(key, "zquell\r\n");
    let looked = 0;
    const read: Files["read"] = async (one, range) => {
      // Found by the first look; another file by the second, which is to clean it.
      if (one === key && ++looked === 2) await files.write(key, "otto\r\nzquell again\r\n");
      return files.read(one, range);
    };
    const { errors } = await run({}, { through: { read } });
    expect(errors.map(({ ref, code }) => [ref, code])).toEqual([["person:11", "file_changed"]]);
    expect((await run()).state).toBe("ok");
    expect(await contentOf(key)).toBe("otto\r\n");
  });

  it.each([
    ["waits to be imported and is no list", "c/1/import/xml_group/next.xml", null, "file_waits"],
    ["waits to be imported under the person's name", "c/1/import/user_csv/zquell.csv", null, "file_waits"],
    ["is being imported", "c/1/import/user_csv/next.csv", "claimed", "file_in_use"],
  ])("a file that %s keeps whom it names until it is imported", async (_, key, state, code) => {
    await due(11, { username: "zquell" });
    await files.write(key, "<userid>zquell</userid>");
    if (state) await stage.add("files", { id: 1, key, kind: "import", size: 1, state, stored_at: 0 });
    expect((await run()).errors.map((error) => [error.ref, error.code])).toEqual([["person:11", code]]);
    const done = `${key.slice(0, key.lastIndexOf("/"))}/done/${key.slice(key.lastIndexOf("/") + 1)}`;
    await files.move(key, done);
    await stage.database.execute({ sql: "UPDATE files SET state = 'done', key = ?", args: [done] });
    expect((await run()).state).toBe("ok");
    expect(await statuses()).toEqual({ 11: "deleted" });
    expect((await contentOf(done)) ?? "").not.toContain("zquell");
    expect(await count("files WHERE key LIKE '%zquell%'")).toBe(0);
  });
});

describe("others are not harmed", () => {
  it("by the deletion of a namesake: what names only both stays, what is known to be the other's goes", async () => {
    const both = { given_name: "Ada", family_name: "Byron" };
    await due(1, { ...both, username: "ada1", email: "ada1@example.com", external_id: "P-1" });
    await stage.add("persons", { id: 2, ...both, username: "ada2", external_id: "P-2" });
    const message = { created_run_id: 1, kind: "system", channel: "mail", status: "sent", queued_at: 0 };
    await stage.add(
      "messages",
      { ...message, id: 1, person_id: 2, subject: "Dear Ada Byron", body: "", dedupe_key: "1" },
      { ...message, id: 2, subject: "Ada Byron <ada1@example.com> left", body: "", dedupe_key: "2" },
    );
    await files.write("c/1/import/user_csv/done/a.csv", "P-1;Ada;Byron\r\nP-2;Ada;Byron\r\nP-3;ada1;x\r\n");
    await files.write("c/1/data/report/x.csv", "ada2;Ada;Byron\r\n");
    await run();
    expect(await stage.rows("SELECT username, given_name FROM persons WHERE id = 2")).toEqual([
      { username: "ada2", given_name: "Ada" },
    ]);
    expect(await stage.rows("SELECT subject FROM messages ORDER BY id")).toEqual([
      { subject: "Dear Ada Byron" },
      { subject: "deleted deleted <deleted> left" },
    ]);
    expect(await contentOf("c/1/import/user_csv/done/a.csv")).toBe("P-2;Ada;Byron\r\n");
    expect(await contentOf("c/1/data/report/x.csv")).toBe("ada2;Ada;Byron\r\n");
    // With the last of them the name goes too.
    await stage.database.execute("UPDATE persons SET deletion_on = '2026-03-01' WHERE id = 2");
    await run();
    expect(await stage.rows("SELECT subject FROM messages WHERE id = 1")).toEqual([{ subject: "" }]);
    expect(await contentOf("c/1/data/report/x.csv")).toBe("");
  });

  it("when two namesakes are deleted together", async () => {
    for (const id of [1, 2]) await due(id, { given_name: "Ada", family_name: "Byron" });
    await files.write("c/1/data/report/x.csv", "Ada;Byron\r\nOtto;Other\r\n");
    await run();
    expect(await contentOf("c/1/data/report/x.csv")).toBe("Otto;Other\r\n");
  });

  it.each([
    ["a name", { username: "smith", given_name: "X", family_name: "Y" }],
    ["the name of a group", { username: "sales", given_name: "X", family_name: "Y" }],
    ["a word of a title", { username: "ethics", given_name: "X", family_name: "Y" }],
    ["two letters", { username: "is", given_name: "X", family_name: "Y" }],
    ["words", { username: "u1", given_name: "Will", family_name: "Page" }],
    ["short words", { username: "u1", given_name: "An", family_name: "Do" }],
    ["one name only", { username: "u1", given_name: "Ethics", family_name: "" }],
  ])("by the deletion of somebody whose user name or names are %s", async (_, person) => {
    await due(1, person);
    await stage.add("persons", { id: 2, family_name: "Smith", attributes: '{"department":"Sales"}' });
    await stage.add("groups", { id: 1, name: "Field Sales" });
    await stage.add("components", { id: 1, title: "Ethics at work" });
    const text =
      "Dear Ms Smith, Ethics is new: you will see it on the page of Sales. An exercise is there to do, do an hour";
    const message = { created_run_id: 1, kind: "system", channel: "mail", status: "to_forward", queued_at: 0 };
    await stage.add("messages", { ...message, id: 1, person_id: 2, subject: text, body: text, dedupe_key: "1" });
    const list = "P-2;smith2;Ann;Smith;Sales;Ethics is on this page, it will do\r\n";
    await files.write("c/1/import/user_csv/next.csv", list);
    await files.write("c/1/data/report/x.csv", list);
    await run();
    expect((await statuses())[1]).toBe("deleted");
    expect(await stage.rows("SELECT subject, body FROM messages")).toEqual([{ subject: text, body: text }]);
    expect(await stage.rows("SELECT family_name, attributes FROM persons WHERE id = 2")).toEqual([
      { family_name: "Smith", attributes: '{"department":"Sales"}' },
    ]);
    expect([await contentOf("c/1/import/user_csv/next.csv"), await contentOf("c/1/data/report/x.csv")]).toEqual([
      list,
      list,
    ]);
  });
});

it("people are dealt with one after the other, however small the chunks", async () => {
  for (let id = 1; id <= 7; id += 1) await due(id);
  const { counts } = await run({ chunkSize: 2 });
  expect(counts).toMatchObject({ anonymised: 7, scanned: 7 });
});
