import { beforeEach, describe, expect, it } from "vitest";
import { registrationStatuses } from "../../../src/learning/schema/enrolment.ts";
import { ProgramStatusUpdateForLearners as processor } from "../../../src/processors/paths/ProgramStatusUpdateForLearners.ts";
import { plansFor } from "../../harness/plans.ts";
import { Night } from "../enrolment/night.ts";

let night: Night;
let person: number;
let path: number;

beforeEach(async () => {
  night = await Night.fall();
  person = await night.person();
  path = await newPath("progress");
});

/** A learning path with meta 11814. */
const newPath = async (by: string | null, values = {}) => {
  const id = await night.path(values);
  if (by !== null) await night.meta(id, 11814, by);
  return id;
};
const item = (component_id: number, values = {}) =>
  night.insert("syllabus_items", { component_id, kind: "media", mandatory: 1, ...values });
const element = (component_id: number, ref_component_id: number, values = {}) =>
  item(component_id, { kind: "component", ref_component_id, ...values });
const finish = (registration_id: number, item_id: number, completed_at = 500) =>
  night.insert("item_progress", { registration_id, item_id, status: "completed", completed_at, last_at: completed_at });
const statuses = async (id = path) => (await night.on(id)).map(({ status }) => status);
const log = () =>
  night.rows(
    'SELECT registration_id, person_id, component_id, from_status, to_status, "trigger", at, run_id FROM program_status_update_log',
  );
const ruleOf = (rule: unknown) => ({ completion_rule: JSON.stringify(rule) });

describe("a path that completes by progress", () => {
  it.each([
    [2, 2, "completed"],
    [2, 1, "booked"],
    [2, 0, "booked"],
  ])("with %i mandatory elements, %i of them finished, is %s", async (count, finished, expected) => {
    const id = await night.registration(path, person);
    for (let place = 0; place < count; place += 1) {
      const one = await item(path);
      if (place < finished) await finish(id, one);
    }
    const { state, counts } = await night.run(processor);
    expect(await statuses()).toEqual([expected]);
    expect({ state, completed: counts.completed ?? 0 }).toEqual(
      expected === "completed" ? { state: "ok", completed: 1 } : { state: "no_action", completed: 0 },
    );
  });

  it("computes the progress anew, whatever was stored of it", async () => {
    await item(path);
    await night.registration(path, person, { progress_pct: 100 });
    await night.run(processor);
    expect(await statuses()).toEqual(["booked"]);
  });

  it("counts what was completed outside of the path, and at an earlier time", async () => {
    const course = await night.course();
    await element(path, course);
    await night.registration(course, person, { status: "passed", completed_at: 300, source: "import" });
    await night.registration(path, person, { booked_at: 900 });
    await night.run(processor);
    expect(await night.on(path, "status, completed_at")).toEqual([{ status: "completed", completed_at: 300 }]);
  });

  it("is completed at the instant of the last contributing completion", async () => {
    const id = await night.registration(path, person);
    const beside = await item(path, { mandatory: 0 });
    for (const completedAt of [700, 900, 800]) await finish(id, await item(path), completedAt);
    await finish(id, beside, 5000);
    await night.run(processor);
    expect(await night.on(path, "completed_at, progress_pct")).toEqual([{ completed_at: 900, progress_pct: 100 }]);
  });

  it.each([
    [true, "completed"],
    [false, "booked"],
  ])("counts a covered component while equivalences.enabled is %s: %s", async (enabled, expected) => {
    await night.setting("equivalences.enabled", enabled);
    const [course, trigger] = [await night.course(), await night.course()];
    await element(path, course);
    const by = await night.registration(trigger, person, { status: "passed", completed_at: 400 });
    const rule = await night.insert("equivalence_rules", {
      name: "Rule",
      relation: "covers",
      triggers: `[[${trigger}]]`,
      target_component_id: course,
    });
    await night.database.execute({
      sql: `INSERT INTO coverage_entries (client_id, rule_id, person_id, component_id, "by", since) VALUES (1, ?, ?, ?, ?, '1970-01-01')`,
      args: [rule, person, course, `[${by}]`],
    });
    await night.registration(path, person);
    await night.run(processor);
    expect(await night.on(path, "status, completed_at")).toEqual([
      { status: expected, completed_at: enabled ? 400 : null },
    ]);
  });
});

describe("a path that completes by logic", () => {
  it("is completed once its rule is true, whatever its progress, at the instant since which it is", async () => {
    path = await newPath("logic");
    const [must, other] = [await item(path), await item(path)];
    await night.update("components", path, ruleOf({ item: must, status: ["completed"] }));
    const [done, open] = [
      await night.registration(path, person),
      await night.registration(path, await night.person(), { status: "in_progress" }),
    ];
    await finish(done, must, 600);
    await finish(open, other, 600);
    await night.run(processor);
    expect(await night.on(path, "status, completed_at")).toEqual([
      { status: "completed", completed_at: 600 },
      { status: "in_progress", completed_at: null },
    ]);
    expect(await log()).toMatchObject([{ registration_id: done, trigger: "logic" }]);
  });

  it("is not completed by its progress", async () => {
    path = await newPath("logic", ruleOf({ group: 99 }));
    await finish(await night.registration(path, person), await item(path));
    await night.run(processor);
    expect(await statuses()).toEqual(["booked"]);
  });

  it("is not completed where the rule is unknown", async () => {
    path = await newPath("logic", ruleOf({ attr: "email", op: "eq", value: "a@example.com" }));
    await night.registration(path, person);
    await night.run(processor);
    expect(await statuses()).toEqual(["booked"]);
  });
});

describe("what is looked at", () => {
  it.each(registrationStatuses)("is booked or in progress: a registration that is %s", async (status) => {
    await finish(await night.registration(path, person, { status }), await item(path));
    await night.run(processor);
    expect(await statuses()).toEqual([["booked", "in_progress"].includes(status) ? "completed" : status]);
  });

  it.each([
    [["booked"], ["completed", "in_progress"]],
    [["in_progress"], ["booked", "completed"]],
  ])("is what fromStatuses names: %j", async (fromStatuses, expected) => {
    const one = await item(path);
    for (const status of ["booked", "in_progress"])
      await finish(await night.registration(path, await night.person(), { status }), one);
    await night.run(processor, { parameters: { fromStatuses } });
    expect(await statuses()).toEqual(expected);
  });

  it.each([
    ["none", "booked"],
    ["", "booked"],
    [" progress ", "completed"],
    [null, "booked"],
  ])("is a path whose meta 11814 is %j: %s", async (by, expected) => {
    path = await newPath(by);
    await finish(await night.registration(path, person), await item(path));
    const { state } = await night.run(processor);
    expect(await statuses()).toEqual([expected]);
    expect(state).toBe(expected === "booked" ? "no_action" : "ok");
  });

  it("is no course and no template", async () => {
    for (const kind of ["course", "template"]) {
      const id = await newPath("progress", { kind });
      await finish(await night.registration(id, person), await item(id));
      await night.run(processor);
      expect(await statuses(id)).toEqual(["booked"]);
    }
  });

  it("is of this client only", async () => {
    const foreign = await night.registration(path, person, { client_id: 2 });
    await finish(foreign, await item(path));
    expect((await night.run(processor)).state).toBe("no_action");
    expect(await night.rows("SELECT status FROM registrations")).toEqual([{ status: "booked" }]);
  });
});

describe("the log", () => {
  it("has a row for each registration that was completed, with what completed it", async () => {
    const id = await night.registration(path, person, { status: "in_progress" });
    await finish(id, await item(path));
    await night.run(processor);
    const [audit] = await night.rows("SELECT run_id, action, before FROM audit_log");
    expect(audit).toMatchObject({ action: "complete", before: '{"status":"in_progress"}' });
    expect(await log()).toEqual([
      {
        registration_id: id,
        person_id: person,
        component_id: path,
        from_status: "in_progress",
        to_status: "completed",
        trigger: "progress",
        at: night.clock.now(),
        run_id: audit?.run_id,
      },
    ]);
  });

  it("keeps a registration that a person reset by hand from being completed again", async () => {
    const id = await night.registration(path, person);
    await finish(id, await item(path));
    await night.run(processor);
    await night.update("registrations", id, { status: "booked", completed_at: null });
    const { state, counts } = await night.run(processor);
    expect({ state, scanned: counts.scanned ?? 0 }).toEqual({ state: "no_action", scanned: 0 });
    expect(await statuses()).toEqual(["booked"]);
  });

  it("keeps no other cycle from it", async () => {
    const one = await item(path);
    await finish(await night.registration(path, person), one);
    await night.run(processor);
    await finish(await night.registration(path, person, { cycle_no: 2 }), one);
    await night.run(processor);
    expect(await statuses()).toEqual(["completed", "completed"]);
  });
});

it("a completed path gives what it grants", async () => {
  const skill = await night.insert("skills", { name: "Welding" });
  await night.insert("skill_grants", { component_id: path, skill_id: skill, level: 2 });
  const id = await night.registration(path, person);
  await finish(id, await item(path), Date.UTC(2026, 1, 28, 23, 30));
  await night.run(processor);
  expect(await night.rows("SELECT person_id, achieved_on, source_ref FROM skill_achievements")).toEqual([
    { person_id: person, achieved_on: "2026-03-01", source_ref: `reg:${id}` },
  ]);
});

describe("a path that cannot be judged", () => {
  it.each([
    [
      "an unknown value of 11814",
      "later",
      {},
      "bad_value",
      /^Meta tag 11814 is "later"; choose none, progress or logic$/,
    ],
    ["a rule that cannot be read", "logic", { completion_rule: "{" }, "bad_rule", /^completion_rule: /],
    ["no rule", "logic", {}, "bad_rule", /^completion_rule: .*enter one$/],
    [
      "an attribute that no person has",
      "logic",
      ruleOf({ attr: "offce", op: "eq", value: "x" }),
      "unknown_attribute",
      /"offce"/,
    ],
  ])("for %s fails once, its registrations stay, and other paths go on", async (_what, by, values, code, message) => {
    const bad = await newPath(by, values);
    const one = await item(bad);
    for (const someone of await night.people(5)) await finish(await night.registration(bad, someone), one);
    const good = await newPath("progress");
    await finish(await night.registration(good, person), await item(good));
    const { state, counts, errors } = await night.run(processor, { parameters: { chunkSize: 2 } });
    expect({ state, counts }).toMatchObject({ state: "partial", counts: { completed: 1, failed: 1 } });
    expect(errors).toEqual([{ ref: `component:${bad}`, code, message: expect.stringMatching(message) }]);
    expect(await statuses(bad)).toEqual(Array(5).fill("booked"));
    expect(await statuses(good)).toEqual(["completed"]);
  });
});

it("each registration is looked at once, however small the chunks", async () => {
  const paths = [path, await newPath("progress")];
  for (const id of paths) {
    const one = await item(id);
    for (const someone of await night.people(5)) await finish(await night.registration(id, someone), one);
  }
  const { counts } = await night.run(processor, { parameters: { chunkSize: 3 } });
  expect(counts).toMatchObject({ scanned: 10, changed: 10, completed: 10 });
});

it("a dry run changes nothing and counts the same", async () => {
  await finish(await night.registration(path, person), await item(path));
  expect((await night.run(processor, { dryRun: true })).counts).toMatchObject({ completed: 1 });
  expect(await statuses()).toEqual(["booked"]);
  expect(await log()).toEqual([]);
});

it("open registrations are found by index", async () => {
  await finish(await night.registration(path, person), await item(path));
  const plans = [
    ...(await plansFor(night.database, "open", () => night.run(processor))),
    ...(await plansFor(night.database, "meta", () => night.run(processor))),
  ];
  expect(plans.length).toBeGreaterThan(1);
  expect(plans.filter((plan) => /^SCAN|\(client_id=\?\)$/.test(plan))).toEqual([]);
});
