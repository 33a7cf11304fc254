import { beforeEach, describe, expect, it } from "vitest";
import { GenerateCertificatesJob as processor } from "../../../src/processors/skills/GenerateCertificatesJob.ts";
import { plansFor } from "../../harness/plans.ts";
import { at, CertificateStage } from "./certificates.ts";

let scene: CertificateStage;
beforeEach(async () => {
  scene = await CertificateStage.set(processor);
});

/** Registrations of people of their own, by id. */
async function several(...rows: readonly Readonly<Record<string, string | number | null>>[]): Promise<void> {
  await scene.certificate();
  await scene.course();
  for (const [index, row] of rows.entries()) {
    await scene.person({ id: 100 + index });
    await scene.passed({ id: 1000 + index, person_id: 100 + index, ...row });
  }
}

describe("a successful registration gets its certificate", () => {
  it("as a row and a PDF that says name, title, day and code", async () => {
    await scene.everything();
    const run = await scene.stage.play();
    expect(run).toMatchObject({ state: "ok", counts: { scanned: 1, changed: 1, generated: 1 } });
    const [row] = await scene.issued();
    expect(row).toMatchObject({
      certificate_id: 1,
      major_version: 1,
      status_number: 12,
      person_id: 100,
      component_id: 10,
      title: "Fire safety",
      verification_code: expect.stringMatching(/^[A-Z2-7]{16}$/),
      issued_on: "2026-02-27",
      revoked_at: null,
      file_deleted_at: null,
    });
    const { pages, text } = await scene.read(1000);
    expect(pages).toBe(1);
    for (const part of ["north", "Ada Byron", "Fire safety", "February 27, 2026", row?.verification_code]) {
      expect(text).toContain(part);
    }
    expect(text).toContain(`https://north.example.org/v/${row?.verification_code}`);
  });

  it("on courses and learning paths, passed (12) or completed (11); not on templates, nor in any other status", async () => {
    const statuses =
      "requested waiting_list personal_syllabus booked in_progress failed completed passed cancelled".split(" ");
    await several(...statuses.map((status) => ({ status })));
    await scene.course({ id: 11, kind: "learning_path" });
    await scene.course({ id: 12, kind: "template" });
    await scene.passed({ id: 2001, component_id: 11, status: "completed" });
    await scene.passed({ id: 2002, component_id: 12 });
    await scene.stage.play();
    expect((await scene.issued()).map((row) => [row.registration_id, row.status_number])).toEqual([
      [1006, 11],
      [1007, 12],
      [2001, 11],
    ]);
  });

  it.each([
    ["kind test", { kind: "test" }, {}, []],
    ["kind skill", { kind: "skill" }, {}, []],
    ["no certificate", {}, { certificate_id: null }, []],
    ["another client's certificate", { client_id: 2 }, {}, []],
  ])("with a certificate of kind component only: %s", async (_, certificate, course, expected) => {
    await scene.certificate(certificate);
    await scene.course(course);
    await scene.person();
    await scene.passed();
    expect(await scene.stage.play()).toMatchObject({ state: "no_action" });
    expect(await scene.registrations()).toEqual(expected);
  });

  it.each([
    ["generated", [1000]],
    [" generated ", [1000]],
    ["", [1000]],
    ["external", []],
    ["something", []],
  ])("where meta 11812 is not set or generated: %j", async (value, expected) => {
    await scene.everything();
    await scene.stage.insert("meta_values", { component_id: 10, meta_tag_id: 11812, value });
    await scene.stage.play();
    expect(await scene.registrations()).toEqual(expected);
  });

  it("of passive people too; not of a person who was deleted", async () => {
    await several({}, {}, {}, {});
    const states = ["active", "passive", "inactive", "deleted"];
    for (const [index, state] of states.entries()) {
      await scene.stage.database.execute({
        sql: "UPDATE persons SET auth_status = ? WHERE id = ?",
        args: [state, 100 + index],
      });
    }
    await scene.stage.play();
    expect(await scene.registrations()).toEqual([1000, 1001, 1002]);
  });

  it("of this client, and no other's", async () => {
    await scene.everything();
    await scene.stage.insert("certificates", { client_id: 2, id: 2 });
    await scene.stage.insert("components", { client_id: 2, id: 20, certificate_id: 2 });
    await scene.stage.insert("persons", { client_id: 2, id: 200 });
    await scene.stage.insert("registrations", {
      client_id: 2,
      id: 2000,
      component_id: 20,
      person_id: 200,
      status: "passed",
      completed_at: 1,
    });
    await scene.stage.play();
    expect(await scene.registrations()).toEqual([1000]);
    expect(await scene.objects(2)).toEqual([]);
  });

  it("once: a second run has nothing to do, and asks the database once for that", async () => {
    await scene.everything();
    await scene.stage.play();
    const before = await scene.issued();
    let reads = 0;
    const { batch } = scene.stage.database;
    scene.stage.database.batch = (...args) => {
      if (JSON.stringify(args[0]).includes("issued_certificates")) reads += 1;
      return batch(...args);
    };
    expect(await scene.stage.play()).toMatchObject({ state: "no_action" });
    expect(await scene.issued()).toEqual(before);
    expect(reads).toBe(1);
  });

  it("whatever the size of chunks", async () => {
    await several(...Array.from({ length: 7 }, (_, index) => ({ status: index % 2 === 0 ? "passed" : "completed" })));
    const run = await scene.stage.play({ parameters: { chunkSize: 2 } });
    expect(run).toMatchObject({ state: "ok", counts: { scanned: 7, changed: 7, generated: 7 } });
    expect(await scene.registrations()).toHaveLength(7);
    expect(await scene.objects()).toHaveLength(7);
  });

  it("not in a dry run, which counts what would be issued", async () => {
    await several({}, {}, {});
    const run = await scene.stage.play({ dryRun: true });
    expect(run).toMatchObject({ counts: { scanned: 3, changed: 3 } });
    expect([await scene.issued(), await scene.objects(), await scene.fileRows()]).toEqual([[], [], []]);
  });
});

describe("the day of issue is the completion's, in the client's zone:", () => {
  it.each([
    ["2026-02-27T22:59:59.999Z", "2026-02-27"],
    ["2026-02-27T23:00:00Z", "2026-02-28"],
    ["2025-07-01T21:59:59.999Z", "2025-07-01"],
    ["2025-07-01T22:00:00Z", "2025-07-02"],
    // The clock goes forward and back within these days, and one is there in leap years only.
    ["2025-03-29T23:00:00Z", "2025-03-30"],
    ["2025-03-30T21:59:59.999Z", "2025-03-30"],
    ["2025-03-30T22:00:00Z", "2025-03-31"],
    ["2025-10-25T22:00:00Z", "2025-10-26"],
    ["2025-10-26T22:59:59.999Z", "2025-10-26"],
    ["2025-10-26T23:00:00Z", "2025-10-27"],
    ["2024-02-28T23:00:00Z", "2024-02-29"],
    ["2024-02-29T23:00:00Z", "2024-03-01"],
  ])("%s is %s in Berlin", async (completed, day) => {
    await scene.everything({ passed: { completed_at: at(completed) } });
    await scene.stage.play();
    expect((await scene.issued())[0]).toMatchObject({ issued_on: day });
  });

  it("a registration without a completion fails and says what to enter", async () => {
    await several({ completed_at: null }, {});
    const run = await scene.stage.play();
    expect(run).toMatchObject({ state: "partial", counts: { failed: 1, generated: 1 } });
    const [failure] = await scene.stage.rows<{ ref: string; code: string; message: string }>(
      "SELECT ref, code, message FROM failures",
    );
    expect(failure).toMatchObject({ ref: "registration:1000", code: "no_completion" });
    expect(await scene.registrations()).toEqual([1001]);
  });
});

describe("since", () => {
  it.each([
    ["the day after", "2026-02-28", []],
    ["the day", "2026-02-27", [1000]],
    ["the day before", "2026-02-26", [1000]],
  ])("takes completions from that day of the client on: %s", async (_, since, expected) => {
    await scene.everything({ passed: { completed_at: at("2026-02-26T23:00:00Z") } });
    await scene.stage.play({ parameters: { since } });
    expect(await scene.registrations()).toEqual(expected);
  });
});

describe("maxPerRun", () => {
  const days = ["05", "03", "04", "01", "02"].map((day) => ({ completed_at: at(`2026-02-${day}T12:00:00Z`) }));

  it("issues the oldest completions first, and says how many wait", async () => {
    await several(...days);
    const run = await scene.stage.play({ parameters: { maxPerRun: 2, chunkSize: 1 } });
    expect(run).toMatchObject({ state: "ok", counts: { generated: 2 } });
    expect(run.message).toContain("3 more wait");
    expect(await scene.registrations()).toEqual([1003, 1004]);
    await scene.stage.play({ parameters: { maxPerRun: 2 } });
    expect(await scene.registrations()).toEqual([1001, 1002, 1003, 1004]);
    const last = await scene.stage.play({ parameters: { maxPerRun: 2 } });
    expect(last).toMatchObject({ state: "ok", counts: { generated: 1 } });
    expect(last.message ?? "").not.toContain("wait");
  });

  it("does not count those that fail, and the run says that they did", async () => {
    await several({ completed_at: null }, ...days);
    const run = await scene.stage.play({ parameters: { maxPerRun: 2 } });
    expect(run).toMatchObject({ state: "partial", counts: { failed: 1, generated: 2 } });
  });
});

describe("maxRows", () => {
  it("stops a run, and further ones come to the end whatever fails", async () => {
    await several({ completed_at: null }, { completed_at: null }, {}, {}, {});
    for (let run = 0; run < 8; run += 1) await scene.stage.play({ parameters: { maxRows: 2 } });
    expect(await scene.registrations()).toEqual([1002, 1003, 1004]);
    expect(await scene.objects()).toHaveLength(3);
  });
});

describe("a template that cannot be used", () => {
  it.each([
    ["no JSON", "{", "it is no JSON"],
    ["of another shape", '{"texts":[{"text":"x","x":"left"}]}', "texts.0.x"],
    ["with an unknown placeholder", '{"texts":[{"text":"{nmae}","x":1,"y":1,"width":100}]}', "{nmae}"],
    ["with a picture that is not there", '{"logo":{"file":"logo.png","x":1,"y":1,"width":9,"height":9}}', "logo.png"],
  ])("%s: its registrations fail, nothing is issued, and others are", async (_, template, words) => {
    await scene.certificate({ template });
    await scene.course();
    await scene.stage.insert("certificates", { id: 2 });
    await scene.course({ id: 11, certificate_id: 2 });
    await scene.person();
    await scene.passed();
    await scene.passed({ id: 1001, component_id: 11 });
    const run = await scene.stage.play();
    expect(run).toMatchObject({ state: "partial", counts: { failed: 1, generated: 1 } });
    const [failure] = await scene.stage.rows<{ code: string; message: string }>("SELECT code, message FROM failures");
    expect(failure?.code).toBe("bad_template");
    expect(failure?.message).toContain(words);
    expect(await scene.registrations()).toEqual([1001]);
  });

  it("is taken up by the run after it was mended", async () => {
    await scene.everything();
    await scene.stage.database.execute("UPDATE certificates SET template = '[]'");
    await scene.stage.play();
    await scene.stage.database.execute("UPDATE certificates SET template = '{}'");
    expect(await scene.stage.play()).toMatchObject({ state: "ok", counts: { generated: 1 } });
  });
});

it("rows are read by index, whatever is stored", async () => {
  await several({}, { status: "completed" });
  const plans: string[] = [];
  for (const table of ["registrations", "issued_certificates", "files", "persons"]) {
    const played = await CertificateStage.set(processor);
    await played.everything();
    await played.stage.database.execute("UPDATE registrations SET completed_at = 1");
    plans.push(
      ...(await plansFor(played.stage.database, table, () => played.stage.play({ parameters: { maxPerRun: 5 } }))),
    );
  }
  plans.push(...(await plansFor(scene.stage.database, "registration", () => scene.stage.play())));
  expect(plans.filter((plan) => /^SCAN (registration|issued|file|person)/.test(plan))).toEqual([]);
});
