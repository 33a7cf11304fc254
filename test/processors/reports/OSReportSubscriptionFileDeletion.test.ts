import { beforeEach, describe, expect, it } from "vitest";
import { OSReportSubscriptionFileDeletion as processor } from "../../../src/processors/reports/OSReportSubscriptionFileDeletion.ts";
import { plansFor } from "../../harness/plans.ts";
import { Stage } from "../stage.ts";

const FOLDER = "c/1/data/report/subscription/";
/** A Saturday, 22:15 in Berlin. */
const AT = "2026-03-14T21:15:00Z";
let stage: Stage;
beforeEach(async () => {
  stage = await Stage.set(processor);
  await stage.insert("reports", { id: 1 });
  await stage.insert("report_subscriptions", { id: 5, report_id: 1, person_id: 10 });
  for (const id of [10, 11]) await stage.insert("persons", { id });
});

type Values = Readonly<Record<string, string | number | null>>;
let id = 0;
/** A file of subscription 5 for person 10, stored at 05:00 UTC of a day unless `at` says otherwise. */
async function file(
  day: string,
  { at = `${day}T05:00:00Z`, subscription = 5, person = 10, client = 1, ...values }: Values = {},
) {
  id += 1;
  const key = `c/${client}/data/report/subscription/${subscription}/${day}_${person}.csv`;
  await stage.files.write(key, "12345");
  await stage.insert("files", {
    client_id: client,
    id,
    key,
    kind: "report",
    ref_type: "report_subscription",
    ref_id: subscription,
    size: 5,
    stored_at: Date.parse(String(at)),
    ...values,
  });
}
const play = async (run: Parameters<Stage["play"]>[0] = {}, at = AT) => {
  await stage.clock.advanceTo(Date.parse(at) - 1000);
  return stage.play(run);
};
const names = (entries: readonly { key: string }[]) => entries.map(({ key }) => key.slice(FOLDER.length, -4));
const objects = async () => names((await stage.files.list(FOLDER)).entries);
const live = async () =>
  names(
    await stage.rows<{ key: string }>("SELECT key FROM files WHERE state = 'ready' AND client_id = 1 ORDER BY key"),
  );

describe("the file of a subscription is deleted once it was stored more than olderThanDays local days ago", () => {
  it.each([
    ["the last instant of the eighth day ago", "2026-03-06T22:59:59.999Z", []],
    ["the first instant of the seventh day ago", "2026-03-06T23:00:00Z", ["5/2026-03-01_10"]],
  ])("%s, in the client's zone", async (_, at, expected) => {
    await file("2026-03-01", { at });
    expect(await play({ parameters: { keepLatest: false } })).toMatchObject({
      state: expected.length ? "no_action" : "ok",
    });
    expect([await objects(), await live()]).toEqual([expected, expected]);
  });

  it("the day that the clocks are put forward is a day like others", async () => {
    await file("2026-03-28", { at: "2026-03-28T22:59:59.999Z" });
    await file("2026-03-29", { at: "2026-03-28T23:00:00Z" });
    await play({ parameters: { keepLatest: false, olderThanDays: 1 } }, "2026-03-30T10:00:00Z");
    expect(await objects()).toEqual(["5/2026-03-29_10"]);
  });

  it("object and row: the row stays, as deleted, so that the link says that it is gone", async () => {
    await file("2026-03-01");
    await file("2026-03-02");
    const run = await play();
    expect(run).toMatchObject({ state: "ok", counts: { scanned: 1, changed: 1, deleted: 1, bytes: 5 } });
    expect(await stage.rows("SELECT state FROM files ORDER BY id")).toEqual([{ state: "deleted" }, { state: "ready" }]);
    expect(await play({}, "2026-03-14T22:15:00Z")).toMatchObject({ state: "no_action" });
  });

  it("also one whose object is gone already", async () => {
    await file("2026-03-01");
    await file("2026-03-02");
    await stage.files.delete([`${FOLDER}5/2026-03-01_10.csv`]);
    expect(await play()).toMatchObject({ state: "ok", counts: { deleted: 1 } });
  });

  it("as of an earlier day for which the run was started", async () => {
    await file("2026-03-01");
    await file("2026-03-02");
    await play({ asOf: "2026-03-08" });
    expect(await objects()).toHaveLength(2);
    await play({ asOf: "2026-03-09" }, "2026-03-14T22:15:00Z");
    expect(await objects()).toEqual(["5/2026-03-02_10"]);
  });
});

describe("the newest of each subscription and recipient", () => {
  it("is kept, however old, each by itself, whatever the format", async () => {
    await stage.insert("report_subscriptions", { id: 6, report_id: 1, audience: "client" });
    for (const day of ["2025-01-01", "2026-01-01"]) {
      await file(day);
      await file(day, { subscription: 6 });
      await file(day, { subscription: 6, person: 11 });
    }
    await file("2026-02-01", { subscription: 6, key: `${FOLDER}6/2026-02-01_11.xlsx` });
    await stage.files.delete([`${FOLDER}6/2026-02-01_10.csv`]);
    expect(await play()).toMatchObject({ counts: { deleted: 4 } });
    expect(await live()).toEqual(["5/2026-01-01_10", "6/2026-01-01_10", "6/2026-02-01_11."]);
  });

  it("is the one of the latest day, also where an earlier day's was made after it", async () => {
    await file("2026-02-01", { at: "2026-02-03T05:00:00Z" });
    await file("2026-02-02");
    await play();
    expect(await live()).toEqual(["5/2026-02-02_10"]);
  });

  it("is not one that was deleted", async () => {
    await file("2026-02-01");
    await file("2026-02-02", { state: "deleted" });
    await play();
    expect(await live()).toEqual(["5/2026-02-01_10"]);
  });

  it("may be a young one: then no old one is kept", async () => {
    await file("2026-03-01");
    await file("2026-03-14");
    await play();
    expect(await live()).toEqual(["5/2026-03-14_10"]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ["the subscription is gone", () => stage.database.execute("DELETE FROM report_subscriptions")],
    [
      "the subscription is another client's",
      () => stage.database.execute("UPDATE report_subscriptions SET client_id = 2"),
    ],
    ["the recipient is passive", () => stage.database.execute("UPDATE persons SET auth_status = 'passive'")],
    ["the recipient is gone", () => stage.database.execute("DELETE FROM persons")],
  ])("is not kept when %s", async (_, happens) => {
    await file("2026-03-01");
    await happens();
    expect(await play()).toMatchObject({ counts: { deleted: 1 } });
    expect(await objects()).toEqual([]);
  });

  it("is kept while the subscription is there, if only switched off", async () => {
    await stage.database.execute("UPDATE report_subscriptions SET active = 0");
    await file("2026-03-01");
    expect(await play()).toMatchObject({ state: "no_action" });
  });

  it("keepLatest: false: is deleted like the others", async () => {
    await file("2026-03-01");
    expect(await play({ parameters: { keepLatest: false } })).toMatchObject({ counts: { deleted: 1 } });
  });
});

describe("a file whose mail is still to be sent", () => {
  const mail = (status: string, key = "rep|5|2026-03-01|10", values: Values = {}) =>
    stage.insert("messages", { kind: "report", dedupe_key: key, status, ...values });

  it.each(["to_forward", "sending"])("stays: %s", async (status) => {
    await mail(status);
    await file("2026-03-01");
    expect(await play({ parameters: { keepLatest: false } })).toMatchObject({ state: "no_action" });
  });

  it.each<[string, () => Promise<void>]>([
    ["it was sent", () => mail("sent")],
    ["it failed", () => mail("error")],
    ["it is of another day", () => mail("to_forward", "rep|5|2026-03-02|10")],
    ["it is of another recipient", () => mail("to_forward", "rep|5|2026-03-01|1")],
    ["it is another client's", () => mail("to_forward", "rep|5|2026-03-01|10", { client_id: 2 })],
  ])("goes when %s", async (_, queue) => {
    await queue();
    await file("2026-03-01");
    expect(await play({ parameters: { keepLatest: false } })).toMatchObject({ counts: { deleted: 1 } });
  });
});

describe("an object that no row tells of", () => {
  it("is deleted once it is as old, and counted as an orphan", async () => {
    await stage.files.write(`${FOLDER}5/2026-03-01_10.csv`, "123");
    await stage.files.write("c/1/data/report/export/7.csv", "1");
    const run = await play({}, "2026-03-12T21:15:00Z");
    expect(run).toMatchObject({ state: "ok", counts: { scanned: 1, orphans: 1, bytes: 3 } });
    expect(await objects()).toEqual([]);
    expect(await stage.file("c/1/data/report/export/7.csv")).not.toBeNull();
  });

  it("stays until then", async () => {
    await stage.files.write(`${FOLDER}5/2026-03-01_10.csv`, "123");
    expect(await play({}, "2026-03-09T21:15:00Z")).toMatchObject({ state: "no_action" });
    expect(await play({}, "2026-03-10T21:15:00Z")).toMatchObject({ counts: { orphans: 1 } });
  });
});

it("other kinds of files and other clients' are left alone", async () => {
  await file("2026-01-01", { kind: "report_export", ref_type: "report_call" });
  await file("2026-01-02", { ref_type: "report_call" });
  await file("2026-01-03", { client: 2 });
  expect(await play({ parameters: { keepLatest: false } })).toMatchObject({ state: "no_action" });
});

it("a file store that does not delete: rows and objects stay and are listed, and the next run deletes them", async () => {
  await file("2026-02-28");
  await file("2026-03-01");
  await stage.files.write(`${FOLDER}5/2026-01-01_10.csv`, "123");
  await stage.clock.advanceTo(Date.parse(AT));
  const refusing = { ...stage.files, delete: () => Promise.reject(new Error("not now")) };
  expect(await stage.play({}, { filesFor: () => refusing })).toMatchObject({ state: "partial", counts: { failed: 2 } });
  expect(await objects()).toHaveLength(3);
  expect(await stage.play()).toMatchObject({ state: "ok", counts: { deleted: 1, orphans: 1 } });
});

it("of files of random age, owner, link and mail none goes early and none is left", async () => {
  let seed = 20_260_314;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const dayBefore = (days: number) => new Date(Date.UTC(2026, 2, 14 - days)).toISOString().slice(0, 10);
  // Subscription 7 is gone; person 12 is passive.
  await stage.insert("persons", { id: 12, auth_status: "passive" });
  await stage.insert("report_subscriptions", { id: 6, report_id: 1, audience: "client" });
  const made = new Map<
    string,
    { subscription: number; person: number; days: number; gone: boolean; waits: boolean; orphan: boolean }
  >();
  for (let count = 0; count < 150; count += 1) {
    const one = {
      subscription: 5 + random(3),
      person: 10 + random(3),
      days: random(21),
      gone: random(6) === 0,
      waits: random(8) === 0,
      orphan: random(8) === 0,
    };
    const name = `${one.subscription}/${dayBefore(one.days)}_${one.person}`;
    if (made.has(name)) continue;
    made.set(name, one);
    if (one.orphan) {
      await stage.files.write(`${FOLDER}${name}.csv`, "12345");
      continue;
    }
    await file(dayBefore(one.days), {
      subscription: one.subscription,
      person: one.person,
      ...(one.gone ? { state: "deleted" } : {}),
    });
    if (one.gone) await stage.files.delete([`${FOLDER}${name}.csv`]);
    const dedupe_key = `rep|${one.subscription}|${dayBefore(one.days)}|${one.person}`;
    if (one.waits) await stage.insert("messages", { kind: "report", dedupe_key, status: "to_forward" });
  }
  // What the listing says of an object: it was written on its day.
  const dated = {
    ...stage.files,
    list: async (...args: Parameters<typeof stage.files.list>) => {
      const page = await stage.files.list(...args);
      const at = (key: string) => Date.parse(`${key.slice(FOLDER.length + 2, FOLDER.length + 12)}T05:00:00Z`);
      return { ...page, entries: page.entries.map((entry) => ({ ...entry, uploadedAt: at(entry.key) })) };
    },
  };
  const expected: string[] = [];
  for (const [name, one] of made) {
    const newer = [...made.values()].some(
      (other) =>
        other.subscription === one.subscription &&
        other.person === one.person &&
        other.days < one.days &&
        !other.gone &&
        !other.orphan,
    );
    const kept = one.orphan
      ? one.days <= 7
      : !one.gone && (one.days <= 7 || one.waits || (one.subscription !== 7 && one.person !== 12 && !newer));
    if (kept) expected.push(name);
  }
  await stage.clock.advanceTo(Date.parse(AT) - 1000);
  const run = await stage.play({ parameters: { chunkSize: 7 } }, { filesFor: () => dated });
  expect(await objects()).toEqual(expected.sort());
  expect(run).toMatchObject({ state: "ok", counts: { skipped: 0, changed: run.counts.scanned } });
});

it("files are found by the index of stored ones, newer ones by their keys", async () => {
  await file("2026-03-01");
  await file("2026-03-02");
  const plans = await plansFor(stage.database, "(file|files|newer|next|mail|person|subscription)", () => play());
  expect(plans.filter((plan) => plan.startsWith("SCAN"))).toEqual([]);
  expect(plans).toContain(
    "SEARCH file USING INDEX files_stored (client_id=? AND kind=? AND stored_at>? AND stored_at<?)",
  );
});
