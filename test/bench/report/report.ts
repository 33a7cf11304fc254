import type { BenchOptions } from "./options.ts";
import { markdownTable, plainTable, type Table } from "./table.ts";

/** Prints a benchmark's table in the form that was asked for, with a line of its own before and after. */
export function printTable(table: Table, { markdown }: Pick<BenchOptions, "markdown">): void {
  console.log(`\n${markdown ? markdownTable(table) : plainTable(table)}`);
}

/** Says on standard error what is being measured, so that the tables alone stand on standard output. */
export function progress(words: string): void {
  console.error(`  ${new Date().toISOString().slice(11, 19)} ${words}`);
}
