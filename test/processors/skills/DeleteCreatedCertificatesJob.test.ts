import { beforeEach, describe, expect, it } from "vitest";
import { DeleteCreatedCertificatesJob as processor } from "../../../src/processors/skills/DeleteCreatedCertificatesJob.ts";
import { drawing } from "../../harness/seed.ts";
import { at, CertificateStage } from "./certificates.ts";

const FOLDER = "c/1/data/certificate/job/";
let scene: CertificateStage;
beforeEach(async () => {
  scene = await CertificateStage.set(processor);
});

const keep = (days: unknown, clientId = 1) =>
  scene.stage.insert("settings", {
    client_id: clientId,
    key: "certificateExport.deleteAfterDays",
    value: JSON.stringify(days),
  });

/** A certificate whose file is written now. */
async function issued(id: number, name = `${id}.pdf`, clientId = 1): Promise<void> {
  const key = `c/${clientId}/data/certificate/job/${name}`;
  await scene.stage.files.write(key, "12345");
  await scene.stage.insert("files", { client_id: clientId, id, key, size: 5 });
  await scene.stage.insert("issued_certificates", {
    client_id: clientId,
    id,
    registration_id: id,
    certificate_id: 1,
    file_id: id,
  });
}

/** Lives a run through at an instant. */
async function runAt(instant: string, run: Parameters<CertificateStage["stage"]["play"]>[0] = {}) {
  await scene.stage.clock.advanceTo(at(instant) - 1000);
  return scene.stage.play(run);
}

describe("files of certificates are deleted", () => {
  it.each([
    ["a millisecond longer ago than the days", "2026-03-12T12:00:00.001Z", []],
    ["exactly as long ago", "2026-03-12T12:00:00.000Z", ["1.pdf"]],
  ])("that were written %s", async (_, now, expected) => {
    await keep(10);
    await issued(1);
    await runAt(now);
    expect(await scene.objects()).toEqual(expected);
  });

  it.each([
    ["go forward, after 47 hours", "2026-03-28T12:00:00Z", "2026-03-30T11:00:00.001Z"],
    ["go back, after 49 hours", "2026-10-24T12:00:00Z", "2026-10-26T13:00:00.001Z"],
  ])("days are the calendar's: two of them in which the clocks %s", async (_, written, now) => {
    await keep(2);
    await scene.stage.clock.advanceTo(at(written));
    await issued(1);
    await scene.stage.clock.advance(1);
    await issued(2);
    await runAt(now);
    expect(await scene.objects()).toEqual(["2.pdf"]);
  });

  it("with their rows; the certificate stays, and knows when", async () => {
    await keep(10);
    await issued(1, "rev_1.pdf");
    const run = await runAt("2026-04-01T12:00:00Z");
    expect(run).toMatchObject({ state: "ok", counts: { scanned: 1, changed: 1, deleted: 1, bytes: 5 } });
    expect(await scene.fileRows()).toEqual(["rev_1.pdf deleted"]);
    expect(await scene.issued()).toMatchObject([{ file_id: 1, file_deleted_at: at("2026-04-01T12:00:00Z") }]);
    expect(await runAt("2026-04-02T12:00:00Z")).toMatchObject({ state: "no_action" });
  });

  it("also those that no row tells of; not others of the client, and not another client's", async () => {
    await keep(10);
    await scene.stage.files.write(`${FOLDER}orphan.pdf`, "123");
    await scene.stage.files.write("c/1/data/certificate/logo.png", "1");
    await issued(2, "2.pdf", 2);
    const run = await runAt("2026-04-01T12:00:00Z");
    expect(run).toMatchObject({ state: "ok", counts: { scanned: 1, changed: 1, deleted: 1, bytes: 3 } });
    expect(await scene.objects()).toEqual([]);
    expect(await scene.objects(2)).toEqual(["2.pdf"]);
    expect(await scene.stage.file("c/1/data/certificate/logo.png")).not.toBeNull();
  });

  it("all of them, however small the chunks and however many pages the listing has", async () => {
    await keep(10);
    for (let id = 1; id <= 5; id += 1) await issued(id);
    for (let id = 0; id < 1200; id += 1) await scene.stage.files.write(`${FOLDER}orphan${id}.pdf`, "1");
    const run = await runAt("2026-04-01T12:00:00Z", { parameters: { chunkSize: 300 } });
    expect(run).toMatchObject({ state: "ok", counts: { deleted: 1205, bytes: 1225 } });
    expect(await scene.objects()).toEqual([]);
  });

  it("none in a dry run, which counts them", async () => {
    await keep(10);
    await issued(1);
    await scene.stage.files.write(`${FOLDER}orphan.pdf`, "123");
    const run = await runAt("2026-04-01T12:00:00Z", { dryRun: true });
    expect(run).toMatchObject({ counts: { scanned: 2, changed: 2, deleted: 2, bytes: 8 } });
    expect(await scene.objects()).toHaveLength(2);
    expect(await scene.fileRows()).toEqual(["1.pdf ready"]);
  });

  it("as of the end of an earlier day that the run is for", async () => {
    await keep(10);
    await issued(1);
    await runAt("2026-04-01T12:00:00Z", { asOf: "2026-03-11" });
    expect(await scene.objects()).toEqual(["1.pdf"]);
    await runAt("2026-04-01T13:00:00Z", { asOf: "2026-03-12" });
    expect(await scene.objects()).toEqual([]);
  });
});

describe("certificateExport.deleteAfterDays", () => {
  it("undefined: they are kept, and the run says so", async () => {
    await keep(10, 2);
    await issued(1);
    const run = await runAt("2026-12-01T12:00:00Z");
    expect(run).toMatchObject({ state: "no_action" });
    expect(run.message).toContain("certificateExport.deleteAfterDays");
    expect(await scene.objects()).toEqual(["1.pdf"]);
  });

  it.each([0, -1, 1.5, "10"])("%j is not valid: the run fails and deletes nothing", async (days) => {
    await keep(days);
    await issued(1);
    expect(await runAt("2026-12-01T12:00:00Z")).toMatchObject({ state: "failed", reason: "invalid_configuration" });
    expect(await scene.objects()).toEqual(["1.pdf"]);
  });
});

describe("a file store that does not delete", () => {
  it("leaves object and row, which the run lists and the next one deletes", async () => {
    await keep(10);
    await issued(1);
    await scene.stage.clock.advanceTo(at("2026-04-01T12:00:00Z"));
    const refusing = {
      ...scene.stage.files,
      delete: async () => {
        throw new Error("not now");
      },
    };
    const run = await scene.stage.play({}, { filesFor: () => refusing });
    expect(run).toMatchObject({ state: "partial", counts: { failed: 1 } });
    expect([await scene.objects(), await scene.fileRows()]).toEqual([["1.pdf"], ["1.pdf ready"]]);
    expect(await scene.stage.play()).toMatchObject({ state: "ok", counts: { deleted: 1 } });
  });

  it("an object that is gone already is a success", async () => {
    await keep(10);
    await issued(1);
    await scene.stage.clock.advanceTo(at("2026-04-01T12:00:00Z"));
    const racing = {
      ...scene.stage.files,
      delete: async (keys: readonly string[]) => {
        await scene.stage.files.delete(keys);
        await scene.stage.files.delete(keys);
      },
    };
    expect(await scene.stage.play({}, { filesFor: () => racing })).toMatchObject({ counts: { deleted: 1 } });
  });
});

it("of files of random age, owner and row none goes early and none is left", async () => {
  const below = drawing(13);
  await keep(2);
  const now = at("2026-03-30T11:00:00Z");
  const drawn = Array.from({ length: 40 }, (_unused, index) => ({
    id: index + 1,
    written: now - (44 + below(7)) * 3_600_000 - below(3) + 1,
    clientId: 1 + below(2),
    hasRow: below(2) === 1,
  }));
  // The store knows the instant at which each is written, so they are written in order.
  for (const { id, written, clientId, hasRow } of drawn.toSorted((a, b) => a.written - b.written)) {
    await scene.stage.clock.advanceTo(written);
    if (hasRow) await issued(id, `${id}.pdf`, clientId);
    else await scene.stage.files.write(`c/${clientId}/data/certificate/job/${id}.pdf`, "12345");
  }
  await scene.stage.clock.advanceTo(now - 1000);
  await scene.stage.play({ parameters: { chunkSize: 7 } });
  // The clocks went forward in between: two calendar days are 47 hours.
  const stays = ({ written, clientId }: (typeof drawn)[number]) => clientId === 2 || now - written <= 47 * 3_600_000;
  const namesOf = (clientId: number) =>
    drawn
      .filter((one) => one.clientId === clientId && stays(one))
      .map(({ id }) => `${id}.pdf`)
      .toSorted();
  expect([await scene.objects(1), await scene.objects(2)]).toEqual([namesOf(1), namesOf(2)]);
  const marked = drawn.filter((one) => one.hasRow && !stays(one)).map(({ id }) => id);
  const rows = await scene.stage.rows(
    "SELECT id FROM issued_certificates WHERE file_deleted_at IS NOT NULL ORDER BY id",
  );
  expect(rows.map(({ id }) => id)).toEqual(marked);
});
