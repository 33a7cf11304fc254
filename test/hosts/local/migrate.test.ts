import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { describe, expect, it, onTestFinished } from "vitest";
import { demoClients } from "../../../src/demo/night/clients.ts";

const command = new URL("../../../src/hosts/local/migrate.ts", import.meta.url).pathname;

/** Runs the command behind `npm run migrate`. */
function migrate(environment: Record<string, string>): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [command],
      { env: { PATH: process.env.PATH, ...environment } },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "minutehand-migrate-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

describe("npm run migrate", () => {
  it("brings the control database up to date with three sets, and each client's own database with two", async () => {
    const path = await folder();
    const environment = { LIBSQL_URL: `file:${path}/control.db` };
    expect((await migrate(environment)).output).toContain("control database, learning: applied 0000_first");
    const control = createClient({ url: environment.LIBSQL_URL });
    onTestFinished(() => control.close());
    const north = demoClients[0]?.key ?? "";
    await control.execute({
      sql: "INSERT INTO clients (key, name, time_zone, database_url, created_at, updated_at) VALUES (?, ?, 'UTC', ?, 0, 0)",
      args: [north, north, `file:${path}/north.db`],
    });
    const { code, output } = await migrate(environment);
    expect(code).toBe(0);
    expect(output).toContain("control database, store: up to date");
    expect(output).toContain(`database of client ${north}, learning: applied 0000_first`);
    const own = createClient({ url: `file:${path}/north.db` });
    onTestFinished(() => own.close());
    const tables = await own.execute(
      "SELECT name FROM sqlite_master WHERE name LIKE 'migrations_%' AND type = 'table' ORDER BY name",
    );
    expect(tables.rows.map(({ name }) => name)).toEqual(["migrations_learning", "migrations_store"]);
  });

  it("says which variable it lacks", async () => {
    const { code, output } = await migrate({});
    expect(code).toBe(1);
    expect(output).toContain("LIBSQL_URL is missing");
  });

  it("goes on with the others when one client's database cannot be reached, names it, and fails in the end", async () => {
    const path = await folder();
    const environment = { LIBSQL_URL: `file:${path}/control.db` };
    await migrate(environment);
    const control = createClient({ url: environment.LIBSQL_URL });
    onTestFinished(() => control.close());
    const insert = "INSERT INTO clients (id, key, name, time_zone, database_url, created_at, updated_at) VALUES";
    await control.batch(
      [
        `${insert} (1, 'gone', 'x', 'UTC', 'http://127.0.0.1:1', 0, 0)`,
        `${insert} (2, 'here', 'x', 'UTC', 'file:${path}/here.db', 0, 0)`,
        `${insert} (3, 'moving', 'x', 'UTC', NULL, 0, 0)`,
        `INSERT INTO client_moves (client_id, target_url, phase, started_at, moved_at) VALUES (3, 'file:${path}/moving.db', 'copying', 0, 0)`,
      ],
      "write",
    );
    const { code, output } = await migrate(environment);
    expect(code).toBe(1);
    expect(output).toMatch(/^database of client gone: /m);
    expect(output).toContain("database of client here, learning: applied 0000_first");
    expect(output).toContain("database of client moving, learning: applied 0000_first");
    expect(output).toContain("1 of 3 clients' databases were not brought up to date");
  });

  it("says so when a client's database has a sealed token and there is no key", async () => {
    const environment = { LIBSQL_URL: `file:${await folder()}/control.db` };
    await migrate(environment);
    const control = createClient({ url: environment.LIBSQL_URL });
    onTestFinished(() => control.close());
    await control.execute(
      "INSERT INTO clients (key, name, time_zone, database_url, database_token_enc, created_at, updated_at) VALUES ('n', 'n', 'UTC', 'http://127.0.0.1:1', 'a.b.c', 0, 0)",
    );
    expect(await migrate(environment)).toMatchObject({
      code: 1,
      output: expect.stringContaining("SECRETS_KEY is missing"),
    });
  });
});
