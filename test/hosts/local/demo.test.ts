import { describe, expect, it } from "vitest";
import { mailConfig, mailSecret } from "../../../src/connectors/mail-config.ts";
import { SecretBox } from "../../../src/control/secret.ts";
import { seedDemo } from "../../../src/hosts/local/demo.ts";
import { freshFileDatabase } from "../../harness/file-database.ts";

const now = Date.UTC(2026, 10, 23, 12);
const secretsKey = Buffer.alloc(32, 7).toString("base64");

async function seeded() {
  const database = await freshFileDatabase();
  const seed = { database, secretsKey, mailPassword: "pass", smtpPort: 2525, now };
  expect(await seedDemo(seed)).toBe(true);
  const all = async (sql: string) => (await database.execute(sql)).rows.map((row) => ({ ...row }));
  return { seed, all };
}

describe("the demo", () => {
  it("has mail connectors that their schemas accept, with a sealed login", async () => {
    const { all } = await seeded();
    const connectors = await all("SELECT config, secret_enc FROM connectors ORDER BY client_id");
    const configs = connectors.map(({ config }) => mailConfig.parse(JSON.parse(String(config))));
    expect(configs.map(({ redirectTo }) => redirectTo)).toEqual([null, "trial@south.example"]);
    for (const { secret_enc } of connectors) {
      const login = mailSecret.parse(JSON.parse(await new SecretBox(secretsKey).open(String(secret_enc))));
      expect(login).toEqual({ user: "demo", password: "pass" });
    }
  });

  it("has courses that are over and courses to come, in both clients", async () => {
    const { all } = await seeded();
    expect(
      await all(`SELECT client_id, end_at < ${now} AS over, count(*) AS n FROM components GROUP BY 1, 2 ORDER BY 1, 2`),
    ).toEqual([
      { client_id: 1, over: 0, n: 3 },
      { client_id: 1, over: 1, n: 3 },
      { client_id: 2, over: 0, n: 3 },
      { client_id: 2, over: 1, n: 3 },
    ]);
  });

  it("has four jobs at their suggested times, with a clock for each client or node", async () => {
    const { all } = await seeded();
    expect(
      await all(`SELECT processor, cron, customised, (SELECT count(*) FROM triggers WHERE job_id = jobs.id) AS clocks
        FROM jobs ORDER BY id`),
    ).toEqual([
      { processor: "UserImport", cron: "0 10 0 * * ?", customised: 0, clocks: 2 },
      { processor: "ExpiredCoursesToCompleted", cron: "0 25 0 * * ?", customised: 0, clocks: 2 },
      { processor: "MailMonitorStaggering", cron: "0 3/5 * * * ?", customised: 0, clocks: 2 },
      { processor: "CloudSynchronization", cron: "0 0/15 * * * ?", customised: 0, clocks: 1 },
    ]);
  });

  it("is made once: a later start corrects the mail server's port and nothing else", async () => {
    const { seed, all } = await seeded();
    const rows = () =>
      Promise.all(["clients", "messages", "jobs", "triggers", "texts"].map((table) => all(`SELECT * FROM ${table}`)));
    const before = await rows();
    expect(await seedDemo({ ...seed, smtpPort: 2626, now: now + 1000 })).toBe(false);
    expect(await rows()).toEqual(before);
    expect(await all("SELECT DISTINCT config ->> 'port' AS port FROM connectors")).toEqual([{ port: 2626 }]);
  });

  it("leaves a connector alone that was pointed elsewhere", async () => {
    const { seed, all } = await seeded();
    await seed.database.execute(
      "UPDATE connectors SET config = json_set(config, '$.host', 'smtp.example') WHERE client_id = 1",
    );
    await seedDemo({ ...seed, smtpPort: 2626 });
    expect(await all("SELECT config ->> 'port' AS port FROM connectors ORDER BY client_id")).toEqual([
      { port: 2525 },
      { port: 2626 },
    ]);
  });

  it("does not come back after an administrator deleted its jobs", async () => {
    const { seed, all } = await seeded();
    await seed.database.execute("UPDATE jobs SET deleted_at = 1");
    await seedDemo(seed);
    expect(await all("SELECT count(*) AS n FROM jobs")).toEqual([{ n: 4 }]);
  });

  it("makes good a start that was killed before its jobs were made", async () => {
    const { seed, all } = await seeded();
    await seed.database.batch(["DELETE FROM triggers", "DELETE FROM jobs"], "write");
    await seedDemo(seed);
    expect(await all("SELECT count(*) AS n FROM jobs")).toEqual([{ n: 4 }]);
  });
});
