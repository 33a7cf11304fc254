import { execFile } from "node:child_process";
import { describe, expect, it } from "vitest";
import { connectorSecret, databaseToken, SecretBox } from "../../../src/control/secret.ts";
import { randomBytes } from "../../../src/hosts/assemble.ts";
import { reseal, sealedInControl, sealedInStores } from "../../../src/hosts/reseal.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";
import { sealAsBefore } from "../../harness/old-seal.ts";

const command = new URL("../../../src/hosts/local/secrets-rotate.ts", import.meta.url).pathname;
const key = (byte: number) => Buffer.alloc(32, byte).toString("base64");
const iv = new Uint8Array(12);

/** Runs the command behind `npm run secrets:rotate`. */
function rotate(environment: Record<string, string>): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH, ...environment };
    execFile(process.execPath, [command], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });
}

/** An installation whose secrets are sealed by key 7, in every way that there is, in two databases. */
async function installation() {
  const control = await freshFileDatabase();
  const own = await freshFileDatabase(["store", "learning"]);
  const box = new SecretBox(key(7));
  const token = await box.seal("token of north", iv, databaseToken(1));
  await control.batch(
    [
      {
        sql: `INSERT INTO clients (id, key, name, time_zone, database_url, database_token_enc, created_at, updated_at)
          VALUES (1, 'north', 'North', 'UTC', ?, ?, 5, 5), (2, 'south', 'South', 'UTC', NULL, NULL, 5, 5)`,
        args: [own.url, token],
      },
      {
        sql: `INSERT INTO client_moves (client_id, source_url, source_token_enc, target_url, target_token_enc, phase, started_at, moved_at)
          VALUES (1, ?, ?, 'file:elsewhere', ?, 'clearing', 5, 5)`,
        args: [own.url, token, await box.seal("token to come", iv, databaseToken(1))],
      },
      ...Array.from({ length: 250 }, (_, index) => ({
        sql: "INSERT INTO connectors (id, client_id, kind, name, secret_enc, created_at, updated_at) VALUES (?, 1, 'mail', ?, ?, 5, 5)",
        args: [index + 1, `Mail ${index}`, sealAsBefore(`secret ${index + 1}`)],
      })),
      {
        sql: "UPDATE connectors SET secret_enc = ?, access_token_enc = ?, refresh_token_enc = ? WHERE id = 250",
        args: [
          await box.seal("secret 250", iv, connectorSecret(250)),
          await box.seal("access", iv, { ...connectorSecret(250), column: "access_token_enc" }),
          sealAsBefore("refresh"),
        ],
      },
    ],
    "write",
  );
  await own.execute({
    sql: `INSERT INTO vc_accounts (client_id, connector_id, remote_user_id, username, password_enc, created_at, updated_at)
      VALUES (1, 1, 'r', 'u', ?, 5, 5)`,
    args: [sealAsBefore("meeting")],
  });
  return { control, own };
}

const environmentOf = (url: string) => ({ LIBSQL_URL: url, SECRETS_KEY: key(8), SECRETS_KEY_PREVIOUS: key(7) });

describe("npm run secrets:rotate", () => {
  it("seals every secret of every database with the new key, bound to its row, and touches nothing else", async () => {
    const { control, own } = await installation();
    const { code, output } = await rotate(environmentOf(control.url));
    expect(output).toContain("control database: 255 sealed again, 0 cannot be read");
    expect(output).toContain("database of client north: 1 sealed again, 0 cannot be read");
    expect([code, output.includes("SECRETS_KEY_PREVIOUS can be removed")]).toEqual([0, true]);

    const box = new SecretBox(key(8));
    const { rows } = await control.execute("SELECT * FROM connectors ORDER BY id");
    for (const { id, secret_enc, updated_at } of rows) {
      expect(await box.open(String(secret_enc), connectorSecret(Number(id)))).toBe(`secret ${id}`);
      expect(updated_at).toBe(5);
    }
    await expect(box.open(String(rows[0]?.secret_enc), connectorSecret(2))).rejects.toThrow();
    const moves = await control.execute("SELECT source_token_enc, target_token_enc FROM client_moves");
    expect(await box.open(String(moves.rows[0]?.source_token_enc), databaseToken(1))).toBe("token of north");
    expect(await box.open(String(moves.rows[0]?.target_token_enc), databaseToken(1))).toBe("token to come");
    const account = (await own.execute("SELECT id, password_enc FROM vc_accounts")).rows[0];
    const meeting = { table: "vc_accounts", column: "password_enc", row: Number(account?.id) };
    expect(await box.open(String(account?.password_enc), meeting)).toBe("meeting");
  });

  it("repeated, and gone on with after it was killed anywhere, leaves the same", async () => {
    const { control } = await installation();
    const box = new SecretBox(key(8), key(7));
    let calls = 0;
    const dying = {
      ...control,
      execute: control.execute.bind(control),
      batch: async (...args: Parameters<typeof control.batch>) => {
        calls += 1;
        if (calls === 2) throw new Error("killed");
        return await control.batch(...args);
      },
    };
    await expect(reseal(dying, sealedInControl, box, randomBytes)).rejects.toThrow("killed");
    const rest = await reseal(control, sealedInControl, box, randomBytes);
    expect([rest.count > 0 && rest.count < 255, rest.unreadable]).toEqual([true, []]);
    const before = (await control.execute("SELECT * FROM connectors")).rows;
    expect(await reseal(control, sealedInControl, box, randomBytes)).toEqual({ count: 0, unreadable: [] });
    expect((await control.execute("SELECT * FROM connectors")).rows).toEqual(before);
  });

  it("names what neither key opens, leaves it as it is, does the rest, and fails", async () => {
    const { control } = await installation();
    await control.execute({
      sql: "UPDATE connectors SET secret_enc = ? WHERE id = 3",
      args: [sealAsBefore("lost", iv, 9)],
    });
    const { code, output } = await rotate(environmentOf(control.url));
    expect(output).toContain("connectors 3, secret_enc: neither key opens it; enter the secret again");
    expect(output).toContain("control database: 254 sealed again, 1 cannot be read");
    expect([code, output.includes("can be removed"), /secret \d|lost|token of/.test(output)]).toEqual([
      1,
      false,
      false,
    ]);
  });

  it("says which variable it lacks", async () => {
    expect((await rotate({})).output).toContain("LIBSQL_URL is missing");
    expect((await rotate({ LIBSQL_URL: "file:nowhere" })).output).toContain("SECRETS_KEY is missing");
  });

  it("knows every column of sealed texts", () => {
    expect(sealedInControl.map(({ table, column }) => `${table}.${column}`).toSorted()).toEqual([
      "client_moves.source_token_enc",
      "client_moves.target_token_enc",
      "clients.database_token_enc",
      "connectors.access_token_enc",
      "connectors.refresh_token_enc",
      "connectors.secret_enc",
      "platform_keys.key_enc",
    ]);
    expect(sealedInStores.map(({ table, column }) => `${table}.${column}`).toSorted()).toContain(
      "vc_accounts.password_enc",
    );
  });
});
