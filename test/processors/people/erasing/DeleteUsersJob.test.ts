import { beforeEach, describe, expect, it } from "vitest";
import type { Files } from "../../../../src/files/files.ts";
import { erasedKeyHash, erasedKeySecret } from "../../../../src/learning/erasure/erased-key.ts";
import { rowsOf, takeSnapshot } from "../../../conformance/suite/snapshot.ts";
import { otherXml } from "../life/documents.ts";
import { leaveHistory } from "../life/history.ts";
import { live } from "../life/live.ts";
import { beMentioned } from "../life/mentions.ts";
import { type Person, zaphira } from "../life/person.ts";
import { traces } from "../life/traces.ts";
import type { Stage } from "../stage.ts";
import { Erasure } from "./erasure.ts";

let erasure: Erasure;
let stage: Stage;
let files: Files;

beforeEach(async () => {
  erasure = await Erasure.set();
  ({ stage, files } = erasure);
});

const rowsOfClient = async (client: number) => rowsOf(await takeSnapshot(stage.database, files), client);
const historyRows = async () => [
  await stage.rows("SELECT * FROM failures WHERE run_id = 901"),
  await stage.rows("SELECT * FROM effects WHERE run_id = 901"),
  await stage.rows("SELECT * FROM run_logs WHERE run_id = 901"),
];

/** Table, id and column of each line of the list of mentions. */
const listed = async (run: { readonly id: number }) =>
  ((await erasure.contentOf(`c/1/data/log/erasure/${run.id}.csv`)) ?? "")
    .split("\r\n")
    .slice(1)
    .filter(Boolean)
    .map((line) => line.replaceAll('"', "").split(";"));

const oneill: Person = {
  id: 11,
  username: "zo'neill@firm",
  given: "Zoë-Ülrike",
  family: "O'Neill & Söhne",
  email: "zoe.o'neill@example.com",
  externalId: "P'17",
};

describe.each(["anonymise", "remove"] as const)("a person who is deleted by way of %s", (mode) => {
  const other: Person = { ...zaphira, id: 20_011 };

  beforeEach(async () => {
    await stage.database.execute({ sql: "UPDATE clients SET deletion_mode = ?", args: [mode] });
  });

  describe("with a life in the suite", () => {
    beforeEach(async () => {
      await live(stage.database, files, 1, zaphira);
      await leaveHistory(stage.database, 1, zaphira);
    });

    it("is found in no column of any table and in no file, and another client's namesake in all of them", async () => {
      await live(stage.database, files, 2, other);
      await leaveHistory(stage.database, 2, other);
      const before = (await traces(stage.database, files, zaphira)).length;
      const elsewhere = await rowsOfClient(2);
      expect(before).toBeGreaterThan(50);
      const { state, counts, errors } = await erasure.run();
      expect([state, errors]).toEqual(["ok", []]);
      expect(counts).toMatchObject({ [mode === "remove" ? "removed" : "anonymised"]: 1, mentions: 0 });
      expect(await traces(stage.database, files, zaphira)).toEqual([]);
      expect(await rowsOfClient(2)).toEqual(elsewhere);
    });

    it("leaves the lines of others in lists, and the elements of others in XML files, to the byte", async () => {
      await erasure.run();
      const list = (...lines: string[]) =>
        `sourcedId;username;givenName;familyName;email\r\n${lines.map((line) => `${line}\r\n`).join("")}`;
      const otto = "P-18;other;Otto;Other;otto@example.com";
      expect(await erasure.contentOf("c/1/import/user_csv/next11.csv")).toBe(list(otto));
      expect(await erasure.contentOf("c/1/import/user_csv/done/20260227_users11.csv")).toBe(
        list(otto, 'P-19;x;Xaver;"two\nlines";'),
      );
      expect(await erasure.contentOf("c/1/import/xml_group/done/20260227_groups11.xml")).toBe(otherXml);
      expect(await erasure.contentOf("c/1/import/xml_group/next11.xml")).toBe(otherXml);
      expect(await erasure.contentOf("c/1/import/xml_group/done/20260227_others11.xml")).toBe(otherXml);
      // Results and a failed list with no other person's line go as a whole; so do all the person's own objects.
      expect((await files.list("c/1/")).entries.map(({ key }) => key)).toEqual([
        "c/1/data/report/subscription/1199/2026-02-27_119.csv",
        "c/1/import/user_csv/done/20260227_users11.csv",
        "c/1/import/user_csv/next11.csv",
        "c/1/import/xml_group/done/20260227_groups11.xml",
        "c/1/import/xml_group/done/20260227_others11.xml",
        "c/1/import/xml_group/next11.xml",
      ]);
      expect(await stage.rows("SELECT key FROM files WHERE client_id = 1")).toEqual([
        { key: "c/1/import/user_csv/dead11.csv" },
      ]);
      expect(await stage.rows("SELECT key FROM import_seen WHERE client_id = 1 ORDER BY key")).toEqual([
        { key: 'note:0000000003:["P-18","x","y"]' },
        { key: "username:other" },
      ]);
    });

    it("is taken out of mails about the person, which are not sent any more", async () => {
      await erasure.run();
      expect(
        await stage.rows(
          "SELECT id, to_address, subject, body, status, about_person_id FROM messages WHERE person_id = 12 ORDER BY id",
        ),
      ).toEqual([
        {
          id: 113,
          to_address: "led@example.com",
          subject: "",
          body: "",
          status: "sent",
          about_person_id: mode === "remove" ? null : 11,
        },
        {
          ...{
            id: 115,
            to_address: "led@example.com",
            subject: "No person is named here",
            body: "No person is named here",
          },
          ...{ status: "to_forward", about_person_id: null },
        },
        {
          id: 116,
          to_address: "led@example.com",
          subject: "",
          body: "",
          status: "error",
          about_person_id: mode === "remove" ? null : 11,
        },
      ]);
      expect(await erasure.count("messages WHERE person_id = 11 AND status = 'to_forward'")).toBe(0);
    });

    it(
      mode === "remove" ? "leaves totals only, without a person" : "leaves the records of learning without the person",
      async () => {
        await erasure.run();
        const stays = mode === "anonymise" ? 1 : 0;
        for (const table of [
          "registrations WHERE person_id = 11",
          "item_progress WHERE registration_id = 11",
          "recert_periods WHERE registration_id = 11",
          "issued_certificates WHERE person_id = 11",
          "attempts WHERE person_id = 11",
          "skill_achievements WHERE person_id = 11",
          "person_certifications WHERE person_id = 11",
          "certification_credits WHERE person_certification_id = 11",
          "tracking_events WHERE person_id = 11",
          "tracking_daily WHERE person_id = 11",
          "persons WHERE id = 11",
        ]) {
          expect([table, await erasure.count(table)]).toEqual([table, stays]);
        }
        for (const table of [
          "person_sessions",
          "push_devices",
          "xapi_auth_tokens",
          "vc_accounts",
          "group_members",
          "lti_scores",
        ]) {
          expect([table, await erasure.count(`${table} WHERE person_id = 11`)]).toEqual([table, 0]);
        }
        expect(await erasure.count("orders WHERE email = '' AND amount_minor = 100")).toBe(2);
        expect(await stage.rows("SELECT person_id, event_count, duration_s FROM tracking_daily")).toEqual([
          { person_id: mode === "remove" ? 0 : 11, event_count: 2, duration_s: 100 },
        ]);
        expect(await stage.rows("SELECT supervisor_id, deletion_requested_by FROM persons WHERE id = 12")).toEqual([
          mode === "remove"
            ? { supervisor_id: null, deletion_requested_by: null }
            : { supervisor_id: 11, deletion_requested_by: 11 },
        ]);
        if (mode === "remove") return;
        const [person] =
          await stage.rows(`SELECT username, username_key, given_name, family_name, email, external_id, ldap_dn, attributes,
            password_hash, deletion_on, auth_status FROM persons WHERE id = 11`);
        expect(person).toEqual({
          ...{ username: "deleted-11", username_key: "deleted-11", given_name: "deleted", family_name: "deleted" },
          ...{
            attributes: "{}",
            email: null,
            external_id: null,
            ldap_dn: null,
            password_hash: null,
            deletion_on: null,
          },
          auth_status: "deleted",
        });
        expect(await stage.rows("SELECT client_identifier FROM avetmiss_activities ORDER BY id")).toEqual([
          { client_identifier: "d11" },
          { client_identifier: "d11" },
        ]);
      },
    );

    it("is known by a keyed hash of external id and username, so that no import makes the person again by accident", async () => {
      await erasure.run();
      const secret = await erasedKeySecret(new Uint8Array(32).fill(7));
      const hashes = [
        await erasedKeyHash(secret, 1, "external_id", "P-17"),
        await erasedKeyHash(secret, 1, "username", "zquell"),
      ];
      expect(await stage.rows("SELECT client_id, key_hash FROM erased_people ORDER BY key_hash")).toEqual(
        hashes.sort().map((key_hash) => ({ client_id: 1, key_hash })),
      );
    });

    it("is told to the search indexes", async () => {
      await erasure.run();
      expect(await stage.rows("SELECT entity, entity_id, op FROM index_changes ORDER BY entity, entity_id")).toEqual([
        { entity: "person", entity_id: 11, op: "delete" },
        ...(mode === "remove" ? [{ entity: "person", entity_id: 12, op: "upsert" }] : []),
        { entity: "registration", entity_id: 11, op: mode === "remove" ? "delete" : "upsert" },
      ]);
    });

    it("is left in peace by a dry run, which says what it would do and names no person", async () => {
      await beMentioned(stage.database, files, 1, zaphira);
      const before = await takeSnapshot(stage.database, files);
      const history = await historyRows();
      const rehearsed = await erasure.run({}, { dryRun: true });
      expect(await takeSnapshot(stage.database, files)).toEqual(before);
      expect(await historyRows()).toEqual(history);
      expect(rehearsed.log.filter((line) => /zquell|zaphíra|quellmann/i.test(line))).toEqual([]);
      expect(rehearsed.log).toContain(`Would do: ${mode} person 11: delete 6 files`);
      const real = await erasure.run();
      expect(real.counts).toEqual(rehearsed.counts);
    });

    it("is deleted once", async () => {
      await erasure.run();
      const before = await takeSnapshot(stage.database, files);
      const again = await erasure.run();
      expect(again.state).toBe("no_action");
      expect(await takeSnapshot(stage.database, files)).toEqual(before);
    });

    it("is deleted in steps of one row as in one step", async () => {
      await erasure.run({ chunkSize: 1 });
      expect(await traces(stage.database, files, zaphira)).toEqual([]);
      expect(await stage.rows("SELECT person_id, event_count, duration_s FROM tracking_daily")).toEqual([
        { person_id: mode === "remove" ? 0 : 11, event_count: 2, duration_s: 100 },
      ]);
    });
  });

  it("leaves no trace in encoded forms: entities, percent signs, JSON escapes", async () => {
    await live(stage.database, files, 1, oneill);
    await leaveHistory(stage.database, 1, oneill);
    expect((await traces(stage.database, files, oneill)).length).toBeGreaterThan(50);
    expect((await erasure.run()).errors).toEqual([]);
    expect(await traces(stage.database, files, oneill)).toEqual([]);
  });

  it("and is mentioned elsewhere stays mentioned: nothing of others is changed, and each place is listed", async () => {
    const columns = await beMentioned(stage.database, files, 1, zaphira);
    const before = await takeSnapshot(stage.database, files);
    await live(stage.database, files, 1, zaphira);
    const done = await erasure.run();
    expect(done.counts.mentions).toBe(columns);
    const after = await takeSnapshot(stage.database, files);
    for (const [table, rows] of Object.entries(before.tables))
      for (const row of rows) expect(after.tables[table]).toContainEqual(row);
    expect(after.files).toMatchObject(before.files);
    const list = await listed(done);
    expect(list.map((line) => line.slice(0, 2).concat(line[3] ?? "")).sort()).toEqual(
      [
        ["11", "persons", "attributes"],
        ["11", "groups", "name"],
        ["11", "groups", "rule"],
        ["11", "components", "description"],
        ["11", "vc_sessions", "host_email"],
        ["11", "exercise_submissions", "correction"],
        ["11", "messages", "subject"],
        ["11", "settings", "value"],
        ["11", "texts", "value"],
      ].sort(),
    );
    expect(done.log.filter((line) => line.startsWith("Deleted people are named"))).toHaveLength(1);
    const text = await erasure.contentOf(`c/1/data/log/erasure/${done.id}.csv`);
    for (const name of ["zquell", "Quellmann", "zaphira"]) expect(text).not.toContain(name);
  });

  it("is not looked for where mentions are ignored", async () => {
    await beMentioned(stage.database, files, 1, zaphira);
    await live(stage.database, files, 1, zaphira);
    const done = await erasure.run({ mentions: "ignore" });
    expect([done.state, done.counts.mentions ?? 0, await listed(done)]).toEqual(["ok", 0, []]);
  });
});

describe("who is due", () => {
  it.each([
    ["2026-03-01", 0, true],
    ["2026-03-02", 0, false],
    ["2026-02-27", 2, true],
    ["2026-02-28", 2, false],
    [null, 0, false],
  ])("deletion_on %s with %i days of grace on 2 March: %s", async (deletionOn, graceDays, deleted) => {
    await stage.add("persons", { id: 1, deletion_on: deletionOn });
    const { state } = await erasure.run({ graceDays });
    expect([state, (await erasure.statuses())[1]]).toEqual(deleted ? ["ok", "deleted"] : ["no_action", "active"]);
  });

  it("a person who is spared while the job is at work keeps rows and files", async () => {
    await erasure.due(1);
    await erasure.due(2);
    await stage.add("report_subscriptions", { id: 1, report_id: 1, person_id: 1, weekdays: "[2]", format: "csv" });
    await files.write("c/1/data/report/subscription/1/2026-02-27.csv", "a;b\r\n");
    const list: Files["list"] = async (prefix, cursor) => {
      // The last look before the person's own files are deleted.
      if (prefix === "c/1/data/report/subscription/1/")
        await stage.database.execute("UPDATE persons SET deletion_on = NULL WHERE id = 1");
      return files.list(prefix, cursor);
    };
    expect((await erasure.run({}, { through: { list } })).state).toBe("ok");
    expect(await erasure.statuses()).toEqual({ 1: "passive", 2: "deleted" });
    expect(await erasure.contentOf("c/1/data/report/subscription/1/2026-02-27.csv")).toBe("a;b\r\n");
    expect(await erasure.count("report_subscriptions")).toBe(1);
  });
});

it("What shops have sent about orders of the deleted person is emptied, also where no person was known of it, and of others not one byte", async () => {
  await erasure.due(1, { email: "ada@example.com" });
  await stage.add("persons", { id: 2, email: "grace@example.com" });
  const order = { provider: "shopify", status: "paid", amount_minor: 1, currency: "EUR", placed_at: 0 };
  await stage.add(
    "orders",
    { ...order, id: 1, remote_id: "1", email: "ADA@example.com" },
    { ...order, id: 2, remote_id: "2", email: "other@example.com", person_id: 1 },
    { ...order, id: 3, remote_id: "3", email: "grace@example.com", person_id: 2 },
    { ...order, id: 4, remote_id: "1", provider: "paypal", email: "grace@example.com" },
  );
  const payload = JSON.stringify({ email: "ada@example.com", note: "Grüße" });
  const event = { topic: "orders/paid", payload, received_at: 0, state: "parked", error: "needs_person" };
  const about = (id: number, subject: string | null, more = {}) => ({
    ...event,
    id,
    provider: "shopify",
    delivery_id: `d${id}`,
    subject,
    ...more,
  });
  await stage.add(
    "webhook_events",
    about(1, "1"),
    about(2, "2", { state: "ignored", error: null }),
    about(3, "9", { person_id: 1 }),
    about(4, "3"),
    about(5, "1", { provider: "paypal" }),
    about(6, "1", { person_id: 2 }),
    about(7, null),
  );
  const others = () => stage.rows("SELECT * FROM webhook_events WHERE id > 3 ORDER BY id");
  const before = await others();
  expect((await erasure.run()).state).toBe("ok");
  expect(await stage.rows("SELECT id, payload, error FROM webhook_events WHERE id <= 3 ORDER BY id")).toEqual(
    [1, 2, 3].map((id) => ({ id, payload: "{}", error: null })),
  );
  expect(await others()).toEqual(before);
});

describe("a mailbox that two people share proves nothing", () => {
  const shared = { email: "Office@example.com" };
  beforeEach(async () => {
    await erasure.due(1, shared);
    await stage.add("persons", { id: 2, email: "office@example.com" });
    const message = { created_run_id: 1, kind: "system", channel: "mail", status: "to_forward", queued_at: 0 };
    await stage.add(
      "messages",
      {
        ...message,
        id: 1,
        person_id: 2,
        to_address: "office@example.com",
        subject: "For 2",
        body: "",
        dedupe_key: "1",
      },
      { ...message, id: 2, to_address: "office@example.com", subject: "For a person", body: "", dedupe_key: "2" },
    );
    await stage.add("vc_sessions", {
      id: 1,
      component_id: 1,
      item_id: 1,
      connector_id: 1,
      remote_id: "s",
      start_at: 0,
      end_at: 1,
    });
    await stage.add("vc_attendance", {
      id: 1,
      session_id: 1,
      remote_email: "office@example.com",
      join_key: "j",
      joined_at: 0,
      left_at: 1,
      duration_s: 1,
    });
    const order = {
      provider: "shopify",
      email: "office@example.com",
      status: "paid",
      amount_minor: 1,
      currency: "EUR",
      placed_at: 0,
    };
    await stage.add("orders", { ...order, id: 1, remote_id: "1", person_id: 2 }, { ...order, id: 2, remote_id: "2" });
  });
  const addresses = () =>
    stage.rows(`SELECT 'm' || id AS row, to_address AS address FROM messages UNION ALL SELECT 'o' || id, email FROM orders
      UNION ALL SELECT 'v' || id, remote_email FROM vc_attendance ORDER BY 1`);

  it("while the other is there, every mail and order stays", async () => {
    const before = await addresses();
    await erasure.run();
    expect((await erasure.statuses())[1]).toBe("deleted");
    expect(await addresses()).toEqual(before);
  });

  it("once the last one goes, what has no other owner goes too", async () => {
    await erasure.run();
    await stage.database.execute("UPDATE persons SET deletion_on = '2026-03-01' WHERE id = 2");
    await erasure.run();
    expect(await addresses()).toEqual([
      { row: "m1", address: null },
      { row: "m2", address: null },
      { row: "o1", address: "" },
      { row: "o2", address: "" },
      { row: "v1", address: "" },
    ]);
  });

  it("and if both go together, likewise", async () => {
    await stage.database.execute("UPDATE persons SET deletion_on = '2026-03-01' WHERE id = 2");
    await erasure.run();
    expect((await addresses()).map(({ address }) => address ?? "")).toEqual(["", "", "", "", ""]);
  });
});

it("people are dealt with one after the other, however small the chunks", async () => {
  for (let id = 1; id <= 7; id += 1) await erasure.due(id);
  const { counts } = await erasure.run({ chunkSize: 2 });
  expect(counts).toMatchObject({ anonymised: 7, scanned: 7 });
});
