import { WhatsNew as processor } from "../../../../src/processors/communication/WhatsNew.ts";
import { insert } from "../../../learning/rows.ts";
import { sendingMail } from "../../suite/mail.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import { type Ground, NOW, type Scenario } from "../../suite/scenario.ts";

const DAY = 86_400_000;

/** Three people with registrations on a component with two new items and an old one, and one component that announces nothing. */
async function seed({ database }: Ground, bystanders: number): Promise<void> {
  await insertForBoth(database, "persons", (own) =>
    ["ada@example.com", "not an address", "cem@example.com", null].map((email, index) => ({ id: own(index), email })),
  );
  await insertForBoth(database, "components", (own) => [
    { id: own(1), notify_on_new_content: 1 },
    { id: own(2), notify_on_new_content: 0 },
  ]);
  await insertForBoth(database, "registrations", (own) =>
    [0, 1, 2, 3].map((id) => ({ id: own(id), component_id: own(1), person_id: own(id), booked_at: 1000 })),
  );
  await insertForBoth(database, "syllabus_items", (own) => [
    { id: own(1), component_id: own(1), title: "Old", added_at: NOW - 8 * DAY },
    { id: own(2), component_id: own(1), title: "New", added_at: NOW - DAY },
    { id: own(3), component_id: own(1), title: "Newer", added_at: NOW - 1 },
  ]);
  const hidden = { added_at: NOW - DAY, title: "Of a component that announces nothing" };
  await insertBystanders(database, "syllabus_items", bystanders, (id) => ({ id, component_id: 1002, ...hidden }));
}

export const WhatsNew: Scenario = {
  processor,
  name: "mail that it sends itself",
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ firstRunDays: -1 }, "firstRunDays"],
    [{ days: 3 }, "days"],
    [{ chunkSize: 0 }, "chunkSize"],
  ],
  ends: "partial",
  seed,
  counts: { items: 2, digests: 3, sent: 2, errors: 1 },
  ...sendingMail(),
};

export const WhatsNewCatalogue: Scenario = {
  processor,
  name: "news of the catalogue, whose mail waits, after a batch that an earlier run left",
  parameters: { chunkSize: 2 },
  badParameters: [],
  async seed(ground, bystanders) {
    const { database } = ground;
    await seed(ground, bystanders);
    await insert(database, "settings", { client_id: 0, key: "mailMonitorStaggeringAmount", value: "5" });
    await insertForBoth(database, "catalogue_items", (own) => [{ id: own(1), title: "Folder", added_at: NOW - DAY }]);
    await insertForBoth(database, "syllabus_items", (own) => [
      { id: own(4), component_id: own(1), title: "Left", added_at: NOW - 2 * DAY, announced_run_id: 77 },
    ]);
    for (const client_id of [1, 2]) {
      await database.execute({
        sql: "INSERT INTO processor_state (processor, client_id, node_id, key, value) VALUES ('WhatsNew', ?, '', 'openBatch', '77')",
        args: [client_id],
      });
    }
  },
  counts: { items: 4, digests: 6 },
};
