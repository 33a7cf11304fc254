import { Buffer } from "node:buffer";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CSV_START,
  CsvError,
  type CsvFormat,
  type CsvPosition,
  type CsvRow,
  csvRows,
} from "../../src/learning/csv/read.ts";
import { csvLine } from "../../src/learning/csv/write.ts";

const UTF8: CsvFormat = { encoding: "utf-8", delimiter: ";" };

/** The bytes from an offset on, in pieces of `size`. */
async function* pieces(bytes: Uint8Array, from = 0, size = bytes.length + 1): AsyncGenerator<Uint8Array> {
  for (let at = from; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(
  content: string | Uint8Array,
  format = UTF8,
  options: { from?: CsvPosition; size?: number } = {},
): Promise<CsvRow[]> {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  const from = options.from ?? CSV_START;
  const rows: CsvRow[] = [];
  for await (const row of csvRows(pieces(bytes, from.offset, options.size), format, from)) rows.push(row);
  return rows;
}

async function problem(content: string | Uint8Array, format = UTF8): Promise<CsvError> {
  const error = await read(content, format).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CsvError);
  return error as CsvError;
}

const cells = (rows: readonly CsvRow[]) => rows.map((row) => row.cells);

describe("a CSV file", () => {
  it.each([
    ["with LF line ends", "a;b\nc;d\n"],
    ["with CRLF line ends", "a;b\r\nc;d\r\n"],
    ["without a last line end", "a;b\nc;d"],
    ["with a byte order mark", "\ufeffa;b\nc;d\n"],
    ["with empty lines", "\n\na;b\n\r\nc;d\n\n"],
    ["with quoted cells", '"a";"b"\n"c";d\n'],
  ])("%s has the same rows", async (_name, text) => {
    expect(cells(await read(text))).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
  });

  it.each([
    ['"a;b";c', ["a;b", "c"]],
    ['"say ""hi""";c', ['say "hi"', "c"]],
    ['"two\nlines";c', ["two\nlines", "c"]],
    ['"two\r\nlines";c', ["two\r\nlines", "c"]],
    [";;", ["", "", ""]],
    ['"";x', ["", "x"]],
    ['""', [""]],
    [" a ;b", [" a ", "b"]],
    ['""""', ['"']],
  ])("reads %j by RFC 4180", async (text, expected) => {
    expect(cells(await read(`${text}\n`))).toEqual([expected]);
  });

  it("names a row by its first physical line, also behind quoted cells that span several", async () => {
    const rows = await read('h\n"a\nb\nc"\n\nd\n');
    expect(rows.map((row) => [row.line, row.cells[0]])).toEqual([
      [1, "h"],
      [2, "a\nb\nc"],
      [6, "d"],
    ]);
  });

  it("can be read on from behind any row, byte for byte", async () => {
    const text = '\ufeffköpf;b\r\n"ä\n;""ö""";2\n\n;3\r\nlast;4';
    const rows = await read(text);
    for (const [index, row] of rows.entries()) {
      expect(await read(text, UTF8, { from: row.next })).toEqual(rows.slice(index + 1));
    }
  });

  it("is read alike however its bytes are cut into pieces", async () => {
    const text = '\ufeffköpf;b\r\n"ä\r\n;""ö""";2\n\n;3\r\nlast;4';
    const whole = await read(text);
    for (let size = 3; size < 40; size += 1) expect(await read(text, UTF8, { size })).toEqual(whole);
  });

  it("agrees with csv-parse on any content", async () => {
    const cell = fc.string({ unit: fc.constantFrom("a", "é", "€", '"', ";", ",", "\n", "\r\n", " ", "𝄞") });
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.constantFrom("\n", "\r\n"),
        fc.integer({ min: 3, max: 50 }),
        async (rows, end, size) => {
          const quoted = (text: string) => (/["\n\r;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
          const text = rows.map((row) => row.map(quoted).join(";")).join(end);
          const options = { delimiter: ";", relax_column_count: true, skip_empty_lines: true, record_delimiter: end };
          const expected = parse(text, options) as unknown as string[][];
          expect(cells(await read(text, UTF8, { size }))).toEqual(expected);
          expect(expected).toEqual(rows);
        },
      ),
    );
  });

  it("keeps neither a cell of more than 64 KB nor what follows a row of more than 1 MB, and goes on behind it", async () => {
    const long = "x".repeat(64 * 1024 + 1);
    const huge = `"${"y\n".repeat(600_000)}"`;
    const wide = Array.from({ length: 40 }, () => "z".repeat(60_000)).join(";");
    const rows = await read(`a;${long};c\nd;${huge};f\n${wide}\ng;h;i\n`, UTF8, { size: 1000 });
    expect(rows.map(({ line, tooLong }) => [line, tooLong])).toEqual([
      [1, 1],
      [2, 1],
      [600_003, 17],
      [600_004, null],
    ]);
    expect(rows[0]?.cells).toEqual(["a", "", "c"]);
    expect(rows[1]?.cells).toEqual(["d", "", "f"]);
    expect(rows[3]?.cells).toEqual(["g", "h", "i"]);
  });

  it("may have a cell of exactly 64 KB", async () => {
    const [row] = await read(`${"x".repeat(64 * 1024)};b\n`);
    expect(row).toMatchObject({ tooLong: null });
    expect(row?.cells[0]).toHaveLength(64 * 1024);
  });
});

describe("a file that is no CSV", () => {
  it.each([
    ['a;b\nc;"d\ne\n', "unclosed_quote", 2],
    ['a;b\nc;d"e\n', "stray_quote", 2],
    ['a;b\n\nc;"d"e\n', "stray_quote", 3],
    ["a;b\rc;d\r", "carriage_return", 1],
    ["a;b\nc;d\r", "carriage_return", 2],
    ["a;b\nc;\0\n", "not_text", 2],
  ])("%j is refused with %s at line %i", async (text, code, line) => {
    const error = await problem(text);
    expect(error).toMatchObject({ code, line });
    expect(error.message).toContain(`ine ${line}`);
  });

  it("a UTF-16 file is refused with a remedy", async () => {
    const error = await problem(Buffer.from("a;b\nc;d\n", "utf16le"));
    expect(error.message).toBe("Line 1 has a zero byte; save the file as CSV in utf-8");
  });
});

describe("an encoding", () => {
  const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const text = (bytes: Uint8Array) => Buffer.concat([Buffer.from("x"), bytes]);

  it("iso-8859-1 is read byte by byte", async () => {
    const [row] = await read(text(every.subarray(0xa0)), { ...UTF8, encoding: "iso-8859-1" });
    expect(row?.cells[0]).toBe(`x${String.fromCharCode(...every.subarray(0xa0))}`);
  });

  it("windows-1252 has its own characters from 80 to 9F, as the platform's decoder knows them", async () => {
    const defined = every.subarray(0x80).filter((byte) => ![0x81, 0x8d, 0x8f, 0x90, 0x9d].includes(byte));
    const [row] = await read(text(defined), { ...UTF8, encoding: "windows-1252" });
    expect(row?.cells[0]).toBe(`x€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ${String.fromCharCode(...every.subarray(0xa0))}`);
  });

  it.each([
    ["utf-8", [0x41, 0xe9, 0x42], "E9"],
    ["utf-8", [0xc3], "C3"],
    ["utf-8", [0xc0, 0xaf], "C0"],
    ["utf-8", [0xed, 0xa0, 0x80], "ED"],
    ["utf-8", [0x41, 0xe2, 0x82, 0x3b], "E2"],
    ["windows-1252", [0x41, 0x81], "81"],
    ["iso-8859-1", [0x41, 0x80], "80"],
  ] as const)("%s refuses the bytes %j and names line, cell and byte", async (encoding, bytes, hex) => {
    const content = Buffer.concat([Buffer.from("h;k\na;b\n\nk;"), Buffer.from(bytes), Buffer.from("\n")]);
    const error = await problem(content, { ...UTF8, encoding });
    expect(error).toMatchObject({ code: "invalid_encoding", line: 4 });
    expect(error.message).toBe(
      `Line 4, cell 2: the byte ${hex} is no ${encoding}; save the file in that encoding, or configure the one it has`,
    );
  });

  it("other than UTF-8 does not fit a file with UTF-8's mark", async () => {
    const error = await problem("\ufeffa;b\n", { ...UTF8, encoding: "windows-1252" });
    expect(error).toMatchObject({ code: "invalid_encoding", line: 1 });
  });
});

describe("a line for people", () => {
  it("quotes every cell", () => {
    expect(csvLine(["12", 'a"b', "c;d", "", "e\nf"])).toBe('"12";"a""b";"c;d";"";"e\nf"\r\n');
  });

  it.each(["=1+1", "+1", "-1", "@A1", "\tx", "\rx", "\nx", "＝1+1", "＋1", "－1", "＠A1"])(
    "makes the formula %j plain text",
    (formula) => {
      expect(csvLine([formula])).toBe(`"'${formula}"\r\n`);
    },
  );

  it.each([
    ["a;=1+1", "a;'=1+1"],
    ["a,=1+1", "a,'=1+1"],
    ["a|@A1", "a|'@A1"],
    ["a\t-1", "a\t'-1"],
    ["a\n=1+1", "a\n'=1+1"],
    ["a\r\n＋1", "a\r\n'＋1"],
    ['a"=1+1', 'a""\'=1+1'],
    ['";=1;=2', "\"\";'=1;'=2"],
    ["\t=1", "'\t=1"],
    ["\t=1;=2", "'\t=1;'=2"],
  ])("makes a formula later in a cell plain text, whatever is taken for a delimiter: %j", (cell, written) => {
    expect(csvLine([cell])).toBe(`"${written}"\r\n`);
  });

  it.each(["1-2", "a=b", "ada@example.com", "a; b", "C++", "well-known", "10:30 - 11:00", "a,b", "née"])(
    "leaves %j as it is",
    (cell) => {
      expect(csvLine([cell])).toBe(`"${cell}"\r\n`);
    },
  );
});
