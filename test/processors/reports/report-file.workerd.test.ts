import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Files } from "../../../src/files/files.ts";
import { type Bucket, r2Files } from "../../../src/files/r2.ts";
import { readReport } from "../../../src/learning/reports/report.ts";
import type { ReportFormat } from "../../../src/learning/reports/subscription.ts";
import { writeReportFile } from "../../../src/processors/reports/report-file.ts";
import { clientRows } from "../../../src/store/rows.ts";
import { freshDatabase, type TestDatabase } from "../../harness/database/database.ts";
import { valuesOf } from "../../learning/reports/sheet.ts";

const bucket = env.FILES as unknown as Bucket & R2Bucket;
const files: Files = r2Files(bucket);
const scene = { timeZone: "Europe/Berlin", locale: "de" };

let database: TestDatabase;

beforeEach(async () => {
  database = await freshDatabase(["store", "learning"]);
});

/** People of client 1, in one statement. */
const crowd = (count: number, givenName = "Jürgen") =>
  database.execute({
    sql: `WITH RECURSIVE number (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM number WHERE value < ?)
      INSERT INTO persons (id, client_id, username, username_key, given_name, family_name, enrolled_on, created_at, updated_at)
      SELECT value, 1, 'user' || value, 'user' || value, ?, '=Groß', '2026-01-01', 0, 0 FROM number`,
    args: [count, givenName],
  });

const write = (format: ReportFormat) => {
  const definition = '{"columns":["person_id","username","given_name","family_name","enrolled_on"]}';
  const read = readReport({ key: "persons", definition, filters: "{}" }, "de", {
    today: "2026-03-02",
    timeZone: "Europe/Berlin",
  });
  if ("failure" in read) throw new Error(read.failure.message);
  const key = (as: ReportFormat) => `c/1/data/report/subscription/1/2026-03-02.${as}`;
  return writeReportFile(clientRows(database, 1, 1), files, {
    report: read.report,
    name: "People",
    format,
    people: null,
    scene,
    key,
  });
};
const bytesOf = async (key: string) => new Uint8Array(await new Response(await files.read(key)).arrayBuffer());

describe("at the edge, into a bucket", () => {
  it("a report is written as CSV with its content type", async () => {
    await crowd(3);
    const written = await write("csv");
    expect(written).toMatchObject({ format: "csv", rows: 3, truncated: false });
    const object = await bucket.head(written.key);
    expect(object).toMatchObject({ size: written.size, etag: written.etag });
    expect(object?.httpMetadata?.contentType).toBe("text/csv; charset=utf-8");
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(await bytesOf(written.key));
    expect(text.split("\r\n").slice(0, 2)).toEqual([
      '\ufeff"Personen-ID";"Benutzername";"Vorname";"Nachname";"Eintritt"',
      `"1";"user1";"Jürgen";"'=Groß";"2026-01-01"`,
    ]);
  });

  it("a report is written as a workbook", async () => {
    await crowd(3);
    const written = await write("xlsx");
    expect(written).toMatchObject({ format: "xlsx", rows: 3 });
    expect(valuesOf(await bytesOf(written.key)).slice(1)).toEqual(
      [1, 2, 3].map((id) => [id, `user${id}`, "Jürgen", "=Groß", 46_023]),
    );
  });

  it("a report of several parts arrives whole", async () => {
    const name = "J".repeat(400);
    await crowd(30_000, name);
    const written = await write("csv");
    expect(written).toMatchObject({ rows: 30_000, truncated: false });
    expect(written.size).toBeGreaterThan(8 * 1024 * 1024);
    const lines = new TextDecoder().decode(await bytesOf(written.key)).split("\r\n");
    expect(lines).toHaveLength(30_002);
    expect(lines.slice(-2)).toEqual([`"30000";"user30000";"${name}";"'=Groß";"2026-01-01"`, ""]);
  });

  it("a workbook that grows too large is given up and leaves nothing but the CSV file", async () => {
    await crowd(50_001);
    expect(await write("xlsx")).toMatchObject({ format: "csv", rows: 50_001, truncated: false });
    const { objects } = await bucket.list({ prefix: "c/1/data/report/" });
    expect(objects.map(({ key }) => key)).toContain("c/1/data/report/subscription/1/2026-03-02.csv");
  });
});
