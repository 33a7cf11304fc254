import { z } from "zod";
import { csvOptions } from "../../learning/imports/configuration.ts";
import { keyText } from "../../learning/imports/key-text.ts";
import { type Note, noteKey, type RowNote, rowRef } from "../../learning/imports/problems.ts";
import { ImportRow, RowProblem, readOrProblem } from "../../learning/imports/row.ts";
import { rememberSeen, seenKey } from "../../learning/imports/seen.ts";
import type { Ending } from "../../store/step/step.ts";
import type { RunContext, Step, Unit, Write, Yielded } from "../contract.ts";
import {
  type ColumnSet,
  type CsvFacts,
  checkCsv,
  columnsOf,
  csvCheck,
  csvChunks,
  csvFacts,
  csvPosition,
  unknownColumnNotes,
} from "../imports/file/csv-file.ts";
import { importCursor } from "../imports/file/import-cursor.ts";
import { type FileCount, type ImportFile, importFiles } from "../imports/file/import-files.ts";
import { rowUnit } from "../imports/file/row-unit.ts";
import { type ReadEach, SeenKeys } from "../imports/file/seen-keys.ts";
import type { RowOutcome } from "../unit-of.ts";
import type { PhaseWork } from "./phases.ts";

const LONGEST_KEY = 255;

/** Where a pass over rows stands: between two of them, and how many lie before. */
export const rowPosition = z.strictObject({ ...csvPosition.shape, rows: z.int() });
export type RowPosition = z.output<typeof rowPosition>;

const schemas = { check: csvCheck, facts: csvFacts, passes: { rows: rowPosition } };

/** The cursor of a processor that is {@link importCsvRows}. */
export const csvImportCursor = importCursor(schemas);
export type CsvImportCursor = z.output<typeof csvImportCursor>;

/** What can be said of the row that is being worked. */
export interface RowAtWork {
  /** Physical line. */
  readonly line: number;
  /** The file is a complete list. */
  readonly complete: boolean;
  /** Adds a warning about the row to the result file. */
  readonly note: Note;
  /** Keeps a key of `import_seen` for later passes over the file. */
  remember(key: string): void;
}

/** How the rows of a CSV file become changes. `Row`: a row that was read, `Stored`: what was read of the database for a chunk of rows. */
export interface CsvRows<Row, Stored, N extends string = never> {
  /** What a row is known by, in failures and to the rows after it, also where it cannot be read; '' where that is missing. */
  readonly key: (cells: ImportRow) => string;
  /** What {@link key} is called: "sourcedId". A later row of the file with the same key fails and names it. */
  readonly keyName: string;
  /** All keys of `import_seen` that a row takes; default: its key. */
  readonly seenKeys?: (cells: ImportRow) => readonly string[];
  /** Reads a row. Throws {@link RowProblem}, as the methods of {@link ImportRow} do; it is the row's failure. */
  readonly read: (cells: ImportRow) => Row;
  /** Rows with something in this column cost much: a step has at most `rows` of them. */
  readonly heavy?: { readonly column: string; readonly rows: number };
  /** Reads what {@link change} compares some rows with: by `each`, in one round trip together with the pattern's own read. */
  readonly stored: (rows: readonly Row[], each: ReadEach) => Promise<Stored>;
  /** What a row asks for: no writes where nothing differs. A {@link RowProblem} that is thrown is the row's failure. */
  readonly change: (row: Row, stored: Stored, at: RowAtWork) => RowOutcome<N> | Promise<RowOutcome<N>>;
  /** What follows from the changes of a chunk; see `followUp` of {@link Step}. */
  readonly followUp?: (stored: Stored) => readonly Write<N>[];
}

/** What {@link importCsvRows} takes. */
export interface ImportCsvRows<Row, Stored, N extends string> extends CsvRows<Row, Stored, FileCount | N> {
  /** `import_configs.kind`. */
  readonly kind: string;
  readonly columns: ColumnSet;
  /** Whether a file is a complete list, by its name; default: none is. */
  readonly isComplete?: (name: string) => boolean;
}

/**
 * A processor that imports CSV files row by row: each row is read, compared with what is stored and becomes a change. Claims, the
 * check of the whole file, chunks, rows that come twice, failures and warnings of rows, result files, `done/` and `failed/` are the
 * pattern's; see {@link importFiles}.
 *
 * ```ts
 * cursor: csvImportCursor,
 * counts: ["files", "updated"],
 * run: (context) =>
 *   importCsvRows(context, {
 *     kind: "course_titles",
 *     columns: { required: ["externalId", "title"], optional: [], prefixes: [] },
 *     key: (cells) => cells.glimpse("externalId"),
 *     keyName: "externalId",
 *     read: (cells) => ({ externalId: cells.requiredKey("externalId"), title: cells.required("title") }),
 *     stored: async (rows, each) => {
 *       const ids = JSON.stringify(rows.map(({ externalId }) => externalId));
 *       const [found] = await each([select(components, ["id", "externalId", "title"], sql`WHERE client_id = ${thisClient}
 *         AND external_id IN (SELECT value FROM json_each(${ids}))`)]);
 *       return new Map(found.map((course) => [course.externalId, course]));
 *     },
 *     change: ({ externalId, title }, stored) => {
 *       const course = stored.get(externalId);
 *       if (!course) throw new RowProblem("unknown_course", "externalId: no course has it");
 *       if (course.title === title) return [];
 *       return [{ write: sql`UPDATE components SET title = …`, count: "updated", audit: { … } }];
 *     },
 *   }),
 * ```
 */
export function importCsvRows<P, Row, Stored, N extends string = never>(
  context: RunContext<P, CsvImportCursor>,
  plan: ImportCsvRows<Row, Stored, N>,
): AsyncGenerator<Yielded<CsvImportCursor, FileCount | N>, Ending | undefined, unknown> {
  return importFiles(context, {
    kind: plan.kind,
    options: csvOptions,
    schemas,
    isComplete: plan.isComplete ?? (() => false),
    check: (file, position) => checkCsv(file, plan.columns, position),
    passes: (file, facts): PhaseWork<typeof schemas.passes, FileCount | N> => ({
      rows: (position) => csvRowsPass(context, file, facts, plan, position),
    }),
  });
}

/** One pass over the rows of a checked file; {@link importCsvRows} has no other. `progress` is that of the file. */
export async function* csvRowsPass<Row, Stored, N extends string = never>(
  { rows, parameters: { chunkSize } }: Pick<RunContext, "rows" | "parameters">,
  file: ImportFile,
  facts: CsvFacts,
  plan: CsvRows<Row, Stored, N>,
  position: RowPosition | null,
): AsyncGenerator<Step<RowPosition, N>, void> {
  const columns = columnsOf(facts);
  const keyOf = (cells: ImportRow) => keyText(plan.key(cells));
  const keysOf =
    plan.seenKeys ?? ((cells: ImportRow) => [keyOf(cells)].filter(isKey).map((one) => seenKey("key", one)));
  let done = position?.rows ?? 0;
  for await (const chunk of csvChunks(file, facts, position, chunkSize, plan.heavy)) {
    const read = chunk.rows.map((row) => {
      const cells = new ImportRow(columns, row, file.options.listSeparator);
      return { line: row.line, key: keyOf(cells), keys: keysOf(cells), content: readCells(cells, plan.read) };
    });
    const seen = new SeenKeys(
      rows,
      file.id,
      read.flatMap(({ keys }) => keys),
    );
    const stored = await plan.stored(
      read.flatMap(({ content }) => (content instanceof RowProblem ? [] : [content])),
      seen.each,
    );
    const known = await seen.known();
    const notes: RowNote[] = done === 0 ? unknownColumnNotes(facts) : [];
    const remembered: string[] = [];
    const units: Unit<N>[] = [];
    for (const { line, content, ...row } of read) {
      const repeated = row.keys.some((one) => known.has(one));
      for (const one of row.keys) known.add(one);
      const at: RowAtWork = {
        line,
        complete: file.complete,
        note: (code, message) => notes.push({ line, key: row.key, code, message }),
        remember: (one) => remembered.push(one),
      };
      const unit = await rowUnit<N>(rowRef(file.name, line, row.key), () => {
        if (content instanceof RowProblem) throw content;
        if (repeated) throw new RowProblem("duplicate", `An earlier row of the file has the same ${plan.keyName}`);
        return plan.change(content, stored, at);
      });
      if (unit) units.push(unit);
    }
    done += read.length;
    yield {
      units,
      ...(plan.followUp ? { followUp: plan.followUp(stored) } : {}),
      also: [rememberSeen(file.id, [...read.flatMap(({ keys }) => keys), ...remembered, ...notes.map(noteKey)])],
      cursor: { ...chunk.next, rows: done },
      progress: { done, total: facts.rows },
    };
  }
}

/** Another one is refused when its row is read. */
function isKey(key: string): boolean {
  return key !== "" && key.length <= LONGEST_KEY;
}

function readCells<Row>(cells: ImportRow, read: (cells: ImportRow) => Row): Row | RowProblem {
  return readOrProblem(() => {
    cells.checkShape();
    return read(cells);
  });
}
