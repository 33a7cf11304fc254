import { beforeEach, describe, expect, it } from "vitest";
import { at, SuccessStage } from "./stage.ts";

let stage: SuccessStage;
let person: number;
let course: number;
let certification: number;

beforeEach(async () => {
  stage = await SuccessStage.set();
  person = await stage.person();
  course = await stage.course();
  certification = await stage.insert("certifications", {
    name: "Nurse",
    format: "points",
    required_amount: 10,
    duration_months: 12,
  });
});

const link = (amount: number, values = {}) =>
  stage.insert("certification_links", { certification_id: certification, component_id: course, amount, ...values });
const period = (values = {}) =>
  stage.insert("person_certifications", {
    person_id: person,
    certification_id: certification,
    period_no: 1,
    start_on: "2026-01-01",
    end_on: "2026-12-31",
    amount: 0,
    status: "in_progress",
    is_current: 1,
    ...values,
  });
const closed = (values = {}) =>
  period({
    period_no: 0,
    start_on: "2025-01-01",
    end_on: "2025-12-31",
    is_current: 0,
    status: "not_fulfilled",
    ...values,
  });
const periods = () => stage.rows("SELECT amount, status FROM person_certifications ORDER BY period_no");
const credits = () =>
  stage.rows(
    "SELECT person_certification_id AS period, source_ref, amount, credited_on FROM certification_credits ORDER BY id",
  );

describe("a success", () => {
  it("is credited with the link's amount in the period that holds its day, as its registration", async () => {
    const id = await period({ amount: 1 });
    await link(4);
    const registration = await stage.registration(course, person);
    await stage.succeed([registration], { completedAt: at("2026-02-01T11:00:00Z") });
    expect(await credits()).toEqual([
      { period: id, source_ref: `reg:${registration}`, amount: 4, credited_on: "2026-02-01" },
    ]);
    expect(await periods()).toEqual([{ amount: 5, status: "in_progress" }]);
  });

  it.each([
    ["2025-12-31T22:59:59Z", "2025-12-31", 0],
    ["2025-12-31T23:00:00Z", "2026-01-01", 1],
  ])("of %s (local day %s) counts in the period of that day", async (instant, credited_on, place) => {
    const ids = [await closed(), await period()];
    await link(4);
    await stage.succeed([await stage.registration(course, person)], { completedAt: at(instant) });
    expect(await credits()).toMatchObject([{ period: ids[place], credited_on }]);
  });

  it("outside of every period is credited nowhere", async () => {
    await period({ start_on: "2026-03-03" });
    await closed({ end_on: "2026-03-01" });
    await link(4);
    await stage.succeed([await stage.registration(course, person)]);
    expect(await credits()).toEqual([]);
  });

  it.each([
    [9.99, "in_progress"],
    [10, "fulfilled"],
    [11, "fulfilled"],
  ])("of %s of 10 makes a current period %s", async (amount, status) => {
    await period();
    await link(amount);
    await stage.succeed([await stage.registration(course, person)]);
    expect(await periods()).toEqual([{ amount, status }]);
  });

  it.each([
    ["not_fulfilled", 9, "not_fulfilled"],
    ["not_fulfilled", 10, "fulfilled"],
    ["fulfilled", 1, "fulfilled"],
  ])("makes a closed period that was %s, with %s of 10, %s", async (before, amount, status) => {
    await closed({ status: before });
    await period();
    await link(amount);
    await stage.succeed([await stage.registration(course, person)], { completedAt: at("2025-06-01T11:00:00Z") });
    expect(await periods()).toEqual([
      { amount, status },
      { amount: 0, status: "in_progress" },
    ]);
  });

  it("of a closed period leaves what was carried over from it into the next", async () => {
    await closed({ status: "fulfilled", amount: 12 });
    await period({ amount: 2 });
    await link(5);
    await stage.succeed([await stage.registration(course, person)], { completedAt: at("2025-06-01T11:00:00Z") });
    expect(await periods()).toMatchObject([{ amount: 17 }, { amount: 2 }]);
  });

  it("adds up tenths to a whole", async () => {
    await stage.database.execute("UPDATE certifications SET required_amount = 0.3");
    await period();
    await link(0.1);
    for (let cycle_no = 1; cycle_no <= 3; cycle_no += 1)
      await stage.succeed([await stage.registration(course, person, { cycle_no })]);
    expect(await periods()).toMatchObject([{ status: "fulfilled" }]);
  });

  it("counts several links of one certification together, and each certification by itself", async () => {
    const other = await stage.insert("certifications", {
      name: "Driver",
      format: "hours",
      required_amount: 2,
      duration_months: 12,
    });
    await period();
    await period({ certification_id: other, period_no: 2 });
    await link(1);
    await link(2);
    await link(7, { certification_id: other });
    await stage.succeed([await stage.registration(course, person)]);
    expect((await credits()).map(({ amount }) => amount)).toEqual([3, 7]);
    expect(await periods()).toEqual([
      { amount: 3, status: "in_progress" },
      { amount: 7, status: "fulfilled" },
    ]);
  });

  it("counts once for several people in one step, each in their own period", async () => {
    const other = await stage.person();
    await period();
    await period({ person_id: other, period_no: 2 });
    await link(4);
    await stage.succeed([await stage.registration(course, person), await stage.registration(course, other)]);
    expect(await periods()).toMatchObject([{ amount: 4 }, { amount: 4 }]);
  });

  it("touches no other person, component or client", async () => {
    const decoys = [
      await period({ person_id: await stage.person() }),
      await period({ client_id: 2, period_no: 3 }),
      await period({ certification_id: 99 }),
    ];
    await link(4);
    await link(4, { component_id: await stage.course() });
    await link(4, { client_id: 2, certification_id: 99 });
    await link(4, { component_id: null, media_id: course });
    await stage.succeed([await stage.registration(course, person)]);
    expect(decoys).toHaveLength(3);
    expect(await credits()).toEqual([]);
    expect((await periods()).map(({ amount }) => amount)).toEqual([0, 0, 0]);
  });
});

describe("leaving success", () => {
  const undone = async (completedAt: string | null = null) => {
    const id = await stage.registration(course, person);
    await stage.succeed([id], { completedAt: completedAt === null ? null : at(completedAt) });
    await stage.withdraw(id);
  };

  it("takes the credit back, and a current period is in progress again", async () => {
    await period({ amount: 3 });
    await link(8);
    await undone();
    expect(await credits()).toEqual([]);
    expect(await periods()).toEqual([{ amount: 3, status: "in_progress" }]);
  });

  it("leaves a current period fulfilled that is enough without it", async () => {
    await period({ amount: 10, status: "fulfilled" });
    await link(8);
    await undone();
    expect(await periods()).toEqual([{ amount: 10, status: "fulfilled" }]);
  });

  it("leaves a closed period fulfilled: that is never taken back", async () => {
    await closed();
    await link(10);
    await undone("2025-06-01T11:00:00Z");
    expect(await periods()).toEqual([{ amount: 0, status: "fulfilled" }]);
  });

  it("leaves the credits of others: of another registration, of a medium, of another client", async () => {
    const id = await period();
    await link(1);
    const registration = await stage.registration(course, person);
    await stage.succeed([registration]);
    for (const [source_ref, values] of [
      ["reg:99999", {}],
      [`item:${registration}:5`, {}],
      [`reg:${registration}`, { client_id: 2, person_certification_id: 77 }],
    ] as const)
      await stage.insert("certification_credits", {
        person_certification_id: id,
        source_ref,
        amount: 1,
        credited_on: "2026-01-01",
        ...values,
      });
    await stage.withdraw(registration);
    expect((await credits()).map(({ source_ref }) => source_ref)).toEqual([
      "reg:99999",
      `item:${registration}:5`,
      `reg:${registration}`,
    ]);
  });
});
