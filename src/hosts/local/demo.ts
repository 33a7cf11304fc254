import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { SecretBox } from "../../control/secret.ts";
import { localDay } from "../../learning/day.ts";
import { catalogue } from "../../processors/all.ts";
import { createJob } from "../../scheduler/jobs.ts";
import type { Database } from "../../store/database.ts";
import { peopleFile } from "./demo-people.ts";
import { clientRows, courseRows, DEMO_CONNECTOR, demoClients, mailRows, platformRows } from "./demo-rows.ts";

/** User name of the demo's mail server. */
export const DEMO_MAIL_USER = "demo";

/** What seeding needs. */
export interface DemoSeed {
  readonly database: Database;
  /** Seals the mail connectors' login. */
  readonly secretsKey: string;
  readonly mailPassword: string;
  readonly smtpPort: number;
  /** The present instant (ms). */
  readonly now: number;
}

const JOBS = [
  { processor: "UserImport", name: "Import people" },
  { processor: "ExpiredCoursesToCompleted", name: "Complete expired courses" },
  { processor: "MailMonitorStaggering", name: "Send waiting mails" },
  { processor: "CloudSynchronization", name: "Bring texts to the nodes", executeOnEachNode: true },
] as const;

/** The catalogue refused a job of the demo: a bug of the demo. */
export class DemoJobError extends Error {
  readonly code = "demo_job_refused";
}

/**
 * Fills an empty database with the demo: two clients in different zones, mails that wait, courses that are over, texts, a
 * node, and four jobs at their suggested times. Where there are clients, or jobs, nothing of that kind is touched, so a
 * start that was killed in between is made good by the next. The mail server's port, new at each start, is always corrected.
 *
 * @returns true when the clients were made by this call
 */
export async function seedDemo(seed: DemoSeed): Promise<boolean> {
  const { database, now } = seed;
  const [clients, jobs] = await database.batch(["SELECT 1 FROM clients LIMIT 1", "SELECT 1 FROM jobs LIMIT 1"], "read");
  const empty = clients?.rows.length === 0;
  if (empty) await seedRows(seed);
  else {
    await database.execute({
      sql: `UPDATE connectors SET config = json_set(config, '$.port', ?), updated_at = ?
        WHERE kind = 'mail' AND name = ? AND config ->> 'host' = '127.0.0.1' AND config ->> 'port' <> ?`,
      args: [seed.smtpPort, now, DEMO_CONNECTOR, seed.smtpPort],
    });
  }
  if (jobs?.rows.length === 0) await seedJobs(database, now);
  return empty;
}

async function seedRows({ database, secretsKey, mailPassword, smtpPort, now }: DemoSeed): Promise<void> {
  const box = new SecretBox(secretsKey);
  const login = JSON.stringify({ user: DEMO_MAIL_USER, password: mailPassword });
  const statements = platformRows(now);
  for (const client of demoClients) {
    const today = localDay(now, client.timeZone);
    const sealed = await box.seal(login, randomBytes(12));
    statements.push(
      ...clientRows(client, smtpPort, sealed, now),
      ...courseRows(client, now),
      ...mailRows(client, today, now),
    );
  }
  await database.batch(statements, "write");
}

async function seedJobs(control: Database, now: number): Promise<void> {
  for (const job of JOBS) {
    const cron = catalogue.find(job.processor)?.suggestedCron ?? null;
    const result = await createJob({ control, catalogue }, { ...job, cron }, "demo", now);
    if (result.state !== "saved")
      throw new DemoJobError(`The demo's job ${job.name} was refused: ${JSON.stringify(result)}`);
  }
}

/** Writes a file of people to try UserImport with: 500 lines, 20 of them wrong. @returns its path */
export async function writeDemoFile(folder: string): Promise<string> {
  const path = `${folder}/people.csv`;
  await writeFile(path, peopleFile().text);
  return path;
}
