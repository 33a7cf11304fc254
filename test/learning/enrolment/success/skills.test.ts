import { beforeEach, describe, expect, it } from "vitest";
import { at, SuccessStage } from "./stage.ts";

let stage: SuccessStage;
let person: number;
let course: number;
let skill: number;

beforeEach(async () => {
  stage = await SuccessStage.set();
  person = await stage.person();
  course = await stage.course();
  skill = await stage.insert("skills", { name: "Welding", max_level: 5 });
});

const grant = (values = {}) =>
  stage.insert("skill_grants", { component_id: course, skill_id: skill, level: 2, ...values });
const achieved = () =>
  stage.rows(
    "SELECT person_id, skill_id, level, achieved_on, expires_on, source_ref, state FROM skill_achievements ORDER BY id",
  );
const held = () =>
  stage.rows("SELECT person_id, skill_id, current_level, valid_until_on, display_state FROM person_skills ORDER BY id");
const earlier = (values = {}) =>
  stage.insert("skill_achievements", {
    person_id: person,
    skill_id: skill,
    level: 1,
    achieved_on: "2025-01-01",
    source_ref: "reg:999",
    state: "active",
    ...values,
  });

describe("a success", () => {
  it("gives each skill that the component grants, for good where no months are named", async () => {
    const other = await stage.insert("skills", { name: "Brazing" });
    await grant();
    await grant({ skill_id: other, level: 1, valid_months: 6 });
    const id = await stage.registration(course, person);
    await stage.succeed([id]);
    const common = { person_id: person, achieved_on: "2026-03-02", source_ref: `reg:${id}`, state: "active" };
    expect(await achieved()).toEqual([
      { ...common, skill_id: skill, level: 2, expires_on: null },
      { ...common, skill_id: other, level: 1, expires_on: "2026-09-02" },
    ]);
    expect(await held()).toEqual([
      { person_id: person, skill_id: skill, current_level: 2, valid_until_on: null, display_state: "held" },
      { person_id: person, skill_id: other, current_level: 1, valid_until_on: "2026-09-02", display_state: "held" },
    ]);
  });

  it.each([
    ["2026-01-31T11:00:00Z", 1, "2026-01-31", "2026-02-28"],
    ["2024-02-29T11:00:00Z", 48, "2024-02-29", "2028-02-29"],
    ["2025-02-28T11:00:00Z", 36, "2025-02-28", "2028-02-28"],
    ["2025-12-31T22:59:59Z", 12, "2025-12-31", "2026-12-31"],
    ["2025-12-31T23:00:00Z", 12, "2026-01-01", "2027-01-01"],
    ["2025-03-30T21:59:59Z", 18, "2025-03-30", "2026-09-30"],
    ["2025-03-30T22:00:00Z", 18, "2025-03-31", "2026-09-30"],
  ])("at %s with %i months counts from %s to %s", async (instant, valid_months, achieved_on, expires_on) => {
    await grant({ valid_months });
    await stage.succeed([await stage.registration(course, person)], { completedAt: at(instant) });
    expect(await achieved()).toMatchObject([{ achieved_on, expires_on }]);
  });

  it.each([
    ["2025-03-02", "active", "held", 2],
    ["2025-03-01", "expired", "expired", 0],
  ])("of %s with 12 months is %s on 2 March 2026", async (day, state, display_state, current_level) => {
    await grant({ valid_months: 12 });
    await stage.succeed([await stage.registration(course, person)], { completedAt: at(`${day}T11:00:00Z`) });
    expect(await achieved()).toMatchObject([{ state }]);
    expect(await held()).toMatchObject([{ display_state, current_level }]);
  });

  it("leaves what a person holds if that is more, and raises it if it is less", async () => {
    await earlier({ level: 4 });
    await grant({ level: 2, valid_months: 1 });
    await stage.succeed([await stage.registration(course, person)]);
    expect(await held()).toMatchObject([{ current_level: 4, valid_until_on: null }]);
    await stage.database.execute("UPDATE skill_grants SET level = 5");
    await stage.succeed([await stage.registration(course, person, { cycle_no: 2 })]);
    expect(await held()).toMatchObject([{ current_level: 5, valid_until_on: "2026-04-02" }]);
  });

  it.each([
    ["2026-05-01", "2026-05-01"],
    ["2026-04-01", "2026-04-02"],
    [null, null],
  ])("of the same level is valid until the later expiry: beside %s until %s", async (expires_on, expected) => {
    await earlier({ level: 2, expires_on });
    await grant({ valid_months: 1 });
    await stage.succeed([await stage.registration(course, person)]);
    expect(await held()).toMatchObject([{ current_level: 2, valid_until_on: expected }]);
  });

  it.each(["expired", "terminated"])("makes a skill held again that was %s", async (display_state) => {
    await earlier({ state: "expired", expires_on: "2025-06-01" });
    await stage.insert("person_skills", { person_id: person, skill_id: skill, current_level: 0, display_state });
    await grant();
    await stage.succeed([await stage.registration(course, person)]);
    expect(await held()).toMatchObject([{ current_level: 2, display_state: "held" }]);
  });

  it("touches no other skill, person, component or client", async () => {
    const decoy = { component_id: await stage.course(), skill_id: skill, level: 5 };
    await stage.insert("skill_grants", decoy);
    await stage.insert("skill_grants", { component_id: course, skill_id: 77, level: 1, client_id: 2 });
    const other = await stage.person();
    await stage.registration(course, other);
    await stage.insert("person_skills", { person_id: other, skill_id: skill, current_level: 3 });
    await stage.insert("person_skills", { person_id: person, skill_id: 88, current_level: 3 });
    await grant();
    await stage.succeed([await stage.registration(course, person)]);
    expect(await achieved()).toHaveLength(1);
    expect(await stage.rows("SELECT person_id, skill_id, current_level FROM person_skills ORDER BY id")).toEqual([
      { person_id: other, skill_id: skill, current_level: 3 },
      { person_id: person, skill_id: 88, current_level: 3 },
      { person_id: person, skill_id: skill, current_level: 2 },
    ]);
  });
});

describe("leaving success", () => {
  it("takes the achievements back, and the skill with them where nothing else gives it", async () => {
    await grant();
    const id = await stage.registration(course, person);
    await stage.succeed([id]);
    await stage.withdraw(id);
    expect(await achieved()).toEqual([]);
    expect(await held()).toEqual([]);
  });

  it("leaves what other registrations gave", async () => {
    await earlier({ level: 1, expires_on: "2026-12-31" });
    await grant();
    const id = await stage.registration(course, person);
    await stage.succeed([id]);
    await stage.withdraw(id);
    expect(await achieved()).toMatchObject([{ source_ref: "reg:999" }]);
    expect(await held()).toMatchObject([{ current_level: 1, valid_until_on: "2026-12-31", display_state: "held" }]);
  });

  it("leaves a skill expired where only expired achievements are left", async () => {
    await earlier({ state: "expired", expires_on: "2025-06-01" });
    await earlier({ state: "expired", expires_on: "2025-07-01", source_ref: "reg:998" });
    await grant();
    const id = await stage.registration(course, person);
    await stage.succeed([id]);
    await stage.withdraw(id);
    expect(await held()).toMatchObject([{ current_level: 0, valid_until_on: "2025-07-01", display_state: "expired" }]);
  });

  it("takes back what it gave, also where the component grants something else by now", async () => {
    await grant();
    const id = await stage.registration(course, person);
    await stage.succeed([id]);
    await stage.database.execute("DELETE FROM skill_grants");
    await stage.withdraw(id);
    expect([await achieved(), await held()]).toEqual([[], []]);
  });
});
