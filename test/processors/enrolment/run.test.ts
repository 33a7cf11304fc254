import { LibsqlError } from "@libsql/client";
import { beforeEach, describe, expect, it } from "vitest";
import { ParticipantAutomaticRegistration as processor } from "../../../src/processors/enrolment/ParticipantAutomaticRegistration.ts";
import { countingDatabase, type Database, type DatabaseTally } from "../../../src/store/database.ts";
import { clientRows } from "../../../src/store/rows.ts";
import { NIGHT, Night, type NightOptions, TODAY } from "./night.ts";

let night: Night;

beforeEach(async () => {
  night = await Night.fall();
});

describe("a rule that cannot be applied fails, and its neighbours go on", () => {
  const recertify = { recertify: 1 };
  it.each<[string, Record<string, string | number | null>, Record<string, string | number | null>]>([
    ["component_closed", { planning_status: "cancelled" }, {}],
    ["component_closed", { planning_status: "completed" }, {}],
    ["component_missing", {}, { component_id: 999 }],
    ["group_missing", {}, { group_id: 999 }],
    ["invalid_rule", {}, { days_to_finish: -1 }],
    ["invalid_rule", {}, { days_to_finish: 1e9 }],
    ["invalid_rule", {}, { due_mode: "fixed" }],
    ["invalid_rule", {}, { due_mode: "fixed", due_on: "31.12.2026" }],
    ["invalid_rule", {}, { due_mode: "yearly" }],
    ["invalid_rule", {}, { due_mode: "yearly", due_mmdd: "31.12." }],
    ["invalid_rule", {}, { ...recertify, recert_mode: "yearly" }],
    ["invalid_rule", {}, { ...recertify, recert_mode: "from_completion" }],
    ["invalid_rule", {}, { ...recertify, recert_mode: "from_completion", recert_interval_months: 0 }],
    ["invalid_rule", {}, { ...recertify, recert_mode: "from_completion", recert_interval_months: 1e9 }],
    ["invalid_rule", {}, { change_after_days: -1, change_to: "failed" }],
    ["invalid_rule", {}, { change_after_days: 1e9, change_to: "failed" }],
    ["bad_rule", { prerequisites: "[]" }, {}],
    ["unknown_attribute", { prerequisites: '{"not":{"attr":"ofice","op":"eq","value":"3"}}' }, {}],
  ])("%s: %j %j", async (code, component, values) => {
    const people = await night.people(2);
    const group = await night.group(people);
    const good = await night.course();
    const bad = await night.course(component);
    await night.rule(good, group);
    const broken = await night.rule(bad, group, { auto_cancel: 1, ...values });
    const last = await night.course();
    await night.rule(last, group);
    // What the broken rule made before stays as it is.
    await night.registration(bad, await night.person(), {
      source: "auto_rule",
      source_ref: `rule:${broken}|${bad}|3|1`,
    });

    const { state, counts, errors } = await night.run(processor);
    expect({ state, counts }).toMatchObject({ state: "partial", counts: { rules: 2, registered: 4, failed: 1 } });
    expect(errors).toMatchObject([{ ref: `rule:${broken}`, code }]);
    expect(await night.on(bad, "status")).toEqual([{ status: "booked" }]);
    expect(await night.rows("SELECT first_run_at FROM enrolment_rules WHERE id = ?", broken)).toEqual([
      { first_run_at: null },
    ]);
  });

  it("says what is wrong and what to do", async () => {
    const course = await night.course({ title: "Fire drill", planning_status: "cancelled" });
    await night.rule(course, await night.group());
    expect((await night.run(processor)).errors[0]?.message).toBe(
      `"Fire drill" (component ${course}) is cancelled: no person can be enrolled; deactivate the rule`,
    );
  });

  it("however many people find a course full, which is expected and ends no run", async () => {
    const group = await night.group(await night.people(150));
    await night.rule(await night.course({ max_participants: 1 }), group);
    await night.rule(await night.course(), group);
    const options: NightOptions = { parameters: { maxFailures: 0 } };
    expect(await night.run(processor, options)).toMatchObject({
      state: "partial",
      counts: { rules: 2, registered: 151, failed: 149 },
    });
  });

  it("but not where more rows than maxFailures fail in a way that is not expected", async () => {
    const people = await night.people(3);
    const completed_at = 9e15;
    const course = await night.course();
    for (const person of people) await night.registration(course, person, { status: "passed", completed_at });
    await night.rule(course, await night.group(people), { recertify: 1, due_mmdd: "03-31" });
    await night.rule(await night.course(), await night.group(people));
    const failing = { scanned: 3, failed: 3 };
    expect(await night.run(processor, { parameters: { maxFailures: 2 } })).toMatchObject({
      state: "failed",
      reason: "too_many_failures",
      counts: failing,
    });
    const { state, errors, counts } = await night.run(processor, { parameters: { maxFailures: 3 } });
    expect({ state, counts }).toMatchObject({ state: "partial", counts: { failed: 3, registered: 3 } });
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(["row_error"]));
  });
});

it("a rule that the database cannot work out fails by itself, with row_error", async () => {
  const group = await night.group(await night.people(2));
  const courses = [await night.course(), await night.course({ id: 4711 }), await night.course()];
  const rules: number[] = [];
  for (const course of courses) rules.push(await night.rule(course, group));
  const { database } = night;
  const through = {
    transaction: database.transaction.bind(database),
    batch: database.batch.bind(database),
    async execute(statement: { sql: string; args: unknown[] }) {
      if (statement.sql.includes("candidate") && statement.args.includes(4711))
        throw new LibsqlError("too many SQL variables", "SQLITE_ERROR");
      return database.execute(statement as unknown as string);
    },
  } as unknown as Database;
  const { state, counts, errors } = await night.run(processor, { through });
  expect({ state, counts }).toMatchObject({ state: "partial", counts: { rules: 2, registered: 4, failed: 1 } });
  expect(errors).toEqual([
    { ref: `rule:${rules[1]}`, code: "row_error", message: expect.stringContaining("too many SQL variables") },
  ]);
});

it("a run with maxRows goes on where the one before stopped, until everybody is enrolled", async () => {
  const group = await night.group(await night.people(5));
  for (let index = 0; index < 2; index += 1) await night.rule(await night.course(), group);
  const registered: number[] = [];
  for (let run = 0; run < 5; run += 1)
    registered.push((await night.run(processor, { parameters: { maxRows: 3, chunkSize: 2 } })).counts.registered ?? 0);
  expect(registered).toEqual([3, 3, 3, 1, 0]);
});

it("without rules there is nothing to do", async () => {
  expect(await night.run(processor)).toMatchObject({ state: "no_action", counts: {} });
});

it("a rule of a group without members is applied, and marked as run", async () => {
  const rule = await night.rule(await night.course(), await night.group());
  expect(await night.run(processor)).toMatchObject({ state: "no_action", counts: { rules: 1 } });
  expect(await night.rows("SELECT first_run_at FROM enrolment_rules WHERE id = ?", rule)).toEqual([
    { first_run_at: night.clock.now() },
  ]);
});

it.each([
  ["enrolment.bufferDays", -1],
  ["enrolment.bufferDays", "7"],
  ["enrolment.daysToFinish", 1.5],
])("the setting %s = %j ends the run as invalid_configuration, and nothing is done", async (key, value) => {
  await night.setting(key, value);
  const course = await night.course();
  await night.rule(course, await night.group(await night.people(1)));
  const { state, reason, message } = await night.run(processor);
  expect({ state, reason }).toEqual({ state: "failed", reason: "invalid_configuration" });
  expect(message).toContain(key);
  expect(await night.on(course)).toEqual([]);
});

it("other clients' rules, members and exceptions play no part", async () => {
  const elsewhere = new (class extends Night {})(night.database, 2);
  const [mine = 0] = await night.people(1);
  const theirs = await elsewhere.person();
  const course = await night.course();
  const group = await night.group([mine]);
  await night.rule(course, group);
  await elsewhere.join(group, theirs);
  await elsewhere.except(course, mine, "include");
  await elsewhere.rule(course, group, { enrolment_status: "personal_syllabus" });
  await elsewhere.rule(await elsewhere.course(), await elsewhere.group([theirs]));
  expect((await night.run(processor)).counts).toMatchObject({ rules: 1, registered: 1 });
  expect(await night.rows("SELECT client_id, person_id FROM registrations")).toEqual([
    { client_id: 1, person_id: mine },
  ]);
});

it("a run whose rule is gone when it is taken up again goes on with the next one, from its beginning", async () => {
  const people = await night.people(3);
  const course = await night.course();
  const first = await night.rule(await night.course(), await night.group(people));
  await night.rule(course, await night.group(people));
  await night.rows("DELETE FROM enrolment_rules WHERE id = ?", first);
  const context = {
    run: { dryRun: false },
    rows: clientRows(night.database, 1, 1),
    configuration: { read: async ({ fallback }: { fallback: unknown }) => fallback },
    now: NIGHT,
    today: TODAY,
    timeZone: "UTC",
    parameters: { ruleIds: null, chunkSize: 2 },
    cursor: { done: 0, past: 0, rule: first, at: { phase: "overdue", at: { after: 1000 } }, given: {} },
  };
  const refs: string[] = [];
  const generator = processor.run(context as unknown as Parameters<typeof processor.run>[0]);
  for (let index = 0; index < 2; index += 1) {
    const { value } = await generator.next();
    if (value && "cursor" in value && "units" in value)
      refs.push(...(value.units ?? []).flatMap(({ ref, apart }) => apart?.().map((part) => part.ref) ?? [ref]));
  }
  expect(refs).toEqual(people.slice(0, 2).map((person) => `rule:${first + 1} person:${person}`));
});

describe("a night on which nothing changed", () => {
  const cost = async () => {
    const tally: DatabaseTally = { roundTrips: 0, statements: 0 };
    const outcome = await night.run(processor, { through: countingDatabase(night.database, tally) });
    return { state: outcome.state, ...tally };
  };

  it("costs the same with 10 members as with 1,000", async () => {
    const measure = async (members: number) => {
      const template = await night.template();
      await night.course({ template_id: template });
      const group = await night.group(await night.people(members));
      await night.rule(template, group, {
        enrolment_status: "personal_syllabus",
        auto_course_enrolment: 1,
        auto_cancel: 1,
        recertify: 1,
        due_mmdd: "12-31",
        change_after_days: 1,
        change_to: "failed",
      });
      expect((await cost()).state).toBe("ok");
      return cost();
    };
    const small = await measure(10);
    await night.rows("UPDATE enrolment_rules SET active = 0");
    const large = await measure(1000);
    expect(small).toMatchObject({ state: "no_action" });
    expect(large).toEqual(small);
  });
});

describe("a dry run", () => {
  it("writes nothing, marks no rule as run, and counts no more than there will be", async () => {
    const [ada = 0, ben = 0, cem = 0, dora = 0] = await night.people(4);
    const [first, second] = [await night.group([ada, ben, cem]), await night.group([ben, cem, dora])];
    const template = await night.template();
    const course = await night.course({ template_id: template, max_participants: 2 });
    const limited = await night.course({ max_participants: 3, waiting_list: 1 });
    for (const group of [first, second]) {
      await night.rule(limited, group);
      await night.rule(template, group, { enrolment_status: "personal_syllabus", auto_course_enrolment: 1 });
      await night.rule(course, group);
    }
    const rules = await night.rows("SELECT * FROM enrolment_rules");
    const options = { parameters: { chunkSize: 1 } };
    const { counts } = await night.run(processor, { ...options, dryRun: true });
    expect(await night.rows("SELECT * FROM registrations")).toEqual([]);
    expect(await night.rows("SELECT * FROM enrolment_rules")).toEqual(rules);
    const real = await night.run(processor, options);
    expect(counts).toMatchObject({ registered: 7, waitlisted: 1, rules: 6 });
    for (const [name, count] of Object.entries(counts)) expect(count, name).toBeLessThanOrEqual(real.counts[name] ?? 0);
  });

  it("of rules that share nothing counts exactly", async () => {
    const people = await night.people(5);
    const course = await night.course({ max_participants: 3, waiting_list: 1 });
    await night.rule(course, await night.group(people));
    await night.rule(await night.course({ max_participants: 2 }), await night.group(people));
    const options = { parameters: { chunkSize: 2 } };
    const rehearsed = await night.run(processor, { ...options, dryRun: true });
    const real = await night.run(processor, options);
    expect(rehearsed.counts).toEqual(real.counts);
    expect(real.counts).toMatchObject({ registered: 5, waitlisted: 2, failed: 3 });
  });
});
