import { it } from "vitest";
import { Notification } from "../../src/processors/communication/Notification.ts";
import { countingDatabase } from "../../src/store/database.ts";
import { Stage } from "./stage.ts";
it("bench", { timeout: 600000 }, async () => {
  const stage = await Stage.set(Notification);
  await stage.amount(0);
  await stage.texts("en", { "n.subject": "{course} is due", "n.body": "Hello {givenName},\n{course} is due on {day}." });
  const noon = Date.parse("2026-03-02T12:00:00Z");
  await stage.insert("components", { id: 1, start_at: noon });
  const n = 20000;
  const seq = (sql: string) => stage.database.execute({ sql: `WITH RECURSIVE number (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM number WHERE value < ?) ${sql}`, args: [n] });
  await seq("INSERT INTO persons (id, client_id, username, given_name, family_name, email, enrolled_on, created_at, updated_at) SELECT value, 1, 'u'||value, 'A', 'B', 'a'||value||'@x.org', '2026-01-01', 0, 0 FROM number");
  await seq(`INSERT INTO registrations (client_id, component_id, person_id, status, due_on, booked_at, created_at, updated_at) SELECT 1, 1, value, 'booked', '2026-03-02', ${noon}, 0, 0 FROM number`);
  for (const anchor of ["due", "booked", "start"]) {
    await stage.database.execute("DELETE FROM notification_rules"); await stage.database.execute("DELETE FROM messages");
    await stage.insert("notification_rules", { id: 1, anchor });
    for (const round of [1, 2]) {
      const tally = { roundTrips: 0, statements: 0 };
      const t = performance.now(); const c = process.cpuUsage();
      const id = await stage.begin();
      await stage.work(stage.overrides(), undefined, countingDatabase(stage.database, tally));
      const d = process.cpuUsage(c);
      console.log("LAP", anchor, round, Math.round(performance.now() - t), "ms", Math.round((d.user + d.system) / 1000), "cpu", JSON.stringify(tally), JSON.stringify((await stage.run(id)).counts), Math.round(process.memoryUsage().rss / 1e6), "MB");
    }
  }
});
