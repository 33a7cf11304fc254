import { strToU8, zipSync } from "fflate";
import type { Person } from "./person.ts";

/** A workbook with one row of cells, each a string of its own in the shared table, as spreadsheet programs write it. */
export function workbook(cells: readonly string[]): Uint8Array {
  const shared = cells.map((cell) => `<si><t>${cell}</t></si>`).join("");
  const row = cells.map((_, index) => `<c t="s"><v>${index}</v></c>`).join("");
  return zipSync(
    {
      "xl/sharedStrings.xml": strToU8(`<sst>${shared}</sst>`),
      "xl/worksheets/sheet1.xml": strToU8(`<worksheet><sheetData><row>${row}</row></sheetData></worksheet>`),
    },
    { mtime: "2026-01-01T12:00:00" },
  );
}

export const csv = (...lines: string[]) =>
  `sourcedId;username;givenName;familyName;email\r\n${lines.map((line) => `${line}\r\n`).join("")}`;
export const kept = "P-18;other;Otto;Other;otto@example.com";
/** A text of XML. */
export const xml = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("'", "&#39;");

/** An element of an IMS Enterprise file, and one of another person. */
export const element = (
  id: string,
  { username, family, given, email }: Pick<Person, "username" | "family" | "given" | "email">,
) =>
  `<person><sourcedid><source>hr</source><id>${xml(id)}</id></sourcedid><userid>${xml(username)}</userid><name><n><family>${xml(family)}</family>
    <given>${xml(given)}</given></n></name><email>${xml(email)}</email></person>`;
export const memberOf = (id: string) =>
  `<member><sourcedid><source>hr</source><id>${xml(id)}</id></sourcedid><idtype>1</idtype><role roletype="01"><status>1</status></role></member>`;
export const enterprise = (...children: string[]) =>
  `<?xml version="1.0"?>\n<enterprise>${children.map((one) => `\n  ${one}`).join("")}\n</enterprise>\n`;
export const otto = { username: "other", family: "Other", given: "Otto", email: "otto@example.com" };
export const membership = (...members: string[]) =>
  `<membership><sourcedid><source>hr</source><id>G</id></sourcedid>${members.join("")}</membership>`;
export const otherXml = enterprise(element("P-18", otto), membership(memberOf("P-18")));
