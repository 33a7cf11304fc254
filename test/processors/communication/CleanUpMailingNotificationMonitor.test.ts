import { beforeEach, describe, expect, it } from "vitest";
import { messages } from "../../../src/learning/schema.ts";
import { CleanUpMailingNotificationMonitor as processor } from "../../../src/processors/communication/CleanUpMailingNotificationMonitor.ts";
import { plansFor } from "../../harness/plans.ts";
import { drawing } from "../../harness/seed.ts";
import { Stage, type StageRun } from "../stage.ts";

const AT = "2026-03-02T22:00:00Z";
let stage: Stage;
beforeEach(async () => {
  stage = await Stage.set(processor);
});

/** Defines `deletionAfterNumberOfDays` of client 1. */
const keep = (days: unknown) =>
  stage.insert("settings", { client_id: 1, key: "deletionAfterNumberOfDays", value: JSON.stringify(days) });
/** A message that was sent long ago. */
const message = (id: number, values: Readonly<Record<string, string | number>> = {}) =>
  stage.insert("messages", { id, dedupe_key: `test|${id}`, queued_at: 1, ...values });
/** A run that starts at an instant. */
const runAt = async (at: string, run: StageRun = {}) => {
  await stage.clock.advanceTo(Date.parse(at) - 1000);
  return stage.play(run);
};
const left = async () => (await stage.rows("SELECT id FROM messages ORDER BY id")).map(({ id }) => id);

describe("a message is deleted once it was queued longer ago than the client's days", () => {
  it.each([
    ["a millisecond longer", "2026-01-31T21:59:59.999Z", []],
    ["exactly as long", "2026-01-31T22:00:00Z", [1]],
  ])("%s: queued at %s, kept for 30 days", async (_, queued, expected) => {
    await keep(30);
    await message(1, { queued_at: Date.parse(queued) });
    await runAt(AT);
    expect(await left()).toEqual(expected);
  });

  it.each([
    ["go forward, after 47 hours", "2027-03-27T22:00:00Z", "2027-03-29T21:00:00Z"],
    ["go back, after 49 hours", "2026-10-24T21:00:00Z", "2026-10-26T22:00:00Z"],
  ])("days are the calendar's: two of them in which the clocks %s", async (_, queued, over) => {
    await keep(2);
    await message(1, { queued_at: Date.parse(queued) });
    await message(2, { queued_at: Date.parse(queued) - 1 });
    await runAt(over);
    expect(await left()).toEqual([1]);
  });

  it("as of the end of the day that the run is for, where that is an earlier one", async () => {
    await keep(1);
    await message(1, { queued_at: Date.parse("2026-02-19T22:59:59.998Z") });
    await message(2, { queued_at: Date.parse("2026-02-19T23:00:00Z") });
    await runAt(AT, { asOf: "2026-02-20" });
    expect(await left()).toEqual([2]);
  });
});

describe("deleted are", () => {
  it("messages of every channel and every status, but for those that are still to be sent", async () => {
    await keep(30);
    let id = 0;
    const kept: number[] = [];
    for (const channel of messages.channel.enumValues)
      for (const status of messages.status.enumValues) {
        id += 1;
        await message(id, { channel, status });
        if (status === "to_forward" || status === "sending") kept.push(id);
      }
    expect(await runAt(AT)).toMatchObject({ state: "ok", counts: { scanned: 9, changed: 9, deleted: 9 } });
    expect(await left()).toEqual(kept);
  });

  it("the client's own messages and no other's", async () => {
    await keep(30);
    await message(1);
    await message(2, { client_id: 2 });
    await runAt(AT);
    expect(await left()).toEqual([2]);
  });

  it("all, however small the chunks, and once: a second run has nothing to do", async () => {
    await keep(30);
    for (let id = 1; id <= 5; id += 1) await message(id);
    const run = await runAt(AT, { parameters: { chunkSize: 2 } });
    expect(run).toMatchObject({ state: "ok", counts: { scanned: 5, deleted: 5 } });
    expect(await left()).toEqual([]);
    expect(await stage.play()).toMatchObject({ state: "no_action" });
  });

  it("none in a dry run, which counts them", async () => {
    await keep(30);
    for (let id = 1; id <= 3; id += 1) await message(id);
    const run = await runAt(AT, { dryRun: true, parameters: { chunkSize: 2 } });
    expect(run).toMatchObject({ counts: { scanned: 3, changed: 3, deleted: 3 } });
    expect(await left()).toEqual([1, 2, 3]);
  });
});

describe("deletionAfterNumberOfDays", () => {
  it("undefined: messages are kept for good, and the run says so", async () => {
    await message(1);
    const run = await runAt(AT);
    expect(run).toMatchObject({ state: "no_action" });
    expect(run.message).toContain("deletionAfterNumberOfDays");
    expect(await left()).toEqual([1]);
  });

  it.each([0, -1, 1.5, "30"])("%j is not valid: the run fails and deletes nothing", async (days) => {
    await keep(days);
    await message(1);
    const run = await runAt(AT);
    expect(run).toMatchObject({ state: "failed", reason: "invalid_configuration" });
    expect(run.message).toContain("deletionAfterNumberOfDays");
    expect(await left()).toEqual([1]);
  });

  it("of another client does not count", async () => {
    await stage.insert("settings", { client_id: 2, key: "deletionAfterNumberOfDays", value: "30" });
    await message(1);
    expect(await runAt(AT)).toMatchObject({ state: "no_action" });
  });
});

it("messages are found by the index of the client's queued ones", async () => {
  await keep(30);
  await message(1);
  const plans = await plansFor(stage.database, "messages", () => runAt(AT));
  expect(plans).toEqual([
    "SEARCH messages USING INDEX messages_queued (client_id=? AND queued_at>? AND queued_at<?)",
    "SEARCH messages USING INTEGER PRIMARY KEY (rowid=?)",
  ]);
});

it("of messages of random age, owner, channel and status none goes early and none is left", async () => {
  const below = drawing(12);
  await keep(2);
  // The clocks went forward on the morning before: two calendar days are 47 hours.
  const now = Date.parse("2027-03-29T21:00:00Z");
  const kept: number[] = [];
  for (let id = 1; id <= 80; id += 1) {
    const age = (44 + below(7)) * 3_600_000 + below(3) - 1;
    const clientId = below(4) === 0 ? 2 : 1;
    const channel = messages.channel.enumValues[below(messages.channel.enumValues.length)] ?? "mail";
    const status = messages.status.enumValues[below(messages.status.enumValues.length)] ?? "sent";
    await message(id, { client_id: clientId, queued_at: now - age, channel, status });
    const waits = status === "to_forward" || status === "sending";
    if (clientId === 2 || waits || age <= 47 * 3_600_000) kept.push(id);
  }
  await runAt("2027-03-29T21:00:00Z", { parameters: { chunkSize: 7 } });
  expect(await left()).toEqual(kept);
});
