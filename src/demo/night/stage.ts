import { mkdir } from "node:fs/promises";
import { type Client, createClient } from "@libsql/client";
import { bundles } from "../../../drizzle/bundles.ts";
import { openConnectors } from "../../connectors/connectors.ts";
import type { Connect } from "../../connectors/outbound/socket.ts";
import { SecretBox } from "../../control/secret.ts";
import { boundFiles, prefixesOf } from "../../files/bound.ts";
import type { Files } from "../../files/files.ts";
import { folderFiles } from "../../files/folder.ts";
import { FontMissingError } from "../../files/fonts.ts";
import type { Catalogue } from "../../processors/catalogue.ts";
import { erasedKeySecretOf } from "../../runner/erased-key-secret.ts";
import type { RunnerPorts } from "../../runner/ports.ts";
import type { Database } from "../../store/database.ts";
import { migrate, migrationSets } from "../../store/migrations.ts";
import { withOutages } from "../../store/outage.ts";
import type { Day } from "../../time/day.ts";
import type { ArrivedMail } from "../../web/mailbox.ts";
import { openMailFolder } from "../mail-folder.ts";
import { startDemoMailbox } from "../mailbox.ts";
import type { DemoClient } from "./clients.ts";
import { NightClock } from "./clock.ts";
import { createNightJobs } from "./jobs.ts";
import { DEMO_MAIL_USER, seedWorlds } from "./seed.ts";
import { importKey } from "./world/files.ts";
import { type ClientWorld, makeWorlds } from "./world/world.ts";

/** Before the first client's midnight (ms): the jobs are there when the day begins. */
const AHEAD = 60_000;

/** What a night is played with. */
export interface NightOptions {
  /** An empty folder for the database, the file store and the mails. */
  readonly folder: string;
  /** The local day in whose early hours the night is, the same for all clients. */
  readonly day: Day;
  readonly seed?: number;
  /** Default: the demo's two. */
  readonly clients?: readonly DemoClient[];
  /** Opens a client's own database. Default: none has one. */
  readonly openDatabase?: (url: string) => Database;
  readonly catalogue: Catalogue;
  /** How the SMTP server is reached. */
  readonly connect: Connect;
  /** Told of errors outside of any call. */
  readonly report?: (message: string, error: unknown) => void;
}

/** A night that is set up: the worlds are stored, the files uploaded, the jobs saved; the clock stands before midnight. */
export interface NightStage {
  readonly worlds: readonly ClientWorld[];
  readonly clock: NightClock;
  readonly catalogue: Catalogue;
  /** The control database. */
  readonly database: Client;
  readonly files: Files;
  /** What a runner works with, on the database as `through` shows it. */
  ports(through: Database, wakeRunner: RunnerPorts["wakeRunner"]): RunnerPorts;
  /** The mails that the real SMTP server took, in the order of their arrival. */
  mails(): Promise<readonly ArrivedMail[]>;
  close(): Promise<void>;
}

/** Sets up a night: a libSQL file database, a file store in a folder, a real SMTP server on the loopback interface. */
export async function setNightStage(options: NightOptions): Promise<NightStage> {
  const { folder, day, seed, catalogue, connect, report = () => undefined } = options;
  const worlds = makeWorlds(day, seed, options.clients);
  const clock = new NightClock(Math.min(...worlds.map(({ midnight }) => midnight)) - AHEAD);
  const mailFolder = `${folder}/mails`;
  await mkdir(mailFolder, { recursive: true });
  const login = { user: DEMO_MAIL_USER, password: "night" };
  const mailbox = await startDemoMailbox({ folder: mailFolder, ...login, now: clock.now });

  const database = createClient({ url: `file:${folder}/night.db`, intMode: "number", timeout: 5000 });
  await database.execute("PRAGMA journal_mode = WAL");
  // A demo's night is not needed after a loss of power.
  await database.execute("PRAGMA synchronous = OFF");
  for (const set of migrationSets) await migrate(database, set, bundles[set], clock.now());
  const secretsKey = Buffer.alloc(32, 7).toString("base64");
  const { smtpPort } = mailbox;
  await seedWorlds(worlds, { database, secretsKey, mailPassword: login.password, smtpPort, now: clock.now() });
  await createNightJobs(database, catalogue, clock.now());

  const files = folderFiles(`${folder}/files`);
  const encoder = new TextEncoder();
  for (const { client, files: ready } of worlds) {
    await files.write(importKey(client.id, "user_csv", ready.people.name), encoder.encode(ready.people.text));
    await files.write(importKey(client.id, "xml_group", ready.groups.name), encoder.encode(ready.groups.text));
  }

  const secrets = new SecretBox(secretsKey);
  // The demo's tokens need not be secret, and two nights can be compared.
  const randomBytes = (length: number) => new Uint8Array(length).fill(7);
  return {
    worlds,
    clock,
    catalogue,
    database,
    files,
    ports(through, wakeRunner) {
      const control = withOutages(through);
      return {
        control,
        async storeOf({ databaseUrl }) {
          if (databaseUrl === null) return control;
          if (!options.openDatabase) throw new RangeError("This night opens no databases of clients");
          return withOutages(options.openDatabase(databaseUrl));
        },
        catalogue,
        clock,
        random: () => 0,
        randomBytes,
        filesFor: (run) => boundFiles(files, prefixesOf(run)),
        fonts: {
          read: async (file) => {
            throw new FontMissingError(file, "no person earns a certificate in the demo's night");
          },
        },
        connectorsFor: (client, spend, attempt) =>
          openConnectors(client.id, { control, secrets, connect, email: null, clock, randomBytes, spend, attempt }),
        nodes: { push: async () => undefined },
        erasedKeySecret: erasedKeySecretOf(control, secrets, randomBytes, clock.now),
        wakeRunner,
        report,
      };
    },
    mails: async () => (await openMailFolder(mailFolder)).newest(100_000).mails.toReversed(),
    async close() {
      database.close();
      await mailbox.stop();
    },
  };
}
