import { env } from "cloudflare:workers";
import { Signer } from "../../../src/control/access/signer.ts";
import { r2Files } from "../../../src/files/r2.ts";
import { createCatalogue } from "../../../src/processors/catalogue.ts";
import { createApp } from "../../../src/web/app.ts";
import { freshDatabase } from "../../harness/database/database.ts";
import { testRemote } from "../stage/remote.ts";
import { describeReportCalls } from "./report-call-cases.ts";
import { describeReportLinks, type LinkStage, NOW } from "./report-link-cases.ts";

async function set(): Promise<LinkStage> {
  const shared = await freshDatabase();
  const own = await freshDatabase(["store", "learning"]);
  await shared.execute(
    `INSERT INTO clients (id, key, name, time_zone, database_url, created_at, updated_at) VALUES
      (1, 'a', 'A', 'UTC', NULL, 0, 0), (2, 'b', 'B', 'UTC', NULL, 0, 0), (3, 'own', 'Own', 'UTC', 'http://own.example', 0, 0)`,
  );
  const files = r2Files(env.FILES as never);
  const faults: unknown[] = [];
  const refuse = () => Promise.reject(new Error("No sign-in here"));
  const app = createApp({
    control: shared,
    storeOf: async ({ databaseUrl }) => (databaseUrl === null ? shared : own),
    files,
    catalogue: createCatalogue([]),
    now: () => NOW,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    wakeRunner: refuse,
    verifyPassword: refuse,
    hashPassword: refuse,
    devices: new Signer("device", Buffer.alloc(32, 7).toString("base64")),
    openId: null,
    clientAddress: () => "192.0.2.1",
    reportError: (error) => faults.push(error),
    remote: testRemote(),
    mailbox: null,
  });
  // What an earlier case stored would still be there.
  const { objects } = await env.FILES.list({ prefix: "c/" });
  await env.FILES.delete(objects.map(({ key }) => key));
  return {
    shared,
    own,
    files,
    faults,
    request: async (path, init) => app.request(`https://learn.example${path}`, init),
  };
}

describeReportLinks(set);
describeReportCalls(set);
