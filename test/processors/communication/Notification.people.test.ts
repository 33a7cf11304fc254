import { beforeEach, describe, expect, it } from "vitest";
import { Notification } from "../../../src/processors/communication/Notification.ts";
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

  it.each([
    ["participant", [[1, null]]],
    ["supervisor", [[2, 1]]],
    [
      "tutor",
      [
        [3, 1],
        [4, 1],
      ],
    ],
  ])("as %s gets a message that names whom it is about, if that is another", async (audience, expected) => {
    await stage.insert("notification_rules", { id: 1, audience, channels: '["internal"]' });
    await stage.play();
    const rows = await stage.rows("SELECT person_id, about_person_id FROM messages ORDER BY id");
    expect(rows.map((row) => [row.person_id, row.about_person_id])).toEqual(expected);
  });

  it("as tutor is of the component's staff where it has some, and no other person", async () => {
    await stage.insert(
      "component_staff",
      { id: 1, component_id: 1, person_id: 2, role: "tutor" },
      { id: 2, component_id: 1, person_id: 5, role: "tutor" },
      { id: 3, component_id: 1, person_id: 4, role: "instructor" },
    );
    await stage.database.execute("UPDATE persons SET auth_status = 'passive' WHERE id = 5");
    await stage.insert("notification_rules", { id: 1, audience: "tutor" });
    await stage.play();
    expect(await people()).toEqual([2]);
  });

  it.each([
    ["0", ["internal", "push"]],
    [" 0 ", ["internal", "push"]],
    ["1", ["internal", "mail", "push"]],
    ["", ["internal", "mail", "push"]],
    [null, ["internal", "mail", "push"]],
  ])("gets no mail about a component whose tag 10132 is %j if that is a no: %j", async (value, channels) => {
    if (value !== null) await stage.insert("meta_values", { component_id: 1, meta_tag_id: 10132, value });
    await stage.insert("components", { id: 2 });
    await stage.insert("meta_values", { component_id: 2, meta_tag_id: 10132, value: "0" });
    await stage.insert("syllabus_items", { id: 1, component_id: 1 });
    await stage.insert("recert_sections", { id: 1, component_id: 1, folder_item_id: 1 });
    await stage.insert("recert_periods", { id: 1, registration_id: 1, section_id: 1, due_on: TODAY });
    const all = { channels: '["mail","internal","push"]' };
    await stage.insert(
      "notification_rules",
      { id: 1, ...all },
      { id: 2, ...all, audience: "supervisor" },
      { id: 3, ...all, anchor: "recert_due", statuses: '["open"]' },
    );
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { queued: 3 * channels.length } });
    for (const rule of [1, 2, 3]) {
      const rows = await stage.rows(`SELECT channel FROM messages WHERE dedupe_key GLOB 'ntf|${rule}|*' ORDER BY 1`);
      expect(rows.map(({ channel }) => channel)).toEqual(channels);
    }
  });

  it("without an address fails no run, however many there are, and keeps no other person's mail back", async () => {
    await stage.amount(undefined);
    const server = await stage.server();
    const silent = Array.from({ length: 150 }, (_, index) => 100 + index);
    await stage.insert("persons", ...silent.map((id) => ({ id, email: null })));
    await stage.insert("registrations", ...silent.map((id) => ({ id, component_id: 1, person_id: id, due_on: TODAY })));
    await stage.insert("persons", { id: 900, email: "zoe@example.com" });
    await stage.insert("registrations", { id: 900, component_id: 1, person_id: 900, due_on: TODAY });
    await stage.insert("notification_rules", { id: 1 });
    expect(await stage.play()).toMatchObject({ state: "partial", counts: { queued: 2, sent: 2, failed: 150 } });
    expect((await server.traffic(2)).received.map(({ to }) => to[0])).toEqual(["ada@example.com", "zoe@example.com"]);
  });

  it("whose message cannot be made fails alone", async () => {
    await stage.insert("components", { id: 2, start_at: 9_000_000_000_000_000 });
    await stage.insert("registrations", { id: 50, component_id: 2, person_id: 1, due_on: TODAY });
    await stage.insert("notification_rules", { id: 1 });
    const run = await stage.play();
    expect(run).toMatchObject({ state: "partial", counts: { queued: 1, failed: 1 } });
    expect(run.errors).toMatchObject([{ ref: "rule:1 registration:50 person:1 mail", code: "row_error" }]);
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

  it("with an unknown placeholder is sent to no person and named", async () => {
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

  it("is a rule whose component_filter names what no component has: it fails with unknown_attribute", async () => {
    await stage.insert("registrations", { id: 1, component_id: 1, person_id: 1, due_on: TODAY });
    const component_filter = '{"not":{"attr":"prize","op":"eq","value":"x"}}';
    await stage.insert("notification_rules", { id: 1, component_filter }, { id: 2 });
    const run = await stage.play();
    expect(run).toMatchObject({ state: "partial", counts: { rules: 2, queued: 1, failed: 1 } });
    expect(run.errors).toEqual([
      {
        ref: "rule:1",
        code: "unknown_attribute",
        message: expect.stringContaining('component_filter: The rule asks for "prize"'),
      },
    ]);
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

  it("never ends the run, however many there are: it was reckoned with", async () => {
    await stage.database.execute("UPDATE persons SET email = NULL");
    await stage.insert(
      "registrations",
      ...[1, 2, 3].map((id) => ({ id, component_id: 1, person_id: 1, cycle_no: id, due_on: TODAY })),
    );
    await stage.insert("notification_rules", { id: 1 });
    expect(await stage.play({ parameters: { maxFailures: 0 } })).toMatchObject({
      state: "partial",
      counts: { failed: 3 },
    });
  });
});
