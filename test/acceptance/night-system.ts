import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { getPlatformProxy } from "wrangler";
import { createJob } from "../../src/administration/jobs/jobs.ts";
import { startJob } from "../../src/administration/starts/start.ts";
import { openMailFolder } from "../../src/demo/mail-folder.ts";
import { startDemoMailbox } from "../../src/demo/mailbox.ts";
import { jobsOf } from "../../src/demo/night/jobs.ts";
import { DEMO_MAIL_USER, seedWorlds } from "../../src/demo/night/seed.ts";
import { importKey } from "../../src/demo/night/world/files.ts";
import { type ClientWorld, makeWorlds } from "../../src/demo/night/world/world.ts";
import type { Files } from "../../src/files/files.ts";
import { type Bucket, r2Files } from "../../src/files/r2.ts";
import { projectFolder } from "../../src/hosts/node/folder.ts";
import { catalogue } from "../../src/processors/all.ts";
import type { Day } from "../../src/time/day.ts";
import { type EdgeSystem, openEdgeSystem } from "../harness/edge/edge-system.ts";
import { untilAnswered } from "../harness/until-answered.ts";
import { LAST_RESORT_MS } from "../harness/vitest/last-resort.ts";
import { readNight } from "../night/facts.ts";

/** Starts of the last job, which sends mails in portions, at most. */
const MAILINGS = 40;
const OPEN = "('planned', 'queued', 'waiting', 'running')";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What a night has left behind at the edge. */
export type Left = Awaited<ReturnType<typeof readNight>> & { readonly unknown: number };

/** The demo's two clients at the real edge runtime, before a night whose jobs are started one after another. */
export interface NightSystem {
  readonly system: EdgeSystem;
  /**
   * Starts each job of the night for each client, in the order of the timetable, the next when the last has ended.
   *
   * @param processors only the jobs of these; default all
   */
  play(processors?: ReadonlySet<string>): Promise<void>;
  /** After {@link play}: the processors whose runs found something to do. */
  busy(): Promise<ReadonlySet<string>>;
  /** After {@link play}; ends the edge runtime. One entry for each client. */
  left(): Promise<readonly Left[]>;
  close(): Promise<void>;
}

/** Sets it up. @param day the local day that the runs work on */
export async function openNightSystem(day: Day): Promise<NightSystem> {
  const { system, close } = await openEdgeSystem();
  const { database } = system;
  const worlds = makeWorlds(day, 7);
  const mailFolder = join(system.folder, "..", "mails");
  await mkdir(mailFolder, { recursive: true });
  const login = { user: DEMO_MAIL_USER, password: "night" };
  const mailbox = await startDemoMailbox({ folder: mailFolder, ...login, now: Date.now });
  const secretsKey = Buffer.alloc(32, 7).toString("base64");
  const { smtpPort } = mailbox;
  await seedWorlds(worlds, { database, secretsKey, mailPassword: login.password, smtpPort, now: Date.now() });
  const jobIds: number[] = [];
  for (const { name, processor, executeOnEachNode } of jobsOf(catalogue)) {
    const saved = await createJob(
      { control: database, catalogue },
      { name, processor, executeOnEachNode, cron: null },
      "test",
      Date.now(),
    );
    if (saved.state !== "saved") throw new Error(`The job ${name} was refused: ${JSON.stringify(saved)}`);
    jobIds.push(saved.jobId);
  }
  await inBucket(system, (files) => upload(files, worlds));
  await system.start();

  async function runOf(jobId: number, clientId: number): Promise<void> {
    // A little in the past, so that the next tick finds it without its runner having been woken.
    const at = Date.now() - 10_000;
    const started = await startJob({ control: database, catalogue }, jobId, { clientId, asOf: day }, "test", at);
    if (started.state !== "queued") throw new Error(`Job ${jobId} was not started: ${JSON.stringify(started)}`);
  }
  async function untilAllEnded(): Promise<void> {
    await untilAnswered(async () => {
      const open = await persistently(() =>
        database.execute(`SELECT count(*) AS open FROM runs WHERE state IN ${OPEN}`),
      );
      return open.rows[0]?.open === 0;
    });
  }
  const clientsOf = (processor: string) =>
    catalogue.find(processor)?.scope === "client" ? worlds.map(({ client }) => client.id) : [];
  return {
    system,
    async play(processors) {
      const jobs = jobsOf(catalogue);
      for (const [index, { processor }] of jobs.entries()) {
        if (processors && !processors.has(processor)) continue;
        for (let round = 0; round < (processor === "MailMonitorStaggering" ? MAILINGS : 1); round += 1) {
          const clients = clientsOf(processor);
          for (const clientId of clients) await persistently(() => runOf(jobIds[index] as number, clientId));
          await persistently(() => system.tick());
          await untilAllEnded();
          const waiting = await persistently(() =>
            database.execute("SELECT count(*) AS waiting FROM messages WHERE status = 'to_forward'"),
          );
          if (waiting.rows[0]?.waiting === 0) break;
        }
      }
    },
    async busy() {
      const found = await database.execute("SELECT DISTINCT processor FROM runs WHERE state <> 'no_action'");
      return new Set(found.rows.map((row) => String(row.processor)));
    },
    async left() {
      await system.kill();
      const mails = (await openMailFolder(mailFolder)).newest(100_000).mails.toReversed();
      return inBucket(system, (files) =>
        Promise.all(
          worlds.map(async (world) => {
            const left = await readNight({ database, files, mails: async () => mails }, world);
            const lost = await database.execute({
              sql: "SELECT count(*) AS lost FROM messages WHERE client_id = ? AND status = 'error' AND error LIKE 'delivery_unknown: %'",
              args: [world.client.id],
            });
            return { ...left, unknown: Number(lost.rows[0]?.lost) };
          }),
        ),
      );
    },
    async close() {
      await mailbox.stop();
      await close();
    },
  };
}

async function upload(files: Files, worlds: readonly ClientWorld[]): Promise<void> {
  const encoder = new TextEncoder();
  for (const { client, files: ready } of worlds) {
    await files.write(importKey(client.id, "user_csv", ready.people.name), encoder.encode(ready.people.text));
    await files.write(importKey(client.id, "xml_group", ready.groups.name), encoder.encode(ready.groups.text));
  }
}

/** Looks into the bucket of an edge runtime that is not running. */
async function inBucket<T>(system: EdgeSystem, work: (files: Files) => Promise<T>): Promise<T> {
  const { env, dispose } = await getPlatformProxy<{ FILES: Bucket }>({
    configPath: `${projectFolder}wrangler.toml`,
    envFiles: [],
    persist: { path: join(system.folder, "v3") },
  });
  try {
    return await work(r2Files(env.FILES));
  } finally {
    await dispose();
  }
}

/** Does something that fails while a program is down, until it succeeds. */
async function persistently<T>(work: () => Promise<T>): Promise<T> {
  for (const until = Date.now() + LAST_RESORT_MS; ; ) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > until) throw error;
      await pause(50);
    }
  }
}
