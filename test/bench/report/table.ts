/** A table as a benchmark prints it: a title for each column, cells ready for reading. */
export interface Table {
  readonly title: string;
  /** The first column is words and stands left; the others are figures and stand right. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The table in plain text, columns two spaces apart. */
export function plainTable({ title, columns, rows }: Table): string {
  const all = [columns, ...rows];
  const widths = columns.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]) =>
    widths
      .map((width, column) => (column === 0 ? (row[column] ?? "").padEnd(width) : (row[column] ?? "").padStart(width)))
      .join("  ")
      .trimEnd();
  return [title, ...all.map(line)].join("\n");
}

/** The table in Markdown, as the README has it. */
export function markdownTable({ title, columns, rows }: Table): string {
  const line = (row: readonly string[]) => `| ${columns.map((_, index) => escaped(row[index] ?? "")).join(" | ")} |`;
  const rule = `| ${columns.map((_, index) => (index === 0 ? "---" : "--:")).join(" | ")} |`;
  return [`**${title}**`, "", line(columns), rule, ...rows.map(line)].join("\n");
}

const escaped = (cell: string) => cell.replaceAll("|", "\\|");
