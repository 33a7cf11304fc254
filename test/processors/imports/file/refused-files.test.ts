import { describe, expect, it } from "vitest";
import type { Files } from "../../../../src/files/files.ts";
import { LARGEST_FILE } from "../../../../src/processors/imports/file/import-files.ts";
import { csv, type ImportStage, importStage, people } from "../stage.ts";

const HEADER = "sourcedId;username;givenName;familyName";
const peopleOf = async (stage: ImportStage) =>
  (await stage.rows("SELECT external_id FROM persons ORDER BY external_id")).map((row) => row.external_id);

describe("a file that is refused as a whole", () => {
  const valid = csv(HEADER, "P-1;a;A;B", "P-2;b;A;B");
  it.each([
    [
      "an unknown column",
      `${HEADER};colour;size\nP-1;a;A;B;red;1\n`,
      "unknown_column",
      1,
      'Unknown columns "colour", "size"',
    ],
    [
      "a column in the wrong case",
      valid.replace("sourcedId", "SourcedID"),
      "unknown_column",
      1,
      "Did you mean sourcedId?",
    ],
    [
      "a column with a space",
      valid.replace(";username", "; username"),
      "unknown_column",
      1,
      'Unknown column " username"',
    ],
    ["a column without a name", valid.replace("username", "username;"), "unknown_column", 1, 'Unknown column ""'],
    ["an attribute without a name", `${HEADER};attr.\nP-1;a;A;B;x\n`, "unknown_column", 1, 'Unknown column "attr."'],
    ["another delimiter", valid.replaceAll(";", ","), "unknown_column", 1, 'The delimiter is configured as ";"'],
    [
      "a column twice",
      `${HEADER};email;email\nP-1;a;A;B;;\n`,
      "duplicate_column",
      1,
      'The column "email" stands twice',
    ],
    ["missing columns", "sourcedId;givenName\nP-1;A\n", "missing_column", 1, "The header lacks username, familyName"],
    ["nothing in it", "", "missing_header", 0, "The file is empty"],
    ["only line ends in it", "\r\n\r\n", "missing_header", 0, "The file is empty"],
    [
      "an open quote",
      `${valid}P-3;"c;A;B\nP-4;d;A;B\n`,
      "unclosed_quote",
      4,
      "The quote that line 4 opens is never closed",
    ],
    ["a stray quote", `${valid}P-3;c;5" pipe;B\n`, "stray_quote", 4, "Line 4 has a quote inside a cell"],
    ["old Macintosh line ends", valid.replaceAll("\n", "\r"), "carriage_return", 1, "save the file with CRLF or LF"],
  ])("for %s is imported not at all and says why", async (_what, content, code, line, message) => {
    const stage = await importStage();
    await stage.put("a.csv", content);
    await stage.put("b.csv", people(7, 7));
    const outcome = await stage.run();
    expect(outcome).toMatchObject({ state: "partial", counts: { files: 2, failed: 1, created: 1 } });
    expect(outcome.failures).toEqual([
      { ref: line === 0 ? "a.csv" : `a.csv:${line}`, code, message: expect.stringContaining(message) },
    ]);
    expect(await peopleOf(stage)).toEqual(["P-7"]);
    expect(await stage.names()).toEqual([
      "done/b.csv",
      "done/b.csv.result.csv",
      "failed/a.csv",
      "failed/a.csv.result.csv",
    ]);
    const [, result, ...more] = await stage.result("failed/a.csv");
    expect(result?.replaceAll('""', '"')).toContain(`${line === 0 ? "" : line};;failed;`);
    expect(more).toEqual([]);
  });

  it.each([
    ["utf-8", 0xe9, "Line 3, cell 4: the byte E9 is no utf-8"],
    ["windows-1252", 0x81, "Line 3, cell 4: the byte 81 is no windows-1252"],
    ["iso-8859-1", 0x92, "Line 3, cell 4: the byte 92 is no iso-8859-1"],
  ])("for a byte that is no %s names the line, the cell and the byte", async (encoding, byte, message) => {
    const stage = await importStage({ encoding });
    const content = new TextEncoder().encode(csv(HEADER, "P-1;a;A;B", "P-2;b;A;_", "P-3;c;A;B"));
    content[content.indexOf("_".charCodeAt(0))] = byte;
    await stage.put("a.csv", content);
    const outcome = await stage.run();
    expect(outcome.failures).toMatchObject([{ ref: "a.csv:3", code: "invalid_encoding" }]);
    expect(outcome.failures[0]?.message).toContain(message);
    expect(await peopleOf(stage)).toEqual([]);
  });

  it("for its size is not read", async () => {
    const stage = await importStage();
    await stage.put("a.csv", people(1, 1));
    const huge: Files = {
      ...stage.files,
      list: async (prefix, cursor) => {
        const page = await stage.files.list(prefix, cursor);
        return { ...page, entries: page.entries.map((entry) => ({ ...entry, size: LARGEST_FILE + 1 })) };
      },
      read: async () => {
        throw new Error("read");
      },
    };
    const outcome = await stage.run({}, { files: huge });
    expect(outcome.failures).toEqual([
      { ref: "a.csv", code: "too_large", message: "The file has more than 200 MB; split it" },
    ]);
    expect(await stage.names()).toContain("failed/a.csv");
  });
});
