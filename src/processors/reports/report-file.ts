import { RemoteUnavailableError } from "../../connectors/outbound/remote-error.ts";
import type { Files } from "../../files/files.ts";
import type { CellScene } from "../../learning/reports/formats/cell.ts";
import { csvReport } from "../../learning/reports/formats/csv.ts";
import { xlsxReport } from "../../learning/reports/formats/xlsx.ts";
import { type Report, reportPages } from "../../learning/reports/report.ts";
import type { Cell } from "../../learning/reports/sources/column.ts";
import type { ReportFormat } from "../../learning/reports/subscription.ts";
import { cutNote } from "../../learning/reports/words.ts";
import type { ClientRows } from "../../store/rows.ts";

/** A report with more rows is cut. */
export const MOST_ROWS = 200_000;
/** A workbook with more rows comes as CSV. */
export const MOST_XLSX_ROWS = 50_000;

const CONTENT_TYPES = {
  csv: "text/csv; charset=utf-8",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
} as const;

/** A file that was written. */
export interface WrittenReport {
  readonly key: string;
  readonly format: ReportFormat;
  readonly rows: number;
  /** There were more than {@link MOST_ROWS}. */
  readonly truncated: boolean;
  /** Bytes. */
  readonly size: number;
  readonly etag: string;
}

/** What a report's file is made of. */
export interface ReportFileRequest {
  readonly report: Report;
  readonly name: string;
  readonly format: ReportFormat;
  /** Whose rows; null: everybody's. */
  readonly people: readonly number[] | null;
  readonly scene: CellScene;
  /** Its key in a format. */
  readonly key: (format: ReportFormat) => string;
}

/**
 * Writes a report into the file store as a stream: a page of rows is read when the store asks for more, so that memory does not
 * grow with the report. The object appears whole or not at all, and writing it again is harmless. A workbook that grows
 * beyond {@link MOST_XLSX_ROWS} is given up, and the report is written as CSV.
 *
 * @throws {RemoteUnavailableError} when the file store does not take it.
 */
export async function writeReportFile(
  rows: ClientRows,
  files: Files,
  request: ReportFileRequest,
): Promise<WrittenReport> {
  const { report, people, scene, format } = request;
  if (format === "xlsx") {
    const written = await writeSmallReport(rows, files, request, MOST_XLSX_ROWS);
    if (written) return written;
  }
  const pages = new CutPages(reportPages(rows, report, people), MOST_ROWS, "cut");
  const note = () => (pages.truncated ? cutNote(scene.locale, MOST_ROWS) : null);
  const written = await write(files, request, "csv", csvReport(report.columns, pages, scene, note), pages);
  if (!written) throw new Error("A CSV file has no limit to give up at");
  return written;
}

/**
 * The same for a report that has at most `most` rows, in the format that was asked for. Null: it has more, and nothing was stored.
 *
 * @throws {RemoteUnavailableError} when the file store does not take it.
 */
export async function writeSmallReport(
  rows: ClientRows,
  files: Files,
  request: ReportFileRequest,
  most: number,
): Promise<WrittenReport | null> {
  const { report, name, people, scene, format } = request;
  const pages = new CutPages(reportPages(rows, report, people), most, "give up");
  const chunks =
    format === "xlsx"
      ? xlsxReport(report.columns, pages, scene, name)
      : csvReport(report.columns, pages, scene, () => null);
  return await write(files, request, format, chunks, pages);
}

/** Null: the pages gave up; nothing was stored. */
async function write(
  files: Files,
  request: ReportFileRequest,
  format: ReportFormat,
  chunks: AsyncGenerator<Uint8Array, void>,
  pages: CutPages,
): Promise<WrittenReport | null> {
  const key = request.key(format);
  const source = new Source(chunks);
  try {
    const { size, etag } = await files.write(key, source.stream(), { contentType: CONTENT_TYPES[format] });
    return { key, format, rows: pages.rows, truncated: pages.truncated, size, etag };
  } catch (error) {
    if (pages.gaveUp) return null;
    // What the store makes of our own error is its affair; the run wants the error itself.
    if (source.fault) throw source.fault.error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new RemoteUnavailableError(`The file store did not take ${key}: ${reason}`);
  }
}

/** Pages of rows up to a limit; counts what passed. */
class CutPages implements AsyncIterable<readonly (readonly Cell[])[]> {
  rows = 0;
  truncated = false;
  gaveUp = false;
  readonly #pages: AsyncIterable<readonly (readonly Cell[])[]>;
  readonly #limit: number;
  readonly #beyond: "cut" | "give up";

  constructor(pages: AsyncIterable<readonly (readonly Cell[])[]>, limit: number, beyond: "cut" | "give up") {
    this.#pages = pages;
    this.#limit = limit;
    this.#beyond = beyond;
  }

  async *[Symbol.asyncIterator]() {
    for await (const page of this.#pages) {
      const room = this.#limit - this.rows;
      if (page.length > room && this.#beyond === "give up") {
        this.gaveUp = true;
        throw new Error("Too many rows");
      }
      this.rows += Math.min(page.length, room);
      if (page.length <= room) {
        yield page;
        continue;
      }
      this.truncated = true;
      if (room > 0) yield page.slice(0, room);
      return;
    }
  }
}

/** A stream of chunks that are made when they are asked for; remembers the error that ended it. */
class Source {
  fault: { readonly error: unknown } | null = null;
  readonly #chunks: AsyncGenerator<Uint8Array, void>;

  constructor(chunks: AsyncGenerator<Uint8Array, void>) {
    this.#chunks = chunks;
  }

  stream(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          try {
            const next = await this.#chunks.next();
            if (next.done) controller.close();
            else controller.enqueue(next.value);
          } catch (error) {
            this.fault = { error };
            throw error;
          }
        },
        cancel: async () => {
          await this.#chunks.return();
        },
      },
      { highWaterMark: 0 },
    );
  }
}
