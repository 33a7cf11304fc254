import { beforeEach, describe, expect, it } from "vitest";
import { ProgrammeCurriculumScheduling as processor } from "../../../src/processors/paths/ProgrammeCurriculumScheduling.ts";
import { plansFor } from "../../harness/plans.ts";
import { Night, type NightOptions } from "../enrolment/night.ts";

let night: Night;
let path: number;
beforeEach(async () => {
  night = await Night.fall();
  path = await night.path();
});

const MIDNIGHT = Date.parse("2026-03-02T00:00:00Z");
const item = (values: Parameters<Night["insert"]>[1] = {}) =>
  night.insert("syllabus_items", { component_id: path, ...values });
const shownFrom = (from: number | null, till: number | null, values = {}) =>
  item({ display_from_at: from, display_till_at: till, ...values });
const stateOf = async (id: number) =>
  (
    await night.rows(
      "SELECT visible, display_from_at AS at, display_till_at AS till FROM syllabus_items WHERE id = ?",
      id,
    )
  )[0];
/** Runs the processor at an instant (ms). Each run starts a second after what was asked for. */
const runAt = async (at: number, options: NightOptions = {}) => {
  await night.clock.advanceTo(at - 1000);
  return night.run(processor, options);
};
const NOON = MIDNIGHT + 12 * 3_600_000;

describe("an item is shown when the instant has come from which it is displayed", () => {
  it.each([
    [NOON - 1, { visible: 1, at: null, till: null }, { shown: 1 }],
    [NOON, { visible: 1, at: null, till: null }, { shown: 1 }],
    [NOON + 1, { visible: 0, at: NOON + 1, till: null }, {}],
  ])("%d", async (from, expected, counts) => {
    const id = await shownFrom(from, null, { visible: 0 });
    expect((await runAt(NOON)).counts).toEqual({ ...counts, ...("shown" in counts ? { scanned: 1, changed: 1 } : {}) });
    expect(await stateOf(id)).toEqual(expected);
  });
});

describe("an item is hidden when the instant has come till which it is displayed", () => {
  it.each([
    [NOON - 1, { visible: 0, at: null, till: null }],
    [NOON, { visible: 0, at: null, till: null }],
    [NOON + 1, { visible: 1, at: null, till: NOON + 1 }],
  ])("%d", async (till, expected) => {
    const id = await shownFrom(null, till);
    const { counts } = await runAt(NOON);
    expect(counts.hidden ?? 0).toBe(1 - Number(expected.visible));
    expect(await stateOf(id)).toEqual(expected);
  });
});

describe("where both instants have come, both actions are taken in their order, so that the later one wins", () => {
  it.each([
    ["shown, then hidden", NOON - 2, NOON - 1, 0, 0],
    ["hidden at the instant at which it is shown", NOON - 1, NOON - 1, 0, 0],
    ["hidden, then shown, with a warning", NOON - 1, NOON - 2, 1, 1],
  ])("%s", async (_, from, till, visible, warnings) => {
    const id = await shownFrom(from, till, { visible: 1 - visible });
    expect((await runAt(NOON)).counts).toMatchObject({ shown: 1, hidden: 1, changed: 1 });
    expect(await stateOf(id)).toEqual({ visible, at: null, till: null });
    const logged = await night.rows("SELECT message FROM run_logs WHERE level = 'warn'");
    expect(logged).toHaveLength(warnings);
  });

  it("of a till before a from only the till is taken before the from has come, and the from later", async () => {
    const id = await shownFrom(NOON + 3_600_000, NOON - 1, { visible: 1 });
    await runAt(NOON);
    expect(await stateOf(id)).toEqual({ visible: 0, at: NOON + 3_600_000, till: null });
    await runAt(NOON + 3_600_000);
    expect(await stateOf(id)).toEqual({ visible: 1, at: null, till: null });
  });
});

it("the cleared date marks what is done: an item that is hidden by hand afterwards stays hidden", async () => {
  const id = await shownFrom(NOON - 1, null, { visible: 0 });
  await runAt(NOON);
  await night.update("syllabus_items", id, { visible: 0 });
  expect(await runAt(NOON + 60_000)).toMatchObject({ state: "no_action", counts: {} });
  expect(await stateOf(id)).toEqual({ visible: 0, at: null, till: null });
});

it("only items of learning paths, and only those that are not removed", async () => {
  const due = { display_from_at: 1, visible: 0 };
  const others = [
    await item({ ...due, component_id: await night.course() }),
    await item({ ...due, component_id: await night.template() }),
    await item({ ...due, removed_at: 1 }),
    await item({ ...due, client_id: 2 }),
    await item({ ...due, component_id: await night.path({ client_id: 2 }), client_id: 2 }),
  ];
  expect((await night.run(processor)).state).toBe("no_action");
  for (const id of others) expect(await stateOf(id)).toMatchObject({ visible: 0, at: 1 });
});

it("the structure of the path is not raised; audit and search index are told", async () => {
  const id = await shownFrom(5, null, { visible: 0 });
  await night.run(processor);
  expect(await night.rows("SELECT structure_version FROM components WHERE id = ?", path)).toEqual([
    { structure_version: 1 },
  ]);
  expect(await night.rows("SELECT entity, entity_id, op FROM index_changes")).toEqual([
    { entity: "component", entity_id: path, op: "upsert" },
  ]);
  expect(await night.rows("SELECT entity, entity_id, action, before, after FROM audit_log")).toEqual([
    {
      entity: "component",
      entity_id: path,
      action: "show_item",
      before: `{"item":${id},"visible":0,"display_from_at":5,"display_till_at":null}`,
      after: `{"item":${id},"visible":1,"display_from_at":null,"display_till_at":null}`,
    },
  ]);
});

it("a run for an earlier day takes only what had come by the end of that day in the client's zone", async () => {
  const end = Date.parse("2026-02-28T23:00:00Z");
  const [last, next] = [await shownFrom(end - 1, null, { visible: 0 }), await shownFrom(end, null, { visible: 0 })];
  await night.run(processor, { asOf: "2026-02-28" });
  expect([await stateOf(last), await stateOf(next)]).toMatchObject([{ visible: 1 }, { visible: 0 }]);
});

it.each([1, 200])("%i at a time", async (chunkSize) => {
  for (let index = 0; index < 5; index += 1) await shownFrom(index + 1, index % 2 ? 2 : null, { visible: 0 });
  const parameters = { chunkSize };
  const rehearsed = await night.run(processor, { parameters, dryRun: true });
  const { counts } = await night.run(processor, { parameters });
  expect(rehearsed.counts).toEqual(counts);
  expect(counts).toEqual({ scanned: 5, changed: 5, shown: 5, hidden: 2 });
});

it("reads items by their dates, path by path", async () => {
  await shownFrom(5, null);
  const plans = await plansFor(night.database, "\\w+", () => night.run(processor));
  expect(plans.filter((plan) => plan.startsWith("SEARCH item"))).toEqual([
    expect.stringContaining("syllabus_items_dated (client_id=? AND component_id=?"),
  ]);
});

it("runs at 00:05 unless a job says otherwise, light, for each client", () => {
  expect(processor).toMatchObject({ scope: "client", load: "light", suggestedCron: "0 5 0 * * ?", after: [] });
});
