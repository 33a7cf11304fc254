import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@libsql/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { updateJob } from "../../src/administration/jobs/jobs.ts";
import { readClient } from "../../src/control/clients/clients.ts";
import { type DemoClient, demoClients } from "../../src/demo/night/clients.ts";
import { playNight } from "../../src/demo/night/play.ts";
import { type NightStage, setNightStage } from "../../src/demo/night/stage.ts";
import { nodeConnect } from "../../src/hosts/node/socket.ts";
import { continueMove, type MovePorts, startMove } from "../../src/moving/move-client.ts";
import { clientTables, platformStored } from "../../src/moving/tables.ts";
import { catalogue } from "../../src/processors/all.ts";
import { emptyDatabase, migrateAll, type TestDatabase } from "../harness/database/database.ts";
import { expectNight } from "./expectation/night.ts";
import { readNight } from "./facts.ts";

const LONG = 240_000;
const west: DemoClient = {
  id: 3,
  key: "west",
  name: "West Academy",
  timeZone: "Europe/Lisbon",
  locale: "en",
  otherLocale: "de",
  host: "west.example",
  redirectTo: null,
  deletionMode: "anonymise",
};
/** Midnights close to each other make a shorter night. */
const clients = [
  ...demoClients.map((client) => (client.key === "south" ? { ...client, timeZone: "Europe/London" } : client)),
  west,
];

/** Polls of the platform look into the common database alone, so each of these would be a run for each client, 2,600 in a night. */
const HOURLY_HERE = [
  "ShopifyProcessWebhookJob",
  "PayPalStatusUpdate",
  "PushNotificationScheduler",
  "CheckSolrAvailability",
] as const;

async function makeHourly({ database, catalogue, clock }: NightStage, processor: string): Promise<void> {
  const input = { processor, name: processor, cron: "0 40 * * * ?" };
  const { rows } = await database.execute({
    sql: "SELECT id, revision FROM jobs WHERE processor = ?",
    args: [processor],
  });
  for (const { id, revision } of rows) {
    const saved = await updateJob(
      { control: database, catalogue },
      Number(id),
      Number(revision),
      input,
      "test",
      clock.now(),
    );
    if (saved.state !== "saved") throw new Error(JSON.stringify(saved));
  }
}

describe("a night of three clients in three databases, which are namespaces of sqld,", () => {
  let stage: NightStage;
  const databases = new Map<string, { readonly namespace: TestDatabase; readonly client: Client }>();
  const ends: (() => Promise<void>)[] = [];
  const addressOf = ({ key }: DemoClient) => `http://${key}.databases.example`;
  const own = (url: string) => {
    const found = databases.get(url);
    if (!found) throw new RangeError("no such database");
    return found.client;
  };
  const ports = (): MovePorts => ({
    control: stage.database,
    open: async (url) => own(url),
    prepare: (database) => migrateAll(database, ["store", "learning"]),
    tables: clientTables(),
    platformStored: platformStored(),
    now: stage.clock.now,
    pause: async () => undefined,
  });
  const move = async (id: number, url: string | null) => {
    const client = await readClient(stage.database, id);
    if (!client) throw new RangeError("no such client");
    await startMove(ports(), client, { url, tokenEnc: null });
    await continueMove(ports(), id);
  };
  /** How many rows a database has of each client, by client. */
  const rowsByClient = async (database: Client): Promise<Record<string, number>> => {
    const tables = clientTables().filter(({ owner }) => owner === "client");
    const results = await database.batch(
      tables.map(
        ({ name }) => `SELECT client_id, count(*) AS rows FROM "${name}" WHERE client_id > 0 GROUP BY client_id`,
      ),
      "read",
    );
    const sums: Record<string, number> = {};
    for (const row of results.flatMap(({ rows }) => rows)) {
      sums[String(row.client_id)] = (sums[String(row.client_id)] ?? 0) + Number(row.rows);
    }
    return sums;
  };
  const has = (processor: string) => catalogue.find(processor) !== null;

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "minutehand-night-"));
    for (const client of clients) {
      const namespace = await emptyDatabase();
      databases.set(addressOf(client), { namespace, client: namespace.connect() });
    }
    stage = await setNightStage({
      connect: nodeConnect(),
      folder,
      day: "2026-03-02",
      seed: 7,
      catalogue,
      clients,
      openDatabase: own,
    });
    ends.push(
      async () => stage.close(),
      async () => rm(folder, { recursive: true, force: true }),
      ...[...databases.values()].map(
        ({ namespace }) =>
          () =>
            namespace.drop(),
      ),
    );
    for (const client of clients) await move(client.id, addressOf(client));
    for (const processor of HOURLY_HERE) await makeHourly(stage, processor);
    await playNight(stage);
  }, LONG);
  afterAll(async () => {
    for (const end of ends) await end();
  });

  it("lets no run fail, and starts each at its time", async () => {
    const result = await stage.database.execute(
      "SELECT processor, client_id, state, message FROM runs WHERE state NOT IN ('ok', 'no_action', 'partial', 'planned') OR started_at <> scheduled_at",
    );
    expect(result.rows.map((row) => ({ ...row }))).toEqual([]);
  });

  it("keeps every client's rows in its own database, and none in the control database", async () => {
    expect(await rowsByClient(stage.database)).toEqual({});
    for (const client of clients) {
      const found = await rowsByClient(own(addressOf(client)));
      expect(Object.keys(found)).toEqual([String(client.id)]);
      expect(found[client.id]).toBeGreaterThan(5000);
    }
  });

  it.each(clients.map(({ name, id }) => [name, id] as const))(
    "leaves %s as the expectation says",
    async (_name, id) => {
      const world = stage.worlds.find(({ client }) => client.id === id);
      if (!world) throw new RangeError("no such client");
      const { mails: expectedMails, ...expected } = expectNight(world, has);
      const { mails, ...found } = await readNight({ ...stage, database: own(addressOf(world.client)) }, world);
      expect(found).toEqual(expected);
      const lineOf = (mail: object) => Object.values(mail).join(" · ");
      expect(mails.map(lineOf).sort()).toEqual(expectedMails.map(lineOf).sort());
    },
  );

  it(
    "lets a client come back, with what the night left it, as the expectation says",
    async () => {
      const world = stage.worlds.find(({ client }) => client.id === west.id);
      if (!world) throw new RangeError("no such client");
      const there = await rowsByClient(own(addressOf(west)));
      const { mails: _, ...found } = await readNight({ ...stage, database: own(addressOf(west)) }, world);
      await move(west.id, null);
      expect(await rowsByClient(own(addressOf(west)))).toEqual({});
      expect(await rowsByClient(stage.database)).toEqual(there);
      expect(await readNight(stage, world)).toMatchObject(found);
    },
    LONG,
  );
});
