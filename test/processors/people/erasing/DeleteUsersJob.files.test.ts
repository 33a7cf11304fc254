import { beforeEach, describe, expect, it } from "vitest";
import { boundFiles } from "../../../../src/files/bound.ts";
import type { Files } from "../../../../src/files/files.ts";
import { countingWrites, killedAt } from "../../../conformance/suite/faults.ts";
import { takeSnapshot } from "../../../conformance/suite/snapshot.ts";
import { live } from "../life/live.ts";
import { zaphira } from "../life/person.ts";
import { traces } from "../life/traces.ts";
import type { Stage } from "../stage.ts";
import { Erasure } from "./erasure.ts";

let erasure: Erasure;
let stage: Stage;
let files: Files;

beforeEach(async () => {
  erasure = await Erasure.set();
  ({ stage, files } = erasure);
});

const failing = (code: string) => async () => {
  throw Object.assign(new Error("c/1/data/certificate/job/zquell_1.pdf cannot be reached"), { code });
};

describe("files that cannot be reached", () => {
  it("keep their person, with every row and a failure that names no file; neighbours go; the next run finishes it", async () => {
    await live(stage.database, files, 1, zaphira, { files: "few" });
    await erasure.due(30);
    const first = await erasure.run(
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
    expect(await erasure.statuses()).toMatchObject({ 11: "active", 30: "deleted" });
    expect(await erasure.count("registrations WHERE person_id = 11")).toBe(1);
    expect((await erasure.run()).state).toBe("ok");
    expect(await erasure.statuses()).toMatchObject({ 11: "deleted", 30: "deleted" });
    expect(await traces(stage.database, files, zaphira)).toEqual([]);
  });

  it("and if none can be, nothing is done at all", async () => {
    await live(stage.database, files, 1, zaphira, { files: "few" });
    await erasure.due(30);
    const before = await takeSnapshot(stage.database, files);
    const { state, errors } = await erasure.run({}, { through: { list: failing("EIO") } });
    expect(state).toBe("partial");
    expect(errors.map(({ ref, code }) => [ref, code])).toEqual([
      ["person:11", "files_unavailable"],
      ["person:30", "files_unavailable"],
    ]);
    expect(JSON.stringify(errors)).not.toContain("zquell");
    expect(await takeSnapshot(stage.database, files)).toEqual(before);
  });

  it("or a list that cannot be written again keeps whom it names, and not the others", async () => {
    await erasure.due(11, { username: "zquell" });
    await erasure.due(30);
    await files.write("c/1/import/user_csv/done/a.csv", "sourcedId;username\r\n;zquell\r\n;otto\r\n");
    const { errors } = await erasure.run({}, { through: { write: failing("ENOSPC") } });
    expect(errors.map(({ ref, code }) => [ref, code])).toEqual([["person:11", "files_unavailable"]]);
    expect(await erasure.statuses()).toEqual({ 11: "passive", 30: "deleted" });
  });

  it("keep whose they are also where the run is interrupted, at whatever write", async () => {
    await erasure.due(11, { username: "zquell" });
    await erasure.due(12);
    await erasure.due(30);
    await files.write("c/1/import/user_csv/done/a.csv", "sourcedId;username\r\n;zquell\r\n;otto\r\n");
    const upload = { id: 1, key: "c/1/data/temp/a.txt", kind: "temp", size: 1, state: "ready", stored_at: 0 };
    await stage.add("files", { ...upload, ref_type: "person", ref_id: 12 });
    const refusing = { ...files, write: failing("ENOSPC"), delete: failing("EIO") };
    const ports = { filesFor: () => boundFiles(refusing, ["c/1/"]) };
    const writes = { count: 0 };
    await stage.start();
    await stage.toEnd({ ports, through: countingWrites(stage.database, writes) });
    expect(await erasure.statuses()).toEqual({ 11: "passive", 12: "passive", 30: "deleted" });
    for (let fatal = 1; fatal <= writes.count; fatal += 1) {
      const id = await stage.start();
      const dying = stage.runner({ ports, through: killedAt(stage.database, fatal, "after") });
      await dying.work().catch(() => undefined);
      await stage.toEnd({ ports });
      const { errors } = await stage.outcome(id);
      expect([fatal, errors.map(({ ref, code }) => [ref, code])]).toEqual([
        fatal,
        [
          ["person:11", "files_unavailable"],
          ["person:12", "files_unavailable"],
        ],
      ]);
      expect(await erasure.statuses()).toEqual({ 11: "passive", 12: "passive", 30: "deleted" });
    }
    expect(writes.count).toBeGreaterThan(8);
  });

  it("or that an administrator replaces keep whom they name until the next run", async () => {
    await erasure.due(11, { username: "zquell" });
    const key = "c/1/import/user_csv/done/a.csv";
    await files.write(key, "username\r\nzquell\r\n");
    let looked = 0;
    const read: Files["read"] = async (one, range) => {
      // Found by the first look; another file by the second, which is to clean it.
      if (one === key && ++looked === 2) await files.write(key, "username;x\r\notto\r\nzquell;again\r\n");
      return files.read(one, range);
    };
    const { errors } = await erasure.run({}, { through: { read } });
    expect(errors.map(({ ref, code }) => [ref, code])).toEqual([["person:11", "file_changed"]]);
    expect((await erasure.run()).state).toBe("ok");
    expect(await erasure.contentOf(key)).toBe("username;x\r\notto\r\n");
  });

  it("a file that is being imported is left for the next run, and so is the person whose line it has", async () => {
    await erasure.due(11, { username: "zquell" });
    await erasure.due(30);
    const key = "c/1/import/user_csv/next.csv";
    const list = "sourcedId;username\r\n;zquell\r\n;otto\r\n";
    await files.write(key, list);
    await stage.add("files", { id: 1, key, kind: "import", size: 1, state: "claimed", stored_at: 0 });
    expect((await erasure.run()).errors.map((error) => [error.ref, error.code])).toEqual([
      ["person:11", "file_in_use"],
    ]);
    expect([await erasure.statuses(), await erasure.contentOf(key)]).toEqual([{ 11: "passive", 30: "deleted" }, list]);
    const done = "c/1/import/user_csv/done/next.csv";
    await files.move(key, done);
    await stage.database.execute({ sql: "UPDATE files SET state = 'done', key = ?", args: [done] });
    expect((await erasure.run()).state).toBe("ok");
    expect((await erasure.statuses())[11]).toBe("deleted");
    expect(await erasure.contentOf(done)).toBe("sourcedId;username\r\n;otto\r\n");
  });
});

describe("a list that waits", () => {
  const header = "sourcedId;username;givenName;familyName;email;supervisorSourcedId;attr.manager\r\n";
  const manager = "P-1;boss;Bea;Boss;bea.boss@example.com;;\r\n";
  const colleagues = Array.from(
    { length: 50 },
    (_, index) => `P-1${index};boss${index};Bea;Boss;bea.boss@example.com;P-1;bea.boss@example.com boss P-1\r\n`,
  );

  beforeEach(() =>
    erasure.due(1, {
      username: "boss",
      given_name: "Bea",
      family_name: "Boss",
      email: "bea.boss@example.com",
      external_id: "P-1",
    }),
  );

  it("keeps the lines of colleagues that name their deleted manager", async () => {
    await files.write("c/1/import/user_csv/full_2026.csv", header + colleagues.join("") + manager);
    await erasure.run();
    expect(await erasure.contentOf("c/1/import/user_csv/full_2026.csv")).toBe(header + colleagues.join(""));
  });

  it("keeps the line of a colleague who takes over the username, by the external id of a person who is there", async () => {
    await stage.add("persons", { id: 2, username: "second", external_id: "P-2" });
    const line = "P-2;boss;Ben;Boss;ben@example.com;;\r\n";
    await files.write("c/1/import/user_csv/next.csv", header + line + manager);
    await erasure.run();
    expect(await erasure.contentOf("c/1/import/user_csv/next.csv")).toBe(header + line);
  });

  it.each([
    ["another delimiter", "sourcedId,username,x\r\n", 'P-1,boss,"a,b"\r\n', 'P-2,"boss, too",y\r\n'],
    [
      "columns in another order and cells over two lines",
      "x;username;sourcedId\n",
      '"a\nb";BOSS;\n',
      '"boss\n;P-1";other;P-2\n',
    ],
    ["a byte order mark", "\ufeffsourcedId;username\r\n", "P-1;\r\n", "P-10;boss1\r\n"],
    ["Excel's line with the delimiter", "sep=|\r\nsourcedId|username\r\n", "P-1|boss\r\n", "P-2|P-1\r\n"],
    ["rows of delimiters", ";;\r\nsourcedId;username;x\r\n;;\r\n", "P-1;boss;\r\n", "P-2;x;boss\r\n;;\r\n"],
    ["characters that are not shown", "sourcedId;username\r\n", "P\u00ad-1\u200b;x\r\n", "P-2;y\u200b\r\n"],
    ["people of another list", "personSourcedId;courseExternalId\r\n", "P-1;C-1\r\n", "P-2;P-1\r\n"],
  ])("with %s loses the person's own lines only", async (_, first, mine, others) => {
    const key = "c/1/import/user_csv/next.csv";
    await files.write(key, first + mine + others + mine);
    await erasure.run();
    expect(await erasure.contentOf(key)).toBe(first + others);
  });

  it("whose columns are mapped is read as the import reads it", async () => {
    await stage.add("import_configs", {
      kind: "user_csv",
      name: "HR",
      location: "c/1/hr/",
      mapping: '{"Nr":"sourcedId","Konto":"username"}',
    });
    await files.write("c/1/hr/next.csv", "Nr;Konto\nP-1;boss\nP-2;x\n");
    await erasure.run();
    expect(await erasure.contentOf("c/1/hr/next.csv")).toBe("Nr;Konto\nP-2;x\n");
  });

  it("of something else than people is left as it is", async () => {
    const list = "sourcedId;title\r\nP-1;boss\r\n";
    await files.write("c/1/import/course_csv/courses.csv", list);
    await erasure.run();
    expect(await erasure.contentOf("c/1/import/course_csv/courses.csv")).toBe(list);
  });

  it("with a quote that is never closed loses no line of others", async () => {
    const lines = ['P-1;boss;"Bea;x\r\n', "P-2;two;Otto;x\r\n", 'P-3;three;"Ada";x\r\n'];
    await files.write("c/1/import/user_csv/failed/next.csv", `sourcedId;username;givenName;x\r\n${lines.join("")}`);
    await erasure.run();
    expect(await erasure.contentOf("c/1/import/user_csv/failed/next.csv")).toBe(
      `sourcedId;username;givenName;x\r\n${lines.slice(1).join("")}`,
    );
  });
});
