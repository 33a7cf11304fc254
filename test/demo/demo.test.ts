import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { mailConfig, mailSecret } from "../../src/connectors/kinds/mail.ts";
import { connectorSecret, SecretBox } from "../../src/control/secret.ts";
import { seedDemo, writeDemoFiles } from "../../src/demo/demo.ts";
import { jobsOf } from "../../src/demo/night/jobs.ts";
import { catalogue } from "../../src/processors/all.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";

const now = Date.UTC(2026, 10, 23, 12);
const secretsKey = Buffer.alloc(32, 7).toString("base64");

async function seeded() {
  const database = await freshFileDatabase();
  const seed = { database, secretsKey, mailPassword: "open sesame", smtpPort: 2525, now };
  expect(await seedDemo(seed)).toBe(true);
  const all = async (sql: string) => (await database.execute(sql)).rows.map((row) => ({ ...row }));
  return { seed, all };
}

describe("the demo", () => {
  it("has mail connectors that their schemas accept, with a sealed login", async () => {
    const { all } = await seeded();
    const connectors = await all("SELECT id, config, secret_enc FROM connectors ORDER BY client_id");
    const configs = connectors.map(({ config }) => mailConfig.parse(JSON.parse(String(config))));
    expect(configs.map(({ redirectTo }) => redirectTo)).toEqual([null, "trial@south.example"]);
    for (const { id, secret_enc } of connectors) {
      const login = mailSecret.parse(
        JSON.parse(await new SecretBox(secretsKey).open(String(secret_enc), connectorSecret(Number(id)))),
      );
      expect(login).toEqual({ user: "demo", password: "open sesame" });
    }
  });

  it("puts on record what it makes: clients, connectors and jobs", async () => {
    const { all } = await seeded();
    const made = await all(
      "SELECT actor, entity, action, count(*) AS n FROM audit_log WHERE actor IS NOT NULL GROUP BY actor, entity, action ORDER BY entity",
    );
    const of = (entity: string, n: number) => ({ actor: "demo", entity, action: "create", n });
    expect(made).toEqual([of("client", 2), of("connector", 2), of("job", jobsOf(catalogue).length)]);
    expect(JSON.stringify(await all("SELECT after FROM audit_log"))).not.toContain("sesame");
  });

  it("has in each client the people, groups and components of the demo's night, and mails that wait", async () => {
    const { all } = await seeded();
    for (const [table, count] of [
      ["persons", 500],
      ["groups", 40],
      ["components", 63],
      ["enrolment_rules", 15],
      ["notification_rules", 9],
      ["report_subscriptions", 14],
      ["messages WHERE status = 'to_forward'", 20],
    ] as const) {
      const where = table.includes("WHERE")
        ? table.replace("WHERE", "WHERE client_id = 1 AND")
        : `${table} WHERE client_id = 1`;
      expect(await all(`SELECT count(*) AS n FROM ${where}`), table).toEqual([{ n: count }]);
      const south = where.replace("client_id = 1", "client_id = 2");
      expect(await all(`SELECT count(*) AS n FROM ${south}`), table).toEqual([{ n: count }]);
    }
  });

  it("has a job for every processor of the timetable at its suggested time, with a clock for each client or node", async () => {
    const { all } = await seeded();
    const jobs =
      await all(`SELECT processor, cron, customised, (SELECT count(*) FROM triggers WHERE job_id = jobs.id) AS clocks
      FROM jobs ORDER BY id`);
    expect(jobs).toEqual(
      jobsOf(catalogue).map(({ processor, cron }) => ({
        processor,
        cron,
        customised: 0,
        clocks: catalogue.find(processor)?.scope === "client" ? 2 : 1,
      })),
    );
    expect(jobs.map(({ cron }) => cron)).toEqual(
      jobs.map(({ processor }) => catalogue.find(String(processor))?.suggestedCron),
    );
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
    expect(await all("SELECT count(*) AS n FROM jobs")).toEqual([{ n: jobsOf(catalogue).length }]);
  });

  it("makes good a start that was killed before its jobs were made", async () => {
    const { seed, all } = await seeded();
    await seed.database.batch(["DELETE FROM triggers", "DELETE FROM jobs"], "write");
    await seedDemo(seed);
    expect(await all("SELECT count(*) AS n FROM jobs")).toEqual([{ n: jobsOf(catalogue).length }]);
  });

  it("puts a CSV and an XML file of each client ready, and a file of new people", async () => {
    const folder = await mkdtemp(join(tmpdir(), "minutehand-files-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const paths = await writeDemoFiles(folder, now);
    expect(paths.map((path) => basename(path))).toEqual([
      "people.csv",
      "north-people.csv",
      "north-groups.xml",
      "south-people.csv",
      "south-groups.xml",
    ]);
    for (const path of paths) expect((await readFile(path, "utf8")).length).toBeGreaterThan(1000);
  });
});
