import { erasedKeyHash, erasedKeySecret } from "../../../../src/learning/erasure/erased-key.ts";
import { XMLGroupImport as processor } from "../../../../src/processors/imports/XMLGroupImport.ts";
import type { Ground, Scenario } from "../../suite/scenario.ts";

const id = (one: string) => `<sourcedid><source>hr</source><id>${one}</id></sourcedid>`;
const group = (one: string, parent = "", more = "") =>
  `<group${more}>${id(one)}<description><short>${one}</short></description>${parent === "" ? "" : `<relationship relation="1">${id(parent)}</relationship>`}</group>\n`;
const member = (one: string, role = "01", status = 1, idtype = 1) =>
  `<member>${id(one)}<idtype>${idtype}</idtype><role roletype="${role}"><status>${status}</status></role></member>`;
const membership = (one: string, ...members: string[]) => `<membership>${id(one)}${members.join("\n")}</membership>\n`;
const file = (...children: string[]) => `<?xml version="1.0"?>\n<enterprise>\n${children.join("")}</enterprise>\n`;

/**
 * A complete list: members before their groups, two bad ones, a member who left, a swap of parents and a cycle, one of two parents,
 * a group that names itself, one that only its membership names, one to be taken away that is not there; LOST stands below the
 * root and is not in it.
 */
const FULL = file(
  membership("KNOWN", member("P-1"), member("P-2", "02"), member("NOBODY"), member("P-3", "99")),
  group("ROOT", "ROOT"),
  group("TWO", "A").replace(
    "</group>",
    `<relationship><sourcedid><source>hr</source><id>B</id></sourcedid></relationship></group>`,
  ),
  membership("UNDECLARED", member("P-2")),
  group("NEVER", "", ' recstatus="3"'),
  membership("NEVER", member("P-2")),
  group("A", "ROOT"),
  group("B", "A"),
  group("C", "B"),
  group("D", "E"),
  group("E", "F"),
  group("F", "D"),
  group("KNOWN", "OLD"),
  group("OLD", "ROOT"),
  group("GONE", "", ' recstatus="3"'),
  `<person>${id("N-1")}<userid>n1</userid><name><n><family>F</family><given>G</given></n></name></person>\n`,
  `<person>${id("N-2")}<userid>n1</userid><name><n><family>F</family><given>G</given></n></name></person>\n`,
  `<person>${id("X-1")}<userid>x1</userid><name><n><family>F</family><given>G</given></n></name></person>\n`,
  membership("A", member("P-1"), member("P-1"), member("N-1"), member("B", "01", 1, 2), member("P-4", "01", 0)),
);

const DELTA = file(membership("A", member("P-4"), member("P-5", "02")), membership("KNOWN", member("P-1", "01", 0)));

const put = (files: Ground["files"], clientId: number, name: string, text: string) =>
  files.write(`c/${clientId}/import/xml_group/${name}`, text);

export const XMLGroupImport: Scenario = {
  processor,
  parameters: { chunkSize: 5, maxRemovePct: 100 },
  badParameters: [
    [{ maxRemovePct: -1 }, "maxRemovePct"],
    [{ recreateErased: "no" }, "recreateErased"],
    [{ configIds: [] }, "configIds"],
    [{ configIds: [0] }, "configIds.0"],
    [{ configIds: "all" }, "configIds"],
    [{ mode: "full" }, "mode"],
  ],
  ends: "partial",
  // What a folder makes of inode and clock.
  volatile: ["files.etag", "files.stored_at", "files.fingerprint"],
  async seed({ database, files }, bystanders) {
    const secret = await erasedKeySecret(new Uint8Array(32).fill(7));
    for (const clientId of [1, 2]) {
      const statement = (sql: string, ...args: (string | number | null)[]) => ({ sql, args });
      await database.batch(
        [
          statement(
            "INSERT INTO erased_people (client_id, key_hash) VALUES (?, ?)",
            clientId,
            await erasedKeyHash(secret, clientId, "external_id", "X-1"),
          ),
          statement(
            `INSERT INTO import_configs (client_id, kind, name, location, created_at, updated_at)
              VALUES (?, 'xml_group', 'Changes', ?, 0, 0)`,
            clientId,
            `c/${clientId}/import/changes`,
          ),
          statement(
            `INSERT INTO import_configs (client_id, kind, name, options, created_at, updated_at)
              VALUES (?, 'xml_group', 'Groups', '{"mode":"full","persons":true,"createGroups":true,"root":"hr|ROOT"}', 0, 0)`,
            clientId,
          ),
          ...[1, 2, 3, 4, 5].map((n) =>
            statement(
              `INSERT INTO persons (client_id, external_id, username, username_key, given_name, family_name, enrolled_on, created_at, updated_at)
                VALUES (?, ?, ?, ?, 'Given', 'Family', '2020-01-01', 0, 0)`,
              clientId,
              `P-${n}`,
              `p${n}`,
              `p${n}`,
            ),
          ),
          ...["KNOWN", "OLD", "GONE", "ROOT", "LOST"].map((name) =>
            statement(
              "INSERT INTO groups (client_id, external_id, name, source, created_at, updated_at) VALUES (?, ?, ?, 'xml', 0, 0)",
              clientId,
              `hr|${name}`,
              name,
            ),
          ),
          ...[
            ["OLD", "KNOWN"],
            ["LOST", "ROOT"],
          ].map(([child, parent]) =>
            statement(
              `UPDATE groups SET parent_id = (SELECT id FROM groups AS one WHERE one.client_id = ? AND one.name = ?)
                WHERE client_id = ? AND name = ?`,
              clientId,
              parent as string,
              clientId,
              child as string,
            ),
          ),
          statement(
            `INSERT INTO group_members (client_id, group_id, person_id, source, joined_at, created_at, updated_at)
              SELECT groups.client_id, groups.id, persons.id, 'xml', 0, 0, 0 FROM groups JOIN persons USING (client_id)
              WHERE groups.client_id = ? AND persons.external_id IN ('P-1', 'P-4', 'P-5')`,
            clientId,
          ),
        ],
        "write",
      );
      await put(files, clientId, "a_full.xml", FULL);
      await files.write(`c/${clientId}/import/changes/b_delta.xml`, DELTA);
      await put(files, clientId, "c_broken.xml", `${DELTA}<again/>`);
    }
    await database.batch(
      Array.from({ length: bystanders }, (_, n) => ({
        sql: "INSERT INTO groups (client_id, external_id, name, source, created_at, updated_at) VALUES (1, ?, 'Other', 'xml', 0, 0)",
        args: [`other|${n}`],
      })),
      "write",
    );
  },
};
