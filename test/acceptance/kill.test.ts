import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { startRuns } from "../../src/control/runs/runs.ts";
import { peopleFile } from "../../src/demo/demo-people.ts";
import { catalogue } from "../../src/processors/all.ts";
import type { Database } from "../../src/store/database.ts";
import { type EdgeSystem, edgeSystem } from "../harness/edge/edge.ts";
import { signIn } from "../harness/edge/manager.ts";
import { freshMailServer } from "../harness/mail/mail.ts";
import { sealAsBefore } from "../harness/old-seal.ts";
import { addClient } from "../harness/runner/runner.ts";
import { newSeed } from "../harness/seed.ts";

const KILLS = 10;
/** Steps of the mailing and of the import: as many as they need for ten kills within them. */
const [MAILS, MAIL_STEPS] = [200, 16];
const [ROWS, CHUNK, IMPORT_STEPS] = [10_000, 100, 8];
/** SMTP talks one mail at a time for a run, and each kill can catch one mail on its way. */
const IN_FLIGHT = 1;

async function queue(database: Database, processor: string, parameters: Record<string, unknown> = {}): Promise<number> {
  const load = catalogue.find(processor)?.load ?? "light";
  const start = { jobId: 1, processor, jobName: processor, load, parameters, clientId: 1, nodeId: "", timeZone: "UTC" };
  // A little in the past, so that the next tick finds it without its runner having been woken.
  const [id] = await startRuns(
    database,
    [{ ...start, asOf: null, dryRun: false, requestedBy: "test" }],
    Date.now() - 10_000,
  );
  return id as number;
}

/** Some steps of a run: each question costs the server and this process a few milliseconds of CPU. */
const ASK_EVERY_MS = 25;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** How far a run is: its state and the steps it has committed. */
async function progressOf(database: Database, runId: number): Promise<{ state: string; step: number }> {
  const result = await database.execute({
    sql: "SELECT r.state, coalesce(c.step, 0) AS step FROM runs r LEFT JOIN checkpoints c ON c.run_id = r.id WHERE r.id = ?",
    args: [runId],
  });
  return { state: String(result.rows[0]?.state), step: Number(result.rows[0]?.step) };
}

/**
 * Lets a run work and kills the edge runtime again and again: each time once it has gone on by a random number of steps since
 * it was taken up. Returns when it has ended.
 */
async function workUnderFire(
  system: EdgeSystem,
  runId: number,
  random: () => number,
  mostSteps: number,
): Promise<number> {
  let kills = 0;
  await system.tick();
  let from = 0;
  let after = 1 + Math.floor(random() * mostSteps);
  for (;;) {
    const { state, step } = await progressOf(system.database, runId);
    if (!["queued", "planned", "waiting", "running"].includes(state)) return kills;
    if (kills < KILLS && step >= from + after) {
      // Anywhere within the next step, too.
      await pause(random() * 20);
      await system.kill();
      kills += 1;
      from = (await progressOf(system.database, runId)).step;
      after = 1 + Math.floor(random() * mostSteps);
      // The tick that follows a restart finds a run without a sign of life.
      await system.database.execute({ sql: "UPDATE runs SET heartbeat_at = 0 WHERE id = ?", args: [runId] });
      await system.start();
      await system.tick();
    }
    await pause(ASK_EVERY_MS);
  }
}

describe("the real edge runtime, killed ten times at random moments", () => {
  it(`of a mailing of ${MAILS}: every mail arrives at most once, each that did not is an error row that says so`, async () => {
    const random = newSeed("mailing");
    const system = await edgeSystem();
    const smtp = await freshMailServer({ credentials: { user: "lms", password: "secret" } });
    const { database } = system;
    await addClient(database, "north");
    const config = {
      transport: "smtp",
      host: smtp.host,
      port: smtp.port,
      secure: "none",
      from: { address: "lms@example.com" },
    };
    await database.batch(
      [
        "INSERT INTO settings (client_id, key, value, created_at, updated_at) VALUES (1, 'mailMonitorStaggeringAmount', '0', 0, 0)",
        {
          sql: "INSERT INTO connectors (client_id, kind, name, config, secret_enc, created_at, updated_at) VALUES (1, 'mail', 'Mail', ?, ?, 0, 0)",
          args: [JSON.stringify(config), sealAsBefore(JSON.stringify({ user: "lms", password: "secret" }))],
        },
        ...Array.from({ length: MAILS }, (_, index) => ({
          sql: `INSERT INTO messages (client_id, created_run_id, kind, channel, to_address, subject, body, dedupe_key, status, queued_at, created_at, updated_at)
            VALUES (1, 0, 'system', 'mail', ?, ?, 'Hello', ?, 'to_forward', ?, 0, 0)`,
          args: [`person${index}@example.com`, `Mail ${index}`, String(index), index],
        })),
      ],
      "write",
    );
    await system.start();
    const runId = await queue(database, "MailMonitorStaggering");
    const kills = await workUnderFire(system, runId, random, MAIL_STEPS);

    const arrived = (await smtp.traffic()).received.map((mail) => mail.subject);
    const rows = (await database.execute("SELECT subject, status, error FROM messages ORDER BY id")).rows;
    const sent = rows.filter((row) => row.status === "sent").map((row) => String(row.subject));
    const lost = rows.filter((row) => row.status === "error");
    const { step } = await progressOf(database, runId);
    console.log(
      `mailing: ${kills} kills, ${step} steps, ${sent.length} sent, ${lost.length} unknown, ${arrived.length} arrived`,
    );
    const ended = (
      await database.execute({ sql: "SELECT state, reason, message FROM runs WHERE id = ?", args: [runId] })
    ).rows[0];
    expect(ended).toMatchObject({ state: lost.length > 0 ? "partial" : "ok" });
    expect(kills).toBe(KILLS);
    expect(new Set(arrived).size).toBe(arrived.length);
    expect(sent.length + lost.length).toBe(MAILS);
    for (const subject of sent) expect(arrived).toContain(subject);
    for (const row of lost) expect(String(row.error)).toMatch(/^delivery_unknown: /);
    expect(lost.length).toBeLessThanOrEqual(kills * IN_FLIGHT);
  });

  it(`of an import of ${ROWS} rows: the people are those of an undisturbed import`, async () => {
    const random = newSeed("import");
    const system = await edgeSystem();
    const { database } = system;
    await addClient(database, "north", "Europe/Berlin");
    await database.execute(
      "INSERT INTO import_configs (client_id, kind, name, created_at, updated_at) VALUES (1, 'user_csv', 'People', 0, 0)",
    );
    const { text, badLines } = peopleFile(ROWS, 20);
    await system.start();
    const manager = await signIn(system);
    await manager.upload(1, "people.csv", text);
    const runId = await queue(database, "UserImport", { chunkSize: CHUNK });
    const kills = await workUnderFire(system, runId, random, IMPORT_STEPS);

    const run = (await database.execute({ sql: "SELECT state, counts FROM runs WHERE id = ?", args: [runId] })).rows[0];
    const counts = JSON.parse(String(run?.counts)) as Record<string, number>;
    console.log(`import: ${kills} kills, ${run?.state}, ${JSON.stringify(counts)}`);
    expect(kills).toBe(KILLS);
    expect(run?.state).toBe("partial");
    expect(counts).toMatchObject({ scanned: ROWS, created: ROWS - 20, failed: 20 });
    const stored = await database.execute(
      "SELECT external_id, username, given_name, family_name, coalesce(email, '') AS email FROM persons ORDER BY external_id",
    );
    expect(
      fingerprint(
        stored.rows.map((row) => [row.external_id, row.username, row.given_name, row.family_name, row.email].join(";")),
      ),
    ).toBe(fingerprint(expectedPeople(text, badLines)));
    const audited = await database.execute(
      "SELECT count(*) AS n FROM audit_log WHERE entity = 'person' AND action = 'create'",
    );
    expect(Number(audited.rows[0]?.n)).toBe(ROWS - 20);
  });
});

/** The people that a file describes, without its bad lines, read by nothing but splitting at semicolons. */
function expectedPeople(text: string, badLines: ReadonlyMap<number, string>): string[] {
  const [header = "", ...lines] = text.trim().split("\r\n");
  const at = (name: string) => header.split(";").indexOf(name);
  const columns = ["sourcedId", "username", "givenName", "familyName", "email"].map(at);
  return lines
    .filter((_, index) => !badLines.has(index + 2))
    .map((line) => line.split(";"))
    .map((cells) => columns.map((column) => cells[column] ?? "").join(";"));
}

/** One number for many lines, whatever their order. */
function fingerprint(lines: readonly string[]): string {
  return createHash("sha256").update(lines.toSorted().join("\n")).digest("hex");
}
