import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { boundFiles, prefixesOf } from "../../../../src/files/bound.ts";
import { folderFiles } from "../../../../src/files/folder.ts";
import { DeleteUsersJob } from "../../../../src/processors/people/DeleteUsersJob.ts";
import { takeSnapshot } from "../../../conformance/suite/snapshot.ts";
import { leaveHistory } from "../life/history.ts";
import { live } from "../life/live.ts";
import type { Person } from "../life/person.ts";
import { Stage } from "../stage.ts";
import { plantDecoys } from "./decoys.ts";

/** People whose names and keys are words, numbers, beginnings of others, and keys of JSON in everybody's data. */
const people: readonly Person[] = [
  {
    id: 11_000,
    username: "trainer",
    given: "Group",
    family: "Trainer",
    email: "trainer@example.com",
    externalId: "sales",
  },
  { id: 21_000, username: "4711", given: "An", family: "All", email: "a@example.com", externalId: "12" },
  { id: 31_000, username: "group", given: "Attr", family: "Value", email: "group@example.com", externalId: "rule" },
  { id: 41_000, username: "ad", given: "Ada", family: "By", email: "ada@example.com", externalId: "P-1" },
  { id: 51_000, username: "texts", given: "Text", family: "Keys", email: "t@example.com", externalId: "place" },
];
const words = [
  ...people.flatMap(({ username, given, family, email, externalId }) => [
    ...[username, given, family, email, externalId, `${given} ${family}`, `${family}, ${given}`],
    `${username}s`,
    `${externalId}1`,
  ]),
  "all",
  "attr",
];
/** More than a page of the run; each row of theirs holds every word. */
const OTHERS = 60;

it.each(["anonymise", "remove"] as const)(
  `decoys in every column of text and JSON of ${OTHERS} others and in all files have not changed by one byte (%s)`,
  async (mode) => {
    const stage = await Stage.set(DeleteUsersJob);
    const folder = await mkdtemp(join(tmpdir(), "minutehand-decoys-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const files = folderFiles(folder);
    await stage.database.execute({ sql: "UPDATE clients SET deletion_mode = ?", args: [mode] });
    await plantDecoys(
      stage.database,
      Array.from({ length: OTHERS }, (_, index) => 1000 + index),
      words,
    );
    // A person's external id is a deleted person's username, and rows that hold it and nothing else are that one's.
    await stage.add("persons", { id: 5000, username: "colleague", external_id: "4711", email: "trainer@example.com" });
    await stage.add(
      "avetmiss_activities",
      { id: 5000, client_identifier: "4711", subject_identifier: "S" },
      { id: 5001, client_identifier: "47110", subject_identifier: "S" },
    );
    const message = { created_run_id: 1, kind: "system", channel: "mail", status: "to_forward", queued_at: 0 };
    await stage.add(
      "messages",
      { ...message, id: 50_000, to_address: "trainer@example.com", subject: "For 5000", body: "", dedupe_key: "a" },
      {
        ...message,
        id: 50_001,
        person_id: 5000,
        to_address: "trainer@example.com",
        subject: "For 5000",
        body: "",
        dedupe_key: "b",
      },
    );
    await stage.add("groups", { id: 5000, source: "xml", external_id: "hr|sales", name: "sales" });
    const colleagues = Array.from({ length: 40 }, (_, index) =>
      `P-1${index};trainer${index};Group;Trainer;trainer@example.com;P-1;sales 4711 group "trainer"\r\n`.replaceAll(
        '"',
        "",
      ),
    );
    const list = `sourcedId;username;givenName;familyName;email;supervisorSourcedId;attr.x\r\n${colleagues.join("")}`;
    const words4 = words.join(";");
    for (const key of [
      "c/1/import/user_csv/full_users.csv",
      "c/1/import/user_csv/done/trainer.csv",
      "c/1/hr/group.csv",
      "c/1/import/course_csv/4711.csv",
      "c/1/data/report/subscription/9/2026-02-27.csv",
      "c/1/data/temp/trainer.csv",
      "c/1/log/group.log",
    ])
      await files.write(key, list);
    await files.write("c/1/import/course_csv/courses.csv", `sourcedId;title\r\nsales;trainer\r\n12;${words4}\r\n`);
    await files.write(
      "c/1/import/user_csv/done/x.csv.result.csv",
      `"line";"ref";"result";"message"\r\n"2";"P-10";"failed";"trainer 4711"\r\n`,
    );
    await files.write(
      "c/1/import/xml_group/done/g.xml.result.csv",
      `"line";"ref";"result";"message"\r\n"2";"hr|sales";"failed";"x"\r\n`,
    );
    await files.write(
      "c/1/import/xml_group/next.xml",
      `<enterprise><group><sourcedid><source>hr</source><id>sales</id></sourcedid><description><short>trainer</short></description></group>
      <person><sourcedid><source>hr</source><id>P-10</id></sourcedid><userid>trainers</userid><name><n><family>Trainer</family><given>Group</given></n></name></person>
      <membership><sourcedid><source>hr</source><id>P-1</id></sourcedid><member><sourcedid><source>hr</source><id>P-10</id></sourcedid></member>
      <member><sourcedid><source>hr</source><id>sales</id></sourcedid><idtype>2</idtype></member></membership></enterprise>`,
    );
    await files.write("c/1/data/report/subscription/9/2026-02-27_110001.csv", list);
    await files.write("c/1/data/certificate/job/110001_1_1_1_12_2026_01_01_5.pdf", "%PDF");
    const before = await takeSnapshot(stage.database, files);

    for (const person of people) {
      await live(stage.database, files, 1, person);
      await leaveHistory(stage.database, 1 + person.id, person);
    }
    const mine = await takeSnapshot(stage.database, files);
    const done = await stage.run({ chunkSize: 50 }, { filesFor: (run) => boundFiles(files, prefixesOf(run)) });
    expect([done.state, done.errors]).toEqual(["ok", []]);
    expect(done.counts[mode === "remove" ? "removed" : "anonymised"]).toBe(people.length);
    expect(done.counts.mentions).toBeGreaterThan(OTHERS);

    const after = await takeSnapshot(stage.database, files);
    for (const [table, rows] of Object.entries(before.tables)) {
      const left = new Set((after.tables[table] ?? []).map((row) => JSON.stringify(row)));
      const changed = rows.map((row) => JSON.stringify(row)).filter((row) => !left.has(row));
      expect([table, changed]).toEqual([table, []]);
    }
    for (const [key, content] of Object.entries(before.files)) expect([key, after.files[key]]).toEqual([key, content]);
    // And it was not for want of work.
    expect(Object.keys(mine.files).length - Object.keys(after.files).length).toBeGreaterThan(people.length * 5);
  },
);
