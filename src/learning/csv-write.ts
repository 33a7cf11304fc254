/** Begins like a formula in a spreadsheet (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r]/;

/**
 * One line of a CSV file for people, ended by CRLF: every cell quoted, and one that a spreadsheet would take for a formula
 * made text by an apostrophe in front.
 */
export function csvLine(cells: readonly string[], delimiter = ";"): string {
  const quoted = cells.map((cell) => `"${(FORMULA.test(cell) ? `'${cell}` : cell).replaceAll('"', '""')}"`);
  return `${quoted.join(delimiter)}\r\n`;
}
