import { describe, expect, it } from "vitest";
import { csv, importStage, NOW } from "../stage.ts";
import { addPerson, codes, HEADER, person } from "./people-stage.ts";

describe("a row for a new person", () => {
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

describe("a row for a known person", () => {
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
