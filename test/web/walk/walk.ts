import { createBlackout } from "../../../src/administration/pauses/blackouts.ts";
import type { AdminRole } from "../../../src/control/access/access.ts";
import { addAdmin, readAccount } from "../../../src/control/access/access.ts";
import { createApiToken } from "../../../src/control/access/api-tokens.ts";
import { createConnector } from "../../../src/control/clients/connector-records.ts";
import { acceptDeliveries } from "../../../src/learning/webhooks/accept.ts";
import type { Stage } from "../stage/stage.ts";

/**
 * Who gets what at every address of the application. `access.test.ts` walks it; a route without a line fails there.
 *
 * **To add a route, add one line to {@link walk}** (behind the sign-in) or to {@link openWalk} (anything else):
 *
 *     ["GET /admin/calendars", all],
 *     ["POST /admin/calendars/:id", ownDeed, "own calendar"],
 *     ["POST /admin/calendars/new", deedOfSystem, "nothing", { clientId: "0" }],
 *
 * 1. Method and path, as the application declares them.
 * 2. How it ends for each visitor: one of the constants below, or `ends(system, berlin admin, berlin reader, new york admin,
 *    reader of all)`. "done" is a page, a redirect, or a form sent back for what it says (400, 409, 422): the role was not the
 *    reason. A deed need not succeed, so its fields may be left out wherever the role is judged without them.
 * 3. What is visited, by its name in {@link furnish}, which adds it to the database and whose id stands for `:id`. Left out where
 *    the path has no `:id`; `:clientId` is always Berlin, `:processor` goes with the thing (`PlainJob`).
 * 4. Fields of the form, where the role's verdict depends on them.
 *
 * What a deed changes in the database is put back for the next visitor.
 */
export type Line = readonly [route: string, ends: Ends, thing?: Thing, fields?: Readonly<Record<string, string>>];

/** `berlin` and `new york` are client admins and readers of those clients; things belong to Berlin unless their name says otherwise. */
export const visitors = [
  ["system admin", "system_admin", "none"],
  ["berlin admin", "client_admin", "berlin"],
  ["berlin reader", "read_only", "berlin"],
  ["new york admin", "client_admin", "newYork"],
  ["reader of all", "read_only", "none"],
] as const satisfies readonly (readonly [string, AdminRole, "none" | "berlin" | "newYork"])[];

export type Visitor = (typeof visitors)[number][0];

/** What a request may end in: the page or the deed, a refusal, or nothing to be seen. */
export type End = "done" | "403" | "404";
export type Ends = Readonly<Record<Visitor, End>>;

const ends = (system: End, admin: End, reader: End, other: End, readerOfAll: End): Ends => ({
  "system admin": system,
  "berlin admin": admin,
  "berlin reader": reader,
  "new york admin": other,
  "reader of all": readerOfAll,
});

/** No role. */
export const nobody = ends("404", "404", "404", "404", "404");
/** Everybody who is signed in. */
const all = ends("done", "done", "done", "done", "done");
/** The roles that may see Berlin. */
const own = ends("done", "done", "done", "404", "done");
/** The roles that may act for Berlin. */
const ownDeed = ends("done", "done", "403", "404", "403");
/** Any admin but no reader. */
const deed = ends("done", "done", "403", "done", "403");
/** System admins; the others may know that it is there. */
const deedOfSystem = ends("done", "403", "403", "403", "403");
/** What is the platform's: seen by those of all clients. */
const seenByAllOfIt = ends("done", "404", "404", "404", "done");
/** Others are not even told that it is there. */
const shownToSystem = ends("done", "404", "404", "404", "404");
const destructive = ends("done", "403", "403", "404", "403");
const deedForBerlin = ends("done", "done", "403", "403", "403");

/** Adds what is visited, and says the id of each thing. */
export async function furnish(stage: Stage) {
  const ownJob = await stage.addJob({ name: "Own", processor: "PlainJob", clientId: stage.berlin });
  const platformJob = await stage.addJob({ name: "Platform", processor: "GlobalJob" });
  const people = [`c/${stage.berlin}/import/user_csv/done/1_a.csv`, "people"] as const;
  await stage.files.write(...people);
  await stage.files.write(`${people[0]}.result.csv`, "result");
  const colleague = { email: "colleague@example.com", name: "Colleague", role: "read_only", clientId: 0 } as const;
  await addAdmin(stage.database, { ...colleague, passwordHash: null }, stage.now);
  return {
    nothing: 0,
    "own job": ownJob,
    "job for all": await stage.addJob({ name: "For all", processor: "PlainJob" }),
    "clocked job": await stage.addJob({
      name: "Clocked",
      processor: "PlainJob",
      clientId: stage.berlin,
      cron: "0 0 1 * * ?",
    }),
    "clocked job for all": await stage.addJob({ name: "Clocked for all", processor: "PlainJob", cron: "0 0 1 * * ?" }),
    "destructive job": await stage.addJob({ name: "Erase", processor: "DestructiveJob", clientId: stage.berlin }),
    "platform job": platformJob,
    "own run": await stage.addRun({ jobId: ownJob, clientId: stage.berlin, state: "queued" }),
    "platform run": await stage.addRun({ jobId: platformJob, clientId: 0, state: "queued" }),
    "file of people": 1,
    "result file": 1,
    "new file": 1,
    mail: 1,
    blackout: await addBlackout(stage),
    connector: await addConnector(stage),
    delivery: await addDelivery(stage),
    ...(await addReportUses(stage)),
    colleague: (await readAccount(stage.database, colleague.email))?.id ?? 0,
  };
}

async function addBlackout({ database, berlin, now }: Stage): Promise<number> {
  const result = await createBlackout(database, { clientId: berlin, startsAt: now, endsAt: now + 1000 }, "ada", now);
  return result.state === "saved" ? result.id : 0;
}

/** A parked delivery of a shop. */
async function addDelivery({ database, berlin, now }: Stage): Promise<number> {
  const delivery = {
    provider: "shopify",
    deliveryId: "d-1",
    eventId: "e-1",
    topic: "orders/paid",
    source: "",
  } as const;
  await acceptDeliveries(database, berlin, [{ ...delivery, payload: '{"id":1}', subject: "1" }], now);
  await database.batch([
    "UPDATE webhook_events SET state = 'parked', error = 'needs_person full:7'",
    {
      sql: `INSERT INTO orders (client_id, provider, remote_id, email, status, amount_minor, currency, placed_at, created_at, updated_at)
        VALUES (?, 'shopify', '1', 'ada@example.com', 'paid', 100, 'EUR', 0, 0, 0)`,
      args: [berlin],
    },
  ]);
  const { rows } = await database.execute("SELECT id FROM webhook_events");
  return Number(rows[0]?.id);
}

/** A report, everybody's subscription to it, and a token with which it is called. */
async function addReportUses({ database, berlin, now }: Stage): Promise<{ subscription: number; "API token": number }> {
  await database.batch([
    {
      sql: `INSERT INTO reports (id, client_id, key, name, definition, created_at, updated_at) VALUES (1, ?, 'skills', 'Skills held', '{}', 0, 0)`,
      args: [berlin],
    },
    {
      sql: `INSERT INTO report_subscriptions (id, client_id, report_id, audience, weekdays, format, filters, locale, created_at, updated_at)
        VALUES (1, ?, 1, 'client', '[2,4]', 'csv', '{"states":["held"]}', 'en', 0, 0)`,
      args: [berlin],
    },
  ]);
  const token = { clientId: berlin, reportId: 1, adminId: 1, name: "BI", tokenHash: "hash", expiresAt: now + 1000 };
  return { subscription: 1, "API token": (await createApiToken(database, token, "ada", now)) ?? 0 };
}

/** A webhook: nothing is connected to when it is tried. */
async function addConnector({ database, berlin, now }: Stage): Promise<number> {
  const input = { clientId: berlin, kind: "http", name: "erp", active: true, config: { origins: [] }, seal: null };
  const result = await createConnector(database, input, "ada", now);
  return result.state === "saved" ? result.connectorId : 0;
}

export type Things = Awaited<ReturnType<typeof furnish>>;
export type Thing = keyof Things;

/** Remembers every row as it is now, and gives back what puts all of them back: deeds of one visitor are not seen by the next. */
export async function keepState(stage: Stage): Promise<() => Promise<void>> {
  const { rows } = await stage.database.execute(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT GLOB 'search_words*'",
  );
  const tables = rows.map(({ name }) => String(name));
  await stage.database.batch(tables.map((name) => `CREATE TABLE "kept ${name}" AS SELECT * FROM "${name}"`));
  const back = tables.flatMap((name) => [
    `DELETE FROM "${name}"`,
    `INSERT INTO "${name}" SELECT * FROM "kept ${name}"`,
  ]);
  // The stage has one connection to its database, so this counts every row that was written.
  const written = async () => Number((await stage.database.execute("SELECT total_changes() AS n")).rows[0]?.n);
  let settled = await written();
  return async () => {
    if ((await written()) !== settled) {
      await stage.database.batch(["PRAGMA defer_foreign_keys = ON", ...back], "write");
      settled = await written();
    }
    await stage.files.delete([`c/${stage.berlin}/import/user_csv/x.csv`]);
  };
}

const processorOf: Partial<Record<Thing, string>> = {
  "destructive job": "DestructiveJob",
  "platform job": "GlobalJob",
};
const fileOf: Partial<Record<Thing, string>> = {
  "file of people": "user_csv/done/1_a.csv",
  "result file": "user_csv/done/1_a.csv.result.csv",
  "new file": "user_csv/x.csv",
};

/** The address of a line. */
export function addressOf([route, , thing = "nothing"]: Line, stage: Stage, things: Things): string {
  return route
    .slice(route.indexOf(" ") + 1)
    .replace(":processor", processorOf[thing] ?? "PlainJob")
    .replace(":clientId", String(stage.berlin))
    .replace(":section", "developers")
    .replace(":page", "words")
    .replace(":path{.+}", fileOf[thing] ?? "no-file")
    .replace(/(?<=files\/\d+\/(download|delete))$/, `?path=import/${fileOf[thing]}`)
    .replace(/:id\b/, String(things[thing]));
}

/** What the form of a job or of a start says in the walk: Berlin's own, or for all. */
const ofBerlin = { name: "Changed", clientId: "1", revision: "1" } as const;
const ofAll = { ...ofBerlin, clientId: "0" } as const;
const startForBerlin = { clientId: "1", confirmed: "true" } as const;

/** Every address of the manager and the handbook. */
export const walk: readonly Line[] = [
  ["GET /admin", all],
  ["GET /admin/m_jobs", all],

  ["GET /admin/jobs", all],
  // Nothing is ticked: the role is judged before that.
  ["GET /admin/jobs/bulk", deed],
  ["POST /admin/jobs/bulk", deed, "nothing", { do: "start" }],
  ["POST /admin/jobs/bulk", ownDeed, "own job", { do: "pause", job: "1" }],
  ["GET /admin/jobs/new", deed],
  ["GET /admin/jobs/new/:processor", deed],
  ["GET /admin/jobs/new/:processor", deedOfSystem, "destructive job"],
  ["GET /admin/jobs/new/:processor", deedOfSystem, "platform job"],
  ["POST /admin/jobs/new/:processor", deedForBerlin, "own job", ofBerlin],
  ["POST /admin/jobs/new/:processor", deedOfSystem, "job for all", ofAll],
  ["POST /admin/jobs/new/:processor", deedOfSystem, "destructive job", ofBerlin],
  ["GET /admin/jobs/:id", own, "own job"],
  ["GET /admin/jobs/:id", all, "job for all"],
  ["GET /admin/jobs/:id", all, "platform job"],
  ["GET /admin/jobs/:id/edit", ownDeed, "own job"],
  ["GET /admin/jobs/:id/edit", deedOfSystem, "job for all"],
  ["GET /admin/jobs/:id/edit", destructive, "destructive job"],
  ["GET /admin/jobs/:id/edit", deedOfSystem, "platform job"],
  ["POST /admin/jobs/:id/edit", ownDeed, "own job", ofBerlin],
  ["POST /admin/jobs/:id/edit", deedOfSystem, "job for all", ofAll],
  ["POST /admin/jobs/:id/edit", destructive, "destructive job", ofBerlin],
  ["POST /admin/jobs/:id/edit", deedOfSystem, "platform job", ofAll],
  ["GET /admin/jobs/:id/delete", ownDeed, "own job"],
  ["GET /admin/jobs/:id/delete", deedOfSystem, "job for all"],
  ["POST /admin/jobs/:id/delete", ownDeed, "own job"],
  ["POST /admin/jobs/:id/delete", deedOfSystem, "job for all"],
  ["GET /admin/jobs/:id/start", ownDeed, "own job"],
  ["GET /admin/jobs/:id/start", deed, "job for all"],
  ["GET /admin/jobs/:id/start", destructive, "destructive job"],
  ["GET /admin/jobs/:id/start", deedOfSystem, "platform job"],
  ["POST /admin/jobs/:id/start", ownDeed, "own job", startForBerlin],
  ["POST /admin/jobs/:id/start", deedForBerlin, "job for all", startForBerlin],
  ["POST /admin/jobs/:id/start", destructive, "destructive job", startForBerlin],
  ["POST /admin/jobs/:id/start", deedOfSystem, "platform job", { clientId: "0", confirmed: "true" }],

  ["GET /admin/jobs/:id/pause", ownDeed, "own job"],
  ["GET /admin/jobs/:id/pause", deedOfSystem, "job for all"],
  ["POST /admin/jobs/:id/pause", ownDeed, "own job"],
  ["POST /admin/jobs/:id/pause", deedOfSystem, "job for all"],
  ["POST /admin/jobs/:id/resume", ownDeed, "own job"],
  ["POST /admin/jobs/:id/resume", deedOfSystem, "job for all"],
  ["GET /admin/jobs/:id/backfill", ownDeed, "clocked job"],
  ["POST /admin/jobs/:id/backfill", ownDeed, "clocked job", { clientId: "1" }],
  ["GET /admin/jobs/:id/backfill", deed, "clocked job for all"],
  ["POST /admin/jobs/:id/backfill", deedForBerlin, "clocked job for all", { clientId: "1" }],
  ["POST /admin/jobs/:id/backfill", deedOfSystem, "clocked job for all"],
  ["GET /admin/plan", all],

  ["GET /admin/runs", all],
  ["GET /admin/now", all],
  ["GET /admin/health", deedOfSystem],
  ["GET /admin/audit", deed],
  ["GET /admin/processors", all],
  ["GET /admin/processors/:processor", all],
  ["GET /admin/mail", all],
  ["GET /admin/mail/:clientId", own],

  ["GET /admin/runs/:id/live", own, "own run"],
  ["POST /admin/runs/:id/retry", ownDeed, "own run"],
  ["POST /admin/runs/:id/retry", ends("done", "404", "404", "404", "403"), "platform run"],
  ["GET /admin/runs/:id", own, "own run"],
  ["GET /admin/runs/:id", seenByAllOfIt, "platform run"],
  ["POST /admin/runs/:id/cancel", ownDeed, "own run"],
  ["POST /admin/runs/:id/cancel", ends("done", "404", "404", "404", "403"), "platform run"],

  ["GET /admin/files", all],
  ["GET /admin/files/:clientId", own],
  ["POST /admin/files/:clientId", ownDeed],
  // It may hold passwords: read-only accounts get result files only.
  ["GET /admin/files/:clientId/:path{.+}", ownDeed, "file of people"],
  ["GET /admin/files/:clientId/:path{.+}", own, "result file"],
  ["PUT /admin/files/:clientId/:path{.+}", ownDeed, "new file"],
  ["GET /admin/files/:clientId/folder", own],
  ["GET /admin/files/:clientId/download", ownDeed, "file of people"],
  ["GET /admin/files/:clientId/download", own, "result file"],
  ["GET /admin/files/:clientId/delete", ownDeed, "file of people"],
  ["POST /admin/files/:clientId/delete", ownDeed, "file of people"],

  ["GET /admin/mailbox", seenByAllOfIt],
  ["GET /admin/mailbox/:id", seenByAllOfIt, "mail"],
  ["GET /admin/shop", shownToSystem],
  ["POST /admin/shop", shownToSystem, "nothing", { deed: "again", purchase: "1" }],

  ["GET /admin/inbox", all],
  ["GET /admin/inbox/:clientId", own],
  ["GET /admin/inbox/:clientId/:id", own, "delivery"],
  ["POST /admin/inbox/:clientId/:id/settle", ownDeed, "delivery", { settling: "close" }],
  ["POST /admin/inbox/:clientId/:id/give", ownDeed, "delivery", { person: "1" }],

  ["GET /admin/reports", all],
  ["GET /admin/reports/:clientId", own],
  ["GET /admin/reports/:clientId/new", ownDeed],
  ["POST /admin/reports/:clientId/new", ownDeed],
  ["GET /admin/reports/:clientId/:id", own, "subscription"],
  ["POST /admin/reports/:clientId/:id", ownDeed, "subscription"],
  ["POST /admin/reports/:clientId/:id/delete", ownDeed, "subscription"],
  ["GET /admin/report-calls/:clientId", ownDeed],
  ["POST /admin/report-calls/:clientId", ownDeed, "nothing", { name: "BI", reportId: "1", days: "1" }],
  ["POST /admin/report-calls/:clientId/:id/revoke", ownDeed, "API token"],

  ["GET /admin/clients", all],
  ["GET /admin/clients/new", deedOfSystem],
  ["POST /admin/clients/new", deedOfSystem],
  ["GET /admin/clients/:clientId", own],
  ["POST /admin/clients/:clientId", destructive],
  ["POST /admin/clients/:clientId/switch", destructive],
  ["GET /admin/clients/:clientId/holidays", own],
  ["POST /admin/clients/:clientId/holidays", destructive],

  ["GET /admin/pauses", all],
  ["GET /admin/pauses/stop", deedOfSystem],
  ["POST /admin/pauses/stop", deedOfSystem],
  ["POST /admin/pauses/resume", deedOfSystem],
  ["POST /admin/pauses/blackouts", deedOfSystem],
  ["POST /admin/pauses/blackouts/:id/delete", destructive, "blackout"],

  ["GET /admin/connectors", deedOfSystem],
  ["GET /admin/connectors/new", deedOfSystem],
  ["POST /admin/connectors/new", deedOfSystem, "nothing", { variant: "smtp" }],
  ["GET /admin/connectors/:id", deedOfSystem, "connector"],
  ["POST /admin/connectors/:id", deedOfSystem, "connector"],
  ["POST /admin/connectors/:id/test", deedOfSystem, "connector"],
  ["POST /admin/connectors/:id/delete", deedOfSystem, "connector"],

  ["GET /admin/settings", deedOfSystem],
  ["POST /admin/settings", deedOfSystem],
  ["POST /admin/settings/reset", deedOfSystem, "nothing", { key: "navigation" }],

  ["GET /admin/prove", all],
  ["POST /admin/prove", all],
  ["GET /admin/account", all],
  ["POST /admin/account", all],
  ["GET /admin/sessions", all],
  ["POST /admin/sessions/end-others", all],
  // Another account's, for every role.
  ["POST /admin/sessions/:id/end", nobody],

  ["GET /admin/admins", deedOfSystem],
  ["GET /admin/admins/new", deedOfSystem],
  ["POST /admin/admins/new", deedOfSystem],
  ["GET /admin/admins/:id", deedOfSystem, "colleague"],
  ["POST /admin/admins/:id", deedOfSystem, "colleague"],
  ["POST /admin/admins/:id/switch", deedOfSystem, "colleague"],
  ["POST /admin/admins/:id/password", deedOfSystem, "colleague"],
  ["POST /admin/admins/:id/untie", deedOfSystem, "colleague"],

  ["GET /handbook", all],
  ["GET /handbook/:section", all],
  ["GET /handbook/:section/:page", all],
];

/** Every other address, and the status that a stranger gets: nothing here asks who is there, or it asks for more than a session. */
export const openWalk: readonly (readonly [route: string, status: number])[] = [
  ["GET /", 303],
  ["GET /health", 503],
  ["GET /assets/*", 200],
  ["GET /language", 200],
  ["POST /language", 303],
  ["GET /sign-in", 200],
  ["POST /sign-in", 400],
  ["POST /sign-out", 303],
  // No such report.
  ["GET /r/:token", 404],
  ["GET /x/:token", 404],
  // No token.
  ["POST /api/report-calls", 401],
  ["GET /api/openapi.json", 200],
  // No such certificate.
  ["GET /v/:code", 404],
  // No signature.
  ["POST /webhooks/shopify/:key", 400],
  ["POST /webhooks/paypal/:key", 400],
  // The host is no client's; test/web/sitemap.test.ts has one.
  ["GET /:name{sitemap(?:-[0-9]+)?\\.xml}", 404],
  // The host is no client's; test/web/search has one.
  ["GET /search", 404],
  ["GET /search.json", 404],
  ["GET /catalogue/:id", 404],
  // No provider is configured here; test/web/sign-in/openid.test.ts has one.
  ["GET /sign-in/openid", 404],
  ["GET /sign-in/openid/callback", 404],
];
