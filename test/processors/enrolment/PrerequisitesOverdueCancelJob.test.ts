import { beforeEach, describe, expect, it } from "vitest";
import { openStatuses } from "../../../src/learning/enrolment/status.ts";
import { registrationStatuses } from "../../../src/learning/schema/enrolment.ts";
import { ParticipantAutomaticRegistration as enrolment } from "../../../src/processors/enrolment/ParticipantAutomaticRegistration.ts";
import { PrerequisitesOverdueCancelJob as processor } from "../../../src/processors/enrolment/PrerequisitesOverdueCancelJob.ts";
import { plansFor } from "../../harness/plans.ts";
import { Mailing } from "../communication/mailing.ts";
import { Night, type NightOptions } from "./night.ts";
import { Suite } from "./suite.ts";

const inIt = JSON.stringify({ attr: "department", op: "eq", value: "IT" });
const department = (name: string) => ({ attributes: JSON.stringify({ department: name }) });
const PAST = "2026-03-01";

let night: Night;
beforeEach(async () => {
  night = await Night.fall();
});

type Values = Parameters<Night["course"]>[0];
/** A course that cancels registrations whose prerequisites are overdue since a day. */
async function course(due: string | null = PAST, values: Values = {}, ticked = "1"): Promise<number> {
  const id = await night.course({ prerequisites: inIt, title: "First aid", ...values });
  await night.meta(id, 11801, ticked);
  if (due !== null) await night.meta(id, 12703, due);
  return id;
}
const person = (name = "Sales", values: Values = {}) => night.person({ ...department(name), ...values });
/** A person's registration, whose prerequisites were not met. */
const registration = async (component: number, name = "Sales", values: Values = {}) =>
  night.registration(component, await person(name), { prerequisite_status: "not_met", ...values });
const run = (options: NightOptions = {}) => night.run(processor, options);
const statuses = async (component: number) => (await night.on(component)).map(({ status }) => status);

/** What the attribute is called has to be known. */
beforeEach(async () => {
  await person("IT");
});

describe("an open registration is cancelled", () => {
  it.each([
    ["yesterday", PAST, {}, "cancelled"],
    ["today, still a day to fulfil", "2026-03-02", {}, "booked"],
    ["today, with onDueDate", "2026-03-02", { onDueDate: true }, "cancelled"],
    ["tomorrow, with onDueDate", "2026-03-03", { onDueDate: true }, "booked"],
    ["tomorrow", "2026-03-03", {}, "booked"],
    ["no day", null, {}, "booked"],
    ["an empty text", "  ", {}, "booked"],
    ["yesterday, with blanks", ` ${PAST} `, {}, "cancelled"],
  ])("once the day of 12703 is past: %s", async (_, due, parameters, expected) => {
    const id = await course(due);
    await registration(id);
    await run({ parameters });
    expect(await statuses(id)).toEqual([expected]);
  });

  it("by the day that the run is for", async () => {
    const id = await course(PAST);
    await registration(id);
    await run({ asOf: PAST });
    expect(await statuses(id)).toEqual(["booked"]);
  });

  it.each([
    ["1", "cancelled"],
    ["0", "booked"],
  ])("with meta 11801 = %s: %s", async (ticked, expected) => {
    const id = await course(PAST, {}, ticked);
    await registration(id);
    await run();
    expect(await statuses(id)).toEqual([expected]);
  });

  it.each([
    ["1", "booked"],
    ["0", "cancelled"],
  ])("unless meta 11838 = %s keeps people out anyway: %s", async (value, expected) => {
    const id = await course();
    await night.meta(id, 11838, value);
    await registration(id);
    await run();
    expect(await statuses(id)).toEqual([expected]);
  });

  it.each(registrationStatuses)("whatever its status: %s", async (status) => {
    const id = await course();
    await registration(id, "Sales", { status });
    await run();
    expect(await statuses(id)).toEqual([(openStatuses as readonly string[]).includes(status) ? "cancelled" : status]);
  });

  it("on a component that has prerequisites", async () => {
    const id = await course(PAST, { prerequisites: null });
    await registration(id);
    expect(await run()).toMatchObject({ state: "no_action", counts: {} });
  });

  it("of this client", async () => {
    const other = new Suite(night.database, 2);
    const id = await other.course({ prerequisites: inIt });
    await other.meta(id, 11801);
    await other.meta(id, 12703, PAST);
    await other.registration(id, await other.person(department("Sales")), { prerequisite_status: "not_met" });
    expect(await run()).toMatchObject({ state: "no_action" });
  });
});

describe("whether prerequisites are met is asked anew", () => {
  it.each([
    ["not_met", "IT", "booked"],
    ["overdue", "IT", "booked"],
    ["none", "IT", "booked"],
    ["not_met", "Sales", "cancelled"],
    ["overdue", "Sales", "cancelled"],
    ["none", "Sales", "cancelled"],
    // Who met them once meets them.
    ["met", "Sales", "booked"],
  ])("the registration says %s, the person is in %s: %s", async (prerequisite_status, name, expected) => {
    const id = await course();
    await registration(id, name, { prerequisite_status });
    await run();
    expect(await statuses(id)).toEqual([expected]);
  });

  it("and a person of whom it cannot be said does not meet them", async () => {
    const id = await course();
    await night.registration(id, await night.person());
    const negated = await course(PAST, { prerequisites: JSON.stringify({ not: JSON.parse(inIt) }) });
    await night.registration(negated, await night.person());
    await run();
    expect([await statuses(id), await statuses(negated)]).toEqual([["cancelled"], ["cancelled"]]);
  });

  it("covered components count where equivalences are enabled", async () => {
    const base = await night.course();
    const id = await course(PAST, { prerequisites: JSON.stringify({ component: base, status: ["passed"] }) });
    const covered = await night.person();
    await night.registration(id, covered);
    await night.setting("equivalences.enabled", true);
    await night.insert("equivalence_rules", {
      id: 1,
      name: "Same",
      relation: "covers",
      triggers: "[]",
      target_component_id: base,
    });
    await night.database.execute({
      sql: "INSERT INTO coverage_entries (client_id, rule_id, person_id, component_id, by, since) VALUES (1, 1, ?, ?, '[]', '2026-01-01')",
      args: [covered, base],
    });
    expect(await run()).toMatchObject({ state: "no_action" });
  });
});

it("the registration says why and since when, and audit, index and the next cycle are written", async () => {
  const id = await course();
  const one = await registration(id);
  await night.rule(id, await night.group(), { recertify: 1, due_mmdd: "03-31" });
  await run();
  const now = night.clock.now();
  expect(
    await night.on(
      id,
      "status, cancel_reason, cancelled_at, prerequisite_status, prerequisite_checked_at, next_due_on",
    ),
  ).toEqual([
    {
      status: "cancelled",
      cancel_reason: "prerequisites_overdue",
      cancelled_at: now,
      prerequisite_status: "overdue",
      prerequisite_checked_at: now,
      next_due_on: "2026-03-31",
    },
  ]);
  expect(await night.rows("SELECT entity, entity_id, action, before FROM audit_log")).toEqual([
    { entity: "registration", entity_id: one, action: "cancel", before: '{"status":"booked"}' },
  ]);
  expect(await night.rows("SELECT entity, entity_id FROM index_changes")).toEqual([
    { entity: "registration", entity_id: one },
  ]);
});

describe("a component fails and cancels no registration", () => {
  it.each([
    ["not json", "bad_rule"],
    ["{}", "bad_rule"],
    [JSON.stringify({ attr: "departement", op: "eq", value: "IT" }), "unknown_attribute"],
  ])("whose prerequisites cannot be used: %s", async (prerequisites, code) => {
    const [bad, good] = [await course(PAST, { prerequisites }), await course()];
    for (const id of [bad, good]) await registration(id);
    const { state, errors, counts } = await run();
    expect({ state, counts }).toMatchObject({ state: "partial", counts: { components: 1, cancelled: 1, failed: 1 } });
    expect(errors).toMatchObject([{ ref: `component:${bad}`, code }]);
    expect([await statuses(bad), await statuses(good)]).toEqual([["booked"], ["cancelled"]]);
  });

  it.each(["soon", "2026-02-31", "01.03.2026", "2026-3-1"])("whose day is none: %s", async (due) => {
    const id = await course(due);
    await registration(id);
    const { errors } = await run();
    expect(errors).toMatchObject([{ ref: `component:${id}`, code: "bad_value" }]);
    expect(errors[0]?.message).toContain(`12703 is "${due}"`);
    expect(await statuses(id)).toEqual(["booked"]);
  });
});

describe("a freed place", () => {
  const waiting = (id: number, name: string, values: Values = {}) =>
    registration(id, name, { status: "waiting_list", ...values });

  it.each([1, 2, 50])("goes to who has waited longest and may stay (%i at a time)", async (chunkSize) => {
    const id = await course(PAST, { max_participants: 2, waiting_list: 1 });
    await registration(id);
    await registration(id, "Sales", { status: "in_progress" });
    await waiting(id, "Sales");
    await waiting(id, "IT");
    await waiting(id, "Sales");
    await waiting(id, "IT");
    await waiting(id, "IT");
    const { counts } = await run({ parameters: { chunkSize, notify: false } });
    expect(counts).toMatchObject({ scanned: 4, changed: 4, components: 1, cancelled: 4, promoted: 2 });
    expect(await statuses(id)).toEqual([
      "cancelled",
      "cancelled",
      "cancelled",
      "booked",
      "cancelled",
      "booked",
      "waiting_list",
    ]);
    expect(await run()).toMatchObject({ state: "no_action", counts: {} });
  });

  it("is none where a person who only waited is cancelled", async () => {
    const id = await course(PAST, { max_participants: 5, waiting_list: 1 });
    await waiting(id, "Sales");
    await waiting(id, "IT");
    expect((await run()).counts).not.toHaveProperty("promoted");
    expect(await statuses(id)).toEqual(["cancelled", "waiting_list"]);
  });

  it.each([
    ["planned", "waiting_list"],
    ["released", "booked"],
    ["fixed", "booked"],
  ])("of a course that is %s leaves who waits %s", async (planning_status, expected) => {
    const id = await course(PAST, { max_participants: 1, waiting_list: 1, planning_status });
    await registration(id);
    await waiting(id, "IT");
    await run();
    expect(await statuses(id)).toEqual(["cancelled", expected]);
  });

  it("stays free without promoteWaitingList", async () => {
    const id = await course(PAST, { max_participants: 1, waiting_list: 1 });
    await registration(id);
    await waiting(id, "IT");
    await run({ parameters: { promoteWaitingList: false } });
    expect(await statuses(id)).toEqual(["cancelled", "waiting_list"]);
  });

  it("is taken by no person where the course is still overbooked", async () => {
    const id = await course(PAST, { max_participants: 1, waiting_list: 1 });
    await registration(id, "IT");
    await registration(id);
    await waiting(id, "IT");
    await run();
    expect(await statuses(id)).toEqual(["booked", "cancelled", "waiting_list"]);
  });
});

describe("messages", () => {
  const messages = () =>
    night.rows(
      "SELECT kind, channel, person_id, about_person_id, to_address, subject, dedupe_key FROM messages ORDER BY id",
    );
  const scene = async (boss: Values | null = {}) => {
    const id = await course();
    const supervisor = boss && (await night.person({ email: "boss@example.com", locale: "de", ...boss }));
    const participant = await person("Sales", {
      email: "ada@example.com",
      locale: "en",
      given_name: "Ada",
      family_name: "Byron",
      supervisor_id: supervisor,
    });
    const one = await night.registration(id, participant, { prerequisite_status: "not_met" });
    return { id, supervisor, participant, one };
  };

  it("go to the person and to the supervisor, one each", async () => {
    const { supervisor, participant, one } = await scene();
    await run();
    expect(await messages()).toEqual([
      {
        kind: "registration",
        channel: "mail",
        person_id: participant,
        about_person_id: null,
        to_address: "ada@example.com",
        subject: "Cancelled, prerequisites not met: First aid",
        dedupe_key: `prereq|${one}|${participant}`,
      },
      {
        kind: "registration",
        channel: "mail",
        person_id: supervisor,
        about_person_id: participant,
        to_address: "boss@example.com",
        subject: "Anmeldung von Ada Byron storniert: First aid",
        dedupe_key: `prereq|${one}|${supervisor}`,
      },
    ]);
    const [own, other] = (await night.rows("SELECT body FROM messages ORDER BY id")).map(({ body }) => String(body));
    expect([own, other]).toEqual([expect.stringContaining("March 1, 2026"), expect.stringContaining("1. März 2026")]);
  });

  it("go to the person alone where there is no supervisor", async () => {
    const { participant } = await scene(null);
    await run();
    expect((await messages()).map(({ person_id }) => person_id)).toEqual([participant]);
  });

  it("are not for a supervisor who is not active, and stay in the suite for one without an address", async () => {
    await scene({ auth_status: "passive" });
    await scene({ email: null });
    await run();
    expect((await messages()).map(({ channel }) => channel)).toEqual(["mail", "mail", "internal"]);
  });

  it("are not made twice for a registration", async () => {
    await scene();
    await run();
    await night.database.execute("UPDATE registrations SET status = 'booked'");
    await run();
    expect(await messages()).toHaveLength(2);
  });

  it("are none without notify, and none where they are not wanted", async () => {
    await scene();
    await run({ parameters: { notify: false } });
    const { id } = await scene();
    await night.meta(id, 10132, "0");
    const { one } = await scene();
    await night.update("registrations", one, { suppress_notifications: 1 });
    expect((await run()).counts).toMatchObject({ cancelled: 2 });
    expect(await messages()).toEqual([]);
  });

  it("whose text cannot be used fail the row, and the registration is cancelled all the same", async () => {
    for (const key of ["subject", "body"])
      await night.insert("texts", {
        key: `message.prereq_supervisor.${key}`,
        locale: "de",
        value: "{nobody}",
        version: 1,
      });
    const { id, one } = await scene();
    const { errors } = await run();
    expect(errors).toMatchObject([{ ref: `registration:${one}`, code: "bad_text" }]);
    expect([await statuses(id), (await messages()).length]).toEqual([["cancelled"], 1]);
  });

  it("leave with the run", async () => {
    await scene();
    const stage = new Mailing(night.database, [processor]);
    const server = await stage.server();
    const id = await stage.start();
    await stage.work();
    expect((await stage.run(id)).counts).toMatchObject({ cancelled: 1, sent: 2 });
    expect((await server.traffic(2)).received).toHaveLength(2);
  });
});

it("no person is enrolled who would be cancelled at once", async () => {
  const id = await course();
  await night.rule(id, await night.group([await person("Sales"), await person("IT")]), { reenrol_closed: 1 });
  await night.run(enrolment);
  expect(await statuses(id)).toEqual(["booked"]);
  expect(await run()).toMatchObject({ state: "no_action" });
});

it("a dry run cancels no registration, counts the cancellations, and rehearses no promotion", async () => {
  const id = await course(PAST, { max_participants: 1, waiting_list: 1 });
  await registration(id);
  await registration(id, "IT", { status: "waiting_list" });
  const { counts } = await run({ dryRun: true });
  expect(counts).toMatchObject({ components: 1, cancelled: 1 });
  expect(counts).not.toHaveProperty("promoted");
  expect(await statuses(id)).toEqual(["booked", "waiting_list"]);
});

it("components are found by their tag, and registrations by their component", async () => {
  const id = await course();
  await registration(id);
  const plans = await plansFor(night.database, "registration|component|ticked", run);
  expect(plans.filter((plan) => /^SCAN (registration|component|ticked)/.test(plan))).toEqual([]);
  expect(plans.join("\n")).toContain("meta_values_tag (client_id=? AND meta_tag_id=? AND value=? AND component_id>?)");
  expect(plans.join("\n")).toMatch(
    /SEARCH registration USING INDEX registrations_component \(client_id=\? AND component_id=\? AND status=\?/,
  );
});
