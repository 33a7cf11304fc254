import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { verifyPassword } from "../../../src/control/access/password.ts";
import { boundFiles, prefixesOf } from "../../../src/files/bound.ts";
import { type Bucket, r2Files } from "../../../src/files/r2.ts";
import { systemClock } from "../../../src/hosts/system-clock.ts";
import { UserImport } from "../../../src/processors/imports/UserImport.ts";
import { Runner } from "../../../src/runner/runner.ts";
import type { VirtualClock } from "../../harness/clock.ts";
import { freshDatabase } from "../../harness/database/database.ts";
import { addClient, runnerPorts } from "../../harness/runner/runner.ts";
import { addConfiguration, csv, people, queueImport } from "./start.ts";

const LOCATION = "c/1/import/user_csv/";

async function stage(options: Record<string, unknown> = {}) {
  const database = await freshDatabase();
  const files = r2Files(env.FILES as unknown as Bucket);
  const left = await files.list("c/1/");
  await files.delete(left.entries.map(({ key }) => key));
  await addClient(database, "north", "Europe/Berlin");
  await addConfiguration(database, 1, options);
  const ports = runnerPorts(database, [UserImport], systemClock as unknown as VirtualClock, {
    filesFor: (run) => boundFiles(files, prefixesOf(run)),
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  });
  const run = async (parameters: Record<string, unknown> = {}) => {
    const id = await queueImport(database, Date.now(), parameters);
    await new Runner(ports, 1).work();
    const result = await database.execute({ sql: "SELECT state, counts FROM runs WHERE id = ?", args: [id] });
    return {
      state: result.rows[0]?.state,
      counts: JSON.parse(String(result.rows[0]?.counts)) as Record<string, number>,
    };
  };
  const names = async () =>
    (await files.list(LOCATION)).entries.map(({ key }) => key.slice(LOCATION.length).replace(/\d{14}_/, ""));
  return { database, files, run, names };
}

it("imports a file from R2 into libSQL in the edge runtime, encoding, password and time zone included", async () => {
  const { database, files, run, names } = await stage({ encoding: "windows-1252" });
  const text = csv(
    "sourcedId;username;givenName;familyName;timeZone;locale;password",
    "P-1;ren\xe9;Ren\xe9;\x8einka;Europe/Lisbon;pt-br;secret",
    "P-2;b;A;B;Mars/Olympus;;",
  );
  await files.write(
    `${LOCATION}a.csv`,
    Uint8Array.from(text, (character) => character.charCodeAt(0)),
  );
  expect(await run()).toEqual({
    state: "partial",
    counts: { scanned: 2, changed: 1, created: 1, failed: 1, files: 1 },
  });
  const { rows } = await database.execute("SELECT * FROM persons");
  expect(rows).toMatchObject([{ username: "rené", family_name: "Žinka", time_zone: "Europe/Lisbon", locale: "pt-BR" }]);
  expect(await verifyPassword("secret", String(rows[0]?.password_hash))).toBe(true);
  expect(await names()).toEqual(["done/a.csv", "done/a.csv.result.csv"]);
});

it("knows a delta that is brought again by its name and content, and does not read it", async () => {
  const { files, run, names } = await stage();
  await files.write(`${LOCATION}a.csv`, people(1, 50));
  expect(await run()).toMatchObject({ state: "ok", counts: { created: 50 } });
  await files.write(`${LOCATION}a.csv`, people(1, 50));
  expect(await run()).toEqual({ state: "no_action", counts: { scanned: 1, skipped: 1 } });
  expect(new Set(await names())).toEqual(new Set(["done/a.csv", "done/a.csv.result.csv"]));
  await files.write(`${LOCATION}other.csv`, people(1, 50));
  expect(await run()).toMatchObject({ state: "no_action", counts: { files: 1, skipped: 50 } });
});

it("reads a file of several ranges", async () => {
  const { files, run } = await stage();
  const rows = Array.from({ length: 1200 }, (_, n) => `P-${n};user${n};Given;Family;${"x".repeat(2000)}`);
  await files.write(`${LOCATION}a.csv`, csv("sourcedId;username;givenName;familyName;attr.note", ...rows));
  expect(await run({ chunkSize: 1000 })).toMatchObject({ state: "ok", counts: { created: 1200 } });
});
