import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@libsql/client";
import { createJob } from "../../../src/administration/jobs/jobs.ts";
import { startJob } from "../../../src/administration/starts/start.ts";
import { openMailFolder } from "../../../src/demo/mail-folder.ts";
import { startDemoMailbox } from "../../../src/demo/mailbox.ts";
import { jobsOf } from "../../../src/demo/night/jobs.ts";
import { DEMO_MAIL_USER, seedWorlds } from "../../../src/demo/night/seed.ts";
import { importKey } from "../../../src/demo/night/world/files.ts";
import { makeWorlds } from "../../../src/demo/night/world/world.ts";
import { folderFiles } from "../../../src/files/folder.ts";
import { startSqld } from "../../../src/hosts/local/sqld.ts";
import { catalogue } from "../../../src/processors/all.ts";
import type { Day } from "../../../src/time/day.ts";
import { migrateAll } from "../../harness/database/database.ts";
import { patient } from "../../harness/database/patient.ts";
import { untilAnswered } from "../../harness/until-answered.ts";
import { LAST_RESORT_MS } from "../../harness/vitest/last-resort.ts";
import { readNight } from "../../night/facts.ts";
import { type DenoProcess, SECRETS_KEY, startDeno } from "./process.ts";

/** Starts of the job that sends mails in portions, at most. */
const MAILINGS = 40;
const MAILING = "MailMonitorStaggering";

/** What a night has left behind for one client, and how many of its mails may or may not have arrived. */
export type Left = Awaited<ReturnType<typeof readNight>> & { readonly unknown: number };

/** The demo's two clients on Deno, before a night whose jobs are started one after another. */
export interface DenoNight {
  readonly database: Client;
  /** Starts one more process on it. */
  process(name: string): Promise<DenoProcess>;
  /**
   * Starts each client's job of the night in the order of the timetable, the next when the last has ended, and all of them
   * once more while it is not `enough`.
   *
   * @param processors only the jobs of these; default all
   */
  play(enough: () => boolean, processors?: ReadonlySet<string>): Promise<void>;
  /** After {@link play}: the processors whose runs found something to do. */
  busy(): Promise<ReadonlySet<string>>;
  /** One entry for each client. */
  left(): Promise<readonly Left[]>;
  close(): Promise<void>;
}

/** @param on a database file, for one process, or a server of its own, for several. @param day that the runs work on */
export async function openDenoNight(on: "file" | "server", day: Day, staleAfterSeconds: number): Promise<DenoNight> {
  const folder = await mkdtemp(join(tmpdir(), "minutehand-denonight-"));
  const sqld =
    on === "server" ? await startSqld({ folder: join(folder, "sqld"), log: join(folder, "sqld.log") }) : null;
  const address = sqld?.url ?? `file:${folder}/night.db`;
  const database = patient(createClient({ url: address, intMode: "number", timeout: LAST_RESORT_MS }));
  const started = new Set<DenoProcess>();

  const mailFolder = join(folder, "mails");
  await mkdir(mailFolder);
  const login = { user: DEMO_MAIL_USER, password: "night" };
  const mailbox = await startDemoMailbox({ folder: mailFolder, ...login, now: Date.now });
  const worlds = makeWorlds(day, 7);
  await migrateAll(database);
  const seed = { mailPassword: login.password, smtpPort: mailbox.smtpPort, now: Date.now() };
  await seedWorlds(worlds, { database, secretsKey: SECRETS_KEY, ...seed });
  const control = { control: database, catalogue };
  const jobs: { readonly id: number; readonly processor: string }[] = [];
  for (const { name, processor } of jobsOf(catalogue)) {
    if (catalogue.find(processor)?.scope !== "client") continue;
    const saved = await createJob(control, { name, processor }, "test", Date.now());
    if (saved.state !== "saved") throw new Error(`The job ${name} was refused: ${JSON.stringify(saved)}`);
    jobs.push({ id: saved.jobId, processor });
  }
  const files = folderFiles(`${folder}/files`);
  const encoder = new TextEncoder();
  for (const { client, files: ready } of worlds) {
    await files.write(importKey(client.id, "user_csv", ready.people.name), encoder.encode(ready.people.text));
    await files.write(importKey(client.id, "xml_group", ready.groups.name), encoder.encode(ready.groups.text));
  }

  async function count(sql: string): Promise<number> {
    return Number((await database.execute(sql)).rows[0]?.n);
  }
  async function untilAllEnded(): Promise<void> {
    const open = "SELECT count(*) AS n FROM runs WHERE state IN ('planned', 'queued', 'waiting', 'running')";
    await untilAnswered(async () => (await count(open)) === 0);
  }

  async function playOnce(processors?: ReadonlySet<string>): Promise<void> {
    for (const { id, processor } of jobs) {
      if (processors && !processors.has(processor)) continue;
      for (let round = 0; round < (processor === MAILING ? MAILINGS : 1); round += 1) {
        for (const { client } of worlds) {
          const start = await startJob(control, id, { clientId: client.id, asOf: day }, "test", Date.now());
          if (start.state !== "queued") throw new Error(`${processor} was not started: ${JSON.stringify(start)}`);
        }
        await untilAllEnded();
        if ((await count("SELECT count(*) AS n FROM messages WHERE status = 'to_forward'")) === 0) break;
      }
    }
  }

  return {
    database,
    async process(name) {
      const one = await startDeno({ folder, database: address, staleAfterSeconds, name });
      started.add(one);
      return one;
    },
    async play(enough, processors) {
      do await playOnce(processors);
      while (!enough());
    },
    async busy() {
      const found = await database.execute("SELECT DISTINCT processor FROM runs WHERE state <> 'no_action'");
      return new Set(found.rows.map((row) => String(row.processor)));
    },
    async left() {
      const mails = (await openMailFolder(mailFolder)).newest(100_000).mails.toReversed();
      const readable = { database, files, mails: async () => mails };
      return Promise.all(
        worlds.map(async (world) => {
          const lost = await database.execute({
            sql: "SELECT count(*) AS n FROM messages WHERE client_id = ? AND status = 'error' AND error LIKE 'delivery_unknown: %'",
            args: [world.client.id],
          });
          return { ...(await readNight(readable, world)), unknown: Number(lost.rows[0]?.n) };
        }),
      );
    },
    async close() {
      await Promise.all([...started].map(({ child }) => child.stop()));
      database.close();
      await mailbox.stop();
      await sqld?.child.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
