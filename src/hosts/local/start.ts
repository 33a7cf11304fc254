import { randomBytes } from "node:crypto";
import { createClient } from "@libsql/client";
import { bundles } from "../../../drizzle/bundles.ts";
import { DEMO_MAIL_USER, seedDemo, writeDemoFiles } from "../../demo/demo.ts";
import { startDemoMailbox } from "../../demo/mailbox.ts";
import { startDemoShop } from "../../demo/shop/server.ts";
import { migrate, migrationSets } from "../../store/migrations.ts";
import { ensureAdministrator } from "../node/administrator.ts";
import { openDataFolder } from "../node/folder.ts";
import { claimInstance } from "../node/instance.ts";
import { type Lifetime, runProgram } from "../node/lifetime.ts";
import { readOptions } from "../node/options.ts";
import { choosePort, freePorts } from "../node/ports.ts";
import { openSecrets } from "../node/secrets.ts";
import { startEdge } from "./edge.ts";
import { startFront } from "./front.ts";
import { startSqld } from "./sqld.ts";
import { makeSqldAccess } from "./sqld-access.ts";
import { startTicker } from "./ticker.ts";

/**
 * `npm start`: a libSQL server, a mail server and the Worker in the local edge runtime with a demo to play with, all on the
 * loopback interface, all ended with this process.
 */
async function start(lifetime: Lifetime): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env);
  const data = await openDataFolder();
  const instance = await claimInstance(data.path);
  lifetime.add(() => instance.release());
  const port = await choosePort(options.port, 8787);
  const { secretsKey, mailPassword, bucket } = await openSecrets(data.path);

  const access = makeSqldAccess();
  const sqldLog = `${data.log}/sqld.log`;
  const sqld = await startSqld({ folder: data.sqld, log: sqldLog, publicKey: access.publicKey });
  lifetime.keep(sqld.child, sqldLog);
  await instance.register(sqld.child);

  const mailbox = await startDemoMailbox({
    folder: data.mailbox,
    user: DEMO_MAIL_USER,
    password: mailPassword,
    now: Date.now,
  });
  lifetime.add(() => mailbox.stop());

  const database = createClient({ url: sqld.url, authToken: access.token });
  for (const set of migrationSets) await migrate(database, set, bundles[set], Date.now());
  const seeded = await seedDemo({ database, secretsKey, mailPassword, smtpPort: mailbox.smtpPort, now: Date.now() });
  const demoFiles = await writeDemoFiles(data.demo, Date.now());
  const shop = await startDemoShop({
    database,
    secretsKey,
    file: `${data.path}/demo-shop.json`,
    target: () => `http://127.0.0.1:${port}`,
    now: Date.now,
  });
  if (shop) lifetime.add(() => shop.stop());

  const edgeLog = `${data.log}/edge.log`;
  const secret = randomBytes(32).toString("base64url");
  const [edgePort = 0] = await freePorts(1);
  const edge = await startEdge({
    port: edgePort,
    folder: data.edge,
    log: edgeLog,
    variablesFile: `${data.path}/edge.env`,
    ...(bucket === null ? {} : { bucket }),
    variables: {
      LOCAL_SECRET: secret,
      LIBSQL_URL: sqld.url,
      LIBSQL_TOKEN: access.token,
      SECRETS_KEY: secretsKey,
      RELEASE_ID: "local",
      DEMO_MAILBOX_URL: mailbox.url,
      DEMO_MAILBOX_TOKEN: mailbox.token,
      DEMO_SHOP_URL: shop?.url ?? "",
      DEMO_SHOP_TOKEN: shop?.token ?? "",
      ALLOW_PRIVATE_TARGETS: `${process.env.ALLOW_PRIVATE_TARGETS ?? ""} ${shop?.host ?? ""}`.trim(),
    },
  });
  lifetime.keep(edge.child, edgeLog);
  await instance.register(edge.child);
  if (lifetime.over) return;
  // Last, so that no password is made that is never shown.
  const { email, password } = await ensureAdministrator(database, options.newPassword, Date.now());
  database.close();
  lifetime.add(startTicker({ url: edge.url, secret }, (message) => console.error(message)));
  const front = await startFront({ port, target: edge.url, secret });
  lifetime.add(() => front.stop());
  console.log(`
Minutehand is ready${seeded ? ", with a demo" : "; your data was kept"}.

  Address   ${front.url}/
  E-mail    ${email}
  Password  ${password ?? "as before (npm start -- --new-password makes another)"}

Files to import: ${demoFiles.join("\n                 ")}
${shop ? "Courses to buy:  More, Demo shop\n" : ""}Data and logs are in ${data.path}. Ctrl-C stops everything.`);
}

runProgram(start);
