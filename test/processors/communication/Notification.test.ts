import { beforeEach, describe, expect, it } from "vitest";
import { Notification } from "../../../src/processors/communication/Notification.ts";
import { countingDatabase, type DatabaseTally } from "../../../src/store/database.ts";
import { killedAt } from "../../conformance/faults.ts";
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
const people = async () => (await stage.rows("SELECT person_id FROM messages ORDER BY id")).map((row) => row.person_id);
const watermarks = () => stage.rows("SELECT key, value FROM processor_state");

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

describe("the recipient", () => {
  beforeEach(async () => {
    await stage.amount(0);
    await stage.insert("persons", { id: 2, given_name: "Grace", email: "grace@example.com", role: "supervisor" });
    await stage.insert("persons", { id: 3, given_name: "Tim", email: "tim@example.com", role: "tutor" });
    await stage.insert("persons", { id: 4, given_name: "Tina", email: "tina@example.com", role: "tutor" });
    await stage.insert("persons", { id: 5, given_name: "Theo", email: "theo@example.com", role: "tutor" });
    await stage.database.execute("UPDATE persons SET supervisor_id = 2 WHERE id = 1");
    await stage.insert("registrations", { id: 1, component_id: 1, person_id: 1, due_on: TODAY });
    await stage.insert(
      "registrations",
      { id: 3, component_id: 1, person_id: 3 },
      { id: 4, component_id: 1, person_id: 4 },
    );
    await stage.insert("registrations", { id: 5, component_id: 1, person_id: 5, status: "cancelled" });
    await stage.database.execute("UPDATE registrations SET due_on = '2026-04-01' WHERE id > 1");
    await stage.texts("en", { "s.subject": "{participant}: {course}", "s.body": "Dear {givenName} {familyName}" });
  });

  it.each([
    ["participant", [1]],
    ["supervisor", [2]],
    ["tutor", [3, 4]],
  ])("is the %s", async (audience, expected) => {
    await stage.insert("notification_rules", { id: 1, audience, subject_key: "s.subject", body_key: "s.body" });
    await stage.play();
    expect(await people()).toEqual(expected);
    expect(new Set(await subjects())).toEqual(new Set(["Ada Byron: Fire safety"]));
    const names = { 1: "Ada", 2: "Grace", 3: "Tim", 4: "Tina" };
    const bodies = (await stage.rows("SELECT body FROM messages ORDER BY id")).map(({ body }) => body);
    expect(bodies).toEqual(expected.map((id) => `Dear ${names[id as keyof typeof names]} Byron`));
  });

  it.each([
    ["participant", 1],
    ["supervisor", 2],
    ["tutor", 3],
  ])("who is passive or deleted is skipped, also as %s; an inactive one is not", async (audience, id) => {
    await stage.insert("notification_rules", { id: 1, audience });
    for (const [status, told] of [
      ["passive", false],
      ["deleted", false],
      ["inactive", true],
    ] as const) {
      await stage.database.execute(`UPDATE persons SET auth_status = '${status}' WHERE id = ${id}`);
      await stage.play();
      expect((await people()).includes(id), status).toBe(told);
    }
  });

  it("is not told of a participant who is passive or deleted", async () => {
    await stage.insert("notification_rules", { id: 1, audience: "supervisor" }, { id: 2, audience: "tutor" });
    await stage.database.execute("UPDATE persons SET auth_status = 'passive' WHERE id = 1");
    expect(await stage.play()).toMatchObject({ state: "no_action", counts: { rules: 2 } });
  });

  it("does not exist for a participant without a supervisor or a course without a tutor", async () => {
    await stage.database.execute("UPDATE persons SET supervisor_id = NULL, role = 'learner'");
    await stage.insert("notification_rules", { id: 1, audience: "supervisor" }, { id: 2, audience: "tutor" });
    expect(await stage.play()).toMatchObject({ state: "no_action", counts: { rules: 2 } });
  });

  it("is skipped where suppress_notifications is set", async () => {
    await stage.database.execute("UPDATE registrations SET suppress_notifications = 1 WHERE id = 1");
    await stage.insert("notification_rules", { id: 1 }, { id: 2, audience: "supervisor" });
    expect(await stage.play()).toMatchObject({ state: "no_action" });
  });

  it("is skipped where it is set on the registration of a recertification period, or that was cancelled", async () => {
    await stage.insert("syllabus_items", { id: 1, component_id: 1 });
    await stage.insert("recert_sections", { id: 1, component_id: 1, folder_item_id: 1 });
    await stage.insert("recert_periods", ...[1, 3, 5].map((id) => ({ id, registration_id: id, section_id: 1 })));
    await stage.database.execute("UPDATE registrations SET suppress_notifications = 1 WHERE id = 1");
    await stage.insert("notification_rules", { id: 1, anchor: "recert_due", statuses: '["open"]' });
    await stage.play();
    expect(await keys()).toEqual([`ntf|1|recert_period:3|${TODAY}|0|3`]);
  });

  it("gets one message on each channel of the rule", async () => {
    await stage.insert("notification_rules", { id: 1, channels: '["mail","internal","push"]' });
    expect(await stage.play()).toMatchObject({ counts: { queued: 3 } });
    expect(
      await stage.rows("SELECT channel, status, to_address, kind, created_run_id FROM messages ORDER BY id"),
    ).toEqual([
      { channel: "mail", status: "to_forward", to_address: "ada@example.com", kind: "notification", created_run_id: 1 },
      { channel: "internal", status: "internal", to_address: null, kind: "notification", created_run_id: 1 },
      { channel: "push", status: "to_forward", to_address: null, kind: "notification", created_run_id: 1 },
    ]);
  });

  it("gets the channel that a rule has got since, and nothing twice", async () => {
    await stage.insert("notification_rules", { id: 1 });
    await stage.play();
    await stage.database.execute(`UPDATE notification_rules SET channels = '["mail","push"]'`);
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { queued: 1 } });
    expect(await stage.rows("SELECT channel FROM messages ORDER BY id")).toEqual([
      { channel: "mail" },
      { channel: "push" },
    ]);
  });
});

describe("the text", () => {
  beforeEach(() => stage.amount(0));
  const due = (id: number, locale: string | null) =>
    stage
      .insert("persons", { id, locale, email: `p${id}@example.com`, given_name: "Bo", family_name: "Ek" })
      .then(() => stage.insert("registrations", { id, component_id: 1, person_id: id, due_on: TODAY }));

  it("is in the person's locale, with days as people there write them, else in the client's default", async () => {
    await stage.texts("de", { "n.subject": "{course} ist fällig", "n.body": "{givenName}, am {day}" });
    await due(10, "de");
    await due(11, "de-AT");
    await due(12, "fr");
    await due(13, null);
    await stage.insert("notification_rules", { id: 1 });
    await stage.play();
    expect(await stage.rows("SELECT subject, body FROM messages ORDER BY id")).toEqual([
      { subject: "Fire safety ist fällig", body: "Bo, am 2. März 2026" },
      { subject: "Fire safety ist fällig", body: "Bo, am 2. März 2026" },
      { subject: "Fire safety is due", body: "Hello Bo,\nFire safety is due on March 2, 2026." },
      { subject: "Fire safety is due", body: "Hello Bo,\nFire safety is due on March 2, 2026." },
    ]);
  });

  it("knows course, place, start, end and due day", async () => {
    await stage.texts("en", { "x.subject": "{client}", "x.body": "{course}|{location}|{start}|{end}|{due}|{days}" });
    await stage.insert("components", {
      id: 2,
      title: "Welding",
      location: "Hall 3",
      time_zone: "Europe/London",
      start_at: at("2026-03-12T09:00:00Z"),
    });
    await stage.insert("registrations", { id: 1, component_id: 2, person_id: 1, due_on: "2026-03-12" });
    await stage.insert("notification_rules", { id: 1, offset_days: -10, subject_key: "x.subject", body_key: "x.body" });
    await stage.play();
    const [message] = await stage.rows("SELECT subject, body FROM messages");
    expect(message?.subject).toBe("north");
    expect(String(message?.body).replaceAll("\u202f", " ")).toBe(
      "Welding|Hall 3|March 12, 2026 at 9:00 AM||March 12, 2026|10",
    );
  });

  it.each([
    ["skill_expiry", "{skill}", "Welding", '["held"]'],
    ["certification_end", "{certification}", "Nurse", '["in_progress"]'],
  ])("of %s knows %s", async (anchor, subject, expected, statuses) => {
    await stage.texts("en", { "x.subject": subject, "x.body": "-" });
    await stage.insert("skills", { id: 1 });
    await stage.insert("person_skills", { id: 1, person_id: 1, skill_id: 1, valid_until_on: TODAY });
    await stage.insert("certifications", { id: 1 });
    await stage.insert("person_certifications", { id: 1, person_id: 1, certification_id: 1, end_on: TODAY });
    await stage.insert("notification_rules", { id: 1, anchor, statuses, subject_key: "x.subject", body_key: "x.body" });
    await stage.play();
    expect(await subjects()).toEqual([expected]);
  });

  it("that is missing is one failure for each rule and locale; the others are told", async () => {
    await stage.texts("de", { "x.subject": "Nur deutsch", "x.body": "Nur deutsch" });
    for (const [id, locale] of [
      [10, "de"],
      [11, "fr"],
      [12, "fr"],
      [13, null],
      [14, "de"],
    ] as const)
      await due(id, locale);
    await stage.insert("notification_rules", { id: 1, subject_key: "x.subject", body_key: "x.body" }, { id: 2 });
    const run = await stage.play({ parameters: { chunkSize: 2 } });
    expect(run).toMatchObject({ state: "partial", counts: { queued: 7, failed: 2, skipped: 1, scanned: 10 } });
    expect(run.errors).toEqual([
      {
        ref: "rule:1 registration:11 person:11",
        code: "missing_text",
        message: expect.stringMatching(/x\.subject and x\.body in fr and in the default locale en/),
      },
      {
        ref: "rule:1 registration:13 person:13",
        code: "missing_text",
        message: expect.stringMatching(/x\.subject and x\.body in en/),
      },
    ]);
  });

  it("with an unknown placeholder is sent to nobody and named", async () => {
    await stage.texts("en", { "x.subject": "Hello {givenname}", "x.body": "-" });
    await due(10, "en");
    await due(11, "en");
    await stage.insert("notification_rules", { id: 1, subject_key: "x.subject", body_key: "x.body" });
    const run = await stage.play();
    expect(run).toMatchObject({ state: "partial", counts: { failed: 1, skipped: 1 } });
    expect(run.errors).toMatchObject([
      { code: "bad_text", message: expect.stringMatching(/x\.subject.*\{givenname\}.*\{givenName\}/) },
    ]);
  });
});

describe("a row that cannot be worked", () => {
  beforeEach(() => stage.amount(0));

  it.each([
    ["statuses", { statuses: "[]" }],
    ["statuses", { statuses: '["held"]' }],
    ["statuses", { statuses: "booked" }],
    ["channels", { channels: '["fax"]' }],
    ["channels", { channels: '"mail"' }],
    ["component_filter", { component_filter: "{" }],
    ["component_filter: all.0.op", { component_filter: '{"all":[{"attr":"title","op":"like","value":"x"}]}' }],
    ["component_filter", { component_filter: '{"group":1}' }],
    [
      "component_filter",
      { anchor: "skill_expiry", statuses: '["held"]', component_filter: '{"attr":"title","op":"empty"}' },
    ],
    ["audience", { anchor: "certification_end", statuses: '["fulfilled"]', audience: "tutor" }],
  ])("is a rule whose %s is wrong (%j): it fails with bad_rule, the others are worked", async (field, values) => {
    await stage.insert("registrations", { id: 1, component_id: 1, person_id: 1, due_on: TODAY });
    await stage.insert("notification_rules", { id: 1, ...values }, { id: 2 });
    const run = await stage.play();
    expect(run).toMatchObject({ state: "partial", counts: { rules: 2, queued: 1, failed: 1 } });
    expect(run.errors).toEqual([{ ref: "rule:1", code: "bad_rule", message: expect.stringContaining(field) }]);
  });

  it.each([null, "", "  "])(
    "is a mail to a person whose address is %j: no_address; other channels and people are served",
    async (email) => {
      await stage.insert("persons", { id: 2, email }, { id: 3, email: " bo@example.com " });
      await stage.insert(
        "registrations",
        ...[1, 2, 3].map((id) => ({ id, component_id: 1, person_id: id, due_on: TODAY })),
      );
      await stage.insert("notification_rules", { id: 1, channels: '["mail","internal"]' });
      const run = await stage.play();
      expect(run).toMatchObject({ state: "partial", counts: { queued: 5, failed: 1 } });
      expect(run.errors).toEqual([
        {
          ref: "rule:1 registration:2 person:2 mail",
          code: "no_address",
          message: expect.stringContaining("Person 2"),
        },
      ]);
      expect(await stage.rows("SELECT to_address FROM messages WHERE channel = 'mail' ORDER BY id")).toEqual([
        { to_address: "ada@example.com" },
        { to_address: "bo@example.com" },
      ]);
    },
  );

  it("ends the run when there are more than maxFailures of them", async () => {
    await stage.database.execute("UPDATE persons SET email = NULL");
    await stage.insert(
      "registrations",
      ...[1, 2, 3].map((id) => ({ id, component_id: 1, person_id: 1, cycle_no: id, due_on: TODAY })),
    );
    await stage.insert("notification_rules", { id: 1 });
    expect(await stage.play({ parameters: { maxFailures: 2 } })).toMatchObject({
      state: "failed",
      reason: "too_many_failures",
    });
  });
});

describe("catching up", () => {
  const days = [
    "2026-02-26",
    "2026-02-27",
    "2026-02-28",
    "2026-03-01",
    "2026-03-02",
    "2026-03-03",
    "2026-03-04",
    "2026-03-05",
  ];
  beforeEach(async () => {
    await stage.amount(0);
    await stage.insert(
      "registrations",
      ...days.map((due_on, index) => ({ id: index + 1, component_id: 1, person_id: 1, cycle_no: index + 1, due_on })),
    );
    await stage.insert("notification_rules", { id: 1 });
  });
  const told = async () => (await keys()).map((key) => String(key).split("|")[3]);

  it("does not reach before the first run", async () => {
    await stage.play();
    expect(await told()).toEqual([TODAY]);
    expect(await watermarks()).toEqual([{ key: "lastDay", value: `"${TODAY}"` }]);
  });

  it.each([
    [0, ["2026-03-05"]],
    [1, ["2026-03-04", "2026-03-05"]],
    [2, ["2026-03-03", "2026-03-04", "2026-03-05"]],
    [7, ["2026-03-03", "2026-03-04", "2026-03-05"]],
  ])(
    "makes good at most catchUpDays = %i of the days missed since the last ok run, oldest first",
    async (catchUpDays, expected) => {
      await stage.play();
      await stage.sleep(3);
      await stage.play({ parameters: { catchUpDays } });
      expect(await told()).toEqual([TODAY, ...expected]);
      expect(await stage.play({ parameters: { catchUpDays } })).toMatchObject({ state: "no_action" });
    },
  );

  it("goes through a day again whose run had a failure, and tells whom it could not tell", async () => {
    await stage.play();
    await stage.sleep();
    await stage.database.execute("UPDATE persons SET email = NULL");
    expect(await stage.play()).toMatchObject({ state: "partial", counts: { failed: 1 } });
    expect(await watermarks()).toEqual([{ key: "lastDay", value: `"${TODAY}"` }]);
    await stage.sleep();
    await stage.database.execute("UPDATE persons SET email = 'ada@example.com'");
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { queued: 2 } });
    expect(await told()).toEqual([TODAY, "2026-03-03", "2026-03-04"]);
    expect(await watermarks()).toEqual([{ key: "lastDay", value: '"2026-03-04"' }]);
  });

  it("counts the days to an anchor from the run's own day", async () => {
    await stage.texts("en", { "x.subject": "{days}", "x.body": "-" });
    await stage.database.execute(
      "UPDATE notification_rules SET offset_days = -1, subject_key = 'x.subject', body_key = 'x.body'",
    );
    await stage.play();
    await stage.sleep(2);
    await stage.play();
    expect(await stage.rows("SELECT dedupe_key, subject FROM messages ORDER BY id")).toEqual([
      { dedupe_key: "ntf|1|registration:6|2026-03-03|-1|1", subject: "1" },
      { dedupe_key: "ntf|1|registration:7|2026-03-04|-1|1", subject: "0" },
      { dedupe_key: "ntf|1|registration:8|2026-03-05|-1|1", subject: "1" },
    ]);
  });

  it("is kept apart for jobs that work some rules only", async () => {
    await stage.insert("notification_rules", { id: 2, offset_days: 50 });
    await stage.play();
    await stage.sleep(2);
    await stage.play({ parameters: { ruleIds: [2, 1, 2] } });
    expect(await told()).toEqual([TODAY, "2026-03-04"]);
    expect(await watermarks()).toEqual([
      { key: "lastDay", value: `"${TODAY}"` },
      { key: "lastDay|1,2", value: '"2026-03-04"' },
    ]);
  });

  it("does nothing of the kind for a day in the past that is asked for, and does not move back", async () => {
    await stage.play();
    await stage.play({ asOf: "2026-02-27" });
    expect(await told()).toEqual([TODAY, "2026-02-27"]);
    expect(await watermarks()).toEqual([{ key: "lastDay", value: `"${TODAY}"` }]);
  });

  it("is not ended by a dry run, which counts what would be queued and leaves no trace", async () => {
    await stage.play();
    await stage.sleep(2);
    const rehearsal = await stage.play({ dryRun: true });
    expect(rehearsal).toMatchObject({ state: "ok", counts: { rules: 1, queued: 2 } });
    expect(await told()).toEqual([TODAY]);
    expect(await watermarks()).toEqual([{ key: "lastDay", value: `"${TODAY}"` }]);
    expect((await stage.play()).counts).toEqual(rehearsal.counts);
  });

  it("tells of what came after the run of the same day", async () => {
    await stage.play();
    await stage.insert("registrations", { id: 50, component_id: 1, person_id: 1, cycle_no: 50, due_on: TODAY });
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { queued: 1 } });
  });
});

describe("sending", () => {
  beforeEach(async () => {
    await stage.insert("persons", { id: 2, email: "bo@example.com" }, { id: 3, email: "cy@example.com" });
    await stage.insert(
      "registrations",
      ...[1, 2, 3].map((id) => ({ id, component_id: 1, person_id: id, due_on: TODAY })),
    );
    await stage.insert("notification_rules", { id: 1, channels: '["internal","mail"]' });
  });

  it("is the run's last phase where mailMonitorStaggeringAmount is undefined", async () => {
    const server = await stage.server();
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { rules: 1, queued: 6, sent: 3 } });
    const { received } = await server.traffic(3);
    expect(received.map(({ to, subject }) => [to[0], subject])).toEqual(
      ["ada", "bo", "cy"].map((name) => [`${name}@example.com`, "Fire safety is due"]),
    );
    expect(received[0]?.text).toBe("Hello Ada,\r\nFire safety is due on March 2, 2026.\r\n");
  });

  it("is left to MailMonitorStaggering where it is defined", async () => {
    await stage.amount(10);
    const server = await stage.server();
    await stage.play();
    expect((await server.traffic()).received).toEqual([]);
    expect(await stage.rows("SELECT channel, status FROM messages GROUP BY 1, 2")).toEqual([
      { channel: "internal", status: "internal" },
      { channel: "mail", status: "to_forward" },
    ]);
  });

  it("costs no neighbour anything when the server refuses one mail", async () => {
    const server = await stage.server({ rules: [{ to: "bo@example.com", verdict: "refuse-recipient" }] });
    expect(await stage.play()).toMatchObject({ state: "partial", counts: { queued: 6, sent: 2, failed: 1 } });
    expect((await server.traffic(2)).received.map(({ to }) => to[0])).toEqual(["ada@example.com", "cy@example.com"]);
    expect(await watermarks()).toEqual([{ key: "lastDay", value: `"${TODAY}"` }]);
  });

  it("goes on with what a run left that failed before it", async () => {
    const gone = await stage.server();
    await gone.stop();
    expect(await stage.play()).toMatchObject({ state: "failed", reason: "remote_unavailable", attempt: 3 });
    const server = await stage.server();
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { sent: 3 } });
    expect((await server.traffic(3)).received).toHaveLength(3);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].flatMap((fatal) => [[fatal, "before"] as const, [fatal, "after"] as const]))(
    "happens once for each mail when the process is killed at write %i (%s it is in)",
    async (fatal, when) => {
      const server = await stage.server();
      const id = await stage.begin({ parameters: { chunkSize: 2 } });
      await stage
        .work(stage.overrides(), stage.clock.now(), killedAt(stage.database, fatal, when))
        .catch(() => undefined);
      await stage.work(stage.overrides());
      expect(["ok", "partial"]).toContain((await stage.run(id)).state);
      const arrived = (await server.traffic()).received.map(({ to }) => to[0]);
      expect(new Set(arrived).size).toBe(arrived.length);
      const mails = await stage.rows("SELECT status, error FROM messages WHERE channel = 'mail'");
      const unknown = mails.filter(({ error }) => String(error).startsWith("delivery_unknown: "));
      expect(unknown.length).toBeLessThanOrEqual(1);
      expect(mails.filter(({ status }) => status === "sent").length + unknown.length).toBe(3);
    },
  );
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
        await stage.work(stage.overrides(), undefined, countingDatabase(stage.database, tally));
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
