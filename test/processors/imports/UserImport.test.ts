import { describe, expect, it } from "vitest";
import { hashPassword, verifyPassword } from "../../../src/control/access/password.ts";
import { erasedKeyHash, erasedKeySecret } from "../../../src/learning/erasure/erased-key.ts";
import { usernameKey } from "../../../src/learning/username.ts";
import type { Database } from "../../../src/store/database.ts";
import { csv, type ImportStage, importStage, LOCATION, NOW, people } from "./stage.ts";

const HEADER = "sourcedId;username;givenName;familyName";
const person = (id: string, more = "") => `${id};${id.toLowerCase()};Given;Family${more}`;

async function addPerson(stage: ImportStage, columns: Record<string, string | number | null>): Promise<number> {
  const row = {
    client_id: 1,
    username: "someone",
    given_name: "Given",
    family_name: "Family",
    enrolled_on: "2020-01-01",
    created_at: 1,
    updated_at: 1,
    ...columns,
    username_key: usernameKey(String(columns.username ?? "someone")),
  };
  const result = await stage.database.execute({
    sql: `INSERT INTO persons (${Object.keys(row).join(", ")}) VALUES (${Object.keys(row)
      .map(() => "?")
      .join(", ")}) RETURNING id`,
    args: Object.values(row),
  });
  return Number(result.rows[0]?.id);
}

async function addGroup(stage: ImportStage, externalId: string, source: string, clientId = 1): Promise<number> {
  const result = await stage.database.execute({
    sql: "INSERT INTO groups (client_id, external_id, name, source, created_at, updated_at) VALUES (?, ?, ?, ?, 1, 1) RETURNING id",
    args: [clientId, externalId, externalId, source],
  });
  return Number(result.rows[0]?.id);
}

const codes = (outcome: { failures: readonly { ref: string; code: string }[] }) =>
  outcome.failures.map(({ ref, code }) => [ref, code]);

describe("a row for somebody new", () => {
  it("creates a person with everything that the file says", async () => {
    const stage = await importStage();
    await addPerson(stage, { external_id: "BOSS", username: "boss" });
    await stage.put(
      "a.csv",
      csv(
        "familyName;givenName;username;sourcedId;status;email;locale;timeZone;authSource;enrolledOn;terminationOn;supervisorSourcedId;attr.DEACTIVATIONMODE_ID;attr.cost centre",
        "Doe;Jane;jdoe;P-17;active;Jane@Example.com;pt-br;Europe/Lisbon;ldap;2025-12-31;2027-01-31;BOSS;2;\\N",
      ),
    );
    const outcome = await stage.run();
    expect(outcome).toMatchObject({ state: "ok", counts: { scanned: 1, changed: 1, created: 1, files: 1 } });
    expect(await stage.person("P-17")).toMatchObject({
      client_id: 1,
      username: "jdoe",
      given_name: "Jane",
      family_name: "Doe",
      email: "Jane@Example.com",
      locale: "pt-BR",
      time_zone: "Europe/Lisbon",
      auth_source: "ldap",
      auth_status: "active",
      role: "learner",
      attributes: '{"DEACTIVATIONMODE_ID":"2"}',
      supervisor_id: 1,
      import_source: "csv",
      enrolled_on: "2025-12-31",
      termination_on: "2027-01-31",
      password_hash: null,
      must_change_password: 0,
      created_at: NOW,
      updated_at: NOW,
    });
  });

  it("enrols the person today, by the client's calendar, and asks local people for a password of their own", async () => {
    const stage = await importStage();
    await stage.put(
      "a.csv",
      csv(`${HEADER};authSource`, person("P-1", ";"), person("P-2", ";local"), person("P-3", ";saml")),
    );
    await stage.run();
    expect(await stage.person("P-1")).toMatchObject({
      enrolled_on: "2026-03-02",
      must_change_password: 1,
      auth_source: "local",
    });
    expect(await stage.person("P-2")).toMatchObject({ must_change_password: 1 });
    expect(await stage.person("P-3")).toMatchObject({ must_change_password: 0 });
  });

  it("is recorded in the audit log and told to the search indexes", async () => {
    const stage = await importStage();
    await stage.put("a.csv", csv(HEADER, person("P-1")));
    await stage.run();
    const [audit] = await stage.rows("SELECT * FROM audit_log");
    expect(audit).toMatchObject({
      client_id: 1,
      run_id: 1,
      entity: "person",
      entity_id: 1,
      action: "create",
      before: null,
    });
    expect(JSON.parse(String(audit?.after))).toMatchObject({ external_id: "P-1", username: "p-1" });
    expect(await stage.rows("SELECT entity, entity_id, op, at FROM index_changes")).toEqual([
      { entity: "person", entity_id: 1, op: "upsert", at: NOW },
    ]);
  });

  it("who is to be deleted is passed over", async () => {
    const stage = await importStage();
    await stage.put("a.csv", csv(`${HEADER};status`, person("P-1", ";tobedeleted")));
    expect(await stage.run()).toMatchObject({ state: "no_action", counts: { scanned: 1, skipped: 1 } });
    expect(await stage.person("P-1")).toBeUndefined();
  });
});

describe("a row for somebody known", () => {
  const KNOWN = {
    external_id: "P-1",
    username: "p-1",
    email: "old@example.com",
    locale: "de",
    time_zone: "Europe/Berlin",
    termination_on: "2030-01-01",
    attributes: '{"a":"1","b":"2"}',
    import_source: "csv",
  };

  it.each([
    ["email", "new@example.com", { email: "new@example.com" }],
    ["email", "OLD@example.com", { email: "OLD@example.com" }],
    ["email", "\\N", { email: null }],
    ["locale", "EN-gb", { locale: "en-GB" }],
    ["timeZone", "\\N", { time_zone: null }],
    ["authSource", "oidc", { auth_source: "oidc" }],
    ["enrolledOn", "2021-02-28", { enrolled_on: "2021-02-28" }],
    ["terminationOn", "\\N", { termination_on: null }],
    ["attr.a", "9", { attributes: '{"a":"9","b":"2"}' }],
    ["attr.c", "3", { attributes: '{"a":"1","b":"2","c":"3"}' }],
    ["attr.b", "\\N", { attributes: '{"a":"1"}' }],
    ["status", "tobedeleted", { auth_status: "passive", passive_reason: "import" }],
    ["enabledUser", "FALSE", { auth_status: "passive", passive_reason: "import" }],
    ["locale", "de_AT", { locale: "de-AT" }],
    ["timeZone", "america/new_york", { time_zone: "America/New_York" }],
    ["timeZone", "asia/KOLKATA", { time_zone: "Asia/Kolkata" }],
  ])("sets %s to %s and nothing else", async (column, cell, change) => {
    const stage = await importStage();
    await addPerson(stage, KNOWN);
    const before = await stage.person("P-1");
    await stage.put("a.csv", csv(`${HEADER};${column}`, person("P-1", `;${cell}`)));
    const outcome = await stage.run();
    expect(outcome).toMatchObject({ state: "ok", counts: { scanned: 1, changed: 1, updated: 1 } });
    expect(await stage.person("P-1")).toEqual({ ...before, ...change, updated_at: NOW });
    const [audit] = await stage.rows("SELECT * FROM audit_log");
    expect(audit).toMatchObject({ entity: "person", entity_id: 1, action: "update" });
    expect(Object.keys(JSON.parse(String(audit?.after)))).toEqual(Object.keys(change));
    expect(await stage.rows("SELECT entity_id FROM index_changes")).toEqual([{ entity_id: 1 }]);
  });

  it.each([
    ["email", ""],
    ["email", "  "],
    ["email", "old@example.com"],
    ["email", " old@example.com "],
    ["email", '"old@example.com"'],
    ["locale", "DE"],
    ["attr.a", ""],
    ["attr.a", "1"],
    ["attr.z", "\\N"],
    ["status", "active"],
    ["status", ""],
    ["enrolledOn", ""],
    ["groups", ""],
    ["groups", "\\N"],
    ["supervisorSourcedId", "\\N"],
    ["password", "\\N"],
  ])("with %s %j changes nothing and is counted as skipped", async (column, cell) => {
    const stage = await importStage();
    await addPerson(stage, KNOWN);
    const before = await stage.person("P-1");
    await stage.put("a.csv", csv(`${HEADER};${column}`, person("P-1", `;${cell}`)));
    expect(await stage.run()).toMatchObject({ state: "no_action", counts: { scanned: 1, skipped: 1, files: 1 } });
    expect(await stage.person("P-1")).toEqual(before);
    expect(await stage.rows("SELECT * FROM audit_log UNION ALL SELECT *, 1, 1, 1, 1, 1 FROM index_changes")).toEqual(
      [],
    );
  });

  const TO_BE_DELETED = "status: not set to active, because the person is to be deleted";
  const STAYS = "status: not set to active, because no import made the person passive that this row could undo";
  it.each([
    // A complete list brings back whom a complete list has made passive.
    ["full_a.csv", "", "passive", "missing", null, "active", null],
    ["full_a.csv", "active", "passive", "missing", null, "active", null],
    ["full_a.csv", "", "passive", "missing", "2027-01-01", "passive", TO_BE_DELETED],
    ["full_a.csv", "tobedeleted", "passive", "missing", null, "passive", null],
    ["full_a.csv", "active", "passive", "import", null, "passive", STAYS],
    ["full_a.csv", "", "passive", "terminated", null, "passive", STAYS],
    // A delta brings back whom an import has made passive, if it says so.
    ["a.csv", "active", "passive", "missing", null, "active", null],
    ["a.csv", "active", "passive", "import", null, "active", null],
    ["a.csv", "", "passive", "missing", null, "passive", STAYS],
    ["a.csv", "active", "passive", "import", "2027-01-01", "passive", TO_BE_DELETED],
    ["a.csv", "active", "passive", "deletion", "2027-01-01", "passive", TO_BE_DELETED],
    ["a.csv", "active", "passive", "admin", null, "passive", STAYS],
    ["a.csv", "active", "passive", "terminated", null, "passive", STAYS],
    ["a.csv", "active", "passive", "unused", null, "passive", STAYS],
    ["a.csv", "active", "passive", null, null, "passive", STAYS],
    ["a.csv", "active", "inactive", null, null, "active", null],
    ["a.csv", "", "inactive", null, null, "inactive", null],
    ["a.csv", "active", "active", null, "2027-01-01", "active", null],
    ["a.csv", "tobedeleted", "active", null, null, "passive", null],
    ["a.csv", "tobedeleted", "inactive", null, "2027-01-01", "passive", null],
    ["a.csv", "tobedeleted", "passive", "admin", null, "passive", null],
  ])(
    "in %s with status %j turns a person who is %s (%s), to be deleted on %s, %s",
    async (name, status, before, reason, deletionOn, after, note) => {
      const stage = await importStage();
      await addPerson(stage, { ...KNOWN, auth_status: before, passive_reason: reason, deletion_on: deletionOn });
      await stage.put(name, csv(`${HEADER};status`, `P-1;p-1;Given;Renamed;${status}`));
      const outcome = await stage.run();
      const returned = before !== "active" && after === "active";
      const left = before !== "passive" && after === "passive";
      expect(await stage.person("P-1")).toMatchObject({
        auth_status: after,
        family_name: "Renamed",
        passive_reason: left ? "import" : after === "active" ? null : reason,
        activated_on: returned ? "2026-03-02" : null,
      });
      expect(outcome.counts.reactivated ?? 0).toBe(returned && before === "passive" ? 1 : 0);
      expect(await stage.result(`done/${name}`)).toEqual([
        "line;ref;result;message",
        ...(note === null ? [] : [`2;P-1;warning;${note}`]),
      ]);
    },
  );

  it("who was deleted fails and stays as it is", async () => {
    const stage = await importStage();
    await addPerson(stage, { ...KNOWN, auth_status: "deleted" });
    await stage.put("a.csv", csv(HEADER, "P-1;p-1;New;Name", person("P-2")));
    expect(codes(await stage.run())).toEqual([["a.csv:2 P-1", "person_deleted"]]);
    expect(await stage.person("P-1")).toMatchObject({ auth_status: "deleted", given_name: "Given" });
  });

  it("belongs to csv from then on, unless another source looks after that person", async () => {
    const stage = await importStage();
    await addPerson(stage, { external_id: "P-1", username: "p-1" });
    await addPerson(stage, { external_id: "P-2", username: "p-2", import_source: "ldap" });
    await stage.put("a.csv", csv(HEADER, person("P-1"), person("P-2")));
    expect((await stage.run()).counts).toMatchObject({ changed: 1, updated: 1, skipped: 1 });
    expect(await stage.person("P-1")).toMatchObject({ import_source: "csv" });
    expect(await stage.person("P-2")).toMatchObject({ import_source: "ldap" });
  });
});

describe("a username", () => {
  it("lets a row adopt a person without a sourcedId, once", async () => {
    const stage = await importStage();
    const id = await addPerson(stage, { username: "jdoe" });
    await stage.put("a.csv", csv(HEADER, "P-1;jdoe;Jane;Doe"));
    expect((await stage.run()).counts).toMatchObject({ updated: 1 });
    expect(await stage.person("P-1")).toMatchObject({ id, given_name: "Jane", import_source: "csv" });
    await stage.put("b.csv", csv(HEADER, "P-2;jdoe;Other;Doe"));
    expect(codes(await stage.run())).toEqual([["b.csv:2 P-2", "username_taken"]]);
    expect(await stage.person("P-1")).toMatchObject({ id, given_name: "Jane" });
  });

  it("of somebody else fails the row, whether that person is known, new in this file or deleted", async () => {
    const stage = await importStage();
    await addPerson(stage, { external_id: "P-1", username: "known" });
    await addPerson(stage, { external_id: "P-2", username: "p-2" });
    await addPerson(stage, { username: "gone", auth_status: "deleted" });
    await stage.put(
      "a.csv",
      csv(HEADER, "P-2;known;A;B", "P-3;new;A;B", "P-4;new;A;B", "P-5;gone;A;B", "P-6;free;A;B"),
    );
    const outcome = await stage.run();
    expect(codes(outcome)).toEqual([
      ["a.csv:4 P-4", "duplicate"],
      ["a.csv:2 P-2", "username_taken"],
      ["a.csv:5 P-5", "username_taken"],
    ]);
    expect(outcome.counts).toMatchObject({ scanned: 5, failed: 3, created: 2 });
  });

  it("that an earlier row gave up can be taken by a later one, in one chunk or across two", async () => {
    for (const chunkSize of [1, 200]) {
      const stage = await importStage();
      await addPerson(stage, { external_id: "P-1", username: "old" });
      await stage.put("a.csv", csv(HEADER, "P-1;new;A;B", "P-2;old;A;B"));
      expect(await stage.run({ chunkSize })).toMatchObject({ state: "ok", failures: [] });
      expect(await stage.person("P-2")).toMatchObject({ username: "old" });
    }
  });

  it("is compared without case and however its letters are composed", async () => {
    const stage = await importStage();
    await addPerson(stage, { external_id: "P-9", username: "Ren\u00e9" });
    await addPerson(stage, { username: "Adopted" });
    await stage.put("a.csv", csv(HEADER, "P-1;jdoe;A;B", "P-2;JDoe;A;B", "P-3;rene\u0301;A;B", "P-4;ADOPTED;A;B"));
    expect(codes(await stage.run())).toEqual([
      ["a.csv:3 P-2", "duplicate"],
      ["a.csv:4 P-3", "username_taken"],
    ]);
    expect(await stage.person("P-4")).toMatchObject({ id: 2, username: "ADOPTED", username_key: "adopted" });
    await stage.put("b.csv", csv(HEADER, "P-1;JDOE;A;B"));
    expect((await stage.run()).counts).toMatchObject({ updated: 1 });
    expect(await stage.person("P-1")).toMatchObject({ username: "JDOE", username_key: "jdoe" });
  });

  it.each([
    ["two people", { "P-1": "b", "P-2": "a" }],
    ["three people", { "P-1": "b", "P-2": "c", "P-3": "a" }],
    ["three people, backwards", { "P-1": "c", "P-2": "a", "P-3": "b" }],
    ["a row of people, the last of whom takes a new one", { "P-1": "b", "P-2": "c", "P-3": "e" }],
    ["a row of people that somebody new begins", { "P-9": "a", "P-1": "b", "P-2": "new" }],
    ["two and two", { "P-1": "c", "P-3": "a", "P-2": "d", "P-4": "b" }],
  ])("can be passed on in one file, among %s, in one chunk or across several", async (_who, wanted) => {
    for (const chunkSize of [1, 2, 200]) {
      const stage = await importStage();
      const before = { "P-1": "a", "P-2": "b", "P-3": "c", "P-4": "d" };
      for (const [id, username] of Object.entries(before)) {
        await addPerson(stage, { external_id: id, username, import_source: "csv" });
      }
      const rows = Object.entries(wanted).map(([id, username]) => `${id};${username};Given;Family`);
      await stage.put("a.csv", csv(HEADER, ...rows));
      const outcome = await stage.run({ chunkSize });
      expect(outcome).toMatchObject({
        state: "ok",
        failures: [],
        counts: { scanned: rows.length, changed: rows.length },
      });
      const found = await stage.rows("SELECT external_id, username, username_key FROM persons");
      expect(Object.fromEntries(found.map((one) => [one.external_id, one.username]))).toEqual({ ...before, ...wanted });
      expect(found.every((one) => one.username === one.username_key)).toBe(true);
      expect(await stage.rows("SELECT DISTINCT entity_id FROM audit_log")).toHaveLength(rows.length);
      await stage.put("b.csv", csv(HEADER, ...rows));
      expect(await stage.run({ chunkSize })).toMatchObject({ state: "no_action", counts: { skipped: rows.length } });
    }
  });

  it("of somebody who keeps it fails the row, and all who wait behind it", async () => {
    for (const chunkSize of [1, 200]) {
      const stage = await importStage();
      for (const one of ["a", "b", "c"]) await addPerson(stage, { external_id: `P-${one}`, username: one });
      await stage.put("a.csv", csv(HEADER, "P-a;b;Given;Family", "P-b;c;Given;Family", "P-z;z;Given;Family"));
      const outcome = await stage.run({ chunkSize });
      expect(codes(outcome)).toEqual([
        ["a.csv:2 P-a", "username_taken"],
        ["a.csv:3 P-b", "username_taken"],
      ]);
      expect(await stage.rows("SELECT username FROM persons ORDER BY id")).toEqual(
        ["a", "b", "c", "z"].map((username) => ({ username })),
      );
    }
  });

  it("exchanged in a dry run changes nothing and fails nothing", async () => {
    const stage = await importStage();
    for (const one of ["a", "b"]) await addPerson(stage, { external_id: `P-${one}`, username: one });
    await stage.put("a.csv", csv(HEADER, "P-a;b;Given;Family", "P-b;a;Given;Family"));
    expect(await stage.run({}, { dryRun: true })).toMatchObject({ failures: [] });
    expect(await stage.rows("SELECT username FROM persons ORDER BY id")).toEqual([
      { username: "a" },
      { username: "b" },
    ]);
  });

  it("taken by somebody while the step is on its way fails that row alone", async () => {
    const stage = await importStage();
    await stage.put("a.csv", csv(HEADER, person("P-1"), person("P-2"), person("P-3")));
    let raced = false;
    const through: Database = {
      execute: stage.database.execute.bind(stage.database),
      transaction: stage.database.transaction.bind(stage.database),
      async batch(statements, mode) {
        if (!raced && JSON.stringify(statements).includes("INSERT INTO persons")) {
          raced = true;
          await addPerson(stage, { username: "p-2" });
        }
        return stage.database.batch(statements, mode);
      },
    };
    const outcome = await stage.run({}, { through });
    expect(outcome).toMatchObject({ state: "partial", counts: { scanned: 3, created: 2, failed: 1 } });
    expect(codes(outcome)).toEqual([["a.csv:3 P-2", "constraint"]]);
    expect(await stage.result("done/a.csv")).toEqual([
      "line;ref;result;message",
      expect.stringMatching(/^3;P-2;failed;/),
    ]);
  });
});

describe("a row that is wrong", () => {
  it.each([
    ["sourcedId", " ", "missing_cell"],
    ["sourcedId", "\\N", "missing_cell"],
    ["username", "", "missing_cell"],
    ["givenName", "", "missing_cell"],
    ["familyName", "\\N", "missing_cell"],
    ["familyName", "x".repeat(256), "too_long"],
    ["familyName", '"two\nlines"', "bad_value"],
    ["email", "nobody", "bad_email"],
    ["email", "a@b@c.example", "bad_email"],
    ["email", "a@b.example,c@d.example", "bad_email"],
    ["email", "Jane <jane@example.com>", "bad_email"],
    ["email", "a@-b.example", "bad_email"],
    ["email", `${"x".repeat(250)}@b.example`, "bad_email"],
    ["status", "Active", "bad_value"],
    ["status", "\\N", "bad_value"],
    ["locale", "deutsch!", "bad_value"],
    ["enabledUser", "yes", "bad_value"],
    ["timeZone", "Mars/Olympus", "unknown_time_zone"],
    ["timeZone", "+02:00", "unknown_time_zone"],
    ["timeZone", "UTC+2", "unknown_time_zone"],
    ["authSource", "kerberos", "bad_value"],
    ["authSource", "\\N", "bad_value"],
    ["enrolledOn", "2026-02-30", "bad_value"],
    ["enrolledOn", "31.01.2026", "bad_value"],
    ["enrolledOn", "\\N", "bad_value"],
    ["terminationOn", "2026-1-1", "bad_value"],
    ["groups", " | ", "bad_value"],
    ["groups", "x".repeat(256), "too_long"],
    ["password", "x".repeat(257), "too_long"],
    ["attr.note", "x".repeat(4001), "too_long"],
    ["attr.note", "x".repeat(64 * 1024 + 1), "too_long"],
    ["attr.note", "one;two", "cell_count"],
  ])("in %s (%j) fails with %s, by its line, and the others are imported", async (column, cell, code) => {
    const stage = await importStage();
    const required = HEADER.split(";");
    const header = required.includes(column) ? HEADER : `${HEADER};${column}`;
    const row = (id: string, value: string) => {
      const cells = new Map(header.split(";").map((name) => [name, { sourcedId: id, username: id }[name] ?? "x"]));
      if (!required.includes(column)) cells.set(column, "");
      if (id === "P-2") cells.set(column, value);
      return [...cells.values()].join(";");
    };
    await stage.put("a.csv", csv(header, row("P-1", cell), row("P-2", cell), row("P-3", cell)));
    const outcome = await stage.run();
    const ref = column === "sourcedId" ? "a.csv:3" : "a.csv:3 P-2";
    expect(outcome).toMatchObject({ state: "partial", counts: { scanned: 3, created: 2, failed: 1 } });
    expect(codes(outcome)).toEqual([[ref, code]]);
    expect(await stage.names()).toEqual(["done/a.csv", "done/a.csv.result.csv"]);
    const lines = await stage.result("done/a.csv");
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(new RegExp(`^3;${column === "sourcedId" ? "" : "P-2"};failed;`));
    if (code !== "cell_count") expect(lines[1]).toContain(`;${column}: `);
  });

  it("is told without the person's own data", async () => {
    const stage = await importStage();
    await addPerson(stage, { external_id: "X", username: "secret.name" });
    await stage.put(
      "a.csv",
      csv(
        `${HEADER};email;password`,
        "P-1;secret.name;Secret;Name;;",
        "P-2;p;Secret;Name;secret.name;",
        "P-3;q;Secret;;;secret",
      ),
    );
    const outcome = await stage.run();
    expect(outcome.failures).toHaveLength(3);
    expect(JSON.stringify(outcome).toLowerCase()).not.toContain("secret");
  });

  it("is named by the line on which it begins", async () => {
    const stage = await importStage();
    await stage.put("a.csv", csv(`${HEADER};attr.note`, '\nP-1;a;A;B;"one\ntwo"', "P-2;b;A;;", "\r\nP-3;c;A;;"));
    expect(codes(await stage.run())).toEqual([
      ["a.csv:5 P-2", "missing_cell"],
      ["a.csv:7 P-3", "missing_cell"],
    ]);
  });

  it("twice is wrong: the first row of a sourcedId or username counts, within a chunk and across chunks", async () => {
    for (const chunkSize of [1, 2, 200]) {
      const stage = await importStage();
      await stage.put(
        "a.csv",
        csv(HEADER, "P-1;a;First;X", "P-2;b;First;X", "P-1;c;Second;X", "P-3;b;Second;X", "P-4;d;;X", "P-4;e;Second;X"),
      );
      const outcome = await stage.run({ chunkSize });
      expect(codes(outcome)).toEqual([
        ["a.csv:4 P-1", "duplicate"],
        ["a.csv:5 P-3", "duplicate"],
        ["a.csv:6 P-4", "missing_cell"],
        ["a.csv:7 P-4", "duplicate"],
      ]);
      expect(await stage.rows("SELECT external_id, given_name FROM persons")).toEqual([
        { external_id: "P-1", given_name: "First" },
        { external_id: "P-2", given_name: "First" },
      ]);
      expect(await stage.rows("SELECT * FROM import_seen")).toEqual([]);
    }
  });

  it("never stops the run, however many rows fail", async () => {
    const stage = await importStage();
    await stage.put("a.csv", csv(HEADER, ...Array.from({ length: 6 }, (_, n) => `P-${n};u${n};;X`), person("P-9")));
    const outcome = await stage.run({ maxFailures: 0, chunkSize: 2 });
    expect(outcome).toMatchObject({ state: "partial", counts: { failed: 6, created: 1 } });
    expect(await stage.rows("SELECT * FROM import_seen")).toEqual([]);
  });
});

describe("groups", () => {
  const membersOf = (stage: ImportStage) =>
    stage
      .rows(
        `SELECT g.external_id || ':' || m.source AS member FROM group_members m JOIN groups g ON g.id = m.group_id
        JOIN persons p ON p.id = m.person_id WHERE p.external_id = 'P-1' ORDER BY 1`,
      )
      .then((rows) => rows.map(({ member }) => member));

  it("become the person's memberships of source csv, exactly; those of other sources stay", async () => {
    const stage = await importStage();
    const id = await addPerson(stage, { external_id: "P-1", username: "p-1", import_source: "csv" });
    for (const [name, source] of [
      ["A", "manual"],
      ["B", "xml"],
      ["C", "csv"],
    ] as const)
      await addGroup(stage, name, source);
    await addGroup(stage, "D", "manual", 2);
    for (const [group, source] of [
      [1, "csv"],
      [1, "manual"],
      [2, "rule"],
    ] as const) {
      await stage.database.execute({
        sql: "INSERT INTO group_members (client_id, group_id, person_id, source, joined_at, created_at, updated_at) VALUES (1, ?, ?, ?, 1, 1, 1)",
        args: [group, id, source],
      });
    }
    await stage.put("a.csv", csv(`${HEADER};groups`, person("P-1", ";C| B |C")));
    expect((await stage.run()).counts).toMatchObject({ updated: 1, changed: 1 });
    expect(await membersOf(stage)).toEqual(["A:manual", "B:csv", "B:rule", "C:csv"]);
    await stage.put("b.csv", csv(`${HEADER};groups`, person("P-1", ";B|C")));
    expect((await stage.run()).counts).toMatchObject({ skipped: 1 });
    await stage.put("c.csv", csv(`${HEADER};groups`, person("P-1", ";")));
    expect((await stage.run()).counts).toMatchObject({ skipped: 1 });
    await stage.put("d.csv", csv(`${HEADER};groups`, person("P-1", ";\\N")));
    expect((await stage.run()).counts).toMatchObject({ updated: 1 });
    expect(await membersOf(stage)).toEqual(["A:manual", "B:rule"]);
    const audit = await stage.rows("SELECT before, after FROM audit_log ORDER BY id");
    expect(audit).toEqual([
      { before: '{"groups":[1]}', after: '{"groups":[3,2]}' },
      { before: '{"groups":[2,3]}', after: '{"groups":[]}' },
    ]);
  });

  it("that do not exist are left out with a warning", async () => {
    const stage = await importStage();
    await addGroup(stage, "A", "manual");
    await addGroup(stage, "B", "manual", 2);
    await stage.put("a.csv", csv(`${HEADER};groups`, person("P-1", ";A|B|Z"), person("P-2", ";A")));
    expect(await stage.run()).toMatchObject({ state: "ok", counts: { created: 2, changed: 2 }, failures: [] });
    expect(await membersOf(stage)).toEqual(["A:csv"]);
    expect(await stage.result("done/a.csv")).toEqual([
      "line;ref;result;message",
      "2;P-1;warning;groups: B, Z does not exist; create it, or set createGroups",
    ]);
  });

  it("that do not exist are created if createGroups says so, once each", async () => {
    const stage = await importStage();
    await stage.put("a.csv", csv(`${HEADER};groups`, person("P-1", ";A|B"), person("P-2", ";B")));
    expect(await stage.run({ createGroups: true })).toMatchObject({ state: "ok", counts: { created: 2 } });
    expect(await stage.rows("SELECT external_id, name, kind, source, active FROM groups ORDER BY id")).toEqual([
      { external_id: "A", name: "A", kind: "group", source: "csv", active: 1 },
      { external_id: "B", name: "B", kind: "group", source: "csv", active: 1 },
    ]);
    expect(await stage.rows("SELECT count(*) AS members FROM group_members")).toEqual([{ members: 3 }]);
    expect(
      await stage.rows("SELECT entity_id FROM audit_log WHERE entity = 'group' AND action = 'create'"),
    ).toHaveLength(2);
    await stage.put("b.csv", csv(`${HEADER};groups`, person("P-1", ";B|A"), person("P-2", ";B")));
    expect(await stage.run({ createGroups: true })).toMatchObject({ state: "no_action", counts: { skipped: 2 } });
  });
});

describe("a group of another source", () => {
  it.each([
    ["hr\\|A", 2],
    ["xml|hr|A", null],
    ["xml\\|hr\\|A", 2],
    ["S", 1],
    ["ldap\\|S", 3],
    ["xml\\|S", 4],
    ["ldap\\|NONE", null],
  ])("is named %s", async (cell, group) => {
    const stage = await importStage();
    for (const [name, source] of [
      ["S", "manual"],
      ["hr|A", "xml"],
      ["S", "ldap"],
      ["S", "xml"],
    ] as const)
      await addGroup(stage, name, source);
    await stage.put("a.csv", csv(`${HEADER};groups`, person("P-1", `;${cell}`)));
    await stage.run();
    const found = await stage.rows("SELECT group_id FROM group_members");
    expect(found.map(({ group_id }) => group_id)).toEqual(group === null ? [] : [group]);
  });

  it("is not created by a CSV file", async () => {
    const stage = await importStage();
    await stage.put("a.csv", csv(`${HEADER};groups`, person("P-1", ";xml\\|hr\\|A|B\\|C")));
    expect(await stage.run({ createGroups: true })).toMatchObject({ state: "ok" });
    expect(await stage.rows("SELECT external_id FROM groups")).toEqual([{ external_id: "B|C" }]);
    expect((await stage.result("done/a.csv"))[1]).toContain("xml|hr|A does not exist");
  });

  it("that was not there is joined when the same file is brought again", async () => {
    const stage = await importStage();
    await stage.put("a.csv", csv(`${HEADER};groups`, person("P-1", ";A")));
    await stage.run();
    await addGroup(stage, "A", "manual");
    const bringAgain = async () => {
      const { entries } = await stage.files.list(`${LOCATION}done/`);
      const done = entries.find(({ key }) => !key.endsWith(".result.csv"));
      await stage.files.move(done?.key ?? "", `${LOCATION}a.csv`);
    };
    await bringAgain();
    expect(await stage.run()).toMatchObject({ state: "ok", counts: { updated: 1 } });
    expect(await stage.rows("SELECT source FROM group_members")).toEqual([{ source: "csv" }]);
    await bringAgain();
    expect(await stage.run()).toMatchObject({ state: "no_action", counts: { scanned: 1, skipped: 1 } });
  });
});

describe("a supervisor", () => {
  const supervisors = (stage: ImportStage) =>
    stage.rows(
      "SELECT p.external_id AS person, s.external_id AS supervisor FROM persons p LEFT JOIN persons s ON s.id = p.supervisor_id ORDER BY p.external_id",
    );

  it("may come later in the file, and is counted with the row", async () => {
    for (const chunkSize of [1, 200]) {
      const stage = await importStage();
      await addPerson(stage, { external_id: "P-4", username: "p-4", given_name: "Given", import_source: "csv" });
      await stage.put(
        "a.csv",
        csv(
          `${HEADER};supervisorSourcedId`,
          person("P-1", ";P-3"),
          person("P-4", ";P-3"),
          person("P-2", ";P-1"),
          person("P-3", ";"),
        ),
      );
      const outcome = await stage.run({ chunkSize });
      expect(outcome).toMatchObject({
        state: "ok",
        counts: { scanned: 4, created: 3, updated: 1, changed: 4, skipped: 0 },
      });
      expect(await supervisors(stage)).toEqual([
        { person: "P-1", supervisor: "P-3" },
        { person: "P-2", supervisor: "P-1" },
        { person: "P-3", supervisor: null },
        { person: "P-4", supervisor: "P-3" },
      ]);
    }
  });

  it("who is unknown or deleted is left out with a warning, and the present one stays", async () => {
    const stage = await importStage();
    const boss = await addPerson(stage, { external_id: "BOSS", username: "boss" });
    await addPerson(stage, { external_id: "GONE", username: "gone", auth_status: "deleted" });
    await addPerson(stage, { external_id: "P-1", username: "p-1", supervisor_id: boss, import_source: "csv" });
    await addPerson(stage, { external_id: "OTHER", username: "other", client_id: 2 });
    await stage.put("a.csv", csv(`${HEADER};supervisorSourcedId`, person("P-1", ";GONE"), person("P-2", ";OTHER")));
    expect(await stage.run()).toMatchObject({ state: "ok", counts: { scanned: 2, skipped: 1, created: 1 } });
    expect(await stage.person("P-1")).toMatchObject({ supervisor_id: boss });
    expect(await stage.person("P-2")).toMatchObject({ supervisor_id: null });
    const message = "supervisorSourcedId: nobody has this sourcedId; the supervisor was left as it is";
    expect(await stage.result("done/a.csv")).toEqual([
      "line;ref;result;message",
      `2;P-1;warning;${message}`,
      `3;P-2;warning;${message}`,
    ]);
  });

  it("is not set by a row that failed", async () => {
    const stage = await importStage();
    for (const name of ["P-1", "P-2"])
      await addPerson(stage, { external_id: name, username: name, import_source: "csv" });
    await stage.put(
      "a.csv",
      csv(
        `${HEADER};email;supervisorSourcedId`,
        "P-1;P-1;Given;Family;bad;P-9",
        "P-2;P-2;Given;Family;;",
        "P-2;x;Given;Family;;P-9",
        "P-9;p-9;A;B;;",
      ),
    );
    expect((await stage.run()).counts).toMatchObject({ failed: 2, created: 1, skipped: 1 });
    expect((await supervisors(stage)).every(({ supervisor }) => supervisor === null)).toBe(true);
  });

  it("who is the person itself is none, with a note", async () => {
    const stage = await importStage();
    const boss = await addPerson(stage, { external_id: "BOSS", username: "boss" });
    await addPerson(stage, { external_id: "P-1", username: "p-1", supervisor_id: boss, import_source: "csv" });
    await stage.put("a.csv", csv(`${HEADER};supervisorSourcedId`, person("P-1", ";P-1"), person("P-2", ";P-2")));
    expect(await stage.run()).toMatchObject({ state: "ok", failures: [], counts: { updated: 1, created: 1 } });
    expect(await stage.person("P-1")).toMatchObject({ supervisor_id: null });
    expect(await stage.person("P-2")).toMatchObject({ supervisor_id: null });
    const message = "supervisorSourcedId: nobody is their own supervisor; none was set";
    expect((await stage.result("done/a.csv")).slice(1)).toEqual([
      `2;P-1;warning;${message}`,
      `3;P-2;warning;${message}`,
    ]);
  });

  it("in a circle is stored, and all of the circle who stand in the file are told", async () => {
    for (const chunkSize of [1, 200]) {
      const stage = await importStage();
      const old = await addPerson(stage, { external_id: "OLD", username: "old", import_source: "csv" });
      await addPerson(stage, { external_id: "TOP", username: "top", supervisor_id: old });
      await stage.put(
        "a.csv",
        csv(
          `${HEADER};supervisorSourcedId`,
          person("P-1", ";P-2"),
          person("P-2", ";P-1"),
          person("P-3", ";P-1"),
          "OLD;old;Given;Family;TOP",
        ),
      );
      expect(await stage.run({ chunkSize })).toMatchObject({ state: "ok", failures: [] });
      const told = (await stage.result("done/a.csv")).slice(1).map((line) => line.split(";").slice(0, 3).join(";"));
      expect(told).toEqual(["2;P-1;warning", "3;P-2;warning", "5;OLD;warning"]);
      expect(await supervisors(stage)).toContainEqual({ person: "P-1", supervisor: "P-2" });
      expect(await supervisors(stage)).toContainEqual({ person: "P-2", supervisor: "P-1" });
    }
  });

  it("can be removed", async () => {
    const stage = await importStage();
    const boss = await addPerson(stage, { external_id: "BOSS", username: "boss" });
    await addPerson(stage, { external_id: "P-1", username: "p-1", supervisor_id: boss });
    await stage.put("a.csv", csv(`${HEADER};supervisorSourcedId`, person("P-1", ";\\N")));
    expect((await stage.run()).counts).toMatchObject({ updated: 1, scanned: 1 });
    expect(await stage.person("P-1")).toMatchObject({ supervisor_id: null });
  });
});

describe("a password", () => {
  it("is stored as a hash only, and no change of it is asked for", async () => {
    const stage = await importStage();
    await stage.put("a.csv", csv(`${HEADER};password`, person("P-1", "; spaced out ")));
    await stage.run();
    const stored = await stage.person("P-1");
    expect(stored).toMatchObject({ must_change_password: 0, password_changed_at: NOW });
    expect(await verifyPassword(" spaced out ", String(stored?.password_hash))).toBe(true);
    const traces = JSON.stringify([
      await stage.rows("SELECT * FROM audit_log"),
      await stage.rows("SELECT * FROM checkpoints"),
      await stage.rows("SELECT * FROM run_logs"),
      await stage.result("done/a.csv"),
    ]);
    expect(traces).not.toContain("spaced out");
    expect(traces).not.toContain("scrypt");
  });

  it("given again to somebody who has it changes nothing; another one is set; \\N removes it", async () => {
    const stage = await importStage();
    const hash = await hashPassword("first", new Uint8Array(16));
    await addPerson(stage, { external_id: "P-1", username: "p-1", password_hash: hash, import_source: "csv" });
    await stage.put("a.csv", csv(`${HEADER};password`, person("P-1", ";first")));
    expect((await stage.run()).counts).toMatchObject({ skipped: 1 });
    await stage.put("b.csv", csv(`${HEADER};password`, person("P-1", ";second")));
    expect((await stage.run()).counts).toMatchObject({ updated: 1 });
    expect(await verifyPassword("second", String((await stage.person("P-1"))?.password_hash))).toBe(true);
    await stage.put("c.csv", csv(`${HEADER};password`, person("P-1", ";\\N")));
    await stage.run();
    expect(await stage.person("P-1")).toMatchObject({
      password_hash: null,
      password_changed_at: null,
      must_change_password: 1,
    });
    const after = await stage.rows("SELECT after FROM audit_log ORDER BY id");
    expect(after.map((row) => JSON.parse(String(row.after)))).toEqual([
      { password_hash: "set" },
      { password_hash: "removed" },
    ]);
  });

  it("is refused for people who sign in elsewhere", async () => {
    const stage = await importStage();
    await addPerson(stage, { external_id: "P-1", username: "p-1", auth_source: "ldap" });
    await stage.put(
      "a.csv",
      csv(`${HEADER};authSource;password`, person("P-1", ";;secret"), person("P-2", ";oidc;secret")),
    );
    expect((await stage.run()).failures).toMatchObject([{ code: "bad_value" }, { code: "bad_value" }]);
  });

  it("makes steps of five rows", async () => {
    const stage = await importStage();
    const rows = Array.from({ length: 12 }, (_, n) => person(`P-${n}`, n < 7 ? ";secret" : ";"));
    await stage.put("a.csv", csv(`${HEADER};password`, ...rows));
    const steps: number[] = [];
    const through: Database = {
      execute: stage.database.execute.bind(stage.database),
      transaction: stage.database.transaction.bind(stage.database),
      async batch(statements, mode) {
        const created = JSON.stringify(statements).split("INSERT INTO persons").length - 1;
        if (created > 0) steps.push(created);
        return stage.database.batch(statements, mode);
      },
    };
    await stage.run({}, { through });
    expect(steps).toEqual([5, 7]);
  });
});

describe("a complete list", () => {
  const active = async (stage: ImportStage) =>
    (await stage.rows("SELECT external_id FROM persons WHERE auth_status = 'active' ORDER BY id")).map(
      (row) => row.external_id,
    );

  /** P-1 … P-20 from csv, and others whom no list concerns. */
  async function populated(): Promise<ImportStage> {
    const stage = await importStage();
    await stage.put("a.csv", people(1, 20));
    await stage.run();
    await addPerson(stage, { external_id: "L-1", username: "l-1", import_source: "ldap" });
    await addPerson(stage, { external_id: "M-1", username: "m-1" });
    return stage;
  }

  it.each([
    ["delta.csv", "passive", 0],
    ["full_a.csv", "ignore", 0],
    ["Full_a.csv", "passive", 0],
    ["full_a.csv", "passive", 2],
  ])("named %s with missing=%s makes %i people passive", async (name, missing, deactivated) => {
    const stage = await populated();
    await stage.put(name, people(1, 18));
    const outcome = await stage.run({ missing });
    expect(outcome).toMatchObject({ state: deactivated > 0 ? "ok" : "no_action" });
    expect(outcome.counts.deactivated ?? 0).toBe(deactivated);
    expect(await active(stage)).toHaveLength(22 - deactivated);
    if (deactivated === 0) return;
    expect(await stage.person("P-19")).toMatchObject({ auth_status: "passive", updated_at: NOW + 1000 });
    expect(await stage.rows("SELECT entity_id, before, after FROM audit_log WHERE action = 'deactivate'")).toEqual([
      {
        entity_id: 19,
        before: '{"auth_status":"active"}',
        after: '{"auth_status":"passive","passive_reason":"missing"}',
      },
      {
        entity_id: 20,
        before: '{"auth_status":"active"}',
        after: '{"auth_status":"passive","passive_reason":"missing"}',
      },
    ]);
    expect(await stage.rows("SELECT entity_id FROM index_changes WHERE at > ?", NOW)).toEqual([
      { entity_id: 19 },
      { entity_id: 20 },
    ]);
    await stage.put(`full_b.csv`, people(1, 18));
    expect(await stage.run({ missing })).toMatchObject({ state: "no_action" });
  });

  it("in which more are missing than maxDeactivatePct allows deactivates nobody, keeps its rows and fails the run", async () => {
    const stage = await populated();
    await stage.put("full_a.csv", `${people(1, 17)}P-50;user50;New;Person\nP-51;user51;New;Person\n`);
    await stage.put("later.csv", people(60, 60));
    const outcome = await stage.run({ missing: "passive" });
    expect(outcome).toMatchObject({
      state: "failed",
      reason: "too_many_deactivations",
      counts: { created: 3, files: 2 },
    });
    expect(outcome.message).toContain("full_a.csv: 3 of 20 people are missing from this list, more than 10 %");
    expect(await active(stage)).toHaveLength(25);
    expect(await stage.names()).toEqual([
      "done/a.csv",
      "done/a.csv.result.csv",
      "done/later.csv",
      "done/later.csv.result.csv",
      "failed/full_a.csv",
      "failed/full_a.csv.result.csv",
    ]);
    expect(await stage.result("failed/full_a.csv")).toEqual([
      "line;ref;result;message",
      expect.stringMatching(/^;;failed;3 of 20 people/),
    ]);
    // Brought again with a higher limit, the same content is read again.
    await stage.put("full_a.csv", `${people(1, 17)}P-50;user50;New;Person\nP-51;user51;New;Person\n`);
    const again = await stage.run({ missing: "passive", maxDeactivatePct: 20 });
    // P-60 came in between and is missing, too.
    expect(again).toMatchObject({ state: "ok", counts: { deactivated: 4, skipped: 19 } });
  });

  it.each([
    [20, 10, 2, true],
    [20, 10, 3, false],
    [10, 0, 0, true],
    [10, 0, 1, false],
    [10, 100, 10, true],
  ])("of %i people with a limit of %i %% may miss %i: %s", async (count, maxDeactivatePct, missing, allowed) => {
    const stage = await importStage();
    await stage.put("a.csv", people(1, count));
    await stage.run();
    await stage.put("full_b.csv", people(1, count - missing));
    const outcome = await stage.run({ missing: "passive", maxDeactivatePct });
    expect(outcome.reason).toBe(allowed ? null : "too_many_deactivations");
    expect(outcome.counts.deactivated ?? 0).toBe(allowed ? missing : 0);
  });

  it("names people also by rows that fail", async () => {
    const stage = await populated();
    await stage.put(
      "full_a.csv",
      csv(
        `${HEADER};email`,
        ...Array.from({ length: 17 }, (_, n) => `P-${n + 1};user${n + 1};Given${n + 1};Family${n + 1};`),
        "P-18;user18;;;",
        ";user19;A;B;",
        "P-20;user20;A;B;bad",
      ),
    );
    const outcome = await stage.run({ missing: "passive" });
    expect(outcome).toMatchObject({ state: "partial", counts: { failed: 3, skipped: 17 } });
    expect(await active(stage)).toHaveLength(22);
  });

  it("counts neither people who are passive already nor those of other sources", async () => {
    const stage = await populated();
    await stage.put(
      "b.csv",
      csv(
        `${HEADER};status`,
        ...[11, 12, 13, 14, 15, 16, 17, 18, 19, 20].map((n) => `P-${n};user${n};G;F;tobedeleted`),
      ),
    );
    await stage.run();
    await stage.put("full_c.csv", people(1, 9));
    expect(await stage.run({ missing: "passive" })).toMatchObject({ state: "ok", counts: { deactivated: 1 } });
  });

  it("is measured against the people there were before it, not against those it brings", async () => {
    const stage = await importStage();
    await stage.put("a.csv", people(1, 50));
    await stage.run();
    await stage.put("full_b.csv", people(1001, 1600));
    const outcome = await stage.run({ missing: "passive", minOverlapPct: 0 });
    expect(outcome).toMatchObject({ state: "failed", reason: "too_many_deactivations", counts: { created: 600 } });
    expect(outcome.message).toContain("50 of 50 people are missing");
    expect(await active(stage)).toHaveLength(650);
  });

  it.each([
    [20, 9, false],
    [20, 10, true],
    [19, 1, true],
  ])("of %i people that names %i of them is read: %s", async (count, named, read) => {
    const stage = await importStage();
    await stage.put("a.csv", people(1, count));
    await stage.run();
    await stage.put("full_b.csv", people(count - named + 1, count + 50));
    await stage.put("later.csv", people(900, 900));
    const before = await stage.rows("SELECT * FROM persons");
    const outcome = await stage.run({ chunkSize: 7 });
    if (read) {
      expect(outcome).toMatchObject({ state: "ok", failures: [] });
      return;
    }
    expect(outcome).toMatchObject({ state: "failed", reason: "suspicious_file", counts: { created: 1 } });
    expect(outcome.message).toContain(`full_b.csv: The list names ${named} of the ${count} people of earlier files`);
    expect((await stage.rows("SELECT * FROM persons")).slice(0, -1)).toEqual(before);
    expect(await stage.names()).toContain("failed/full_b.csv");
  });

  it("by usernames overlaps as well as by sourcedIds", async () => {
    const stage = await importStage();
    await stage.put("a.csv", people(1, 20));
    await stage.run();
    const rows = Array.from({ length: 20 }, (_, n) => `NEW-${n};USER${n + 1};A;B`);
    await stage.put("full_b.csv", csv(HEADER, ...rows));
    expect(await stage.run()).toMatchObject({ state: "partial", counts: { failed: 20 } });
  });

  it("A, then B, then A again leaves exactly the people of A active", async () => {
    const stage = await importStage();
    const [a, b] = [people(1, 19), people(3, 25)];
    const bring = async (text: string) => {
      await stage.put("full_people.csv", text);
      const outcome = await stage.run({ missing: "passive", maxDeactivatePct: 100 });
      expect(outcome).toMatchObject({ state: "ok", failures: [] });
      return outcome;
    };
    await bring(a);
    const [first] = (await stage.files.list(`${LOCATION}done/`)).entries;
    expect((await bring(b)).counts).toMatchObject({ deactivated: 2, created: 6 });
    expect(await active(stage)).toEqual(Array.from({ length: 23 }, (_, n) => `P-${n + 3}`));
    // The very same object: key, size and etag.
    await stage.files.move(first?.key ?? "", `${LOCATION}full_people.csv`);
    const again = await stage.run({ missing: "passive", maxDeactivatePct: 100 });
    expect(again).toMatchObject({ state: "ok", counts: { reactivated: 2, deactivated: 6 } });
    expect(await active(stage)).toEqual(Array.from({ length: 19 }, (_, n) => `P-${n + 1}`));
    expect(await stage.person("P-1")).toMatchObject({ passive_reason: null, activated_on: "2026-03-02" });
  });

  it("works through many missing people in chunks", async () => {
    const stage = await populated();
    await stage.put("full_a.csv", people(1, 7));
    const outcome = await stage.run({ missing: "passive", maxDeactivatePct: 90, minOverlapPct: 0, chunkSize: 3 });
    expect(outcome.counts).toMatchObject({ scanned: 20, deactivated: 13 });
    expect(await active(stage)).toHaveLength(9);
  });
});

describe("somebody who was deleted for good", () => {
  async function erased(kind: "external_id" | "username", value: string): Promise<ImportStage> {
    const stage = await importStage();
    const hash = await erasedKeyHash(await erasedKeySecret(new Uint8Array(32).fill(7)), 1, kind, value);
    await stage.database.execute({
      sql: "INSERT INTO erased_people (client_id, key_hash) VALUES (1, ?)",
      args: [hash],
    });
    return stage;
  }

  it.each([
    ["external_id", "P-1"],
    ["username", "p-1"],
  ] as const)("is not created again, known by %s", async (kind, value) => {
    const stage = await erased(kind, value);
    await stage.put("a.csv", csv(HEADER, "P-1;P-1;Given;Family", person("P-2")));
    expect(await stage.run()).toMatchObject({
      state: "ok",
      failures: [],
      counts: { scanned: 2, created: 1, skipped: 1, erasedSkipped: 1 },
    });
    expect(await stage.person("P-1")).toBeUndefined();
    expect((await stage.result("done/a.csv"))[1]).toMatch(/^2;P-1;warning;The person with this sourcedId/);
  });

  it("is created again with recreateErased; somebody there with that key goes on being updated", async () => {
    const stage = await erased("external_id", "P-1");
    await stage.put("a.csv", csv(HEADER, person("P-1")));
    expect(await stage.run({ recreateErased: true })).toMatchObject({ counts: { created: 1 } });
    await stage.put("b.csv", csv(HEADER, "P-1;p-1;New;Family"));
    expect(await stage.run()).toMatchObject({ counts: { updated: 1 } });
  });
});

describe("a whole run", () => {
  it("changes one row for one changed byte of a file, and skips the others", async () => {
    const stage = await importStage();
    const text = people(1, 500);
    await stage.put("people.csv", text);
    expect((await stage.run()).counts).toMatchObject({ created: 500 });
    await stage.put("people.csv", text.replace("Given250", "Gaven250"));
    const outcome = await stage.run();
    expect(outcome).toMatchObject({ state: "ok", counts: { scanned: 500, changed: 1, updated: 1, skipped: 499 } });
    expect(await stage.person("P-250")).toMatchObject({ given_name: "Gaven250" });
  });

  it("leaves another client's people alone, though they have the same ids and names", async () => {
    const stage = await importStage();
    await addPerson(stage, { client_id: 2, external_id: "P-1", username: "user1", import_source: "csv" });
    await addPerson(stage, { client_id: 2, external_id: "P-99", username: "user99", import_source: "csv" });
    const before = await stage.rows("SELECT * FROM persons WHERE client_id = 2");
    await stage.put("full_a.csv", people(1, 3));
    expect((await stage.run({ missing: "passive", maxDeactivatePct: 100 })).counts).toMatchObject({ created: 3 });
    expect(await stage.rows("SELECT * FROM persons WHERE client_id = 2")).toEqual(before);
  });

  it("rehearsed changes nothing, finds what is wrong and leaves no trace of its own", async () => {
    const stage = await importStage();
    await stage.put("a.csv", people(1, 20));
    await stage.run();
    await stage.put(
      "full_b.csv",
      `${people(1, 19).replace("Given5", "Changed")}P-30;user30;A;B\nP-30;x;A;B\nP-31;y;;B\n`,
    );
    const before = await stage.rows("SELECT * FROM persons");
    const filesBefore = await stage.rows("SELECT * FROM files");
    const outcome = await stage.run({ missing: "passive", chunkSize: 4 }, { dryRun: true });
    expect(outcome.counts).toMatchObject({
      scanned: 23,
      created: 1,
      updated: 1,
      skipped: 18,
      failed: 2,
      deactivated: 1,
      files: 1,
    });
    expect(codes(outcome)).toEqual([
      ["full_b.csv:22 P-30", "duplicate"],
      ["full_b.csv:23 P-31", "missing_cell"],
    ]);
    expect(await stage.rows("SELECT * FROM persons")).toEqual(before);
    expect(await stage.rows("SELECT * FROM files")).toEqual(filesBefore);
    expect(await stage.rows("SELECT * FROM import_seen")).toEqual([]);
    expect(await stage.names()).toContain("full_b.csv");
    const real = await stage.run({ missing: "passive", chunkSize: 4 });
    expect(real.counts).toEqual(outcome.counts);
  });

  it("of maxRows rows goes on behind the last row of the one before, until all is done", async () => {
    const stage = await importStage();
    await stage.put(
      "a.csv",
      csv(`${HEADER};supervisorSourcedId`, ...[1, 2, 3, 4, 5].map((n) => person(`P-${n}`, ";P-5"))),
    );
    await stage.put("b.csv", csv(HEADER, "P-6;p-6;;B", person("P-7"), "P-8;p-8;;B"));
    const created: unknown[] = [];
    for (let run = 0; run < 4; run += 1) {
      const { state, counts } = await stage.run({ maxRows: 2 });
      created.push([state, counts.scanned ?? 0, counts.created ?? 0, counts.files ?? 0]);
    }
    expect(created).toEqual([
      ["partial", 2, 2, 0],
      ["partial", 2, 2, 0],
      ["partial", 2, 1, 1],
      ["partial", 2, 1, 0],
    ]);
    expect(await stage.run({ maxRows: 2 })).toMatchObject({ counts: { files: 1 } });
    expect(await stage.names()).toEqual(["done/a.csv", "done/a.csv.result.csv", "done/b.csv", "done/b.csv.result.csv"]);
    // What failed in another run stands in the result of the file all the same.
    expect(await stage.result("done/b.csv")).toHaveLength(3);
    expect(await stage.rows("SELECT count(*) AS n FROM persons WHERE supervisor_id IS NOT NULL")).toEqual([{ n: 4 }]);
    expect(await stage.rows("SELECT * FROM import_seen")).toEqual([]);
  });
});
