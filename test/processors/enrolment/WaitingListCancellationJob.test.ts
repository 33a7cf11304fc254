import { beforeEach, describe, expect, it } from "vitest";
import { registrationStatuses } from "../../../src/learning/schema/enrolment.ts";
import { WaitingListCancellationJob as processor } from "../../../src/processors/enrolment/WaitingListCancellationJob.ts";
import { Mailing } from "../communication/mailing.ts";
import { DAY, NIGHT, Night, type NightOptions } from "./night.ts";
import { Suite } from "./suite.ts";

const HOUR = 3_600_000;
/** Nine o'clock in Berlin on the day of the night. */
const TODAY_AT_NINE = Date.parse("2026-03-02T08:00:00Z");
const YESTERDAY_AT_NINE = TODAY_AT_NINE - DAY;

let night: Night;

beforeEach(async () => {
  night = await Night.fall();
});

type Values = Parameters<Night["course"]>[0];

/** A course for two with one place taken, three people on its waiting list and meta 11816 ticked, and a decoy like it without the tag. */
async function scene(values: Values = {}, waiting = 3) {
  const limited = { max_participants: 2, waiting_list: 1, start_at: TODAY_AT_NINE, title: "First aid", ...values };
  const [course, decoy] = [await night.course(limited), await night.course(limited)];
  await night.meta(course, 11816);
  await night.meta(decoy, 11816, "0");
  const list: number[] = [];
  for (let index = 0; index < waiting; index += 1)
    list.push(await night.person({ email: `p${index}@example.com`, locale: "en" }));
  const here = await night.person();
  for (const component of [course, decoy]) {
    await night.registration(component, here);
    // Who comes last by number has waited longest.
    for (const person of list.toReversed()) await night.registration(component, person, { status: "waiting_list" });
  }
  const decoys = await night.on(decoy, "*");
  return { course, list, unharmed: async () => expect(await night.on(decoy, "*")).toEqual(decoys) };
}

/** The statuses of those who waited, who has waited longest first. */
const ofList = async (course: number, list: readonly number[]) => {
  const found = new Map((await night.on(course)).map(({ person_id, status }) => [person_id, status]));
  return list.toReversed().map((person) => found.get(person));
};
const run = (options: NightOptions = {}) => night.run(processor, options);
const messages = (columns: string) => night.rows(`SELECT ${columns} FROM messages ORDER BY id`);

describe("free places", () => {
  it.each([1, 2, 50])(
    "go on the day of the start to those who have waited longest (%i at a time)",
    async (chunkSize) => {
      const { course, list, unharmed } = await scene({ max_participants: 3 });
      const { state, counts } = await run({ parameters: { chunkSize } });
      expect({ state, counts }).toEqual({ state: "ok", counts: { scanned: 2, changed: 2, promoted: 2 } });
      expect(await ofList(course, list)).toEqual(["booked", "booked", "waiting_list"]);
      await unharmed();
      expect(await messages("id")).toEqual([]);
      expect((await run()).state).toBe("no_action");
    },
  );

  it.each([
    ["Europe/Berlin", "2026-03-02T22:30:00Z", "booked"],
    ["Europe/Berlin", "2026-03-02T23:30:00Z", "waiting_list"],
    // There it is still 1 March, and in Auckland half past one in the afternoon.
    ["America/New_York", "2026-03-02T04:30:00Z", "booked"],
    ["America/New_York", "2026-03-02T05:30:00Z", "waiting_list"],
    ["Pacific/Auckland", "2026-03-02T10:30:00Z", "booked"],
    ["Pacific/Auckland", "2026-03-02T11:30:00Z", "waiting_list"],
    [null, "2026-03-02T22:30:00Z", "booked"],
    [null, "2026-03-02T23:30:00Z", "waiting_list"],
  ])("of a course in %s that starts at %s: who waits is %s", async (time_zone, start, status) => {
    const { course, list } = await scene({ time_zone, start_at: Date.parse(start) }, 1);
    await run();
    expect(await ofList(course, list)).toEqual([status]);
  });

  it.each([
    ["planned", "waiting_list"],
    ["released", "booked"],
    ["fixed", "booked"],
    ["completed", "waiting_list"],
    ["cancelled", "waiting_list"],
  ])("of a course that is %s leave who waits %s", async (planning_status, status) => {
    const { course, list } = await scene({ planning_status }, 1);
    await run();
    expect(await ofList(course, list)).toEqual([status]);
  });

  it.each([
    ["an instant that is past", NIGHT - HOUR, "cancelled"],
    ["an instant to come", NIGHT + HOUR, "booked"],
    // Midnight: a pure date, whose whole day belongs to the course.
    ["today, a pure date", Date.parse("2026-03-01T23:00:00Z"), "booked"],
    ["yesterday, a pure date", Date.parse("2026-02-28T23:00:00Z"), "cancelled"],
    ["none", null, "booked"],
  ])("are given away until the end is past: %s", async (_what, end_at, status) => {
    const { course, list } = await scene({ start_at: YESTERDAY_AT_NINE - DAY, end_at }, 1);
    await run();
    expect(await ofList(course, list)).toEqual([status]);
  });

  it("are not given away without fillPlaces", async () => {
    const { course, list } = await scene({}, 1);
    expect((await run({ parameters: { fillPlaces: false } })).state).toBe("no_action");
    expect(await ofList(course, list)).toEqual(["waiting_list"]);
  });

  it("are without number where the course has no limit", async () => {
    const { course, list } = await scene({ max_participants: null });
    expect((await run({ parameters: { chunkSize: 2 } })).counts).toMatchObject({ promoted: 3 });
    expect(await ofList(course, list)).toEqual(["booked", "booked", "booked"]);
  });

  it("are none where the course is full: no person is looked at", async () => {
    const { course, list } = await scene({ max_participants: 1 });
    expect(await run()).toMatchObject({ state: "no_action", counts: {} });
    expect(await ofList(course, list)).toEqual(["waiting_list", "waiting_list", "waiting_list"]);
  });

  it.each(["passive", "inactive", "deleted"])("pass by a person who is %s", async (auth_status) => {
    const { course, list } = await scene({}, 2);
    await night.update("persons", list[1] as number, { auth_status });
    await run();
    expect(await ofList(course, list)).toEqual(["waiting_list", "booked"]);
  });

  it.each(registrationStatuses)("are for the waiting list alone: %s", async (status) => {
    const { course } = await scene({ start_at: YESTERDAY_AT_NINE, max_participants: 5 }, 1);
    const person = await night.person();
    await night.registration(course, person, { status });
    await run();
    const found = (await night.on(course)).find(({ person_id }) => person_id === person);
    expect(found?.status).toBe(status === "waiting_list" ? "booked" : status);
  });

  it("are told to audit and index, with the moment of the booking", async () => {
    const { course, list } = await scene({}, 1);
    await run();
    const now = night.clock.now();
    const [registration] = await night.rows(
      "SELECT id, booked_at FROM registrations WHERE component_id = ? AND person_id = ?",
      course,
      list[0] as number,
    );
    expect(registration?.booked_at).toBe(now);
    expect(await night.rows("SELECT person_id, entity, entity_id, action, before, after FROM audit_log")).toEqual([
      {
        person_id: list[0],
        entity: "registration",
        entity_id: registration?.id,
        action: "promote",
        before: '{"status":"waiting_list"}',
        after: `{"status":"booked","booked_at":${now},"prerequisite_status":"none"}`,
      },
    ]);
    expect(await night.rows("SELECT entity, entity_id, op FROM index_changes")).toEqual([
      { entity: "registration", entity_id: registration?.id, op: "upsert" },
    ]);
  });
});

describe("prerequisites", () => {
  const prerequisites = '{"attr":"username","op":"eq","value":"ready"}';
  const standing = async (course: number, list: readonly number[]) => {
    const found = await night.on(course, "person_id, status, prerequisite_status, prerequisite_checked_at");
    return list.toReversed().map((person) => {
      const row = found.find(({ person_id }) => person_id === person);
      return [row?.status, row?.prerequisite_status, row?.prerequisite_checked_at !== null];
    });
  };

  it("are noted with the place", async () => {
    const { course, list } = await scene({ prerequisites, max_participants: 3 }, 2);
    await night.update("persons", list[1] as number, { username: "ready" });
    await run();
    expect(await standing(course, list)).toEqual([
      ["booked", "met", true],
      ["booked", "not_met", true],
    ]);
  });

  it("have to be met where meta 11838 says so: who does not is passed by, and skipped", async () => {
    const { course, list } = await scene({ prerequisites });
    await night.meta(course, 11838);
    await night.update("persons", list[0] as number, { username: "ready" });
    expect((await run()).counts).toEqual({ scanned: 3, changed: 1, skipped: 2, promoted: 1 });
    expect(await standing(course, list)).toEqual([
      ["waiting_list", "none", false],
      ["waiting_list", "none", false],
      ["booked", "met", true],
    ]);
  });

  it("that were met once are met", async () => {
    const { course, list } = await scene({ prerequisites }, 1);
    await night.meta(course, 11838);
    await night.rows("UPDATE registrations SET prerequisite_status = 'met' WHERE component_id = ?", course);
    await run();
    expect(await standing(course, list)).toEqual([["booked", "met", true]]);
  });

  it.each([
    ["bad_rule", "{}"],
    ["unknown_attribute", '{"attr":"ofice","op":"eq","value":"3"}'],
  ])(
    "that cannot be judged (%s) fail their course, and no person gets a place or is cancelled there",
    async (code, bad) => {
      const { course, list } = await scene({ prerequisites: bad, start_at: YESTERDAY_AT_NINE });
      const other = await scene({}, 1);
      const { state, counts, errors } = await run();
      expect({ state, counts }).toMatchObject({ state: "partial", counts: { failed: 1, promoted: 1 } });
      expect(errors).toMatchObject([{ ref: `component:${course}`, code }]);
      expect(await ofList(course, list)).toEqual(["waiting_list", "waiting_list", "waiting_list"]);
      expect(await ofList(other.course, other.list)).toEqual(["booked"]);
    },
  );
});

describe("from the start on", () => {
  it.each([1, 2, 50])("who got no place is cancelled (%i at a time)", async (chunkSize) => {
    const { course, list, unharmed } = await scene({ start_at: YESTERDAY_AT_NINE });
    const { state, counts } = await run({ parameters: { chunkSize } });
    expect({ state, counts }).toEqual({
      state: "ok",
      counts: { scanned: 3, changed: 3, promoted: 1, cancelled: 2 },
    });
    expect(await ofList(course, list)).toEqual(["booked", "cancelled", "cancelled"]);
    expect(
      await night.rows("SELECT DISTINCT cancel_reason, cancelled_at FROM registrations WHERE status = 'cancelled'"),
    ).toEqual([{ cancel_reason: "waiting_list_start", cancelled_at: night.clock.now() }]);
    await unharmed();
    expect((await run()).state).toBe("no_action");
  });

  it.each([
    ["at the start", 1000, 0, "cancelled"],
    ["a second before it", 1001, 0, "waiting_list"],
    ["graceHours after the start", 1000 - 2 * HOUR, 2, "cancelled"],
    ["less than graceHours after it", 1001 - 2 * HOUR, 2, "waiting_list"],
  ])("%s, a person without a place", async (_when, offset, graceHours, status) => {
    const { course, list } = await scene({ start_at: NIGHT + offset, max_participants: 1 }, 1);
    await run({ parameters: { graceHours } });
    expect(await ofList(course, list)).toEqual([status]);
  });

  it("a run for an earlier day goes no further than the end of that day", async () => {
    const { course, list } = await scene({ start_at: YESTERDAY_AT_NINE, max_participants: 1 });
    expect((await run({ asOf: "2026-02-28" })).state).toBe("no_action");
    await run({ asOf: "2026-03-01" });
    expect(await ofList(course, list)).toEqual(["cancelled", "cancelled", "cancelled"]);
  });

  it.each(["planned", "completed", "cancelled"])(
    "the list of a course that is %s is cancelled too",
    async (planning_status) => {
      const { course, list } = await scene({ planning_status, start_at: YESTERDAY_AT_NINE });
      await run();
      expect(await ofList(course, list)).toEqual(["cancelled", "cancelled", "cancelled"]);
    },
  );

  it("the next cycle is dated where a rule recertifies", async () => {
    const { course } = await scene({ start_at: YESTERDAY_AT_NINE, max_participants: 1 }, 1);
    await night.rule(course, await night.group(), { recertify: 1, due_mmdd: "03-31" });
    await run();
    expect(await night.rows("SELECT next_due_on FROM registrations WHERE status = 'cancelled'")).toEqual([
      { next_due_on: "2026-03-31" },
    ]);
  });

  it("a course without a start is left as it is, and counts as skipped", async () => {
    const { course, list } = await scene({ start_at: null });
    expect((await run()).counts).toEqual({ scanned: 1, skipped: 1 });
    expect(await ofList(course, list)).toEqual(["waiting_list", "waiting_list", "waiting_list"]);
    expect(
      await night.rows("SELECT message FROM run_logs WHERE level = 'warn' AND message LIKE 'Component%'"),
    ).toMatchObject([{ message: `Component ${course} has a waiting list but no start; left as it is` }]);
  });

  it("a course in a zone that does not exist fails, and the others are cleared", async () => {
    const { course, list } = await scene({ time_zone: "Europe/Atlantis" });
    const other = await scene({}, 1);
    const { state, errors } = await run();
    expect({ state, errors }).toMatchObject({
      state: "partial",
      errors: [{ ref: `component:${course}`, code: "row_error" }],
    });
    expect(await ofList(course, list)).toEqual(["waiting_list", "waiting_list", "waiting_list"]);
    expect(await ofList(other.course, other.list)).toEqual(["booked"]);
  });
});

describe("who is taken off the list", () => {
  const begun = { start_at: YESTERDAY_AT_NINE, max_participants: 1 };

  it("is told once, by mail, in the own language", async () => {
    const { course, list } = await scene({ ...begun, time_zone: "America/New_York" }, 2);
    await night.update("persons", list[0] as number, { locale: "de_AT", given_name: "Änne" });
    await run();
    const ids = await night.rows(
      "SELECT id FROM registrations WHERE component_id = ? AND status = 'cancelled' ORDER BY id",
      course,
    );
    expect(
      await messages("kind, channel, status, person_id, about_person_id, to_address, dedupe_key, subject, body"),
    ).toEqual([
      {
        kind: "registration",
        channel: "mail",
        status: "to_forward",
        person_id: list[1],
        about_person_id: null,
        to_address: "p1@example.com",
        dedupe_key: `waitlist|${ids[0]?.id}`,
        subject: "No place: First aid",
        body: expect.stringContaining(
          'Hello Ada Byron,\n\n"First aid" has begun (March 1, 2026 at 3:00 AM), and you did not get a place.',
        ),
      },
      {
        kind: "registration",
        channel: "mail",
        status: "to_forward",
        person_id: list[0],
        about_person_id: null,
        to_address: "p0@example.com",
        dedupe_key: `waitlist|${ids[1]?.id}`,
        subject: "Kein Platz: First aid",
        body: expect.stringContaining(
          "Guten Tag Änne Byron,\n\n„First aid“ hat begonnen (1. März 2026 um 03:00), und Sie haben keinen Platz bekommen.",
        ),
      },
    ]);
    await run();
    expect(await messages("id")).toHaveLength(2);
  });

  it("is told in the client's own words where it has some", async () => {
    await scene(begun, 1);
    for (const [key, value] of Object.entries({ subject: "{course}: full", body: "<p>{givenName}, {client}</p>" }))
      await night.insert("texts", { key: `message.waitlist.${key}`, locale: "en", value, version: 1 });
    await run();
    expect(await messages("subject, body")).toEqual([
      { subject: "First aid: full", body: expect.stringMatching(/^<p>Ada, .+<\/p>$/) },
    ]);
  });

  it("is cancelled also where those words cannot be used, which is named once for each language", async () => {
    const { course, list } = await scene(begun);
    for (const [key, value] of Object.entries({ subject: "{courze}", body: "Sorry" }))
      await night.insert("texts", { key: `message.waitlist.${key}`, locale: "en", value, version: 1 });
    const { state, counts, errors } = await run();
    expect({ state, counts }).toMatchObject({ state: "partial", counts: { cancelled: 3, failed: 1 } });
    expect(errors).toMatchObject([{ code: "bad_text" }]);
    expect(await ofList(course, list)).toEqual(["cancelled", "cancelled", "cancelled"]);
    expect(await messages("id")).toEqual([]);
  });

  it("is told within the suite without an address", async () => {
    const { list } = await scene(begun, 1);
    await night.update("persons", list[0] as number, { email: " " });
    await run();
    expect(await messages("channel, status, to_address")).toEqual([
      { channel: "internal", status: "internal", to_address: null },
    ]);
  });

  it.each<[string, NightOptions["parameters"], (course: number, person: number) => Promise<unknown>]>([
    ["without notify", { notify: false }, async () => undefined],
    ["where meta 10132 is an express no", {}, (course) => night.meta(course, 10132, "0")],
    ["who is passive", {}, (_course, person) => night.update("persons", person, { auth_status: "passive" })],
    [
      "whose registration suppresses messages",
      {},
      () => night.rows("UPDATE registrations SET suppress_notifications = 1"),
    ],
  ])("is not told %s, and cancelled all the same", async (_who, parameters = {}, prepare) => {
    const { course, list } = await scene(begun, 1);
    await prepare(course, list[0] as number);
    await run({ parameters });
    expect(await ofList(course, list)).toEqual(["cancelled"]);
    expect(await messages("id")).toEqual([]);
  });
});

it.each([1, 2, 50])("a dry run changes nothing and counts what will be done (%i at a time)", async (chunkSize) => {
  await scene({ start_at: YESTERDAY_AT_NINE, max_participants: 3 }, 4);
  await scene({ max_participants: 3 });
  const before = await night.rows("SELECT * FROM registrations");
  const rehearsed = await run({ parameters: { chunkSize }, dryRun: true });
  expect(await night.rows("SELECT * FROM registrations")).toEqual(before);
  expect(await messages("id")).toEqual([]);
  const real = await run({ parameters: { chunkSize } });
  expect(real.counts).toMatchObject({ promoted: 4, cancelled: 2 });
  expect(rehearsed.counts).toEqual(real.counts);
});

it("a run with maxRows goes on where the one before stopped, until every list is cleared", async () => {
  const scenes = [await scene({ start_at: YESTERDAY_AT_NINE }), await scene({ start_at: YESTERDAY_AT_NINE })];
  const done: number[] = [];
  for (let index = 0; index < 4; index += 1)
    done.push((await run({ parameters: { maxRows: 2, chunkSize: 1 } })).counts.changed ?? 0);
  expect(done).toEqual([2, 2, 2, 0]);
  for (const { course, list } of scenes)
    expect(await ofList(course, list)).toEqual(["booked", "cancelled", "cancelled"]);
});

it("another client's lists are not touched", async () => {
  const elsewhere = new Suite(night.database, 2);
  const course = await elsewhere.course({ start_at: YESTERDAY_AT_NINE });
  await elsewhere.meta(course, 11816);
  await elsewhere.registration(course, await elsewhere.person(), { status: "waiting_list" });
  expect((await run()).state).toBe("no_action");
  expect(await elsewhere.on(course, "status")).toEqual([{ status: "waiting_list" }]);
});

describe("the mails", () => {
  /** One person on the list of a course that has begun, and a mail server. */
  const mailing = async () => {
    const stage = await Mailing.start([processor]);
    const suite = new Suite(stage.database);
    const course = await suite.course({ start_at: YESTERDAY_AT_NINE, max_participants: 0, title: "First aid" });
    await suite.meta(course, 11816);
    await suite.registration(course, await suite.person({ email: "ada@example.com" }), { status: "waiting_list" });
    return { stage, server: await stage.server() };
  };
  const play = async (stage: Mailing) => {
    const id = await stage.queue();
    await stage.work();
    return stage.run(id);
  };

  it("leave with the run where mailMonitorStaggeringAmount is not defined", async () => {
    const { stage, server } = await mailing();
    expect((await play(stage)).counts).toMatchObject({ cancelled: 1, sent: 1 });
    const { received } = await server.traffic(1);
    expect(received).toHaveLength(1);
    expect(received[0]?.subject).toContain("No place: First aid");
    expect(await stage.ids("sent")).toHaveLength(1);
  });

  it("wait for MailMonitorStaggering where it is defined", async () => {
    const { stage, server } = await mailing();
    await stage.amount(0);
    expect((await play(stage)).counts).not.toHaveProperty("sent");
    expect((await server.traffic()).received).toEqual([]);
    expect(await stage.ids("to_forward")).toHaveLength(1);
  });
});
