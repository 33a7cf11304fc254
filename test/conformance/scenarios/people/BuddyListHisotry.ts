import { BuddyListHisotry as processor } from "../../../../src/processors/people/BuddyListHisotry.ts";
import { insert } from "../../../learning/rows.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import { type Ground, NOW, type Scenario } from "../../suite/scenario.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;

const session = (id: number, person_id: number, minutes: number, more: Readonly<Record<string, number>> = {}) => ({
  id,
  person_id,
  started_at: NOW - 60 * MINUTE,
  last_seen_at: NOW - minutes * MINUTE,
  ...more,
});
const count = (id: number, days: number, user_count: number) => ({ id, taken_at: NOW - days * DAY, user_count });

/** Three people of each client; three counts that are old, and a 0 of yesterday. */
async function seed({ database }: Ground, bystanders: number): Promise<void> {
  await insertForBoth(database, "persons", (own) => [1, 2, 3].map((id) => ({ id: own(id) })));
  await insertForBoth(database, "online_user_stats", (own) => [
    ...[1, 2, 3].map((id) => count(own(id), 40 - id, 7)),
    count(own(4), 1, 0),
  ]);
  await insertBystanders(database, "online_user_stats", bystanders, (id) => ({
    ...count(id, 2, 5),
    taken_at: NOW - 2 * DAY + id * 1000,
  }));
}

export const BuddyListHisotry: Scenario = {
  processor,
  name: "two people online",
  parameters: { chunkSize: 2, keepDays: 30 },
  badParameters: [
    [{ keepDays: 0 }, "keepDays"],
    [{ days: 30 }, "days"],
    [{ chunkSize: 0 }, "chunkSize"],
  ],
  counts: { online: 2, deleted: 3 },
  async seed(ground, bystanders) {
    await seed(ground, bystanders);
    await insertForBoth(ground.database, "person_sessions", (own) => [
      session(own(1), own(1), 1),
      session(own(2), own(1), 2),
      session(own(3), own(2), 20),
      session(own(4), own(3), 40),
      session(own(5), own(3), 1, { ended_at: NOW }),
    ]);
    await insert(ground.database, "persons", { id: 9000 });
    await insertBystanders(ground.database, "person_sessions", bystanders, (id) => session(id, 9000, 100));
  },
};

/** A 0 behind a 0 is not written. */
export const BuddyListHisotryIdle: Scenario = {
  processor,
  name: "no person online, as before",
  parameters: { chunkSize: 2, keepDays: 365 },
  badParameters: [],
  ends: "no_action",
  counts: { skipped: 1 },
  seed,
};
