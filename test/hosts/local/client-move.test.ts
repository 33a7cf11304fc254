import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { describe, expect, it, onTestFinished } from "vitest";
import { databaseToken, SecretBox } from "../../../src/control/secret.ts";
import { MoveCommandError, readOrder } from "../../../src/hosts/local/client-move.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";

const command = new URL("../../../src/hosts/local/client-move.ts", import.meta.url).pathname;
const TOKEN = "a token that must not be seen";
const SECRETS_KEY = Buffer.alloc(32, 7).toString("base64");

/** Runs the command behind `npm run client:move`. */
function moveClient(args: readonly string[], environment: Record<string, string>) {
  return new Promise<{ code: number; output: string }>((resolve) => {
    const env = { PATH: process.env.PATH, ...environment };
    execFile(process.execPath, [command, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });
}

describe("npm run client:move", () => {
  it("moves a client out and back; its token is kept sealed and shown nowhere", async () => {
    const control = await freshFileDatabase();
    const folder = await mkdtemp(join(tmpdir(), "minutehand-move-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const url = `file:${folder}/north.db`;
    await control.batch(
      [
        "INSERT INTO clients (key, name, time_zone, created_at, updated_at) VALUES ('north', 'North', 'UTC', 0, 0)",
        "INSERT INTO components (client_id, kind, title, created_at, updated_at) VALUES (1, 'course', 'Moved', 0, 0)",
      ],
      "write",
    );
    const environment = { LIBSQL_URL: control.url, SECRETS_KEY, NORTH_TOKEN: TOKEN };
    const out = await moveClient(["--client", "north", "--to", url, "--token-from", "NORTH_TOKEN"], environment);
    expect(out).toMatchObject({ code: 0, output: expect.stringContaining("1 rows of 1 tables arrived as they left") });
    expect(out.output).toContain(`Done: client north works on ${url}.`);
    expect(out.output).not.toContain(TOKEN);
    const { rows } = await control.execute("SELECT database_url, database_token_enc FROM clients");
    expect(rows[0]?.database_url).toBe(url);
    expect(await new SecretBox(SECRETS_KEY).open(String(rows[0]?.database_token_enc), databaseToken(1))).toBe(TOKEN);
    const own = createClient({ url });
    onTestFinished(() => own.close());
    expect((await own.execute("SELECT title FROM components WHERE client_id = 1")).rows).toMatchObject([
      { title: "Moved" },
    ]);

    expect(await moveClient(["--client", "north", "--back"], environment)).toMatchObject({ code: 0 });
    const back = await control.execute(
      "SELECT c.database_url, c.database_token_enc, o.title FROM clients c JOIN components o ON o.client_id = c.id",
    );
    expect(back.rows).toMatchObject([{ database_url: null, database_token_enc: null, title: "Moved" }]);
  });

  it("says what is wrong with what it was given, and never repeats a token", () => {
    const environment = { SET: "x" };
    const wrong = (args: string[], words: RegExp) => {
      expect(() => readOrder(args, environment)).toThrow(MoveCommandError);
      expect(() => readOrder(args, environment)).toThrow(words);
    };
    wrong(["--to", "file:x"], /--client is missing/);
    wrong(["--client", "n", "--to", "file:x", "--back"], /exclude each other/);
    wrong(["--client", "n", "--token-from", "SET"], /belongs to --to/);
    wrong(["--client", "n", "--to", "file:x", "--token-from", "UNSET"], /UNSET of --token-from is not set/);
    wrong(["--client", "n", "--to", "north"], /no address/);
    wrong(["--client", "n", "--to", "ftp://x"], /begins with ftp:/);
    wrong(["--client", "n", "--to", "libsql://x?authToken=secret"], /^(?!.*secret).*use --token-from/);
    wrong(["--client", "n", "--to", "https://a:secret@x"], /^(?!.*secret).*use --token-from/);
    expect(readOrder(["--client", "n"], environment)).toEqual({ client: "n", act: { kind: "go on" } });
    expect(readOrder(["--client", "n", "--to", "libsql://x", "--token-from", "SET"], environment)).toEqual({
      client: "n",
      act: { kind: "to", url: "libsql://x", token: "x" },
    });
  });
});
