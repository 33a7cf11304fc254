/** The whole numbers of a range as a table with the column `value`, in SQL that every SQLite knows. */
export function series(from: number | string, to: number | string): string {
  return `(WITH RECURSIVE n (value) AS (VALUES (${from}) UNION ALL SELECT value + 1 FROM n WHERE value < ${to}) SELECT value FROM n)`;
}
