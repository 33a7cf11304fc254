import { CertificationReset as processor } from "../../../../src/processors/skills/CertificationReset.ts";
import { sendingMail } from "../../suite/mail.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import type { Scenario } from "../../suite/scenario.ts";

export const CertificationReset: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  counts: { fulfilled: 2, notFulfilled: 3, opened: 5 },
  // One certification has no duration, and one mail cannot be sent.
  ends: "partial",
  again: "partial",
  badParameters: [
    [{ notify: "mail" }, "notify"],
    [{ message: true }, "message"],
  ],
  async seed({ database }, bystanders) {
    await insertForBoth(database, "certifications", (own) => [
      { id: own(1), carry_over: 1 },
      { id: own(2), duration_months: 0 },
    ]);
    const emails = ["ada@example.com", "not an address", null, "dora@example.com"];
    await insertForBoth(database, "persons", (own) => emails.map((email, index) => ({ id: own(index + 1), email })));
    await insertForBoth(database, "components", (own) => [{ id: own(1) }]);
    await insertForBoth(database, "certification_links", (own) => [
      { id: own(1), certification_id: own(1), component_id: own(1), amount: 12 },
    ]);
    const period = (id: number, certification_id: number, end_on: string, amount: number) => ({
      id,
      person_id: id,
      certification_id,
      start_on: "2024-01-01",
      end_on,
      amount,
    });
    await insertForBoth(database, "person_certifications", (own) => [
      period(own(1), own(1), "2026-03-01", 10),
      period(own(2), own(1), "2026-02-28", 5),
      period(own(3), own(1), "2025-02-28", 30),
      period(own(4), own(2), "2026-02-28", 30),
      { ...period(own(5), own(1), "2026-03-02", 30), person_id: own(4) },
      { ...period(own(6), own(1), "2026-03-01", 0), person_id: own(4), period_no: 2, start_on: "2025-01-01" },
    ]);
    await insertForBoth(database, "certification_credits", (own) => [
      { id: own(1), person_certification_id: own(2), source_ref: "reg:1", amount: 5, credited_on: "2026-03-01" },
    ]);
    await insertForBoth(database, "registrations", (own) => [
      {
        id: own(1),
        component_id: own(1),
        person_id: own(1),
        status: "passed",
        completed_at: Date.parse("2026-03-01T12:00:00Z"),
      },
    ]);
    await insertBystanders(database, "person_certifications", bystanders, (id) => ({
      ...period(id, 1001, id % 2 ? "2026-12-31" : "2025-12-31", 0),
      is_current: id % 2,
    }));
  },
  ...sendingMail(),
};
