import { beforeEach, describe, expect, it } from "vitest";
import { CertificationReset as processor } from "../../../src/processors/skills/CertificationReset.ts";
import { plansFor } from "../../harness/plans.ts";
import { type CertificationNight, night as fall } from "./certification.ts";

let night: CertificationNight;
let person: number;
beforeEach(async () => {
  night = await fall();
  person = await night.person();
});

describe("a current period is closed once its end is past", () => {
  it.each([
    ["2026-03-01", true],
    ["2026-03-02", false],
    ["2026-03-03", false],
  ])("%s: %s", async (end, closed) => {
    await night.period(person, await night.certification(), `2025-03-02 ${end}`);
    const { state, counts } = await night.run(processor);
    expect(await night.periods()).toEqual(
      closed
        ? [`1 2025-03-02 ${end} 0 not_fulfilled 0`, "2 2026-03-02 2027-03-01 0 in_progress 1"]
        : [`1 2025-03-02 ${end} 0 in_progress 1`],
    );
    expect({ state, counts }).toEqual(
      closed
        ? { state: "ok", counts: { scanned: 1, changed: 1, notFulfilled: 1, opened: 1 } }
        : { state: "no_action", counts: {} },
    );
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it("by the day that a run is for", async () => {
    await night.period(person, await night.certification(), "2025-02-01 2026-01-31");
    expect((await night.run(processor, { asOf: "2026-01-31" })).state).toBe("no_action");
    expect((await night.run(processor, { asOf: "2026-02-01" })).state).toBe("ok");
  });

  it("not one that is not current, and none of another client", async () => {
    await night.period(person, await night.certification(), "2024-03-02 2025-03-01", { is_current: 0 });
    const theirs = await night.certification({ client_id: 2 });
    await night.period(await night.person({ client_id: 2 }), theirs, "2024-03-02 2025-03-01", { client_id: 2 });
    expect((await night.run(processor)).state).toBe("no_action");
  });

  it.each([
    [19.99, "not_fulfilled"],
    [20, "fulfilled"],
    [20.5, "fulfilled"],
  ])("with %d of 20 it is %s", async (amount, status) => {
    await night.period(person, await night.certification(), "2025-03-02 2026-03-01", { amount });
    const { counts } = await night.run(processor);
    expect(counts).toMatchObject(status === "fulfilled" ? { fulfilled: 1 } : { notFulfilled: 1 });
    expect((await night.periods())[0]).toBe(`1 2025-03-02 2026-03-01 ${amount} ${status} 0`);
  });

  it("ten tenths are one", async () => {
    const certification = await night.certification({ required_amount: 1 });
    const period = await night.period(person, certification, "2025-03-02 2026-03-01", { amount: 0.7 + 0.1 + 0.1 });
    await night.link(certification, { component_id: await night.done(person, "2026-03-01"), amount: 0.1 });
    expect((await night.run(processor)).counts).toMatchObject({ fulfilled: 1 });
    expect(period).toBeGreaterThan(0);
  });

  it("audit and search index are told of the person", async () => {
    const period = await night.period(person, await night.certification(), "2025-03-02 2026-03-01", { amount: 20 });
    await night.run(processor);
    expect(await night.rows("SELECT person_id, entity, entity_id, action, before, after FROM audit_log")).toEqual([
      {
        person_id: person,
        entity: "person_certification",
        entity_id: period,
        action: "close_period",
        before: '{"is_current":1,"amount":20}',
        after: '{"is_current":0,"amount":20,"status":"fulfilled"}',
      },
    ]);
    expect(await night.rows("SELECT entity, entity_id FROM index_changes")).toEqual([
      { entity: "person", entity_id: person },
    ]);
  });
});

describe("completions within the period that were not credited are credited first", () => {
  it.each([
    ["the day before it", "2025-03-01", 0, 0],
    ["its first day", "2025-03-02", 20, 0],
    ["its last day", "2026-03-01", 20, 0],
    ["the first day of the next", "2026-03-02", 0, 20],
  ])("on %s", async (_, day, own, next) => {
    const certification = await night.certification();
    await night.period(person, certification, "2025-03-02 2026-03-01");
    await night.link(certification, { component_id: await night.done(person, day), amount: 20 });
    await night.run(processor);
    expect(await night.periods()).toEqual([
      `1 2025-03-02 2026-03-01 ${own} ${own ? "fulfilled" : "not_fulfilled"} 0`,
      `2 2026-03-02 2027-03-01 ${next} ${next ? "fulfilled" : "in_progress"} 1`,
    ]);
  });

  it("by the day of the client's zone", async () => {
    const certification = await night.certification();
    await night.period(person, certification, "2025-03-02 2026-03-01");
    for (const instant of ["2026-03-01T22:59:59.999Z", "2026-03-01T23:00:00Z"])
      await night.link(certification, { component_id: await night.done(person, instant), amount: 5 });
    await night.run(processor);
    expect((await night.periods()).map((one) => one.split(" ")[3])).toEqual(["5", "5"]);
  });

  it.each([
    ["passed", 5],
    ["completed", 5],
    ["failed", 0],
    ["in_progress", 0],
  ])("of a component that is %s: %i", async (status, amount) => {
    const certification = await night.certification();
    await night.period(person, certification, "2025-03-02 2026-03-01");
    await night.link(certification, { component_id: await night.done(person, "2026-03-01", { status }), amount: 5 });
    await night.run(processor);
    expect((await night.periods())[0]).toContain(` ${amount} `);
  });

  it("of a medium, by the item that was finished; each with its reference and day", async () => {
    const certification = await night.certification();
    const period = await night.period(person, certification, "2025-03-02 2026-03-01");
    const component = await night.done(person, "2026-02-01");
    const medium = await night.insert("media");
    const item = await night.insert("syllabus_items", { component_id: component, media_id: medium });
    const registration = Number((await night.on(component, "id"))[0]?.id);
    await night.insert("item_progress", {
      registration_id: registration,
      item_id: item,
      status: "completed",
      completed_at: Date.parse("2026-01-15T11:00:00Z"),
    });
    await night.link(certification, { component_id: component, amount: 3 });
    await night.link(certification, { component_id: component, amount: 4 });
    await night.link(certification, { media_id: medium, amount: 2.5 });
    await night.run(processor);
    expect((await night.credits()).toSorted()).toEqual([
      `${period} item:${registration}:${item} 2.5 2026-01-15`,
      `${period} reg:${registration} 7 2026-02-01`,
    ]);
    expect((await night.periods())[0]).toContain(" 9.5 ");
  });

  it("not what is credited already, is another person's, or belongs to another certification", async () => {
    const certification = await night.certification();
    const period = await night.period(person, certification, "2025-03-02 2026-03-01", { amount: 5 });
    const component = await night.done(person, "2026-02-01");
    const registration = Number((await night.on(component, "id"))[0]?.id);
    await night.credit(period, `reg:${registration}`, 5, "2026-02-01");
    await night.link(certification, { component_id: component, amount: 5 });
    await night.link(certification, { component_id: await night.done(await night.person(), "2026-02-01"), amount: 5 });
    await night.link(await night.certification(), { component_id: await night.done(person, "2026-02-01"), amount: 5 });
    await night.run(processor);
    expect((await night.periods())[0]).toContain(" 5 ");
    expect(await night.credits()).toHaveLength(1);
  });
});

describe("the next period", () => {
  it.each([
    ["2025-03-02 2026-03-01", 12, "2 2026-03-02 2027-03-01"],
    ["2026-02-01 2026-02-28", 1, "2 2026-03-01 2026-03-31"],
    ["2025-01-01 2025-12-31", 18, "2 2026-01-01 2027-06-30"],
    ["2024-02-29 2025-02-27", 24, "2 2025-02-28 2027-02-27"],
  ])("behind %s with %i months is %s", async (days, duration_months, expected) => {
    await night.period(person, await night.certification({ duration_months }), days);
    await night.run(processor);
    expect((await night.periods())[1]).toContain(expected);
  });

  it("comes back to the day of the first start where a month has it", async () => {
    await night.period(person, await night.certification({ duration_months: 1 }), "2025-12-31 2026-01-30");
    await night.run(processor, { asOf: "2026-05-05" });
    await night.clock.advanceTo(Date.parse("2026-05-05T10:00:00Z"));
    await night.run(processor);
    expect((await night.periods()).map((one) => one.split(" ").slice(1, 3).join(" "))).toEqual([
      "2025-12-31 2026-01-30",
      "2026-01-31 2026-02-27",
      "2026-02-28 2026-03-30",
      "2026-03-31 2026-04-29",
      "2026-04-30 2026-05-30",
    ]);
  });

  it("of a common start on 29 February begins on the 28th in other years", async () => {
    const certification = await night.certification({ start_mode: "common", common_start_mmdd: "02-29" });
    await night.period(person, certification, "2022-02-28 2023-02-27");
    await night.run(processor);
    expect((await night.periods()).map((one) => one.split(" ").slice(1, 3).join(" "))).toEqual([
      "2022-02-28 2023-02-27",
      "2023-02-28 2024-02-28",
      "2024-02-29 2025-02-27",
      "2025-02-28 2026-02-27",
      "2026-02-28 2027-02-27",
    ]);
  });

  it.each([
    [1, 50, 30],
    [1, 15, 0],
    [0, 50, 0],
  ])("with carry_over %i takes of %d what is more than 20: %d", async (carry_over, amount, carried) => {
    await night.period(person, await night.certification({ carry_over }), "2025-03-02 2026-03-01", { amount });
    await night.run(processor);
    expect((await night.periods())[1]).toBe(`2 2026-03-02 2027-03-01 ${carried} in_progress 1`);
  });

  it("gets the credits that are dated on or after its start", async () => {
    const period = await night.period(person, await night.certification(), "2025-03-02 2026-03-01", { amount: 25 });
    for (const [ref, amount, day] of [
      ["reg:1", 10, "2026-03-01"],
      ["reg:2", 8, "2026-03-02"],
      ["reg:3", 7, "2026-03-03"],
    ] as const)
      await night.credit(period, ref, amount, day);
    await night.run(processor);
    expect(await night.periods()).toEqual([
      "1 2025-03-02 2026-03-01 10 not_fulfilled 0",
      "2 2026-03-02 2027-03-01 15 in_progress 1",
    ]);
    const next = period + 1;
    expect(await night.credits()).toEqual([
      `${period} reg:1 10 2026-03-01`,
      `${next} reg:2 8 2026-03-02`,
      `${next} reg:3 7 2026-03-03`,
    ]);
  });

  it("is repeated until one is not over, each with its own credits and result", async () => {
    const certification = await night.certification({ carry_over: 1 });
    const period = await night.period(person, certification, "2022-01-01 2022-12-31", { amount: 60 });
    await night.link(certification, { component_id: await night.done(person, "2025-06-01"), amount: 20 });
    await night.credit(period, "reg:99", 15, "2024-05-05");
    expect((await night.run(processor)).counts).toEqual({
      scanned: 1,
      changed: 1,
      fulfilled: 4,
      opened: 4,
    });
    expect(await night.periods()).toEqual([
      "1 2022-01-01 2022-12-31 45 fulfilled 0",
      "2 2023-01-01 2023-12-31 25 fulfilled 0",
      "3 2024-01-01 2024-12-31 20 fulfilled 0",
      "4 2025-01-01 2025-12-31 20 fulfilled 0",
      "5 2026-01-01 2026-12-31 0 in_progress 1",
    ]);
  });

  it("counts a medium that is finished again in it", async () => {
    const certification = await night.certification();
    const period = await night.period(person, certification, "2024-01-01 2024-12-31", { amount: 20 });
    const component = await night.done(person, "2024-02-01");
    const medium = await night.insert("media");
    const item = await night.insert("syllabus_items", { component_id: component, media_id: medium });
    const registration_id = Number((await night.on(component, "id"))[0]?.id);
    await night.credit(period, `item:${registration_id}:${item}`, 20, "2024-06-01");
    const completed_at = Date.parse("2025-06-01T11:00:00Z");
    await night.insert("item_progress", { registration_id, item_id: item, status: "passed", completed_at });
    await night.link(certification, { media_id: medium, amount: 20 });
    expect((await night.run(processor)).counts).toMatchObject({ fulfilled: 2, opened: 2 });
    expect(await night.credits()).toHaveLength(2);
  });

  it("is one of at most 120 in a run; the next run goes on", async () => {
    await night.period(person, await night.certification({ duration_months: 1 }), "2010-01-01 2010-01-31");
    expect((await night.run(processor)).counts).toMatchObject({ opened: 120, notFulfilled: 120 });
    expect((await night.run(processor)).counts).toMatchObject({ opened: 74, notFulfilled: 74 });
    expect((await night.periods()).at(-1)).toBe("195 2026-03-01 2026-03-31 0 in_progress 1");
    expect((await night.run(processor)).state).toBe("no_action");
  });
});

describe("no period follows", () => {
  it("where the certification is not active, or its person deleted; credits stay", async () => {
    const off = await night.certification({ active: 0, duration_months: 0 });
    const period = await night.period(person, off, "2025-03-02 2026-03-01", { amount: 25 });
    await night.credit(period, "reg:1", 25, "2026-03-02");
    const gone = await night.person({ auth_status: "deleted" });
    await night.period(gone, await night.certification(), "2025-03-02 2026-03-01");
    expect((await night.run(processor)).counts).toEqual({ scanned: 2, changed: 2, fulfilled: 1, notFulfilled: 1 });
    expect(await night.periods()).toEqual([
      "1 2025-03-02 2026-03-01 25 fulfilled 0",
      "1 2025-03-02 2026-03-01 0 not_fulfilled 0",
    ]);
    expect(await night.credits()).toEqual([`${period} reg:1 25 2026-03-02`]);
  });

  it.each(["passive", "inactive"])("but it does for a person who is %s", async (auth_status) => {
    const other = await night.person({ auth_status });
    await night.period(other, await night.certification(), "2025-03-02 2026-03-01");
    expect((await night.run(processor)).counts).toMatchObject({ opened: 1 });
  });
});

it.each([0, -1])(
  "a certification that lasts %i months fails, once, and the others are worked on",
  async (duration_months) => {
    const bad = await night.certification({ duration_months });
    for (const one of await night.people(3)) await night.period(one, bad, "2025-03-02 2026-03-01");
    const { state, counts, errors } = await night.run(processor, { parameters: { chunkSize: 1, maxFailures: 0 } });
    expect({ state, counts }).toEqual({ state: "partial", counts: { scanned: 1, failed: 1 } });
    expect(errors).toMatchObject([{ ref: `certification:${bad}`, code: "invalid_certification" }]);
    await night.period(person, await night.certification(), "2025-03-02 2026-03-01");
    expect((await night.run(processor)).counts).toMatchObject({ failed: 1, opened: 1 });
  },
);

it.each([1, 2, 200])("a dry run counts what a run will change (%i at a time)", async (chunkSize) => {
  const certification = await night.certification();
  for (const [index, one] of (await night.people(5)).entries())
    await night.period(one, certification, "2024-03-02 2025-03-01", { amount: index * 10 });
  const parameters = { chunkSize };
  const rehearsed = await night.run(processor, { parameters, dryRun: true });
  const { counts } = await night.run(processor, { parameters });
  expect(rehearsed.counts).toEqual(counts);
  expect(counts).toEqual({ scanned: 5, changed: 5, fulfilled: 3, notFulfilled: 7, opened: 10 });
});

it("reads by index what it is about", async () => {
  const certification = await night.certification();
  const period = await night.period(person, certification, "2025-03-02 2026-03-01", { amount: 25 });
  await night.credit(period, "reg:1", 25, "2026-03-02");
  await night.link(certification, { component_id: await night.done(person, "2026-02-01"), amount: 5 });
  const plans = await plansFor(night.database, "\\w+", () => night.run(processor));
  const growing =
    "period|first|done|progress|item|person|given|opened|told|link|person_certifications|certification_credits";
  const tooMuch = new RegExp(
    `^SCAN (${growing})\\b|SEARCH (${growing}) .*\\(client_id=\\?( AND (rowid|id)>\\?)?\\)|AUTOMATIC`,
  );
  expect(plans.filter((plan) => tooMuch.test(plan))).toEqual([]);
});

it("runs at 01:00 unless a job says otherwise, light, for each client", () => {
  expect(processor).toMatchObject({ scope: "client", load: "light", suggestedCron: "0 0 1 * * ?", after: [] });
});
