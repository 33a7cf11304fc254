import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { bundles } from "../../../drizzle/bundles.ts";
import { DEMO_MAIL_USER, seedDemo, writeDemoFiles } from "../../demo/demo.ts";
import { type DemoMailbox, startDemoMailbox } from "../../demo/mailbox.ts";
import { type DemoShopServer, startDemoShop } from "../../demo/shop/server.ts";
import { zoneFlaws } from "../../quartz/index.ts";
import { migrate, migrationSets } from "../../store/migrations.ts";
import { controlDatabase, type Platform, runnerPorts } from "../assemble.ts";
import { ensureAdministrator } from "../node/administrator.ts";
import { claimInstance } from "../node/instance.ts";
import { type Lifetime, runProgram } from "../node/lifetime.ts";
import { choosePort } from "../node/ports.ts";
import { openSecrets } from "../node/secrets.ts";
import { openIdOf } from "../openid.ts";
import { FollowingClock } from "../system-clock.ts";
import { Loops } from "./loops.ts";
import { type DenoOptions, readDenoOptions } from "./options.ts";
import { denoPlatform } from "./platform.ts";
import { denoRuntime } from "./runtime.ts";
import { serveApp } from "./server.ts";
import { startTicker } from "./ticker.ts";

/** Time (ms) after which a process that was asked to end does so, wherever its runs are: another one goes on with them. */
const GRACE_MS = 10_000;

/** `deno task start`: the manager, the tick and the runners in one process; with a libSQL server there may be several. */
async function start(lifetime: Lifetime): Promise<void> {
  denoRuntime();
  const options = readDenoOptions(process.argv.slice(2), process.env);
  const { dataFolder, database } = options;
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  if (database.kind === "file") {
    // Beside the file itself: two processes on it would each think that they are alone.
    const folder = dirname(database.path);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const instance = await claimInstance(folder);
    lifetime.add(() => instance.release());
  }
  const port = await choosePort(options.port, 8787);
  const { secretsKey, mailPassword } = await openSecrets(dataFolder);

  const without = denoPlatform({
    databaseUrl: database.url,
    databaseToken: options.databaseToken,
    secretsKey: options.secretsKey ?? secretsKey,
    previousSecretsKey: options.previousSecretsKey,
    filesFolder: `${dataFolder}/files`,
    release: options.release,
    s3: options.s3,
    allowPrivateTargets: options.allowPrivateTargets,
  });
  lifetime.add(() => without.close());
  const client = without.openDatabase(database.url, options.databaseToken);
  for (const set of migrationSets) await migrate(client, set, bundles[set], Date.now());
  const demo =
    database.kind === "file" && database.demo
      ? await startDemo(lifetime, options, without, { mailPassword, port })
      : null;
  if (lifetime.over) return;

  let loops: Loops | null = null;
  const platform: Platform = {
    ...without,
    // The demo's shop is reached too, and nothing else on this machine.
    allowPrivateTargets: `${options.allowPrivateTargets} ${demo?.shop?.host ?? ""}`.trim(),
    wakeRunner: async (clientId, planned) => loops?.wake(clientId, planned),
  };
  const clock = new FollowingClock();
  loops = new Loops(
    { ...runnerPorts(platform), clock },
    {
      takesOver: database.kind === "file" ? "at once" : "when silent",
      staleAfterMs: options.staleAfterMs,
    },
  );
  const running = loops;
  lifetime.add(() => inTime(running.stop()));
  const stopServing = await serveApp(platform, {
    host: options.host,
    port,
    mailbox: demo?.mailbox ?? null,
    shop: demo?.shop ?? null,
    healthToken: process.env.HEALTH_TOKEN ?? "",
    openId: openIdOf(process.env),
    isDemo: demo !== null,
    trustedProxies: options.trustedProxies,
  });
  lifetime.add(() => inTime(stopServing()));
  // Last, so that no password is made that is never shown.
  const { email, password } = await ensureAdministrator(controlDatabase(platform), options.newPassword, Date.now());
  for (const { zone } of zoneFlaws()) {
    console.error(
      `The zone data of this Deno is out of date for ${zone}: jobs there fire at the wrong time. Update Deno.`,
    );
  }
  loops.start();
  const stopTicking = startTicker(platform, clock, process.env.PING_URL, report);
  lifetime.add(() => inTime(stopTicking()));
  console.log(`
Minutehand is ready${demo?.seeded ? ", with a demo" : "; your data was kept"}.

  Address   http://${options.host}:${port}/
  E-mail    ${email}
  Password  ${password ?? "as before (deno task start --new-password makes another)"}
${demo ? `\nFiles to import: ${demo.files.join("\n                 ")}` : ""}
${demo?.shop ? "Courses to buy:  More, Demo shop\n" : ""}${demo ? "\nThis is the demo, because LIBSQL_URL is not set: its people are made up. Set LIBSQL_URL to work on a database of your own.\n" : ""}
Data is in ${dataFolder}${database.kind === "server" ? ` and at ${database.url}` : ""}. Ctrl-C stops everything.`);
}

/** The demo of `npm start`, in a file database of its own. */
async function startDemo(
  lifetime: Lifetime,
  { dataFolder, database, databaseToken, host }: DenoOptions,
  platform: Pick<Platform, "openDatabase" | "secretsKey" | "previousSecretsKey">,
  { mailPassword, port }: { readonly mailPassword: string; readonly port: number },
): Promise<{
  readonly mailbox: DemoMailbox;
  readonly shop: DemoShopServer | null;
  readonly seeded: boolean;
  readonly files: readonly string[];
}> {
  const [mailFolder, demoFolder] = [`${dataFolder}/mailbox`, `${dataFolder}/demo`];
  for (const folder of [mailFolder, demoFolder]) await mkdir(folder, { recursive: true });
  const mailbox = await startDemoMailbox({
    folder: mailFolder,
    user: DEMO_MAIL_USER,
    password: mailPassword,
    now: Date.now,
  });
  lifetime.add(() => mailbox.stop());
  const store = platform.openDatabase(database.url, databaseToken);
  const seeded = await seedDemo({
    database: store,
    secretsKey: platform.secretsKey,
    mailPassword,
    smtpPort: mailbox.smtpPort,
    now: Date.now(),
  });
  const shop = await startDemoShop({
    database: store,
    secretsKey: platform.secretsKey,
    previousSecretsKey: platform.previousSecretsKey ?? null,
    file: `${dataFolder}/demo-shop.json`,
    target: () => `http://${/^(0\.0\.0\.0|\[?::\]?)$/.test(host) ? "127.0.0.1" : host}:${port}`,
    now: Date.now,
  });
  if (shop) lifetime.add(() => shop.stop());
  return { mailbox, shop, seeded, files: await writeDemoFiles(demoFolder, Date.now()) };
}

function report(message: string, error?: unknown): void {
  console.error(message, error instanceof Error ? `${error.name}: ${error.message}` : "");
}

/** Waits, but not for ever: whatever is left is taken over. */
async function inTime(work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([
    work,
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, GRACE_MS);
    }),
  ]);
  clearTimeout(timer);
}

runProgram(start);
