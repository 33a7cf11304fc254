import { erasedKeyHash, erasedKeySecret } from "../../../../src/learning/erasure/erased-key.ts";
import { UserImport as processor } from "../../../../src/processors/imports/UserImport.ts";
import type { Ground, Scenario } from "../../suite/scenario.ts";

/** People `C-1` … `C-12` who came from CSV before. */
const KNOWN = 12;

const lines = (...all: string[]) => `${all.join("\r\n")}\r\n`;

/**
 * A complete list without C-11 and C-12; C-3 has married, C-5, C-6 and C-7 pass their usernames on in a ring, C-8 takes one that
 * its holder keeps, and L-1, whom a complete list made passive, is back. Columns are renamed, one is ignored, rows are blank.
 */
const RING: Readonly<Record<number, string>> = { 5: "C6", 6: "c7", 7: "c5", 8: "c9" };
const FULL = lines(
  "sep=,",
  "id,username,givenName,familyName,colour,",
  ...Array.from(
    { length: KNOWN - 2 },
    (_, n) => `C-${n + 1},${RING[n + 1] ?? `c${n + 1}`},Given,${n === 2 ? "Married" : "Family"},red,`,
  ),
  ",,,,,",
  "L-1\u200b,l1,Given,Family,red,",
  "X-1,erased,Given,Family,red,",
);

/** New people with supervisors who come later, one who is their own, groups, bad lines, usernames that are one but for case. */
const NEW = lines(
  "sourcedId;username;givenName;familyName;email;supervisorSourcedId;groups;attr.desk",
  "N-1;n1;Ada;Bauer;ada@example.com;N-6;A|B|xml\\|hr\\|A;1",
  "N-2;n2;Björn;Çelik;no address;N-6;A;2",
  "N-3;n3;Chiara;Dubois;;C-1;B|C;3",
  "N-1;n4;Dmitri;Eriksson;;;;4",
  'N-5;n5;Elif;"Groß;\n""Elif""";;;A;5',
  "N-6;n6;Fátima;Horváth;;NOBODY;A;6",
  "N-7;c1;Grégoire;Ivanova;;;;7",
  "N-8;n8;Hana;Jensen;;N-8;;8",
  "N-9;N1;Ines;Kowalski;;;;9",
  ";;;;;;;",
);

const put = (files: Ground["files"], clientId: number, name: string, text: string) =>
  files.write(`c/${clientId}/import/user_csv/${name}`, text);

export const UserImport: Scenario = {
  processor,
  parameters: { chunkSize: 4, missing: "passive", maxDeactivatePct: 20, createGroups: true },
  badParameters: [
    [{ missing: "deleted" }, "missing"],
    [{ maxDeactivatePct: 101 }, "maxDeactivatePct"],
    [{ maxDeactivatePct: -1 }, "maxDeactivatePct"],
    [{ minOverlapPct: 101 }, "minOverlapPct"],
    [{ createGroups: "yes" }, "createGroups"],
    [{ recreateErased: 1 }, "recreateErased"],
    [{ location: "c/2/" }, "location"],
    [{ chunkSize: 1001 }, "chunkSize"],
  ],
  ends: "partial",
  // What a folder makes of inode and clock.
  volatile: ["files.etag", "files.stored_at", "files.fingerprint"],
  async seed({ database, files }, bystanders) {
    const person = (clientId: number, name: string, source: string | null) => ({
      sql: `INSERT INTO persons (client_id, external_id, username, username_key, given_name, family_name, import_source, enrolled_on, created_at, updated_at)
        VALUES (?, ?, ?, ?, 'Given', 'Family', ?, '2020-01-01', 0, 0)`,
      args: [clientId, name, name.toLowerCase().replace("-", ""), name.toLowerCase().replace("-", ""), source],
    });
    const secret = await erasedKeySecret(new Uint8Array(32).fill(7));
    for (const clientId of [1, 2]) {
      await database.batch(
        [
          {
            sql: `INSERT INTO import_configs (client_id, kind, name, options, mapping, created_at, updated_at)
              VALUES (?, 'user_csv', 'People', '{"unknownColumns":"ignore"}', '{"id":"sourcedId"}', 0, 0)`,
            args: [clientId],
          },
          {
            sql: "INSERT INTO erased_people (client_id, key_hash) VALUES (?, ?)",
            args: [clientId, await erasedKeyHash(secret, clientId, "external_id", "X-1")],
          },
          ...["A", "B"].map((name) => ({
            sql: "INSERT INTO groups (client_id, external_id, name, created_at, updated_at) VALUES (?, ?, ?, 0, 0)",
            args: [clientId, name, name],
          })),
          ...Array.from({ length: KNOWN }, (_, n) => person(clientId, `C-${n + 1}`, "csv")),
          person(clientId, "L-1", "csv"),
          {
            sql: `UPDATE persons SET auth_status = 'passive', passive_reason = 'missing'
              WHERE client_id = ? AND external_id = 'L-1'`,
            args: [clientId],
          },
        ],
        "write",
      );
      await put(files, clientId, "full_a.csv", FULL);
      await put(files, clientId, "new.csv", NEW);
      await put(files, clientId, "refused.csv", lines("sourcedId;colour", "X-1;red"));
    }
    await database.batch(
      Array.from({ length: bystanders }, (_, n) => person(1, `B-${n}`, n % 2 === 0 ? "ldap" : null)),
      "write",
    );
  },
};
