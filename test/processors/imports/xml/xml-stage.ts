import { XMLGroupImport } from "../../../../src/processors/imports/XMLGroupImport.ts";
import { type ImportStage, importStage, type Outcome } from "../stage.ts";

export const KIND = "xml_group";
export const stageFor = (options: Record<string, unknown> = {}) =>
  importStage(options, { processor: XMLGroupImport, kind: KIND });

export const id = (one: string, source = "hr") => `<sourcedid><source>${source}</source><id>${one}</id></sourcedid>`;
export const group = (one: string, { recstatus = "", parent = "", name = one, more = "" } = {}) =>
  `<group${recstatus === "" ? "" : ` recstatus="${recstatus}"`}>${id(one)}<description><short>${name}</short>${more}</description>${
    parent === "" ? "" : `<relationship relation="1">${id(parent)}</relationship>`
  }</group>`;
export const role = (roletype = "01", status = "1", recstatus = "") =>
  `<role roletype="${roletype}"${recstatus === "" ? "" : ` recstatus="${recstatus}"`}><status>${status}</status></role>`;
export const member = (one: string, inside = role(), idtype = "1", attributes = "") =>
  `<member${attributes}>${id(one)}<idtype>${idtype}</idtype>${inside}</member>`;
export const subgroup = (one: string, attributes = "") => member(one, role(), "2", attributes);
export const membership = (one: string, ...members: string[]) =>
  `<membership>${id(one)}${members.join("")}</membership>`;
export const person = (one: string, { userid = one.toLowerCase(), recstatus = "", email = "" } = {}) =>
  `<person${recstatus === "" ? "" : ` recstatus="${recstatus}"`}>${id(one)}<userid>${userid}</userid><name><n><family>Family</family><given>Given</given></n></name>${email === "" ? "" : `<email>${email}</email>`}</person>`;
export const xml = (...children: string[]) =>
  `<?xml version="1.0"?>\n<enterprise>\n${children.join("\n")}\n</enterprise>\n`;

export async function addPeople(stage: ImportStage, ...names: string[]): Promise<void> {
  for (const name of names) {
    await stage.database.execute({
      sql: `INSERT INTO persons (client_id, external_id, username, username_key, given_name, family_name, enrolled_on, created_at, updated_at)
        VALUES (1, ?, ?, ?, 'G', 'F', '2020-01-01', 1, 1)`,
      args: [name, name.toLowerCase(), name.toLowerCase()],
    });
  }
}

/** Runs one file and returns the outcome. */
export async function bring(
  stage: ImportStage,
  text: string | Uint8Array,
  parameters: Record<string, unknown> = {},
): Promise<Outcome> {
  await stage.put("a.xml", text);
  return stage.run(parameters);
}

export const codes = (outcome: Outcome) => outcome.failures.map(({ ref, code }) => [ref, code]);
export const members = async (stage: ImportStage) =>
  (
    await stage.rows(
      `SELECT groups.name || ' ' || persons.external_id || ' ' || group_members.source || ' ' || group_members.role AS one FROM group_members
        JOIN groups ON groups.id = group_id JOIN persons ON persons.id = person_id ORDER BY one`,
    )
  ).map(({ one }) => one);
export const parents = async (stage: ImportStage) =>
  Object.fromEntries(
    (
      await stage.rows(
        "SELECT one.name, up.name AS parent FROM groups AS one LEFT JOIN groups AS up ON up.id = one.parent_id ORDER BY one.name",
      )
    ).map(({ name, parent }) => [name, parent]),
  );
/** Everything but the traces of files and runs. */
export const content = async (stage: ImportStage) => ({
  groups: await stage.rows("SELECT * FROM groups ORDER BY id"),
  members: await stage.rows("SELECT * FROM group_members ORDER BY group_id, person_id"),
  persons: await stage.rows("SELECT * FROM persons ORDER BY id"),
  audit: await stage.rows("SELECT count(*) FROM audit_log"),
  index: await stage.rows("SELECT count(*) FROM index_changes"),
});
