import { beforeEach, describe, expect, it } from "vitest";
import { selectVerified } from "../../../src/learning/certificates/verification.ts";
import type { Database } from "../../../src/store/database.ts";
import { boundStatement } from "../../../src/store/statement.ts";
import { MOST_LOOKUPS } from "../../../src/web/verification.tsx";
import { freshFileDatabase } from "../../harness/database/file-database.ts";
import { insert } from "../../learning/rows.ts";
import { type Stage, setStage, textOf } from "../stage/stage.ts";

const CODE = "MZXW6YTBOJTG633C";
const HOST = "berlin.example.org";

let stage: Stage;
let own: Database;
let address: string;
beforeEach(async () => {
  own = await freshFileDatabase(["store", "learning"]);
  address = "192.0.2.1";
  stage = await setStage({
    storeOf: async (client) => (client.databaseUrl === null ? stage.database : own),
    clientAddress: () => address,
  });
  await stage.database.batch(
    [
      `UPDATE clients SET host = '${HOST}' WHERE id = ${stage.berlin}`,
      `UPDATE clients SET host = 'new-york.example.org:8443' WHERE id = ${stage.newYork}`,
      `INSERT INTO clients (id, key, name, host, time_zone, database_url, created_at, updated_at)
        VALUES (9, 'own', 'Own', 'own.example.org', 'UTC', 'http://own.example', 0, 0)`,
    ],
    "write",
  );
  await certificate();
});

/** Adds a certificate of a client. */
const certificate = (values: Readonly<Record<string, string | number | null>> = {}, database = stage.database) =>
  insert(database, "issued_certificates", {
    client_id: stage.berlin,
    registration_id: 1,
    certificate_id: 1,
    person_id: 7,
    title: "Fire <safety>",
    verification_code: CODE,
    issued_on: "2026-02-27",
    ...values,
  });

const look = async (code: string, { host = HOST, language = "en", method = "GET" } = {}) => {
  const headers = { "accept-language": language };
  return stage.app.request(`https://${host}/v/${code}`, { headers, method });
};
const read = async (...args: Parameters<typeof look>) => textOf(await (await look(...args)).text());

describe("the page of a certificate", () => {
  it("says title, day of issue and that it is valid, and nothing of the person", async () => {
    await insert(stage.database, "persons", {
      client_id: stage.berlin,
      id: 7,
      given_name: "Ada",
      family_name: "Byron",
    });
    const answer = await look(CODE);
    expect(answer.status).toBe(200);
    const page = textOf(await answer.text());
    for (const part of ["Fire <safety>", "February 27, 2026", "valid"]) expect(page).toContain(part);
    expect(page).not.toMatch(/Ada|Byron|revoked/);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "cache-control": "no-store",
      "x-robots-tag": "noindex, nofollow",
    });
    expect(answer.headers.get("set-cookie")).toBeNull();
  });

  it("says in German what it says in English", async () => {
    const page = await read(CODE, { language: "de" });
    for (const part of ["Dieses Zertifikat ist gültig", "27. Februar 2026", "Ausgestellt am"])
      expect(page).toContain(part);
  });

  it("says that it was revoked", async () => {
    await stage.database.execute("UPDATE issued_certificates SET revoked_at = 1");
    expect(await read(CODE)).toContain("This certificate was revoked");
    expect(await read(CODE)).not.toContain("valid");
  });

  it("goes by the newest of its versions", async () => {
    await certificate({ major_version: 2, title: "Fire safety 2" });
    expect(await read(CODE)).toContain("Fire safety 2");
    await stage.database.execute("UPDATE issued_certificates SET revoked_at = 1 WHERE major_version = 2");
    expect(await read(CODE)).toContain("was revoked");
  });

  it.each(["mzxw6ytbojtg633c", "MZXW-6YTB-OJTG-633C", "mzxw%206ytb%20ojtg%20633c"])(
    "is found as people type: %s",
    async (code) => {
      expect((await look(code)).status).toBe(200);
    },
  );

  it("comes from the client's own database", async () => {
    await certificate({ client_id: 9, title: "Elsewhere" }, own);
    expect(await read(CODE, { host: "own.example.org" })).toContain("Elsewhere");
  });

  it("is found at a host with a port", async () => {
    await certificate({ client_id: stage.newYork, registration_id: 2, title: "Overseas" });
    expect(await read(CODE, { host: "new-york.example.org:8443" })).toContain("Overseas");
  });

  it("outlives file, registration, course and person", async () => {
    await stage.database.execute(
      "UPDATE issued_certificates SET person_id = NULL, component_id = NULL, file_deleted_at = 1",
    );
    expect((await look(CODE)).status).toBe(200);
  });
});

describe("answers 404, always with the same page, for", () => {
  const others = [
    ["a code that no certificate has", "AAAAAAAAAAAAAAAA", HOST],
    ["what can be no code", "nothing", HOST],
    ["a code at another client's host", CODE, "new-york.example.org:8443"],
    ["a code at a host of no client", CODE, "nowhere.example.org"],
    ["SQL", encodeURIComponent("' OR 1=1 --"), HOST],
    ["a long text", "A".repeat(5000), HOST],
    ["a zero byte", "%00", HOST],
  ] as const;

  it.each(others)("%s", async (_, code, host) => {
    const answer = await look(code, { host });
    expect(answer.status).toBe(404);
    const page = (await answer.text()).replaceAll(/back=[^"]*/g, "");
    const nobody = (await (await look("BBBBBBBBBBBBBBBB")).text()).replaceAll(/back=[^"]*/g, "");
    expect(page).toBe(nobody);
    expect(stage.faults).toEqual([]);
  });

  it("which it asks the database as much as for a certificate that there is", async () => {
    const asked = async (code: string) => {
      let statements = 0;
      const { execute } = stage.database;
      stage.database.execute = (...args: unknown[]) => {
        statements += 1;
        return Reflect.apply(execute, stage.database, args);
      };
      await look(code);
      stage.database.execute = execute;
      return statements;
    };
    const found = await asked(CODE);
    expect(await asked("AAAAAAAAAAAAAAAA")).toBe(found);
    expect(await asked("nothing")).toBe(found);
  });
});

it("one address looks up a number of codes in a minute; others do not notice", async () => {
  for (let lookup = 0; lookup < MOST_LOOKUPS; lookup += 1) expect((await look("nothing")).status).toBe(404);
  const refused = await look(CODE);
  expect([refused.status, textOf(await refused.text())]).toEqual([429, expect.stringContaining("30 codes")]);
  address = "192.0.2.2";
  expect((await look(CODE)).status).toBe(200);
  address = "192.0.2.1";
  stage.now += 60_000;
  expect((await look(CODE)).status).toBe(200);
});

it("a code and a host are looked up by index", async () => {
  const { sql, args } = boundStatement(selectVerified(CODE), 1, 0);
  const plan = await stage.database.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
  expect(plan.rows.map(({ detail }) => String(detail))).toEqual([
    expect.stringContaining("USING INDEX issued_certificates_verification (client_id=? AND verification_code=?)"),
  ]);
  const hosts = await stage.database.execute(
    `EXPLAIN QUERY PLAN SELECT id FROM clients WHERE host = '${HOST}' ORDER BY id LIMIT 10`,
  );
  expect(String(hosts.rows[0]?.detail)).toMatch(/USING (COVERING )?INDEX clients_host \(host=\?\)/);
});
