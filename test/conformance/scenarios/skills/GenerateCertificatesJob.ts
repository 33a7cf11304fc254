import { GenerateCertificatesJob as processor } from "../../../../src/processors/skills/GenerateCertificatesJob.ts";
import { insert } from "../../../learning/rows.ts";
import { sendingMail } from "../../suite/mail.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import { type Ground, NOW, type Scenario } from "../../suite/scenario.ts";

const DAY = 86_400_000;

/** Codes are random, and stand in the documents; everything else of a document is the same. */
const random = ["issued_certificates.verification_code", "files.etag", "files.size"] as const;
const PDF = /^%PDF-/;

/** A certificate, a course that gives it, people, and the first of them who have passed it. */
async function earn({ database }: Ground, passed: number): Promise<void> {
  await insertForBoth(database, "certificates", (own) => [{ id: own(1) }]);
  await insertForBoth(database, "components", (own) => [{ id: own(1), certificate_id: own(1) }]);
  await insertForBoth(database, "persons", (own) =>
    [1, 2, 3, 4, 5].map((id) => ({ id: own(id), email: id === 2 ? "not an address" : "ada@example.com" })),
  );
  await insertForBoth(database, "registrations", (own) =>
    Array.from({ length: passed }, (_, index) => ({
      id: own(index + 1),
      component_id: own(1),
      person_id: own(index + 1),
      status: index === 0 ? "completed" : "passed",
      completed_at: NOW - (index + 1) * DAY,
    })),
  );
}

const comparable: NonNullable<Scenario["comparable"]> = (snapshot) => ({
  tables: {
    ...snapshot.tables,
    // Bodies have the code.
    messages: (snapshot.tables.messages ?? []).map((row) => ({ ...row, body: "" })),
  },
  files: Object.fromEntries(
    Object.entries(snapshot.files).map(([key, content]) => [key, PDF.test(content) ? "a document" : content]),
  ),
});

export const GenerateCertificatesJob: Scenario = {
  processor,
  name: "first ones, one that an import left, and revoked ones",
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ since: "2026-02-30" }, "since"],
    [{ maxPerRun: 0 }, "maxPerRun"],
    [{ reissue: "always" }, "reissue"],
    [{ notify: "push" }, "notify"],
    [{ templates: [] }, "templates"],
  ],
  async seed(ground, bystanders) {
    const { database, files } = ground;
    await earn(ground, 3);
    const issued = (own: (id: number) => number, id: number) => ({
      id: own(id),
      registration_id: own(id),
      certificate_id: own(1),
      person_id: own(id),
      component_id: own(1),
      title: "Fire safety",
      verification_code: `CODE${own(id)}`,
    });
    const key = (own: (id: number) => number, name: string) => `c/${own(0) / 1000}/data/certificate/job/${name}.pdf`;
    await insertForBoth(database, "files", (own) => [
      { id: own(4), key: key(own, "valid") },
      { id: own(5), key: key(own, "rev_restored") },
    ]);
    await insertForBoth(database, "issued_certificates", (own) => [
      { ...issued(own, 4), file_id: own(4), revoked_at: 1 },
      { ...issued(own, 5), file_id: own(5) },
      { ...issued(own, 6), person_id: own(1) },
    ]);
    for (const client of [1, 2]) {
      for (const name of ["valid", "rev_restored"])
        await files.write(`c/${client}/data/certificate/job/${name}.pdf`, name);
    }
    await insertBystanders(database, "registrations", bystanders, (id) => ({ id, component_id: 1001, person_id: id }));
  },
  counts: { generated: 4, revokedRenamed: 2 },
  volatile: random,
  comparable,
};

/** The oldest first, told by mail that the run sends itself. */
export const GenerateCertificatesJobMailing: Scenario = {
  processor,
  name: "a number in each run, and mail",
  parameters: { chunkSize: 2, maxPerRun: 2, notify: "mail" },
  badParameters: [],
  ends: "partial",
  again: "ok",
  goesOn: true,
  async seed(ground, bystanders) {
    await earn(ground, 3);
    await insert(ground.database, "settings", {
      client_id: 0,
      key: "certificateExport.personAttribute",
      value: '"staffNo"',
    });
    await insertBystanders(ground.database, "registrations", bystanders, (id) => ({
      id,
      component_id: 1001,
      person_id: id,
      status: "failed",
      completed_at: NOW,
    }));
  },
  ...sendingMail(),
  volatile: [...random, ...(sendingMail().volatile ?? [])],
  comparable: (snapshot) => comparable(sendingMail().comparable?.(snapshot) ?? snapshot),
};
