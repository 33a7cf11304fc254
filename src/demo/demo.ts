import { writeFile } from "node:fs/promises";
import { clients, jobs } from "../control/schema.ts";
import { catalogue } from "../processors/all.ts";
import type { Database, Statement } from "../store/database.ts";
import { select } from "../store/select.ts";
import { sql } from "../store/sql.ts";
import { readEach, statement } from "../store/statement.ts";
import { localDay } from "../time/day.ts";
import { peopleFile } from "./demo-people.ts";
import { demoClients } from "./night/clients.ts";
import { createNightJobs } from "./night/jobs.ts";
import { DEMO_CONNECTOR } from "./night/rows.ts";
import { seedWorlds } from "./night/seed.ts";
import { type ClientWorld, makeWorld } from "./night/world/world.ts";
import { showcaseRows } from "./showcase.ts";

export { DEMO_MAIL_USER } from "./night/seed.ts";

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

/** The demo's two clients with what each has today. @param now ms */
function worldsOf(now: number): ClientWorld[] {
  return demoClients.map((client) => makeWorld(client, localDay(now, client.timeZone)));
}

/**
 * Fills an empty database with the demo: the world of `npm run demo -- --night` with some learning paths, skills and
 * certificates beside it, and the night's jobs at the times of the
 * timetable. Where there are clients, or jobs, nothing of that kind is touched, so a start that was killed in between is made
 * good by the next. The mail server's port, new at each start, is always corrected.
 *
 * @returns true when the clients were made by this call
 */
export async function seedDemo(seed: DemoSeed): Promise<boolean> {
  const { database, now } = seed;
  const [someClient, someJob] = await readEach(database, [
    select(clients, ["id"], sql`LIMIT 1`),
    select(jobs, ["id"], sql`LIMIT 1`),
  ]);
  const empty = someClient.length === 0;
  if (empty) await seedWorlds(worldsOf(now), { ...seed, actor: "demo", beside: showcaseRows });
  else await database.execute(correctPort(seed.smtpPort, now));
  if (someJob.length === 0) await createNightJobs(database, catalogue, now);
  return empty;
}

/** Brings the demo's mail connectors to the port that the mail server has at this start. @param now ms */
function correctPort(port: number, now: number): Statement {
  return statement(sql`UPDATE connectors SET config = json_set(config, '$.port', ${port}), updated_at = ${now}
    WHERE kind = 'mail' AND name = ${DEMO_CONNECTOR} AND config ->> 'host' = '127.0.0.1' AND config ->> 'port' <> ${port}`);
}

/**
 * Writes the files that lie ready to be uploaded: 500 new people, 20 lines of them wrong, and for each client a delta of its
 * people (CSV) and of its groups (XML).
 *
 * @param now ms
 * @returns their paths
 */
export async function writeDemoFiles(folder: string, now: number): Promise<string[]> {
  const worlds = worldsOf(now).flatMap(({ files: { people, groups } }) => [people, groups]);
  const files = [{ name: "people.csv", text: peopleFile().text }, ...worlds];
  for (const { name, text } of files) await writeFile(`${folder}/${name}`, text);
  return files.map(({ name }) => `${folder}/${name}`);
}
