/** Signs with which a formula begins, and their full-width forms, which Excel takes for them where East Asian text is entered. */
const SIGNS = "=+\\-@＝＋－＠";

/** The front of a cell that a spreadsheet takes for a formula (OWASP, CSV injection); tabs and line ends are skipped by some. */
const FRONT = new RegExp(`^(?:[\\t\\r\\n]+|(?=[${SIGNS}]))`);

/** Signs behind anything that a spreadsheet with other settings takes for the end of a cell: another delimiter, a line end, a quote. */
const LATER = new RegExp(`(?<=[;,|\\t\\r\\n"])(?=[${SIGNS}])`, "g");

/** A cell in which no place is a formula: an apostrophe makes text of it. */
function plainCell(cell: string): string {
  const [front] = FRONT.exec(cell) ?? [];
  const rest = cell.slice(front?.length ?? 0).replaceAll(LATER, "'");
  return front === undefined ? rest : `'${front}${rest}`;
}

/**
 * One line of a CSV file for people, ended by CRLF: every cell quoted, and every place where a spreadsheet could take text for a
 * formula made text by an apostrophe.
 */
export function csvLine(cells: readonly string[], delimiter = ";"): string {
  const quoted = cells.map((cell) => `"${plainCell(cell).replaceAll('"', '""')}"`);
  return `${quoted.join(delimiter)}\r\n`;
}
