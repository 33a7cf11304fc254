import { beforeEach, describe, expect, it } from "vitest";
import { type AnchorName, anchors } from "../../../src/learning/notifications/anchor.ts";
import { selectOccasions, selectZonesOf, zonedDays } from "../../../src/learning/notifications/occasion.ts";
import type { NotificationRule } from "../../../src/learning/notifications/rule.ts";
import { notificationAnchors } from "../../../src/learning/schema/communication.ts";
import { boundStatement, type Query } from "../../../src/store/statement.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";
import { insert } from "../rows.ts";

let database: Awaited<ReturnType<typeof freshFileDatabase>>;
const DAY = "2026-03-02";
const NOON = Date.parse("2026-03-02T12:00:00Z");

beforeEach(async () => {
  database = await freshFileDatabase(["store", "learning"]);
});

const ruleFor = (anchor: AnchorName): NotificationRule => ({
  id: 1,
  anchor,
  offsetDays: 0,
  audience: "participant",
  statuses: anchors[anchor].statuses,
  filter: null,
  channels: ["mail"],
  keys: { subject: "s", body: "b" },
});
const zoned = { zone: "", from: NOON - 12 * 3_600_000, until: NOON + 12 * 3_600_000 };
const query = (anchor: AnchorName, after: { at: number; id: number } | null, limit = 200) =>
  selectOccasions({
    rule: ruleFor(anchor),
    day: DAY,
    clientZone: "UTC",
    zonedDays: [zoned],
    filter: null,
    after,
    limit,
  });
const plan = async (asked: Query) => {
  const { sql, args } = boundStatement(asked, 1, 1);
  const { rows } = await database.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
  return rows.map(({ detail }) => String(detail));
};

describe("the occasions of a day", () => {
  it.each([
    ["due", /registration USING .*INDEX registrations_due \(client_id=\? AND due_on=\? AND id>\?\)/],
    ["booked", /registration USING .*INDEX registrations_booked \(client_id=\? AND booked_at>\? AND booked_at<\?\)/],
    [
      "completed",
      /registration USING .*INDEX registrations_completed \(client_id=\? AND completed_at>\? AND completed_at<\?\)/,
    ],
    [
      "skill_expiry",
      /held USING .*INDEX person_skills_valid_until \(client_id=\? AND valid_until_on=\? AND rowid>\?\)/,
    ],
    ["certification_end", /period USING .*INDEX person_certifications_end \(client_id=\? AND end_on=\? AND rowid>\?\)/],
    ["recert_due", /period USING .*INDEX recert_periods_due \(client_id=\? AND due_on=\? AND rowid>\?\)/],
  ] as const)("of the anchor %s are found by its index, in its order", async (anchor, index) => {
    const lines = await plan(query(anchor, { at: NOON, id: 5 }));
    expect(lines[0]).toMatch(index);
    expect(lines.join("\n")).not.toMatch(/SCAN (?!json_each)|TEMP B-TREE/);
  });

  it.each([
    ["start", "components_start_at", "start_at"],
    ["end", "components_end_at", "end_at"],
  ] as const)("of the anchor %s are found through the components of that day", async (anchor, index, column) => {
    const lines = await plan(query(anchor, { at: 0, id: 5 }));
    expect(lines.join("\n")).toMatch(
      new RegExp(`component USING INDEX ${index} \\(client_id=\\? AND ${column}>\\? AND ${column}<\\?\\)`),
    );
    expect(lines.join("\n")).toMatch(
      /registration USING INDEX registrations_component \(client_id=\? AND component_id=\?/,
    );
    expect((await plan(selectZonesOf(anchors[anchor], DAY)))[0]).toContain(index);
  });

  it("of the anchor prerequisite_due are found through the components that have such a day", async () => {
    const lines = (await plan(query("prerequisite_due", { at: 0, id: 5 }))).join("\n");
    expect(lines).toMatch(/deadline USING .*INDEX meta_values_tag \(client_id=\? AND meta_tag_id=\?\)/);
    expect(lines).toMatch(/registration USING .*INDEX registrations_component \(client_id=\? AND component_id=\?/);
    expect(lines).not.toMatch(/SCAN (?!json_each)/);
  });

  it.each(notificationAnchors)("of the anchor %s come in pages that lose none and repeat none", async (anchor) => {
    const people = Array.from({ length: 7 }, (_, index) => ({ id: index + 1 }));
    const status = anchors[anchor].statuses[0] ?? "";
    await insert(database, "persons", ...people);
    await insert(
      database,
      "components",
      { id: 1, start_at: NOON, end_at: NOON },
      { id: 2, start_at: NOON, end_at: NOON },
    );
    // Booked in another order than that of the ids, and two at one instant.
    const instants = [5, 3, 3, 9, 1, 3, 4].map((minute) => NOON + minute * 60_000);
    await insert(
      database,
      "registrations",
      ...people.map(({ id }, index) => ({
        id,
        component_id: 1 + (id % 2),
        person_id: id,
        status: anchors[anchor].object === "registration" ? status : "booked",
        due_on: DAY,
        booked_at: instants[index] ?? 0,
        completed_at: instants[index] ?? 0,
        prerequisite_status: "not_met",
      })),
    );
    for (const component_id of [1, 2]) {
      await insert(database, "meta_values", { component_id, meta_tag_id: 12703, value: DAY });
    }
    await insert(database, "skills", { id: 1 });
    await insert(database, "certifications", { id: 1 });
    await insert(database, "syllabus_items", { id: 1, component_id: 1 });
    await insert(database, "recert_sections", { id: 1, component_id: 1, folder_item_id: 1 });
    for (const { id } of people) {
      await insert(database, "person_skills", { id, person_id: id, skill_id: 1, valid_until_on: DAY });
      await insert(database, "person_certifications", { id, person_id: id, certification_id: 1, end_on: DAY });
      await insert(database, "recert_periods", { id, registration_id: id, section_id: 1, state: "pending" });
    }
    const found: number[] = [];
    for (let after: { at: number; id: number } | null = null, more = true; more; ) {
      const { sql, args } = boundStatement(query(anchor, after, 2), 1, 1);
      const { rows } = await database.execute({ sql, args });
      found.push(...rows.map(({ id }) => Number(id)));
      const last = rows.at(-1);
      after = last ? { at: Number(last.at), id: Number(last.id) } : after;
      more = rows.length === 2;
    }
    const byInstant = [5, 2, 3, 6, 7, 1, 4];
    expect(found).toEqual(anchor === "booked" || anchor === "completed" ? byInstant : [1, 2, 3, 4, 5, 6, 7]);
  });
});

describe("a day in the zones of components", () => {
  it("has the length that it has there", () => {
    const zones = [
      { time_zone: null, example: 1 },
      { time_zone: "America/Los_Angeles", example: 2 },
      { time_zone: "Mars/Olympus", example: 3 },
    ];
    const { days, unknown } = zonedDays(zones, "2026-03-08", "Europe/Berlin");
    expect(days).toEqual([
      { zone: "", from: Date.parse("2026-03-08T00:00:00+01:00"), until: Date.parse("2026-03-09T00:00:00+01:00") },
      {
        zone: "America/Los_Angeles",
        from: Date.parse("2026-03-08T00:00:00-08:00"),
        until: Date.parse("2026-03-09T00:00:00-07:00"),
      },
    ]);
    expect(unknown).toEqual([{ zone: "Mars/Olympus", componentId: 3 }]);
  });
});
