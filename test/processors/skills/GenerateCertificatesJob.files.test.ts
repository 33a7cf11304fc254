import { beforeEach, describe, expect, it } from "vitest";
import type { Files } from "../../../src/files/files.ts";
import { GenerateCertificatesJob as processor } from "../../../src/processors/skills/GenerateCertificatesJob.ts";
import { at, CertificateStage } from "./certificates.ts";

let scene: CertificateStage;
beforeEach(async () => {
  scene = await CertificateStage.set(processor);
});

const FOLDER = "c/1/data/certificate/job/";
/** The first run of a stage begins a second after its clock's start (ms). */
const RUN = at("2026-03-02T12:00:01Z");
const change = (sql: string) => scene.stage.database.execute(sql);
const setting = (key: string, value: unknown) =>
  scene.stage.insert("settings", { client_id: 1, key, value: JSON.stringify(value) });
/** The file store with some of its calls changed. */
const withFiles = (changed: Partial<Files>) => ({ filesFor: () => ({ ...scene.stage.files, ...changed }) });

describe("the name of a file", () => {
  it("is person, component, certificate, version, status, day of issue and instant of the row", async () => {
    await scene.everything();
    await scene.stage.play();
    expect(await scene.objects()).toEqual([`100_10_1_1_12_2026_02_27_${RUN}.pdf`]);
    expect(await scene.fileRows()).toEqual([`100_10_1_1_12_2026_02_27_${RUN}.pdf ready`]);
  });

  it("is in the form of the vendor's example", async () => {
    await scene.certificate({ id: 623651, major_version: 8 });
    await scene.course({ id: 727018, certificate_id: 623651 });
    await scene.person({ id: 734899 });
    await scene.passed({ component_id: 727018, person_id: 734899, completed_at: at("2025-03-05T11:00:00Z") });
    await scene.stage.clock.advanceTo(Math.max(scene.stage.clock.now(), 1741175371591));
    await scene.stage.play();
    await change("UPDATE issued_certificates SET revoked_at = 1");
    await scene.stage.play();
    expect((await scene.objects())[0]).toMatch(/^rev_734899_727018_623651_8_12_2025_03_05_\d{13}\.pdf$/);
  });

  it.each([
    ["username", "ada.byron@x", "ada-byron-x"],
    ["external_id", "P 17/ä", "P-17--"],
    ["staffNo", "12-B", "12-B"],
    ["missing", "", "unknown_user"],
  ])("names the person by certificateExport.personAttribute: %s", async (attribute, value, expected) => {
    await setting("certificateExport.personAttribute", attribute);
    await scene.everything({
      person: {
        username: attribute === "username" ? value : "ada",
        external_id: attribute === "external_id" ? value : null,
        attributes: JSON.stringify({ staffNo: "12-B" }),
      },
    });
    await scene.stage.play();
    expect((await scene.objects())[0]).toMatch(new RegExp(`^${expected}_10_1_1_12_`));
  });

  it("has a later millisecond for the second of two people without the attribute", async () => {
    await setting("certificateExport.personAttribute", "staffNo");
    await scene.everything();
    for (const id of [101, 102]) {
      await scene.person({ id });
      await scene.passed({ id: 900 + id, person_id: id });
    }
    await scene.stage.play({ parameters: { chunkSize: 1 } });
    const names = [0, 1, 2].map((more) => `unknown_user_10_1_1_12_2026_02_27_${RUN + more}.pdf`);
    expect(await scene.objects()).toEqual(names);
    expect(await scene.fileRows()).toEqual(names.map((name) => `${name} ready`));
  });

  it("is not that of a file which was renamed because its certificate was revoked", async () => {
    await setting("certificateExport.personAttribute", "staffNo");
    await scene.everything();
    const stem = `unknown_user_10_1_1_12_2026_02_27_${RUN}`;
    await scene.stage.insert("files", { id: 5, key: `${FOLDER}rev_${stem}.pdf` });
    await scene.stage.play();
    expect((await scene.fileRows()).filter((row) => !row.startsWith("rev_"))).toEqual([
      `unknown_user_10_1_1_12_2026_02_27_${RUN + 1}.pdf ready`,
    ]);
  });
});

describe("row before file", () => {
  it("the key is kept as claimed before anything is written, and as ready after it", async () => {
    await scene.everything();
    const seen: string[][] = [];
    await scene.stage.play(
      {},
      withFiles({
        write: async (...args) => {
          seen.push(await scene.fileRows());
          return scene.stage.files.write(...args);
        },
      }),
    );
    expect(seen).toEqual([[`100_10_1_1_12_2026_02_27_${RUN}.pdf claimed`]]);
    const [{ size, etag } = {}] = await scene.stage.rows("SELECT size, etag FROM files");
    const entry = await scene.stage.files.head(`${FOLDER}100_10_1_1_12_2026_02_27_${RUN}.pdf`);
    expect([size, etag]).toEqual([entry?.size, entry?.etag]);
  });

  it("a file store that does not take a file ends the run, which is tried again, under the same name", async () => {
    await scene.everything();
    let refusals = 1;
    const run = await scene.stage.play(
      {},
      withFiles({
        write: async (...args) => {
          if (refusals-- > 0) throw new Error("full");
          return scene.stage.files.write(...args);
        },
      }),
    );
    expect(run).toMatchObject({ state: "ok", attempt: 2, counts: { generated: 1 } });
    expect(await scene.objects()).toEqual([`100_10_1_1_12_2026_02_27_${RUN}.pdf`]);
    expect(await scene.issued()).toHaveLength(1);
  });

  it("a row without file, as an import leaves it, gets one, and a code", async () => {
    await scene.everything();
    await scene.stage.insert("issued_certificates", {
      id: 7,
      registration_id: 1000,
      certificate_id: 1,
      person_id: 100,
      component_id: 10,
      title: "Imported",
    });
    expect(await scene.stage.play()).toMatchObject({ state: "ok", counts: { scanned: 1, changed: 1, generated: 1 } });
    const [row] = await scene.issued();
    expect(row).toMatchObject({ title: "Imported", verification_code: expect.stringMatching(/^[A-Z2-7]{16}$/) });
    expect((await scene.read(1000)).text).toContain(String(row?.verification_code));
  });

  it("a row whose file was deleted never gets one again, nor does one that is revoked, until it is not", async () => {
    await scene.everything();
    const row = { certificate_id: 1, person_id: 100, component_id: 10 };
    await scene.stage.insert(
      "issued_certificates",
      { ...row, id: 7, registration_id: 1000, file_deleted_at: 5 },
      { ...row, id: 8, registration_id: 1001, revoked_at: 5 },
    );
    expect(await scene.stage.play()).toMatchObject({ state: "no_action" });
    expect(await scene.objects()).toEqual([]);
    await change("UPDATE issued_certificates SET revoked_at = NULL");
    await scene.stage.play();
    expect(await scene.objects()).toHaveLength(1);
  });

  it("nothing comes back of a person who was erased while the file was made", async () => {
    await scene.everything();
    await scene.stage.play(
      {},
      withFiles({
        write: async (...args) => {
          await change("DELETE FROM issued_certificates");
          await change("DELETE FROM files");
          return scene.stage.files.write(...args);
        },
      }),
    );
    expect([await scene.objects(), await scene.fileRows(), await scene.messages()]).toEqual([[], [], []]);
  });

  it("row and file outlive the course and the registration", async () => {
    await scene.everything();
    await scene.stage.play();
    await change("DELETE FROM registrations");
    await change("DELETE FROM components");
    expect(await scene.stage.play()).toMatchObject({ state: "no_action" });
    expect([await scene.issued(), await scene.objects()].map(({ length }) => length)).toEqual([1, 1]);
  });
});

describe("a new major version", () => {
  it("makes a further file beside the old one, with the same day and code and without a message", async () => {
    await scene.everything();
    await scene.stage.play();
    await change("UPDATE certificates SET major_version = 2");
    await change("UPDATE components SET title = 'Fire safety 2'");
    await scene.stage.sleep();
    expect(await scene.stage.play()).toMatchObject({ state: "ok", counts: { generated: 1 } });
    const [first, second] = await scene.issued();
    expect(second).toMatchObject({ major_version: 2, title: "Fire safety 2", issued_on: first?.issued_on });
    expect(second?.verification_code).toBe(first?.verification_code);
    expect(await scene.objects()).toHaveLength(2);
    expect(await scene.messages()).toHaveLength(1);
    expect((await scene.read(1000, 2)).text).toContain(String(first?.verification_code));
  });

  it("makes none with reissue never, but first ones", async () => {
    await scene.everything();
    await scene.stage.play();
    await change("UPDATE certificates SET major_version = 2");
    await scene.person({ id: 101 });
    await scene.passed({ id: 1001, person_id: 101 });
    await scene.stage.play({ parameters: { reissue: "never" } });
    expect((await scene.issued()).map((row) => [row.registration_id, row.major_version])).toEqual([
      [1000, 1],
      [1001, 2],
    ]);
  });

  it("makes none for a certificate that is revoked, nor an older one when the version goes back", async () => {
    await scene.everything();
    await change("UPDATE certificates SET major_version = 2");
    await scene.stage.play();
    await change("UPDATE certificates SET major_version = 1");
    expect(await scene.stage.play()).toMatchObject({ state: "no_action" });
    await change("UPDATE certificates SET major_version = 3");
    await change("UPDATE issued_certificates SET revoked_at = 1");
    await scene.stage.play();
    expect(await scene.issued()).toHaveLength(1);
  });
});

describe("a certificate that was revoked", () => {
  it("has its file renamed, row and object; and back when it is not any more", async () => {
    await scene.everything();
    await scene.stage.play();
    const [name = ""] = await scene.objects();
    const before = await scene.stage.file(`${FOLDER}${name}`);
    await change("UPDATE issued_certificates SET revoked_at = 1");
    expect(await scene.stage.play()).toMatchObject({ state: "ok", counts: { scanned: 1, revokedRenamed: 1 } });
    expect([await scene.objects(), await scene.fileRows()]).toEqual([[`rev_${name}`], [`rev_${name} ready`]]);
    expect(await scene.stage.file(`${FOLDER}rev_${name}`)).toEqual(before);
    expect(await scene.stage.play()).toMatchObject({ state: "no_action" });
    await change("UPDATE issued_certificates SET revoked_at = NULL");
    expect(await scene.stage.play()).toMatchObject({ state: "ok", counts: { revokedRenamed: 1 } });
    expect([await scene.objects(), await scene.fileRows()]).toEqual([[name], [`${name} ready`]]);
  });

  it("of many: all, whatever the size of chunks, and no other client's", async () => {
    await scene.everything();
    for (const id of [101, 102, 103, 104]) {
      await scene.person({ id });
      await scene.passed({ id: 900 + id, person_id: id });
    }
    await scene.stage.play();
    await scene.stage.insert("files", { client_id: 2, id: 900, key: "c/2/data/certificate/job/x.pdf" });
    await scene.stage.insert("issued_certificates", {
      client_id: 2,
      id: 900,
      registration_id: 5,
      certificate_id: 5,
      file_id: 900,
    });
    await change("UPDATE issued_certificates SET revoked_at = 1 WHERE registration_id <> 1002");
    const run = await scene.stage.play({ parameters: { chunkSize: 2 } });
    expect(run).toMatchObject({ counts: { revokedRenamed: 4 } });
    expect((await scene.objects()).filter((name) => name.startsWith("rev_"))).toHaveLength(4);
    expect(await scene.stage.rows("SELECT key FROM files WHERE client_id = 2")).toEqual([
      { key: "c/2/data/certificate/job/x.pdf" },
    ]);
  });

  it("whose object is gone is listed once, and its file counts as deleted", async () => {
    await scene.everything();
    await scene.stage.play();
    await scene.stage.files.delete((await scene.objects()).map((name) => `${FOLDER}${name}`));
    await change("UPDATE issued_certificates SET revoked_at = 1");
    expect(await scene.stage.play()).toMatchObject({ state: "partial", counts: { failed: 1 } });
    expect((await scene.issued())[0]?.file_deleted_at).not.toBeNull();
    expect(await scene.stage.play()).toMatchObject({ state: "no_action" });
  });

  it("is not renamed in a dry run", async () => {
    await scene.everything();
    await scene.stage.play();
    const before = await scene.objects();
    await change("UPDATE issued_certificates SET revoked_at = 1");
    expect(await scene.stage.play({ dryRun: true })).toMatchObject({ counts: { revokedRenamed: 1 } });
    expect(await scene.objects()).toEqual(before);
  });
});

describe("the learner is told", () => {
  it("within the suite, with title, day, code and address", async () => {
    await scene.everything();
    await scene.stage.play();
    const [row] = await scene.issued();
    const [message, ...others] = await scene.messages();
    expect(others).toEqual([]);
    expect(message).toMatchObject({ kind: "logic", channel: "internal", status: "internal", person_id: 100 });
    expect(message?.dedupe_key).toMatch(/^certificate\|\d+$/);
    expect(message?.subject).toBe("Your certificate: Fire safety");
    for (const part of [row?.verification_code, `https://north.example.org/v/${row?.verification_code}`, "Ada Byron"]) {
      expect(message?.body).toContain(part);
    }
  });

  it.each([
    ["de", "Ihr Zertifikat: Fire safety"],
    ["fr", "Your certificate: Fire safety"],
  ])("in the language of the person where there are words: %s", async (locale, subject) => {
    await scene.everything({ person: { locale } });
    await scene.stage.play();
    expect(await scene.messages()).toMatchObject([{ subject }]);
  });

  it("in the client's own words, or the row says what is wrong with them and the certificate is there all the same", async () => {
    await scene.everything();
    await scene.stage.texts("en", {
      "message.certificate.subject": "Done",
      "message.certificate.body": "{code} {wrong}",
    });
    const run = await scene.stage.play();
    expect(run).toMatchObject({ state: "partial", counts: { generated: 1, failed: 1 } });
    expect([await scene.objects(), await scene.messages()].map(({ length }) => length)).toEqual([1, 0]);
  });

  it.each([
    ["31 days ago", "2026-01-30T12:00:00Z", 1],
    ["32 days ago", "2026-01-29T12:00:00Z", 0],
  ])("of a completion that is at most 31 days old: %s", async (_, completed, expected) => {
    await scene.everything({ passed: { completed_at: at(completed) } });
    await scene.stage.play();
    expect(await scene.messages()).toHaveLength(expected);
  });

  it.each([
    ["passive people", { person: { auth_status: "passive" } }],
    ["registrations whose messages are suppressed", { passed: { suppress_notifications: 1 } }],
  ])("but not about %s", async (_, values) => {
    await scene.everything(values);
    await scene.stage.play();
    expect([await scene.objects(), await scene.messages()].map(({ length }) => length)).toEqual([1, 0]);
  });

  it("not at all with notify none", async () => {
    await scene.everything();
    await scene.stage.play({ parameters: { notify: "none" } });
    expect(await scene.messages()).toEqual([]);
  });

  it("by mail with notify mail; within the suite who has no address; by none where meta 10132 refuses it", async () => {
    await scene.everything();
    await scene.person({ id: 101, email: null });
    await scene.passed({ id: 1001, person_id: 101 });
    await scene.course({ id: 11 });
    await scene.passed({ id: 1002, component_id: 11 });
    await scene.stage.insert("meta_values", { component_id: 11, meta_tag_id: 10132, value: "0" });
    await scene.stage.play({ parameters: { notify: "mail" } });
    expect((await scene.messages()).map((row) => [row.person_id, row.channel, row.status, row.to_address])).toEqual([
      [100, "mail", "to_forward", "ada@example.com"],
      [101, "internal", "internal", null],
    ]);
  });
});

it("a character that no font has is told in the log, and does not stop the certificate", async () => {
  await scene.everything({ person: { given_name: "Ada 😀" } });
  const id = await scene.stage.begin();
  await scene.stage.work();
  const run = await scene.stage.outcome(id);
  expect(run).toMatchObject({ state: "ok" });
  expect(run.log.join("\n")).toContain("U+1F600");
  expect((await scene.read(1000)).text).toContain("Ada � Byron");
});
