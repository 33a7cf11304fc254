import { beforeEach, describe, expect, it } from "vitest";
import { type Browser, type Stage, setStage } from "../../stage/stage.ts";

const HOUR = 3_600_000;

let stage: Stage;
let admin: Browser;
let jobId: number;
/** The last planned moment that was quiet. */
let last: number;

beforeEach(async () => {
  stage = await setStage();
  admin = await stage.signedIn("system_admin");
  jobId = await stage.addJob({ name: "Waiting mails", processor: "PlainJob", cron: "0 0/5 * * * ?" });
  last = Math.floor(stage.now / HOUR) * HOUR;
  const values: Record<string, number> = { job: jobId, client: stage.newYork, first: last - HOUR, last };
  for (const sql of [
    `INSERT INTO quiet_groups (id, job_id, time_zone, offset_ms, revision, cron, transitions, last_fated_at, created_at)
      VALUES (1, :job, 'America/New_York', 0, 1, '0 0/5 * * * ?', 'safe', :last, 0)`,
    `INSERT INTO quiet_looks (group_id, first_at, last_at, occurrences, named, first_looked_at, last_looked_at)
      VALUES (1, :first, :last, 13, 0, :first, :last)`,
    "INSERT INTO quiet_memberships (job_id, client_id, group_id, from_at, until_at) VALUES (:job, :client, 1, :first, :last)",
  ]) {
    const args: number[] = [];
    const numbered = sql.replaceAll(/:(\w+)/g, (_, name: string) => `?${args.push(values[name] ?? 0)}`);
    await stage.database.execute({ sql: numbered, args });
  }
});

describe("the list of a client's runs", () => {
  it("shows quiet moments as one line: the job, the first, the last, their number, and when they were looked at", async () => {
    const { text } = await admin.get(`/admin/runs?client=${stage.newYork}`);
    expect(text).toMatch(
      /no run.*Waiting mails.*new-york.*nothing to do.*Looked at last at.*back to.*13 planned moments/s,
    );
  });

  it("says so in German, too", async () => {
    await admin.post("/language", { locale: "de" });
    const { text } = await admin.get(`/admin/runs?client=${stage.newYork}`);
    expect(text).toMatch(/kein Lauf.*nichts zu tun.*Zuletzt nachgesehen.*zurück bis.*13 geplante Zeitpunkte/s);
  });

  it("shows none among runs of one state, of another kind, of another client, or of all", async () => {
    for (const query of [
      `client=${stage.newYork}&state=failed`,
      `client=${stage.newYork}&kind=manual`,
      `client=${stage.berlin}`,
      "",
    ]) {
      expect((await admin.get(`/admin/runs?${query}`)).text).not.toContain("nothing to do");
    }
  });
});
