import { beforeEach, describe, expect, it } from "vitest";
import { Notification } from "../../../src/processors/communication/Notification.ts";
import { countingDatabase, type DatabaseTally } from "../../../src/store/database.ts";
import { Stage } from "../stage.ts";

/** Monday, 2 March 2026, 13:00 in Berlin. */
const TODAY = "2026-03-02";
const at = (local: string) => Date.parse(local);

let stage: Stage;

beforeEach(async () => {
  stage = await Stage.set(Notification);
  await stage.texts("en", {
    "n.subject": "{course} is due",
    "n.body": "Hello {givenName},\n{course} is due on {day}.",
  });
  await stage.insert("persons", { id: 1, email: "ada@example.com" });
  await stage.insert("components", { id: 1 });
});

const subjects = async () =>
  (await stage.rows("SELECT subject FROM messages ORDER BY id")).map(({ subject }) => subject);
const keys = async () => (await stage.rows("SELECT dedupe_key FROM messages ORDER BY id")).map((row) => row.dedupe_key);

describe("a rule and its day", () => {
  beforeEach(() => stage.amount(0));

  it.each([
    [0, "2026-03-02"],
    [-7, "2026-03-09"],
    [3, "2026-02-27"],
    [-365, "2027-03-02"],
  ])("with offset_days %i tells of what is due on %s, and of no other day", async (offset_days, due) => {
    const days = ["2026-02-26", "2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03", "2026-03-08"];
    const all = [...days, "2026-03-09", "2026-03-10", "2027-03-02"];
    await stage.insert(
      "registrations",
      ...all.map((due_on, index) => ({ id: index + 1, component_id: 1, person_id: 1, cycle_no: index + 1, due_on })),
    );
    await stage.insert("notification_rules", { id: 5, offset_days });
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { rules: 1, queued: 1 } });
    const id = all.indexOf(due) + 1;
    expect(await keys()).toEqual([`ntf|5|registration:${id}|${due}|${offset_days}|1`]);
  });

  it.each([
    ["start", "component"],
    ["end", "component"],
    ["due", "registration"],
    ["booked", "registration"],
    ["completed", "registration"],
    ["skill_expiry", "person_skill"],
    ["certification_end", "person_certification"],
    ["recert_due", "recert_period"],
  ])("counts from the anchor %s", async (anchor) => {
    const noon = at("2026-03-05T12:00:00+01:00");
    const day = "2026-03-05";
    await stage.texts("en", { "x.subject": "{day}", "x.body": "{givenName} {days}" });
    await stage.insert("components", { id: 2, start_at: noon, end_at: noon });
    await stage.insert("components", { id: 3, start_at: noon - 86_400_000, end_at: noon + 86_400_000 });
    const registration = { person_id: 1, due_on: day, booked_at: noon, completed_at: noon };
    const other = { person_id: 1, due_on: "2026-03-06", booked_at: noon - 86_400_000, completed_at: noon + 86_400_000 };
    await stage.insert(
      "registrations",
      { id: 20, component_id: 2, ...registration },
      { id: 30, component_id: 3, ...other },
    );
    await stage.insert("skills", { id: 1 }, { id: 2 });
    await stage.insert("person_skills", { id: 20, person_id: 1, skill_id: 1, valid_until_on: day });
    await stage.insert("person_skills", { id: 30, person_id: 1, skill_id: 2, valid_until_on: "2026-03-06" });
    await stage.insert("certifications", { id: 1 });
    await stage.insert("person_certifications", { id: 20, person_id: 1, certification_id: 1, end_on: day });
    await stage.insert("person_certifications", {
      id: 30,
      person_id: 1,
      certification_id: 1,
      period_no: 2,
      end_on: "2026-03-06",
    });
    await stage.insert("syllabus_items", { id: 1, component_id: 2 });
    await stage.insert("recert_sections", { id: 1, component_id: 2, folder_item_id: 1 });
    await stage.insert("recert_periods", { id: 20, registration_id: 20, section_id: 1, due_on: day });
    await stage.insert("recert_periods", {
      id: 30,
      registration_id: 20,
      section_id: 1,
      cycle_no: 2,
      due_on: "2026-03-06",
    });
    const statuses = { skill_expiry: '["held"]', certification_end: '["in_progress"]', recert_due: '["open"]' };
    const chosen = statuses[anchor as keyof typeof statuses] ?? '["booked"]';
    await stage.insert("notification_rules", {
      id: 1,
      anchor,
      offset_days: -3,
      statuses: chosen,
      subject_key: "x.subject",
      body_key: "x.body",
    });
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { queued: 1 } });
    const object = {
      skill_expiry: "person_skill",
      certification_end: "person_certification",
      recert_due: "recert_period",
    };
    const kind = object[anchor as keyof typeof object] ?? "registration";
    expect(await keys()).toEqual([`ntf|1|${kind}:20|${day}|-3|1`]);
    expect(await stage.rows("SELECT subject, body FROM messages")).toEqual([
      { subject: "March 5, 2026", body: "Ada 3" },
    ]);
  });

  it("counts from prerequisite_due: the tag 12703 of the component, for those who have not met its prerequisites", async () => {
    await stage.texts("en", { "x.subject": "{course} {day}", "x.body": "{days}" });
    await stage.insert(
      "components",
      { id: 2, title: "Welding" },
      { id: 3, title: "Later" },
      { id: 4, client_id: 2 },
      { id: 5, title: "Silent" },
    );
    const deadline = (component_id: number, value: string, client_id = 1) => ({
      client_id,
      component_id,
      meta_tag_id: 12703,
      value,
    });
    await stage.insert(
      "meta_values",
      deadline(2, " 2026-03-05 "),
      deadline(3, "2026-03-06"),
      deadline(4, "2026-03-05", 2),
      deadline(5, "soon"),
      { component_id: 3, meta_tag_id: 11838, value: "2026-03-05" },
    );
    const registered = (id: number, component_id: number, prerequisite_status: string, more = {}) => ({
      id,
      component_id,
      person_id: 1,
      cycle_no: id,
      prerequisite_status,
      ...more,
    });
    await stage.insert(
      "registrations",
      registered(1, 2, "not_met"),
      registered(2, 2, "met"),
      registered(3, 2, "none"),
      registered(4, 2, "overdue"),
      registered(5, 2, "not_met", { status: "cancelled" }),
      registered(6, 2, "not_met", { suppress_notifications: 1 }),
      registered(7, 3, "not_met"),
      registered(8, 5, "not_met"),
      registered(9, 2, "not_met", { status: "waiting_list" }),
    );
    await stage.insert("notification_rules", {
      id: 1,
      anchor: "prerequisite_due",
      offset_days: -3,
      statuses: '["booked","waiting_list"]',
      subject_key: "x.subject",
      body_key: "x.body",
    });
    expect(await stage.play({ parameters: { chunkSize: 1 } })).toMatchObject({ state: "ok", counts: { queued: 2 } });
    expect(await keys()).toEqual([1, 9].map((id) => `ntf|1|registration:${id}|2026-03-05|-3|1`));
    expect(await stage.rows("SELECT subject, body FROM messages LIMIT 1")).toEqual([
      { subject: "Welding March 5, 2026", body: "3" },
    ]);
  });

  it("takes only objects in the rule's statuses", async () => {
    const statuses = [
      "requested",
      "waiting_list",
      "personal_syllabus",
      "booked",
      "in_progress",
      "failed",
      "completed",
      "passed",
      "cancelled",
    ];
    await stage.insert(
      "registrations",
      ...statuses.map((status, index) => ({
        id: index + 1,
        component_id: 1,
        person_id: 1,
        cycle_no: index + 1,
        status,
        due_on: TODAY,
      })),
    );
    await stage.insert("notification_rules", { id: 1, statuses: '["in_progress","waiting_list","in_progress"]' });
    await stage.play();
    expect(await keys()).toEqual([2, 5].map((id) => `ntf|1|registration:${id}|${TODAY}|0|1`));
  });

  it("works active rules only, each of its own client, and counts them", async () => {
    await stage.insert("registrations", { id: 1, component_id: 1, person_id: 1, due_on: TODAY });
    await stage.insert(
      "notification_rules",
      { id: 1 },
      { id: 2, active: 0 },
      { id: 3, client_id: 2 },
      { id: 4, offset_days: 9 },
    );
    expect(await stage.play()).toMatchObject({ counts: { rules: 2, queued: 1 } });
  });

  it("with ruleIds works no others", async () => {
    await stage.insert("registrations", { id: 1, component_id: 1, person_id: 1, due_on: TODAY });
    await stage.insert("notification_rules", { id: 1 }, { id: 2 }, { id: 3 });
    expect(await stage.play({ parameters: { ruleIds: [2, 3, 9] } })).toMatchObject({ counts: { rules: 2, queued: 2 } });
    expect(await keys()).toEqual([2, 3].map((id) => `ntf|${id}|registration:1|${TODAY}|0|1`));
  });

  it("with component_filter takes only components for which the rule holds", async () => {
    await stage.insert(
      "components",
      { id: 2, title: "Erste Hilfe", type_key: "classroom" },
      { id: 3, type_key: "wbt" },
    );
    await stage.insert("meta_values", { component_id: 3, meta_tag_id: 11838, value: "1" });
    await stage.insert(
      "registrations",
      ...[1, 2, 3].map((id) => ({ id, component_id: id, person_id: 1, due_on: TODAY })),
    );
    const rule = (id: number, filter: unknown) => ({ id, component_filter: JSON.stringify(filter) });
    await stage.insert(
      "notification_rules",
      rule(1, { attr: "title", op: "startsWith", value: "ERSTE" }),
      rule(2, { attr: "meta.11838", op: "eq", value: true }),
      rule(3, {
        any: [
          { attr: "type_key", op: "eq", value: "classroom" },
          { attr: "type_key", op: "eq", value: "wbt" },
        ],
      }),
      rule(4, { attr: "colour", op: "eq", value: "red" }),
    );
    await stage.play();
    expect(await keys()).toEqual(
      [
        [1, 2],
        [2, 3],
        [3, 2],
        [3, 3],
      ].map(([rule, id]) => `ntf|${rule}|registration:${id}|${TODAY}|0|1`),
    );
  });

  it("finds nothing to do where there is no rule", async () => {
    expect(await stage.play()).toMatchObject({ state: "no_action", counts: {} });
  });
});

describe("the day of a start or end", () => {
  beforeEach(() => stage.amount(0));

  it.each([
    ["in the component's own zone", "America/Los_Angeles", "2026-03-02T23:30:00-08:00", true],
    ["and not the client's", "America/Los_Angeles", "2026-03-02T23:30:00+01:00", true],
    ["where that is the day before", "America/Los_Angeles", "2026-03-02T08:30:00+01:00", false],
    ["west of it", "Pacific/Kiritimati", "2026-03-02T00:10:00+14:00", true],
    ["in the client's zone where it has none", null, "2026-03-02T00:10:00+01:00", true],
    ["in the client's zone, the last minute", null, "2026-03-02T23:59:00+01:00", true],
    ["in the client's zone, a minute too late", null, "2026-03-03T00:00:00+01:00", false],
  ])("is %s (%s, %s)", async (_, time_zone, start, told) => {
    await stage.insert("components", { id: 2, time_zone, start_at: at(start), end_at: at(start) });
    await stage.insert("registrations", { id: 1, component_id: 2, person_id: 1 });
    await stage.insert("notification_rules", { id: 1, anchor: "start" }, { id: 2, anchor: "end" });
    await stage.play();
    expect(await subjects()).toHaveLength(told ? 2 : 0);
  });

  it("is the last day of a course that ends at midnight, a pure date", async () => {
    await stage.insert("components", { id: 2, end_at: at("2026-03-02T00:00:00+01:00") });
    await stage.insert("registrations", { id: 1, component_id: 2, person_id: 1 });
    await stage.insert("notification_rules", { id: 1, anchor: "end" });
    expect(await stage.play()).toMatchObject({ counts: { queued: 1 } });
  });

  it("does not exist in a zone that does not exist: that component is named, its neighbours are told of", async () => {
    const start_at = at("2026-03-02T12:00:00Z");
    await stage.insert("components", { id: 2, time_zone: "Mars/Olympus", start_at }, { id: 3, start_at });
    await stage.insert("components", { id: 4, time_zone: "Mars/Olympus", start_at: at("2027-03-02T12:00:00Z") });
    await stage.insert(
      "registrations",
      { id: 1, component_id: 2, person_id: 1 },
      { id: 2, component_id: 3, person_id: 1 },
    );
    await stage.insert("notification_rules", { id: 1, anchor: "start" });
    const run = await stage.play();
    expect(run).toMatchObject({ state: "partial", counts: { queued: 1, failed: 1 } });
    expect(run.errors).toEqual([
      { ref: "rule:1 component:2", code: "unknown_time_zone", message: expect.stringContaining("Mars/Olympus") },
    ]);
  });

  it.each([
    ["forward", "2026-03-26T10:00:00+01:00", "2026-03-29", "2026-04-02T10:00:00+02:00"],
    ["back", "2026-10-22T10:00:00+02:00", "2026-10-25", "2026-10-29T10:00:00+01:00"],
  ])("and the offset are calendar days, also where clocks go %s between them", async (_, run, change, start) => {
    await stage.texts("en", { "x.subject": "{days}", "x.body": "-" });
    const texts = { subject_key: "x.subject", body_key: "x.body" };
    const days = [-1, 0, 1].map((days) => at(start) + days * 86_400_000);
    await stage.insert("components", ...days.map((start_at, index) => ({ id: index + 10, start_at })));
    await stage.insert(
      "registrations",
      ...days.map((_at, id) => ({ id: id + 10, component_id: id + 10, person_id: 1 })),
    );
    // The night of the change itself has 23 or 25 hours.
    await stage.insert("components", { id: 20, start_at: at(`${change}T00:00:00${run.slice(-6)}`) });
    await stage.insert("registrations", { id: 20, component_id: 20, person_id: 1 });
    await stage.insert(
      "notification_rules",
      { id: 1, anchor: "start", offset_days: -7, ...texts },
      { id: 2, anchor: "start", offset_days: -3, ...texts },
    );
    await stage.clock.advanceTo(at(run));
    await stage.play();
    expect(await stage.rows("SELECT dedupe_key, subject FROM messages ORDER BY id")).toEqual([
      { dedupe_key: `ntf|1|registration:11|${start.slice(0, 10)}|-7|1`, subject: "7" },
      { dedupe_key: `ntf|2|registration:20|${change}|-3|1`, subject: "3" },
    ]);
  });

  it("of a booking is the client's, daylight saving included", async () => {
    await stage.insert(
      "registrations",
      ...[
        "2026-03-29T00:00:00+01:00",
        "2026-03-29T23:59:59+02:00",
        "2026-03-30T00:00:00+02:00",
        "2026-03-28T23:59:59+01:00",
      ].map((local, index) => ({
        id: index + 1,
        component_id: 1,
        person_id: 1,
        cycle_no: index + 1,
        booked_at: at(local),
      })),
    );
    await stage.insert("notification_rules", { id: 1, anchor: "booked" });
    await stage.clock.advanceTo(at("2026-03-29T12:00:00Z"));
    await stage.play();
    expect(await keys()).toEqual([1, 2].map((id) => `ntf|1|registration:${id}|2026-03-29|0|1`));
  });
});

describe("what a run costs", () => {
  it.each(["start", "end", "due", "booked", "completed"])(
    "grows with the messages, not with the registrations (%s)",
    async (anchor) => {
      await stage.amount(0);
      const noon = at("2026-03-02T12:00:00Z");
      const later = at("2026-06-02T12:00:00Z");
      await stage.insert(
        "components",
        { id: 2, start_at: noon, end_at: noon },
        { id: 3, start_at: later, end_at: later },
      );
      const of = (id: number, component_id: number, day: string, instant: number) => ({
        id,
        component_id,
        person_id: 1,
        cycle_no: id,
        due_on: day,
        booked_at: instant,
        completed_at: instant,
      });
      await stage.insert("notification_rules", { id: 1, anchor });
      const cost = async () => {
        await stage.database.execute("DELETE FROM messages");
        const tally: DatabaseTally = { roundTrips: 0, statements: 0 };
        const id = await stage.begin();
        await stage.work({}, undefined, countingDatabase(stage.database, tally));
        return { tally, queued: (await stage.run(id)).counts.queued };
      };
      await stage.insert("registrations", ...Array.from({ length: 5 }, (_, index) => of(index + 1, 2, TODAY, noon)));
      const few = await cost();
      await stage.insert(
        "registrations",
        ...Array.from({ length: 1000 }, (_, index) => of(index + 100, 3, "2026-06-02", later)),
      );
      expect(await cost()).toEqual(few);
      expect(few.queued).toBe(5);
    },
  );
});
