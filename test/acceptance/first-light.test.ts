import { describe, expect, it } from "vitest";
import { createJob } from "../../src/administration/jobs/jobs.ts";
import { peopleFile } from "../../src/demo/demo-people.ts";
import { catalogue } from "../../src/processors/all.ts";
import { type EdgeSystem, edgeSystem } from "../harness/edge/edge.ts";
import { type Manager, signIn } from "../harness/edge/manager.ts";
import { addClient } from "../harness/runner/runner.ts";

/** What a run came to. */
interface Outcome {
  readonly state: string;
  readonly message: string | null;
  readonly counts: Record<string, number>;
}

describe("first light, on the real edge runtime over HTTP", () => {
  it("imports 500 people of whom 20 lines are bad, names those 20, and takes one changed byte as one changed row", async () => {
    const system = await edgeSystem();
    await addClient(system.database, "north", "Europe/Berlin");
    await addClient(system.database, "south", "America/Sao_Paulo");
    await createJob(
      { control: system.database, catalogue },
      { name: "People", processor: "UserImport" },
      "test",
      Date.now(),
    );
    await system.database.execute(
      "INSERT INTO import_configs (client_id, kind, name, created_at, updated_at) VALUES (1, 'user_csv', 'People', 0, 0), (2, 'user_csv', 'People', 0, 0)",
    );
    await system.start();
    const manager = await signIn(system);
    const { text, badLines } = peopleFile(500, 20);

    await manager.upload(1, "people.csv", text);
    const first = await startAndWait(system, manager, 1);
    expect(first).toMatchObject({ state: "partial", counts: { scanned: 500, created: 480, failed: 20, files: 1 } });
    const result = await download(manager, 1, /people\.csv\.result\.csv/);
    const named = result
      .trim()
      .split(/\r?\n/)
      .slice(1)
      .filter((line) => line.includes("failed"))
      .map((line) => Number(line.match(/^"?(\d+)/)?.[1]));
    expect(named).toEqual([...badLines.keys()]);
    expect(await people(system, 1)).toBe(480);
    expect(await people(system, 2)).toBe(0);

    // One byte of one good line: a letter of a family name.
    const lines = text.split("\r\n");
    const cells = (lines[3] ?? "").split(";");
    cells[4] = `${cells[4]?.slice(0, -1)}x`;
    lines[3] = cells.join(";");
    await manager.upload(1, "people.csv", lines.join("\r\n"));
    const second = await startAndWait(system, manager, 1);
    expect(second).toMatchObject({ state: "partial", counts: { updated: 1, changed: 1, skipped: 479, failed: 20 } });

    await manager.upload(1, "latin.csv", Uint8Array.from(Buffer.from(text.replaceAll("Ada", "Ädä"), "latin1")));
    const latin = await startAndWait(system, manager, 1);
    expect(latin.message).toMatch(/latin\.csv.*utf-8/s);

    await manager.upload(1, "unknown.csv", text.replace("timeZone", "favouriteColour"));
    const unknown = await startAndWait(system, manager, 1);
    expect(unknown.message).toMatch(/unknown\.csv.*favouriteColour/s);
    expect(await people(system, 1)).toBe(480);
  });

  it("refuses bad input with a message that names the field and the remedy", async () => {
    const system = await edgeSystem();
    await addClient(system.database, "north", "Europe/Berlin");
    await addClient(system.database, "south", "America/Sao_Paulo");
    await createJob(
      { control: system.database, catalogue },
      { name: "People", processor: "UserImport", clientId: 1 },
      "test",
      Date.now(),
    );
    await system.start();
    const manager = await signIn(system);
    const job = { name: "Job", clientId: "1", active: "true", cron: "", timeZone: "" };
    const create = (fields: Record<string, string>) =>
      manager.post("/admin/jobs/new/ExpiredCoursesToCompleted", { ...job, ...fields, intent: "save" });
    expect((await create({ cron: "0 0 0 1 0 ?" })).page).toMatch(/Months are 1-12|months are 1-12/i);
    expect((await create({ timeZone: "Mars/Olympus" })).page).toMatch(/Mars\/Olympus.*IANA/s);
    expect((await create({ "parameters.colour": "red" })).page).toMatch(/colour.*remove it/s);
    expect((await manager.post("/admin/jobs/1/start", { clientId: "2" })).page).toMatch(/does not serve client 2/);
    const large = await manager.upload(1, "large.csv", "x".repeat(20 * 1024 * 1024 + 1));
    expect(large.status).toBe(422);
    expect(large.page).toMatch(/20 MB/);
    const jobs = await system.database.execute("SELECT count(*) AS n FROM jobs");
    expect(jobs.rows[0]?.n).toBe(1);
  });
});

async function people(system: EdgeSystem, clientId: number): Promise<number> {
  const result = await system.database.execute({
    sql: "SELECT count(*) AS n FROM persons WHERE client_id = ?",
    args: [clientId],
  });
  return Number(result.rows[0]?.n);
}

/** Starts the import by hand for a client and waits until its run has ended. */
async function startAndWait(system: EdgeSystem, manager: Manager, clientId: number): Promise<Outcome> {
  const started = await manager.post("/admin/jobs/1/start", { clientId: String(clientId) });
  expect(started.status).toBe(200);
  const newest = await system.database.execute("SELECT max(id) AS id FROM runs");
  const args = [Number(newest.rows[0]?.id)];
  await manager.untilEnded(args[0] as number);
  const { rows } = await system.database.execute({
    sql: "SELECT state, message, counts FROM runs WHERE id = ?",
    args,
  });
  const failures = await system.database.execute({ sql: "SELECT message FROM run_logs WHERE run_id = ?", args });
  return {
    state: String(rows[0]?.state),
    message: [String(rows[0]?.message), ...failures.rows.map((line) => String(line.message))].join("\n"),
    counts: JSON.parse(String(rows[0]?.counts)) as Record<string, number>,
  };
}

/** Downloads the newest file whose name matches, from the client's list of import files. */
async function download(manager: Manager, clientId: number, name: RegExp): Promise<string> {
  const list = await manager.get(`/admin/files/${clientId}`);
  const links = [...list.matchAll(/href="([^"]+)"/g)]
    .map((match) => match[1] ?? "")
    .filter((href) => name.test(decodeURIComponent(href)));
  return manager.get(links[0] ?? "/missing");
}
