import { beforeEach, expect, it } from "vitest";
import { saveHolidays } from "../../../../src/administration/clients/clients.ts";
import { tick } from "../../../../src/scheduler/tick.ts";
import { formOf } from "../../stage/posted-form.ts";
import { type Browser, type Stage, setStage } from "../../stage/stage.ts";

const DAY = 86_400_000;

let stage: Stage;
let admin: Browser;
beforeEach(async () => {
  stage = await setStage();
  admin = await stage.signedIn("system_admin");
  const days = [{ day: "2026-11-24" }, { day: "2026-11-25" }];
  expect((await saveHolidays(stage.ports, stage.berlin, { days }, "a", stage.now)).state).toBe("saved");
});

/** The first day on or after the 24th that the client's calendar includes, at seven; Quartz reads both letters. */
const clocks = ["0 0 7 24C * ?", "0 0 7 24c * ?"];
const job = (cron: string, clientId = stage.berlin) =>
  stage.addJob({ name: "Night", processor: "PlainJob", clientId, cron });

/** The days on which a job was planned, whatever became of it. */
async function planned(from: number, days: number): Promise<string[]> {
  for (let at = from; at < from + days * DAY; at += DAY / 24) await tick(stage.ports, at, "test");
  const { rows } = await stage.database.execute("SELECT client_id, scheduled_at FROM runs ORDER BY client_id");
  return rows.map((row) => `${row.client_id} ${new Date(Number(row.scheduled_at)).toISOString().slice(0, 10)}`);
}

it.each(clocks)("the tick asks the client's calendar for %s, each client its own", async (cron) => {
  await job(cron, 0);
  expect(await planned(stage.now, 5)).toEqual([`${stage.berlin} 2026-11-26`, `${stage.newYork} 2026-11-24`].toSorted());
});

it.each(clocks)("a trigger that went on by itself asks it for the next month too (%s)", async (cron) => {
  await job(cron);
  const days = [{ day: "2026-12-24" }];
  await saveHolidays(stage.ports, stage.berlin, { days }, "a", stage.now);
  await planned(stage.now, 4);
  const { rows } = await stage.database.execute("SELECT next_fire_at FROM triggers");
  expect(new Date(Number(rows[0]?.next_fire_at)).toISOString()).toBe("2026-12-25T06:00:00.000Z");
});

it.each(clocks)("every page that promises a fire asks it (%s)", async (cron) => {
  const id = await job(cron);
  const right = "Thu 26 Nov 2026, 07:00:00";
  const form = formOf(await admin.get("/admin/jobs/new/PlainJob"));
  const fields = { clientId: String(stage.berlin), cron, timeZone: "Europe/Berlin", intent: "preview" };
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  const preview = await admin.post("/admin/jobs/new/PlainJob", form);
  const page = await admin.get(`/admin/jobs/${id}`);
  for (const { text } of [preview, page]) {
    expect(text).toContain(right);
    expect(text).not.toMatch(/2[45] Nov 2026, 07:00:00/);
  }
  expect((await admin.get("/admin/jobs")).text, "list").toContain(right.replace("07:00:00", "06:00:00"));
});

it.each(clocks)("the plan of a day asks it (%s)", async (cron) => {
  await job(cron);
  const path = `/admin/plan?client=${stage.berlin}`;
  expect((await admin.get(path)).text).not.toContain("Night");
  stage.now = Date.parse("2026-11-25T12:00:00Z");
  admin = await stage.signedIn("system_admin");
  expect((await admin.get(path)).text).toContain("Night");
});

it.each(clocks)("a backfill makes up for the days on which it fired (%s)", async (cron) => {
  const id = await job(cron);
  stage.now += 5 * DAY;
  admin = await stage.signedIn("system_admin");
  const path = `/admin/jobs/${id}/backfill`;
  const form = formOf(await admin.get(path));
  const range = {
    clientId: String(stage.berlin),
    from: "2026-11-23T00:00",
    until: "2026-11-28T00:00",
    intent: "preview",
  };
  for (const [name, value] of Object.entries(range)) form.set(name, value);
  expect((await admin.post(path, form)).text).toContain("The first occurrence is Thu 26 Nov 2026, 07:00:00");
});
