import { expect, it } from "vitest";
import { GenerateCertificatesJob as processor } from "../../../src/processors/skills/GenerateCertificatesJob.ts";
import { killing, over } from "../../conformance/suite/faults.ts";
import { at, CertificateStage } from "./certificates.ts";

const people = [100, 101];

/** Two people who have passed a course that gives a certificate. */
async function setScene(): Promise<CertificateStage> {
  const scene = await CertificateStage.set(processor);
  await scene.certificate();
  await scene.course();
  for (const id of people) {
    await scene.person({ id, given_name: `Given${id}`, family_name: `Family${id}`, email: `${id}@example.com` });
    await scene.passed({ id: id + 900, person_id: id, completed_at: at("2026-02-27T12:00:00Z") + id });
  }
  return scene;
}

/** Rows whose file is there: each has its own person's document, with its own code. Every object has a row. */
async function expectRowsAndFilesToAgree(scene: CertificateStage): Promise<number> {
  const issued = await scene.stage.rows<{ registration: number; person: number; code: string; state: string }>(
    `SELECT issued.registration_id AS registration, issued.person_id AS person, issued.verification_code AS code, file.state
      FROM issued_certificates AS issued JOIN files AS file ON file.id = issued.file_id ORDER BY issued.id`,
  );
  const ready = issued.filter(({ state }) => state === "ready");
  for (const { registration, person, code } of ready) {
    const { text } = await scene.read(registration);
    expect(text).toContain(`Given${person} Family${person}`);
    expect(text.replaceAll(/\W/g, "")).toContain(code);
  }
  const keys = (await scene.fileRows()).map((row) => row.split(" ")[0]);
  for (const object of await scene.objects()) expect(keys).toContain(object);
  return ready.length;
}

it("a process that dies at any of its writes leaves no row with another's file, and no file without a row; the next one goes on to the end", async () => {
  let deaths = 0;
  for (let write = 1; ; write += 3) {
    const scene = await setScene();
    const { stage } = scene;
    await stage.begin({ parameters: { chunkSize: 1, notify: "none" } });
    const fatal = killing(write, deaths % 2 === 0 ? "after" : "before");
    let died = false;
    const mortal = over(stage.database, async (call) => {
      died ||= call.write === write;
      return fatal(call);
    });
    await stage.work({ control: mortal, storeOf: async () => mortal }).catch((error) => {
      if (!died) throw error;
    });
    if (!died) break;
    deaths += 1;
    await expectRowsAndFilesToAgree(scene);
    await stage.clock.advance(120_000);
    await stage.work();
    expect([write, await expectRowsAndFilesToAgree(scene)]).toEqual([write, people.length]);
    expect(await scene.objects()).toHaveLength(people.length);
    expect(await scene.registrations()).toEqual(people.map((id) => id + 900));
  }
  expect(deaths).toBeGreaterThan(3);
});
