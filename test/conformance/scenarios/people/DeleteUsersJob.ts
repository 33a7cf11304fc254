import { DeleteUsersJob as processor } from "../../../../src/processors/people/DeleteUsersJob.ts";
import { live } from "../../../processors/people/life/live.ts";
import { beMentioned } from "../../../processors/people/life/mentions.ts";
import { zaphira } from "../../../processors/people/life/person.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import type { Scenario } from "../../suite/scenario.ts";

/**
 * In each client a person with everything that the suite can know of a person and mentioned by others, a person with next to
 * nothing, and a person whose day has not come.
 */
export const DeleteUsersJob: Scenario = {
  processor,
  name: "people are made anonymous",
  parameters: { chunkSize: 4 },
  badParameters: [
    [{ graceDays: -1 }, "graceDays"],
    [{ graceDays: 1.5 }, "graceDays"],
    [{ days: 1 }, "days"],
    [{ mentions: "yes" }, "mentions"],
  ],
  async seed({ database, files }, bystanders) {
    const others = [];
    for (const client of [1, 2]) {
      await live(database, files, client, { ...zaphira, id: client * 10_000 }, { files: client === 1 ? "all" : "few" });
      await beMentioned(database, files, client, { ...zaphira, id: client * 10_000 });
      others.push([client, "due", "2026-03-01", "Due"], [client, "later", "2026-12-31", "Later"]);
    }
    for (let number = 0; number < bystanders; number += 1) others.push([1, `bystander${number}`, null, "Stander"]);
    await database.batch(
      others.map(([client = null, username = null, deletionOn = null, family = null]) => ({
        sql: `INSERT INTO persons (client_id, username, username_key, given_name, family_name, deletion_on, enrolled_on, created_at, updated_at)
          VALUES (?, ?, ?, 'By', ?, ?, '2026-01-01', 0, 0)`,
        args: [client, username, username, family, deletionOn],
      })),
      "write",
    );
  },
};

/** Clients that want no trace of people who were deleted. */
export const DeleteUsersJobRemoving: Scenario = {
  processor,
  name: "people are removed",
  parameters: { chunkSize: 2 },
  badParameters: [],
  async seed({ database }, bystanders) {
    await database.execute("UPDATE clients SET deletion_mode = 'remove'");
    await insertForBoth(database, "persons", (own) => [
      { id: own(1), family_name: "Due", deletion_on: "2026-03-01" },
      { id: own(4), family_name: "Later", deletion_on: "2026-12-31" },
    ]);
    await insertForBoth(database, "groups", (own) => [{ id: own(1) }]);
    await insertForBoth(database, "group_members", (own) =>
      [1, 4].map((id) => ({ group_id: own(1), person_id: own(id) })),
    );
    await insertBystanders(database, "persons", bystanders, (id) => ({ id, given_name: "By", family_name: "Stander" }));
  },
};
