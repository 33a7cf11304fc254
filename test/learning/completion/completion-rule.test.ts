import { beforeEach, describe, expect, it } from "vitest";
import { CompletionRules, carryOut } from "../../../src/learning/completion/completion-rule.ts";
import { readParents } from "../../../src/learning/enrolment/parents.ts";
import { Successes } from "../../../src/learning/enrolment/success/successes.ts";
import { registrationStatuses } from "../../../src/learning/schema/enrolment.ts";
import { writeUnits } from "../../harness/runner/units.ts";
import { NOW, SuccessStage } from "../enrolment/success/stage.ts";

let stage: SuccessStage;
let person: number;
let course: number;
let first: number;
let second: number;
let coverage: boolean;

beforeEach(async () => {
  stage = await SuccessStage.set();
  coverage = true;
  person = await stage.person();
  course = await stage.course();
  [first, second] = [await item(), await item()];
  await setRule({ all: [done(first), done(second)] });
});

const done = (id: number) => ({ item: id, status: ["completed", "passed"] });
const item = (values = {}) =>
  stage.insert("syllabus_items", { component_id: course, kind: "media", media_id: null, ...values });
const setRule = (rule: unknown, component = course) =>
  stage.update("components", component, { completion_rule: rule === null ? null : JSON.stringify(rule) });
const progress = (registration_id: number, item_id: number, values = {}) =>
  stage.insert("item_progress", {
    registration_id,
    item_id,
    status: "completed",
    completed_at: 500,
    last_at: 500,
    ...values,
  });

/** Evaluates and carries out, as processors do. */
const judge = async (...ids: number[]) => {
  const rules = new CompletionRules(stage.reader, { ...stage.scene, coverage });
  const judged = await rules.judge(ids);
  const successes = new Successes(stage.scene);
  const parents = await readParents(stage.reader, ids);
  const units = judged.map((one) => ({
    ref: `registration:${one.registration.id}`,
    writes: "failure" in one ? [] : carryOut(one, successes, parents, NOW),
  }));
  await writeUnits(stage.database, units, { now: NOW, followUp: successes.followUp() });
  return judged;
};
const status = async (id: number) => (await stage.row(id, "status")).status;

describe("a completion rule", () => {
  it("that is true makes a course passed, at the instant of the last work that it asks for", async () => {
    const id = await stage.registration(course, person, { status: "in_progress" });
    const beside = await item();
    await progress(id, first, { completed_at: 700 });
    await progress(id, second, { completed_at: 600 });
    await progress(id, beside, { completed_at: 900 });
    await judge(id);
    expect(await stage.row(id, "status, completed_at, progress_pct")).toEqual({
      status: "passed",
      completed_at: 700,
      progress_pct: 100,
    });
  });

  it("that nothing dated made true takes the last completion of any item, else now", async () => {
    await setRule({ group: await stage.group([person]) });
    const [one, other] = [
      await stage.registration(course, person),
      await stage.registration(course, person, { cycle_no: 2 }),
    ];
    await progress(one, first, { completed_at: 800 });
    await judge(one, other);
    expect(await stage.row(one, "completed_at")).toEqual({ completed_at: 800 });
    expect(await stage.row(other, "completed_at")).toEqual({ completed_at: NOW });
  });

  it.each([
    ["not_attempted", "booked", null],
    ["incomplete", "in_progress", 400],
    ["failed", "in_progress", 400],
    ["completed", "in_progress", 400],
  ])("that is not true leaves what was begun in progress: an item %s, so %s", async (of, expected, started_at) => {
    const id = await stage.registration(course, person);
    await progress(id, first, { status: of, first_at: 400 });
    await judge(id);
    expect(await stage.row(id, "status, started_at")).toEqual({ status: expected, started_at });
  });

  it("that is not true fails no person, and takes no person back from being in progress", async () => {
    const id = await stage.registration(course, person, { status: "in_progress" });
    await progress(id, first, { status: "failed" });
    await progress(id, second, { status: "failed" });
    await judge(id);
    expect(await status(id)).toBe("in_progress");
    expect(await stage.rows("SELECT * FROM audit_log")).toEqual([]);
  });

  it.each(registrationStatuses)("is asked only of what is booked or in progress: %s", async (before) => {
    const id = await stage.registration(course, person, { status: before });
    for (const one of [first, second]) await progress(id, one);
    await judge(id);
    expect(await status(id)).toBe(["booked", "in_progress"].includes(before) ? "passed" : before);
  });

  it.each(["template", "learning_path"])("of a %s is not evaluated", async (kind) => {
    await stage.update("components", course, { kind });
    const id = await stage.registration(course, person);
    for (const one of [first, second]) await progress(id, one);
    expect(await judge(id)).toEqual([]);
    expect(await status(id)).toBe("booked");
  });

  it("that is not there leaves the course to others", async () => {
    await setRule(null);
    const id = await stage.registration(course, person);
    await progress(id, first);
    expect(await judge(id)).toEqual([]);
    expect(await status(id)).toBe("booked");
  });

  it.each([
    [501, "booked"],
    [500, "passed"],
    [499, "passed"],
  ])(
    "does not go against a status that a person set at %i, the newest work being of 500: %s",
    async (status_by_hand_at, expected) => {
      const id = await stage.registration(course, person, { status_by_hand_at });
      await progress(id, first, { last_at: 400 });
      await progress(id, second, { last_at: 500 });
      await judge(id);
      expect(await status(id)).toBe(expected);
    },
  );

  it("does not go against a person where there is no work at all", async () => {
    await setRule({ group: await stage.group([person]) });
    const id = await stage.registration(course, person, { status_by_hand_at: 1 });
    await judge(id);
    expect(await status(id)).toBe("booked");
  });

  it("does not go against a person who sets the status while it is evaluated", async () => {
    const id = await stage.registration(course, person);
    for (const one of [first, second]) await progress(id, one);
    const [judged] = await new CompletionRules(stage.reader, { ...stage.scene, coverage }).judge([id]);
    if (!judged || "failure" in judged) throw new Error("It was not judged");
    await stage.update("registrations", id, { status_by_hand_at: NOW });
    const successes = new Successes(stage.scene);
    const writes = carryOut(judged, successes, new Map(), NOW);
    await writeUnits(stage.database, [{ ref: "one", writes }], { now: NOW, followUp: successes.followUp() });
    expect(await status(id)).toBe("booked");
  });

  it.each([
    ["removed", async () => stage.update("syllabus_items", second, { removed_at: 5 })],
    [
      "in a folder that was removed",
      async () => {
        const folder = await item({ kind: "folder", removed_at: 5 });
        const inner = await item({ kind: "folder", parent_id: folder });
        await stage.update("syllabus_items", second, { parent_id: inner });
      },
    ],
  ])(
    "passes over an item that was %s: no person has finished it, and its work begins nothing",
    async (_how, remove) => {
      const id = await stage.registration(course, person);
      await progress(id, second);
      await remove();
      await judge(id);
      expect(await status(id)).toBe("booked");
      await progress(id, first);
      await judge(id);
      expect(await status(id)).toBe("in_progress");
    },
  );

  it("counts the progress of its own registration only, not that of an earlier cycle", async () => {
    const earlier = await stage.registration(course, person, { status: "passed", progress_pct: 100, completed_at: 5 });
    for (const one of [first, second]) await progress(earlier, one);
    const id = await stage.registration(course, person, { cycle_no: 2 });
    await judge(id);
    expect(await status(id)).toBe("booked");
    await setRule({ component: course, progressGte: 100 });
    await judge(id);
    expect(await status(id)).toBe("booked");
    await stage.update("registrations", id, { progress_pct: 100 });
    await judge(id);
    expect(await status(id)).toBe("passed");
  });

  it.each([
    [true, "passed", 300],
    [false, "booked", null],
  ])("counts a covered component as successful while the setting is %s", async (on, expected, completed_at) => {
    coverage = on;
    const [a, b] = [await stage.course(), await stage.course()];
    const by = await stage.registration(a, person, { status: "passed", completed_at: 300 });
    const rule = await stage.insert("equivalence_rules", {
      name: "Rule",
      relation: "covers",
      triggers: `[[${a}]]`,
      target_component_id: b,
    });
    await stage.database.execute({
      sql: `INSERT INTO coverage_entries (client_id, rule_id, person_id, component_id, "by", since) VALUES (1, ?, ?, ?, ?, '1970-01-01')`,
      args: [rule, person, b, `[${by}]`],
    });
    await setRule({ component: b, status: ["passed"] });
    const id = await stage.registration(course, person);
    await judge(id);
    expect(await stage.row(id, "status, completed_at")).toEqual({ status: expected, completed_at });
  });

  it.each([
    ["bad_rule", { all: [] }, /^completion_rule: /],
    ["unknown_attribute", { attr: "offce", op: "eq", value: "x" }, /^completion_rule: .*"offce"/],
  ])("that cannot be evaluated says so as %s, and changes nothing", async (code, rule, message) => {
    const id = await stage.registration(course, person);
    await progress(id, first);
    await setRule(rule);
    const [judged] = await judge(id);
    expect(judged).toMatchObject({ failure: { code, message: expect.stringMatching(message) } });
    expect(await status(id)).toBe("booked");
  });

  it("is evaluated for many registrations and courses at once, in two reads", async () => {
    const other = await stage.course();
    const single = await item({ component_id: other });
    await setRule(done(single), other);
    const ids: number[] = [];
    for (const one of await stage.people(20)) {
      const id = await stage.registration(course, one);
      const second_ = await stage.registration(other, one);
      await progress(id, first);
      await progress(second_, single);
      ids.push(id, second_);
    }
    const { reader } = stage;
    let reads = 0;
    const counting = {
      ...reader,
      all: (query: never) => {
        reads += 1;
        return reader.all(query);
      },
      each: (queries: never) => {
        reads += 1;
        return reader.each(queries);
      },
    };
    const rules = new CompletionRules(counting as never, { ...stage.scene, coverage });
    const verdicts = (await rules.judge(ids)).map((one) => ("verdict" in one ? one.verdict.to : one.failure.code));
    expect(verdicts).toEqual(ids.map((_, place) => (place % 2 ? "passed" : "in_progress")));
    expect(reads).toBe(2);
  });

  it("touches no registration of another client", async () => {
    const id = await stage.registration(course, person, { client_id: 2 });
    expect(await judge(id)).toEqual([]);
  });
});
