import { UserImport as processor } from "../../../src/processors/imports/UserImport.ts";
import type { Scenario, Stage } from "../scenario.ts";

/** People `C-1` … `C-12` who came from CSV before. */
const KNOWN = 12;

const lines = (...all: string[]) => `${all.join("\r\n")}\r\n`;

/** A complete list without C-11 and C-12; C-3 has married. */
const FULL = lines(
  "sourcedId;username;givenName;familyName",
  ...Array.from({ length: KNOWN - 2 }, (_, n) => `C-${n + 1};c${n + 1};Given;${n === 2 ? "Married" : "Family"}`),
);

/** New people with supervisors who come later, groups, and three bad lines. */
const NEW = lines(
  "sourcedId;username;givenName;familyName;email;supervisorSourcedId;groups;attr.desk",
  "N-1;n1;Ada;Bauer;ada@example.com;N-6;A|B;1",
  "N-2;n2;Björn;Çelik;no address;N-6;A;2",
  "N-3;n3;Chiara;Dubois;;C-1;B|C;3",
  "N-1;n4;Dmitri;Eriksson;;;;4",
  'N-5;n5;Elif;"Groß;\n""Elif""";;;A;5',
  "N-6;n6;Fátima;Horváth;;NOBODY;A;6",
  "N-7;c1;Grégoire;Ivanova;;;;7",
  "N-8;n8;Hana;Jensen;;N-6;;8",
);

const put = (files: Stage["files"], clientId: number, name: string, text: string) =>
  files.write(`c/${clientId}/import/user_csv/${name}`, text);

export const UserImport: Scenario = {
  processor,
  parameters: { chunkSize: 3, missing: "passive", maxDeactivatePct: 20, createGroups: true },
  badParameters: [
    [{ missing: "deleted" }, "missing"],
    [{ maxDeactivatePct: 101 }, "maxDeactivatePct"],
    [{ maxDeactivatePct: -1 }, "maxDeactivatePct"],
    [{ createGroups: "yes" }, "createGroups"],
    [{ location: "c/2/" }, "location"],
    [{ chunkSize: 1001 }, "chunkSize"],
  ],
  ends: "partial",
  // What a folder makes of inode and clock.
  volatile: ["files.etag", "files.stored_at"],
  async seed({ database, files }, bystanders) {
    const person = (clientId: number, name: string, source: string | null) => ({
      sql: `INSERT INTO persons (client_id, external_id, username, username_key, given_name, family_name, import_source, enrolled_on, created_at, updated_at)
        VALUES (?, ?, ?, ?, 'Given', 'Family', ?, '2020-01-01', 0, 0)`,
      args: [clientId, name, name.toLowerCase().replace("-", ""), name.toLowerCase().replace("-", ""), source],
    });
    for (const clientId of [1, 2]) {
      await database.batch(
        [
          {
            sql: "INSERT INTO import_configs (client_id, kind, name, created_at, updated_at) VALUES (?, 'user_csv', 'People', 0, 0)",
            args: [clientId],
          },
          ...["A", "B"].map((name) => ({
            sql: "INSERT INTO groups (client_id, external_id, name, created_at, updated_at) VALUES (?, ?, ?, 0, 0)",
            args: [clientId, name, name],
          })),
          ...Array.from({ length: KNOWN }, (_, n) => person(clientId, `C-${n + 1}`, "csv")),
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
