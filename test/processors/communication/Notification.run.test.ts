import { beforeEach, describe, expect, it } from "vitest";
import { Notification } from "../../../src/processors/communication/Notification.ts";
import { killedAt } from "../../conformance/suite/faults.ts";
import { Stage } from "../stage.ts";

/** Monday, 2 March 2026, 13:00 in Berlin. */
const TODAY = "2026-03-02";

let stage: Stage;

beforeEach(async () => {
  stage = await Stage.set(Notification);
  await stage.texts("en", {
    "n.subject": "{course} is due",
    "n.body": "Hello {givenName},\n{course} is due on {day}.",
  });
  await stage.insert("persons", { id: 1, email: "ada@example.com" });
  await stage.insert("components", { id: 1 });
});

const keys = async () => (await stage.rows("SELECT dedupe_key FROM messages ORDER BY id")).map((row) => row.dedupe_key);
const watermarks = () => stage.rows("SELECT key, value FROM processor_state");

describe("catching up", () => {
  const days = [
    "2026-02-26",
    "2026-02-27",
    "2026-02-28",
    "2026-03-01",
    "2026-03-02",
    "2026-03-03",
    "2026-03-04",
    "2026-03-05",
  ];
  beforeEach(async () => {
    await stage.amount(0);
    await stage.insert(
      "registrations",
      ...days.map((due_on, index) => ({ id: index + 1, component_id: 1, person_id: 1, cycle_no: index + 1, due_on })),
    );
    await stage.insert("notification_rules", { id: 1 });
  });
  const told = async () => (await keys()).map((key) => String(key).split("|")[3]);

  it("does not reach before the first run", async () => {
    await stage.play();
    expect(await told()).toEqual([TODAY]);
    expect(await watermarks()).toEqual([{ key: "lastDay", value: `"${TODAY}"` }]);
  });

  it.each([
    [0, ["2026-03-05"]],
    [1, ["2026-03-04", "2026-03-05"]],
    [2, ["2026-03-03", "2026-03-04", "2026-03-05"]],
    [7, ["2026-03-03", "2026-03-04", "2026-03-05"]],
  ])(
    "makes good at most catchUpDays = %i of the days missed since the last ok run, oldest first",
    async (catchUpDays, expected) => {
      await stage.play();
      await stage.sleep(3);
      await stage.play({ parameters: { catchUpDays } });
      expect(await told()).toEqual([TODAY, ...expected]);
      expect(await stage.play({ parameters: { catchUpDays } })).toMatchObject({ state: "no_action" });
    },
  );

  it("goes through a day again whose run had a failure, and tells whom it could not tell", async () => {
    await stage.play();
    await stage.sleep();
    await stage.database.execute("UPDATE persons SET email = NULL");
    expect(await stage.play()).toMatchObject({ state: "partial", counts: { failed: 1 } });
    expect(await watermarks()).toEqual([{ key: "lastDay", value: `"${TODAY}"` }]);
    await stage.sleep();
    await stage.database.execute("UPDATE persons SET email = 'ada@example.com'");
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { queued: 2 } });
    expect(await told()).toEqual([TODAY, "2026-03-03", "2026-03-04"]);
    expect(await watermarks()).toEqual([{ key: "lastDay", value: '"2026-03-04"' }]);
  });

  it("counts the days to an anchor from the run's own day", async () => {
    await stage.texts("en", { "x.subject": "{days}", "x.body": "-" });
    await stage.database.execute(
      "UPDATE notification_rules SET offset_days = -1, subject_key = 'x.subject', body_key = 'x.body'",
    );
    await stage.play();
    await stage.sleep(2);
    await stage.play();
    expect(await stage.rows("SELECT dedupe_key, subject FROM messages ORDER BY id")).toEqual([
      { dedupe_key: "ntf|1|registration:6|2026-03-03|-1|1", subject: "1" },
      { dedupe_key: "ntf|1|registration:7|2026-03-04|-1|1", subject: "0" },
      { dedupe_key: "ntf|1|registration:8|2026-03-05|-1|1", subject: "1" },
    ]);
  });

  it("is kept apart for jobs that work some rules only", async () => {
    await stage.insert("notification_rules", { id: 2, offset_days: 50 });
    await stage.play();
    await stage.sleep(2);
    await stage.play({ parameters: { ruleIds: [2, 1, 2] } });
    expect(await told()).toEqual([TODAY, "2026-03-04"]);
    expect(await watermarks()).toEqual([
      { key: "lastDay", value: `"${TODAY}"` },
      { key: "lastDay|1,2", value: '"2026-03-04"' },
    ]);
  });

  it("does nothing of the kind for a day in the past that is asked for, and does not move back", async () => {
    await stage.play();
    await stage.play({ asOf: "2026-02-27" });
    expect(await told()).toEqual([TODAY, "2026-02-27"]);
    expect(await watermarks()).toEqual([{ key: "lastDay", value: `"${TODAY}"` }]);
  });

  it("is not ended by a dry run, which counts what would be queued and leaves no trace", async () => {
    await stage.play();
    await stage.sleep(2);
    const rehearsal = await stage.play({ dryRun: true });
    expect(rehearsal).toMatchObject({ state: "ok", counts: { rules: 1, queued: 2 } });
    expect(await told()).toEqual([TODAY]);
    expect(await watermarks()).toEqual([{ key: "lastDay", value: `"${TODAY}"` }]);
    expect((await stage.play()).counts).toEqual(rehearsal.counts);
  });

  it("tells of what came after the run of the same day", async () => {
    await stage.play();
    await stage.insert("registrations", { id: 50, component_id: 1, person_id: 1, cycle_no: 50, due_on: TODAY });
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { queued: 1 } });
  });
});

describe("sending", () => {
  beforeEach(async () => {
    await stage.insert("persons", { id: 2, email: "bo@example.com" }, { id: 3, email: "cy@example.com" });
    await stage.insert(
      "registrations",
      ...[1, 2, 3].map((id) => ({ id, component_id: 1, person_id: id, due_on: TODAY })),
    );
    await stage.insert("notification_rules", { id: 1, channels: '["internal","mail"]' });
  });

  it("is the run's last phase where mailMonitorStaggeringAmount is undefined", async () => {
    const server = await stage.server();
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { rules: 1, queued: 6, sent: 3 } });
    const { received } = await server.traffic(3);
    expect(received.map(({ to, subject }) => [to[0], subject])).toEqual(
      ["ada", "bo", "cy"].map((name) => [`${name}@example.com`, "Fire safety is due"]),
    );
    expect(received[0]?.text).toBe("Hello Ada,\r\nFire safety is due on March 2, 2026.\r\n");
  });

  it("is left to MailMonitorStaggering where it is defined", async () => {
    await stage.amount(10);
    const server = await stage.server();
    await stage.play();
    expect((await server.traffic()).received).toEqual([]);
    expect(await stage.rows("SELECT channel, status FROM messages GROUP BY 1, 2")).toEqual([
      { channel: "internal", status: "internal" },
      { channel: "mail", status: "to_forward" },
    ]);
  });

  it("costs no neighbour anything when the server refuses one mail", async () => {
    const server = await stage.server({ rules: [{ to: "bo@example.com", verdict: "refuse-recipient" }] });
    expect(await stage.play()).toMatchObject({ state: "partial", counts: { queued: 6, sent: 2, failed: 1 } });
    expect((await server.traffic(2)).received.map(({ to }) => to[0])).toEqual(["ada@example.com", "cy@example.com"]);
    expect(await watermarks()).toEqual([{ key: "lastDay", value: `"${TODAY}"` }]);
  });

  it("goes on with what a run left that failed before it", async () => {
    const gone = await stage.server();
    await gone.stop();
    expect(await stage.play()).toMatchObject({ state: "failed", reason: "remote_unavailable", attempt: 3 });
    const server = await stage.server();
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { sent: 3 } });
    expect((await server.traffic(3)).received).toHaveLength(3);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].flatMap((fatal) => [[fatal, "before"] as const, [fatal, "after"] as const]))(
    "happens once for each mail when the process is killed at write %i (%s it is in)",
    async (fatal, when) => {
      const server = await stage.server();
      const id = await stage.begin({ parameters: { chunkSize: 2 } });
      await stage.work({}, stage.clock.now(), killedAt(stage.database, fatal, when)).catch(() => undefined);
      await stage.work();
      expect(["ok", "partial"]).toContain((await stage.run(id)).state);
      const arrived = (await server.traffic()).received.map(({ to }) => to[0]);
      expect(new Set(arrived).size).toBe(arrived.length);
      const mails = await stage.rows("SELECT status, error FROM messages WHERE channel = 'mail'");
      const unknown = mails.filter(({ error }) => String(error).startsWith("delivery_unknown: "));
      expect(unknown.length).toBeLessThanOrEqual(1);
      expect(mails.filter(({ status }) => status === "sent").length + unknown.length).toBe(3);
    },
  );
});
