import { beforeEach, describe, expect, it } from "vitest";
import { openStatuses } from "../../../src/learning/enrolment/status.ts";
import { registrationStatuses } from "../../../src/learning/schema/enrolment.ts";
import { components } from "../../../src/learning/schema.ts";
import { CancelUsersOnCancelledCoursesForReplicationProcess as processor } from "../../../src/processors/enrolment/CancelUsersOnCancelledCoursesForReplicationProcess.ts";
import { plansFor } from "../../harness/plans.ts";
import { Mailing } from "../communication/mailing.ts";
import { Night, type NightOptions } from "./night.ts";
import { Suite } from "./suite.ts";

let night: Night;
beforeEach(async () => {
  night = await Night.fall();
});

type Values = Parameters<Night["course"]>[0];
const cancelled = (values: Values = {}) => night.course({ planning_status: "cancelled", ...values });
const run = (options: NightOptions = {}) => night.run(processor, options);
const statuses = async (course: number) => (await night.on(course)).map(({ status }) => status);

describe("on a cancelled component", () => {
  it.each(registrationStatuses)("a registration is cancelled while it is open: %s", async (status) => {
    const course = await cancelled();
    await night.registration(course, await night.person(), { status });
    const open = (openStatuses as readonly string[]).includes(status);
    expect(await run()).toMatchObject(
      open
        ? { state: "ok", counts: { scanned: 1, changed: 1, courses: 1, cancelled: 1 } }
        : { state: "no_action", counts: {} },
    );
    expect(await statuses(course)).toEqual([open ? "cancelled" : status]);
  });

  it.each(components.planningStatus.enumValues)("and on no other: %s", async (planning_status) => {
    const course = await night.course({ planning_status });
    await night.registration(course, await night.person());
    await run();
    expect(await statuses(course)).toEqual([planning_status === "cancelled" ? "cancelled" : "booked"]);
  });

  it.each(["course", "template", "learning_path"])("of any kind: %s", async (kind) => {
    const component = await cancelled({ kind });
    await night.registration(component, await night.person());
    await run();
    expect(await statuses(component)).toEqual(["cancelled"]);
  });

  it("of this client alone", async () => {
    const other = new Suite(night.database, 2);
    const course = await other.course({ planning_status: "cancelled" });
    await other.registration(course, await other.person());
    expect(await run()).toMatchObject({ state: "no_action" });
    expect((await other.on(course)).map(({ status }) => status)).toEqual(["booked"]);
  });

  it("with reason, instant, audit, index and the next cycle where a rule dates it", async () => {
    const course = await cancelled();
    const person = await night.person();
    const registration = await night.registration(course, person);
    await night.rule(course, await night.group(), { recertify: 1, due_mmdd: "03-31" });
    await run();
    const now = night.clock.now();
    expect(await night.on(course, "status, cancel_reason, cancelled_at, next_due_on")).toEqual([
      { status: "cancelled", cancel_reason: "course_cancelled", cancelled_at: now, next_due_on: "2026-03-31" },
    ]);
    expect(await night.rows("SELECT person_id, entity, entity_id, action, before, after FROM audit_log")).toEqual([
      {
        person_id: person,
        entity: "registration",
        entity_id: registration,
        action: "cancel",
        before: '{"status":"booked"}',
        after: `{"status":"cancelled","cancelled_at":${now},"cancel_reason":"course_cancelled","next_due_on":"2026-03-31"}`,
      },
    ]);
    expect(await night.rows("SELECT entity, entity_id, op FROM index_changes")).toEqual([
      { entity: "registration", entity_id: registration, op: "upsert" },
    ]);
  });
});

it("no person is promoted: who waits is cancelled too", async () => {
  const course = await cancelled({ max_participants: 1, waiting_list: 1 });
  await night.registration(course, await night.person());
  await night.registration(course, await night.person(), { status: "waiting_list" });
  await run();
  expect(await statuses(course)).toEqual(["cancelled", "cancelled"]);
});

it("a registration on the template that the course's served stays open", async () => {
  const template = await night.template();
  const course = await cancelled({ template_id: template });
  const person = await night.person();
  const parent = await night.registration(template, person, { status: "personal_syllabus" });
  await night.registration(course, person, { parent_registration_id: parent });
  await run();
  expect([await statuses(template), await statuses(course)]).toEqual([["personal_syllabus"], ["cancelled"]]);
});

it.each([1, 2, 50])(
  "courses and registrations are counted once each, %i at a time, and the second run has nothing to do",
  async (chunkSize) => {
    const courses = [await cancelled(), await cancelled(), await cancelled()];
    const people = await night.people(3);
    for (const course of courses.slice(0, 2)) for (const person of people) await night.registration(course, person);
    const { state, counts } = await run({ parameters: { chunkSize } });
    expect({ state, counts }).toEqual({ state: "ok", counts: { scanned: 6, changed: 6, courses: 2, cancelled: 6 } });
    expect(await run()).toMatchObject({ state: "no_action", counts: {} });
  },
);

it("a dry run counts and changes nothing", async () => {
  const course = await cancelled();
  await night.registration(course, await night.person());
  expect((await run({ dryRun: true })).counts).toMatchObject({ courses: 1, cancelled: 1 });
  expect(await statuses(course)).toEqual(["booked"]);
});

describe("a message", () => {
  const messages = () =>
    night.rows(
      "SELECT kind, channel, person_id, about_person_id, to_address, subject, dedupe_key, status FROM messages ORDER BY id",
    );
  const scene = async (values: Values = {}, person: Values = {}) => {
    const course = await cancelled({ title: "First aid", ...values });
    const id = await night.person({ email: "ada@example.com", locale: "en", ...person });
    return { course, person: id, registration: await night.registration(course, id) };
  };

  it("is sent to no person unless the job says so", async () => {
    await scene();
    await run();
    expect(await messages()).toEqual([]);
  });

  it("is sent to each person with notify, once", async () => {
    const { person, registration } = await scene();
    await run({ parameters: { notify: true } });
    expect(await messages()).toEqual([
      {
        kind: "registration",
        channel: "mail",
        person_id: person,
        about_person_id: null,
        to_address: "ada@example.com",
        subject: "Cancelled: First aid",
        dedupe_key: `coursecancel|${registration}`,
        status: "to_forward",
      },
    ]);
    await night.database.execute("UPDATE registrations SET status = 'booked'");
    await run({ parameters: { notify: true } });
    expect(await messages()).toHaveLength(1);
  });

  it.each([
    ["de", "Abgesagt: First aid"],
    ["en", "Cancelled: First aid"],
    [null, "Cancelled: First aid"],
  ])("is in the person's language: %s", async (locale, subject) => {
    await scene({}, { locale });
    await run({ parameters: { notify: true } });
    expect((await messages()).map((one) => one.subject)).toEqual([subject]);
  });

  it("stays in the suite for a person without an address", async () => {
    await scene({}, { email: null });
    await run({ parameters: { notify: true } });
    expect(await messages()).toMatchObject([{ channel: "internal", status: "internal", to_address: null }]);
  });

  it.each(["passive", "inactive", "deleted"])("is not for a person who is %s", async (auth_status) => {
    const { course } = await scene({}, { auth_status });
    await run({ parameters: { notify: true } });
    expect([await messages(), await statuses(course)]).toEqual([[], ["cancelled"]]);
  });

  it("is not sent where messages of the registration or of the component are not wanted", async () => {
    const { registration } = await scene();
    await night.update("registrations", registration, { suppress_notifications: 1 });
    const { course } = await scene();
    await night.meta(course, 10132, "0");
    expect((await run({ parameters: { notify: true } })).counts).toMatchObject({ cancelled: 2 });
    expect(await messages()).toEqual([]);
  });

  it("whose text cannot be used fails the first registration that wants it, and all are cancelled", async () => {
    for (const key of ["subject", "body"])
      await night.insert("texts", { key: `message.coursecancel.${key}`, locale: "en", value: "{nobody}", version: 1 });
    const { registration, course } = await scene();
    await night.registration(course, await night.person({ locale: "en" }));
    const { state, errors, counts } = await run({ parameters: { notify: true } });
    expect({ state, counts }).toMatchObject({ state: "partial", counts: { cancelled: 2, failed: 1, courses: 1 } });
    expect(errors).toMatchObject([{ ref: `registration:${registration}`, code: "bad_text" }]);
    expect(await statuses(course)).toEqual(["cancelled", "cancelled"]);
  });

  it("is sent by the run itself", async () => {
    await scene();
    const stage = new Mailing(night.database, [processor]);
    const server = await stage.server();
    const id = await stage.start({ parameters: { notify: true } });
    await stage.work();
    expect((await stage.run(id)).counts).toMatchObject({ cancelled: 1, sent: 1 });
    expect((await server.traffic(1)).received).toHaveLength(1);
  });
});

it("it goes from the cancelled components to their registrations, each by an index", async () => {
  const course = await cancelled();
  await night.registration(course, await night.person());
  const components = await plansFor(night.database, "component", run);
  expect(components.filter((plan) => plan.startsWith("SCAN"))).toEqual([]);
  expect(components[0]).toContain("components_end (client_id=? AND planning_status=?)");
  await night.database.execute("UPDATE registrations SET status = 'booked'");
  const registrations = await plansFor(night.database, "registration", run);
  expect(registrations.join("\n")).toContain("registrations_component (client_id=? AND component_id=? AND status=?");
});
