import { beforeEach, describe, expect, it } from "vitest";
import { openStatuses } from "../../../src/learning/enrolment/status.ts";
import { registrationStatuses } from "../../../src/learning/schema/enrolment.ts";
import { TeamExercisePublishCorrectionJob as processor } from "../../../src/processors/courses/TeamExercisePublishCorrectionJob.ts";
import { plansFor } from "../../harness/plans.ts";
import { Night } from "../enrolment/night.ts";

let night: Night;
let person: number;
let course: number;
let item: number;
let team: number;
let now: number;

beforeEach(async () => {
  night = await Night.fall();
  now = night.clock.now();
  person = await night.person({ email: "ada@example.com", locale: "en" });
  course = await night.course({ title: "First aid" });
  const media_id = await night.insert("media", { kind: "team_exercise", title: "Bandages" });
  item = await night.insert("syllabus_items", { component_id: course, media_id });
  team = await night.group([person]);
});

const submission = (values = {}) =>
  night.insert("exercise_submissions", {
    component_id: course,
    item_id: item,
    team_group_id: team,
    submitted_at: 100,
    result: "passed",
    score_scaled: 0.8,
    correction_state: "ready",
    publish_at: now - 1000,
    ...values,
  });
const progress = () =>
  night.rows(
    "SELECT registration_id, item_id, status, score_scaled, completed_at, source FROM item_progress ORDER BY registration_id",
  );
const states = async () =>
  (await night.rows("SELECT correction_state AS state FROM exercise_submissions ORDER BY id")).map(
    ({ state }) => state,
  );
const messages = (columns: string) => night.rows(`SELECT ${columns} FROM messages ORDER BY person_id`);

describe("a correction", () => {
  it.each([
    ["ready", -1, "published"],
    ["ready", 0, "published"],
    ["ready", 60_000, "ready"],
    ["draft", -1, "draft"],
  ])("that is %s, with its instant %i ms behind now, is %s then", async (correction_state, behind, expected) => {
    await submission({ correction_state, publish_at: night.clock.now() + behind });
    await night.run(processor);
    expect(await states()).toEqual([expected]);
  });

  it("without an instant waits for a publication by hand", async () => {
    await submission({ publish_at: null });
    expect((await night.run(processor)).state).toBe("no_action");
    expect(await states()).toEqual(["ready"]);
  });

  it("says when it was published, and is counted", async () => {
    await submission();
    const { state, counts } = await night.run(processor);
    expect({ state, counts }).toMatchObject({ state: "ok", counts: { published: 1 } });
    expect(await night.rows("SELECT published_at FROM exercise_submissions")).toEqual([
      { published_at: night.clock.now() },
    ]);
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it.each([
    ["2026-03-01", "published"],
    ["2026-02-28", "ready"],
  ])("of 1 March in the client's zone is, in a run for %s, %s", async (asOf, expected) => {
    await submission({ publish_at: Date.UTC(2026, 2, 1, 22, 59) });
    await night.run(processor, { asOf });
    expect(await states()).toEqual([expected]);
  });

  it("without a result fails, stays ready, and the others are published", async () => {
    const bad = await submission({ result: null });
    await submission();
    const { state, errors } = await night.run(processor);
    expect(state).toBe("partial");
    expect(errors).toMatchObject([{ ref: `submission:${bad}`, code: "missing_value" }]);
    expect(await states()).toEqual(["ready", "published"]);
  });

  it("of another client is out of reach", async () => {
    await submission({ client_id: 2 });
    await night.run(processor);
    expect(await states()).toEqual(["ready"]);
  });
});

describe("the progress of the members", () => {
  it.each([
    ["passed", true],
    ["completed", true],
    ["failed", false],
  ])("becomes the result and the score: %s", async (result, finished) => {
    const id = await night.registration(course, person);
    await submission({ result });
    expect((await night.run(processor)).counts).toMatchObject({ members: 1 });
    expect(await progress()).toEqual([
      {
        registration_id: id,
        item_id: item,
        status: result,
        score_scaled: 0.8,
        completed_at: finished ? now - 1000 : null,
        source: "correction",
      },
    ]);
    expect(
      await night.rows("SELECT entity, entity_id FROM index_changes WHERE entity = 'registration'"),
    ).toContainEqual({
      entity: "registration",
      entity_id: id,
    });
  });

  it("replaces what was there, and keeps when it was begun", async () => {
    const registration_id = await night.registration(course, person);
    await night.insert("item_progress", {
      registration_id,
      item_id: item,
      status: "incomplete",
      first_at: 5,
      last_at: 6,
    });
    await submission();
    await night.run(processor);
    expect(await night.rows("SELECT status, first_at, last_at FROM item_progress")).toEqual([
      { status: "passed", first_at: 5, last_at: now - 1000 },
    ]);
  });

  it.each(registrationStatuses)("is written for a registration that is %s only while it is open", async (status) => {
    await night.registration(course, person, { status });
    await submission();
    await night.run(processor);
    expect(await progress()).toHaveLength((openStatuses as readonly string[]).includes(status) ? 1 : 0);
  });

  it("is written once for a person with several memberships, and for no other person", async () => {
    await night.join(team, person, { source: "rule" });
    const other = await night.person();
    await night.group([other]);
    for (const one of [person, other]) await night.registration(course, one);
    await night.registration(await night.course(), person);
    await submission();
    expect((await night.run(processor)).counts).toMatchObject({ members: 1 });
    expect(await progress()).toHaveLength(1);
  });

  it("is that of the latest open cycle", async () => {
    await night.registration(course, person, { status: "passed" });
    const second = await night.registration(course, person, { cycle_no: 2 });
    await submission();
    await night.run(processor);
    expect(await progress()).toMatchObject([{ registration_id: second }]);
  });

  it("is never overwritten by an older submission, whichever is published first", async () => {
    await night.registration(course, person);
    await submission({ submitted_at: 200, score_scaled: 0.9 });
    await submission({ submitted_at: 100, score_scaled: 0.2 });
    await night.run(processor);
    expect(await states()).toEqual(["published", "published"]);
    expect(await progress()).toMatchObject([{ score_scaled: 0.9 }]);
    await submission({ submitted_at: 300, score_scaled: 0.5 });
    await submission({ submitted_at: 250, score_scaled: 0.1 });
    await night.run(processor);
    expect(await progress()).toMatchObject([{ score_scaled: 0.5 }]);
  });

  it("is overwritten whatever another team, another item or a correction that is not published has later", async () => {
    await night.registration(course, person);
    await submission({ submitted_at: 900, correction_state: "published", team_group_id: await night.group() });
    await submission({ submitted_at: 900, correction_state: "published", item_id: 999 });
    await submission({ submitted_at: 900, correction_state: "draft" });
    await submission();
    await night.run(processor);
    expect(await progress()).toHaveLength(1);
  });

  it("reaches every member, however small the chunks", async () => {
    for (const one of await night.people(5)) {
      await night.join(team, one);
      await night.registration(course, one);
    }
    await submission();
    expect((await night.run(processor, { parameters: { chunkSize: 2 } })).counts).toMatchObject({
      members: 5,
      published: 1,
    });
  });
});

describe("the completion rule", () => {
  const setRule = (rule: string) => night.update("components", course, { completion_rule: rule });

  it("is evaluated with the correction, and its success counts from the publication", async () => {
    await setRule(JSON.stringify({ item, status: ["passed"] }));
    await night.registration(course, person);
    await submission();
    await night.run(processor);
    expect(await night.on(course, "status, completed_at")).toEqual([{ status: "passed", completed_at: now - 1000 }]);
  });

  it("that is not true fails no person", async () => {
    await setRule(JSON.stringify({ item, status: ["passed"] }));
    await night.registration(course, person);
    await submission({ result: "failed" });
    await night.run(processor);
    expect(await night.on(course, "status")).toEqual([{ status: "in_progress" }]);
  });

  it("that cannot be read is listed, and the correction is published", async () => {
    await setRule("{");
    await night.registration(course, person);
    await submission();
    const { errors } = await night.run(processor);
    expect(errors).toMatchObject([{ ref: `component:${course}`, code: "bad_rule" }]);
    expect(await states()).toEqual(["published"]);
  });
});

describe("each active member", () => {
  it("is told once, by mail, or within the suite without an address, in the own language", async () => {
    const german = await night.person({ locale: "de-DE", email: null, given_name: "Änne", family_name: "Ö" });
    await night.join(team, german);
    await night.registration(course, person);
    const id = await submission();
    await night.run(processor);
    expect(await messages("kind, channel, person_id, to_address, dedupe_key, subject")).toEqual([
      {
        kind: "logic",
        channel: "mail",
        person_id: person,
        to_address: "ada@example.com",
        dedupe_key: `correction|${id}|${person}`,
        subject: "Correction: Bandages",
      },
      {
        kind: "logic",
        channel: "internal",
        person_id: german,
        to_address: null,
        dedupe_key: `correction|${id}|${german}`,
        subject: "Korrektur: Bandages",
      },
    ]);
    expect((await messages("body"))[0]?.body).toContain('"Bandages" in "First aid"');
  });

  it.each(["passive", "inactive", "deleted"])(
    "is not told while %s, and has the progress all the same",
    async (auth_status) => {
      await night.update("persons", person, { auth_status });
      await night.registration(course, person);
      await submission();
      await night.run(processor);
      expect(await messages("id")).toEqual([]);
      expect(await progress()).toHaveLength(1);
    },
  );

  it("is not told where no mail about the component is wanted, nor where the registration's are suppressed", async () => {
    await night.registration(course, person, { suppress_notifications: 1 });
    await submission();
    await night.run(processor);
    await night.meta(course, 10132, "0");
    await night.join(team, await night.person({ email: "ben@example.com" }));
    await submission({ submitted_at: 200 });
    await night.run(processor);
    expect(await messages("id")).toEqual([]);
    expect(await states()).toEqual(["published", "published"]);
  });
});

it("submissions are found by index, and members by their team", async () => {
  await night.registration(course, person);
  await submission();
  for (const alias of ["submission", "newer", "member", "open", "registration"]) {
    const plans = await plansFor(night.database, alias, () => night.run(processor));
    expect(
      plans.filter((plan) => new RegExp(`^SCAN ${alias}\\b|SEARCH ${alias} .*\\(client_id=\\?\\)$`).test(plan)),
    ).toEqual([]);
  }
});
